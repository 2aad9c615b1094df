"""Writes and reads the postings of a term, as ``postings.c`` does.

`indexer.segments.format` describes the bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from indexer.kernel.bm25 import bound_of, impact
from indexer.kernel.constants import TF_EIGHTHS, TF_VALUE
from indexer.kernel.plain.bytes import Reader, put_number
from indexer.kernel.types import Buffer

RANGE = 256
SHORT_LIST = 128
SPARSE = 192
WIDE_GAP = 15
RARE = 15
ONE = 8
ENTRY_BITS = (3, 5, 2)  # of the numbers that begin a block's entry, from the lowest


def tf_encode(eighths: int) -> int:
    """Returns the code of the greatest term frequency not above ``eighths``, at least code 1."""
    return max(1, bisect_right(TF_EIGHTHS, eighths) - 1)


class Block(NamedTuple):
    """The postings of one range: documents, their codes, and a bound of impact (0: none)."""

    docs: list[int]
    codes: Sequence[int]
    bound: int


class Bits:
    """Reads numbers of a few bits each, the lowest bits first. Raises ValueError past the end."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        """Returns the number in the next ``count`` bits. Raises ValueError past the end."""
        self._left -= count
        if self._left < 0:
            raise ValueError("postings are damaged")
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value


def _put_entry(out: bytearray, bound: int, *numbers: int) -> None:
    head = shift = 0
    rest = bytearray()
    for number, bits in zip(numbers, ENTRY_BITS, strict=True):
        most = (1 << bits) - 1
        head |= min(number, most) << shift
        shift += bits
        if number >= most:
            put_number(rest, number - most)
    out += (head | bound << shift).to_bytes(2, "little") + rest


def _entry(reader: Reader) -> list[int]:
    """Returns the three numbers of a block's entry, and its bound."""
    head = reader.byte() | reader.byte() << 8
    numbers = []
    for bits in ENTRY_BITS:
        most = (1 << bits) - 1
        field = head & most
        numbers.append(field if field < most else field + reader.number())
        head >>= bits
    return [*numbers, head]


def blocks(data: Buffer, offset: int, size: int, df: int, sections: int) -> Iterator[Block]:
    """Yields the postings of a term, range by range. Raises ValueError if they are damaged."""
    if offset + size > len(data) or df > sections:
        raise ValueError("a term lies outside its postings")
    reader = Reader(data, offset, offset + size)
    return (
        _sparse(reader.bytes(size), df, sections)
        if is_sparse(df, sections)
        else _dense(reader, sections)
    )


def is_sparse(df: int, sections: int) -> bool:
    """Returns True if a list of ``df`` postings is a stream of bits instead of blocks."""
    return df <= max(SHORT_LIST, sections // SPARSE)


def _sparse(data: bytes, df: int, sections: int) -> Iterator[Block]:
    bits = Bits(data)
    postings = []
    doc = 0
    for _ in range(df):
        width = bits.take(4)
        doc += bits.take(32) if width == WIDE_GAP else bits.take(width) + (1 << width) - 1
        if doc >= sections:
            raise ValueError("postings are damaged")
        rank = bits.take(4) if bits.take(1) else -1
        postings.append((doc, bits.take(8) if rank == RARE else (rank + 2) * ONE))
        doc += 1
    for _, group in groupby(postings, lambda posting: posting[0] // RANGE):
        docs, codes = zip(*group, strict=True)
        yield Block(list(docs), codes, 0)


def _dense(reader: Reader, sections: int) -> Iterator[Block]:
    left = reader.number()
    size = reader.number()
    directory = Reader(reader.data, reader.at, reader.at + size)
    reader.bytes(size)
    ranges = (sections + RANGE - 1) // RANGE
    following = 0
    for _ in range(left):
        others, more, skipped, bound = _entry(directory)
        count = more + 1
        if skipped >= ranges - following or more >= RANGE or others > count or not bound:
            raise ValueError("postings are damaged")
        base = (following + skipped) * RANGE
        lows = reader.bytes(count)
        codes = bytes([ONE]) * (count - others) + reader.bytes(others)
        if sections - base < RANGE and base + max(lows) >= sections:
            raise ValueError("postings are damaged")
        following += skipped + 1
        pairs = sorted(zip(lows, codes, strict=True), key=itemgetter(0))
        yield Block([base + low for low, _ in pairs], bytes(code for _, code in pairs), bound)


def _put_sparse(postings: Sequence[tuple[int, int]]) -> bytes:
    bits = shift = following = 0
    for doc, code in postings:
        gap = doc - following
        following = doc + 1
        width = min((gap + 1).bit_length() - 1, WIDE_GAP)
        rank = RARE if code % ONE or not 0 <= code // ONE - 2 < RARE else code // ONE - 2
        numbers = [(width, 4), (gap, 32) if width == WIDE_GAP else (gap + 1 - (1 << width), width)]
        numbers += [(0, 1)] if code == ONE else [(1, 1), (rank, 4)]
        numbers += [(code, 8)] if code != ONE and rank == RARE else []
        for number, count in numbers:
            bits |= number << shift
            shift += count
    return bits.to_bytes((shift + 7) // 8, "little")


def encode_list(
    postings: Sequence[tuple[int, int]], lengths: Sequence[int], norm: tuple[float, float]
) -> bytes:
    """Returns the bytes of a term's (section, code) pairs, which are in ascending order.

    ``lengths`` are those of all sections, in eighths, and ``norm`` is their `norm_of_lengths`.
    """
    if is_sparse(len(postings), len(lengths)):
        return _put_sparse(postings)
    directory, data = bytearray(), bytearray()
    blocks = following = 0
    for number, group in groupby(postings, lambda posting: posting[0] // RANGE):
        block = list(group)
        others = [(doc, code) for doc, code in block if code != ONE]
        most = max(impact(TF_VALUE[code], *norm, lengths[doc]) for doc, code in block)
        _put_entry(directory, bound_of(most), len(others), len(block) - 1, number - following)
        data += bytes(doc % RANGE for doc, code in block if code == ONE)
        data += bytes(doc % RANGE for doc, _ in others)
        data += bytes(code for _, code in others)
        following = number + 1
        blocks += 1
    out = bytearray()
    put_number(out, blocks)
    put_number(out, len(directory))
    return bytes(out + directory + data)


def lengths_of(column: Buffer, sections: int) -> memoryview:
    """Returns the lengths in a column, in eighths. Raises ValueError if it is too short."""
    if len(column) not in (2 * sections, 4 * sections):
        raise ValueError("lengths are cut off")
    return memoryview(column).cast("I" if len(column) == 4 * sections else "H")
