"""Sections that say the like of a section, found by the terms that tell most of what it says."""

from __future__ import annotations

from collections import Counter
from math import log

from indexer.errors import DocumentNotFound
from searcher.backends.backend import Backend, Scored
from searcher.ranking.plan import AnyTerm, OfDocuments, Plan, Term, Without
from searcher.ranking.query_terms import as_weights, terms_of

_TELLING = 40  # terms: words, and the bigrams that they are made of
_VERSIONS = 8  # of laws, on the average, that may stand in each other's way


def telling_terms(backend: Backend, document: str, anchor: str) -> dict[Term, float]:
    """Returns the terms of a section with most tf * idf, most first, with their weights.

    The weights grow with log tf. The section is that of the document with the id ``document``,
    with the items below it. Raises DocumentNotFound.
    """
    frequency, idf = backend.frequency, backend.idf
    # A term of one section leads to no other.
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

    The document's copies and the other versions of its law are left out, and of each other law all
    versions but the one that ranks first.
    """
    own = {same for id in backend.same_document(document) for same in backend.versions(id) or (id,)}
    match = Without(AnyTerm(tuple(terms)), (OfDocuments(frozenset(own)),))
    first: dict[str, str] = {}  # the version, by the newest of its law
    found: list[Scored] = []
    for hit in backend.carry_out(Plan(as_weights(terms), match=match)).top(limit * _VERSIONS):
        id = hit.section.document
        newest = (backend.versions(id) or (id,))[0]
        if first.setdefault(newest, id) == id:
            found.append(hit)
    return found[:limit]
