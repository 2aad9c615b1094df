"""From a text to its terms: jieba's words for meaning, and bigrams for what words miss.

Words are jieba's, default mode, over runs of Chinese characters, by the dictionary of the index
(`indexer.text.dictionary`); digits and letters are words as they stand
(`indexer.kernel.plain.analyse`). The quantities in the body of a section are words besides
(`indexer.text.quantities`): 5万元 is also the word #50000元, as is 50,000元.

Bigrams are pairs of neighbouring characters of the text without blanks. Those that rank are
indexed: they find words that the segmentation hides, and the sections where a phrase may stand.
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
from indexer.text.quantities import has_quantity, join_numbers, quantity_terms

# The fields of an index: the two kinds of terms.
WORDS, BIGRAMS = "words", "bigrams"

# Raise this number when documents come to be read, folded or cut in another way that the patterns
# below do not show: indexes made before then ask to be rebuilt.
RULES = 4

# The same runs as those of `indexer.kernel.plain.analyse`.
_RUN = re.compile(rf"([{HAN}]+)|\d+(?:\.\d+)*|[^\W\d_{HAN}]+")
# Both characters must be letters, digits or Han, and one of them Han, for a bigram to say
# something of a text's subject.
_RANKED = re.compile(rf"(?=.?[{HAN}])[\w{HAN}]{{2}}")


def bigrams(without_blanks: str) -> list[str]:
    """Returns the bigrams of a text without blanks; bigram ``i`` begins at its character ``i``."""
    return list(map(str.__add__, without_blanks, without_blanks[1:]))


def ranked(bigrams: list[str]) -> list[str]:
    """Returns those of ``bigrams`` that rank: of a Han character and another, a letter or digit."""
    return [bigram for bigram in bigrams if _RANKED.match(bigram)]


@cache
def classes() -> bytes:
    """Returns the classes of characters by which `Kernel.add_bigrams` keeps what `ranked` keeps."""
    characters = "".join(map(chr, range(0x20000)))
    table = bytearray(0x20000)
    for pattern, code in ((r"\w+", 1), (f"[{HAN}]+", 3)):
        for match in re.finditer(pattern, characters):
            table[match.start() : match.end()] = bytes([code]) * len(match[0])
    return bytes(table)


# BM25F: the weight of an occurrence in the body, in the title and in a heading above the section,
# in eighths (`indexer.kernel.bm25`).
BODY_WEIGHT = UNIT
TITLE_WEIGHT = UNIT
HEADING_WEIGHT = UNIT
# The opening of a document says what its other sections are about, but not what they say: a
# section that has the words itself comes before one that only has them above it.
OPENING_WEIGHT = UNIT // 4
# A section that is only a heading says nothing that the sections under it do not say, for they
# carry the same heading. It weighs less, so that of two sections with the same words the one with
# more text wins.
BARE_HEADING_WEIGHT = UNIT // 4
_MOST_OF_A_HEADING = 400  # characters


class TermSource(NamedTuple):
    """A part of a section to rank by: its words, separated by NUL, and its text without blanks.

    The words of a body are followed by the terms of its quantities.

    ``weight`` is the weight of each occurrence in this part, in eighths.
    """

    words: str
    without_blanks: str
    weight: int


class Analyzer:
    """The rules by which an index and its queries become terms. Safe to share between threads."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self._part_of_many = lru_cache(256)(self._part)  # the same texts recur

    @property
    def fingerprint(self) -> str:
        """A name for the rules and the dictionary, which every index states.

        Analyzers with equal fingerprints make equal terms.
        """
        rules = zlib.crc32(f"{RULES} {_RUN.pattern} {_RANKED.pattern}".encode())
        return f"{self.dictionary.name}, rules {rules:08x}"

    def words(self, folded: str) -> list[str]:
        """Returns the words of a folded text in order, repeats included, with numbers in digits."""
        return self.dictionary.words(folded)

    def pieces(self, text: str) -> list[str]:
        """Returns the words of ``text`` as they stand, with each character between them apart.

        The pieces joined are ``text`` again.
        """
        found: list[str] = []
        last = 0
        for match in _RUN.finditer(text):
            found += text[last : match.start()]
            found += self.dictionary.cut(match[0]) if match[1] else [match[0]]
            last = match.end()
        return [*found, *text[last:]]

    def analyse(
        self,
        context: str,
        headings: Sequence[str],
        body: str,
        *,
        own: str = "",
        opening: str = "",
    ) -> tuple[TermSource, TermSource, TermSource, TermSource]:
        """Returns a section's body, context, headings and opening, ready to index.

        ``context`` is the title of the document with its issuers, and ``opening`` the text that it
        begins with, where the other sections are about the same. ``own`` is the last heading with
        its label: a body that is no more than this weighs less, and only the headings above it
        count.
        """
        words, without_blanks = self.dictionary.analyse(body)
        if has_quantity(without_blanks):
            words = "\0".join((words, *quantity_terms(join_numbers(fold(body)))))
        bare = len(body) <= _MOST_OF_A_HEADING and _is_heading(without_blanks, own)
        return (
            TermSource(words, without_blanks, BARE_HEADING_WEIGHT if bare else BODY_WEIGHT),
            self._part_of_many(context, TITLE_WEIGHT),
            self._part_of_many("\n".join(headings[:-1] if bare else headings), HEADING_WEIGHT),
            self._part_of_many(opening, OPENING_WEIGHT),
        )

    def _part(self, text: str, weight: int) -> TermSource:
        return TermSource(*self.dictionary.analyse(text), weight)


def _is_heading(without_blanks: str, heading: str) -> bool:
    """Returns True if a text without blanks is only ``heading``, perhaps with a full stop."""
    if len(without_blanks) > len(heading) + 1:  # folded, it is no longer
        return False
    return bool(heading) and len(without_blanks) <= len(strip_blanks(fold(heading))) + 1
