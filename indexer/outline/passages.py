"""Long sections without structure, cut into pieces that can be addressed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace

from indexer.document import UNINDEXED, Section, Span

# Only sections longer than this are cut, into pieces between the two other figures.
_LONG = 1200
_LEAST = 300
_MOST = 800

_ENUMERATION = re.compile(r"(?<=[。；;：:])\s*(?=[一二三四五六七八九十]{1,2}是)")
_SENTENCE = re.compile(r"[。！？；][”’）]?\s*|\n\s*")


def with_passages(text: str, sections: list[Section]) -> list[Section]:
    """Return ``sections`` with the long ones cut; parents point to the same sections as before."""
    place: dict[int, int] = {}
    result: list[Section] = []
    for index, section in enumerate(sections):
        place[index] = len(result)
        parent = place[section.parent] if section.parent >= 0 else -1
        cuts = _cuts(section.span.of(text)) if section.kind not in UNINDEXED else []
        bounds = [section.span.start, *(section.span.start + c for c in cuts), section.span.end]
        result.append(replace(section, parent=parent, span=Span(bounds[0], bounds[1])))
        for number, (start, end) in enumerate(zip(bounds[1:], bounds[2:], strict=False), 2):
            result.append(
                Section(
                    kind="passage",
                    label="",
                    path=section.path,
                    heading="",
                    span=Span(start, end),
                    anchor=f"{section.anchor}/p{number}",
                    parent=place[index],
                )
            )
    return result


def _cuts(own: str) -> list[int]:
    """Return where to cut ``own``, preferring the enumeration's starts to ends of sentences."""
    if len(own) <= _LONG:
        return []
    strong = [found.end() for found in _ENUMERATION.finditer(own)]
    weak = [found.end() for found in _SENTENCE.finditer(own)]
    cuts: list[int] = []
    last = 0
    while len(own) - last > _MOST + _LEAST:
        cut = _best(strong, last) or _best(weak, last) or last + _MOST
        cuts.append(cut)
        last = cut
    return cuts


def _best(places: list[int], last: int) -> int:
    """The place nearest to the middle of the wanted range behind ``last``; 0 if there is none."""
    low = bisect_left(places, last + _LEAST)
    high = bisect_right(places, last + _MOST)
    if low == high:
        return 0
    middle = last + (_LEAST + _MOST) // 2
    return min(places[low:high], key=lambda place: abs(place - middle))
