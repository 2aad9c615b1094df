"""Text to terms: jieba words for meaning, character bigrams for what words miss.

Words are jieba's, default mode, over runs of Chinese characters, by the dictionary of the index
(`indexer.text.dictionary`); digits and letters are words as they stand
(`indexer.kernel.plain.analyse`).

Bigrams are pairs of neighbouring characters of the stripped of blanks text. Those that rank are
indexed: they find what the segmentation hides, and the sections where a phrase may stand.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from indexer.kernel.bm25 import UNIT
from indexer.text.dictionary import Dictionary
from indexer.text.folding import HAN, fold, strip_blanks

# To be raised when documents are read, folded or cut otherwise in a way that patterns do not show:
# an index made before asks to be rebuilt.
RULES = 3

# What `indexer.kernel.plain.analyse` takes for runs.
_RUN = re.compile(rf"([{HAN}]+)|\d+(?:\.\d+)*|[^\W\d_{HAN}]+")
# Both characters must be letters, digits or Han, and one of them Han, for a bigram to say
# something of a text's subject.
_RANKED = re.compile(rf"(?=.?[{HAN}])[\w{HAN}]{{2}}")


def bigrams(without_blanks: str) -> list[str]:
    """The bigrams of a text without blanks; the one at position i begins at its character i."""
    return list(map(str.__add__, without_blanks, without_blanks[1:]))


def ranked(bigrams: list[str]) -> list[str]:
    """Those bigrams that rank: Han with Han, letter or digit."""
    return [bigram for bigram in bigrams if _RANKED.match(bigram)]


@cache
def classes() -> bytes:
    """The classes by which `indexer.kernel.plain.kernel.add_bigrams` tells what `ranked` keeps."""
    characters = "".join(map(chr, range(0x20000)))
    table = bytearray(0x20000)
    for pattern, code in ((r"\w+", 1), (f"[{HAN}]+", 3)):
        for match in re.finditer(pattern, characters):
            table[match.start() : match.end()] = bytes([code]) * len(match[0])
    return bytes(table)


# BM25F: what a word weighs in the body, in the title and in a heading over the section. In
# eighths, which are exact.
BODY_WEIGHT = UNIT
TITLE_WEIGHT = UNIT
HEADING_WEIGHT = UNIT
# A heading with nothing of its own below it says nothing that the sections under it, which have
# it above them, do not: less than one of these that says as much.
BARE_HEADING_WEIGHT = UNIT // 4
_MOST_OF_A_HEADING = 400  # characters


class TermSource(NamedTuple):
    """A part of what a section ranks by: its words, NUL between them, and its stripped of blanks
    text.

    ``weight`` is that of the terms of both, in eighths.
    """

    words: str
    without_blanks: str
    weight: int


class Analyzer:
    """What an index and its queries are cut by. Safe to share between threads."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self._part_of_many = lru_cache(256)(self._part)  # they come again, section after section

    @property
    def fingerprint(self) -> str:
        """What terms depend on: equal fingerprints, equal terms. Every index states it."""
        rules = zlib.crc32(f"{RULES} {_RUN.pattern} {_RANKED.pattern}".encode())
        return f"{self.dictionary.name}, rules {rules:08x}"

    def words(self, folded: str) -> list[str]:
        """The words of a folded text, in order, repeats included: numbers in digits, lower case."""
        return self.dictionary.words(folded)

    def pieces(self, text: str) -> list[str]:
        """``text`` cut as it stands, with all between the words: joined, the pieces are it."""
        found: list[str] = []
        last = 0
        for match in _RUN.finditer(text):
            found += text[last : match.start()]
            found += self.dictionary.cut(match[0]) if match[1] else [match[0]]
            last = match.end()
        return [*found, *text[last:]]

    def analyse(
        self, context: str, headings: Sequence[str], body: str, *, own: str = ""
    ) -> tuple[TermSource, TermSource, TermSource]:
        """A section's body, its document's context, and the headings it stands under, ready to
        index.

        The context is the title with what else tells of what the document is about. ``own`` is the
        last of the headings with its label: a body that is no more than this weighs less, and of
        the headings those above count.
        """
        words, without_blanks = self.dictionary.analyse(body)
        bare = len(body) <= _MOST_OF_A_HEADING and _is_heading(without_blanks, own)
        return (
            TermSource(words, without_blanks, BARE_HEADING_WEIGHT if bare else BODY_WEIGHT),
            self._part_of_many(context, TITLE_WEIGHT),
            self._part_of_many("\n".join(headings[:-1] if bare else headings), HEADING_WEIGHT),
        )

    def _part(self, text: str, weight: int) -> TermSource:
        return TermSource(*self.dictionary.analyse(text), weight)


def _is_heading(without_blanks: str, heading: str) -> bool:
    """Whether a stripped of blanks text is no more than a heading; a stop may close it."""
    if len(without_blanks) > len(heading) + 1:  # folded, it is no longer
        return False
    return bool(heading) and len(without_blanks) <= len(strip_blanks(fold(heading))) + 1
