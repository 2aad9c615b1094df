"""A packed text as it stands and folded, as ``fold.c`` reads it.

A text is a row of codes of symbols (`indexer.segments.format`). ``table`` has for each symbol
where its string is in ``symbols``, as it stands and folded: offset * 256 + size, 32 bits each.
"""

from __future__ import annotations

from array import array

from indexer.kernel.plain.scan import numbers_of, string_of
from indexer.kernel.types import Buffer, FoldedText


def fold_codes(codes: Buffer, symbols: Buffer, table: Buffer, gaps: Buffer) -> FoldedText:
    """Returns the text of codes as it stands and folded, with the way back.

    ``gaps`` has 1 for every character below its length that folds to none, else 0. Raises
    ValueError where the text is damaged.
    """
    places = memoryview(table).cast("B")[: len(table) // 8 * 8].cast("I")
    source = folded = ""
    starts = array("I")
    try:
        for code in numbers_of(codes):
            string, alike = (
                string_of(symbols, places, code, fold).decode("utf-8", "surrogatepass")
                for fold in (False, True)
            )
            starts.extend(_kept(string, len(alike), len(source), gaps))
            source, folded = source + string, folded + alike
    except UnicodeDecodeError:
        raise ValueError("a text column is damaged") from None
    ends = array("I", [start + 1 for start in starts])
    return FoldedText(source, folded, starts.tobytes(), ends.tobytes())


def _kept(string: str, count: int, start: int, gaps: Buffer) -> list[int]:
    """The places of the ``count`` characters of a string, at ``start``, that fold to something."""
    if len(string) == count:
        return [*range(start, start + count)]
    kept = [
        start + at
        for at, code in enumerate(map(ord, string))
        if code >= len(gaps) or not gaps[code]
    ]
    if len(kept) != count:
        raise ValueError("a text column is damaged")
    return kept
