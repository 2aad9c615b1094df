"""The searcher, the collector that asks the kernel first, and the scoring of both ways.

The score of a section is that of `searcher.ranking.planner`, with terms weighted by the boosts of
the query. Equal scores are ordered by the number of the section, as everywhere in Whoosh. Whoosh
adds up the scores of many terms in an order of its own: with three or more terms, or a boost that
is no power of two, the last bits of a sum may differ between the two ways.

The kernel answers the queries that `planner` knows, with any ``filter`` and ``mask``, limited or
not. Sorting, grouping, collapsing, ``terms=True`` and the scores of another weighting need the
matchers one by one; Whoosh's own collectors do this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from math import inf
from typing import Any

from whoosh import query as wq
from whoosh.collectors import (
    CollapseCollector,
    Collector,
    FacetCollector,
    TermsCollector,
    TopCollector,
    UnlimitedCollector,
    WrappingCollector,
)
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Results, ResultsPage, SearchContext, Searcher
from whoosh.sorting import Facets, FieldFacet, MultiFacet

from indexer.errors import IndexStateError
from indexer.kernel.bm25 import norm
from indexer.segments import K1, UNIT, Collection, SectionSet
from indexer.whoosh_adapter.highlighter import SectionHighlighter
from indexer.whoosh_adapter.planner import Planner, Score, mended
from indexer.whoosh_adapter.schema import FACTS


class KernelWeighting(WeightingModel):  # type: ignore[misc]
    """BM25 exactly as the kernel computes it, for searchers over a `SnapshotReader`."""

    def idf(self, searcher: Searcher, fieldname: str, text: str | bytes) -> float:
        """Returns the inverse document frequency of ``text`` among the live sections."""
        collection = _collection(searcher)
        term = text if isinstance(text, str) else text.decode("utf-8", "surrogatepass")
        return collection.idf(collection.frequency((fieldname, term)))

    def scorer(
        self, searcher: Searcher, fieldname: str, text: str | bytes, qf: int = 1
    ) -> BaseScorer:
        """Returns the scorer for the postings of the term ``text`` in ``fieldname``."""
        average = _collection(searcher).averages[fieldname]
        return _Scorer(searcher, fieldname, self.idf(searcher, fieldname, text), norm(average))


class _Scorer(BaseScorer):  # type: ignore[misc]
    def __init__(
        self, searcher: Searcher, field: str, idf: float, norm: tuple[float, float]
    ) -> None:
        self._length = searcher.doc_field_length
        self._field = field
        self._weight = idf * (K1 + 1)
        self._a, self._c = norm

    def score(self, matcher: Any) -> float:
        tf: float = matcher.weight()
        eighths = self._length(matcher.id(), self._field) * UNIT
        score: float = self._weight * (tf / (tf + (self._a + self._c * eighths)))
        return score

    def max_quality(self) -> float:
        return inf

    def block_quality(self, matcher: object) -> float:
        return inf


class KernelSearcher(Searcher):  # type: ignore[misc]
    """A searcher over a `SnapshotReader` that scores by `KernelWeighting` by default."""

    def __init__(self, reader: Any, weighting: Any = KernelWeighting, **options: Any) -> None:
        super().__init__(reader, weighting, **options)

    def collector(
        self,
        limit: int | None = 10,
        *,
        groupedby: Any = None,
        maptype: Any = None,
        terms: bool = False,
        collapse: Any = None,
        collapse_limit: int = 1,
        collapse_order: Any = None,
        filter: Any = None,
        mask: Any = None,
        **options: Any,
    ) -> Collector:
        """Returns the collector of Whoosh's `Searcher.collector`, with a `KernelCollector` in it.

        The kernel's collector is the innermost but one, so that all collectors around it receive
        filtered sections. Raises IndexStateError for a field by which nothing can be sorted or
        grouped.
        """
        _check_sortable(options.get("sortedby"), groupedby, collapse)
        child = super().collector(limit=None if groupedby else limit, **options)
        child.replace = 0  # Whoosh would replace matchers by bounds of scores, which are wrong
        collector: Collector = KernelCollector(child, filter, mask)
        if groupedby:
            collector = FacetCollector(collector, groupedby, maptype=maptype)
        if terms:
            collector = TermsCollector(collector)
        if collapse:
            collector = CollapseCollector(
                collector, collapse, limit=collapse_limit, order=collapse_order
            )
        return collector

    def docs_for_query(self, q: wq.Query, for_deletion: bool = False) -> Iterator[int]:
        """Returns the live sections that the query ``q`` matches, in ascending order.

        Whoosh's own method lets deleted sections through after NOT.
        """
        is_deleted = self.reader().is_deleted
        sections = super().docs_for_query(mended(q), for_deletion)
        return (section for section in sections if not is_deleted(section))


class KernelCollector(WrappingCollector):  # type: ignore[misc]
    """Lets the kernel answer a query if it can answer all of it, else the collector ``child``.

    ``allow`` and ``restrict`` are those of Whoosh's `FilterCollector`: a query, results or numbers
    of sections; an empty one does not filter. Inside other collectors, this one only filters.
    """

    def __init__(self, child: Collector, allow: Any = None, restrict: Any = None) -> None:
        super().__init__(child)
        self._allow = allow
        self._restrict = restrict

    def prepare(self, top_searcher: Searcher, q: wq.Query, context: SearchContext) -> None:
        """Prepares for a search for the query ``q``; Whoosh calls it first."""
        self.child.prepare(top_searcher, mended(q), context)
        self._collection = _collection(top_searcher)
        self._planner = Planner(self._collection, top_searcher.docs_for_query)
        self._query = q
        self._within = self._filtered() if self._allow or self._restrict else None
        self._answer: _Answer | None = None
        self.filtered_count = 0

    def _filtered(self) -> SectionSet:
        within = self._sections(self._allow) if self._allow else self._collection.all()
        return within - self._sections(self._restrict) if self._restrict else within

    def _sections(self, given: Any) -> SectionSet:
        if isinstance(given, wq.Query):
            return self._planner.sections(given)
        if isinstance(given, ResultsPage):
            given = given.results
        sections = given.docs() if isinstance(given, Results) else given
        count = self.top_searcher.doc_count_all()
        return self._collection.of_sections(section for section in sections if 0 <= section < count)

    def run(self) -> None:
        """Runs the search."""
        score = self._planner.score(self._query) if self._is_simple() else None
        if score is None:
            super().run()
            return
        try:
            self._answer = _Answer(
                self._collection, self._planner, self._query, score, self._within
            )
            self.filtered_count = self._answer.filtered_count
            self._items = self._answer.top(getattr(self.child, "limit", None))
        finally:
            self.finish()

    def _is_simple(self) -> bool:
        child, context = self.child, self.context
        return (
            type(child) in (TopCollector, UnlimitedCollector)
            and not getattr(child, "reverse", False)
            and type(context.weighting) is KernelWeighting
            and not context.needs_current
        )

    @property
    def by_kernel(self) -> bool:
        """Returns True if the kernel answered."""
        return self._answer is not None

    def matches(self) -> Iterator[int]:
        """The matches of a segment that are neither deleted nor filtered out."""
        is_deleted = self.subsearcher.reader().is_deleted
        for section in self.child.matches():
            if is_deleted(section):
                continue
            if self._within is None or self.offset + section in self._within:
                yield section
            else:
                self.filtered_count += 1

    def all_ids(self) -> Iterable[int]:
        """Returns the numbers of all sections found."""
        if self._answer:
            return self._answer.sections
        sections = self._planner.sections(self._query)
        return sections if self._within is None else sections & self._within

    def count(self) -> int:
        """Returns the number of sections found."""
        if self._answer:
            return len(self._answer.sections)
        if self.child.computes_count():
            return int(self.child.count())
        return sum(1 for _ in self.all_ids())

    def results(self) -> Results:
        """Returns the results as Whoosh's Results."""
        results = self.child._results(self._items) if self._answer else self.child.results()
        results.collector = self
        results.highlighter = SectionHighlighter()
        results.q = self._query
        results.filtered_count = self.filtered_count
        results.allowed = self._allow
        results.restricted = self._restrict
        return results


