"""Where the words of a query stand in a text, and the stretch of it that shows them best.

All spans are characters, half-open. Everything is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_STOPS = "。；！？\n"
_ELLIPSIS = "…"
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# What has no width or turns the direction of writing: it could make a text look like another.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNCLEAN = re.compile("|".join(one.pattern for one in (_BLANKS, _INVISIBLE, _SURROGATE)))
_CONTROLS = (*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
HARMLESS = dict.fromkeys((*_CONTROLS, *_DIRECTIONS, *range(0xD800, 0xE000)), "\ufffd")
_ENTITIES = HARMLESS | str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)
_ANSI_ON, _ANSI_OFF = "\x1b[1;33m", "\x1b[0m"


class Match(NamedTuple):
    """An occurrence: characters ``start`` to ``end`` are the needle number ``needle``."""

    start: int
    end: int
    needle: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text with the spans to highlight in it: sorted, disjoint, none empty."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces that are wholly highlighted (True) or not at all; none is empty."""
        done = 0
        for start, end in self.highlights:
            if done < start:
                yield self.text[done:start], False
            yield self.text[start:end], True
            done = end
        if done < len(self.text):
            yield self.text[done:], False

    def html(self, tag: str = "mark") -> str:
        """HTML in which nothing is markup but a ``tag`` around each highlight.

        Controls, marks of direction and lone surrogates are U+FFFD, here as in ansi().
        """
        return self._marked(f"<{tag}>", f"</{tag}>", _ENTITIES)

    def ansi(self) -> str:
        """Text for a terminal, highlights bold and yellow; no other control has an effect."""
        return self._marked(_ANSI_ON, _ANSI_OFF, HARMLESS | {ord("\r"): "\ufffd"})

    def _marked(self, before: str, after: str, table: dict[int, str]) -> str:
        return "".join(
            f"{before}{piece.translate(table)}{after}" if lit else piece.translate(table)
            for piece, lit in self.pieces()
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


def merge(matches: Iterable[Match]) -> list[tuple[int, int]]:
    """The spans that sorted ``matches`` cover, in order; matches that touch or overlap are one."""
    spans: list[tuple[int, int]] = []
    last = -1
    for start, end, _ in matches:
        if start > last:
            spans.append((start, end))
            last = end
        elif end > last:
            spans[-1] = spans[-1][0], end
            last = end
    return spans


def best_window(
    text: str, matches: Sequence[Match], weights: Sequence[float], width: int
) -> tuple[int, int]:
    """The span of at most ``width`` characters of ``text`` that shows sorted ``matches`` best.

    That is where the different needles it holds weigh most together (``weights`` by needle, none
    negative, told apart to a millionth of the heaviest); the earliest of equals. It begins and
    ends with a sentence where there is one within reach, and cuts no run of touching matches,
    unless one alone is wider than ``width``. Without matches it is the beginning.
    """
    if len(text) <= width:
        return 0, len(text)
    spans = merge(matches)
    first, last = _densest(_runs(matches), spans, weights, width) if spans else (0, 0)
    last = min(last, first + width)
    start = _window_start(text, spans, first, last, width)
    return start, _window_end(text, spans, last, start + width)


def make_snippet(
    text: str, matches: Sequence[Match], weights: Sequence[float], width: int = 120
) -> Snippet:
    """The best window of ``text`` with its matches highlighted: ``snippet_of`` ``best_window``."""
    return snippet_of(text, matches, best_window(text, matches, weights, width))


def snippet_of(text: str, matches: Sequence[Match], window: tuple[int, int]) -> Snippet:
    """A window of ``text`` with its matches highlighted.

    ``matches`` are sorted, in characters of ``text``. An ellipsis stands where text was cut off
    (so there may be two more characters than the window has), a single space for any blanks and
    controls, nothing for what has no width.
    """
    start, end = window
    parts: list[str] = []
    highlights: list[tuple[int, int]] = []
    length = 0
    if text[:start].strip():
        parts.append(_ELLIPSIS)
        length = 1
    after_blank = True
    for raw, lit in _cut(text, merge(matches), start, end).pieces():
        piece = _clean(raw)
        piece = piece.lstrip(" ") if after_blank else piece
        if not piece:
            continue
        if lit and piece != " ":
            inner = piece.strip(" ")
            begin = length + piece.index(inner)
            highlights.append((begin, begin + len(inner)))
        parts.append(piece)
        length += len(piece)
        after_blank = piece.endswith(" ")
    shown = "".join(parts).rstrip(" ")
    return Snippet(shown + _ELLIPSIS * bool(text[end:].strip()), tuple(highlights))


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


def _densest(
    runs: list[list[Match]], spans: list[tuple[int, int]], weights: Sequence[float], width: int
) -> tuple[int, int]:
    """From the start of the first to the end of the last run of the heaviest window."""
    # Whole numbers, so that what is added and taken away again leaves no rest.
    heaviest = max(weights, default=0) or 1
    exact = [round(weight / heaviest * 1_000_000) for weight in weights]
    inside: Counter[int] = Counter()
    total, best, found = 0, -1, spans[0]
    upto = 0
    for index, (start, _) in enumerate(spans):
        while upto < len(runs) and (upto <= index or spans[upto][1] <= start + width):
            for match in runs[upto]:
                total += exact[match.needle] if not inside[match.needle] else 0
                inside[match.needle] += 1
            upto += 1
        if total > best:
            best, found = total, (start, spans[upto - 1][1])
        for match in runs[index]:
            inside[match.needle] -= 1
            total -= exact[match.needle] if not inside[match.needle] else 0
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


def _cut(text: str, spans: list[tuple[int, int]], start: int, end: int) -> Snippet:
    """Characters ``start`` to ``end`` of ``text`` with the spans within them."""
    inside = [
        (max(begin, start) - start, min(stop, end) - start)
        for begin, stop in spans
        if begin < end and start < stop
    ]
    return Snippet(text[start:end], tuple(inside))


def _clean(text: str) -> str:
    if not _UNCLEAN.search(text):
        return text
    return _SURROGATE.sub("\ufffd", _BLANKS.sub(" ", _INVISIBLE.sub("", text)))
