"""Reading packed texts, as they stand or folded: part of the kernel's plain kernel.

A text is a row of codes of symbols (`indexer.segments.format`). ``table`` says of each symbol where
its string is in ``symbols``, as it stands and folded: offset * 256 + size, 32 bits each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from indexer.kernel.plain.postings import Buffer
from indexer.kernel.plain.snippet import SnippetParts, find, snippet


class FoldedText(NamedTuple):
    """A text as it stands and folded.

    A character of ``folded`` begins and ends in ``source`` where ``starts`` and ``ends`` have it,
    32 bits each.
    """

    source: str
    folded: str
    starts: bytes
    ends: bytes


SHORT_CODES = 128
WIDE_CODES = SHORT_CODES + 127 * 256


def unpack(codes: Buffer, symbols: Buffer, table: Buffer, folded: bool) -> bytes:
    """The text of codes in UTF-8, as it stands or folded.

    ``table`` says of each symbol where its string is in ``symbols``, as it stands and folded:
    offset * 256 + size, 32 bits each.
    """
    places = memoryview(table).cast("B")[: len(table) // 8 * 8].cast("I")
    return b"".join(_string(symbols, places, code, folded) for code in _numbers(codes))


def _numbers(codes: Buffer) -> Iterator[int]:
    reader = iter(bytes(codes))
    for first in reader:
        more = 0 if first < SHORT_CODES else 1 if first < 255 else 3
        rest = [byte for _, byte in zip(range(more), reader, strict=False)]
        if len(rest) < more:
            raise ValueError("a text column is damaged")
        number = int.from_bytes(rest)
        yield (
            number
            if more == 3
            else first
            if not more
            else (SHORT_CODES + (first - SHORT_CODES << 8) + number)
        )


def _string(symbols: Buffer, places: memoryview, code: int, folded: bool) -> bytes:
    if 2 * code + folded >= len(places):
        raise ValueError("a text column is damaged")
    offset, size = divmod(places[2 * code + folded], 256)
    if offset + size > len(symbols):
        raise ValueError("a text column is damaged")
    return bytes(symbols[offset : offset + size])


def fold_codes(codes: Buffer, symbols: Buffer, table: Buffer, gaps: Buffer) -> FoldedText:
    """The text of codes as it stands and folded, with the way back.

    ``gaps`` says of every character below its length whether it folds to none (1, else 0).
    """
    places = memoryview(table).cast("B")[: len(table) // 8 * 8].cast("I")
    source = folded = ""
    starts = array("I")
    try:
        for code in _numbers(codes):
            string, alike = (
                _string(symbols, places, code, fold).decode("utf-8", "surrogatepass")
                for fold in (False, True)
            )
            starts.extend(_kept(string, len(alike), len(source), gaps))
            source, folded = source + string, folded + alike
    except UnicodeDecodeError:
        raise ValueError("a text column is damaged") from None
    ends = array("I", [start + 1 for start in starts])
    return FoldedText(source, folded, starts.tobytes(), ends.tobytes())


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
    """The `snippet` of the text of codes with the matches of `Needles`; None without matches."""
    text, folded, starts, stops = fold_codes(codes, symbols, table, gaps)
    matches = find(folded, starts, stops, letters, ends, groups)
    return snippet(text, matches, weights, width) if matches else None


def _kept(string: str, count: int, start: int, gaps: Buffer) -> list[int]:
    """Where the characters of a string that stands at ``start`` are that fold to ``count``."""
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
