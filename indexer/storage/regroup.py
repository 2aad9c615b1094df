"""Computes the families of an index after some of its documents changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from indexer.documents.versions.duplicates import Item, group_duplicates, group_versions
from indexer.documents.versions.fingerprint import Fingerprint
from indexer.storage.families import DocumentFamilies
from indexer.storage.records import DocumentRow


def regroup(
    old: DocumentFamilies,
    rows: Sequence[DocumentRow],
    fingerprints: Sequence[Fingerprint],
    changed: Iterable[str],
    text_of: Callable[[str], str],
) -> DocumentFamilies:
    """Returns the families of the documents ``rows``; ``fingerprints`` are in the same order.

    ``old`` are the families before the documents ``changed`` were added, replaced or removed. Only
    these documents, and members of families that lost one, are compared with the others.
    ``text_of`` returns the text of a document by its id. The result is the same as after a rebuild.
    """
    stale = set(changed)
    kept = [group for group in old.duplicates if stale.isdisjoint(group)]
    stale.update(id for group in old.duplicates if group not in kept for id in group)
    pairs = sorted(zip(rows, fingerprints, strict=True), key=lambda pair: pair[0].id)
    items = [
        Item(row.id, its, row.title or None, row.date or None, row.issuers) for row, its in pairs
    ]
    duplicates = group_duplicates(items, text_of, known=kept, changed=stale)
    by_id = {row.id: row for row in rows}
    duplicates = tuple(
        tuple(sorted(group, key=lambda id: -_facts(by_id[id]))) for group in duplicates
    )
    return DocumentFamilies(duplicates, group_versions(items, duplicates))


def _facts(row: DocumentRow) -> int:
    """Returns the number of facts that a document states itself."""
    return sum(map(bool, (row.title, row.doc_number, row.issuers, row.date, row.doc_type)))
