"""Columnar segments: memory-mapped postings, lengths and texts, searched by the kernel.

`format` writes the bytes, `segment` reads one file of them, and `collection` searches several
segments as one. `writer` builds and merges segments; it is imported separately, because a search
does not need it.
"""

from __future__ import annotations

from indexer.kernel.bm25 import K1, UNIT
from indexer.kernel.constants import GONE
from indexer.segments.collection import Collection, DocumentLabels, SectionSet
from indexer.segments.segment import Columns, PostingsAt, Segment

__all__ = [
    "GONE",
    "K1",
    "UNIT",
    "Collection",
    "Columns",
    "DocumentLabels",
    "PostingsAt",
    "SectionSet",
    "Segment",
]
