"""Finds the places where several texts stand close together. Everything here is pure.

An item is a list of alternative texts. An occurrence of an item is an occurrence of any of its
alternatives. A group consists of one occurrence of every item; no two of them share a character.
The gap of a group is the number of characters between its first and its last one that belong to no
occurrence, as ``max_gaps`` counts them in Elasticsearch's intervals.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Item = Sequence[str]


class Occurrence(NamedTuple):
    """An occurrence of an item: its alternative ``text`` at characters ``start`` to ``end``."""

    start: int
    end: int
    item: int
    text: str


class _Chain(NamedTuple):
    """Occurrences of some of the items, in order; the last one ends at ``end``.

    ``mask`` has a bit set for each of these items. ``debt`` is their gap minus ``end``: added to
    the start of the next occurrence, it gives the new gap.
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

    Of the groups that end with the same occurrence, only the one with the smallest gap is yielded.
    Groups come in the order of the text. The time is proportional to the number of occurrences,
    and doubles with each further item that differs from all others.
    """
    full = (1 << len(items)) - 1
    equals = _equals_before(items)
    ready: dict[int, _Chain] = {}  # by mask: the chains that end before the present occurrence
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
    """Returns for every item the mask of the last equal item before it; 0 if there is none.

    Equal items are interchangeable, so that one order of them is enough to find all groups.
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
    """Returns the chains that end with ``found``, the one with the smallest gap for each mask.

    ``equal`` is the mask of the items that must come before.
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
