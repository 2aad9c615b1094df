"""The searcher: open an index, search it, show what is in it."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from indexer.document import Document, Section
from indexer.errors import DocumentNotFound, IndexIncompatible, QueryError
from indexer.record import Row
from indexer.schema import WORDS
from indexer.snapshot import Snapshot
from searcher.dates import LAST_DAY, read_range
from searcher.documents import best_documents, by_date, sections_of
from searcher.excerpt import Excerpt, Excerpter
from searcher.query import Boolean, DateRange, Node, Phrase, Words, parse
from searcher.ranking import Ranked, Ranker
from searcher.results import By, Explanation, Facets, Hit, Matches, Place, Results
from searcher.synonyms import Synonyms

if TYPE_CHECKING:
    from indexer.catalogue import Missing
    from indexer.diff import SectionChange
    from searcher.meant import Meant
    from searcher.quotes import Verification
    from searcher.relations import Cited, CitedBy, Relations
    from searcher.suggest import Completion, Suggester

DEFAULT_INDEX = Path(".policysearch")
Sort = Literal["relevance", "newest", "oldest"]
SECTIONS = 3  # shown at most of a document that is a hit


class Searcher:
    """A snapshot of an index: what it finds does not change until `refresh`.

    Safe to share between threads, which take turns. Close it, or use it in a ``with``.
    """

    def __init__(self, snapshot: Snapshot, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        self._lock = Lock()
        self._closed = False
        self._use(snapshot)

    def _use(self, snapshot: Snapshot) -> None:
        try:
            ranker = _ranker(snapshot, self._synonyms)
        except BaseException:
            snapshot.close()
            raise
        self._snapshot, self._ranker = snapshot, ranker
        self._lazy_relations: Relations | None = None
        self._lazy_meant: Meant | None = None
        self._lazy_suggester: Suggester | None = None

    @property
    def _meant(self) -> Meant:
        if self._lazy_meant is None:
            from searcher.meant import Meant
            from searcher.names import Names

            terms, dictionary = self._snapshot.terms, self._snapshot.analyzer.dictionary
            names = Names(self._ranker.known.names_holding)
            self._lazy_meant = Meant(terms, dictionary, names)
        return self._lazy_meant

    @property
    def _suggester(self) -> Suggester:
        if self._lazy_suggester is None:
            from searcher.suggest import Suggester

            self._lazy_suggester = Suggester(self._snapshot, self._ranker.known.names)
        return self._lazy_suggester

    @property
    def _relations(self) -> Relations:
        if self._lazy_relations is None:
            from searcher.relations import Relations  # a search does without

            self._lazy_relations = Relations(self._snapshot)
        return self._lazy_relations

    @classmethod
    def open(
        cls, path: str | Path = DEFAULT_INDEX, *, synonyms: str | Path | None = None
    ) -> Searcher:
        """The newest state of the index in the folder ``path``.

        ``synonyms`` is a file of more synonyms (`searcher.synonyms`) than those that come along.
        Raises IndexNotFound, IndexIncompatible, IndexDamaged, SynonymError.
        """
        more = Synonyms.open(synonyms)
        return cls(Snapshot.open(Path(path)), more)

    def refresh(self) -> bool:
        """Move on to the newest state of the index; False if this is it already.

        Raises what `open` does, and then keeps the state it has.
        """
        with self._turn():
            newest = Snapshot.open(self._snapshot.folder)
            if newest.manifest.generation == self._snapshot.manifest.generation:
                newest.close()
                return False
            old = self._snapshot
            self._use(newest)
            old.close()
            return True

    def close(self) -> None:
        """Close the index: whoever asks it then gets a ValueError, as of a closed file.

        Results already given stay as they are.
        """
        with self._lock:
            self._closed = True
            self._snapshot.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise ValueError("the searcher is closed")
            yield

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def documents(self) -> Sequence[Row]:
        """A row for every document of the index: id, title, number, issuers, date, type."""
        return tuple(self._snapshot.rows)

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
        """The sections that answer ``query`` (its language: `searcher.query`), best first.

        ``limit`` hits from the ``offset``-th on (from 0). Filters: part of an issuer's name, a
        文种, part of a region's name (`indexer.regions`), and dates such as 2002, 2002-12 or
        2002-12-31, both ends included; a document that states none of what is asked for is left
        out. ``sort`` by "newest" or "oldest" puts undated documents last and breaks ties by score.
        ``by`` "document" answers with documents, in the order of their best sections: `limit`,
        `offset`, totals and facets count documents, and the hits are at most `SECTIONS` of each.
        Searched is what stands in ``query``; what it may be a misspelling of are the
        ``suggestions`` of the results, unless ``suggest`` is false: they can take as long again.
        Raises QueryError, and ValueError for a filter that is no date or a negative number.
        """
        started = time.perf_counter()
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset count from 0")
        node = parse(query)
        filtered = _filtered(node, issuer, doc_type, region, date_from, date_to)
        with self._turn():
            with _positions_in(query):
                found = self._ranker.rank(filtered)
            matching: dict[str, int] = {}
            if by == "document":
                best, matching = self._of_documents(found, limit, offset, sort)
            elif by == "section":
                wanted = min(limit + offset, self._snapshot.unit_count)
                best = self._order(found, wanted, sort)[offset:]
            else:
                raise ValueError(f"by is section or document, not {by!r}")
            excerpter = self._excerpter(node)
            hits = tuple(self._hit(unit, score, excerpter.excerpt) for unit, score in best)
            matches = _matches(self._snapshot, found, by)
            suggestions = self._meant.suggestions(query, node) if suggest else ()
        took = time.perf_counter() - started
        return Results(query, took, offset, hits, matches, by, matching, suggestions)

    def explain(self, query: str, hit: Hit) -> Explanation:
        """How the score of a hit of ``query`` comes about, term by term.

        Raises DocumentNotFound if the hit is of another state of the index.
        """
        node = parse(query)
        with self._turn():
            index = self._snapshot.find(hit.document)
            for number, unit in enumerate(
                self._snapshot.units(index), self._snapshot.firsts[index]
            ):
                if unit.section.anchor == hit.anchor:
                    with _positions_in(query):
                        return self._ranker.explain(node, number)
        raise DocumentNotFound(f"no section {hit.document}#{hit.anchor} in the index")

    def verify(self, quotation: str, limit: int = 5) -> Verification:
        """Whether ``quotation`` stands in a section word for word, nearly, or nowhere, and where.

        Compared are folded characters without blanks, as a quoted search does; ``……`` stands for
        anything, within a section. ``limit`` passages at most.
        Raises QueryError for a quotation that says nothing, ValueError for a negative number.
        """
        from searcher.quotes import Quoted, Verification, find_quotation  # a search does without

        started = time.perf_counter()
        if limit < 0:
            raise ValueError("limit counts from 0")
        with self._turn():
            verdict, total, found = find_quotation(self._snapshot, quotation, limit)
            passages = tuple(
                Quoted(self._hit(one.unit, one.kept, one.show), one.stretches, one.kept)
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
        from searcher.similar import similar_units, telling_terms

        started = time.perf_counter()
        if limit < 0:
            raise ValueError("limit counts from 0")
        with self._turn():
            index = self._snapshot.find(id)
            terms = telling_terms(self._snapshot, index, anchor)
            units = similar_units(self._snapshot, index, terms, limit)
            shown = Words(" ".join(text for field, text in terms if field == WORDS))
            excerpter = self._excerpter(shown)
            hits = tuple(self._hit(unit, score, excerpter.excerpt) for unit, score in units)
            query = f"{self._snapshot.rows[index].id}#{anchor}"
        took = time.perf_counter() - started
        return Results(query, took, 0, hits, Matches(lambda: len(hits)))

    def suggest(self, prefix: str, limit: int = 10) -> tuple[Completion, ...]:
        """Titles, numbers, terms and headings that complete ``prefix``, the best first.

        Width, letter case, traditional characters and blanks make no difference; letters are also
        read as pinyin of titles. Empty where nothing does. Raises ValueError for a negative number.
        """
        if limit < 0:
            raise ValueError("limit counts from 0")
        with self._turn():
            return self._suggester.suggest(prefix, limit)

    def document(self, id: str) -> Document:
        """The document ``id``, or the one whose id ends so: its text, metadata and outline.

        Raises DocumentNotFound.
        """
        with self._turn():
            return self._snapshot.document(self._snapshot.find(id))

    def section(self, id: str, anchor: str) -> Section:
        """A section of a document. Raises DocumentNotFound."""
        for section in self.document(id).sections:
            if section.anchor == anchor:
                return section
        raise DocumentNotFound(f"no section {anchor!r} in {id}")

    def cites(self, id: str) -> list[Cited]:
        """What a document cites, in the order of its text. Raises DocumentNotFound."""
        with self._turn():
            return self._relations.cites(self._snapshot.find(id))

    def cited_by(self, id: str) -> list[CitedBy]:
        """The documents that cite a document or another version of it, most often first.

        Raises DocumentNotFound.
        """
        with self._turn():
            return self._relations.cited_by(self._snapshot.find(id))

    def missing(self) -> Sequence[Missing]:
        """The documents that others cite and the index does not hold, the most cited first."""
        with self._turn():
            return self._relations.missing()

    def diff(self, old: str, new: str) -> tuple[SectionChange, ...]:
        """How the wording of one document became that of another, section by section.

        Raises DocumentNotFound.
        """
        from indexer.diff import diff_documents

        before, after = self.document(old), self.document(new)
        return diff_documents(before, after, self._snapshot.analyzer.pieces)

    def _order(self, found: Ranked, count: int, sort: Sort) -> list[tuple[int, float]]:
        snapshot = self._snapshot
        if sort == "relevance":
            return found.top(count)
        if sort not in ("newest", "oldest"):
            raise ValueError(f"sort is relevance, newest or oldest, not {sort!r}")
        return by_date(snapshot, found, count, newest=sort == "newest")

    def _of_documents(
        self, found: Ranked, limit: int, offset: int, sort: Sort
    ) -> tuple[list[tuple[int, float]], dict[str, int]]:
        """The hits of a page of documents, and how many sections of each document match."""
        rows = self._snapshot.rows
        order = partial(self._order, found, sort=sort)
        wanted = min(limit + offset, len(rows))
        documents = best_documents(self._snapshot, found, order, wanted)[offset:]
        sections = sections_of(self._snapshot, found, documents)
        hits = [hit for every in sections.values() for hit in every[:SECTIONS]]
        return hits, {rows[index].id: len(every) for index, every in sections.items()}

    def _excerpter(self, node: Node) -> Excerpter:
        snapshot, ranker = self._snapshot, self._ranker
        return Excerpter(node, snapshot.terms, snapshot.analyzer, ranker.idf, self._synonyms)

    def _hit(self, number: int, score: float, show: Callable[[int], Excerpt]) -> Hit:
        snapshot = self._snapshot
        index = snapshot.document_of(number)
        row, passage = snapshot.rows[index], snapshot.passage(number)
        excerpt = show(number)
        return Hit(
            document=row.id,
            anchor=passage.anchor,
            path=passage.path,
            heading=passage.heading,
            headings=passage.headings,
            title=row.title,
            doc_number=row.doc_number,
            issuers=row.issuers,
            date=row.date,
            doc_type=row.doc_type,
            score=score,
            source=snapshot.source(row.id),
            line=passage.line + excerpt.lines,
            span=passage.span,
            snippet=excerpt.snippet,
            repeats=passage.repeats,
            repeat_lines=passage.repeat_lines,
            copies=self._places(snapshot.document_of(copy) for copy in snapshot.copies_of(number)),
            versions=self._places(snapshot.by_id[id] for id in snapshot.versions.get(row.id, ())),
        )

    def _places(self, indices: Iterable[int]) -> tuple[Place, ...]:
        rows = (self._snapshot.rows[index] for index in dict.fromkeys(indices))
        return tuple(
            Place(row.id, row.title, row.date, self._snapshot.source(row.id)) for row in rows
        )


def _matches(snapshot: Snapshot, found: Ranked, by: By) -> Matches:
    """What counts the sections that were found, or their documents."""

    @cache
    def tally() -> array[int]:
        counts = snapshot.tally(found.units)
        return array("I", map(bool, counts)) if by == "document" else counts

    return Matches(lambda: sum(tally()), Facets(snapshot.facets(tally)))


@contextmanager
def _positions_in(query: str) -> Iterator[None]:
    """Errors of a part of a query as errors of the whole, of which their positions are."""
    try:
        yield
    except QueryError as error:
        raise QueryError(query, error.position, error.reason) from None


def _ranker(snapshot: Snapshot, synonyms: Synonyms) -> Ranker:
    made_with, fingerprint = snapshot.manifest.analyzer, snapshot.analyzer.fingerprint
    if snapshot.rows and made_with != fingerprint:
        raise IndexIncompatible(
            f"the index was made with {made_with}, this is {fingerprint}: "
            "run `policysearch index --rebuild`"
        )
    return Ranker(snapshot, synonyms)


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
