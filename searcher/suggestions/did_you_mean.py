"""Corrections for a misspelt query, which are shown beside its results and never replace them.

A query of Latin letters that the index lacks is read as pinyin. In any other query, the texts it
looks for are corrected: a text that is nearly the name of a document becomes that name, and
`searcher.suggestions.spelling` corrects single characters. The rest of the query stays as typed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from indexer.text.dictionary import Dictionary
from indexer.text.folding import fold, strip_blanks, without_blanks
from searcher.query.nodes import Boolean, Near, Node, Phrase, Words
from searcher.ranking.question_words import without_asking
from searcher.ranking.statistics import Statistics
from searcher.suggestions.fuzzy_titles import LEAST, FuzzyTitles
from searcher.suggestions.language_model import LanguageModel
from searcher.suggestions.pinyin import split_pinyin
from searcher.suggestions.spelling import LONG, Correction, Speller

_MOST = 3  # suggestions
_MAX_SLIPS = 3  # the most slips in one text
_MAX_TEXTS = 5  # the most texts of a query to look at
_MAX_PINYIN = 60  # letters
_NAMED = 12.0  # the gain of a name one slip away, on the scale of `Correction.gain`
_RARER = 10  # a misspelt name is this many times rarer than the right one
_LATIN = re.compile(r"[a-z][a-z' ]+[a-z]")

_Candidate = tuple[str, float]  # a correction and its gain


class _Doubtful(NamedTuple):
    """A text at offset ``at`` of a query, and its corrections, the likeliest first."""

    at: int
    text: str
    candidates: list[_Candidate]


class DidYouMean:
    """Suggests corrected queries, from the terms of an index and the names in it."""

    def __init__(self, terms: Statistics, dictionary: Dictionary, names: FuzzyTitles) -> None:
        self._language = LanguageModel(terms, dictionary)
        self._speller = Speller(self._language)
        self._names = names

    def suggestions(self, query: str, node: Node) -> tuple[str, ...]:
        """Returns the queries that ``query`` may be a misspelling of, the likeliest first.

        ``node`` is the parsed query. There are at most three, and none if the query looks right.
        """
        letters = fold(query).strip()
        if _LATIN.fullmatch(letters):
            return self._of_pinyin(letters)
        doubtful = [
            _Doubtful(at, text, candidates)
            for at, text in islice(_texts(query, node), _MAX_TEXTS)
            if (candidates := self._candidates(text))
        ]
        return _combined(query, doubtful) if doubtful else ()

    def _candidates(self, text: str) -> list[_Candidate]:
        found: dict[str, float] = {}
        for meant, gain in (*self._named(text), *self._spelt(text)):
            found[meant] = max(gain, found.get(meant, 0.0))
        return sorted(found.items(), key=lambda item: -item[1])[:_MOST]

    def _named(self, text: str) -> Iterator[_Candidate]:
        """Yields the names that ``text`` nearly is, unless it is a question or the index has it."""
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
    """Yields the offset and the text of each text that a query looks for in sections and titles.

    Excluded texts are left out, and texts with a character that a query reads as a blank.
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


def _combined(query: str, doubtful: Sequence[_Doubtful]) -> tuple[str, ...]:
    """Returns ``query`` with the best correction of every text, then with one exchanged."""
    best = {one.at: (one.text, one.candidates[0][0]) for one in doubtful}
    found = {_replaced(query, best): math.inf}
    for one in doubtful:
        for meant, gain in one.candidates[1:]:
            other = _replaced(query, best | {one.at: (one.text, meant)})
            found.setdefault(other, gain)
    return tuple(sorted(found, key=lambda text: -found[text])[:_MOST])


def _replaced(query: str, changes: Mapping[int, tuple[str, str]]) -> str:
    """Returns ``query`` with the texts at the offsets in ``changes`` replaced, old by new."""
    for at, (old, new) in sorted(changes.items(), reverse=True):
        query = query[:at] + new + query[at + len(old) :]
    return query


def _applied(text: str, correction: Correction) -> str:
    """Returns ``text`` with ``correction`` applied to it.

    Offsets of the correction are in the text's folded form without blanks.
    """
    folding = without_blanks(text)
    if correction.start < correction.end:
        start, end = folding.source(correction.start, correction.end)
    else:
        start = end = folding.ends[correction.start - 1]
    return text[:start] + correction.text + text[end:]
