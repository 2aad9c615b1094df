"""From a text to its words, as ``analyse.c`` finds them.

A text is folded by a table of characters, its numbers are put in digits, and what then stands side
by side of one kind is a word: letters, or digits with points between them. Runs of Chinese
characters are cut by a dictionary (`indexer.kernel.plain.cut`).

The table has 32 bits for each character below U+20000: the lowest 21 are what it folds to, 0 if to
nothing; the next from bit 24 on its kind; the highest is set where both are known. What a known
character folds to is known, and so are the ten digits. Behind the table every character folds to
itself, and those up to U+3FFFF are Chinese. All answers are None where a character is unknown.
"""

from __future__ import annotations

import re

from indexer.kernel.constants import (
    BLANK,
    CHARACTERS,
    HAN,
    KIND,
    KNOWN,
    LAST_HAN,
    NOTHING,
)
from indexer.kernel.plain.cut import Cutter, cut
from indexer.kernel.types import Buffer
from indexer.numerals import arabic

_FOLDED = 0x1FFFFF

# Over texts whose characters are replaced by the marks of their kinds; spaces and points stay.
_MARKS = "?lnh?"
_SPACED = re.compile("(?<!h)h(?: +h(?!h))+")
_RUN = re.compile(r"h+|n+(?:\.n+)*|l+")


class Unknown(Exception):
    """A character is not known."""


class Table:
    """A table of characters, asked for one at a time. Raises Unknown."""

    def __init__(self, table: Buffer) -> None:
        if len(table) != 4 * CHARACTERS:
            raise ValueError("a table of 131072 characters is wanted")
        self._entries = memoryview(table).cast("B").cast("I")

    def entry(self, char: str) -> int:
        """All that is known of a character."""
        code = ord(char)
        if code >= CHARACTERS:
            return KNOWN | (HAN if code <= LAST_HAN else NOTHING) << KIND | code
        entry = self._entries[code]
        if not entry & KNOWN:
            raise Unknown
        return entry

    def kind(self, char: str) -> int:
        """Its kind."""
        return self.entry(char) >> KIND & 7

    def marks(self, text: str) -> str:
        """The marks of a text's kinds."""
        return "".join([char if char in " ." else _MARKS[self.kind(char)] for char in text])

    def folded(self, text: str) -> str:
        """A text folded."""
        codes = [self.entry(char) & _FOLDED for char in text]
        folded = "".join(map(chr, filter(None, codes)))
        spaced = {
            place
            for match in _SPACED.finditer(self.marks(folded))
            for place in range(*match.span())
            if folded[place] == " "
        }
        return "".join([char for place, char in enumerate(folded) if place not in spaced])


def fold(table: Buffer, text: str) -> str | None:
    """Returns a text folded, without the spaces between single Chinese characters: 国 务 院 is
    国务院.
    """
    try:
        return Table(table).folded(text)
    except Unknown:
        return None


def words(table: Buffer, folded: str, tables: Cutter) -> str | None:
    """Returns the words of a folded text, NUL between them."""
    try:
        return _words(Table(table), folded, tables)
    except Unknown:
        return None


def analyse(table: Buffer, text: str, tables: Cutter) -> tuple[str, str] | None:
    """Returns, of a text folded, its words with NUL between them, and all but its blanks."""
    try:
        kinds = Table(table)
        folded = kinds.folded(text)
        without_blanks = "".join([char for char in folded if kinds.kind(char) != BLANK])
        return _words(kinds, folded, tables), without_blanks
    except Unknown:
        return None


def _words(kinds: Table, folded: str, tables: Cutter) -> str:
    text = arabic(folded)
    marks = kinds.marks(text)
    found: list[str] = []
    for match in _RUN.finditer(marks):
        run = text[match.start() : match.end()]
        found += cut(tables, run) if match[0][0] == "h" else [run]
    return "\0".join(found)
