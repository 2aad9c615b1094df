"""Stretches of a file that stand in it a second time.

Exports of official sites sometimes hold a document's body twice. Whole lines are compared, with
all whitespace removed, so that other indentation or line ends do not hide a copy.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.documents.lines import Line, read_lines
from indexer.documents.model import Section, Span

# Shorter copies are boilerplate (an addressee, a legal formula), not the body once more.
_MIN_CHARS = 200
# Policies listed twice and articles that share their items are part of the text, not copies of
# it: copies count when they make up this share of the file, or one of them is this long.
_MIN_SHARE = 0.2
_LONG_CHARS = 2000
_INNER = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Whole lines at ``original`` that stand again, later in the text, at ``copy``."""

    original: Span
    copy: Span


def find_repeats(text: str) -> tuple[Repeat, ...]:
    """Returns the stretches of ``text`` that stand again later in it, by their copy's place.

    A stretch is a run of whole lines of at least 200 characters, whitespace not counted. Copies
    do not overlap each other nor their originals. Blank lines within a stretch may differ. There
    are none where all copies make less than a fifth of the text and none has 2,000 characters.
    """
    return repeats_among(read_lines(text))


def repeats_among(lines: Sequence[Line]) -> tuple[Repeat, ...]:
    """Returns the repeats among the ``lines`` of a text, as `find_repeats` does."""
    keys = [_squeezed(line.text) for line in lines]
    if len(set(keys)) == len(keys):
        return ()
    first: dict[str, int] = {}
    repeats: list[Repeat] = []
    index = 0
    while index < len(keys):
        original = first.setdefault(keys[index], index) if keys[index] else index
        length = _common(keys, original, index) if original < index else 0
        if sum(map(len, keys[index : index + length])) >= _MIN_CHARS:
            end = index + length - 1
            repeats.append(
                Repeat(
                    Span(lines[original].start, lines[original + length - 1].end),
                    Span(lines[index].start, lines[end].end),
                )
            )
            index = end
        index += 1
    sizes = [repeat.copy.end - repeat.copy.start for repeat in repeats]
    if sum(sizes) < _MIN_SHARE * lines[-1].end and max(sizes, default=0) < _LONG_CHARS:
        return ()
    return tuple(repeats)


def _common(keys: list[str], original: int, copy: int) -> int:
    length = 0
    while (
        original + length < copy
        and copy + length < len(keys)
        and keys[original + length] == keys[copy + length]
    ):
        length += 1
    return length


def _squeezed(line: str) -> str:
    line = line.strip()
    # most lines have no blank within: telling so is cheaper than splitting them
    return "".join(line.split()) if _INNER.search(line) else line


def take_copies(lines: list[Line], repeats: Sequence[Repeat]) -> list[tuple[int, bool]]:
    """Takes the lines of copies out of ``lines``.

    Return the source offsets at which a copy starts (True) and the text goes on (False).
    """
    found: list[tuple[int, bool]] = []
    starts = [line.start for line in lines]
    for repeat in reversed(repeats):
        first = bisect_left(starts, repeat.copy.start)
        last = bisect_left(starts, repeat.copy.end)
        if last < len(lines):
            found.append((starts[last], False))
        found.append((starts[first], True))
        del lines[first:last]
        del starts[first:last]
    return found


def with_repeats(text: str, sections: list[Section], repeats: tuple[Repeat, ...]) -> list[Section]:
    """Returns ``sections`` with the places where those inside an original stand again."""
    places: dict[int, list[Span]] = {}
    starts = [section.span.start for section in sections]
    for repeat in repeats:
        moved = _Mapping(text, repeat)
        first = max(bisect_right(starts, repeat.original.start) - 1, 0)
        for index in range(first, bisect_left(starts, repeat.original.end)):
            span = _trimmed(text, sections[index].span)
            if repeat.original.start <= span.start < span.end <= repeat.original.end:
                places.setdefault(index, []).append(moved.span(span))
    return [
        replace(section, repeats=tuple(places[index])) if index in places else section
        for index, section in enumerate(sections)
    ]


class _Mapping:
    """From places of an original to those of its copy, which may be spaced otherwise."""

    def __init__(self, text: str, repeat: Repeat) -> None:
        self._shift = repeat.copy.start - repeat.original.start
        self._same = repeat.original.of(text) == repeat.copy.of(text)
        self._from: list[int] = []
        self._to: list[int] = []
        if not self._same:
            self._from = [i for i in range(*repeat.original) if not text[i].isspace()]
            self._to = [i for i in range(*repeat.copy) if not text[i].isspace()]

    def span(self, span: Span) -> Span:
        if self._same:
            return Span(span.start + self._shift, span.end + self._shift)
        first = bisect_left(self._from, span.start)
        last = bisect_left(self._from, span.end) - 1
        return Span(self._to[first], self._to[last] + 1)


def _trimmed(text: str, span: Span) -> Span:
    own = span.of(text)
    start = span.start + len(own) - len(own.lstrip())
    return Span(start, max(start, span.start + len(own.rstrip())))
