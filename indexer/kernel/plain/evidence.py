"""Which needles stand in the folded texts of sections, as ``evidence.c`` finds them."""

from __future__ import annotations

from array import array
from itertools import pairwise

from indexer.kernel.plain.scan import numbers_of, string_of
from indexer.kernel.types import Buffer

MOST = 64  # needles


def evidence(
    codes: Buffer,
    offsets: Buffer,
    symbols: Buffer,
    table: Buffer,
    sections: Buffer,
    letters: Buffer,
    ends: Buffer,
) -> bytes:
    """Returns which needles stand in the folded texts of ``sections``: 64 bits for each section.

    Bit ``i`` is set where needle ``i`` stands in the text. The needles are one after the other in
    ``letters`` (UTF-8), each up to its place in ``ends``: at most `MOST`, none empty. ``offsets``
    say where the codes of each text begin, and where the last ends. Raises ValueError where these
    do not belong together, or a text that is read is damaged.
    """
    if len(offsets) % 4 or len(sections) % 4 or len(ends) % 4:
        raise ValueError("a text column is damaged")
    needles = _needles(bytes(letters), array("I", bytes(ends)))
    begins = array("I", bytes(offsets))
    places = memoryview(table).cast("B")[: len(table) // 8 * 8].cast("I")
    found = array("Q")
    for section in array("I", bytes(sections)):
        if section + 1 >= len(begins) or not begins[section] <= begins[section + 1] <= len(codes):
            raise ValueError("a text column is damaged")
        numbers = numbers_of(codes[begins[section] : begins[section + 1]])
        text = b"".join(string_of(symbols, places, code, True) for code in numbers)
        found.append(sum((needle in text) << bit for bit, needle in enumerate(needles)))
    return found.tobytes()


def _needles(letters: bytes, ends: array[int]) -> list[bytes]:
    """Returns the needles. Raises ValueError where they do not fill ``letters``."""
    needles = [letters[start:end] for start, end in pairwise((0, *ends))]
    last = ends[-1] if ends else 0
    if len(ends) > MOST or last != len(letters) or not all(needles):
        raise ValueError("a text column is damaged")
    return needles
