"""Documents that belong together: one document in several files, and the versions of one law."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from indexer.duplicates import Item, group_duplicates, group_versions
from indexer.errors import IndexDamaged
from indexer.links import Links
from indexer.record import Row


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of document ids, two or more each.

    ``duplicates`` are one document, the one first that says most of itself and of the text;
    ``versions`` are of one law, newest first, each standing for its duplicates.
    """

    duplicates: tuple[tuple[str, ...], ...] = ()
    versions: tuple[tuple[str, ...], ...] = ()

    def encode(self) -> bytes:
        """The groups as JSON."""
        return json.dumps([self.duplicates, self.versions], ensure_ascii=False).encode()

    @classmethod
    def decode(cls, data: bytes) -> Groups:
        """The groups in ``data``. Raises IndexDamaged."""
        try:
            duplicates, versions = json.loads(data)
            return cls(tuple(map(tuple, duplicates)), tuple(map(tuple, versions)))
        except (ValueError, TypeError) as error:
            raise IndexDamaged(f"the groups of documents cannot be read: {error}") from None


def regroup(
    old: Groups,
    rows: Sequence[Row],
    links: Sequence[Links],
    changed: Iterable[str],
    text_of: Callable[[str], str],
) -> Groups:
    """The groups of the documents ``rows``, given those from before ``changed`` ids changed.

    What is neither changed nor of a group that lost a member is not compared again.
    """
    stale = set(changed)
    kept = [group for group in old.duplicates if stale.isdisjoint(group)]
    stale.update(id for group in old.duplicates if group not in kept for id in group)
    pairs = sorted(zip(rows, links, strict=True), key=lambda pair: pair[0].id)
    items = [
        Item(row.id, its.fingerprint, row.title or None, row.date or None, row.issuers)
        for row, its in pairs
    ]
    duplicates = group_duplicates(items, text_of, known=kept, changed=stale)
    by_id = {row.id: row for row in rows}
    duplicates = tuple(
        tuple(sorted(group, key=lambda id: -_facts(by_id[id]))) for group in duplicates
    )
    return Groups(duplicates, group_versions(items, duplicates))


def _facts(row: Row) -> int:
    return sum(map(bool, (row.title, row.doc_number, row.issuers, row.date, row.doc_type)))
