"""Makes the excerpts of hits: the snippets that best show the texts a query looks for."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cached_property

from indexer.kernel import kernel
from indexer.kernel.types import (
    FoldedText,
    Match,
    Needles,
    SnippetParts,
    pack_matches,
    unpack_matches,
)
from indexer.text.analysis import bigrams, ranked
from indexer.text.folding import Folding, with_arabic
from searcher.backends.backend import SectionText
from searcher.ranking.plan import Sought
from searcher.ranking.proximity import near_groups
from searcher.results.snippet import Snippet, pack_weights

WIDTH = 120  # characters of a snippet
_NUMERAL = re.compile(r"[\d零〇一二三四五六七八九两十百千]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A snippet, and the number of lines before its first highlight in the original text."""

    snippet: Snippet
    lines: int


class Excerpter:
    """Makes the excerpts of the hits of one query.

    `searcher.ranking.sought` says which texts are looked for. A number in a word, written in
    digits, is also found where a text writes it in Chinese.
    """

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        words = sought.words
        self._has_numbers = any(map(_NUMERAL.search, words))
        # Texts have the same numbers in both searches: words sought in digits leave theirs unused.
        plain = [""] * len(words) if self._has_numbers else words
        self._plain = Needles.of([plain, sought.phrases])
        self._weights = pack_weights(sought.weights)

    @cached_property
    def _near_needles(self) -> dict[str, int]:
        """The number of each text in the order of the weights."""
        sought = self._sought
        near = [text for close in sought.near for item in close.items for text in item]
        texts = [*sought.words, *sought.phrases, *near]
        return {text: number for number, text in enumerate(texts)}

    @cached_property
    def _in_digits(self) -> Needles:
        """The words to look for in texts whose numbers were written in digits."""
        return Needles.of([self._sought.words])

    @cached_property
    def _pairs(self) -> tuple[Needles, bytes]:
        """The pairs of characters for texts without any of the words, and their weights."""
        pairs = [pair for text in self._sought.loose for pair in ranked(bigrams(text))]
        different = list(dict.fromkeys(pairs))
        return Needles.of([different]), pack_weights([1.0] * len(different))

    def excerpt(self, text: SectionText) -> Excerpt:
        """Returns the best excerpt of ``text``, the text of a section. Raises IndexDamaged."""
        shown = None
        if not self._has_numbers and not self._sought.near:
            shown = text.excerpt(self._plain, self._weights, WIDTH)
        snippet, highlights, lines = shown or self._shown(text)
        return Excerpt(Snippet(snippet, highlights), lines)

    def _shown(self, of: SectionText) -> SnippetParts:
        folded = of.folded()
        matches = kernel.find(folded.folded, folded.starts, folded.ends, *self._plain)
        matches = self._with_others(matches, folded)
        weights = self._weights
        if not matches:
            pairs, weights = self._pairs
            matches = kernel.find(folded.folded, folded.starts, folded.ends, *pairs)
        return kernel.snippet(folded.source, matches, weights, WIDTH)

    def _with_others(self, matches: bytes, folded: FoldedText) -> bytes:
        """Returns ``matches`` with those of words in digits and of texts near each other."""
        _, text, starts, ends = folded
        folding = Folding(text, array("I", starts), array("I", ends))
        sets = [matches]
        if self._has_numbers:
            digits = with_arabic(folding)
            starts, ends = (array("I", at).tobytes() for at in (digits.starts, digits.ends))
            sets.append(kernel.find(digits.text, starts, ends, *self._in_digits))
        sets.append(pack_matches(sorted(self._located_near(folding))))
        # Each set is sorted, so that a single set needs no further sorting.
        found = [packed for packed in sets if packed]
        if len(found) < 2:
            return found[0] if found else b""
        return pack_matches(sorted({one for packed in found for one in unpack_matches(packed)}))

    def _located_near(self, folding: Folding) -> set[Match]:
        return {
            Match(*folding.source(one.start, one.end), self._near_needles[one.text])
            for close in self._sought.near
            for group in near_groups(folding.text, close.items, close.distance)
            for one in group
        }
