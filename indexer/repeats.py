"""Stretches of a file that stand in it a second time.

Exports of official sites sometimes hold a document's body twice. Whole lines are compared, with
all whitespace removed, so that other indentation or line ends do not hide a copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexer.document import Section, Span

# Shorter copies are boilerplate (an addressee, a legal formula), not the body once more.
_MIN_CHARS = 200
# Policies listed twice and articles that share their items are part of the text, not copies of
# it: copies count when they make up this share of the file, or one of them is this long.
_MIN_SHARE = 0.2
_LONG_CHARS = 2000
_INNER = re.compile(r"\s")
_LINE = re.compile(r"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Whole lines at ``original`` that stand again, later in the text, at ``copy``."""

    original: Span
    copy: Span


class _Line(NamedTuple):
    start: int
    end: int
    key: str


def find_repeats(text: str) -> tuple[Repeat, ...]:
    """Return the stretches of ``text`` that stand again later in it, by their copy's place.

    A stretch is a run of whole lines of at least 200 characters, whitespace not counted. Copies
    do not overlap each other nor their originals. Blank lines within a stretch may differ. There
    are none where all copies make less than a fifth of the text and none has 2,000 characters.
    """
    lines = [
        _Line(found.start(), found.end(), key)
        for found in _LINE.finditer(text)
        if (key := _squeezed(found[0]))
    ]
    if len({line.key for line in lines}) == len(lines):
        return ()
    first: dict[str, int] = {}
    repeats: list[Repeat] = []
    index = 0
    while index < len(lines):
        original = first.setdefault(lines[index].key, index)
        if original == index:
            index += 1
            continue
        length = _common(lines, original, index)
        if sum(len(line.key) for line in lines[index : index + length]) >= _MIN_CHARS:
            repeats.append(Repeat(_span(lines, original, length), _span(lines, index, length)))
            index += length
        else:
            index += 1
    sizes = [repeat.copy.end - repeat.copy.start for repeat in repeats]
    if sum(sizes) < _MIN_SHARE * len(text) and max(sizes, default=0) < _LONG_CHARS:
        return ()
    return tuple(repeats)


def _squeezed(line: str) -> str:
    line = line.strip()
    # most lines have no blank within: telling so is cheaper than splitting them
    return "".join(line.split()) if _INNER.search(line) else line


def with_repeats(text: str, sections: list[Section], repeats: tuple[Repeat, ...]) -> list[Section]:
    """Return ``sections`` with the places where those inside an original stand again."""
    if not repeats:
        return sections
    return [
        replace(section, repeats=spans) if (spans := _places(text, section, repeats)) else section
        for section in sections
    ]


def _places(text: str, section: Section, repeats: tuple[Repeat, ...]) -> tuple[Span, ...]:
    own = section.span.of(text)
    start = section.span.start + len(own) - len(own.lstrip())
    end = section.span.start + len(own.rstrip())
    if section.kind == "repeat" or start >= end:
        return ()
    return tuple(
        _mapped(text, Span(start, end), repeat)
        for repeat in repeats
        if repeat.original.start <= start and end <= repeat.original.end
    )


def _mapped(text: str, span: Span, repeat: Repeat) -> Span:
    """Where ``span`` of the original stands in the copy, which may be spaced otherwise."""
    shift = repeat.copy.start - repeat.original.start
    moved = Span(span.start + shift, span.end + shift)
    if moved.of(text) == span.of(text):
        return moved
    before = len("".join(text[repeat.original.start : span.start].split()))
    length = len("".join(span.of(text).split()))
    places = [i for i in range(*repeat.copy) if not text[i].isspace()]
    return Span(places[before], places[before + length - 1] + 1)


def _common(lines: list[_Line], original: int, copy: int) -> int:
    length = 0
    while (
        original + length < copy
        and copy + length < len(lines)
        and lines[original + length].key == lines[copy + length].key
    ):
        length += 1
    return length


def _span(lines: list[_Line], start: int, length: int) -> Span:
    return Span(lines[start].start, lines[start + length - 1].end)
