"""Paragraphs from placed glyphs, for the formats that store only those (PDF and OFD).

Lengths are in the unit of the page. Baselines count down from the top. An *em* is the width of a
Han character; thresholds are in ems, so that they hold for every size of type.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import attrgetter, eq, sub
from statistics import median

from indexer.formats.glyph import Glyph
from indexer.formats.page_columns import split_columns


@dataclass(frozen=True, slots=True)
class Row:
    """A printed line; tabs separate the cells of a table row."""

    text: str
    left: float
    right: float
    base: float
    em: float
    column: int = 0  # 1 or 2 on a page of two columns, 0 for rows that span both


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page in reading order; ``gutter`` parts its two columns, if it has them."""

    width: float
    rows: tuple[Row, ...]
    gutter: float = 0.0


_HEIGHT, _LEFT, _SIZE = attrgetter("base", "left"), attrgetter("left"), attrgetter("em")
_LEAST_GAP = 0.149  # ems of a gap that may be a blank
_MARK_GLYPHS = 3  # of a line that is a raised note mark

_PAGE_NUMBER = re.compile(
    r"[-—–－─·.\s]*(?:第\s*)?[0-9０-９]{1,4}(?:\s*[/／]\s*\d{1,4})?\s*页?[-—–－─·.\s]*"
    r"|第\s*\d{1,4}\s*页[，,\s]*共\s*\d{1,4}\s*页|[ivxIVX]{1,6}"
)
_NUMBERED_NAME = re.compile(r"[-—\s]*\d{1,4}[-—\s]*\t[^\t\d]+|[^\t\d]+\t[-—\s]*\d{1,4}[-—\s]*")
_NUMERAL = "[零〇一二三四五六七八九十百千\\d]"
_ITEM = rf"[一二三四五六七八九十]+、|[（(]{_NUMERAL}+[）)]|\d+[.．、]"
_LABEL = re.compile(rf"第{_NUMERAL}+[编章节条]|{_ITEM}")
_LABEL_GAP = re.compile(rf"({_ITEM})[ \t]+(?=[^\x00-\x7f])")
_ARTICLE_GAP = re.compile(rf"(第{_NUMERAL}+[编章节条])\t+")
_ENDED = re.compile(r"[。！？；：…][”’」』）)》]*$")
_LEADER = re.compile(r"[.…·．]{3,}\s*[(（]?[\dIVXivx]+[)）]?$")  # a line of a table of contents
_TAIL = 80  # characters at the end of a row that _ENDED and _LEADER are matched against
_HANGING = re.compile(rf"附件\d*\s*[:：]|{_LABEL.pattern}|[①-⑳•·*-]")
# A unit that a line break never divides: a word, or a character with its brackets and punctuation.
_UNBROKEN = re.compile(
    r"[“‘《〈（(【〔「『]*(?:[!-~]+|.)[”’》〉）)】〕」』，。、；：？！,.;:?!%％…—]*", re.DOTALL
)
_NUMBERED = re.compile(rf"附[件表录图]|[表图]|{_LABEL.pattern}")
_EDGE_ROWS = 2  # rows at the top and at the bottom of a page that may be headers or footers
_EDGE_SHARE = 0.4  # least share of the pages that have a running header; odd and even may differ
_LONG_ROW = 15  # least characters of a row that is used to find the margins
_LEAST_MEASURE = 0.75  # least position of the right margin, as a share of the page's width

# Radicals that fonts use in place of the like-looking Han, for which Unicode has no mapping.
_RADICALS = str.maketrans(
    "⺠⺟⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻩⻬⻮⻰⻁⻳⻨⻧⻪",
    "民母西见角贝车长门青韦页风飞食马骨鬼鱼鸟黄齐齿龙虎龟麦卤黾",
)
_LOOKALIKES = re.compile("[\u2f00-\u2fd5\uf900-\ufaff]")


