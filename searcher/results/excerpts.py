"""From a query and the text of a hit to the snippet that shows why it was found."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from indexer.kernel import kernel
from indexer.kernel.types import (
    FoldedText,
    Match,
    Needles,
    SnippetParts,
    pack_matches,
    unpack_matches,
)
from indexer.segments import Collection
from indexer.storage.schema import WORDS
from indexer.text.analysis import Analyzer, bigrams, ranked
from indexer.text.folding import Folding, fold, gaps, strip_blanks, with_arabic
from searcher.query.parser import Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking.proximity import near_groups
from searcher.ranking.ranker import Term
from searcher.ranking.synonyms import Synonyms
from searcher.results.snippet import Snippet, pack_weights

WIDTH = 120  # characters of a snippet
_NUMERAL = re.compile(r"[\d零〇一二三四五六七八九两十百千]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A snippet, and how many lines end before its first highlight in the text it was made of."""

    snippet: Snippet
    lines: int


class Excerpter:
    """Makes excerpts of sections for one query. ``weigh`` says how much a term tells, its idf.

    A quoted phrase is sought as it stands; of other text its words are, and the synonyms of what
    stands in it; where nothing of this stands, its bigrams. Of what is to lie near each other only
    what does is sought. What is prohibited or about facts of documents is not.
    """

    def __init__(
        self,
        query: Node,
        terms: Collection,
        analyzer: Analyzer,
        weigh: Callable[[Term], float],
        synonyms: Synonyms,
    ) -> None:
        self._terms = terms
        sought = _Sought([], [], [])
        _gather(query, sought)
        loose = [fold(text) for text in sought.loose]
        words = list(dict.fromkeys(word for text in loose for word in analyzer.words(text)))
        # Numbers in digits show the others what they show without.
        self._has_numbers = any(map(_NUMERAL.search, words))
        found = (one for text in loose for one in synonyms.find(text, analyzer.pieces))
        others = [other for one in found for other in one.others]
        phrases = [strip_blanks(fold(text)) for text in (*sought.exact, *others)]
        self._near = [
            (
                [[strip_blanks(fold(leaf.text)) for leaf in item] for item in node.items],
                node.distance,
            )
            for node in sought.near
        ]
        near = [text for items, _ in self._near for item in items for text in item]
        texts = [*words, *phrases, *near]
        self._near_needles = {text: number for number, text in enumerate(texts)}
        self._words = words
        # All are numbered alike: words that are sought in digits leave their places free.
        plain = [""] * len(words) if self._has_numbers else words
        self._plain = Needles.of([plain, phrases])
        self._weights = pack_weights(
            [weigh((WORDS, word)) for word in words]
            + [
                sum(weigh((WORDS, word)) for word in analyzer.words(fold(text)))
                for text in texts[len(words) :]
            ]
        )
        self._loose = loose

    @cached_property
    def _in_digits(self) -> Needles:
        """The words, for texts with numbers in digits."""
        return Needles.of([self._words])

    @cached_property
    def _pairs(self) -> tuple[Needles, bytes]:
        """The bigrams of texts of which no word stands, and their weights."""
        pairs = [pair for text in self._loose for pair in ranked(bigrams(strip_blanks(text)))]
        different = list(dict.fromkeys(pairs))
        return Needles.of([different]), pack_weights([1.0] * len(different))

    def excerpt(self, section: int) -> Excerpt:
        """The best of a section. Raises IndexDamaged."""
        shown = None
        if not self._has_numbers and not self._near:
            needles, weights = self._plain, self._weights
            shown = self._terms.excerpt(section, gaps(), needles, weights, WIDTH)
        text, highlights, lines = shown or self._shown(section)
        return Excerpt(Snippet(text, highlights), lines)

    def _shown(self, section: int) -> SnippetParts:
        folded = self._terms.folded(section, gaps())
        matches = kernel.find(folded.folded, folded.starts, folded.ends, *self._plain)
        matches = self._with_others(matches, folded)
        weights = self._weights
        if not matches:
            pairs, weights = self._pairs
            matches = kernel.find(folded.folded, folded.starts, folded.ends, *pairs)
        return kernel.snippet(folded.source, matches, weights, WIDTH)

    def _with_others(self, matches: bytes, folded: FoldedText) -> bytes:
        """``matches``, those of words in the text with numbers in digits, and what lies near."""
        _, text, starts, ends = folded
        folding = Folding(text, array("I", starts), array("I", ends))
        sets = [matches]
        if self._has_numbers:
            digits = with_arabic(folding)
            starts, ends = (array("I", at).tobytes() for at in (digits.starts, digits.ends))
            sets.append(kernel.find(digits.text, starts, ends, *self._in_digits))
        sets.append(pack_matches(sorted(self._located_near(folding))))
        # Each is in order; those of one need no other.
        found = [packed for packed in sets if packed]
        if len(found) < 2:
            return found[0] if found else b""
        return pack_matches(sorted({one for packed in found for one in unpack_matches(packed)}))

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
