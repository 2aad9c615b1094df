"""Which terms tell most of what a section says, so that a search for them finds others like it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from math import log

from indexer.errors import DocumentNotFound
from indexer.storage.snapshot import Snapshot
from searcher.ranking.ranker import Term, result_order, terms_of

_TELLING = 40  # terms: words, and the bigrams that they are made of
_VERSIONS = 8  # of laws, on the average, that may stand in each other's way


def telling_terms(snapshot: Snapshot, index: int, anchor: str) -> dict[Term, float]:
    """The terms of a section with most tf * idf, most first, with weights that grow with log tf.

    The section is that of the document of a row, with the items below it. Raises DocumentNotFound.
    """
    text = _text(snapshot, index, anchor)
    # A term of one section leads to no other.
    counts = Counter(
        term for term in terms_of(text, snapshot.analyzer) if snapshot.terms.frequency(term) > 1
    )
    most = sorted(counts, key=lambda term: (-counts[term] * _idf(snapshot, term), term))
    return {term: 1 + log(counts[term]) for term in most[:_TELLING]}


def _text(snapshot: Snapshot, index: int, anchor: str) -> str:
    document = snapshot.document(index)
    retrieved = {one.section.anchor: one.span for one in snapshot.sections(index)}
    outlined = {section.anchor: section.span for section in document.sections}
    if span := retrieved.get(anchor) or outlined.get(anchor):
        return span.of(document.text)
    raise DocumentNotFound(f"no section {anchor!r} in {document.id}")


def _idf(snapshot: Snapshot, term: Term) -> float:
    return snapshot.terms.idf(snapshot.terms.frequency(term))


def similar_sections(
    snapshot: Snapshot, index: int, terms: dict[Term, float], limit: int
) -> list[tuple[int, float]]:
    """The ``limit`` best (section, score) by ``terms`` in other documents than that of a row.

    Its copies and the other versions of its law are left out, and of each other law all versions
    but the one that ranks first.
    """
    versions = snapshot.families.versions
    copies = (
        snapshot.rows[copy].id for copy in snapshot.families.same_document.get(index, (index,))
    )
    own = {same for id in copies for same in versions.get(id, (id,))}
    others = snapshot.sections_where(lambda row: row.id not in own)
    within = snapshot.terms.having(terms) & others
    first: dict[str, str] = {}  # the version, by the newest of its law
    found: list[tuple[int, float]] = []
    count = min(len(within), limit * _VERSIONS)
    for score, section in snapshot.terms.top(count, terms, partial(result_order, snapshot), within):
        id = snapshot.rows[snapshot.numbering.document_of(section)].id
        newest = versions.get(id, (id,))[0]
        if first.setdefault(newest, id) == id:
            found.append((section, score))
    return found[:limit]
