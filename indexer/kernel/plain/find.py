"""Finds needles in a text, as ``find.c`` does, in time linear in the text."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from indexer.kernel.types import Buffer, Match, Needles, pack_matches


def find(
    folded: str, starts: Buffer, stops: Buffer, letters: Buffer, ends: Buffer, groups: Buffer
) -> bytes:
    """Returns the matches of `Needles` in a folded text, as packed spans of its source.

    ``starts`` and ``stops`` have, for each character of the folded text, its start and end in the
    source (32 bits each). Matches come in the order of the folded text; the matches of a group are
    the same as if `find_matches` looked for that group alone. Raises ValueError if the arguments do
    not belong together.
    """
    first, last = array("I", bytes(starts)), array("I", bytes(stops))
    needles = Needles(bytes(letters), bytes(ends), bytes(groups))
    if not len(first) == len(last) == len(folded) or not needles.fit():
        raise ValueError("a text or its needles do not belong together")
    matches: list[Match] = []
    number = 0
    for group in needles.by_group():
        found = find_matches(folded, group)
        matches += (match._replace(needle=number + match.needle) for match in found)
        number += len(group)
    return pack_matches(
        Match(first[start], last[end - 1], needle) for start, end, needle in sorted(matches)
    )


def find_matches(folded: str, needles: Sequence[str]) -> list[Match]:
    """Returns the occurrences of ``needles`` in ``folded``, in order; both are folded alike.

    Occurrences of one needle do not overlap each other. A needle of a single character says little
    by itself: if there are longer needles, it counts only in a run of touching matches that has one
    of them. Each needle takes time linear in the text.
    """
    matches = sorted(
        Match(start, start + len(needle), number)
        for number, needle in enumerate(needles)
        for start in _occurrences(folded, needle)
    )
    if len({len(needle) < 2 for needle in needles}) < 2:
        return matches
    return [
        match
        for run in runs_of(matches)
        if any(match.end - match.start > 1 for match in run)
        for match in run
    ]


def _occurrences(text: str, needle: str) -> Iterator[int]:
    start = text.find(needle) if needle else -1
    while start >= 0:
        yield start
        start = text.find(needle, start + len(needle))


def runs_of(matches: Iterable[Match]) -> list[list[Match]]:
    """Returns sorted ``matches`` as runs of matches that touch or overlap."""
    runs: list[list[Match]] = []
    end = -1
    for match in matches:
        if match.start > end:
            runs.append([])
        runs[-1].append(match)
        end = max(end, match.end)
    return runs


def merge_matches(matches: Iterable[Match]) -> list[tuple[int, int]]:
    """Returns the spans that sorted ``matches`` cover, in order.

    Matches that touch or overlap are one span.
    """
    return [(run[0].start, max(match.end for match in run)) for run in runs_of(matches)]
