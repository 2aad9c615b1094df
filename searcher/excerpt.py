"""From a query and the text of a hit to the snippet that shows why it was found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from indexer.analysis import Analyzer
from indexer.normalize import Folding, fold, squeeze, squeezed, with_arabic
from indexer.schema import WORDS
from searcher.highlight import Match, Snippet, best_window, find_matches, snippet_of
from searcher.near import near_groups
from searcher.query import Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking import Term, terms_of
from searcher.synonyms import Synonyms

WIDTH = 120  # characters of a snippet
_NUMERAL = re.compile(r"[\d零〇一二三四五六七八九两十百千]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A snippet, and where in the text it was made of its first highlight stands (0 if none)."""

    snippet: Snippet
    offset: int


class Excerpter:
    """Makes excerpts for one query. ``weigh`` says how much a term tells, its idf.

    A quoted phrase is sought as it stands; of other text its words are, and the synonyms of what
    stands in it; where nothing of this stands, its bigrams. Of what is to lie near each other only
    what does is sought. What is prohibited or about facts of documents is not.
    """

    def __init__(
        self,
        query: Node,
        analyzer: Analyzer,
        weigh: Callable[[Term], float],
        synonyms: Synonyms,
    ) -> None:
        sought = _Sought([], [], [])
        _gather(query, sought)
        loose = [fold(text) for text in sought.loose]
        self._words = list(dict.fromkeys(word for text in loose for word in analyzer.words(text)))
        # Numbers in digits show the others what they show without.
        self._has_numbers = any(map(_NUMERAL.search, self._words))
        terms = (term for text in loose for term in terms_of(text, analyzer))
        self._bigrams = list(dict.fromkeys(text for field, text in terms if field != WORDS))
        found = (one for text in loose for one in synonyms.find(text, analyzer.pieces))
        others = [other for one in found for other in one.others]
        self._phrases = [squeeze(fold(text)) for text in (*sought.exact, *others)]
        self._near = [
            ([[squeeze(fold(leaf.text)) for leaf in item] for item in node.items], node.distance)
            for node in sought.near
        ]
        near = (text for items, _ in self._near for item in items for text in item)
        texts = [*self._words, *self._phrases, *near]
        self._near_needles = {text: number for number, text in enumerate(texts)}
        self._weights = [weigh((WORDS, word)) for word in self._words] + [
            sum(weigh(term) for term in terms_of(text, analyzer) if term[0] == WORDS)
            for text in texts[len(self._words) :]
        ]

    def excerpt(self, text: str) -> Excerpt:
        """The best of ``text``."""
        plain = squeezed(text)
        digits = with_arabic(plain) if self._has_numbers else plain
        matches = _located(digits, self._words) + _located(
            plain, self._phrases, first=len(self._words)
        )
        matches += self._located_near(plain)
        weights = self._weights
        if not matches:
            matches = _located(plain, self._bigrams)
            weights = [1.0] * len(self._bigrams)
        matches.sort()
        window = best_window(text, matches, weights, WIDTH)
        shown = (match.start for match in matches if match.start >= window[0])
        return Excerpt(snippet_of(text, matches, window), next(shown, 0))

    def _located_near(self, folding: Folding) -> set[Match]:
        return {
            Match(*folding.source(one.start, one.end), self._near_needles[one.text])
            for items, distance in self._near
            for group in near_groups(folding.text, items, distance)
            for one in group
        }


class _Sought(NamedTuple):
    """What a query looks for in sections: by its words, to the letter, near each other."""

    loose: list[str]
    exact: list[str]
    near: list[Near]


def _gather(query: Node, sought: _Sought) -> None:
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                _gather(node, sought)
        case Near():
            sought.near.append(query)
        case Phrase(field=None | "document"):
            sought.exact.append(query.text)
        case Words(field=None | "title" | "document"):
            sought.loose.append(query.text)
        case Prefix(field=None | "document") | Phrase(field="title"):
            sought.loose.append(query.text)


def _located(folding: Folding, needles: list[str], first: int = 0) -> list[Match]:
    """The matches of folded needles, numbered from ``first``, as they stand in the source."""
    return [
        Match(*folding.source(match.start, match.end), match.needle + first)
        for match in find_matches(folding.text, needles)
    ]
