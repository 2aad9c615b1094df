"""The Whoosh schema: two fields of terms, one Whoosh document per unit of retrieval.

A document's own facts (title, number, issuers, dates, its sections and text) stand once per
document in the catalogue beside the terms (`indexer.store`); the units of a document follow one
another in the index, so that a filter on documents is a filter on ranges of units.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from whoosh import fields, formats

from indexer.analysis import UnitTerms

FORMAT_VERSION = 1  # raised when an index written before can no longer be read

WORDS = "words"
BIGRAMS = "bigrams"

Posting = tuple[bytes, int, float, bytes]  # term, frequency (adds to length), weight, value


class _Weights(formats.Existence):  # type: ignore[misc]
    """A posting is a weight; nothing else is kept."""


class _Positions(formats.Positions):  # type: ignore[misc]
    """Positions as 32-bit integers behind a mark; Whoosh's own format is a pickle.

    Whoosh 2.7.4 leaves empty values out when it writes a block, and the rest move up: so none is.
    """

    def encode(self, positions: array[int]) -> bytes:
        """The value of a posting."""
        return b"." + positions.tobytes()

    def decode_positions(self, value: bytes) -> list[int]:
        """The positions of a posting, rising."""
        return array("I", value[1:]).tolist()

    def decode_frequency(self, value: bytes) -> int:
        """How many positions a posting has."""
        return len(value) // array("I").itemsize


class WordField(fields.FieldType):  # type: ignore[misc]
    """Words and their weights, without positions."""

    def __init__(self) -> None:
        super().__init__(_Weights(), None, scorable=True)

    def index(self, terms: UnitTerms, **_: object) -> Iterator[Posting]:
        """The postings of a unit."""
        for word, weight in terms.words.items():
            yield word.encode(), weight, float(weight), b""


class BigramField(fields.FieldType):  # type: ignore[misc]
    """Bigrams with the weights of those that rank and the positions of those in the body."""

    def __init__(self) -> None:
        super().__init__(_Positions(), None, scorable=True)

    def index(self, terms: UnitTerms, **_: object) -> Iterator[Posting]:
        """The postings of a unit; a bigram that does not rank adds nothing to its length."""
        nowhere = array("I")
        for bigram in terms.positions.keys() | terms.bigrams.keys():
            weight = terms.bigrams.get(bigram, 0)
            positions = terms.positions.get(bigram, nowhere)
            yield bigram.encode(), weight, float(weight), self.format.encode(positions)


def schema() -> fields.Schema:
    """The schema of every index of this version."""
    return fields.Schema(**{WORDS: WordField(), BIGRAMS: BigramField()})
