"""The citations between the documents of an index in a folder, and cited documents it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from indexer.documents.citations.find import Citation
from indexer.documents.citations.resolve import Catalogue, Missing, NamedDocument, Resolution
from indexer.documents.model import Span
from indexer.storage.snapshot import Snapshot
from searcher.backends.backend import Citing


class Citations:
    """The citations between the documents of a snapshot, from the links stored in the index."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._catalogue = Catalogue(
            NamedDocument(row.id, row.title or None, row.doc_number or None, row.date or None)
            for row in snapshot.rows
        )

    def resolve(self, citation: Citation, by: str | None = None) -> Resolution | None:
        """Returns the document that a citation in ``by`` refers to; None if the index lacks it."""
        return self._catalogue.resolve(citation, by)

    def cited_by(self, documents: Iterable[str]) -> list[Citing]:
        """Returns the documents that cite one of ``documents`` and are none of them."""
        wanted = frozenset(documents)
        is_meant = cache(lambda name, number: self._is_one_of(name, number, wanted))
        found: list[Citing] = []
        for row, links in zip(self._snapshot.rows, self._snapshot.links, strict=True):
            if row.id in wanted:
                continue
            count = sum(cite.count for cite in links.cites if is_meant(cite.name, cite.number))
            if count:
                found.append(Citing(row, count))
        return found

    def missing(self) -> Sequence[Missing]:
        """Returns the documents that are cited but not in the index, the most cited first."""
        counts: Counter[tuple[str | None, str | None]] = Counter()
        for links in self._snapshot.links:
            for cite in links.cites:
                counts[cite.name, cite.number] += cite.count
        return self._catalogue.missing(
            _citation(name, number) for (name, number), n in counts.items() for _ in range(n)
        )

    def _is_one_of(self, name: str | None, number: str | None, wanted: frozenset[str]) -> bool:
        resolution = self._catalogue.resolve(_citation(name, number))
        return resolution is not None and resolution.id in wanted


def _citation(name: str | None, number: str | None) -> Citation:
    return Citation(Span(0, 0), name, number)
