"""The findings of a plan in a snapshot: the best sections and documents, and counts of all."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from itertools import chain, groupby

from indexer.segments import SectionSet
from indexer.storage.snapshot import Snapshot
from searcher.backends.backend import By, Extent, FacetCounts, Scored, Sort
from searcher.ranking.plan import SectionRef, Term
from searcher.ranking.second_look import DEPTH, Look, look_again

Hit = tuple[int, float]  # the number of a section, and its score

_SECTIONS_PER_DOCUMENT = 4  # sections looked at first for each document asked for


@dataclass(frozen=True, slots=True)
class RankedVariant:
    """A variant of the query: ``terms``, with their weights, rank ``sections``."""

    terms: Mapping[Term, float]
    sections: SectionSet


@dataclass(frozen=True)
class EmbeddedFindings:
    """The sections that a plan matches in a snapshot, and the terms that rank them.

    ``matched`` is None where those match that have any of the terms, are of a variant or
    ``certain``; ``having`` gives those of the terms. ``known`` has what is added to the scores of
    the sections that the query names, should they match. ``complete`` gives the sections that have
    all that is asked for, of which those that match count; None: all that match do.
    """

    snapshot: Snapshot
    terms: Mapping[Term, float]
    variants: Sequence[RankedVariant]
    matched: SectionSet | None
    having: Callable[[], SectionSet]
    known: Mapping[int, float] = field(default_factory=dict)
    certain: Container[int] = ()
    complete: Callable[[], SectionSet] | None = None

    def top(self, count: int, sort: Sort = "relevance") -> list[Scored]:
        """Returns the first ``count`` matching sections."""
        ref = partial(section_ref, self.snapshot)
        return [Scored(ref(number), score) for number, score in self._first(count, sort)]

    def looked_at(self, count: int, look: Look) -> list[Scored]:
        """Returns the first ``count`` sections by relevance after the second look."""
        first = self._first(max(count, DEPTH), "relevance")
        numbers = [number for number, _ in first[:DEPTH]]
        masks = self.snapshot.terms.evidence(numbers, look.texts)
        again = look_again(first, look.added_to_each(masks), self._place)
        return [Scored(self._place(number), score) for number, score in again[:count]]

    def documents(self, offset: int, limit: int, sort: Sort = "relevance") -> list[list[Scored]]:
        """Returns matching documents in the order of their first sections."""
        ref = partial(section_ref, self.snapshot)
        found = self._best_documents(min(offset + limit, len(self.snapshot.rows)), sort)[offset:]
        return [
            [Scored(ref(number), score) for number, score in hits]
            for hits in self._sections_of(found)
        ]

    def sections(self) -> list[SectionRef]:
        """Returns all matching sections, in the order of the index."""
        return [section_ref(self.snapshot, number) for number in self.all_matched]

    def count(self, by: By = "section", extent: Extent = "some") -> int:
        """Returns the number of sections that match; ``by`` "document": of their documents."""
        return sum(self._tally(by, extent))

    def facets(self, by: By = "section", extent: Extent = "some") -> FacetCounts:
        """Returns the facets of what `count` counts, by documents or sections, all or complete."""
        return self.snapshot.facets.counts(partial(self._tally, by, extent))

    def _tally(self, by: By, extent: Extent) -> array[int]:
        counts = self._complete_counts if extent == "all" else self._counts
        return array("I", map(bool, counts)) if by == "document" else counts

    @cached_property
    def _counts(self) -> array[int]:
        return self.snapshot.numbering.tally(self.all_matched)

    @cached_property
    def _complete_counts(self) -> array[int]:
        if self.complete is None:
            return self._counts
        return self.snapshot.numbering.tally(self.all_complete)

    @cached_property
    def all_complete(self) -> SectionSet:
        """The set of the sections that match and have all that is asked for."""
        if self.complete is None:
            return self.all_matched
        return (self.complete() | self._certain()) & self.all_matched

    def of_complete(self) -> EmbeddedFindings:
        """Returns the findings of which only the complete sections match."""
        return replace(self, matched=self.all_complete, complete=None)

    def _certain(self) -> SectionSet:
        return self.snapshot.terms.of_sections(filter(self.certain.__contains__, self.known))

    @cached_property
    def all_matched(self) -> SectionSet:
        """The set of all matching sections. It is available after the snapshot was closed."""
        if self.matched is not None:
            return self.matched
        others = (self._certain(), *(variant.sections for variant in self.variants))
        return reduce(SectionSet.__or__, others, self.having())

    # --- the best sections ----------------------------------------------------------------------

    def _first(self, count: int, sort: Sort) -> list[Hit]:
        count = min(count, self.snapshot.numbering.section_count)
        if sort == "relevance":
            return self.best(count)
        return self._by_date(count, newest=sort == "newest")

    def best(self, count: int) -> list[Hit]:
        """Returns the ``count`` best sections; ties are in the order of their references."""
        if count <= 0:
            return []
        hits = self._best(count, self.matched)
        if self.known:
            hits = [hit for hit in hits if hit[0] not in self.known] + self._named(count)
            hits.sort(key=lambda hit: (-hit[1], self._place(hit[0])))
        return hits[:count]

    def all(self) -> list[Hit]:
        """Returns all matching sections, best first."""
        return self.best(len(self.all_matched))

    def _named(self, count: int) -> list[Hit]:
        """Returns at least the ``count`` best of the sections that the query names."""
        named: list[Hit] = []
        for extra in sorted(set(self.known.values()), reverse=True):
            sections = [section for section, its in self.known.items() if its == extra]
            for section, score in self._best_of(sections, count) if len(named) < count else ():
                named.append((section, score + extra))
        return named

    def _best_of(self, sections: Iterable[int], count: int) -> list[Hit]:
        """Returns at least the ``count`` best of those of ``sections`` that match."""
        terms = self.snapshot.terms
        if self.matched is not None:
            return self._best(count, terms.of_sections(sections) & self.matched)
        certain: list[int] = []
        others: list[int] = []
        for section in sections:
            (certain if section in self.certain else others).append(section)
        hits = self._best(count, terms.of_sections(others), zeros=False) if others else []
        return hits + (self._best(count, terms.of_sections(certain)) if certain else [])

    def _best(self, count: int, within: SectionSet | None, *, zeros: bool = True) -> list[Hit]:
        """Returns the ``count`` best sections ``within`` a set, each by its best variant.

        A section that is among the best is also among the best of its best variant, so that the
        best of each variant suffice. If ``zeros`` is false, a section that has no term and belongs
        to no variant does not match.
        """
        top = self.snapshot.terms.top
        found = top(count, self.terms, self._place, within, zeros=zeros)
        hits = [(section, score) for score, section in found]
        if not self.variants:
            return hits
        best = dict(hits)
        for variant in self.variants:
            sections = variant.sections if within is None else variant.sections & within
            for score, section in top(count, variant.terms, self._place, sections):
                best[section] = max(score, best.get(section, 0.0))
        return sorted(best.items(), key=lambda hit: (-hit[1], self._place(hit[0])))[:count]

    def _place(self, number: int) -> SectionRef:
        return section_ref(self.snapshot, number)

    # --- documents and dates --------------------------------------------------------------------

    def _best_documents(self, count: int, sort: Sort) -> list[int]:
        """Returns the first ``count`` matching documents as indices of the snapshot's rows."""
        document_of = self.snapshot.numbering.document_of
        looked_at = count * _SECTIONS_PER_DOCUMENT
        while True:
            first = self._first(looked_at, sort)
            documents = dict.fromkeys(document_of(section) for section, _ in first)
            if len(documents) >= count or len(first) < looked_at:
                return [*documents][:count]
            looked_at *= _SECTIONS_PER_DOCUMENT

    def _sections_of(self, documents: list[int]) -> list[list[Hit]]:
        """Returns all matching sections of each of ``documents``, best first."""
        sections: dict[int, list[Hit]] = {index: [] for index in documents}
        for section, score in self._inside(documents).all():
            sections[self.snapshot.numbering.document_of(section)].append((section, score))
        return [*sections.values()]

    def _by_date(self, count: int, *, newest: bool) -> list[Hit]:
        """Returns the first ``count`` sections by the dates of their documents."""

        def key(index: int) -> tuple[bool, int]:
            date = int(self.snapshot.rows[index].date.replace("-", "") or 0)
            return not date, -date if newest else date

        counts = self.snapshot.numbering.counts(self.all_matched)
        order = sorted((index for index in range(len(counts)) if counts[index]), key=key)
        chosen: list[Hit] = []
        for _, documents in groupby(order, key):
            if len(chosen) >= count:
                break
            chosen += self._inside(documents).all()
        return chosen[:count]

    def _inside(self, documents: Iterable[int]) -> EmbeddedFindings:
        """Returns the findings within ``documents`` only."""
        numbers = chain.from_iterable(map(self.snapshot.numbering.sections_of, documents))
        matched = self.all_matched & self.snapshot.terms.of_sections(numbers)
        known = {section: extra for section, extra in self.known.items() if section in matched}
        return replace(self, matched=matched, known=known)


def section_ref(snapshot: Snapshot, number: int) -> SectionRef:
    """Returns the reference of the section ``number``. References sort as results do."""
    return SectionRef(*snapshot.numbering.result_order(number))
