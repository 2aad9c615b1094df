"""The lines of a text, trimmed; pages that came as one line are cut at their paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# A page scraped without its line breaks has paragraphs far longer than people write them.
_FLAT_LINE = 700

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_BLANK = " \t\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff"

_HAN = "一二三四五六七八九十百千零〇○"
DAY = rf"(?:\d{{4}}|[{_HAN}]{{4}})年[\d{_HAN}]{{1,2}}月[\d{_HAN}]{{1,3}}日"
# Where a flat page had a paragraph: after a stop, around a lone date, before a label.
_PARAGRAPH = re.compile(
    rf"(?<=[。；：！？])[{_BLANK}]+"
    rf"|[{_BLANK}]+(?={DAY}(?:[{_BLANK}]|$))"
    rf"|(?<=日)[{_BLANK}]+"
    rf"|(?<![》、和])[{_BLANK}]+(?="
    rf"第[{_HAN}]{{1,7}}[编章节条]|[{_HAN}]{{1,3}}、|[（(][{_HAN}]{{1,3}}[）)]|\d{{1,2}}[.．、](?!\d))"
)
# A heading and the first article on one line, as some exports have them: 第一章　总则　第一条 …
_JOINED = re.compile(
    rf"第[{_HAN}]{{1,7}}[编章节][{_BLANK}]*[^{_BLANK}。；，]{{1,30}}"
    rf"(?P<gap>[{_BLANK}]+)(?=第[{_HAN}]{{1,7}}[节条](?:[{_BLANK}]|之))"
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
        body = raw.strip(_BLANK)
        if not body:
            continue
        start = found.start() + (len(raw) - len(raw.lstrip(_BLANK)))
        line = Line(start, start + len(body), body)
        if len(body) > _FLAT_LINE:
            result += _split(line, _PARAGRAPH.finditer(body), 0)
        elif body[0] == "第" and (joined := _JOINED.match(body)):
            result += _split(line, [joined], "gap")
        else:
            result.append(line)
    return result


def _split(line: Line, gaps: Iterable[re.Match[str]], group: int | str) -> list[Line]:
    parts: list[Line] = []
    start = 0
    for gap in gaps:
        if gap.start(group) > start:
            parts.append(_part(line, start, gap.start(group)))
        start = gap.end(group)
    if start < len(line.text):
        parts.append(_part(line, start, len(line.text)))
    return parts


def _part(line: Line, start: int, end: int) -> Line:
    return Line(line.start + start, line.start + end, line.text[start:end])
