"""What ties a document to others, kept beside its row: its fingerprint and what it cites.

It is read only where that is asked for; a search does without.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.citations import find_citations
from indexer.duplicates import Fingerprint, fingerprint
from indexer.errors import IndexDamaged


@dataclass(frozen=True, slots=True)
class Cite:
    """A document cited ``count`` times by ``name``, by ``number`` (canonical 发文字号) or both."""

    name: str | None
    number: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Links:
    """A document's ties. ``cites`` are other documents only, the most cited first."""

    fingerprint: Fingerprint
    cites: tuple[Cite, ...]


def links_of(text: str) -> Links:
    """The ties of a document with this text."""
    counts = Counter(
        (citation.target, citation.number)
        for citation in find_citations(text)
        if not citation.self_reference
    )
    cites = tuple(Cite(*target, count) for target, count in counts.most_common())
    return Links(fingerprint(text), cites)


def encode_links(links: Iterable[Links]) -> bytes:
    """Links as JSON compressed by zlib, in order."""
    plain = [
        (one.fingerprint.to_bytes().hex(), [(c.name, c.number, c.count) for c in one.cites])
        for one in links
    ]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def decode_links(data: bytes) -> list[Links]:
    """The links `encode_links` was given. Raises IndexDamaged."""
    try:
        return [
            Links(
                Fingerprint.from_bytes(bytes.fromhex(fingerprint)),
                tuple(Cite(*cite) for cite in cites),
            )
            for fingerprint, cites in json.loads(zlib.decompress(data))
        ]
    except (zlib.error, ValueError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"the links of a segment cannot be read: {error}") from None
