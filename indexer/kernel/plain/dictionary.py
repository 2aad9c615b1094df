"""Writes a dictionary of terms with their postings, as ``dictionary.c`` does, and reads it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from indexer.kernel.bm25 import norm_of_lengths
from indexer.kernel.constants import DICT_BLOCK
from indexer.kernel.plain.bytes import Reader, put_number
from indexer.kernel.plain.postings import encode_list
from indexer.kernel.types import Buffer, InvertedField


class Dictionary:
    """A dictionary being written: terms in ascending order, front-coded, with their postings."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = lengths
        self._norm = norm_of_lengths(lengths)
        self._terms = bytearray()
        self._index = array("Q")
        self._postings = bytearray()
        self._previous = b""
        self._count = 0

    def add(self, term: bytes, postings: Sequence[tuple[int, int]]) -> None:
        """Adds a term with its (document, code) pairs, both in ascending order."""
        shared = 0
        if self._count % DICT_BLOCK == 0:
            prefix = int.from_bytes(term[:8].ljust(8, b"\0"), "big")
            self._index.extend((len(self._postings), len(self._terms), prefix))
        else:
            most = min(len(term), len(self._previous))
            while shared < most and term[shared] == self._previous[shared]:
                shared += 1
        encoded = encode_list(postings, self._lengths, self._norm)
        put_number(self._terms, shared)
        put_number(self._terms, len(term) - shared)
        self._terms += term[shared:]
        put_number(self._terms, len(postings))
        put_number(self._terms, len(encoded))
        self._postings += encoded
        self._previous = term
        self._count += 1

    def result(self) -> InvertedField:
        """Returns the columns of the field, as `finish` and `merge` return them."""
        return (
            bytes(self._terms),
            self._index.tobytes(),
            bytes(self._postings),
            array("I", self._lengths).tobytes(),
            self._count,
        )


def terms_of(terms: Buffer, count: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yields (term, document frequency, offset, size) for every term of a dictionary, in order.

    ``offset`` and ``size`` are in bytes of the column of postings. Raises ValueError if the
    dictionary is damaged.
    """
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
