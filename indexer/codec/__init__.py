"""Columnar segments: memory-mapped postings, lengths and texts, searched by a compiled kernel.

`layout` writes the format down, `segment` reads it, `collection` searches several segments as one,
`kernel` is C with `twin` for machines without a compiler. `making`, which builds and merges, is
imported by itself: a search does without.
"""

from __future__ import annotations

from indexer.codec.collection import Collection, Groups, Units
from indexer.codec.postings import GONE, K1
from indexer.codec.segment import UNIT, Columns, Place, Segment

__all__ = [
    "GONE",
    "K1",
    "UNIT",
    "Collection",
    "Columns",
    "Groups",
    "Place",
    "Segment",
    "Units",
]
