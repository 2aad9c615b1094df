"""Reads packed texts as UTF-8 and searches them for a phrase, as ``scan.c`` does.

A text is a sequence of codes of symbols (`indexer.segments.format`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from indexer.kernel.plain.sets import members
from indexer.kernel.types import Buffer

SHORT_CODES = 128
WIDE_CODES = SHORT_CODES + 127 * 256


def unpack(codes: Buffer, symbols: Buffer, table: Buffer, folded: bool) -> bytes:
    """Returns the text of ``codes`` in UTF-8, either ``folded`` or as it stands.

    ``table`` has for each symbol the place of its string in ``symbols``, once as it stands and once
    folded: offset * 256 + size, 32 bits each. Raises ValueError if the text is damaged.
    """
    places = memoryview(table).cast("B")[: len(table) // 8 * 8].cast("I")
    return b"".join(string_of(symbols, places, code, folded) for code in numbers_of(codes))


def numbers_of(codes: Buffer) -> Iterator[int]:
    """Yields the numbers of the symbols. Raises ValueError if the codes end too early."""
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


def string_of(symbols: Buffer, places: memoryview, code: int, folded: bool) -> bytes:
    """Returns the string of a symbol. Raises ValueError if it lies outside ``symbols``."""
    if 2 * code + folded >= len(places):
        raise ValueError("a text column is damaged")
    offset, size = divmod(places[2 * code + folded], 256)
    if offset + size > len(symbols):
        raise ValueError("a text column is damaged")
    return bytes(symbols[offset : offset + size])


def scan(
    codes: Buffer,
    offsets: Buffer,
    symbols: Buffer,
    table: Buffer,
    needle: Buffer,
    bits: bytearray,
) -> None:
    """Removes from the set ``bits`` all texts that, folded, do not contain ``needle`` (UTF-8).

    ``offsets`` has where the codes of each text begin, and where the last ones end. A text is read
    only until the needle is found. Raises ValueError if what is read is damaged; the contents of
    the set are then undefined.
    """
    ends = array("I", bytes(offsets))
    if not ends or not needle or len(bits) * 8 < len(ends) - 1:
        raise ValueError("a text column is damaged")
    places = memoryview(table).cast("B")[: len(table) // 8 * 8].cast("I")
    for entry in list(members(bits)):
        if entry >= len(ends) - 1:
            break
        if not ends[entry] <= ends[entry + 1] <= len(codes):
            raise ValueError("a text column is damaged")
        numbers = numbers_of(codes[ends[entry] : ends[entry + 1]])
        strings = (string_of(symbols, places, code, True) for code in numbers)
        if not _holds(strings, bytes(needle)):
            bits[entry >> 3] &= ~(1 << (entry & 7))


def _holds(strings: Iterator[bytes], needle: bytes) -> bool:
    window = b""
    for string in strings:
        window = window[max(0, len(window) + 1 - len(needle)) :] + string
        if needle in window:
            return True
    return False
