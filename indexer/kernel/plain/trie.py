"""Makes a trie of words to cut by, as ``trie.c`` does."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import accumulate, pairwise

from indexer.kernel.constants import FIRST, LAST
from indexer.kernel.types import Buffer

_DEEPEST = 255  # characters of a word


def trie(words: Buffer, values: Buffer) -> tuple[bytes, bytes, bytes]:
    """Returns the first three columns of `indexer.text.dictionary`.

    ``words`` are in UTF-16 and ascending order, each followed by NUL; ``values`` are their values,
    16 bits each. Raises ValueError if words have other characters than jieba's, are not in order,
    or are too long.
    """
    *known, end = bytes(words).decode("utf-16-le", "surrogatepass").split("\0")
    numbers = array("H", bytes(values))
    in_range = all(FIRST <= ord(char) <= LAST for word in known for char in word)
    rising = all(one < other for one, other in pairwise(known))
    sizes = {*map(len, known), 1}
    if end or not in_range or not rising or not sizes <= {*range(1, _DEEPEST + 1)}:
        raise ValueError("words of the dictionary's characters are wanted, in order")
    value_of = dict(zip(known, numbers, strict=True))
    longer = (
        sorted({word[:length] for word in known if len(word) >= length})
        for length in range(2, max(sizes) + 1)
    )
    levels = [list(map(chr, range(FIRST, LAST + 1))), *longer]
    nodes = [node for level in levels for node in level]
    return (
        "".join([node[-1] for node in nodes]).encode("utf-16-le"),
        _children(levels).tobytes(),
        array("H", [value_of.get(node, 0) for node in nodes]).tobytes(),
    )


def _children(levels: list[list[str]]) -> array[int]:
    starts = accumulate(map(len, levels))
    children = array("I")
    for level, below, start in zip(levels, [*levels[1:], []], starts, strict=True):
        counts = Counter(node[:-1] for node in below)
        children.extend(list(accumulate([counts[node] for node in level], initial=start))[:-1])
    children.append(sum(map(len, levels)))
    return children
