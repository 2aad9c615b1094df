"""The searcher: opens an index, searches it, and shows what it contains."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from operator import index
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, get_args

from indexer.documents.model import Document, Section
from indexer.errors import DocumentNotFound, InvalidArgument, SearcherClosed
from indexer.storage.schema import WORDS
from searcher.backends.backend import Backend, By, Findings, Scored
from searcher.backends.backend import Sort as Sort
from searcher.backends.embedded import EmbeddedBackend
from searcher.query.filters import Filters, Values
from searcher.query.nodes import Node
from searcher.query.parser import parse
from searcher.query.read_as_text import read_as_text
from searcher.ranking.plan import Plan
from searcher.ranking.second_look import explain_look
from searcher.ranking.statistics import DocumentFacts
from searcher.ranking.synonyms import Synonyms
from searcher.results.model import Explanation, Facets, Hit, Matches, Notice, Results
from searcher.results.page import Pages
from searcher.view import IndexView

if TYPE_CHECKING:
    from indexer.documents.citations.resolve import Missing
    from indexer.documents.versions.diff import SectionChange
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Verification
    from searcher.suggestions.completion import Completion

DEFAULT_INDEX = Path(".policysearch")
MatchMode = Literal["best", "all", "any"]
SECTIONS = 3  # shown at most of a document that is a hit


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """The validated options of a search, which `Searcher.search` explains."""

    limit: int = 10
    offset: int = 0
    filters: Filters = field(default_factory=Filters)
    sort: Sort = "relevance"
    by: By = "section"
    suggest: bool = True
    match: MatchMode = "best"

    def __post_init__(self) -> None:
        """Raises InvalidArgument for an option of a wrong type or value."""
        _check_number("limit", self.limit)
        _check_number("offset", self.offset)
        _check_choice("sort", self.sort, get_args(Sort))
        _check_choice("by", self.by, get_args(By))
        _check_choice("match", self.match, get_args(MatchMode))


class Searcher:
    """An index in one state: its answers do not change until `refresh`.

    Threads may share it and search at the same time. Close it, or use it in a ``with``. Every
    method raises SearcherClosed after it was closed, IndexDamaged if a file of the index is not as
    it was written, and InvalidArgument for an argument of a wrong type or value.
    """

    def __init__(self, backend: Backend, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        self._lock = Lock()  # guards the current state and the number of its users
        self._moving = Lock()  # held during a refresh
        self._now: IndexView | None = IndexView(backend, synonyms)

    @classmethod
    def open(
        cls, path: str | Path = DEFAULT_INDEX, *, synonyms: str | Path | None = None
    ) -> Searcher:
        """Opens the newest state of the index in the folder ``path``.

        ``synonyms`` is a file of synonyms (`searcher.ranking.synonyms`) in addition to the shipped
        ones. Raises IndexNotFound, IndexIncompatible, IndexDamaged and SynonymError.
        """
        more = Synonyms.open(synonyms)
        return cls(EmbeddedBackend.open(Path(path)), more)

    def refresh(self) -> bool:
        """Moves to the newest state of the index; returns False if there is no newer one.

        Raises the errors of `open`, and then keeps its state.
        """
        with self._moving, self._turn() as view:
            newer = view.backend.newer()
            if newer is not None:
                self._move(IndexView(newer, self._synonyms))
            return newer is not None

    def _move(self, newest: IndexView) -> None:
        """Uses the state ``newest`` from now on, unless the searcher was closed meanwhile."""
        with self._lock:
            if self._now is not None:
                self._now = newest
                return
        newest.backend.close()
        raise SearcherClosed

    def close(self) -> None:
        """Closes the index; any later call raises SearcherClosed.

        Searches under way in other threads still finish. Results remain valid.
        """
        with self._lock:
            view, self._now = self._now, None
            is_over = view is not None and not view.users
        if view is not None and is_over:
            view.backend.close()

    @contextmanager
    def _turn(self) -> Iterator[IndexView]:
        """Yields the current state, which stays open until the block ends."""
        with self._lock:
            view = self._now
            if view is None:
                raise SearcherClosed
            view.users += 1
        try:
            yield view
        finally:
            with self._lock:
                view.users -= 1
                is_over = not view.users and view is not self._now
            if is_over:
                view.backend.close()

    @contextmanager
    def _timed_turn(self, limit: int = 0) -> Iterator[tuple[IndexView, Callable[[], float]]]:
        """Yields the current state, and a function for the seconds since the turn began."""
        started = time.perf_counter()
        _check_number("limit", limit)
        with self._turn() as view:
            yield view, lambda: time.perf_counter() - started

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def documents(self) -> Sequence[DocumentFacts]:
        """The facts of every document in the index: id, title, number, issuers, date, type."""
        with self._turn() as view:
            return tuple(view.backend.documents())

    # --- searching ------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        issuer: Values = None,
        doc_type: Values = None,
        region: Values = None,
        date_from: str | None = None,
        date_to: str | None = None,
        sort: Sort = "relevance",
        by: By = "section",
        suggest: bool = True,
        match: MatchMode = "best",
    ) -> Results:
        """Returns the sections that answer a query, best first.

        Arguments:
            query: What is looked for, in the language of `searcher/query/README.md`.
            limit, offset: The number of hits, and how many of the best to leave out before them.
            issuer: An organ that issued the document; where none has exactly this name, a part
                of one. This and the next two may be several values, any of which is meant.
            doc_type: A 文种, as in 通知, exactly as the facet has it.
            region: A part of a region's name (`indexer.documents.regions`).
            date_from, date_to: Dates such as 2002, 2002-12 or 2002-12-31; both ends are included.
                A document that does not state the fact a filter asks for is left out.
            sort: "relevance"; or "newest" or "oldest", which put undated documents last and break
                ties by score.
            by: "section"; or "document", which answers with documents in the order of their best
                sections: ``limit``, ``offset``, totals and facets count documents, and the hits
                are at most `SECTIONS` of each.
            match: "best" lists all sections with any of the words, those with all not apart, and
                counts in ``total`` those with all; "all" lists these only; "any" counts every one.
            suggest: Also look for what the query may be a misspelling of, which can take as long
                again. Searched is the query as it stands.

        Raises QueryError for a malformed query, and InvalidArgument.
        """
        filters = Filters(issuer, doc_type, region, date_from, date_to)
        options = SearchOptions(limit, offset, filters, sort, by, suggest, match)
        with self._timed_turn() as (view, took):
            return _search(view, _string("query", query), options, took)

    def explain(self, query: str, hit: Hit) -> Explanation:
        """Returns how the score of a ``hit`` of ``query`` is made up, term by term.

        The last part is that of the second look, if the hit was looked at again.
        Raises QueryError, and DocumentNotFound if the hit comes from another state of the index.
        """
        node = parse(_string("query", query))
        with self._turn() as view:
            section = view.backend.locate(view.backend.find(hit.document), hit.anchor)
            plan = view.plan(query, node)
            explained = view.backend.explain(plan, section)

            def standing(texts: Sequence[str]) -> int:
                return view.backend.evidence([section], texts)[0]

            return explain_look(explained, plan, standing, hit.score)

    def verify(self, quotation: str, limit: int = 5) -> Verification:
        """Returns the verdict on ``quotation``: found word for word, nearly, or not at all.

        Folded characters without blanks are compared, as for a quoted query; ``……`` stands for any
        text within a section. At most ``limit`` passages are returned. Raises QueryError for a
        quotation without text.
        """
        with self._timed_turn(limit) as (view, took):
            return _verify(view, _string("quotation", quotation), limit, took)

    def similar(self, id: str, anchor: str, limit: int = 10) -> Results:
        """Returns sections of other documents with much the same content as a section, best first.

        The section is ``anchor`` of the document ``id``. Copies of the document and other versions
        of its law are left out; of each other law, one version is included, which names the rest.
        ``query`` of the results is DOCUMENT#ANCHOR. Raises DocumentNotFound.
        """
        from searcher.lookups.similar import similar_sections, telling_terms

        with self._timed_turn(limit) as (view, took):
            document = view.backend.find(id)
            terms = telling_terms(view.backend, document, anchor)
            found = similar_sections(view.backend, document, terms, limit)
            words = " ".join(text for field, text in terms if field == WORDS)
            hits = view.hits(found, view.sought(words))
            return Results(f"{document}#{anchor}", took(), 0, hits, Matches(lambda: len(hits)))

    def suggest(self, prefix: str, limit: int = 10) -> tuple[Completion, ...]:
        """Returns titles, numbers, terms and headings that complete ``prefix``, best first.

        Width, letter case, traditional characters and blanks make no difference; letters are also
        read as the pinyin of titles. At most ``limit`` are returned; none if nothing completes it.
        """
        _check_number("limit", limit)
        with self._turn() as view:
            return view.suggester.suggest(_string("prefix", prefix), limit)

    # --- documents ------------------------------------------------------------------------------

    def document(self, id: str) -> Document:
        """Returns a document: its text, metadata and outline.

        ``id`` is its id or the end of its id, its number or title, or a part of these that no other
        document has. Raises DocumentNotFound.
        """
        with self._turn() as view:
            return view.backend.document(view.backend.find(_string("id", id)))

    def section(self, id: str, anchor: str) -> Section:
        """Returns the section ``anchor`` of the document ``id`` (as in `document`).

        Raises DocumentNotFound.
        """
        for section in self.document(id).sections:
            if section.anchor == anchor:
                return section
        raise DocumentNotFound(f"no section {anchor!r} in {id}")

    def named(self, text: str) -> tuple[str, str] | None:
        """Returns the document and the section that a text names, as 公司法 and 公司法第26条 do.

        They are the id of the newest version and the anchor of the article, which is "" where the
        text names none; None where it names nothing that the index holds.
        Raises QueryError for a text that says nothing.
        """
        node = parse(_string("text", text))
        with self._turn() as view:
            targets = view.plan(text, node).targets
            if not targets:
                return None
            first = targets[0]
            if first.name == view.backend.facts(first.document).title:
                return first.document, ""
            section = view.backend.sections(first.document)[first.places.start]
            return first.document, section.section.anchor

    def cites(self, id: str) -> list[Cited]:
        """Returns the citations in a document, in the order of its text.

        Raises DocumentNotFound.
        """
        from searcher.lookups.citations import cites

        with self._turn() as view:
            return cites(view.backend, view.backend.find(_string("id", id)))

    def cited_by(self, id: str) -> list[CitedBy]:
        """Returns the documents that cite any version of a document, most citations first.

        Raises DocumentNotFound.
        """
        from searcher.lookups.citations import cited_by

        with self._turn() as view:
            return cited_by(view.backend, view.backend.find(_string("id", id)))

    def missing(self) -> Sequence[Missing]:
        """Returns the documents that are cited but not in the index, the most cited first."""
        with self._turn() as view:
            return view.backend.missing()

    def diff(self, old: str, new: str) -> tuple[SectionChange, ...]:
        """Returns how the wording changed from the document ``old`` to ``new``, section by section.

        Raises DocumentNotFound.
        """
        from indexer.documents.versions.diff import diff_documents

        with self._turn() as view:
            find, document = view.backend.find, view.backend.document
            before, after = (document(find(_string("id", id))) for id in (old, new))
            return diff_documents(before, after, view.backend.analyzer.pieces)


def _search(
    view: IndexView, query: str, options: SearchOptions, took: Callable[[], float]
) -> Results:
    """Returns the results of a search: parsed, planned, carried out and shown."""
    node = parse(query)
    whole = options.filters.added_to(node)
    plan = _within(view.plan(query, whole), options.match)
    found = view.backend.carry_out(plan)
    pages = Pages(plan, found, options.sort)
    best, matching = _chosen(pages, options)
    hits = view.hits(best, plan.sought)
    matches = _matches(found, options.by)
    nothing = not best and options.limit > 0 and not options.offset
    notices = (
        read_as_text(query) + plan.notices + (_nothing_left(view, query, whole) if nothing else ())
    )
    suggestions = view.did_you_mean.suggestions(query, node) if options.suggest else ()
    return Results(
        query,
        took(),
        options.offset,
        hits,
        matches,
        options.by,
        matching,
        suggestions,
        notices,
    )


def _nothing_left(view: IndexView, query: str, node: Node) -> tuple[Notice, ...]:
    from searcher.lookups.filters_left import filters_that_leave_nothing

    return filters_that_leave_nothing(view.backend, partial(view.plan, query), node)


def _within(plan: Plan, match: MatchMode) -> Plan:
    """Returns ``plan`` for the sections that have all of what is asked for, or any of it."""
    if match == "all":
        return replace(plan, only_complete=True)
    return plan if match == "best" else replace(plan, complete=None)


def _matches(found: Findings, by: By) -> Matches:
    """Returns the counts of ``found``; where no section is complete, the facets are of all."""
    total = cache(partial(found.count, by, "all"))

    def facet(name: str) -> Iterable[tuple[str, int]]:
        return found.facets(by, "all" if total() else "some")[name]()

    facets = Facets({name: partial(facet, name) for name in found.facets(by)})
    return Matches(total, facets, partial(found.count, by))


def _chosen(pages: Pages, options: SearchOptions) -> tuple[list[Scored], dict[str, int]]:
    """Returns the hits of a page and, for documents, the number of matching sections of each."""
    if options.by == "section":
        return pages.sections(options.offset, options.limit), {}
    documents = pages.documents(options.offset, options.limit)
    hits = [hit for sections in documents for hit in sections[:SECTIONS]]
    return hits, {sections[0].section.document: len(sections) for sections in documents}


def _verify(view: IndexView, quotation: str, limit: int, took: Callable[[], float]) -> Verification:
    """Returns the verdict on a quotation, with its passages as hits."""
    from searcher.lookups.quotations import (  # most searches need none
        Quoted,
        Verification,
        find_quotation,
    )

    verdict, total, found = find_quotation(view.backend, quotation, limit)
    shown = view.backend.show(one.section for one in found)
    passages = tuple(
        Quoted(view.hit(section, one.kept, one.excerpt), one.stretches, one.kept)
        for section, one in zip(shown, found, strict=True)
    )
    return Verification(quotation, verdict, total, passages, took())


def _check_number(name: str, value: object) -> None:
    """Raises InvalidArgument unless ``value`` is a whole number that is not negative."""
    try:
        is_count = index(value) >= 0  # type: ignore[arg-type]
    except TypeError:
        is_count = False
    if not is_count:
        raise InvalidArgument(name, value, "a whole number, 0 or more")


def _check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        *most, last = map(repr, choices)
        raise InvalidArgument(name, value, f"{', '.join(most)} or {last}")


def _string(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise InvalidArgument(name, value, "a string")
