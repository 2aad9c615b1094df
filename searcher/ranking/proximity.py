"""Places where several texts stand close together. Everything here is pure.

An item is a list of alternatives, an occurrence of it one of any of them. A group has an occurrence
of every item, no two of which share a character. What lies between its first and its last character
and belongs to no occurrence is its gap, as the ``max_gaps`` of Elasticsearch's intervals counts it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Item = Sequence[str]


class Occurrence(NamedTuple):
    """A place where an item stands: ``start`` to ``end`` are its alternative ``text``."""

    start: int
    end: int
    item: int
    text: str


class _Chain(NamedTuple):
    """A row of occurrences of some items (``mask``, by bits), the last of which ends at ``end``.

    ``debt`` is their gap less ``end``: with the start of the next one it makes the new gap.
    """

    end: int
    debt: int
    mask: int
    members: tuple[Occurrence, ...]


def is_near(text: str, items: Sequence[Item], distance: int) -> bool:
    """Returns True if ``text`` has a group of ``items`` with a gap of at most ``distance``."""
    return next(near_groups(text, items, distance), None) is not None


def near_groups(
    text: str, items: Sequence[Item], distance: int
) -> Iterator[tuple[Occurrence, ...]]:
    """Yields the groups of ``items`` in ``text`` with a gap of at most ``distance``.

    For each occurrence that ends such groups, that of the smallest gap, in the order of the text.
    Takes time in the number of occurrences, twice as much for each item more that is not the same
    as another one.
    """
    full = (1 << len(items)) - 1
    equals = _equals_before(items)
    ready: dict[int, _Chain] = {}  # by mask, what ends before the present occurrence
    waiting: list[_Chain] = []
    for found in sorted(_occurrences(text, items)):
        while waiting and waiting[0].end <= found.start:
            chain = heapq.heappop(waiting)
            if chain.mask not in ready or chain.debt < ready[chain.mask].debt:
                ready[chain.mask] = chain
        longer = _lengthened(ready, found, equals[found.item], distance)
        for mask, (gap, members) in longer.items():
            if mask == full:
                yield members
            else:
                heapq.heappush(waiting, _Chain(found.end, gap - found.end, mask, members))


def _equals_before(items: Sequence[Item]) -> list[int]:
    """Returns for every item the mask of the one before it that is the same, or 0.

    Equal items are interchangeable: in one order of them lie all groups.
    """
    last: dict[frozenset[str], int] = {}
    masks = []
    for number, item in enumerate(map(frozenset, items)):
        masks.append(last.get(item, 0))
        last[item] = 1 << number
    return masks


def _lengthened(
    ready: dict[int, _Chain], found: Occurrence, equal: int, distance: int
) -> dict[int, tuple[int, tuple[Occurrence, ...]]]:
    """Returns the chains that end with ``found``: by mask, the smallest gap and its occurrences.

    ``equal`` is the mask of what is to stand in front.
    """
    bit = 1 << found.item
    chains: dict[int, tuple[int, tuple[Occurrence, ...]]] = {}
    if not equal:
        chains[bit] = 0, (found,)
    for chain in ready.values():
        gap = chain.debt + found.start
        if not chain.mask & bit and chain.mask & equal == equal and gap <= distance:
            chains[chain.mask | bit] = gap, (*chain.members, found)
    return chains


def _occurrences(text: str, items: Sequence[Item]) -> Iterator[Occurrence]:
    for number, alternatives in enumerate(items):
        for needle in dict.fromkeys(filter(None, alternatives)):
            start = text.find(needle)
            while start >= 0:
                yield Occurrence(start, start + len(needle), number, needle)
                start = text.find(needle, start + 1)
