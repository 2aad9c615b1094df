"""Finds the common part of two sequences: the longest common subsequence, in bounded time.

The bit-parallel LCS of Hyyrö (2004, "Bit-parallel LCS-length computation revisited") on Python's
big integers; sequences too long for it are first cut at elements that both hold exactly once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_MAX_CELLS = 30_000_000  # bits kept for one traceback, about 4 MB
_MAX_LENGTH = 20_000
_MAX_DEPTH = 6


class Run(NamedTuple):
    """``size`` elements from ``a`` on in one sequence equal those from ``b`` on in the other."""

    a: int
    b: int
    size: int


def common_runs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Run]:
    """Runs of equal elements, rising in both sequences, none touching the next in both.

    Together they are a longest common subsequence where the sequences, less common ends, are up
    to 20,000 long and the product of their lengths up to 30 million; beyond that they may miss
    some where few elements are unique.
    """
    runs: list[Run] = []
    for one in _pieces(a, b, 0, len(a), 0, len(b), 0):
        last = runs[-1] if runs else None
        if last and last.a + last.size == one.a and last.b + last.size == one.b:
            runs[-1] = Run(last.a, last.b, last.size + one.size)
        elif one.size:
            runs.append(one)
    return runs


def without_islands(runs: list[Run], a_size: int, b_size: int) -> list[Run]:
    """Returns ``runs`` less those so short that they only cut a rewritten phrase to pieces."""
    kept: list[Run] = []
    for place, run in enumerate(runs):
        following = runs[place + 1] if place + 1 < len(runs) else Run(a_size, b_size, 0)
        last = kept[-1] if kept else Run(0, 0, 0)
        left = (run.a - last.a - last.size, run.b - last.b - last.size)
        right = (following.a - run.a - run.size, following.b - run.b - run.size)
        rewritten = min(max(left), max(right))
        if run.size >= 3 or rewritten <= run.size:
            kept.append(run)
    return kept


def _pieces(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    a_from: int,
    a_to: int,
    b_from: int,
    b_to: int,
    depth: int,
) -> Iterator[Run]:
    head = _common_head(a, b, a_from, a_to, b_from, b_to)
    yield Run(a_from, b_from, head)
    a_from, b_from = a_from + head, b_from + head
    tail = 0
    while (
        a_to - tail > a_from and b_to - tail > b_from and a[a_to - tail - 1] == b[b_to - tail - 1]
    ):
        tail += 1
    a_to, b_to = a_to - tail, b_to - tail
    lengths = (a_to - a_from, b_to - b_from)
    if lengths[0] * lengths[1] <= _MAX_CELLS and max(lengths) <= _MAX_LENGTH:
        for i, j in _lcs(a[a_from:a_to], b[b_from:b_to]):
            yield Run(a_from + i, b_from + j, 1)
    elif depth < _MAX_DEPTH and (anchors := _anchors(a, b, a_from, a_to, b_from, b_to)):
        places = [(a_from, b_from), *anchors, (a_to, b_to)]
        for (i, j), (next_i, next_j) in pairwise(places):
            yield from _pieces(a, b, i, next_i, j, next_j, depth + 1)
    yield Run(a_to, b_to, tail)


def _common_head(
    a: Sequence[Hashable], b: Sequence[Hashable], a_from: int, a_to: int, b_from: int, b_to: int
) -> int:
    size = 0
    while a_from + size < a_to and b_from + size < b_to and a[a_from + size] == b[b_from + size]:
        size += 1
    return size


def _lcs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Index pairs of a longest common subsequence of ``a`` and ``b``, rising."""
    if not a or not b:
        return []
    places: dict[Hashable, int] = {}
    for index, element in enumerate(b):
        places[element] = places.get(element, 0) | 1 << index
    full = (1 << len(b)) - 1
    row = full
    rows = []
    for element in a:
        met = row & places.get(element, 0)
        row = ((row + met) | (row - met)) & full
        rows.append(row)
    pairs = []
    i, j = len(a), len(b)
    while i and j:
        if rows[i - 1] >> (j - 1) & 1:
            j -= 1
            continue
        i -= 1
        if i and not rows[i - 1] >> (j - 1) & 1:
            continue
        j -= 1
        pairs.append((i, j))
    return pairs[::-1]


def _anchors(
    a: Sequence[Hashable], b: Sequence[Hashable], a_from: int, a_to: int, b_from: int, b_to: int
) -> list[tuple[int, int]]:
    """The longest rising chain of elements that stand exactly once on each side."""
    count_a, count_b = Counter(a[a_from:a_to]), Counter(b[b_from:b_to])
    where = {b[j]: j for j in range(b_from, b_to) if count_b[b[j]] == 1}
    pairs = [(i, where[a[i]]) for i in range(a_from, a_to) if count_a[a[i]] == 1 and a[i] in where]
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        place = bisect_left(tops, j)
        tops[place : place + 1] = [j]
        ends[place : place + 1] = [index]
        before.append(ends[place - 1] if place else -1)
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
