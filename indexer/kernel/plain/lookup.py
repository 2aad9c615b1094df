"""Looks up a term and reads its postings, as ``lookup.c`` does."""

from __future__ import annotations

from array import array
from itertools import takewhile

from indexer.kernel.constants import DICT_BLOCK, INDEX_ENTRY
from indexer.kernel.plain.bytes import Reader
from indexer.kernel.plain.postings import blocks
from indexer.kernel.plain.sets import conjoin
from indexer.kernel.types import Buffer, TermPlace


def lookup(terms: Buffer, index: Buffer, count: int, term: Buffer) -> TermPlace | None:
    """Returns the place of a term's postings; None if the dictionary lacks the term.

    ``count`` is the number of terms. Raises ValueError if what is read is damaged.
    """
    places = array("Q", bytes(index)[: len(index) // 8 * 8])
    if len(places) < INDEX_ENTRY * ((count + DICT_BLOCK - 1) // DICT_BLOCK):
        raise ValueError("a dictionary is damaged")
    block = _find_block(terms, places, count, bytes(term))
    return None if block < 0 else _find_in_block(terms, places, count, block, bytes(term))


def _reader(terms: Buffer, places: array[int], block: int) -> Reader:
    if places[INDEX_ENTRY * block + 1] > len(terms):
        raise ValueError("a dictionary is damaged")
    return Reader(terms, places[INDEX_ENTRY * block + 1])


def _find_block(terms: Buffer, places: array[int], count: int, term: bytes) -> int:
    """Returns the last block whose first term is not above ``term``; -1 if there is none.

    Terms are compared by their first eight bytes, which are in the index, as far as these differ.
    """
    wanted = int.from_bytes(term[:8].ljust(8, b"\0"), "big")
    low, high = 0, (count + DICT_BLOCK - 1) // DICT_BLOCK
    while low < high:
        middle = (low + high) // 2
        prefix = places[INDEX_ENTRY * middle + 2]
        below = prefix < wanted
        if prefix == wanted:
            reader = _reader(terms, places, middle)
            if reader.number():
                raise ValueError("a dictionary is damaged")
            below = reader.bytes(reader.number()) <= term
        low, high = (middle + 1, high) if below else (low, middle)
    return low - 1


def _agreed(one: bytes, other: bytes) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _find_in_block(
    terms: Buffer, places: array[int], count: int, block: int, term: bytes
) -> TermPlace | None:
    """Reads a block up to ``term``, or to the place where it would be."""
    reader = _reader(terms, places, block)
    offset = places[INDEX_ENTRY * block]
    same = 0  # bytes that the term before has in common with ``term``
    for ordinal in range(block * DICT_BLOCK, min(count, (block + 1) * DICT_BLOCK)):
        shared, more = reader.number(), reader.number()
        string = reader.bytes(more)
        if shared < same:
            return None
        if shared == same:
            agreed = _agreed(string, term[same:])
            same += agreed
            if agreed < more and (same == len(term) or string[agreed] > term[same]):
                return None
        df, size = reader.number(), reader.number()
        if shared + more == len(term) == same:
            return ordinal, df, offset, size
        offset = (offset + size) % 2**64
    return None


def decode(data: Buffer, offset: int, size: int, df: int, sections: int) -> tuple[bytes, bytes]:
    """Returns the sections of a term (32 bits each) and the codes of its frequencies.

    Both are in ascending order of sections. Raises ValueError if the postings are damaged.
    """
    docs, codes = array("I"), bytearray()
    for block in blocks(data, offset, size, df, sections):
        docs.extend(block.docs)
        codes += bytes(block.codes)
    if len(docs) != df:
        raise ValueError("postings are damaged")
    return docs.tobytes(), bytes(codes)


def fill(data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray) -> None:
    """Adds the sections of a term to the set ``bits``."""
    for block in blocks(data, offset, size, df, sections):
        for doc in block.docs:
            bits[doc >> 3] |= 1 << (doc & 7)


def narrow(data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray) -> None:
    """Removes from the set ``bits`` all sections without the term."""
    mine = bytearray(len(bits))
    fill(data, offset, size, df, sections, mine)
    conjoin(bits, mine)


def overlap(data: Buffer, offset: int, size: int, df: int, sections: int, bits: Buffer) -> int:
    """Returns the number of sections in the set ``bits`` that have the term."""
    found = (doc for block in blocks(data, offset, size, df, sections) for doc in block.docs)
    return sum(bits[doc >> 3] >> (doc & 7) & 1 for doc in found)