def laid_out(glyphs: Sequence[Glyph], width: float, height: float) -> list[Page]:
    """Returns the page that ``glyphs`` (without blanks, in any order) make up.

    Glyphs of other directions than most follow as pages of their own.
    """
    by_turn: defaultdict[float, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        by_turn[glyph.turn].append(glyph)
    groups = sorted(by_turn.items(), key=lambda item: (-len(item[1]), item[0]))
    pages = [_page(found, height if turn in (1, 3) else width) for turn, found in groups]
    return pages or [Page(width, ())]


def _page(glyphs: Sequence[Glyph], width: float) -> Page:
    lines = _lines(glyphs)
    split = split_columns(lines)
    if split is None:
        return Page(width, tuple(map(_row, lines)))
    gutter, columns = split
    return Page(width, tuple(_row(line, column) for column, line in columns), gutter)


def rows(glyphs: Iterable[Glyph]) -> tuple[Row, ...]:
    """Returns the printed lines made of ``glyphs`` (unordered, without blanks), top to bottom."""
    return tuple(map(_row, _lines(glyphs)))


def _lines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Returns ``glyphs`` as lines from top to bottom, each from left to right."""
    lines: list[list[Glyph]] = []
    top = size = -math.inf
    for glyph in sorted(glyphs, key=_HEIGHT):
        if glyph.base - top > 0.4 * max(glyph.em, size):
            lines.append([])
            top, size = glyph.base, glyph.em
        lines[-1].append(glyph)
    for line in lines:
        line.sort(key=_LEFT)
    return _with_raised(lines)


def _with_raised(lines: list[list[Glyph]]) -> list[list[Glyph]]:
    """Returns ``lines`` with raised note marks in the line that they belong to.

    A mark of digits is left out, because it would falsify the number or word that it stands at;
    only behind a Latin letter (m2) is it an exponent.
    """
    kept: list[list[Glyph]] = []
    for line in lines:
        if kept and len(kept[-1]) <= _MARK_GLYPHS:
            size = max(glyph.em for glyph in line)
            raised = all(glyph.em <= 0.75 * size for glyph in kept[-1])
            if raised and 0 < line[0].base - kept[-1][0].base <= 0.7 * size:
                line = sorted((*_without_marks(kept.pop(), line), *line), key=_LEFT)
        kept.append(line)
    return kept


def _without_marks(raised: list[Glyph], line: list[Glyph]) -> list[Glyph]:
    """Returns the glyphs of ``raised`` that are part of ``line``'s text."""
    if not all(glyph.char.isdecimal() for glyph in raised):
        return raised
    before = max((g for g in line if g.left < raised[0].left), key=_LEFT, default=None)
    return raised if before and before.char.isascii() and before.char.isalpha() else []


def _row(line: list[Glyph], column: int = 0) -> Row:
    em = _em(line)
    glyphs = _single(line, em)
    lefts, rights = [glyph.left for glyph in glyphs], [glyph.right for glyph in glyphs]
    gaps = list(map(sub, lefts[1:], rights))
    # All gaps of a letter-spaced or justified line are wide, so only the excess over the usual one
    # counts.
    usual = max(median(gaps), 0.0) if len(gaps) >= 3 else 0.0
    parts = [glyph.char for glyph in glyphs]
    least = usual + _LEAST_GAP * em
    for index, gap in enumerate(gaps):
        if gap >= least:
            parts[index] += _blank((gap - usual) / em, glyphs[index].char, parts[index + 1])
    text = _LOOKALIKES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), "".join(parts))
    return Row(
        _closed(text.translate(_RADICALS)),
        glyphs[0].left,
        max(rights),
        max(line, key=_SIZE).base,
        em,
        column,
    )


def _closed(text: str) -> str:
    """Returns ``text`` without the gap that typesetters leave after the number of a heading."""
    if match := _LABEL_GAP.match(text):
        return match[1] + text[match.end() :]
    if match := _ARTICLE_GAP.match(text):
        return f"{match[1]} {text[match.end() :]}"
    return text


def _em(line: Sequence[Glyph]) -> float:
    widths = [glyph.right - glyph.left for glyph in line if "\u4e00" <= glyph.char <= "\u9fff"]
    return max(median(widths) if widths else max(glyph.em for glyph in line), 1e-6)


def _single(line: list[Glyph], em: float) -> list[Glyph]:
    """Returns ``line`` without the second copy of type that is printed twice to look bold."""
    chars = [glyph.char for glyph in line]
    if not any(map(eq, chars, chars[1:])):
        return line
    kept = line[:1]
    for glyph in line[1:]:
        if glyph.char != kept[-1].char or glyph.left - kept[-1].left > 0.2 * em:
            kept.append(glyph)
    return kept


def _blank(gap: float, before: str, after: str) -> str:
    if gap >= 1.8:
        return "\t"
    if gap >= 0.6 or (gap >= 0.15 and before.isascii() and after.isascii()):
        return " "
    return ""


def paragraphs(pages: Sequence[Page]) -> list[str]:
    """Returns the paragraphs of ``pages``, without page numbers, headers and footers.

    A row that reaches the right margin continues in the next row, also over a page break, unless
    the next row is indented, in another size of type, or begins with the label of a heading.
    """
    pages = [column for page in _without_edges(pages) for column in _columns(page)]
    margins = _margins(pages)
    usual = _leading(pages)
    texts: list[list[str]] = []
    first = before = None  # the first and the latest row of the current paragraph
    for page in pages:
        left, right = margins[_measure_key(page)]
        for row in page.rows:
            near = before is not None and row.base - before.base <= 1.6 * usual
            if near and first and before and _continues(first, before, row, left, right):
                texts[-1] += [_seam(before.text[-1], row.text[0]), row.text]
            else:
                texts.append([row.text])
                first = row
            before = row
    return ["".join(parts) for parts in texts]


