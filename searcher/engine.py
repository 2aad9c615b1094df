"""The searcher: open an index, search it, show what is in it."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from indexer.documents.model import Document, Section
from indexer.errors import DocumentNotFound, QueryError
from indexer.storage.names import find_document
from indexer.storage.records import DocumentRow
from indexer.storage.schema import WORDS
from indexer.storage.snapshot import Snapshot
from searcher.query.dates import LAST_DAY, read_range
from searcher.query.parser import Boolean, DateRange, Node, Phrase, Words, parse
from searcher.ranking.by_document import best_documents, by_date, sections_of
from searcher.ranking.ranker import Ranked
from searcher.ranking.synonyms import Synonyms
from searcher.results.model import By, Explanation, Facets, Hit, Matches, Results
from searcher.view import IndexView

if TYPE_CHECKING:
    from indexer.documents.citations.resolve import Missing
    from indexer.documents.versions.diff import SectionChange
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Verification
    from searcher.suggestions.completion import Completion

DEFAULT_INDEX = Path(".policysearch")
Sort = Literal["relevance", "newest", "oldest"]
_CLOSED = "the searcher is closed"
SECTIONS = 3  # shown at most of a document that is a hit


class Searcher:
    """A snapshot of an index: what it finds does not change until `refresh`.

    Safe to share between threads, which search side by side. Close it, or use it in a ``with``.
    """

    def __init__(self, snapshot: Snapshot, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        self._lock = Lock()  # of which generation is in use, and by how many
        self._moving = Lock()  # held by who refreshes
        self._now: IndexView | None = IndexView(snapshot, synonyms)

    @classmethod
    def open(
        cls, path: str | Path = DEFAULT_INDEX, *, synonyms: str | Path | None = None
    ) -> Searcher:
        """The newest state of the index in the folder ``path``.

        ``synonyms`` is a file of more synonyms (`searcher.ranking.synonyms`) than those that come
        along. Raises IndexNotFound, IndexIncompatible, IndexDamaged, SynonymError."""
        more = Synonyms.open(synonyms)
        return cls(Snapshot.open(Path(path)), more)

    def refresh(self) -> bool:
        """Move on to the newest state of the index; False if this is it already.

        Raises what `open` does, and then keeps the state it has.
        """
        with self._moving, self._turn() as generation:
            newest = Snapshot.open(generation.snapshot.folder)
            if newest.manifest.generation == generation.snapshot.manifest.generation:
                newest.close()
                return False
            self._move(IndexView(newest, self._synonyms))
            return True

    def _move(self, newest: IndexView) -> None:
        """Use another generation from here on, unless all was closed meanwhile."""
        with self._lock:
            if self._now is not None:
                self._now = newest
                return
        newest.snapshot.close()
        raise ValueError(_CLOSED)

    def close(self) -> None:
        """Close the index: whoever asks it then gets a ValueError, as of a closed file.

        Searches under way in other threads end as they would have. Results stay as they are.
        """
        with self._lock:
            generation, self._now = self._now, None
            is_over = generation is not None and not generation.users
        if generation is not None and is_over:
            generation.snapshot.close()

    @contextmanager
    def _turn(self) -> Iterator[IndexView]:
        """The generation in use, which is not closed before this is over."""
        with self._lock:
            generation = self._now
            if generation is None:
                raise ValueError(_CLOSED)
            generation.users += 1
        try:
            yield generation
        finally:
            with self._lock:
                generation.users -= 1
                is_over = not generation.users and generation is not self._now
            if is_over:
                generation.snapshot.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def documents(self) -> Sequence[DocumentRow]:
        """A row for every document of the index: id, title, number, issuers, date, type."""
        with self._turn() as generation:
            return tuple(generation.snapshot.rows)

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
        """The sections that answer ``query`` (its language: `searcher.query.parser`), best first.

        ``limit`` hits from the ``offset``-th on (from 0). Filters: part of an issuer's name, a
        文种, part of a region's name (`indexer.documents.regions`), and dates such as 2002, 2002-12
        or 2002-12-31, both ends included; a document that states none of what is asked for is left
        out. ``sort`` by "newest" or "oldest" puts undated documents last and breaks ties by score.
        ``by`` "document" answers with documents, in the order of their best sections: `limit`,
        `offset`, totals and facets count documents, and the hits are at most `SECTIONS` of each.
        Searched is what stands in ``query``; what it may be a misspelling of are the
        ``suggestions`` of the results, unless ``suggest`` is false: they can take as long again.
        Raises QueryError, and ValueError for a filter that is no date or a negative number."""
        started = time.perf_counter()
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset count from 0")
        node = parse(query)
        filtered = _filtered(node, issuer, doc_type, region, date_from, date_to)
        with self._turn() as now:
            with _positions_in(query):
                found = now.ranker.rank(filtered)
            matching: dict[str, int] = {}
            if by == "document":
                best, matching = _of_documents(now.snapshot, found, limit, offset, sort)
            elif by == "section":
                wanted = min(limit + offset, now.snapshot.numbering.section_count)
                best = _order(now.snapshot, found, wanted, sort)[offset:]
            else:
                raise ValueError(f"by is section or document, not {by!r}")
            show = now.excerpter(node).excerpt
            hits = tuple([now.hit(section, score, show) for section, score in best])
            matches = _matches(now.snapshot, found, by)
            suggestions = now.meant.suggestions(query, node) if suggest else ()
        took = time.perf_counter() - started
        return Results(query, took, offset, hits, matches, by, matching, suggestions)

    def explain(self, query: str, hit: Hit) -> Explanation:
        """How the score of a hit of ``query`` comes about, term by term.

        Raises DocumentNotFound if the hit is of another state of the index.
        """
        node = parse(query)
        with self._turn() as now:
            index = find_document(now.snapshot.numbering, hit.document)
            for number, section in enumerate(
                now.snapshot.sections(index), now.snapshot.numbering.firsts[index]
            ):
                if section.section.anchor == hit.anchor:
                    with _positions_in(query):
                        return now.ranker.explain(node, number)
        raise DocumentNotFound(f"no section {hit.document}#{hit.anchor} in the index")

    def verify(self, quotation: str, limit: int = 5) -> Verification:
        """Whether ``quotation`` stands in a section word for word, nearly, or nowhere, and where.

        Compared are folded characters without blanks, as a quoted search does; ``……`` stands for
        anything, within a section. ``limit`` passages at most.
        Raises QueryError for a quotation that says nothing, ValueError for a negative number.
        """
        from searcher.lookups.quotations import (  # a search does without
            Quoted,
            Verification,
            find_quotation,
        )

        started = time.perf_counter()
        if limit < 0:
            raise ValueError("limit counts from 0")
        with self._turn() as now:
            verdict, total, found = find_quotation(now.snapshot, quotation, limit)
            passages = tuple(
                Quoted(now.hit(one.section, one.kept, one.show), one.stretches, one.kept)
                for one in found
            )
        took = time.perf_counter() - started
        return Verification(quotation, verdict, total, passages, took)

    def similar(self, id: str, anchor: str, limit: int = 10) -> Results:
        """Sections of other documents that say the like of a section, best first.

        Neither its copies nor other versions of its law are among them, and of each other law one
        version, which names the rest. ``query`` of the results is DOCUMENT#ANCHOR.
        Raises DocumentNotFound, and ValueError for a negative number.
        """
        from searcher.lookups.similar import similar_sections, telling_terms

        started = time.perf_counter()
        if limit < 0:
            raise ValueError("limit counts from 0")
        with self._turn() as now:
            index = find_document(now.snapshot.numbering, id)
            terms = telling_terms(now.snapshot, index, anchor)
            sections = similar_sections(now.snapshot, index, terms, limit)
            shown = Words(" ".join(text for field, text in terms if field == WORDS))
            show = now.excerpter(shown).excerpt
            hits = tuple([now.hit(section, score, show) for section, score in sections])
            query = f"{now.snapshot.rows[index].id}#{anchor}"
        took = time.perf_counter() - started
        return Results(query, took, 0, hits, Matches(lambda: len(hits)))

    def suggest(self, prefix: str, limit: int = 10) -> tuple[Completion, ...]:
        """Titles, numbers, terms and headings that complete ``prefix``, the best first.

        Width, letter case, traditional characters and blanks make no difference; letters are also
        read as pinyin of titles. Empty where nothing does. Raises ValueError for a negative number.
        """
        if limit < 0:
            raise ValueError("limit counts from 0")
        with self._turn() as now:
            return now.suggester.suggest(prefix, limit)

    def document(self, id: str) -> Document:
        """The document ``id``, or the one whose id ends so: its text, metadata and outline.

        Raises DocumentNotFound.
        """
        with self._turn() as now:
            return now.snapshot.document(find_document(now.snapshot.numbering, id))

    def section(self, id: str, anchor: str) -> Section:
        """A section of a document. Raises DocumentNotFound."""
        for section in self.document(id).sections:
            if section.anchor == anchor:
                return section
        raise DocumentNotFound(f"no section {anchor!r} in {id}")

    def cites(self, id: str) -> list[Cited]:
        """What a document cites, in the order of its text. Raises DocumentNotFound."""
        with self._turn() as now:
            return now.relations.cites(find_document(now.snapshot.numbering, id))

    def cited_by(self, id: str) -> list[CitedBy]:
        """The documents that cite a document or another version of it, most often first.

        Raises DocumentNotFound.
        """
        with self._turn() as now:
            return now.relations.cited_by(find_document(now.snapshot.numbering, id))

    def missing(self) -> Sequence[Missing]:
        """The documents that others cite and the index does not hold, the most cited first."""
        with self._turn() as now:
            return now.relations.missing()

    def diff(self, old: str, new: str) -> tuple[SectionChange, ...]:
        """How the wording of one document became that of another, section by section.

        Raises DocumentNotFound.
        """
        from indexer.documents.versions.diff import diff_documents

        with self._turn() as now:
            snapshot = now.snapshot
            indices = (find_document(snapshot.numbering, id) for id in (old, new))
            before, after = map(snapshot.document, indices)
            return diff_documents(before, after, snapshot.analyzer.pieces)


def _order(snapshot: Snapshot, found: Ranked, count: int, sort: Sort) -> list[tuple[int, float]]:
    if sort == "relevance":
        return found.top(count)
    if sort not in ("newest", "oldest"):
        raise ValueError(f"sort is relevance, newest or oldest, not {sort!r}")
    return by_date(snapshot, found, count, newest=sort == "newest")


def _of_documents(
    snapshot: Snapshot, found: Ranked, limit: int, offset: int, sort: Sort
) -> tuple[list[tuple[int, float]], dict[str, int]]:
    """The hits of a page of documents, and how many sections of each document match."""
    rows = snapshot.rows
    order = partial(_order, snapshot, found, sort=sort)
    documents = best_documents(snapshot, found, order, min(limit + offset, len(rows)))[offset:]
    sections = sections_of(snapshot, found, documents)
    hits = [hit for every in sections.values() for hit in every[:SECTIONS]]
    return hits, {rows[index].id: len(every) for index, every in sections.items()}


def _matches(snapshot: Snapshot, found: Ranked, by: By) -> Matches:
    """What counts the sections that were found, or their documents."""

    @cache
    def tally() -> array[int]:
        counts = snapshot.numbering.tally(found.sections)
        return array("I", map(bool, counts)) if by == "document" else counts

    return Matches(lambda: sum(tally()), Facets(snapshot.facets.counts(tally)))


@contextmanager
def _positions_in(query: str) -> Iterator[None]:
    """Errors of a part of a query as errors of the whole, of which their positions are."""
    try:
        yield
    except QueryError as error:
        raise QueryError(query, error.position, error.reason) from None


def _filtered(
    query: Node,
    issuer: str | None,
    doc_type: str | None,
    region: str | None,
    date_from: str | None,
    date_to: str | None,
) -> Node:
    """``query`` and the filters, which are clauses about documents as the query could hold them."""
    filters: list[Node] = []
    if issuer:
        filters.append(Words(issuer, "issuer"))
    if doc_type:
        filters.append(Phrase(doc_type, "type"))
    if region:
        filters.append(Phrase(region, "region"))
    if date_from or date_to:
        first = read_range(date_from)[0] if date_from else 0
        last = read_range(date_to)[1] if date_to else LAST_DAY
        filters.append(DateRange(first, last))
    return Boolean(must=(query, *filters)) if filters else query
