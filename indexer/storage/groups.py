"""Documents that belong together: one document in several files, and the versions of one law."""

from __future__ import annotations

import json
from dataclasses import dataclass

from indexer.errors import IndexDamaged


@dataclass(frozen=True, slots=True)
class DocumentFamilies:
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
    def decode(cls, data: bytes) -> DocumentFamilies:
        """The groups in ``data``. Raises IndexDamaged."""
        try:
            duplicates, versions = json.loads(data)
            return cls(tuple(map(tuple, duplicates)), tuple(map(tuple, versions)))
        except (ValueError, TypeError) as error:
            raise IndexDamaged(f"the groups of documents cannot be read: {error}") from None
