"""The citations between documents of an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.documents.citations.find import Citation, find_citations
from indexer.documents.citations.resolve import Resolution
from indexer.documents.model import Span
from searcher.backends.backend import Backend

if TYPE_CHECKING:
    from searcher.results.json_shapes import CitedJson


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of a document: the name it gives, its place, and the cited document in the index.

    ``name`` (without 《》), ``number`` or both name the document, and ``articles`` are such as
    第三条 or 第三条第一款第（二）项. ``span`` is in the text of the citing document, and ``line``
    is its line. ``document`` is the id of the newest version in the index, None if there is none,
    and ``versions`` has the ids of the others.
    """

    name: str | None
    number: str | None
    articles: tuple[str, ...]
    span: Span
    line: int
    document: str | None
    versions: tuple[str, ...]

    def to_dict(self) -> CitedJson:
        """Returns the citation as plain values, in the form that ``show --cites --json`` prints."""
        from searcher.results.as_json import cited_json

        return cited_json(self)


@dataclass(frozen=True, slots=True)
class CitedBy:
    """A document that cites another, and the number of its citations."""

    document: str
    title: str
    date: str
    count: int


def cites(backend: Backend, id: str) -> list[Cited]:
    """Returns the citations in the document with this ``id``, in the order of its text.

    References to the document itself and to its copies are left out.
    """
    document = backend.document(id)
    own, own_number = set(backend.same_document(id)), backend.facts(id).doc_number
    found: list[Cited] = []
    for citation in find_citations(document.text):
        resolution = backend.resolve(citation, document.id)
        named_by_number = citation.target is None and citation.number == own_number
        if citation.self_reference or named_by_number or (resolution and resolution.id in own):
            continue
        found.append(_cited(citation, document.text, resolution))
    return found


def cited_by(backend: Backend, id: str) -> list[CitedBy]:
    """Returns the documents that cite any version of the document ``id``, most citations first."""
    wanted = {*backend.same_document(id), *backend.versions(id)}
    found = [
        CitedBy(one.document.id, one.document.title, one.document.date, one.times)
        for one in backend.cited_by(wanted)
    ]
    return sorted(found, key=lambda citing: (-citing.count, citing.document))


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
