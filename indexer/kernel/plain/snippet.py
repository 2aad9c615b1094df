"""Chooses and shows the stretch of a text that shows its matches best, as ``snippet.c`` does.

All spans are in characters and half-open. Everything takes time linear in the text.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from indexer.kernel.plain.find import merge_matches, runs_of
from indexer.kernel.types import Buffer, Highlights, Match, SnippetParts, unpack_matches

_STOPS = "。；！？\n"
_ELLIPSIS = "…"
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Characters that have no width or change the direction of writing: they could disguise a text.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def snippet(text: str, matches: Buffer, weights: Buffer, width: int) -> SnippetParts:
    """Returns the `best_window` of a text in the form in which it is shown.

    ``matches`` are packed by `pack_matches`, sorted, none empty; ``weights`` are by needle, 32 bits
    each. The returned lines are those that end before the first match that begins in or after the
    window.

    An ellipsis marks where text was cut off, so that the result may have two characters more than
    ``width``. Runs of blanks and controls become one space, characters without width vanish, and
    lone surrogates become U+FFFD. Highlights are sorted, disjoint and not empty, and neither begin
    nor end with a space. Raises ValueError if the arguments do not belong together.
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
    """Returns the span of at most ``width`` characters that shows sorted ``matches`` best.

    The best span is the one whose different needles have the highest total of ``weights`` (by
    needle, none negative); of equals, the first. It begins and ends with a sentence if one is in
    reach, and cuts no run of touching matches, unless a single run is wider than ``width``. Without
    matches, it is the beginning of the text.
    """
    if len(text) <= width:
        return 0, len(text)
    spans = merge_matches(matches)
    first, last = _densest(runs_of(matches), spans, weights, width) if spans else (0, 0)
    last = min(last, first + width)
    start = _window_start(text, spans, first, last, width)
    return start, _window_end(text, spans, last, start + width)


def _densest(
    runs: list[list[Match]], spans: list[tuple[int, int]], weights: Sequence[int], width: int
) -> tuple[int, int]:
    """Returns the start of the first and the end of the last run in the heaviest window."""
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
    """Returns the start of the window, as far before ``first`` as ``width`` allows.

    It is the start of a sentence or clause, or halfway.
    """
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
    """Returns an end from ``last`` to ``limit``: that of a sentence in the last quarter, if any."""
    if limit >= len(text):
        return len(text)
    span = _span_across(spans, limit)
    if span and span[0] >= last:
        limit = span[0]
    near = max(last, limit - (limit - last) // 4)
    stop = max(text.rfind(mark, near, limit) for mark in _STOPS)
    return limit if stop < 0 else stop + 1


def _span_across(spans: list[tuple[int, int]], position: int) -> tuple[int, int] | None:
    """Returns the span that begins before ``position`` and ends after it, if there is one."""
    index = bisect_left(spans, (position,)) - 1
    return spans[index] if index >= 0 and position < spans[index][1] else None


def _shown(text: str, spans: list[tuple[int, int]], start: int, end: int) -> tuple[str, Highlights]:
    """Returns the characters ``start`` to ``end`` of ``text`` as shown, and the spans in them."""
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
    """Yields the pieces from ``start`` to ``end``, each with True if it lies in a span."""
    for begin, stop in spans:
        if begin < end and start < stop:
            yield start, max(begin, start), False
            yield max(begin, start), min(stop, end), True
            start = stop
    yield start, max(start, end), False


def _clean(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _BLANKS.sub(" ", _INVISIBLE.sub("", text)))
