"""Looking a term up, and its postings as documents or as a set, as ``lookup.c`` does it."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from indexer.kernel.constants import DICT_BLOCK, INDEX_ENTRY
from indexer.kernel.plain.bytes import Reader
from indexer.kernel.plain.dictionary import terms_of
from indexer.kernel.plain.postings import blocks
from indexer.kernel.plain.sets import conjoin
from indexer.kernel.types import Buffer, TermPlace


def lookup(terms: Buffer, index: Buffer, count: int, term: Buffer) -> TermPlace | None:
    """Where a term's postings are, or None."""
    wanted = bytes(term)
    blocks = (count + DICT_BLOCK - 1) // DICT_BLOCK
    places = array("Q", bytes(index))
    if len(places) < INDEX_ENTRY * blocks:
        raise ValueError("a dictionary is damaged")

    def first(number: int) -> bytes:
        reader = Reader(terms, min(places[INDEX_ENTRY * number + 1], len(terms)))
        if reader.number():
            raise ValueError("a dictionary is damaged")
        return reader.bytes(reader.number())

    at = bisect_right(range(blocks), wanted, key=first) - 1
    if at < 0:
        return None
    here = memoryview(terms)[places[INDEX_ENTRY * at + 1] :]
    size_here = min(DICT_BLOCK, count - at * DICT_BLOCK)
    for ordinal, (found, df, offset, size) in enumerate(terms_of(here, size_here)):
        if found == wanted:
            return at * DICT_BLOCK + ordinal, df, places[INDEX_ENTRY * at] + offset, size
    return None


def decode(data: Buffer, offset: int, size: int, df: int, sections: int) -> tuple[bytes, bytes]:
    """The documents of a term (32 bits each) and their codes."""
    docs, codes = array("I"), bytearray()
    for block in blocks(data, offset, size, df, sections):
        docs.extend(block.docs)
        codes += bytes(block.codes)
    if len(docs) != df:
        raise ValueError("postings are damaged")
    return docs.tobytes(), bytes(codes)


def fill(data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray) -> None:
    """Add the documents of a term to a bitmap."""
    for block in blocks(data, offset, size, df, sections):
        for doc in block.docs:
            bits[doc >> 3] |= 1 << (doc & 7)


def narrow(data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray) -> None:
    """Keep of a bitmap the documents of a term."""
    mine = bytearray(len(bits))
    fill(data, offset, size, df, sections, mine)
    conjoin(bits, mine)


def overlap(data: Buffer, offset: int, size: int, df: int, sections: int, bits: Buffer) -> int:
    """How many documents of a term are in a bitmap."""
    found = (doc for block in blocks(data, offset, size, df, sections) for doc in block.docs)
    return sum(bits[doc >> 3] >> (doc & 7) & 1 for doc in found)
