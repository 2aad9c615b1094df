"""Makes the snippet of a packed text, as ``excerpt.c`` does."""

from __future__ import annotations

from indexer.kernel.plain.find import find
from indexer.kernel.plain.fold import fold_codes
from indexer.kernel.plain.snippet import snippet
from indexer.kernel.types import Buffer, SnippetParts


def excerpt(
    codes: Buffer,
    symbols: Buffer,
    table: Buffer,
    gaps: Buffer,
    letters: Buffer,
    ends: Buffer,
    groups: Buffer,
    weights: Buffer,
    width: int,
) -> SnippetParts | None:
    """Returns the `snippet` of a packed text with its matches; None if there are no matches."""
    text, folded, starts, stops = fold_codes(codes, symbols, table, gaps)
    matches = find(folded, starts, stops, letters, ends, groups)
    return snippet(text, matches, weights, width) if matches else None
