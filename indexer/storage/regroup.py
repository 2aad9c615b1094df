"""Finding the groups of an index anew when some of its documents changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from indexer.documents.versions.duplicates import (
    Fingerprint,
    Item,
    group_duplicates,
    group_versions,
)
from indexer.storage.families import DocumentFamilies
from indexer.storage.records import DocumentRow


def regroup(
    old: DocumentFamilies,
    rows: Sequence[DocumentRow],
    fingerprints: Sequence[Fingerprint],
    changed: Iterable[str],
    text_of: Callable[[str], str],
) -> DocumentFamilies:
    """The groups of the documents ``rows``, given those from before ``changed`` ids changed.

    What is neither changed nor of a group that lost a member is not compared again.
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
    return sum(map(bool, (row.title, row.doc_number, row.issuers, row.date, row.doc_type)))
