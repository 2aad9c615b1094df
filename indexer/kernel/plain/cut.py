"""Cutting runs of Chinese characters as jieba does, and as ``cut.c`` does it.

jieba's default mode. A run is cut into the words of the dictionary that together are likeliest;
where single characters come out side by side, a hidden Markov model (jieba's finalseg) says which
of them are words. The tables are those of `indexer.text.dictionary`, and doubles are added in
jieba's order, so that the words are jieba's to the last tie."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby

from indexer.kernel.constants import FIRST, LAST, SPLIT
from indexer.kernel.types import Buffer

_CHARACTERS = LAST - FIRST + 1
_STATES = 4
_B, _E, _M, _S = range(_STATES)
# What each state may follow. Of two that are equally likely jieba takes the one of the later
# letter, which stands second.
_BEFORE = ((_E, _S), (_B, _M), (_B, _M), (_E, _S))


class Cutter:
    """The tables of a dictionary."""

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
        """The values of the beginnings of words that stand at ``start``, from the shortest."""
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
        """The value of a text, 0 if it begins no word."""
        values = list(self.values_from(text, 0))
        return values[-1] if len(values) == len(text) else 0

    def weight(self, value: int) -> float:
        """The weight of a word by its value."""
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
    """Returns the tables ready to cut by; ``forced`` tells whether any value has ``SPLIT``.

    Raises ValueError where the columns do not belong together.
    """
    return Cutter((characters, children, values, weights, model, emissions), forced)


def cut(tables: Cutter, text: str) -> list[str]:
    """Returns the words of ``text``, in order: joined, they are it."""
    words: list[str] = []
    for known, group in groupby(text, lambda char: FIRST <= ord(char) <= LAST):
        run = "".join(group)
        words += _cut_known(tables, run) if known else run
    return words


def _cut_known(tables: Cutter, text: str) -> Iterator[str]:
    ends = _likeliest(tables, text)
    start = lone = 0  # characters that are words for themselves stand from ``lone`` on
    while start < len(text):
        end = ends[start]
        if end - start > 1:
            yield from _recognised(tables, text[lone:start])
            yield text[start:end]
            lone = end
        start = end
    yield from _recognised(tables, text[lone:])


def _likeliest(tables: Cutter, text: str) -> list[int]:
    """For each character, where the word ends that begins there on the likeliest way to the end."""
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
    """The words of characters that stand side by side as words for themselves."""
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
    """The likeliest states of the characters (Viterbi): a word is S, or B, any number of M, E."""
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
