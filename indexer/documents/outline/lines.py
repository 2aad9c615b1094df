"""The lines of a text, trimmed; pages that came as one line are cut at their paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

BLANK = " \t\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff"

# A page scraped without its line breaks has paragraphs far longer than people write them.
_FLAT_LINE = 700

_BLANKS = re.compile(f"[{BLANK}]")
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_HAN = "一二三四五六七八九十百千零〇○"
_B = f"[{BLANK}]"
_DIGIT = f"[0-9０-９{_HAN}ОＯ]"
DAY = rf"{_DIGIT}{{4}}{_B}*年{_B}*{_DIGIT}{{1,2}}{_B}*月{_B}*{_DIGIT}{{1,3}}{_B}*日"  # 成文日期
# In a flat page a blank between Chinese characters was a line break; around a date and before a
# number it was one too. A blank behind 《…》 is one within a citation (《价格法》 第十四条).
_CHAR = "\u4e00-\u9fff"
_SPREAD = rf"(?!(?<=[{BLANK}][{_CHAR}][{BLANK}])[{_CHAR}](?:{_B}|$))"  # 总 则, 国 务 院
_PARAGRAPH = re.compile(
    rf"(?<=[{_CHAR}。；：！？，、”）》】]){_B}+(?=[{_CHAR}“（《【①-⑳]){_SPREAD}"
    rf"(?!(?<=[》、和及]{_B})第|(?<=[{_HAN}]{_B})[编章节条]{_B})"  # 第六 条 is one label
    rf"|(?<=[{_CHAR}。；：！？”）》】]){_B}+(?={DAY}(?:{_B}+(?!\d)|$)|[0-9]{{1,2}}[.．、](?!\d))"
)
# Some exports run a heading and its first article, or several articles, into one line.
_NEXT = rf"(?=第[{_HAN}]{{1,9}}[编章节条])"
_JOINED = re.compile(
    rf"(?<=[。；]){_B}+{_NEXT}|^第[{_HAN}]{{1,7}}[编章节]{_B}*[^{BLANK}。；，]{{1,30}}(?P<gap>{_B}+){_NEXT}"
)


class Line(NamedTuple):
    """A line without the blanks around it: ``text`` is the source from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def lines(text: str) -> list[Line]:
    """Return the non-blank lines of ``text`` in order, trimmed."""
    result: list[Line] = []
    for found in _LINE.finditer(text):
        raw = found[0]
        body = raw.strip(BLANK)
        if not body:
            continue
        start = found.start()
        if len(body) < len(raw):
            start += len(raw) - len(raw.lstrip(BLANK))
        line = Line(start, start + len(body), body)
        if len(body) > _FLAT_LINE and _BLANKS.search(body):
            result += _split(line, _PARAGRAPH.finditer(body))
        elif " 第" in body or "\u3000第" in body:
            result += _split(line, _JOINED.finditer(body))
        else:
            result.append(line)
    return result


def _split(line: Line, gaps: Iterable[re.Match[str]]) -> list[Line]:
    parts: list[Line] = []
    start = 0
    for gap in gaps:
        name = gap.lastgroup or 0
        parts.append(_part(line, start, gap.start(name)))
        start = gap.end(name)
    parts.append(_part(line, start, len(line.text)))
    return [part for part in parts if part.text]


def _part(line: Line, start: int, end: int) -> Line:
    return Line(line.start + start, line.start + end, line.text[start:end])