class _Answer:
    """The kernel's answer: the sections of ``within`` that a query matches, ranked by ``score``."""

    def __init__(
        self,
        collection: Collection,
        planner: Planner,
        query: wq.Query,
        score: Score,
        within: SectionSet | None,
    ) -> None:
        self._collection = collection
        self._planner = planner
        self._query = query
        self._score = score
        self._within = within

    @cached_property
    def _matched(self) -> SectionSet:
        if self._score.plain:
            return self._collection.having(self._score.terms)
        return self._planner.sections(self._query)

    @cached_property
    def sections(self) -> SectionSet:
        """The sections of the answer."""
        return self._matched if self._within is None else self._matched & self._within

    @property
    def filtered_count(self) -> int:
        """The number of matching sections that are filtered out."""
        return len(self._matched) - len(self.sections) if self._within is not None else 0

    def top(self, limit: int | None) -> list[tuple[float, int]]:
        """Returns the ``limit`` best (score, section), best first; all of them without a limit."""
        plain = self._score.plain and self._within is None
        count = len(self.sections) if limit is None else limit
        hits = self._collection.top(
            count, self._score.terms, lambda section: section, None if plain else self.sections
        )
        return [(score + self._score.constant, section) for score, section in hits]


def _check_sortable(sortedby: Any, groupedby: Any, collapse: Any) -> None:
    """Raises IndexStateError for a field by which nothing can be sorted or grouped."""
    facets = [sortedby, collapse]
    facets += [facet for _, facet in Facets.from_groupedby(groupedby).items()] if groupedby else []
    for facet in facets:
        for name in _field_names(facet):
            if name not in FACTS:
                raise IndexStateError(
                    f"sections cannot be sorted or grouped by {name!r}: use one of "
                    f"{', '.join(FACTS)}, or a facet of your own"
                )


def _field_names(facet: Any) -> list[str]:
    """Returns the fields that a facet sorts or groups by; none for facets of other kinds."""
    if isinstance(facet, str):
        return [facet]
    if isinstance(facet, FieldFacet):
        return [facet.fieldname]
    inner = facet.facets if isinstance(facet, MultiFacet) else facet
    several = inner if isinstance(inner, list | tuple) else ()
    return [name for one in several for name in _field_names(one)]


def _collection(searcher: Searcher) -> Collection:
    collection: Collection = searcher.get_parent().reader().collection
    return collection
