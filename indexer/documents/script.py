"""Reads texts in traditional script in a simplified form of the same length.

The readers know their words in simplified characters only. Since the simplified text has the same
length, every offset holds; the values that are found are written back in the characters of the
source.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from indexer.text.characters import full_table

# Characters that simplified texts never have and official texts in traditional script always do.
_TELLING = ("條", "號", "國", "關於", "關", "發", "規")
_OPENING = 4000
_LEAST = 0.03  # of the opening; simplified texts that quote a traditional name have less


@cache
def _table() -> dict[int, str]:
    # Only Han characters: the table also folds letters and spaces, which stay here.
    return {
        code: plain
        for code, plain in full_table().items()
        if plain and len(plain) == 1 and 0x3400 <= code <= 0x9FFF
    }


def simplified(text: str) -> str:
    """Returns a text in traditional script in simplified characters; any other text unchanged.

    The result has the same length. A text counts as traditional if three in a hundred of its first
    4,000 characters are.
    """
    if not any(word in text for word in _TELLING):
        return text
    opening, table = text[:_OPENING], _table()
    if sum(ord(char) in table for char in opening) < _LEAST * len(opening):
        return text
    return text.translate(table)


def as_written(value: str, source: str) -> str:
    """Returns ``value``, read from the simplified form of ``source``, in its own characters."""
    return value.translate(characters_of(source))


def characters_of(source: str) -> dict[int, str]:
    """Returns for each simplified character the one that ``source`` has most often in its place."""
    table = _table()
    counts: dict[str, Counter[str]] = {}
    for char in source:
        counts.setdefault(table.get(ord(char), char), Counter())[char] += 1
    found = {plain: chars.most_common(1)[0][0] for plain, chars in counts.items()}
    return {ord(plain): char for plain, char in found.items() if plain != char}
