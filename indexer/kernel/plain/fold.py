"""Reads a packed text as it stands and folded, as ``fold.c`` does.

A text is a sequence of codes of symbols (`indexer.segments.format`). ``table`` has for each symbol
the place of its string in ``symbols``, once as it stands and once folded: offset * 256 + size, 32
bits each.
"""

from __future__ import annotations

from array import array

from indexer.kernel.constants import SELECTORS
from indexer.kernel.plain.scan import numbers_of, string_of
from indexer.kernel.types import Buffer, FoldedText


def fold_codes(codes: Buffer, symbols: Buffer, table: Buffer, gaps: Buffer) -> FoldedText:
    """Returns the text of ``codes`` as it stands and folded, with the offsets that connect them.

    ``gaps`` has a byte per character: 1 if the character folds to nothing, else 0. Of characters
    behind it only variation selectors fold to nothing. Raises ValueError if the text is damaged.
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
    """Returns the offsets, from ``start`` on, of the characters that do not fold to nothing."""
    if len(string) == count:
        return [*range(start, start + count)]
    kept = [
        start + at
        for at, code in enumerate(map(ord, string))
        if not (gaps[code] if code < len(gaps) else SELECTORS[0] <= code <= SELECTORS[1])
    ]
    if len(kept) != count:
        raise ValueError("a text column is damaged")
    return kept
