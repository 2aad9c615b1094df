"""Columnar segments: memory-mapped postings, lengths and texts, searched by a compiled kernel.

`layout` writes the format down, `segment` reads it, `collection` searches several segments as one,
`excerpts` finds and shows what was sought in a text, `kernel` is C with `plain kernel` for machines
without a compiler. `making`, which builds and merges, is imported by itself: a search does without.
"""

from __future__ import annotations

from indexer.kernel import kernel
from indexer.kernel.plain.fold import FoldedText
from indexer.kernel.plain.postings import GONE, K1
from indexer.kernel.plain.snippet import (
    Match,
    Needles,
    SnippetParts,
    find_matches,
    pack_matches,
    unpack_matches,
)
from indexer.segments.collection import Collection, DocumentLabels, SectionSet
from indexer.segments.segment import UNIT, Columns, PostingsAt, Segment

__all__ = [
    "GONE",
    "K1",
    "UNIT",
    "Collection",
    "Columns",
    "DocumentLabels",
    "FoldedText",
    "Match",
    "Needles",
    "PostingsAt",
    "SectionSet",
    "Segment",
    "SnippetParts",
    "find_matches",
    "kernel",
    "pack_matches",
    "unpack_matches",
]
