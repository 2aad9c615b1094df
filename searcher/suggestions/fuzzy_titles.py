"""Finds the names of documents that a text is nearly equal to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from indexer.documents.citations.resolve import base_name
from indexer.text.folding import fold
from searcher.ranking.statistics import Names
from searcher.suggestions.pinyin import sound_of, syllables_of
from searcher.suggestions.similar_shapes import similar_shapes

_NUMERALS = "一二三四五六七八九十"
LEAST = 4  # characters; a shorter name is nearly equal to too many texts
_TWO_SLIPS = 9  # characters; from here on, two slips are allowed
_MAX_LENGTH = 60  # characters


class FuzzyTitles:
    """Finds the names of documents, in normal form, that a text is nearly equal to.

    The normal form is that of `indexer.documents.citations.resolve.base_name`.
    """

    def __init__(self, holding: Callable[[Iterable[str]], Names]) -> None:
        """Takes a function ``holding`` that returns all names with any of some texts, or more.

        Each name comes with all documents that have it, including versions and copies.
        """
        self._holding = holding

    def near(self, text: str) -> list[tuple[str, float]]:
        """Returns the names that are one slip away from ``text``, or two if it is long.

        Each name comes with its distance; the nearest come first, then the most frequent. A slip is
        a missing or extra character, two swapped characters, or a wrong one. Its distance is 1, but
        1.5 for a wrong character that neither sounds nor looks like the right one. The list is
        empty if ``text`` is a name itself, or shorter than `LEAST`.
        """
        key = base_name(fold(text))
        if not LEAST <= len(key) <= _MAX_LENGTH:
            return []
        most = 2.0 if len(key) >= _TWO_SLIPS else 1.5
        # This many slips leave one of the pieces intact, unless a swap lies across two pieces.
        size = -(-len(key) // (int(most) + 1))
        pieces = {key[at : at + size] for at in range(0, len(key), size)}
        likely = {piece for piece in pieces if len(piece) > 1}
        likely |= {key[:at] + key[at : at + 2][::-1] + key[at + 2 :] for at in range(len(key) - 1)}
        names = self._holding(likely)
        if key in names:
            return []
        letters = set(key)
        found = {
            name: far
            for name in names
            if abs(len(name) - len(key)) <= most
            and len(letters.difference(name)) <= most
            and (far := _distance(key, name)) <= most
        }
        return sorted(found.items(), key=lambda item: (item[1], -len(names[item[0]]), item[0]))


def _distance(typed: str, name: str) -> float:
    """Returns the distance between a typed text and a name, by optimal string alignment."""
    above: list[float] = []
    row = [float(j) for j in range(len(name) + 1)]
    for i, a in enumerate(typed, 1):
        last, above, row = above, row, [float(i)]
        for j, b in enumerate(name, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + _difference(a, b))
            if i > 1 and j > 1 and a == name[j - 2] and b == typed[i - 2]:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def _difference(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if not (one.isalpha() and other.isalpha()) or one in _NUMERALS or other in _NUMERALS:
        return 3.0  # another year is another document
    sounds = {sound_of(syllable) for syllable in syllables_of(one)}
    alike = any(sound_of(syllable) in sounds for syllable in syllables_of(other))
    return 1.0 if alike or other in similar_shapes(one) else 1.5
