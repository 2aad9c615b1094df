"""What a query was probably meant to be, to be shown beside what it finds and never instead.

A query of Latin letters that the index does not have is read as pinyin. Of any other, the texts it
looks for are corrected: by the names of documents where a whole text is nearly one, and character
by character (`searcher.suggestions.spelling`). The rest of the query stays as it was typed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from indexer.segments import Collection
from indexer.text.dictionary import Dictionary
from indexer.text.folding import fold, strip_blanks, without_blanks
from searcher.query.nodes import Boolean, Near, Node, Phrase, Words
from searcher.ranking.question_words import without_asking
from searcher.suggestions.fuzzy_titles import LEAST, FuzzyTitles
from searcher.suggestions.language_model import Language
from searcher.suggestions.pinyin import split_pinyin
from searcher.suggestions.spelling import LONG, Correction, Speller

_MOST = 3  # suggestions
_MAX_SLIPS = 3
_MAX_TEXTS = 5  # of a query that are looked at
_MAX_PINYIN = 60
_NAMED = 12.0  # what a name one slip away gains, to be compared with `Correction.gain`
_RARER = 10  # how many times rarer a text is than the name it was to be
_LATIN = re.compile(r"[a-z][a-z' ]+[a-z]")

_Candidate = tuple[str, float]  # what a text may have been meant to be, and what that gains


class _Variant(NamedTuple):
    """A text of a query, where it stands, and its readings, the likeliest first."""

    at: int
    text: str
    readings: list[_Candidate]


class DidYouMean:
    """Knows what is written in an index: its terms and the names of its documents."""

    def __init__(self, terms: Collection, dictionary: Dictionary, names: FuzzyTitles) -> None:
        self._language = Language(terms, dictionary)
        self._speller = Speller(self._language)
        self._names = names

    def suggestions(self, query: str, node: Node) -> tuple[str, ...]:
        """The queries that ``query``, of the meaning ``node``, may be a misspelling of.

        The likeliest first, three at most; none for a query that looks right.
        """
        letters = fold(query).strip()
        if _LATIN.fullmatch(letters):
            return self._of_pinyin(letters)
        variants = [
            _Variant(at, text, readings)
            for at, text in islice(_texts(query, node), _MAX_TEXTS)
            if (readings := self._readings(text))
        ]
        return _combined(query, variants) if variants else ()

    def _readings(self, text: str) -> list[_Candidate]:
        found: dict[str, float] = {}
        for reading, gain in (*self._named(text), *self._spelt(text)):
            found[reading] = max(gain, found.get(reading, 0.0))
        return sorted(found.items(), key=lambda item: -item[1])[:_MOST]

    def _named(self, text: str) -> Iterator[_Candidate]:
        """The names that ``text`` nearly is, if it is no question and the index hardly has it."""
        plain, count = strip_blanks(fold(text)), self._language.count
        if len(plain) < LEAST or without_asking(text) != text:
            return
        often = count(plain)
        if often > 20 * self._language.few or (often and len(plain) >= LONG):
            return
        for name, far in self._names.near(text)[:_MOST]:
            if _RARER * often <= count(name):
                yield name, _NAMED / far

    def _spelt(self, text: str) -> Iterator[_Candidate]:
        for first in self._speller.correct(strip_blanks(fold(text)))[:_MOST]:
            corrected, gain = _applied(text, first), first.gain
            for _ in range(_MAX_SLIPS - 1):
                more = self._speller.correct(strip_blanks(fold(corrected)))
                if not more:
                    break
                corrected, gain = _applied(corrected, more[0]), gain + more[0].gain
            yield corrected, gain

    def _of_pinyin(self, letters: str) -> tuple[str, ...]:
        if len(letters) > _MAX_PINYIN or all(map(self._language.sections, letters.split())):
            return ()
        syllables = split_pinyin(letters)
        if not syllables or len(syllables) < 2:
            return ()
        return tuple(self._speller.spoken(syllables)[:_MOST])


def _texts(query: str, node: Node) -> Iterator[tuple[int, str]]:
    """The texts a query looks for in sections and titles, with where they stand in it.

    Not what it prohibits, nor what holds a character that a query reads as a blank.
    """
    match node:
        case Boolean():
            for part in (*node.must, *node.should):
                yield from _texts(query, part)
        case Near():
            for leaf in node.leaves:
                yield from _texts(query, leaf)
        case Words(field=None | "title") | Phrase(field=None | "title"):
            at = query.find(node.text, node.start, node.end)
            if at >= 0:
                yield at, node.text


def _combined(query: str, variants: Sequence[_Variant]) -> tuple[str, ...]:
    """``query`` with the best reading of every text, then with another of one of them."""
    best = {variant.at: (variant.text, variant.readings[0][0]) for variant in variants}
    found = {_replaced(query, best): math.inf}
    for variant in variants:
        for reading, gain in variant.readings[1:]:
            other = _replaced(query, best | {variant.at: (variant.text, reading)})
            found.setdefault(other, gain)
    return tuple(sorted(found, key=lambda text: -found[text])[:_MOST])


def _replaced(query: str, changes: Mapping[int, tuple[str, str]]) -> str:
    """``query`` with other texts in the place of those that stand at some offsets."""
    for at, (old, new) in sorted(changes.items(), reverse=True):
        query = query[:at] + new + query[at + len(old) :]
    return query


def _applied(text: str, correction: Correction) -> str:
    """``text`` with a correction of its folded and stripped of blanks form, where that stands in
    it.
    """
    folding = without_blanks(text)
    if correction.start < correction.end:
        start, end = folding.source(correction.start, correction.end)
    else:
        start = end = folding.ends[correction.start - 1]
    return text[:start] + correction.text + text[end:]
