"""A text as the lines its metadata stands on. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.documents.model import Span

# All that shows as nothing at the end of a line, zero-width characters included.
BLANK = (
    " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_CHUNK = re.compile(rf"[^{BLANK}]+")
_FLAT, _FLAT_SPACES = 400, 8  # a page that lost its line breaks has spaces in its beginning
_HEAD, _TAIL = 60_000, 30_000
# A longer line is text, one of more pieces a table: the bounds keep the work linear.
_TORN_MAX = 400
_MAX_PIECES = 40
_MAX_CODE = 12

# Web pages break a line around every number and inside some words: 2019⏎年⏎8⏎月, 科⏎技⏎部.
_CONTINUES = frozenset("〕）》」”：，。；、,;")
_OPENING = frozenset("〔（《“")
_AFTER_DIGIT = frozenset("年月日号")
_YEAR_END = re.compile(r"[0-9]{4}$")
_OPEN_END = re.compile(r"(?:[0-9]{4}年|[0-9]年[0-9]{1,2}月|〕)$")
_MEASURES = frozenset("项个家批名条种类款期届次万亿级")
_DIGITS = re.compile(r"[0-9]{1,4}")
_SERIAL = re.compile(r"[0-9]{1,5}\s?号?")
_HAN = re.compile("[\u4e00-\u9fff]")
_TORN_ORGAN = re.compile("[\u4e00-\u9fff]{3,12}")
_LAST_OF_ORGAN = frozenset("部局厅委会署院办司")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the blanks around it; ``pieces`` map its characters to the source text.

    Each piece is (index in ``text``, offset in the source); more than one where a torn line was
    put together again.
    """

    text: str
    pieces: tuple[tuple[int, int], ...]

    def at(self, index: int) -> int:
        """The source offset of character ``index`` of the line."""
        for first, offset in reversed(self.pieces):
            if first <= index:
                return offset + index - first
        raise IndexError(index)

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The source span of characters ``start`` up to ``end`` (the line's end) of the line."""
        stop = len(self.text) if end is None else end
        first = self.at(start)
        return Span(first, max(first, self.at(stop - 1) + 1) if stop > start else first)

    def part(self, start: int, end: int) -> Line:
        """Characters ``start`` up to ``end`` of the line, as a line."""
        inside = [(first, at) for first, at in self.pieces if start < first < end]
        pieces = ((start, self.at(start)), *inside)
        return Line(self.text[start:end], tuple((first - start, at) for first, at in pieces))


def read_lines(text: str) -> list[Line]:
    """The lines of ``text`` that are not blank, in order, torn ones put together.

    Of a text longer than 90,000 characters only the first 60,000 and the last 30,000 are read. A
    page flattened to one line is cut at its spaces, which stand where its line breaks stood.
    """
    cut = _chunks if is_flat(text) else _split
    if len(text) <= _HEAD + _TAIL:
        return _mended(cut(text, 0))
    head = text[:_HEAD]
    tail = len(text) - _TAIL
    return _mended(cut(head, 0)) + _mended(cut(text[tail:], tail))


def _mended(parts: list[tuple[int, str]]) -> list[Line]:
    lines: list[Line] = []
    for start, stripped in parts:
        line = Line(stripped, ((0, start),))
        if len(lines) > 1 and _measures(lines[-2], lines[-1].text, stripped):
            line = joined(lines.pop(), line)
            lines.append(joined(lines.pop(), line))
        elif lines and _belongs_to(lines[-1], stripped):
            lines.append(joined(lines.pop(), line))
        else:
            lines.append(line)
    return lines


def joined(line: Line, rest: Line) -> Line:
    """``line`` with ``rest`` right behind it."""
    length = len(line.text)
    pieces = tuple((first + length, offset) for first, offset in rest.pieces)
    return Line(line.text + rest.text, line.pieces + pieces)


def _measures(before: Line, number: str, after: str) -> bool:
    """批准《…》等⏎436⏎项行业标准: a number torn from the words on both sides."""
    return (
        len(number) <= 4
        and after[0] in _MEASURES
        and len(before.text) <= _TORN_MAX
        and len(before.pieces) <= _MAX_PIECES
        and _HAN.fullmatch(before.text[-1]) is not None
        and _DIGITS.fullmatch(number) is not None
    )


def is_flat(text: str) -> bool:
    """Whether ``text`` is a web page whose line breaks became spaces."""
    first = text[:_FLAT].lstrip(BLANK)
    if "\n" in first or first.count(" ") < _FLAT_SPACES:
        return False
    return text.count("\n", 0, len(text) * 4 // 5) == 0


def _chunks(text: str, offset: int) -> list[tuple[int, str]]:
    return [(offset + match.start(), match[0]) for match in _CHUNK.finditer(text)]


def _split(text: str, offset: int) -> list[tuple[int, str]]:
    parts = []
    for raw in text.split("\n"):
        stripped = raw.strip(BLANK)
        if stripped:
            parts.append((offset + raw.index(stripped[0]), stripped))
        offset += len(raw) + 1
    return parts


def _belongs_to(line: Line, current: str) -> bool:
    """Whether ``current`` is the rest of the torn ``line``."""
    previous, first = line.text, current[0]
    if len(previous) > _TORN_MAX or len(line.pieces) > _MAX_PIECES:
        return False
    if first in _AFTER_DIGIT:
        alone = len(current) == 1 or not current[1].isalpha()  # not 日常…, 号召…
        return (
            bool(_YEAR_END.search(previous)) if first == "年" else previous[-1].isdigit() and alone
        )
    if first in _CONTINUES or previous[-1] in _OPENING:
        return True
    if first == "〔":  # 工信部科函⏎〔2022〕272号
        return len(previous) <= _MAX_CODE and _HAN.fullmatch(previous[-1]) is not None
    if len(current) <= 7 and _SERIAL.fullmatch(current):
        return bool(_OPEN_END.search(previous[-8:]))
    if len(current) > 1 or not _HAN.fullmatch(current):
        return False
    # 科⏎技⏎部, or 国 务 院 in a flattened page; 工业和信息化⏎部
    letters = len(line.pieces) == len(previous)
    return (letters and _HAN.fullmatch(previous[-1]) is not None) or (
        current in _LAST_OF_ORGAN and _TORN_ORGAN.fullmatch(previous) is not None
    )
