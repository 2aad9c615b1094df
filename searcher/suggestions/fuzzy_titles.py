"""Which documents' names a text nearly is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from indexer.documents.citations.resolve import base_name
from indexer.text.folding import fold
from searcher.suggestions.pinyin import readings, sound
from searcher.suggestions.similar_shapes import looking_like

_NUMERALS = "一二三四五六七八九十"
LEAST = 4  # characters of a name that is compared with another
_TWO_SLIPS = 9  # characters from which on two slips are forgiven
_MAX_LENGTH = 60


class FuzzyTitles:
    """The names of documents in normal form (`indexer.documents.citations.resolve.base_name`), each
    with those that bear it: versions and copies alike.

    ``holding`` gives at least those that any of some texts stands in.
    """

    def __init__(self, holding: Callable[[Iterable[str]], Mapping[str, Sequence[int]]]) -> None:
        self._holding = holding

    def near(self, text: str) -> list[tuple[str, float]]:
        """The keys that a slip makes ``text`` of, two if it is long, with how far they are.

        The nearest first, then the commonest. A slip is a character too many or too few, two in
        each other's place, or another one: 1 if that sounds or looks alike, else 1.5.
        Empty if ``text`` is a key itself, or shorter than four characters.
        """
        key = base_name(fold(text))
        if not LEAST <= len(key) <= _MAX_LENGTH:
            return []
        most = 2.0 if len(key) >= _TWO_SLIPS else 1.5
        # One of the pieces is left whole by such slips, unless one swaps what lies on a seam.
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
    """How far a name is from what was typed: an optimal string alignment."""
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
    sounds = {sound(syllable) for syllable in readings(one)}
    alike = any(sound(syllable) in sounds for syllable in readings(other))
    return 1.0 if alike or other in looking_like(one) else 1.5
