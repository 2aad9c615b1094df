"""Where needles stand in a text, and the stretch of it that shows them best.

The plain kernel of the kernel's ``find.c`` and ``snippet.c``. All spans are characters, half-open.
Everything is linear in the text.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from indexer.kernel.plain.postings import Buffer

_STOPS = "。；！？\n"
_ELLIPSIS = "…"
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# What has no width or turns the direction of writing: it could make a text look like another.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Match(NamedTuple):
    """An occurrence: characters ``start`` to ``end`` are the needle number ``needle``."""

    start: int
    end: int
    needle: int


def pack_matches(matches: Iterable[Match]) -> bytes:
    """Matches as the kernel takes and gives them: the three numbers of each, 32 bits each."""
    return array("I", [number for match in matches for number in match]).tobytes()


def unpack_matches(packed: Buffer) -> list[Match]:
    """What `pack_matches` was given."""
    numbers = array("I", bytes(packed))
    return list(map(Match, numbers[::3], numbers[1::3], numbers[2::3]))


# --- finding ------------------------------------------------------------------------------------


class Needles(NamedTuple):
    """What is sought in folded texts, as the kernel takes it.

    ``text`` has the needles one after the other (UTF-32), ``ends`` says where each ends there, in
    characters, and ``groups`` which group it is of: 32 bits each. Groups are numbered from 0, and
    their needles follow one another.
    """

    text: bytes
    ends: bytes
    groups: bytes

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]]) -> Needles:
        """The needles of some groups; they are numbered through all groups."""
        text = "".join(needle for needles in groups for needle in needles)
        ends, numbers = array("I"), array("I")
        end = 0
        for number, needles in enumerate(groups):
            for needle in needles:
                end += len(needle)
                ends.append(end)
                numbers.append(number)
        encoded = text.encode("utf-32-le", "surrogatepass")
        return cls(encoded, ends.tobytes(), numbers.tobytes())

    def fit(self) -> bool:
        """Whether its parts belong together."""
        ends = array("I", self.ends)
        size = 4 * (ends[-1] if ends else 0), 4 * len(ends)
        return list(ends) == sorted(ends) and (len(self.text), len(self.groups)) == size

    def by_group(self) -> list[list[str]]:
        """What `of` was given, less empty groups at the end."""
        text = self.text.decode("utf-32-le", "surrogatepass")
        groups: list[list[str]] = []
        start = 0
        for end, group in zip(array("I", self.ends), array("I", self.groups), strict=True):
            groups += [[] for _ in range(group + 1 - len(groups))]
            groups[group].append(text[start:end])
            start = end
        return groups


def find(
    folded: str, starts: Buffer, stops: Buffer, letters: Buffer, ends: Buffer, groups: Buffer
) -> bytes:
    """Where `Needles` stand in a folded text as places of its source: `pack_matches`.

    ``starts`` and ``stops`` say where each of its characters begins and ends there, 32 bits each.
    Matches come in the order of the folded text; those of a group are what `find_matches` gives
    for it alone.
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
    """The occurrences of ``needles`` in ``folded``, both folded alike, in the order of the text.

    Occurrences of one needle do not overlap each other. A needle of a single character counts
    only in a run of touching matches that holds a longer one, unless there are no longer needles:
    alone it says little. Takes time in the length of the text for each needle.
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
        for run in _runs(matches)
        if any(match.end - match.start > 1 for match in run)
        for match in run
    ]


def _occurrences(text: str, needle: str) -> Iterator[int]:
    start = text.find(needle) if needle else -1
    while start >= 0:
        yield start
        start = text.find(needle, start + len(needle))


def _runs(matches: Iterable[Match]) -> list[list[Match]]:
    """Sorted ``matches`` in groups that touch or overlap."""
    runs: list[list[Match]] = []
    end = -1
    for match in matches:
        if match.start > end:
            runs.append([])
        runs[-1].append(match)
        end = max(end, match.end)
    return runs


def merge_matches(matches: Iterable[Match]) -> list[tuple[int, int]]:
    """The spans that sorted ``matches`` cover, in order; matches that touch or overlap are one."""
    return [(run[0].start, max(match.end for match in run)) for run in _runs(matches)]


# --- showing ------------------------------------------------------------------------------------

Highlights = tuple[tuple[int, int], ...]
SnippetParts = tuple[str, Highlights, int]  # a text, what is lit of it, lines that end before that


def snippet(text: str, matches: Buffer, weights: Buffer, width: int) -> SnippetParts:
    """The `best_window` of a text as it is shown.

    ``matches`` are those of `pack_matches`, sorted, none empty; ``weights`` by needle, 32 bits
    each. Lines are counted that end before the first match which begins in the window or behind it.
    An ellipsis stands where text was cut off (so there may be two more characters than ``width``),
    a single space for any blanks and controls, nothing for what has no width, U+FFFD for lone
    surrogates. Highlights are sorted, disjoint, none empty, and begin and end with no space.
    """
    found, exact = unpack_matches(matches), array("I", bytes(weights))
    if any(
        not before[0] <= start < end <= len(text) or needle >= len(exact)
        for before, (start, end, needle) in zip([(0,), *found], found, strict=False)
    ):
        raise ValueError("matches lie outside their text")
    start, end = best_window(text, found, exact, width)
    first = next((match.start for match in found if match.start >= start), 0)
    shown, highlights = _shown(text, merge_matches(found), start, end)
    return shown, highlights, text.count("\n", 0, first)


def best_window(
    text: str, matches: Sequence[Match], weights: Sequence[int], width: int
) -> tuple[int, int]:
    """The span of at most ``width`` characters of ``text`` that shows sorted ``matches`` best.

    That is where the different needles it holds weigh most together (``weights`` by needle, none
    negative); the earliest of equals. It begins and ends with a sentence where there is one within
    reach, and cuts no run of touching matches, unless one alone is wider than ``width``. Without
    matches it is the beginning.
    """
    if len(text) <= width:
        return 0, len(text)
    spans = merge_matches(matches)
    first, last = _densest(_runs(matches), spans, weights, width) if spans else (0, 0)
    last = min(last, first + width)
    start = _window_start(text, spans, first, last, width)
    return start, _window_end(text, spans, last, start + width)


def _densest(
    runs: list[list[Match]], spans: list[tuple[int, int]], weights: Sequence[int], width: int
) -> tuple[int, int]:
    """From the start of the first to the end of the last run of the heaviest window."""
    inside: Counter[int] = Counter()
    total, best, found = 0, -1, spans[0]
    upto = 0
    for index, (start, _) in enumerate(spans):
        while upto < len(runs) and (upto <= index or spans[upto][1] <= start + width):
            for match in runs[upto]:
                total += weights[match.needle] if not inside[match.needle] else 0
                inside[match.needle] += 1
            upto += 1
        if total > best:
            best, found = total, (start, spans[upto - 1][1])
        for match in runs[index]:
            inside[match.needle] -= 1
            total -= weights[match.needle] if not inside[match.needle] else 0
    return found


def _window_start(
    text: str, spans: list[tuple[int, int]], first: int, last: int, width: int
) -> int:
    """As far before ``first`` as ``width`` allows: a sentence's or clause's start, or halfway."""
    spare = width - (last - first)
    # A third of the context is kept for what follows.
    earliest = max(0, first - (spare - spare // 3))
    stop = max(text.rfind(mark, earliest, first) for mark in _STOPS)
    if stop >= 0:
        start = stop + 1
    elif earliest == 0:
        start = 0
    else:
        start = max(first - spare, min(first - spare // 2, len(text) - width))
        start = max(start, text.find("，", start, first) + 1)
    span = _span_across(spans, start)
    return span[1] if span else start


def _window_end(text: str, spans: list[tuple[int, int]], last: int, limit: int) -> int:
    """At least ``last`` and at most ``limit``: a sentence's end in the last quarter, if any."""
    if limit >= len(text):
        return len(text)
    span = _span_across(spans, limit)
    if span and span[0] >= last:
        limit = span[0]
    near = max(last, limit - (limit - last) // 4)
    stop = max(text.rfind(mark, near, limit) for mark in _STOPS)
    return limit if stop < 0 else stop + 1


def _span_across(spans: list[tuple[int, int]], position: int) -> tuple[int, int] | None:
    """The span that begins before ``position`` and ends after it."""
    index = bisect_left(spans, (position,)) - 1
    return spans[index] if index >= 0 and position < spans[index][1] else None


def _shown(text: str, spans: list[tuple[int, int]], start: int, end: int) -> tuple[str, Highlights]:
    """Characters ``start`` to ``end`` of ``text`` as they are shown, and the spans within them."""
    parts: list[str] = []
    highlights: list[tuple[int, int]] = []
    length = 0
    if text[:start].strip():
        parts.append(_ELLIPSIS)
        length = 1
    after_blank = True
    for begin, stop, lit in _pieces(spans, start, end):
        piece = _clean(text[begin:stop])
        piece = piece.lstrip(" ") if after_blank else piece
        if not piece:
            continue
        if lit and piece != " ":
            inner = piece.strip(" ")
            place = length + piece.index(inner)
            highlights.append((place, place + len(inner)))
        parts.append(piece)
        length += len(piece)
        after_blank = piece.endswith(" ")
    shown = "".join(parts).rstrip(" ")
    return shown + _ELLIPSIS * bool(text[end:].strip()), tuple(highlights)


def _pieces(
    spans: Iterable[tuple[int, int]], start: int, end: int
) -> Iterator[tuple[int, int, bool]]:
    """What lies in spans (True) and between them, from ``start`` to ``end``."""
    for begin, stop in spans:
        if begin < end and start < stop:
            yield start, max(begin, start), False
            yield max(begin, start), min(stop, end), True
            start = stop
    yield start, max(start, end), False


def _clean(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _BLANKS.sub(" ", _INVISIBLE.sub("", text)))
