"""The lines of a text, the same for every reader: trimmed, mended where torn, flat pages cut. Pure.

`read_lines` alone decides where a line begins and ends, and `BLANK` is the only set of characters
that show as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from indexer.documents.dates import DAY
from indexer.documents.lexicon import COUNTING, IDEOGRAPHS, ORDINALS
from indexer.documents.model import Span

# Every character that shows as nothing at the end of a line, zero-width characters included.
BLANK = (
    " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_B = f"[{BLANK}]"
_BLANKS = re.compile(_B)

# A page scraped without its line breaks has paragraphs far longer than people write them, or many
# blanks in its beginning, where its menu stood.
_FLAT_LINE = 700
_FLAT_OPENING, _FLAT_SPACES = 400, 8
# So has a line with the number between the title and the addressee.
_FLAT_LEAST = 100
_NUMBERED = re.compile(r" [^ 。，]{2,14}〔[12]\d{3}〕\d{1,4}号 [^ 。]{2,200}[:：] ")
# A longer line is text, one of more pieces a table: the bounds keep the work linear.
_TORN_MAX = 400
_MAX_PIECES = 40
_MAX_CODE = 12

# In a flat page a blank between Chinese characters was a line break; around a date and before a
# number it was one too. A blank behind 《…》 is one within a citation (《价格法》 第十四条).
_SPREAD = rf"(?!(?<=[{BLANK}][{IDEOGRAPHS}][{BLANK}])[{IDEOGRAPHS}](?:{_B}|$))"  # 总 则, 国 务 院
_PARAGRAPH = re.compile(
    rf"(?<=[{IDEOGRAPHS}。；：！？，、”）》】]){_B}+(?=[{IDEOGRAPHS}“（《【①-⑳]){_SPREAD}"
    rf"(?!(?<=[》、和及]{_B})第|(?<=[{ORDINALS}]{_B})[编章节条]{_B})"  # 第六 条 is one label
    rf"|(?<=[{IDEOGRAPHS}。；：！？”）》】]){_B}+(?={DAY}(?:{_B}+(?!\d)|{_B}+\d\d?:|$)|[0-9]{{1,2}}[.．、](?!\d))"
    rf"|(?<=】){_B}+(?=\S)|(?<=\d号){_B}+(?=[A-Z])|(?<=[。！]){_B}+(?=\d{{4}}年[{IDEOGRAPHS}])"
    rf"|{_B}+(?=(?:https?:)?//)|(?<=\.(?:pdf|ofd|doc|wps)){_B}+(?=\S)"
)
# Some exports run a heading and its first article, or several articles, into one line.
_NEXT = rf"(?=第[{ORDINALS}]{{1,9}}[编章节条])"
_JOINED = re.compile(
    rf"(?<=[。；]){_B}+{_NEXT}"
    rf"|^第[{ORDINALS}]{{1,7}}[编章节]{_B}*[^{BLANK}。；，]{{1,30}}(?P<gap>{_B}+){_NEXT}"
)

# 一、总体要求（一）指导思想。…。（二）…; 第一章总则第一条…: headings run into the text below them.
_ARTICLE = rf"第[{ORDINALS}]{{1,7}}条"
_GLUED = re.compile(
    rf"^[{COUNTING}]{{1,3}}、[^。；，：（(]{{2,25}}(?P<list>)(?=（一）[^、，；])"
    rf"|^第[{ORDINALS}]{{1,7}}[编章节][^{BLANK}。；，第的]{{1,20}}(?P<article>)"
    rf"(?={_ARTICLE}(?:{_B}|[^{BLANK}之的规]))"
    rf"|(?<=。)(?P<next>)(?=（[{COUNTING}]{{1,3}}）[^、，（]{{2,30}}。)"
)
_GLUING = frozenset(f"{COUNTING}（第")
_MAY_GLUE = re.compile(
    rf"[{COUNTING}]{{1,3}}、[^。]{{2,25}}（一）|（一）|第[{ORDINALS}]{{1,7}}[编章节][^。]{{1,20}}第"
)

# Web pages break a line around every number and inside some words: 2019⏎年⏎8⏎月, 科⏎技⏎部.
_CONTINUES = frozenset("〕）》」”：，。；、,;")
_OPENING = frozenset("〔（《“")
_AFTER_DIGIT = frozenset("年月日号")
_YEAR_END = re.compile(r"[0-9]{4}$")
_OPEN_END = re.compile(r"(?:[0-9]{4}年|[0-9]年[0-9]{1,2}月|〕)$")
_MEASURES = frozenset("项个家名批条种类款期届次万亿级")
_BEHIND_NUMBER = _CONTINUES - {"、"}  # 1⏎、 is a label
_BEFORE_NUMBER = frozenset("件第共约近达")  # 见附件⏎1⏎和附件⏎2, but not 附件⏎1 over a title
_DIGITS = re.compile(r"[0-9]{1,4}")
_SERIAL = re.compile(r"[0-9]{1,5}\s?号?")
_TORN_ORGAN = re.compile(rf"[{IDEOGRAPHS}]{{3,12}}")
_LAST_OF_ORGAN = frozenset("部局厅委会署院办司")


class Line(NamedTuple):
    """A line without the blanks around it.

    ``start`` and ``end`` are source offsets. ``pieces`` is empty if ``text`` is exactly the source
    from ``start`` to ``end``. If a torn line was put together, it has (index in ``text``, offset in
    the source) for each part.
    """

    start: int
    end: int
    text: str
    pieces: tuple[tuple[int, int], ...] = ()

    def at(self, index: int) -> int:
        """Returns the source offset of character ``index`` of the line."""
        for first, offset in reversed(self.pieces):
            if first <= index:
                return offset + index - first
        return self.start + index

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Returns the source span of characters ``start`` up to ``end`` (the line's end)."""
        stop = len(self.text) if end is None else end
        first = self.at(start)
        return Span(first, max(first, self.at(stop - 1) + 1) if stop > start else first)

    def part(self, start: int, end: int | None = None) -> Line:
        """Returns characters ``start`` up to ``end`` (the line's end) of the line, as a line."""
        stop = len(self.text) if end is None else end
        span = self.span(start, stop)
        inside = [(first - start, at) for first, at in self.pieces if start < first < stop]
        pieces = ((0, span.start), *inside) if inside else ()
        return Line(span.start, span.end, self.text[start:stop], pieces)


