"""The contract of a kernel: the functions of the compiled and of the plain one, with their types.

`indexer.kernel.types` describes how numbers, sets and texts are passed. Every function raises
ValueError if its arguments are damaged or do not belong together, and MemoryError; none reads or
writes outside its arguments, whatever they contain. The docstrings of the plain kernel say more
about each function.
"""

from __future__ import annotations

from typing import Protocol

from indexer.kernel.types import (
    Buffer,
    CutterTables,
    InvertedField,
    InverterLog,
    MergeSource,
    ScoredField,
    ScoredTerm,
    SnippetParts,
    TermPlace,
)


class Kernel(Protocol):
    """The functions of a kernel. All arguments are given by position."""

    # --- from texts to terms ---

    def fold(self, table: Buffer, text: str, /) -> str | None:
        """Returns ``text`` folded; None if ``table`` lacks one of its characters."""

    def words(self, table: Buffer, folded: str, tables: CutterTables, /) -> str | None:
        """Returns the words of a folded text, separated by NUL; None as `fold` does."""

    def analyse(self, table: Buffer, text: str, tables: CutterTables, /) -> tuple[str, str] | None:
        """Returns the `words` of ``text`` folded, and the folded text without blanks.

        The result is None if ``table`` lacks a character.
        """

    def wording(self, table: Buffer, text: str, /) -> tuple[bytes, bytes, int] | None:
        """Returns the wording in UTF-8, the CRC-32 of each clause, and the number of characters.

        The result is None if ``table`` lacks a character.
        """

    def trie(self, words: Buffer, values: Buffer, /) -> tuple[bytes, bytes, bytes]:
        """Returns the characters, children and values of a trie of words.

        The words are in UTF-16 and ascending order, each followed by NUL.
        """

    def cutter(
        self,
        characters: Buffer,
        children: Buffer,
        values: Buffer,
        weights: Buffer,
        model: Buffer,
        emissions: Buffer,
        forced: bool,
        /,
    ) -> CutterTables:
        """Returns the tables for `cut`. Arguments are the columns of a dictionary, in order."""

    def cut(self, tables: CutterTables, text: str, /) -> list[str]:
        """Returns the words of a run of Chinese characters (``text``), as jieba cuts it."""

    # --- writing segments ---

    def inverter(self, seed: int, /) -> InverterLog:
        """Returns an empty log of sections. The seed affects hashing, but no result."""

    def add_words(
        self, log: InverterLog, parts: Buffer, weights: Buffer, sections: Buffer, /
    ) -> None:
        """Adds sections that rank by words; parts are separated by 1 and words by NUL."""

    def add_bigrams(
        self, log: InverterLog, parts: Buffer, weights: Buffer, sections: Buffer, classes: Buffer, /
    ) -> None:
        """Adds sections that rank by bigrams; parts are texts, ``classes`` a byte per character."""

    def finish(self, log: InverterLog, order: Buffer, /) -> InvertedField:
        """Returns the inverted log, in which section ``order[i]`` has the number ``i``."""

    def merge(self, sources: tuple[MergeSource, ...], lengths: Buffer, /) -> InvertedField:
        """Returns one field made of several; ``lengths`` (in eighths) are by new section number."""

    def pack(self, seed: int, text: Buffer, ends: Buffer, /) -> tuple[bytes, bytes, bytes, bytes]:
        """Returns symbols, their sizes, the codes of the texts, and where each text's begin."""

    # --- reading segments ---

    def lookup(self, terms: Buffer, index: Buffer, count: int, term: Buffer, /) -> TermPlace | None:
        """Returns the place of a term's postings; None if the dictionary lacks the term."""

    def decode(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, /
    ) -> tuple[bytes, bytes]:
        """Returns the sections of a term in ascending order, and the codes of its frequencies."""

    def fill(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray, /
    ) -> None:
        """Adds the sections of a term to the set ``bits``."""

    def narrow(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray, /
    ) -> None:
        """Removes from the set ``bits`` all sections without a term."""

    def overlap(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, bits: Buffer, /
    ) -> int:
        """Returns the number of sections in the set ``bits`` that have a term."""

    def unpack(self, codes: Buffer, symbols: Buffer, table: Buffer, folded: bool, /) -> bytes:
        """Returns the text of ``codes`` in UTF-8, either folded or as it stands."""

    def scan(
        self,
        codes: Buffer,
        offsets: Buffer,
        symbols: Buffer,
        table: Buffer,
        needle: Buffer,
        bits: bytearray,
        /,
    ) -> None:
        """Removes from the set ``bits`` all texts that, folded, lack the ``needle`` (UTF-8)."""

    def evidence(
        self,
        codes: Buffer,
        offsets: Buffer,
        symbols: Buffer,
        table: Buffer,
        sections: Buffer,
        letters: Buffer,
        ends: Buffer,
        /,
    ) -> bytes:
        """Returns which needles stand in sections' folded texts, 64 bits for each section."""

    def expand(self, documents: Buffer, first: Buffer, /) -> bytearray:
        """Returns the sections of documents: ``first[d]`` up to ``first[d + 1]`` for ``d``."""

    def tally(self, bits: Buffer, first: Buffer, /) -> bytes:
        """Returns, for each document from ``first``, the number of its sections in ``bits``."""

    def group(self, counts: Buffer, entries: Buffer, groups: Buffer, totals: bytearray, /) -> None:
        """Adds ``counts[entry]`` to ``totals[group]`` for each pair of two parallel arrays."""

    def conjoin(self, target: bytearray, other: Buffer, /) -> None:
        """Removes from the set ``target`` all numbers that are not in ``other``."""

    def disjoin(self, target: bytearray, other: Buffer, /) -> None:
        """Adds the numbers of the set ``other`` to ``target``."""

    def subtract(self, target: bytearray, other: Buffer, /) -> None:
        """Removes the numbers of the set ``other`` from ``target``."""

    def count(self, bits: Buffer, /) -> int:
        """Returns how many numbers the set ``bits`` has."""

    def topk(
        self,
        sections: int,
        k: int,
        filter: Buffer | None,
        zeros: bool,
        floor: float,
        fields: tuple[ScoredField, ...],
        terms: tuple[ScoredTerm, ...],
        /,
    ) -> list[tuple[float, int]]:
        """Returns the ``k`` best (score, section), best first, equal scores by section."""

    # --- showing texts ---

    def fold_codes(
        self, codes: Buffer, symbols: Buffer, table: Buffer, gaps: Buffer, /
    ) -> tuple[str, str, bytes, bytes]:
        """Returns the four values of a `FoldedText` for the text of ``codes``."""

    def find(
        self,
        folded: str,
        starts: Buffer,
        stops: Buffer,
        letters: Buffer,
        ends: Buffer,
        groups: Buffer,
        /,
    ) -> bytes:
        """Returns the matches of `Needles` in a folded text, as spans of its source."""

    def snippet(self, text: str, matches: Buffer, weights: Buffer, width: int, /) -> SnippetParts:
        """Returns the stretch of ``text`` that shows its matches best, at most ``width`` wide."""

    def excerpt(
        self,
        codes: Buffer,
        symbols: Buffer,
        table: Buffer,
        gaps: Buffer,
        letters: Buffer,
        ends: Buffer,
        groups: Buffer,
        weights: Buffer,
        width: int,
        /,
    ) -> SnippetParts | None:
        """Returns the `snippet` of a packed text with its matches; None if it has none."""
