"""Finds the words of a text, as ``analyse.c`` does.

A text is folded by a table of characters and its numbers are written in digits. Then every run of
one kind is a word: letters, or digits with points between them. Runs of Chinese characters are cut
by a dictionary (`indexer.kernel.plain.cut`).

The table has an entry of 32 bits for each character below U+20000. The lowest 21 bits are the
character it folds to, 0 if it folds to nothing; the bits from 24 on are its kind; the highest bit
is set if both are known. If a character is known, so is the one it folds to, and the ten digits are
known as well. Characters beyond the table fold to themselves, except that variation selectors fold
to nothing; those up to U+3FFFF are Chinese. Every function returns None if a character of the text
is unknown.
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
    SELECTORS,
)
from indexer.kernel.plain.cut import Cutter, cut
from indexer.kernel.types import Buffer
from indexer.numerals import arabic

_FOLDED = 0x1FFFFF

# Applied to texts whose characters are replaced by the marks of their kinds, but for spaces and
# points.
_MARKS = "?lnh?"
_SPACED = re.compile("(?<!h)h(?: +h(?!h))+")
_RUN = re.compile(r"h+|n+(?:\.n+)*|l+")


class Unknown(Exception):
    """A character has no entry in the table."""


class Table:
    """A table of characters, read one at a time. Raises Unknown."""

    def __init__(self, table: Buffer) -> None:
        if len(table) != 4 * CHARACTERS:
            raise ValueError("a table of 131072 characters is wanted")
        self._entries = memoryview(table).cast("B").cast("I")

    def entry(self, char: str) -> int:
        """Returns the whole entry of a character. Raises Unknown if it has none."""
        code = ord(char)
        if SELECTORS[0] <= code <= SELECTORS[1]:
            return KNOWN | NOTHING << KIND
        if code >= CHARACTERS:
            return KNOWN | (HAN if code <= LAST_HAN else NOTHING) << KIND | code
        entry = self._entries[code]
        if not entry & KNOWN:
            raise Unknown
        return entry

    def kind(self, char: str) -> int:
        """Returns the kind of a character (`indexer.kernel.constants`). Raises Unknown."""
        return self.entry(char) >> KIND & 7

    def marks(self, text: str) -> str:
        """Returns ``text`` with each character replaced by the mark of its kind."""
        return "".join([char if char in " ." else _MARKS[self.kind(char)] for char in text])

    def folded(self, text: str) -> str:
        """Returns ``text`` folded character by character."""
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
    """Returns ``text`` folded; None if ``table`` lacks one of its characters.

    Spaces between single Chinese characters are removed: 国 务 院 becomes 国务院.
    """
    try:
        return Table(table).folded(text)
    except Unknown:
        return None


def words(table: Buffer, folded: str, tables: Cutter) -> str | None:
    """Returns the words of a folded text, separated by NUL; None if a character is unknown."""
    try:
        return _words(Table(table), folded, tables)
    except Unknown:
        return None


def analyse(table: Buffer, text: str, tables: Cutter) -> tuple[str, str] | None:
    """Returns the words of ``text`` folded, separated by NUL, and the folded text without blanks.

    The result is None if ``table`` lacks a character.
    """
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
