"""The dictionary words are cut by: jieba's, with a user's words, as columns in the index itself.

Every index carries the dictionary it was made with. It is mapped, not loaded, so that a search
starts at once; and it goes on cutting as the index was cut, whatever jieba is installed later.

A file of columns (`indexer.segments.format`). The first three are a trie of words of U+4E00-9FD5,
jieba's own range, whose nodes are every beginning of a word. They stand in the order of their
length, then of their characters; those of one character are all 20,950, in order:

    trie.characters   16 bits per node: the last character of the beginning
    trie.children     32 bits per node, and one more: the first of its children; those of the next
                      node begin where they end
    trie.values       16 bits per node: the number of its weight, 0 if it is no word; 0x8000 is
                      added to a word that the model must not make of single characters
    weights           a double each: log(frequency) - log(total); number 0 is frequency 1, for
                      characters that are no words
    model             20 doubles: log probabilities of finalseg's states B, E, M, S at the start,
                      then of each (row) being followed by each
    emissions         4 doubles per character from U+4E00: of the character in each state

The cutting is our own (``csrc/cut.c``), not the wheel rjieba's, which cuts as fast and the same:
that has no mapped start (importing it takes 140-185 ms, a whole search less) and no tables that an
index could carry, a user's words included.

The facts are ``name``, ``user`` (the digest of the user's words, or empty) and ``forced``, whether
any value has the 0x8000.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from indexer.errors import IndexDamaged
from indexer.kernel import kernel
from indexer.kernel.constants import FIRST, LAST, SPLIT
from indexer.kernel.plain.cut import cutter
from indexer.segments.format import ColumnFile
from indexer.text.characters import TABLE, learn

if TYPE_CHECKING:
    from indexer.kernel.interface import Kernel
    from indexer.kernel.types import Buffer, CutterTables

_Answer = TypeVar("_Answer")


class Dictionary:
    """A dictionary to cut by. Safe to share between threads."""

    def __init__(
        self, columns: Mapping[str, Buffer], facts: Mapping[str, Any], *, kernel: Kernel = kernel
    ) -> None:
        self._kernel = kernel
        self._file: ColumnFile | None = None
        self.name = str(facts["name"])
        self.user = str(facts["user"])
        tables = (
            columns["trie.characters"],
            columns["trie.children"],
            columns["trie.values"],
            columns["weights"],
            columns["model"],
            columns["emissions"],
            bool(facts["forced"]),
        )
        self._cutter, self._tables = kernel.cutter(*tables), cutter(*tables)

    @classmethod
    def open(cls, path: Path, *, kernel: Kernel = kernel) -> Dictionary:
        """Returns the dictionary in a file, mapped. Raises IndexDamaged, IndexIncompatible."""
        file = ColumnFile(path)
        try:
            dictionary = cls(file.columns, file.facts, kernel=kernel)
        except (KeyError, TypeError, ValueError) as error:
            file.close()
            raise IndexDamaged(f"{path.name} cannot be read: {error}") from None
        dictionary._file = file
        return dictionary

    def cut(self, run: str) -> list[str]:
        """Returns the words of a run of Chinese characters, as ``jieba.lcut`` cuts it.

        Raises IndexDamaged where the file is not what was written.
        """
        try:  # not `_reading`, which takes as long as a cut
            return self._kernel.cut(self._cutter, run)
        except ValueError as error:
            raise _damaged(error) from None

    def words(self, folded: str) -> list[str]:
        """Returns the words of a folded text: Chinese words, letters, and numbers in digits.

        Raises IndexDamaged.
        """
        joined = self._asked(self._kernel.words, folded)
        return joined.split("\0") if joined else []

    def analyse(self, text: str) -> tuple[str, str]:
        """Returns, of a text folded, its words with NUL between them, and all but its blanks.

        Raises IndexDamaged.
        """
        return self._asked(self._kernel.analyse, text)

    def _asked(
        self, ask: Callable[[Buffer, str, CutterTables], _Answer | None], text: str
    ) -> _Answer:
        try:
            while (answer := ask(TABLE, text, self._cutter)) is None:
                learn(text)
        except ValueError as error:
            raise _damaged(error) from None
        return answer

    def pieces(self, run: str) -> list[str]:
        """Returns the words of a run that the dictionary has, and the characters between them.

        These are the words of `cut` but for those that the model makes of single characters.
        Raises IndexDamaged.
        """
        words = self.cut(run)
        return [part for word in words for part in ([word] if self.share(word) else word)]

    def share(self, word: str) -> float:
        """Returns the share of a word in the texts that the dictionary was made from; 0 if it lacks
        it.

        Raises IndexDamaged.
        """
        known = all(FIRST <= ord(char) <= LAST for char in word)
        with _reading():
            value = self._tables.value(word) if known and word else 0
            return math.exp(self._tables.weight(value)) if value & ~SPLIT else 0.0

    def close(self) -> None:
        """Closes the file, which stays mapped while this object lives: others may still cut."""
        if self._file:
            self._file.close()


@contextmanager
def _reading() -> Iterator[None]:
    """Turns the errors that the tables raise of a damaged file into IndexDamaged."""
    try:
        yield
    except (ValueError, OverflowError) as error:  # the latter: of no weight's exponential
        raise _damaged(error) from None


def _damaged(error: Exception) -> IndexDamaged:
    return IndexDamaged(f"the dictionary cannot be read: {error}")