def _columns(page: Page) -> Iterator[Page]:
    """Yields a page of two columns as a page for each run of rows of one column."""
    if not page.gutter:
        yield page
        return
    for column, found in groupby(page.rows, key=lambda row: row.column):
        left = page.gutter if column == 2 else 0.0
        right = page.gutter if column == 1 else page.width
        moved = (replace(row, left=row.left - left, right=row.right - left) for row in found)
        yield Page(right - left, tuple(moved), page.gutter)


def _continues(first: Row, before: Row, row: Row, left: float, right: float) -> bool:
    """Return True if ``row`` continues the paragraph that runs from ``first`` to ``before``."""
    em = before.em
    if before.right + _head(row) * em < right or "\t" in before.text or "\t" in row.text:
        return False
    if abs(before.em - row.em) > 0.15 * em or _LEADER.search(before.text[-_TAIL:]):
        return False
    ended = _ENDED.search(before.text[-_TAIL:]) is not None
    if row.left <= left + 0.8 * em:
        return not (ended and _LABEL.match(row.text))
    # In a hanging indent, all rows of an item but the first are indented equally.
    hangs = _HANGING.match(first.text) is not None and 0.3 * em < row.left - first.left <= 6 * em
    return hangs and not ended and (before is first or abs(before.left - row.left) < 0.3 * em)


def _head(row: Row) -> float:
    """Returns the room, in ems, that the row before would need to hold the start of ``row``."""
    match = _UNBROKEN.match(row.text)
    head = match[0] if match else row.text[:1]
    return sum(0.5 if char.isascii() else 1.0 for char in head) + 0.3


def _seam(before: str, after: str) -> str:
    letters = before.isascii() and after.isascii() and (before.isalpha() or after.isalpha())
    return " " if letters and before.isalnum() and after.isalnum() else ""


def _measure_key(page: Page) -> tuple[int, bool]:
    """Returns the kind of ``page``: pages and columns of one width have their margins in common."""
    return round(page.width), page.gutter > 0


def _margins(pages: Sequence[Page]) -> dict[tuple[int, bool], tuple[float, float]]:
    """Returns the left and right margins of the text by the kind of the page."""
    by_kind: defaultdict[tuple[int, bool], list[Row]] = defaultdict(list)
    for page in pages:
        by_kind[_measure_key(page)].extend(page.rows)
    return {kind: _measure(*kind, found) for kind, found in by_kind.items()}


def _measure(width: int, column: bool, found: list[Row]) -> tuple[float, float]:
    plain = [row for row in found if "\t" not in row.text]
    long = [row for row in plain if len(row.text) >= _LONG_ROW] or plain or found
    if not long:
        return 0.0, float(width)
    lefts = sorted(row.left for row in plain or found)
    rights = sorted(row.right for row in long)
    right = rights[min(int(0.95 * len(rights)), len(rights) - 1)]
    return lefts[int(0.05 * len(lefts))], right if column else max(right, _LEAST_MEASURE * width)


def _leading(pages: Sequence[Page]) -> float:
    steps = [b.base - a.base for page in pages for a, b in pairwise(page.rows)]
    return median(steps) if steps else 0.0


def _without_edges(pages: Sequence[Page]) -> list[Page]:
    """Returns ``pages`` without page numbers and without the rows repeated at their edges."""
    edges = ({_key(row) for row in _edges(page.rows) if _may_run(row)} for page in pages)
    seen = Counter(key for keys in edges for key in keys)
    least = max(2, _EDGE_SHARE * len(pages))
    running = {key for key, count in seen.items() if count >= least}

    return [replace(page, rows=tuple(_inner(page.rows, running))) for page in pages]


def _inner(found: Sequence[Row], running: set[tuple[str, int]]) -> Iterator[Row]:
    for index, row in enumerate(found):
        edge = index < _EDGE_ROWS or index >= len(found) - _EDGE_ROWS
        number = index in (0, len(found) - 1) and _PAGE_NUMBER.fullmatch(row.text)
        repeated = _may_run(row) and _key(row) in running
        if not (edge and (number or repeated)):
            yield row


def _may_run(row: Row) -> bool:
    """Return True for a row that may be a running header: no table row but a name and a number."""
    return "\t" not in row.text or _NUMBERED_NAME.fullmatch(row.text) is not None


def _edges(found: Sequence[Row]) -> Sequence[Row]:
    if len(found) <= 2 * _EDGE_ROWS:
        return found
    return (*found[:_EDGE_ROWS], *found[-_EDGE_ROWS:])


def _key(row: Row) -> tuple[str, int]:
    """Returns the part of a running header that is equal on every page: its words and its height.

    公报 第1期 12 and 公报 第1期 13 give equal keys; 附件1 and 附件2, which are no headers, do not.
    """
    varying = r"\s+" if _NUMBERED.match(row.text) else r"[\d\s]+"
    return re.sub(varying, "", row.text), round(row.base / row.em)
