"""How documents of an index have to do with each other: who cites whom, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from indexer.documents.citations.find import Citation, find_citations
from indexer.documents.citations.resolve import Catalogue, Missing, NamedDocument, Resolution
from indexer.documents.model import Span
from indexer.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from searcher.results.json_shapes import CitedJson


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of a document: what it names, where, and what that is in the index.

    ``name`` (without 《》) or ``number`` or both; ``articles`` as 第三条 or 第三条第一款第（二）项;
    ``span`` in the text of the citing document, ``line`` of it. ``document`` is the id of the
    newest version at hand, None if none is, and ``versions`` the ids of others.
    """

    name: str | None
    number: str | None
    articles: tuple[str, ...]
    span: Span
    line: int
    document: str | None
    versions: tuple[str, ...]

    def to_dict(self) -> CitedJson:
        """Returns the citation as plain values, as ``show --cites --json`` prints it."""
        from searcher.results.as_json import cited_json

        return cited_json(self)


@dataclass(frozen=True, slots=True)
class CitedBy:
    """A document that cites another, and how often."""

    document: str
    title: str
    date: str
    count: int


class Relations:
    """The citations among the documents of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._catalogue = Catalogue(
            NamedDocument(row.id, row.title or None, row.doc_number or None, row.date or None)
            for row in snapshot.rows
        )

    def cites(self, index: int) -> list[Cited]:
        """What the document of a row cites, in the order of its text, itself left out."""
        document = self._snapshot.document(index)
        own, own_number = self._same(index), self._snapshot.rows[index].doc_number
        found: list[Cited] = []
        for citation in find_citations(document.text):
            resolution = self._catalogue.resolve(citation, document.id)
            named_by_number = citation.target is None and citation.number == own_number
            if citation.self_reference or named_by_number or (resolution and resolution.id in own):
                continue
            found.append(_cited(citation, document.text, resolution))
        return found

    def cited_by(self, index: int) -> list[CitedBy]:
        """The documents that cite that of a row or another version of it, most often first."""
        wanted = self._same(index) | set(self._snapshot.families.versions.get(self._id(index), ()))
        found: list[CitedBy] = []
        is_meant = cache(lambda name, number: self._is_one_of(name, number, wanted))
        for row, links in zip(self._snapshot.rows, self._snapshot.links, strict=True):
            if row.id in wanted:
                continue
            count = sum(cite.count for cite in links.cites if is_meant(cite.name, cite.number))
            if count:
                found.append(CitedBy(row.id, row.title, row.date, count))
        return sorted(found, key=lambda citing: (-citing.count, citing.document))

    def missing(self) -> Sequence[Missing]:
        """The documents that are cited but not in the index, the most cited first."""
        counts: Counter[tuple[str | None, str | None]] = Counter()
        for links in self._snapshot.links:
            for cite in links.cites:
                counts[cite.name, cite.number] += cite.count
        return self._catalogue.missing(
            _citation(name, number) for (name, number), n in counts.items() for _ in range(n)
        )

    def _id(self, index: int) -> str:
        return self._snapshot.rows[index].id

    def _same(self, index: int) -> set[str]:
        """The ids of a document and its copies."""
        return {
            self._id(copy) for copy in self._snapshot.families.same_document.get(index, (index,))
        }

    def _is_one_of(self, name: str | None, number: str | None, wanted: set[str]) -> bool:
        resolution = self._catalogue.resolve(_citation(name, number))
        return resolution is not None and resolution.id in wanted


def _citation(name: str | None, number: str | None) -> Citation:
    return Citation(Span(0, 0), name, number)


def _cited(citation: Citation, text: str, resolution: Resolution | None) -> Cited:
    return Cited(
        citation.target,
        citation.number,
        tuple(str(article) for article in citation.articles),
        citation.span,
        text.count("\n", 0, citation.span.start) + 1,
        resolution.id if resolution else None,
        resolution.others if resolution else (),
    )
