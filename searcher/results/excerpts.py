"""Makes the excerpts of hits: the snippets that best show the texts a query looks for."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from indexer.kernel import kernel
from indexer.kernel.types import (
    Match,
    Needles,
    SnippetParts,
    pack_matches,
    unpack_matches,
)
from indexer.text.analysis import bigrams, ranked
from indexer.text.folding import Folding, with_arabic
from indexer.text.quantities import find_quantities, is_parted
from searcher.backends.backend import SectionText
from searcher.ranking.plan import Sought
from searcher.ranking.proximity import near_groups
from searcher.results.snippet import Snippet, pack_weights

WIDTH = 120  # characters of a snippet
# Words with these are sought as wholes.
_WHOLE = re.compile("[0-9a-z零〇一二三四五六七八九两十百千]")
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
# At the beginning of digits that go on a number, and behind digits with which it goes on.
_WITHIN_NUMBER = re.compile(r"(?<=[0-9])|(?<=[0-9]\.)|(?<=[0-9],)(?=[0-9]{3}(?![0-9]))")
_NUMBER_GOES_ON = re.compile(r"[0-9]|\.[0-9]|,[0-9]{3}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A snippet, and the number of lines before its first highlight in the original text."""

    snippet: Snippet
    lines: int


class Excerpter:
    """Makes the excerpts of the hits of one query.

    `searcher.ranking.sought` says which texts are looked for. A number in a word, written in
    digits, is also found where a text writes it in Chinese, but never as a part of another number
    (`is_whole`). Quantities are found in every form.
    """

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        words = sought.words
        # For most queries the kernel finds everything in one call.
        self._is_simple = not (sought.near or sought.quantities or any(map(_WHOLE.search, words)))
        # Texts have the same numbers in both searches: words sought as wholes leave theirs unused.
        plain = words if self._is_simple else [""] * len(words)
        self._plain = Needles.of([plain, sought.phrases])
        self._weights = pack_weights(sought.weights)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each text, as the weights are numbered."""
        sought = self._sought
        near = [text for close in sought.near for item in close.items for text in item]
        texts = [*sought.words, *sought.phrases, *near, *sought.quantities]
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
        if self._is_simple:
            shown = text.excerpt(self._plain, self._weights, WIDTH)
        snippet, highlights, lines = shown or self._shown(text)
        return Excerpt(Snippet(snippet, highlights), lines)

    def _shown(self, of: SectionText) -> SnippetParts:
        source, text, starts, ends = of.folded()
        matches = kernel.find(text, starts, ends, *self._plain)
        folding = Folding(text, array("I", starts), array("I", ends))
        if not self._is_simple:
            matches = self._with_others(matches, folding, source)
        weights = self._weights
        if not matches:
            pairs, weights = self._pairs
            matches = pack_matches(_find_whole(folding, source, pairs))
        return kernel.snippet(source, matches, weights, WIDTH)

    def _with_others(self, matches: bytes, folding: Folding, source: str) -> bytes:
        """Returns ``matches``, those of words and quantities, and of what lies near."""
        words = _find_whole(with_arabic(folding), source, self._in_digits)
        quantities = self._located_quantities(folding, source)
        found = {*unpack_matches(matches), *words, *quantities, *self._located_near(folding)}
        if quantities:  # a unit says nothing beside another number
            found = _without_lone(found)
        return pack_matches(sorted(found))

    def _located_near(self, folding: Folding) -> set[Match]:
        return {
            Match(*folding.source(one.start, one.end), self._numbers[one.text])
            for close in self._sought.near
            for group in near_groups(folding.text, close.items, close.distance)
            for one in group
        }

    def _located_quantities(self, folding: Folding, source: str) -> set[Match]:
        """Returns the places of the quantities, in whatever form."""
        if not self._sought.quantities:
            return set()
        wanted = frozenset(self._sought.quantities)
        parted = part_numbers(folding, source)
        return {
            Match(*parted.source(one.start, one.end), self._numbers[term])
            for one in find_quantities(parted.text)
            for term in wanted.intersection(one.terms)
        }


def _without_lone(matches: set[Match]) -> set[Match]:
    """Returns the matches but single characters that touch no other."""
    starts, ends = {one.start for one in matches}, {one.end for one in matches}
    return {
        one for one in matches if one.end - one.start > 1 or one.start in ends or one.end in starts
    }


def _find_whole(folding: Folding, source: str, needles: Needles) -> list[Match]:
    """Returns the matches of needles that are whole words and numbers, in places of the source."""
    places = array("I", range(len(folding.text) + 1))
    starts, ends = places[:-1].tobytes(), places[1:].tobytes()
    found = unpack_matches(kernel.find(folding.text, starts, ends, *needles))
    return sorted(
        Match(*folding.source(one.start, one.end), one.needle)
        for one in found
        if is_whole(folding, source, one.start, one.end)
    )


def is_whole(folding: Folding, source: str, start: int, end: int) -> bool:
    """Returns False if characters ``start`` to ``end`` cut a number, or a word of letters in front.

    5 is no part of 25, 12.5 or 5,000, nor SO of "types of". A word may go on behind: a query may
    be the beginning of one. Offsets are those of the folding of ``source``.
    """
    text = folding.text
    pairs = (at for at in range(start + 1, end) if is_parted(text[at - 1], text[at]))
    if any(_has_blank(folding, source, at) for at in pairs):
        return False
    first, last = text[start], text[end - 1]
    if start and not _has_blank(folding, source, start):
        if first in _LETTERS and text[start - 1] in _LETTERS:
            return False
        if first in _DIGITS and _WITHIN_NUMBER.match(text, start):
            return False
    goes_on = last in _DIGITS and _NUMBER_GOES_ON.match(text, end)
    return not goes_on or _has_blank(folding, source, end)


def _has_blank(folding: Folding, source: str, at: int) -> bool:
    """Returns True if a blank stands between a character and the one before in the source."""
    gap = source[folding.ends[at - 1] : folding.starts[at]]
    return any(map(str.isspace, gap))


def part_numbers(folding: Folding, source: str) -> Folding:
    """Returns a folding with a blank where one parts letters and digits: see `join_numbers`."""
    text, starts, ends = folding.text, folding.starts, folding.ends
    cuts = [
        at
        for at in range(1, len(text))
        if starts[at] > ends[at - 1]
        and is_parted(text[at - 1], text[at])
        and _has_blank(folding, source, at)
    ]
    if not cuts:
        return folding
    parts: list[str] = []
    first: list[int] = []
    last: list[int] = []
    for begin, end in pairwise([0, *cuts, len(text)]):
        if parts:
            parts.append(" ")
            first.append(last[-1])
            last.append(starts[begin])
        parts.append(text[begin:end])
        first += starts[begin:end]
        last += ends[begin:end]
    return Folding("".join(parts), first, last)