def read_lines(text: str) -> list[Line]:
    """Returns the lines of ``text`` that are not blank, in order, in linear time.

    Lines are trimmed. A line that a page tore at a number, at a bracket or within a word is put
    together again, and a page flattened to one line is cut at the blanks where its line breaks
    were.
    """
    result: list[Line] = []
    for line in _trimmed(text):
        if len(result) > 1 and _counts(result[-2], result[-1].text, line.text):
            line = joined(result.pop(), line)
            result.append(joined(result.pop(), line))
        elif result and _belongs_to(result[-1], line.text):
            result.append(joined(result.pop(), line))
        else:
            result.append(line)
    return result


def joined(line: Line, rest: Line) -> Line:
    """Returns ``line`` with ``rest`` appended without a blank."""
    length = len(line.text)
    behind = rest.pieces or ((0, rest.start),)
    pieces = (
        *(line.pieces or ((0, line.start),)),
        *((first + length, offset) for first, offset in behind),
    )
    return Line(line.start, rest.end, line.text + rest.text, pieces)


def _trimmed(text: str) -> Iterable[Line]:
    for found in _LINE.finditer(text):
        raw = found[0]
        body = raw.strip(BLANK)
        if not body:
            continue
        start = found.start()
        if len(body) < len(raw):
            start += len(raw) - len(raw.lstrip(BLANK))
        line = Line(start, start + len(body), body)
        if len(body) > _FLAT_LEAST and _is_flat(body):
            yield from _split(line, _PARAGRAPH.finditer(body))
        elif " 第" in body or "\u3000第" in body:
            yield from _split(line, _JOINED.finditer(body))
        elif body[0] in _GLUING and _MAY_GLUE.match(body):
            yield from _split(line, _GLUED.finditer(body))
        else:
            yield line


def _is_flat(line: str) -> bool:
    """Returns True if ``line`` is a page, or a part of one, whose line breaks became blanks."""
    if len(line) > _FLAT_LINE:
        return _BLANKS.search(line) is not None
    if len(line) <= _FLAT_OPENING:
        return _NUMBERED.search(line) is not None
    return line.count(" ", 0, _FLAT_OPENING) >= _FLAT_SPACES or _NUMBERED.search(line) is not None


def _split(line: Line, gaps: Iterable[re.Match[str]]) -> Iterable[Line]:
    start = 0
    for gap in gaps:
        name = gap.lastgroup or 0
        if gap.start(name) > start:
            yield line.part(start, gap.start(name))
        start = gap.end(name)
    if start < len(line.text):
        yield line.part(start)


def _counts(before: Line, number: str, after: str) -> bool:
    """Returns True if a number was torn from its words: 批准《…》等⏎436⏎项, （见附件⏎1⏎）."""
    return (
        len(number) <= 4
        and (
            after[0] in _MEASURES
            or after[0] in _BEHIND_NUMBER
            or (before.text[-1] in _BEFORE_NUMBER and len(before.text) > 2)
        )
        and (
            after[0] != "）"
            or before.text[-1] in _BEFORE_NUMBER
            or before.text.count("（") > before.text.count("）")
        )
        and len(before.text) <= _TORN_MAX
        and len(before.pieces) <= _MAX_PIECES
        and "\u4e00" <= before.text[-1] <= "\u9fff"
        and _DIGITS.fullmatch(number) is not None
    )


def _belongs_to(line: Line, current: str) -> bool:
    """Returns True if ``current`` is the rest of the torn ``line``."""
    previous, first = line.text, current[0]
    if first in _AFTER_DIGIT:
        alone = len(current) == 1 or not current[1].isalpha()  # not 日常…, 号召…
        torn = bool(_YEAR_END.search(previous)) if first == "年" else alone
        return torn and previous[-1].isdigit() and _may_grow(line)
    if first in _CONTINUES or previous[-1] in _OPENING:
        return _may_grow(line)
    if first == "〔":  # 工信部科函⏎〔2022〕272号
        return len(previous) <= _MAX_CODE and "\u4e00" <= previous[-1] <= "\u9fff"
    if len(current) <= 7 and _SERIAL.fullmatch(current):
        return bool(_OPEN_END.search(previous[-8:])) and _may_grow(line)
    if len(current) > 1 or not "\u4e00" <= current <= "\u9fff" or not _may_grow(line):
        return False
    # 科⏎技⏎部, or 国 务 院 in a flattened page; 工业和信息化⏎部
    letters = (len(line.pieces) or 1) == len(previous)
    return (letters and "\u4e00" <= previous[-1] <= "\u9fff") or (
        current in _LAST_OF_ORGAN and _TORN_ORGAN.fullmatch(previous) is not None
    )


def _may_grow(line: Line) -> bool:
    return len(line.text) <= _TORN_MAX and len(line.pieces) <= _MAX_PIECES
