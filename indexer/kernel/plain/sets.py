"""Sets of sections as bitmaps, and documents as ranges of sections, as in ``sets.c``."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from itertools import pairwise

from indexer.kernel.types import Buffer


def members(bits: Buffer) -> Iterator[int]:
    """Yields the numbers in the set ``bits``, in ascending order."""
    for at, byte in enumerate(bits):
        for bit in range(8 if byte else 0):
            if byte >> bit & 1:
                yield at * 8 + bit


def _firsts(first: Buffer) -> array[int]:
    numbers = array("I", bytes(first))
    if not numbers or list(numbers) != sorted(numbers):
        raise ValueError("the column of first sections is damaged")
    return numbers


def expand(documents: Buffer, first: Buffer) -> bytearray:
    """Returns the sections of a set of documents: ``first[d]`` up to ``first[d + 1]`` for ``d``.

    Raises ValueError if ``first`` is damaged.
    """
    numbers = _firsts(first)
    if 8 * len(documents) < len(numbers) - 1:
        raise ValueError("the column of first sections is damaged")
    bits = bytearray((numbers[-1] + 7) // 8)
    for document in members(documents):
        if document < len(numbers) - 1:
            for section in range(numbers[document], numbers[document + 1]):
                bits[section >> 3] |= 1 << (section & 7)
    return bits


def tally(bits: Buffer, first: Buffer) -> bytes:
    """Returns the number of sections in ``bits`` for each document, 32 bits each.

    ``first`` has the first section of each document and the end of the last. Raises ValueError if
    it is damaged.
    """
    numbers = _firsts(first)
    if len(bits) * 8 < numbers[-1]:
        raise ValueError("the column of first sections is damaged")
    number = int.from_bytes(bits, "little")
    counts = array("I")
    for start, stop in pairwise(numbers):
        counts.append((number >> start & ((1 << (stop - start)) - 1)).bit_count())
    return counts.tobytes()


def group(counts: Buffer, entries: Buffer, groups: Buffer, totals: bytearray) -> None:
    """Adds ``counts[entry]`` to ``totals[group]`` for each pair of two parallel arrays.

    ``entries`` and ``groups`` are those arrays. Raises ValueError if an entry or a group does not
    exist.
    """
    sums = array("I", bytes(totals))
    values = array("I", bytes(counts))
    try:
        pairs = zip(array("I", bytes(entries)), array("I", bytes(groups)), strict=True)
        for entry, number in pairs:
            sums[number] = (sums[number] + values[entry]) % 2**32
    except (IndexError, ValueError):
        raise ValueError("an entry or a group is out of range") from None
    totals[:] = sums.tobytes()


def conjoin(target: bytearray, other: Buffer) -> None:
    """Removes from the set ``target`` all numbers that are not in ``other``."""
    target[:] = _combined(target, other, int.__and__)


def disjoin(target: bytearray, other: Buffer) -> None:
    """Adds the numbers of the set ``other`` to ``target``."""
    target[:] = _combined(target, other, int.__or__)


def subtract(target: bytearray, other: Buffer) -> None:
    """Removes the numbers of the set ``other`` from ``target``."""
    target[:] = _combined(target, other, lambda x, y: x & ~y)


def _combined(target: Buffer, other: Buffer, operation: Callable[[int, int], int]) -> bytes:
    if len(target) != len(other):
        raise ValueError("bitmaps of different sizes")
    numbers = int.from_bytes(target, "little"), int.from_bytes(other, "little")
    return operation(*numbers).to_bytes(len(target), "little")


def count(bits: Buffer) -> int:
    """Returns how many numbers the set ``bits`` has."""
    return int.from_bytes(bits, "little").bit_count()
