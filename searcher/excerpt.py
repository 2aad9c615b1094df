"""From a query and the text of a hit to the snippet that shows why it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from indexer.analysis import Analyzer
from indexer.normalize import Folding, fold, squeeze, squeezed, with_arabic
from indexer.schema import WORDS
from searcher.highlight import Match, Snippet, best_window, find_matches, snippet_of
from searcher.query import Boolean, Node, Phrase, Prefix, Words
from searcher.ranking import Term, terms_of

WIDTH = 120  # characters of a snippet


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A snippet, and where in the text it was made of its first highlight stands (0 if none)."""

    snippet: Snippet
    offset: int


class Excerpter:
    """Makes excerpts for one query. ``weigh`` says how much a term tells, its idf.

    A quoted phrase is sought as it stands; of other text its words are, and where none of them
    stands, its bigrams. What is prohibited or about fields is not sought.
    """

    def __init__(self, query: Node, analyzer: Analyzer, weigh: Callable[[Term], float]) -> None:
        texts = list(_sought(query))
        self._phrases = [squeeze(fold(text)) for text, exact in texts if exact]
        loose = [text for text, exact in texts if not exact]
        self._words = list(
            dict.fromkeys(word for text in loose for word in analyzer.words(fold(text)))
        )
        terms = (term for text in loose for term in terms_of(text, analyzer))
        self._bigrams = list(dict.fromkeys(text for field, text in terms if field != WORDS))
        self._word_weights = [weigh((WORDS, word)) for word in self._words]
        self._phrase_weights = [
            sum(weigh(term) for term in terms_of(text, analyzer) if term[0] == WORDS)
            for text, exact in texts
            if exact
        ]

    def excerpt(self, text: str) -> Excerpt:
        """The best of ``text``."""
        plain = squeezed(text)
        digits = with_arabic(plain)
        matches = _located(digits, self._words) + _located(
            plain, self._phrases, first=len(self._words)
        )
        weights = self._word_weights + self._phrase_weights
        if not matches:
            matches = _located(plain, self._bigrams)
            weights = [1.0] * len(self._bigrams)
        matches.sort()
        window = best_window(text, matches, weights, WIDTH)
        shown = (match.start for match in matches if match.start >= window[0])
        return Excerpt(snippet_of(text, matches, window), next(shown, 0))


def _sought(query: Node) -> Iterator[tuple[str, bool]]:
    """The texts a query looks for in sections, and whether to the letter."""
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                yield from _sought(node)
        case Phrase(field=None):
            yield query.text, True
        case Words(field=None | "title") | Prefix(field=None) | Phrase(field="title"):
            yield query.text, False


def _located(folding: Folding, needles: list[str], first: int = 0) -> list[Match]:
    """The matches of folded needles, numbered from ``first``, as they stand in the source."""
    return [
        Match(*folding.source(match.start, match.end), match.needle + first)
        for match in find_matches(folding.text, needles)
    ]
