"""Postings and dictionaries in plain Python, read and written: see `indexer.segments.format`."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

Buffer = bytes | bytearray | memoryview
Result = tuple[bytes, bytes, bytes, bytes, int]  # terms, index, postings, lengths, term count

RANGE = 256
SHORT_LIST = 128
SPARSE = 192
WIDE_GAP = 15
RARE = 15
DICT_BLOCK = 32
INDEX_ENTRY = 3
ONE = 8
ENTRY_BITS = (3, 5, 2)  # of the numbers that begin a block's entry, from the lowest
MOST_BOUND = 63  # the greatest value of the 6 bits behind them
GONE = 2**32 - 1  # the new number of a section that a merge leaves out
K1 = 1.2
B = 0.75


def _eighths(code: int) -> int:
    if code < 128:
        return code
    group, step = divmod(code - 128, 32)
    return (128 << group) + step * (4 << group)


TF_EIGHTHS = [_eighths(code) for code in range(256)]
TF_VALUE = [eighths / 8.0 for eighths in TF_EIGHTHS]


def tf_encode(eighths: int) -> int:
    """The code of the greatest term frequency not above ``eighths``."""
    return max(1, bisect_right(TF_EIGHTHS, eighths) - 1)


class Block(NamedTuple):
    """Postings of one range: documents, their codes, and a bound of impact (0: none)."""

    docs: list[int]
    codes: Sequence[int]
    bound: int


class Reader:
    """LEB128 numbers and bytes, one after the other. Raises ValueError at the end."""

    def __init__(self, data: Buffer, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = start
        self.end = len(data) if end is None else end

    def byte(self) -> int:
        """The next byte."""
        if self.at >= self.end:
            raise ValueError("postings are damaged")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """The next number."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if value >= 2**32:
                    break
                return value
        raise ValueError("a number is damaged")

    def entry(self) -> list[int]:
        """The three numbers of an entry of a block, and its bound."""
        head = self.byte() | self.byte() << 8
        numbers = []
        for bits in ENTRY_BITS:
            most = (1 << bits) - 1
            field = head & most
            numbers.append(field if field < most else field + self.number())
            head >>= bits
        return [*numbers, head]

    def bytes(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        if size > self.end - self.at:
            raise ValueError("postings are damaged")
        self.at += size
        return bytes(self.data[self.at - size : self.at])


class Bits:
    """Numbers of some bits each, the lowest first. Raises ValueError at the end."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        """The next number."""
        self._left -= count
        if self._left < 0:
            raise ValueError("postings are damaged")
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value


def _put(out: bytearray, value: int) -> None:
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _put_entry(out: bytearray, bound: int, *numbers: int) -> None:
    head = shift = 0
    rest = bytearray()
    for number, bits in zip(numbers, ENTRY_BITS, strict=True):
        most = (1 << bits) - 1
        head |= min(number, most) << shift
        shift += bits
        if number >= most:
            _put(rest, number - most)
    out += (head | bound << shift).to_bytes(2, "little") + rest


def blocks(data: Buffer, offset: int, size: int, df: int, sections: int) -> Iterator[Block]:
    """The postings of a term, range by range."""
    if offset + size > len(data):
        raise ValueError("a term lies outside its postings")
    reader = Reader(data, offset, offset + size)
    return (
        _sparse(reader.bytes(size), df, sections)
        if is_sparse(df, sections)
        else _dense(reader, sections)
    )


def is_sparse(df: int, sections: int) -> bool:
    """Whether a list is a stream of bits rather than blocks."""
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
        others, more, skipped, bound = directory.entry()
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


def _norms(lengths: Sequence[int]) -> tuple[float, float]:
    total = sum(lengths)
    return K1 * (1.0 - B), K1 * B * len(lengths) / total if total else 0.0


def lengths_of(column: Buffer, sections: int) -> memoryview:
    """The numbers of a column of lengths, in eighths. Raises ValueError if it is cut off."""
    if len(column) not in (2 * sections, 4 * sections):
        raise ValueError("lengths are cut off")
    return memoryview(column).cast("I" if len(column) == 4 * sections else "H")


class Dictionary:
    """Terms in ascending order, front-coded, with their postings."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = lengths
        self._a, self._c = _norms(lengths)
        self._terms = bytearray()
        self._index = array("Q")
        self._postings = bytearray()
        self._previous = b""
        self._count = 0

    def add(self, term: bytes, postings: Sequence[tuple[int, int]]) -> None:
        """Add a term with its (document, code) pairs, both in ascending order."""
        shared = 0
        if self._count % DICT_BLOCK == 0:
            prefix = int.from_bytes(term[:8].ljust(8, b"\0"), "big")
            self._index.extend((len(self._postings), len(self._terms), prefix))
        else:
            most = min(len(term), len(self._previous))
            while shared < most and term[shared] == self._previous[shared]:
                shared += 1
        sparse = is_sparse(len(postings), len(self._lengths))
        encoded = _put_sparse(postings) if sparse else self._dense(postings)
        _put(self._terms, shared)
        _put(self._terms, len(term) - shared)
        self._terms += term[shared:]
        _put(self._terms, len(postings))
        _put(self._terms, len(encoded))
        self._postings += encoded
        self._previous = term
        self._count += 1

    def _dense(self, postings: Sequence[tuple[int, int]]) -> bytearray:
        directory, data = bytearray(), bytearray()
        blocks = following = 0
        for number, group in groupby(postings, lambda posting: posting[0] // RANGE):
            block = list(group)
            others = [(doc, code) for doc, code in block if code != ONE]
            bound = self._bound(block)
            _put_entry(directory, bound, len(others), len(block) - 1, number - following)
            data += bytes(doc % RANGE for doc, code in block if code == ONE)
            data += bytes(doc % RANGE for doc, _ in others)
            data += bytes(code for _, code in others)
            following = number + 1
            blocks += 1
        out = bytearray()
        _put(out, blocks)
        _put(out, len(directory))
        return out + directory + data

    def _bound(self, block: Sequence[tuple[int, int]]) -> int:
        """The least q with q/63 >= the impact of every posting of the block."""
        most = 0.0
        for doc, code in block:
            tf = TF_VALUE[code]
            most = max(most, tf / (tf + (self._a + self._c * self._lengths[doc])))
        return max(1, min(MOST_BOUND, math.ceil(most * MOST_BOUND + 1e-9)))

    def result(self) -> Result:
        """What `finish` and `merge` return."""
        return (
            bytes(self._terms),
            self._index.tobytes(),
            bytes(self._postings),
            array("I", self._lengths).tobytes(),
            self._count,
        )


def terms_of(terms: Buffer, count: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(term, document frequency, offset, size) of every term of a dictionary, in order."""
    reader = Reader(terms)
    term = b""
    offset = 0
    for _ in range(count):
        shared = reader.number()
        if shared > len(term):
            raise ValueError("a dictionary is damaged")
        term = term[:shared] + reader.bytes(reader.number())
        df, size = reader.number(), reader.number()
        yield term, df, offset, size
        offset += size
