"""Finds sections with much the same content as a section, by its most telling terms."""

from __future__ import annotations

from collections import Counter
from math import log

from indexer.errors import DocumentNotFound
from searcher.backends.backend import Backend, Scored
from searcher.ranking.plan import AnyTerm, OfDocuments, Plan, Term, Without
from searcher.ranking.query_terms import as_weights, terms_of

_TELLING = 40  # terms: words, and the bigrams in them
_VERSIONS = 8  # versions of a law, on average, that may displace others


def telling_terms(backend: Backend, document: str, anchor: str) -> dict[Term, float]:
    """Returns the terms of a section with the highest tf * idf, highest first, with weights.

    The weights grow with log tf. The section ``anchor`` of the document with the id ``document``
    includes the items below it. Raises DocumentNotFound.
    """
    frequency, idf = backend.frequency, backend.idf
    # A term that only one section has leads to no other.
    counts = Counter(
        term
        for term in terms_of(_text(backend, document, anchor), backend.analyzer)
        if frequency(term) > 1
    )
    most = sorted(counts, key=lambda term: (-counts[term] * idf(frequency(term)), term))
    return {term: 1 + log(counts[term]) for term in most[:_TELLING]}


def _text(backend: Backend, id: str, anchor: str) -> str:
    document = backend.document(id)
    retrieved = {one.section.anchor: one.span for one in backend.sections(id)}
    outlined = {section.anchor: section.span for section in document.sections}
    if span := retrieved.get(anchor) or outlined.get(anchor):
        return span.of(document.text)
    raise DocumentNotFound(f"no section {anchor!r} in {document.id}")


def similar_sections(
    backend: Backend, document: str, terms: dict[Term, float], limit: int
) -> list[Scored]:
    """Returns the ``limit`` best sections by ``terms`` in other documents, best first.

    Copies of the document and other versions of its law are left out. Of every other law, only the
    version that ranks first is included.
    """
    own = {same for id in backend.same_document(document) for same in backend.versions(id) or (id,)}
    match = Without(AnyTerm(tuple(terms)), (OfDocuments(frozenset(own)),))
    first: dict[str, str] = {}  # the chosen version, by the newest version of its law
    found: list[Scored] = []
    for hit in backend.carry_out(Plan(as_weights(terms), match=match)).top(limit * _VERSIONS):
        id = hit.section.document
        newest = (backend.versions(id) or (id,))[0]
        if first.setdefault(newest, id) == id:
            found.append(hit)
    return found[:limit]
