"""What a query was probably meant to be, to be shown beside what it finds and never instead.

A query of Latin letters that the index does not have is read as pinyin. Of any other, the texts it
looks for are corrected: by the names of documents where a whole text is nearly one, and character
by character (`searcher.spelling`). The rest of the query stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from indexer.codec import Collection
from indexer.dictionary import Dictionary
from indexer.normalize import fold, squeeze, squeezed
from searcher.language import Language
from searcher.names import Names
from searcher.nodes import Boolean, Near, Node, Phrase, Words
from searcher.pinyin import split_pinyin
from searcher.spelling import Correction, Speller

_MOST = 3  # suggestions
_MAX_SLIPS = 3
_MAX_TEXTS = 5  # of a query that are looked at
_MAX_PINYIN = 60
_NAMED = 12.0  # what a name one slip away gains, to be compared with `Correction.gain`
_RARER = 10  # how many times rarer a text is than the name it was to be
_LATIN = re.compile(r"[a-z][a-z' ]+[a-z]")

_Text = tuple[str, float]  # what may have been meant, and its gain


class Meant:
    """Knows what is written in an index: its terms and the names of its documents."""

    def __init__(
        self, terms: Collection, dictionary: Dictionary, names: Callable[[], Names]
    ) -> None:
        """``names`` is called when a text looks as if it were to be a name."""
        self._language = Language(terms, dictionary)
        self._speller = Speller(self._language)
        self._load_names = names

    @cached_property
    def _names(self) -> Names:
        return self._load_names()

    def suggestions(self, query: str, node: Node) -> tuple[str, ...]:
        """Queries that ``query``, of the meaning ``node``, may be a misspelling of: the likeliest
        first, three at most, none for one that looks right."""
        letters = fold(query).strip()
        if _LATIN.fullmatch(letters):
            return self._of_pinyin(letters)
        variants = [
            (node.start + query[node.start : node.end].find(node.text), node.text, texts)
            for node in list(_texts(node))[:_MAX_TEXTS]
            if (texts := self._variants(node.text))
        ]
        if not variants:
            return ()
        found = {_replaced(query, [(at, old, texts[0][0]) for at, old, texts in variants]): 0.0}
        for place, (at, old, texts) in enumerate(variants):
            for text, gain in texts[1:]:
                others = [(a, o, t[0][0]) for a, o, t in variants[:place] + variants[place + 1 :]]
                found.setdefault(_replaced(query, [*others, (at, old, text)]), gain)
        first, *rest = found
        return (first, *sorted(rest, key=lambda text: -found[text])[: _MOST - 1])

    def _variants(self, text: str) -> list[_Text]:
        """What ``text`` may have been meant to be, with the gain of each, the greatest first."""
        found: dict[str, float] = {}
        for name, gain in (*self._named(text), *self._spelt(text)):
            found[name] = max(gain, found.get(name, 0.0))
        return sorted(found.items(), key=lambda item: -item[1])[:_MOST]

    def _named(self, text: str) -> Iterator[_Text]:
        count = self._language.count
        plain = squeeze(fold(text))
        if len(plain) < 4 or (often := count(plain)) > 20 * self._language.few:
            return
        for name, far in self._names.near(text)[:_MOST]:
            if _RARER * often <= count(name):
                yield name, _NAMED / far

    def _spelt(self, text: str) -> Iterator[_Text]:
        for first in self._speller.correct(squeeze(fold(text)))[:_MOST]:
            corrected, gain = _applied(text, first), first.gain
            for _ in range(_MAX_SLIPS - 1):
                more = self._speller.correct(squeeze(fold(corrected)))
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


def _texts(node: Node) -> Iterator[Words | Phrase]:
    """The texts a query looks for in sections and titles, not what it prohibits."""
    match node:
        case Boolean():
            for part in (*node.must, *node.should):
                yield from _texts(part)
        case Near():
            yield from node.leaves
        case Words(field=None | "title") | Phrase(field=None | "title"):
            yield node


def _applied(text: str, correction: Correction) -> str:
    """``text`` with a correction of its folded and squeezed form, where that stands in it."""
    folding = squeezed(text)
    if correction.start < correction.end:
        start, end = folding.source(correction.start, correction.end)
    else:
        start = end = folding.ends[correction.start - 1]
    return text[:start] + correction.text + text[end:]


def _replaced(query: str, changes: list[tuple[int, str, str]]) -> str:
    for at, old, new in sorted(changes, reverse=True):
        query = query[:at] + new + query[at + len(old) :]
    return query
