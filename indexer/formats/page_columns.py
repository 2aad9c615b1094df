"""Glyphs that do not stand in the one column of a page: a second column, and watermarks."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from indexer.formats.glyph import Glyph

_MIDDLE = (0.3, 0.7)  # part of the text's width in which a gutter is sought
_CROSSED = 0.06  # most glyphs that start in a quarter em of a gutter, as a share of the rows
_STRIP = 7  # least quarters of an em between the left edges beside a gutter: a glyph and its gap
_ROWS = 5  # rows that each of two columns has at least
_GLYPHS = 8  # least glyphs of half the rows of a column
_FULL = 0.4  # least share of the rows of a column that reach its right edge
_LARGE = 2.5  # size of watermark type, in that of the usual one
_COVERED = 2  # glyphs that a watermark's glyphs cover at least, together

_Lines = list[list[Glyph]]


def without_watermarks(glyphs: Sequence[Glyph]) -> tuple[Sequence[Glyph], int]:
    """Returns ``glyphs`` without large type that lies over other text, and how many they were."""
    if not glyphs:
        return glyphs, 0
    usual = median(glyph.em for glyph in glyphs)
    large = [glyph for glyph in glyphs if glyph.em > _LARGE * usual]
    if not large or 2 * len(large) > len(glyphs):
        return glyphs, 0
    small = sorted((glyph for glyph in glyphs if glyph.em <= _LARGE * usual), key=_base)
    bases = [glyph.base for glyph in small]
    stamped = {id(glyph) for glyph in large if _covers(glyph, small, bases) >= _COVERED}
    kept = [glyph for glyph in glyphs if id(glyph) not in stamped]
    return kept, len(stamped)


def _base(glyph: Glyph) -> float:
    return glyph.base


def _covers(large: Glyph, small: list[Glyph], bases: list[float]) -> int:
    first = bisect_left(bases, large.base - 0.8 * large.em)
    last = bisect_left(bases, large.base + 0.1 * large.em)
    return sum(
        large.turn == glyph.turn and glyph.left < large.right and glyph.right > large.left
        for glyph in small[first:last]
    )


def split_columns(lines: _Lines) -> tuple[float, list[tuple[int, list[Glyph]]]] | None:
    """Returns where the gutter of two columns is, and the lines in reading order.

    Each line comes with its column: 1, 2, or 0 for one that spans both. None stands for a page of
    one column, also where what looks like columns is a table.
    """
    gutter = _gutter(lines)
    if gutter is None:
        return None
    ordered: list[tuple[int, list[Glyph]]] = []
    left: _Lines = []
    right: _Lines = []
    for line in lines:
        before = [glyph for glyph in line if glyph.right <= gutter]
        after = [glyph for glyph in line if glyph.left >= gutter]
        if len(before) + len(after) < len(line):
            ordered += [*((1, each) for each in left), *((2, each) for each in right), (0, line)]
            left, right = [], []
            continue
        left += [before] if before else []
        right += [after] if after else []
    ordered += [*((1, each) for each in left), *((2, each) for each in right)]
    first = [line for column, line in ordered if column == 1]
    second = [line for column, line in ordered if column == 2]
    return (gutter, ordered) if _is_prose(first) and _is_prose(second) else None


def _gutter(lines: _Lines) -> float | None:
    """Returns the middle of an empty strip that parts the text of ``lines`` in two.

    Only the left edges of glyphs are counted, in quarters of an em: a strip without any that is
    wider than a glyph ends where the second column begins.
    """
    if len(lines) < _ROWS:
        return None
    glyphs = [glyph for line in lines for glyph in line]
    em = median([glyph.em for glyph in glyphs])
    low, high = min(line[0].left for line in lines), max(line[-1].right for line in lines)
    scale = 4 / em if em > 0 else 0.0
    size = (high - low) * scale
    if not 16 <= size <= 4000:
        return None
    starts = Counter([int((glyph.left - low) * scale) for glyph in glyphs])
    first, last = (int(size * share) for share in _MIDDLE)
    run = _longest_run(
        [starts[mark] for mark in range(first, last)], max(1.0, _CROSSED * len(lines))
    )
    if run is None or run[1] - run[0] < _STRIP:
        return None
    return low + (first + run[1] - 1) / scale


def _longest_run(cover: list[int], most: float) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    start = 0
    for index, count in enumerate((*cover, most + 1)):
        if count > most:
            if index > start and (best is None or index - start > best[1] - best[0]):
                best = start, index
            start = index + 1
    return best


def _is_prose(lines: _Lines) -> bool:
    """Return True if the lines of a column run to its right edge more often than table cells do."""
    if len(lines) < _ROWS or median(map(len, lines)) < _GLYPHS:
        return False
    em = median(line[0].em for line in lines)
    edge = sorted(line[-1].right for line in lines)[int(0.9 * (len(lines) - 1))]
    full = sum(line[-1].right >= edge - 2 * em for line in lines)
    whole = sum(all(b.left - a.right < 2 * em for a, b in pairwise(line)) for line in lines)
    return full >= _FULL * len(lines) and whole >= 0.8 * len(lines)
