"""The contract of a kernel: the functions that the compiled and the plain one have, with types.

`indexer.kernel.types` says how numbers, sets and texts are given. Every function raises ValueError
where its arguments are damaged or do not belong together, and MemoryError; none writes or reads
outside its arguments, whatever these hold. The plain kernel's docstrings say more of each.
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
        """Returns a text folded; None where the table does not know a character."""

    def words(self, table: Buffer, folded: str, tables: CutterTables, /) -> str | None:
        """Returns the words of a folded text with NUL between them; None as `fold`."""

    def analyse(self, table: Buffer, text: str, tables: CutterTables, /) -> tuple[str, str] | None:
        """Returns, of a text folded, `words` and all but its blanks; None as `fold`."""

    def wording(self, table: Buffer, text: str, /) -> tuple[bytes, bytes, int] | None:
        """Returns the wording in UTF-8, clauses' CRC-32s, and its characters; None as `fold`."""

    def trie(self, words: Buffer, values: Buffer, /) -> tuple[bytes, bytes, bytes]:
        """Returns the characters, children and values of a trie of words.

        The words are in UTF-16, rising, with NUL behind each.
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
        """Returns the tables of a dictionary ready to cut by (`indexer.text.dictionary`)."""

    def cut(self, tables: CutterTables, text: str, /) -> list[str]:
        """Returns the words of a run of Chinese characters, as jieba cuts it."""

    # --- writing segments ---

    def inverter(self, seed: int, /) -> InverterLog:
        """Returns an empty log of sections. The seed changes hashing, but no result."""

    def add_words(
        self, log: InverterLog, parts: Buffer, weights: Buffer, sections: Buffer, /
    ) -> None:
        """Adds sections that rank by words: 1 stands between parts, NUL between words."""

    def add_bigrams(
        self, log: InverterLog, parts: Buffer, weights: Buffer, sections: Buffer, classes: Buffer, /
    ) -> None:
        """Adds sections that rank by bigrams; parts are texts, the classes bytes by character."""

    def finish(self, log: InverterLog, order: Buffer, /) -> InvertedField:
        """Returns the log inverted; section ``order[i]`` becomes number ``i``."""

    def merge(self, sources: tuple[MergeSource, ...], lengths: Buffer, /) -> InvertedField:
        """Returns one dictionary of several; ``lengths``, in eighths, are by new number."""

    def pack(self, seed: int, text: Buffer, ends: Buffer, /) -> tuple[bytes, bytes, bytes, bytes]:
        """Returns symbols, their sizes (8 bits each), the codes, and where each text's begin."""

    # --- reading segments ---

    def lookup(self, terms: Buffer, index: Buffer, count: int, term: Buffer, /) -> TermPlace | None:
        """Returns where the postings of a term are; None if the dictionary lacks it."""

    def decode(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, /
    ) -> tuple[bytes, bytes]:
        """Returns the sections of a term, rising, and its frequencies' codes (8 bits each)."""

    def fill(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray, /
    ) -> None:
        """Adds the sections of a term to a set."""

    def narrow(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray, /
    ) -> None:
        """Keeps of a set the sections of a term."""

    def overlap(
        self, data: Buffer, offset: int, size: int, df: int, sections: int, bits: Buffer, /
    ) -> int:
        """Returns how many sections of a term are in a set."""

    def unpack(self, codes: Buffer, symbols: Buffer, table: Buffer, folded: bool, /) -> bytes:
        """Returns the text of codes in UTF-8, folded or as it stands."""

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
        """Keeps of a set the texts that hold the needle (UTF-8), folded."""

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
        """Returns the sections of documents; ``d`` has ``first[d]`` up to ``first[d + 1]``."""

    def tally(self, bits: Buffer, first: Buffer, /) -> bytes:
        """Returns how many sections of a set each document has."""

    def group(self, counts: Buffer, entries: Buffer, groups: Buffer, totals: bytearray, /) -> None:
        """Adds ``counts[entry]`` to ``totals[group]`` over parallel arrays."""

    def conjoin(self, target: bytearray, other: Buffer, /) -> None:
        """Keeps of a set the numbers that another has too."""

    def disjoin(self, target: bytearray, other: Buffer, /) -> None:
        """Adds to a set the numbers of another."""

    def subtract(self, target: bytearray, other: Buffer, /) -> None:
        """Takes from a set the numbers of another."""

    def count(self, bits: Buffer, /) -> int:
        """Returns how many numbers a set has."""

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
        """Returns the ``k`` best (score, section), the best first, equal ones by section."""

    # --- showing texts ---

    def fold_codes(
        self, codes: Buffer, symbols: Buffer, table: Buffer, gaps: Buffer, /
    ) -> tuple[str, str, bytes, bytes]:
        """Returns the four values of a `FoldedText`."""

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
        """Returns the matches of `Needles` in a folded text, as places of its source."""

    def snippet(self, text: str, matches: Buffer, weights: Buffer, width: int, /) -> SnippetParts:
        """Returns the stretch of a text that shows its matches best."""

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
        """Returns `snippet` of what `find` finds in `fold_codes`; None where that is nothing."""
