"""The dictionary that texts are cut by: jieba's words and a user's, as columns in the index itself.

Every index carries the dictionary it was made with. The file is mapped, not loaded, so that a
search starts at once. Queries are cut as the index was cut, whichever jieba is installed later.

The file is one of columns (`indexer.segments.format`). Its first three columns are a trie of words
of the characters U+4E00 to U+9FD5, jieba's own range. Every beginning of a word is a node. Nodes
are ordered by length, then by characters; the nodes of length one are all 20,950 characters:

    trie.characters   16 bits per node: the last character of the beginning
    trie.children     32 bits per node, and one entry more: the number of the node's first child;
                      its children end where those of the next node begin
    trie.values       16 bits per node: the number of the word's weight, 0 if the node is no word;
                      0x8000 is added to a word that the model must not make of single characters
    weights           doubles: log(frequency) - log(total); number 0 is the weight of frequency 1,
                      for characters that are no words
    model             20 doubles: the log probabilities of finalseg's states B, E, M, S at the
                      start, then, one row per state, of each state following it
    emissions         4 doubles per character from U+4E00: its log probability in each state

The cutting is our own (``csrc/cut.c``) and not that of the package rjieba, which gives the same
words at the same speed: importing rjieba takes 140-185 ms, longer than a whole search, and it has
no tables that an index could carry together with a user's words.

The facts are ``name``, ``user`` (the digest of the user's words, or empty) and ``forced`` (True if
any value has the 0x8000).
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
        """Returns the dictionary in the file ``path``, which is mapped.

        Raises IndexDamaged, and IndexIncompatible for a file of another version.
        """
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

        Raises IndexDamaged if the file is not as it was written.
        """
        try:  # entering `_reading` would take as long as a cut
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
        """Returns the words of ``text`` folded, and the folded text without blanks.

        The words are separated by NUL. Raises IndexDamaged.
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
        """Returns the words of ``run`` that the dictionary has, and the single characters between.

        They are the words of `cut`, but words that the model makes of single characters are taken
        apart. Raises IndexDamaged.
        """
        words = self.cut(run)
        return [part for word in words for part in ([word] if self.share(word) else word)]

    def share(self, word: str) -> float:
        """Returns how much of the texts behind the dictionary is ``word``: 0 to 1.

        The share is 0 if the dictionary lacks the word. Raises IndexDamaged.
        """
        known = all(FIRST <= ord(char) <= LAST for char in word)
        with _reading():
            value = self._tables.value(word) if known and word else 0
            return math.exp(self._tables.weight(value)) if value & ~SPLIT else 0.0

    def close(self) -> None:
        """Closes the file; it stays mapped while this object lives, for threads that still cut."""
        if self._file:
            self._file.close()


@contextmanager
def _reading() -> Iterator[None]:
    """Turns the errors that reading a damaged table raises into IndexDamaged."""
    try:
        yield
    except (ValueError, OverflowError) as error:  # the exponential of a damaged weight overflows
        raise _damaged(error) from None


def _damaged(error: Exception) -> IndexDamaged:
    return IndexDamaged(f"the dictionary cannot be read: {error}")
