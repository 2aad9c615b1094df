"""The searcher: open an index, search it, show what is in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import index
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, get_args

from indexer.documents.model import Document, Section
from indexer.errors import DocumentNotFound, InvalidArgument, SearcherClosed
from indexer.storage.schema import WORDS
from searcher.backends.backend import Backend, By, Scored
from searcher.backends.backend import Sort as Sort
from searcher.backends.embedded import EmbeddedBackend
from searcher.query.filters import Filters
from searcher.query.parser import parse
from searcher.ranking.second_look import explain_look
from searcher.ranking.statistics import DocumentFacts
from searcher.ranking.synonyms import Synonyms
from searcher.results.model import Explanation, Facets, Hit, Matches, Results
from searcher.results.page import Pages
from searcher.view import IndexView

if TYPE_CHECKING:
    from indexer.documents.citations.resolve import Missing
    from indexer.documents.versions.diff import SectionChange
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Verification
    from searcher.suggestions.completion import Completion

DEFAULT_INDEX = Path(".policysearch")
SECTIONS = 3  # shown at most of a document that is a hit


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """The options of a search, checked. `Searcher.search` says what they mean."""

    limit: int = 10
    offset: int = 0
    filters: Filters = field(default_factory=Filters)
    sort: Sort = "relevance"
    by: By = "section"
    suggest: bool = True

    def __post_init__(self) -> None:
        """Raises InvalidArgument."""
        _check_number("limit", self.limit)
        _check_number("offset", self.offset)
        _check_choice("sort", self.sort, get_args(Sort))
        _check_choice("by", self.by, get_args(By))


class Searcher:
    """An index in one state: what it finds does not change until `refresh`.

    Safe to share between threads, which search side by side. Close it, or use it in a ``with``.
    Every method raises SearcherClosed once it is closed, IndexDamaged where a file of the index is
    not what was written, and InvalidArgument for an argument that is not what it must be.
    """

    def __init__(self, backend: Backend, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        self._lock = Lock()  # of which state is in use, and by how many
        self._moving = Lock()  # held by who refreshes
        self._now: IndexView | None = IndexView(backend, synonyms)

    @classmethod
    def open(
        cls, path: str | Path = DEFAULT_INDEX, *, synonyms: str | Path | None = None
    ) -> Searcher:
        """Opens the newest state of the index in the folder ``path``.

        ``synonyms`` is a file of more synonyms (`searcher.ranking.synonyms`) than those that come
        along. Raises IndexNotFound, IndexIncompatible, IndexDamaged and SynonymError.
        """
        more = Synonyms.open(synonyms)
        return cls(EmbeddedBackend.open(Path(path)), more)

    def refresh(self) -> bool:
        """Moves on to the newest state of the index; returns False if this is it already.

        Raises what `open` does, and then keeps the state it has.
        """
        with self._moving, self._turn() as view:
            newer = view.backend.newer()
            if newer is not None:
                self._move(IndexView(newer, self._synonyms))
            return newer is not None

    def _move(self, newest: IndexView) -> None:
        """Uses another state from here on, unless all was closed meanwhile."""
        with self._lock:
            if self._now is not None:
                self._now = newest
                return
        newest.backend.close()
        raise SearcherClosed

    def close(self) -> None:
        """Closes the index; any other call then raises SearcherClosed.

        Searches under way in other threads end as they would have. Results stay as they are.
        """
        with self._lock:
            view, self._now = self._now, None
            is_over = view is not None and not view.users
        if view is not None and is_over:
            view.backend.close()

    @contextmanager
    def _turn(self) -> Iterator[IndexView]:
        """Gives the state in use, which is not closed before this is over."""
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
        """Gives the state in use, and a function for the seconds since the turn began."""
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
        """The facts of every document of the index: id, title, number, issuers, date, type."""
        with self._turn() as view:
            return tuple(view.backend.documents())

    # --- searching ------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        issuer: str | None = None,
        doc_type: str | None = None,
        region: str | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        sort: Sort = "relevance",
        by: By = "section",
        suggest: bool = True,
    ) -> Results:
        """Returns the sections that answer a query, best first.

        Arguments:
            query: What is looked for, in the language of `searcher/query/README.md`.
            limit, offset: The number of hits, and how many of the best to leave out before them.
            issuer: A part of the name of an organ that issued the document.
            doc_type: A 文种, as in 通知.
            region: A part of a region's name (`indexer.documents.regions`).
            date_from, date_to: Dates such as 2002, 2002-12 or 2002-12-31; both ends are included.
                A document that does not state what a filter asks for is left out.
            sort: "relevance"; or "newest" or "oldest", which put undated documents last and break
                ties by score.
            by: "section"; or "document", which answers with documents in the order of their best
                sections: ``limit``, ``offset``, totals and facets count documents, and the hits
                are at most `SECTIONS` of each.
            suggest: Also look for what the query may be a misspelling of, which can take as long
                again. Searched is the query as it stands.

        Raises QueryError for a malformed query, and InvalidArgument.
        """
        filters = Filters(issuer, doc_type, region, date_from, date_to)
        options = SearchOptions(limit, offset, filters, sort, by, suggest)
        with self._timed_turn() as (view, took):
            return _search(view, _string("query", query), options, took)

    def explain(self, query: str, hit: Hit) -> Explanation:
        """Returns how the score of a hit of ``query`` comes about, term by term.

        The last part is that of the second look, if the hit was looked at again.
        Raises QueryError, and DocumentNotFound if the hit is of another state of the index.
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
        """Says if ``quotation`` stands in a section word for word, nearly, or nowhere, and where.

        Compared are folded characters without blanks, as a quoted search does; ``……`` stands for
        anything, within a section. At most ``limit`` passages are given.
        Raises QueryError for a quotation that says nothing.
        """
        with self._timed_turn(limit) as (view, took):
            return _verify(view, _string("quotation", quotation), limit, took)

    def similar(self, id: str, anchor: str, limit: int = 10) -> Results:
        """Returns sections of other documents that say the like of a section, best first.

        Neither its copies nor other versions of its law are among them, and of each other law one
        version, which names the rest. ``query`` of the results is DOCUMENT#ANCHOR.
        Raises DocumentNotFound.
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
        """Returns titles, numbers, terms and headings that complete ``prefix``, the best first.

        Width, letter case, traditional characters and blanks make no difference; letters are also
        read as pinyin of titles. Empty where nothing completes it.
        """
        _check_number("limit", limit)
        with self._turn() as view:
            return view.suggester.suggest(_string("prefix", prefix), limit)

    # --- documents ------------------------------------------------------------------------------

    def document(self, id: str) -> Document:
        """Returns a document: its text, metadata and outline.

        ``id`` is its id, the end of one, its number or title, or a part of these that no other
        document has. Raises DocumentNotFound.
        """
        with self._turn() as view:
            return view.backend.document(view.backend.find(_string("id", id)))

    def section(self, id: str, anchor: str) -> Section:
        """Returns a section of a document. Raises DocumentNotFound."""
        for section in self.document(id).sections:
            if section.anchor == anchor:
                return section
        raise DocumentNotFound(f"no section {anchor!r} in {id}")

    def cites(self, id: str) -> list[Cited]:
        """Returns what a document cites, in the order of its text. Raises DocumentNotFound."""
        from searcher.lookups.citations import cites

        with self._turn() as view:
            return cites(view.backend, view.backend.find(_string("id", id)))

    def cited_by(self, id: str) -> list[CitedBy]:
        """Returns the documents that cite one or another version of it, most often first.

        Raises DocumentNotFound.
        """
        from searcher.lookups.citations import cited_by

        with self._turn() as view:
            return cited_by(view.backend, view.backend.find(_string("id", id)))

    def missing(self) -> Sequence[Missing]:
        """Returns the documents that others cite and the index lacks, the most cited first."""
        with self._turn() as view:
            return view.backend.missing()

    def diff(self, old: str, new: str) -> tuple[SectionChange, ...]:
        """Returns how the wording of one document became that of another, section by section.

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
    """Returns the results of a search: read, planned, carried out and shown."""
    node = parse(query)
    plan = view.plan(query, options.filters.added_to(node))
    found = view.backend.carry_out(plan)
    pages = Pages(plan, found, options.sort)
    best, matching = _chosen(pages, options)
    hits = view.hits(best, plan.sought)
    matches = Matches(partial(found.count, options.by), Facets(found.facets(options.by)))
    suggestions = view.did_you_mean.suggestions(query, node) if options.suggest else ()
    return Results(query, took(), options.offset, hits, matches, options.by, matching, suggestions)


def _chosen(pages: Pages, options: SearchOptions) -> tuple[list[Scored], dict[str, int]]:
    """Returns the hits of a page; for documents also how many sections of each match."""
    if options.by == "section":
        return pages.sections(options.offset, options.limit), {}
    documents = pages.documents(options.offset, options.limit)
    hits = [hit for sections in documents for hit in sections[:SECTIONS]]
    return hits, {sections[0].section.document: len(sections) for sections in documents}


def _verify(view: IndexView, quotation: str, limit: int, took: Callable[[], float]) -> Verification:
    """Returns the verdict on a quotation, with its passages as hits."""
    from searcher.lookups.quotations import (  # a search does without
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
    """Raises InvalidArgument unless ``value`` is a whole number from 0 on."""
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
