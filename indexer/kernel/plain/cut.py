"""Cuts runs of Chinese characters as jieba does, and as ``cut.c`` does.

This is jieba's default mode. A run is cut into the words of the dictionary that are likeliest
together. Where this leaves several single characters side by side, a hidden Markov model (jieba's
finalseg) decides which of them form words. The tables are those of `indexer.text.dictionary`.
Doubles are added in jieba's order, so that even ties give jieba's words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby

from indexer.kernel.constants import FIRST, LAST, SPLIT
from indexer.kernel.types import Buffer

_CHARACTERS = LAST - FIRST + 1
_STATES = 4
_B, _E, _M, _S = range(_STATES)
# The states that each state may follow. Of two equally likely ones, jieba takes the one with the
# later letter, which stands second here.
_BEFORE = ((_E, _S), (_B, _M), (_B, _M), (_E, _S))


class Cutter:
    """The tables of a dictionary that texts are cut by."""

    def __init__(self, columns: tuple[Buffer, ...], forced: bool) -> None:
        views = [memoryview(column).cast("B") for column in columns]
        characters, children, values, weights, model, emissions = views
        nodes = len(values) // 2
        if (
            nodes < _CHARACTERS
            or len(characters) != 2 * nodes
            or len(children) != 4 * (nodes + 1)
            or len(weights) < 8
            or len(weights) % 8
            or len(model) != 8 * _STATES * (_STATES + 1)
            or len(emissions) != 8 * _STATES * _CHARACTERS
        ):
            raise ValueError("the columns of a dictionary do not belong together")
        self.nodes = nodes
        self.characters, self.values = characters.cast("H"), values.cast("H")
        self.children, self.weights = children.cast("I"), weights.cast("d")
        self.model, self.emissions = model.cast("d"), emissions.cast("d")
        self.forced = forced

    def values_from(self, text: str, start: int) -> Iterator[int]:
        """Yields the values of the beginnings of words at ``start``, from the shortest on.

        Raises ValueError if the trie is damaged.
        """
        node = ord(text[start]) - FIRST
        yield self.values[node]
        for place in range(start + 1, len(text)):
            first, last = self.children[node], self.children[node + 1]
            if not first <= last <= self.nodes:
                raise ValueError("a node's children lie outside the dictionary")
            code = ord(text[place])
            node = bisect_left(self.characters, code, first, last)
            if node == last or self.characters[node] != code:
                return
            yield self.values[node]

    def value(self, text: str) -> int:
        """Returns the value of ``text`` in the trie; 0 if no word begins with it."""
        values = list(self.values_from(text, 0))
        return values[-1] if len(values) == len(text) else 0

    def weight(self, value: int) -> float:
        """Returns the weight of a word by its ``value``. Raises ValueError if there is none."""
        number = value & ~SPLIT
        if number >= len(self.weights):
            raise ValueError("a word's weight lies outside the dictionary")
        return self.weights[number]


def cutter(
    characters: Buffer,
    children: Buffer,
    values: Buffer,
    weights: Buffer,
    model: Buffer,
    emissions: Buffer,
    forced: bool,
) -> Cutter:
    """Returns the tables to cut by; ``forced`` is True if any value has ``SPLIT``.

    Raises ValueError if the columns do not belong together.
    """
    return Cutter((characters, children, values, weights, model, emissions), forced)


def cut(tables: Cutter, text: str) -> list[str]:
    """Returns the words of ``text`` in order; joined, they are ``text``."""
    words: list[str] = []
    for known, group in groupby(text, lambda char: FIRST <= ord(char) <= LAST):
        run = "".join(group)
        words += _cut_known(tables, run) if known else run
    return words


def _cut_known(tables: Cutter, text: str) -> Iterator[str]:
    ends = _likeliest(tables, text)
    start = lone = 0  # single characters stand from ``lone`` on
    while start < len(text):
        end = ends[start]
        if end - start > 1:
            yield from _recognised(tables, text[lone:start])
            yield text[start:end]
            lone = end
        start = end
    yield from _recognised(tables, text[lone:])


def _likeliest(tables: Cutter, text: str) -> list[int]:
    """Returns for each character the end of the word that begins there on the likeliest way.

    The way leads from the character to the end of the text.
    """
    scores = [0.0] * (len(text) + 1)
    ends = [0] * len(text)
    for start in range(len(text) - 1, -1, -1):
        values = enumerate(tables.values_from(text, start), start + 1)
        found = [(value, end) for end, value in values if value & ~SPLIT]
        scores[start], ends[start] = max(
            (tables.weight(value) + scores[end], end) for value, end in found or [(0, start + 1)]
        )
    return ends


def _recognised(tables: Cutter, text: str) -> Iterator[str]:
    """Yields the words that the model makes of adjacent single characters."""
    if len(text) < 2 or tables.value(text) & ~SPLIT:
        yield from text
        return
    start = 0
    for end, state in enumerate(_states(tables, text), 1):
        if state in (_E, _S):
            word = text[start:end]
            if tables.forced and tables.value(word) & SPLIT:
                yield from word
            else:
                yield word
            start = end


def _states(tables: Cutter, text: str) -> list[int]:
    """Returns the likeliest states of the characters (Viterbi).

    A word is S, or B, any number of M, and E.
    """
    model, emissions = tables.model, tables.emissions
    place = _STATES * (ord(text[0]) - FIRST)
    scores = [model[state] + emissions[place + state] for state in range(_STATES)]
    ways: list[list[int]] = []
    for char in text[1:]:
        place = _STATES * (ord(char) - FIRST)
        before = scores
        scores, way = [], []
        for state, choices in enumerate(_BEFORE):
            score, last = max(
                (
                    before[last] + model[_STATES * (last + 1) + state] + emissions[place + state],
                    last,
                )
                for last in choices
            )
            scores.append(score)
            way.append(last)
        ways.append(way)
    states = [max((_E, _S), key=lambda state: (scores[state], state))]
    for way in reversed(ways):
        states.append(way[states[-1]])
    return states[::-1]
