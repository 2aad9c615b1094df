"""Long sections without structure, cut into pieces that can be addressed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise

from indexer.documents.model import UNINDEXED, Section, Span

# Only sections longer than this are cut, into pieces between the two other figures.
_LONG = 1200
_LEAST = 300
_MOST = 800

_ENUMERATION = re.compile(r"(?<=[。；;：:])\s*(?=[一二三四五六七八九十]{1,2}是)")
_SENTENCE = re.compile(r"[。！？；][”’）]?\s*|\n\s*")


def with_passages(text: str, sections: list[Section]) -> list[Section]:
    """Returns ``sections`` with the long ones cut; parents point to the same sections as before."""
    if not any(_is_long(section) for section in sections):
        return sections
    place: list[int] = []
    result: list[Section] = []
    for section in sections:
        place.append(len(result))
        parent = place[section.parent] if section.parent >= 0 else -1
        if _is_long(section):
            result += _cut(text, section, parent, len(result))
        elif parent != section.parent:
            result.append(replace(section, parent=parent))
        else:
            result.append(section)
    return result


def _is_long(section: Section) -> bool:
    return section.span.end - section.span.start > _LONG and section.kind not in UNINDEXED


def _cut(text: str, section: Section, parent: int, index: int) -> list[Section]:
    """The section, which is to stand at ``index``, shortened, and its passages."""
    start, end = section.span
    bounds = [start, *(start + cut for cut in _cuts(section.span.of(text))), end]
    pieces = [replace(section, parent=parent, span=Span(start, bounds[1]))]
    for number, (low, high) in enumerate(pairwise(bounds[1:]), 2):
        anchor = f"{section.anchor}/p{number}"
        pieces.append(
            Section("passage", "", section.path, "", Span(low, high), anchor, parent=index)
        )
    return pieces


def _cuts(own: str) -> list[int]:
    """Returns where to cut ``own``, preferring the enumeration's starts to ends of sentences."""
    strong = [found.end() for found in _ENUMERATION.finditer(own)]
    weak = [found.end() for found in _SENTENCE.finditer(own)]
    cuts: list[int] = []
    last = 0
    while len(own) - last > _MOST:
        low, high = last + _LEAST, min(last + _MOST, len(own) - _LEAST)
        last = _middle(strong, low, high) or _middle(weak, low, high) or high
        cuts.append(last)
    return cuts


def _middle(places: list[int], low: int, high: int) -> int:
    """The place nearest to the middle between ``low`` and ``high``; 0 if there is none."""
    between = places[bisect_left(places, low) : bisect_right(places, high)]
    return min(between, key=lambda place: abs(place * 2 - low - high), default=0)
