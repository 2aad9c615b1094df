"""What may be a label: 第二条, 一、 （一） 1. （1） ① at the start of a line.

Form alone decides nothing here: resolve.py tells labels from look-alikes by their numbers.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from indexer.outline.lines import Line


class Style(IntEnum):
    """The form of a label; a smaller one stands above a greater one in an outline."""

    PART = 1  # 第一编, 第一部分
    SUBPART = 2  # 第一分编
    CHAPTER = 3  # 第一章
    DIVISION = 4  # 第一节
    HAN = 5  # 一、
    ARTICLE = 6  # 第一条
    PAREN_HAN = 7  # （一）
    ARABIC = 8  # 1.
    DECIMAL = 9  # 1.1
    PAREN_ARABIC = 10  # （1）
    CIRCLED = 11  # ①


class Label(NamedTuple):
    """A possible label: ``start`` to ``end`` of the source; the rest of its line is ``rest``."""

    style: Style
    number: tuple[int, ...]
    start: int
    end: int
    rest: str
    spaced: bool
    line: int
    name: str


_HAN = "一二三四五六七八九十百千零〇○两"
_B = r"[ \t\u3000\u00a0\u2002\u2003\u2009]"
_LABEL = re.compile(
    rf"""
    第{_B}*(?P<nth>[{_HAN}]{{1,9}}|[0-9０-９]{{1,4}}){_B}*
        (?P<unit>分编|编|章|节|条|部分)(?P<sub>(?:之[一二三四五六七八九十]{{1,3}}(?![一二三四五六七八九十]))*)
  | (?P<han>[{_HAN}]{{1,5}}){_B}*[、．.]
  | [（(]{_B}*(?:(?P<phan>[{_HAN}]{{1,5}})|(?P<parabic>[0-9０-９]{{1,3}})){_B}*[)）][、．.]?
  | (?P<decimal>[0-9０-９]{{1,2}}(?:[.．][0-9０-９]{{1,2}}){{1,3}})[.．]?(?={_B}*[\u4e00-\u9fff“《（(])(?![^\s]{{0,1}}[％%元倍米亿万年吨度])
  | (?P<arabic>[0-9０-９]{{1,3}}){_B}*[.．、](?![0-9０-９])
  | (?P<half>[0-9０-９]{{1,2}})[)）][、．.]?
  | (?P<circled>[①-⑳])
    """,
    re.VERBOSE,
)
_FIRST = frozenset("第（(0123456789０１２３４５６７８９①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳" + _HAN)
_UNITS = {
    "编": Style.PART,
    "部分": Style.PART,
    "分编": Style.SUBPART,
    "章": Style.CHAPTER,
    "节": Style.DIVISION,
    "条": Style.ARTICLE,
}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}


@lru_cache(maxsize=4096)
def number_of(numeral: str) -> int:
    """Return the value of a label's numeral: 二百六十四, 12, １２, 二〇 (0 where it has none)."""
    if numeral.isdigit():
        return int(numeral)
    if not any(c in _TENS for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total = digit = 0
    for c in numeral:
        if c in _TENS:
            total += (digit or 1) * _TENS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


def labels(lines: list[Line]) -> list[Label]:
    """Return all possible labels of ``lines``, in order."""
    found = []
    for index, line in enumerate(lines):
        if line.text[0] in _FIRST and (label := _label(index, line)):
            found.append(label)
    return found


def _label(index: int, line: Line) -> Label | None:
    match = _LABEL.match(line.text)
    if match is None:
        return None
    style, number, name = _read(match)
    rest = line.text[match.end() :]
    body = rest.lstrip(" \t\u3000\u00a0\u2002\u2003\u2009")
    if number[0] == 0:
        return None
    return Label(
        style,
        number,
        line.start,
        line.start + match.end(),
        body,
        len(body) < len(rest) or not body,
        index,
        name,
    )


def _read(match: re.Match[str]) -> tuple[Style, tuple[int, ...], str]:
    kind = match.lastgroup
    if match["nth"]:
        number = number_of(match["nth"])
        subs = [number_of(part) for part in match["sub"].split("之")[1:]]
        name = "".join(match[0].split())
        return _UNITS[match["unit"]], (number, *subs), name
    value = match[kind] if kind else ""
    if kind == "decimal":
        parts = tuple(number_of(part) for part in re.split("[.．]", value))
        return Style.DECIMAL, parts, ".".join(map(str, parts))
    if kind == "circled":
        return Style.CIRCLED, (ord(value) - ord("①") + 1,), value
    number = number_of(value)
    if kind == "han":
        return Style.HAN, (number,), value
    if kind == "phan":
        return Style.PAREN_HAN, (number,), f"（{value}）"
    if kind == "arabic":
        return Style.ARABIC, (number,), str(number)
    return Style.PAREN_ARABIC, (number,), f"（{number}）"
