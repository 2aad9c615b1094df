"""Folding: the form of a text that is searched; what is shown is the text as it stands.

Folding removes differences that carry no meaning: letter case, full and half width, styles of
brackets and quotation marks, the two zeros of Chinese dates, traditional characters, radicals for
characters, raised and lowered digits, marks on letters, zero-width and private-use characters, and
blanks that only space out letters (`indexer.text.characters`). A character folds to one character
or to none, so that an offset in the folded text leads back to one in the source
(`without_blanks`).

Two texts are the same to a phrase query exactly if ``strip_blanks(fold(text))`` is the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from indexer.kernel import kernel
from indexer.numerals import NUMBER, in_digits
from indexer.numerals import arabic as arabic
from indexer.text.characters import BASE, TABLE, full_table, learn, table_for
from indexer.text.characters import HAN as HAN


def fold(text: str) -> str:
    """Returns ``text`` folded; folding the result again changes nothing.

    Line breaks become ``\\n`` and other blanks a space; blanks that space out letters are removed.
    """
    folded = kernel.fold(TABLE, text)
    if folded is None:
        learn(text)
        return fold(text)
    return folded


def strip_blanks(folded: str) -> str:
    """Returns ``folded`` without blanks and line breaks, which is how phrases are compared."""
    return "".join(folded.split())


def strip_blank(character: str) -> str:
    """Returns one character folded, whatever stands around it; "" for a blank."""
    return strip_blanks(fold(character))


@dataclass(frozen=True, slots=True)
class Folding:
    """A folded text, and the offsets in the source where each of its characters starts and ends."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Returns the half-open source span of characters ``start`` up to ``end`` (not empty)."""
        return self.starts[start], self.ends[end - 1]


_GAP = "\0"  # NUL folds to nothing, so that no folded text has one
_GAPS = re.compile(f"{_GAP}+")


@cache
def _gapped(full: bool) -> dict[int, str]:
    """Returns a table that folds each character to one, or to a gap for a blank or nothing."""
    table = full_table() if full else BASE
    gapped = {
        code: _GAP if not folded or folded.isspace() else folded for code, folded in table.items()
    }
    return gapped | {ord(blank): _GAP for blank in " \n"}


@cache
def gaps() -> bytes:
    """Returns a byte for every character below U+10000: 1 if it folds to nothing or a blank.

    The other bytes are 0.
    """
    table = bytearray(0x10000)
    for code, folded in BASE.items():
        if code < len(table):
            table[code] = not folded or folded.isspace()
    for blank in b" \n":
        table[blank] = 1
    return bytes(table)


def without_blanks(text: str) -> Folding:
    """Returns ``strip_blanks(fold(text))`` with the way back to the offsets of ``text``."""
    gapped = text.translate(_gapped(table_for(text) is not BASE))
    starts: list[int] = []
    last = 0
    for gap in _GAPS.finditer(gapped):
        starts += range(last, gap.start())
        last = gap.end()
    starts += range(last, len(gapped))
    return Folding(gapped.replace(_GAP, ""), starts, [start + 1 for start in starts])


def with_arabic(folding: Folding) -> Folding:
    """Returns ``folding`` with its numbers in digits, as `arabic` writes them.

    Each digit leads back to the whole number in the source.
    """
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in NUMBER.finditer(folding.text):
        digits = in_digits(match)
        text += (folding.text[last : match.start()], digits)
        starts += folding.starts[last : match.start()]
        ends += folding.ends[last : match.start()]
        start, end = folding.source(*match.span())
        starts += [start] * len(digits)
        ends += [end] * len(digits)
        last = match.end()
    text.append(folding.text[last:])
    starts += folding.starts[last:]
    ends += folding.ends[last:]
    return Folding("".join(text), starts, ends)
