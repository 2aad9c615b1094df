"""Short names of laws, by what the index holds: 交通安全法 for 道路交通安全法.

A short name is the end of the name of one law only; where several laws end so, it
is the name of the one that the texts speak of at least twice as often as of any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from indexer.documents.citations.resolve import base_name, is_generic
from indexer.numerals import NUMERAL_CHARACTERS
from indexer.text.analysis import BIGRAMS, bigrams, ranked
from indexer.text.folding import HAN
from searcher.ranking.statistics import Named, Statistics

_MOST_LAWS = 8  # that end alike, before a short name is taken to mean none of them
_MUCH_MORE = 2  # times as often
# A text of its own that ends in the type of a law, perhaps with an article behind it.
LAW_ALONE = re.compile(
    rf"(?:^|(?<=[^\w]))(?P<name>[{HAN}]{{2,30}}(?:法典|法|条例|规定|办法|细则|规则))"
    rf"(?=[^\w]|$|第?\s?[{NUMERAL_CHARACTERS}]{{1,9}}\s?条)"
)


class FullName(NamedTuple):
    """The law that a text names by the end of its name, between characters ``start`` and ``end``.

    ``name`` is its whole name, ``named`` the documents that go by it.
    """

    start: int
    end: int
    name: str
    named: Sequence[Named]


def full_name(text: str, statistics: Statistics) -> FullName | None:
    """Returns the first law that a folded text names by the end of its name; None if none is."""
    for place in LAW_ALONE.finditer(text):
        short = base_name(place["name"])
        if len(short) < 4 or is_generic(short):
            continue
        laws = {
            name: named
            for name, named in statistics.names_holding([short]).items()
            if name != short and name.endswith(short)
        }
        name = _meant(laws, statistics) if len(laws) <= _MOST_LAWS else None
        if name:
            return FullName(place.start("name"), place.end("name"), name, laws[name])
    return None


def _meant(names: dict[str, Sequence[Named]], statistics: Statistics) -> str | None:
    """Returns the only name, or the one that is used much more often than the others."""
    if len(names) < 2:
        return next(iter(names), None)

    def count(name: str) -> int:
        pairs = [(BIGRAMS, pair) for pair in ranked(bigrams(name))]
        return statistics.count_holding(name, pairs)

    counts = sorted(((count(name), name) for name in names), reverse=True)
    (most, name), (next_most, _) = counts[:2]
    return name if most and most >= _MUCH_MORE * next_most else None
