"""Finds possible labels: 第二条, 一、 （一） 1. （1） ① at the start of a line.

All readers use this one pattern of labels. The outline is made of the labels it finds, and the head
of a document ends where `opens_section` finds a section. The form alone does not decide on the
outline: `indexer.documents.outline.tree` distinguishes labels from look-alikes by their numbers.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from indexer.documents.lexicon import COUNTING, IDEOGRAPHS, ORDINALS
from indexer.documents.lines import BLANK, Line
from indexer.numerals import to_int


class Style(IntEnum):
    """The form of a label; usually, a smaller style stands above a greater one."""

    PART = 1  # 第一编, 第一部分
    SUBPART = 2  # 第一分编
    CHAPTER = 3  # 第一章
    DIVISION = 4  # 第一节
    HAN = 5  # 一、
    GROUP = 6  # （一） over articles
    ARTICLE = 7  # 第一条
    CLAUSE = 8  # 1 总则, of texts numbered 1, 1.1, 1.1.1
    PAREN_HAN = 9  # （一）
    ARABIC = 10  # 1.
    DECIMAL = 11  # 1.1
    SUBDECIMAL = 12  # 1.1.1
    PAREN_ARABIC = 13  # （1）
    CIRCLED = 14  # ①
    TITLE = 15  # a Markdown heading without a number


class Label(NamedTuple):
    """A possible label from ``start`` to ``end`` of the source; ``rest`` is the text after it.

    ``number`` has several parts in 第十七条之一 and 1.1, and is 0 for 附则 without a number.
    ``name`` is the normal form. ``spaced`` is True if a blank or the end of the line follows,
    ``led`` if the line before ends with a colon. ``depth`` is the rank of a Markdown heading, 0 for
    other labels. ``line`` is the index of the line.
    """

    style: Style
    number: tuple[int, ...]
    start: int
    end: int
    name: str
    rest: str
    spaced: bool
    led: bool
    depth: int
    line: int


_NUMERALS = f"{ORDINALS}两"
_DASH = "—－"  # stands for 一 in texts typed or scanned badly: 第—章
_B = f"[{BLANK}]"
_D = "[0-9０-９]"
_CHAR = f"[{IDEOGRAPHS}]"
_MEASURE = "[倍亿万千百元米吨度个人户年月日小岁公平立毫厘项条家名次天周级类]"
# 一、二审 and 一、二、三产业 count, they do not label; neither does 3.14 (but 3.2020年 and 1.80周岁
# do).
_LABEL = re.compile(
    rf"""
    第{_B}*(?P<nth>[{_NUMERALS}]{{1,9}}|{_D}{{1,4}}|[{_DASH}]){_B}*(?P<unit>分编|编|章|节|条|部分)
        (?P<sub>(?:之[一二三四五六七八九十]{{1,3}}(?![一二三四五六七八九十]))*)
  | (?P<han>[{_NUMERALS}]{{1,5}}){_B}*[、．.](?![{_NUMERALS}]{{1,3}}(?:[、审级类期线层]|产业))
  | [（(]{_B}*(?:(?P<phan>[{_NUMERALS}]{{1,5}})|(?P<parabic>{_D}{{1,3}})){_B}*[)）][、．.]?
  | (?P<decimal>{_D}{{1,2}}(?:[.．]{_D}{{1,2}}){{1,4}})(?={_B}+[^\s\d]|{_CHAR})(?!{_MEASURE})
  | (?P<arabic>{_D}{{1,3}}){_B}*[.．、](?!{_D}(?!{_D}{{3}}年|{_D}{{1,2}}周?岁))
  | (?P<half>{_D}{{1,2}})[)）][、．.]?
  | (?P<clause>[1-9][0-9]?)(?={_B}*{_CHAR}{{2,20}}$)(?!{_MEASURE})
  | (?P<glyph>[①-⑳㈠-㈩⑴-⒇⒈-⒛])[、．.]?
    """,
    re.VERBOSE,
)
_FIRST = frozenset(_NUMERALS + "第（(0123456789０１２３４５６７８９#*附总")
_GLYPHS = {
    "①": Style.CIRCLED,
    "㈠": Style.PAREN_HAN,
    "⑴": Style.PAREN_ARABIC,
    "⒈": Style.ARABIC,
}
_GLYPH_RUNS = {chr(ord(first) + i): (first, i + 1) for first in _GLYPHS for i in range(20)}
_CANDIDATE = _FIRST | _GLYPH_RUNS.keys()
_CASE = frozenset("基案裁典关相")
_HASHES = re.compile(rf"(#{{1,6}}){_B}+(?=\S)")
_UNITS = {
    "编": Style.PART,
    "部分": Style.PART,
    "分编": Style.SUBPART,
    "章": Style.CHAPTER,
    "节": Style.DIVISION,
    "条": Style.ARTICLE,
}
_DASHES = str.maketrans(dict.fromkeys(_DASH, "一"))
_UNIT = re.compile("|".join(sorted(_UNITS, key=len, reverse=True)))


def labels(lines: list[Line]) -> list[Label]:
    """Returns all possible labels of ``lines``, in order."""
    found: list[Label] = []
    for index, line in enumerate(lines):
        if line.text[0] not in _CANDIDATE:
            continue
        led = index > 0 and lines[index - 1].text[-1] in "：:"
        if line.text[0] in "附总":
            bare = bool(found) and found[-1].line == index - 1 and not found[-1].rest
            label = None if bare else _unnumbered(index, line)
        elif line.text[0] == "#":
            label = _marked(index, line)
        elif line.text[0] == "*":
            label = _bold(index, line, led)
        else:
            label = _label(index, line, led)
        if label is not None:
            found.append(label)
    return _without_lone_clauses(_without_title(found))


# The parts of a case are called so; 附件 stands over an enclosed text.
_UNNUMBERED = re.compile(
    r"附\s*件|(?:基本案情|案情(?:回顾|简介)|裁判(?:要点|要旨|结果|理由)|典型意义|关键词|相关法条)[：:]?$"
)
_CITATION = re.compile(
    "[、，,；;。）)和及或至与以中的之所]|第.{1,4}[条款项]|规定|修改|改为|增加|删[去除]|[一二三四五六七八九十]款"
)
_ITEM_CITATION = re.compile(
    "[、，,和及或至与]?(?:[（(]|第.{1,4}[款项条])|[两三]?项(?:[、，规所的]|$)"
)


def opens_section(text: str) -> bool:
    """Returns True if a line of ``text`` begins a section: a label, 附件 or a part of a case."""
    if text[:1] not in _CANDIDATE and text[:1] not in _CASE:
        return False
    return _UNNUMBERED.match(text) is not None or label_length(text) > 0


def label_length(text: str) -> int:
    """Returns how many characters at the start of ``text`` are a label; 0 if there is none."""
    if text[:1] not in _CANDIDATE:
        return 0
    label = _label(0, Line(0, len(text), text), led=False)
    if label is None or cites(label) or (label.style == Style.CLAUSE and label.number != (1,)):
        return 0
    return label.end


def cites(label: Label) -> bool:
    """Returns True if ``label`` is more likely the start of a sentence about another provision."""
    if label.spaced:
        return False
    if label.style <= Style.DIVISION:
        return label.rest[0] in "，、。的是为和与及或至规中所内"
    if label.style == Style.ARTICLE:
        return _CITATION.match(label.rest) is not None
    return label.style == Style.PAREN_HAN and _ITEM_CITATION.match(label.rest) is not None


def _unnumbered(index: int, line: Line) -> Label | None:
    """Returns 附则 or 总则 on a line of its own, which stands above articles like a 章."""
    name = "".join(line.text.split())
    if name not in ("附则", "总则"):
        return None
    start = line.start
    return Label(Style.CHAPTER, (0,), start, start, name, name, True, False, 0, index)


def _label(index: int, line: Line, led: bool, depth: int = 0) -> Label | None:
    match = _LABEL.match(line.text)
    if match is None:
        return None
    kind = match.lastgroup or ""
    read = _meaning(kind, match[0] if kind == "sub" else match[kind])
    if read is None:
        return None
    style, number, name = read
    rest = line.text[match.end() :]
    body = rest.lstrip(BLANK)
    spaced = len(body) < len(rest) or not body
    end = line.at(match.end() - 1) + 1
    return Label(style, number, line.start, end, name, body, spaced, led, depth, index)


def _marked(index: int, line: Line) -> Label | None:
    """Returns a Markdown heading, with the label it may contain (## 一、总体要求)."""
    hashes = _HASHES.match(line.text)
    if hashes is None:
        return None
    marked = line.text[hashes.end() :].rstrip("#" + BLANK)
    depth = len(hashes[1])
    if not marked:
        return None
    body = line.part(hashes.end(), hashes.end() + len(marked))
    if label := _label(index, body, led=False, depth=depth):
        return label._replace(start=line.start)
    end = line.at(depth - 1) + 1
    return Label(
        Style.TITLE, (1,), line.start, end, body.text, body.text, True, False, depth, index
    )


@lru_cache(maxsize=8192)
def _meaning(kind: str, value: str) -> tuple[Style, tuple[int, ...], str] | None:
    """Returns the style, number and normal form of the match of group ``kind`` of the pattern.

    The result is None for a numeral without a value.
    """
    if kind == "sub":
        name = "".join(value.split()).translate(_DASHES)
        unit = _UNIT.search(name)
        if unit is None:
            return None
        parts = [name[1 : unit.start()], *name[unit.end() :].split("之")[1:]]
        return _numbered(_UNITS[unit[0]], parts, name)
    if kind == "glyph":
        first, count = _GLYPH_RUNS[value]
        han = COUNTING[count - 1 : count] or "十"
        names = {"①": value, "㈠": f"（{han}）", "⑴": f"（{count}）", "⒈": str(count)}
        return _GLYPHS[first], (count,), names[first]
    if kind == "decimal":
        parts = re.split("[.．]", value)
        style = Style.DECIMAL if len(parts) == 2 else Style.SUBDECIMAL
        return _numbered(style, parts, value.replace("．", "."))
    if kind == "han":
        return _numbered(Style.HAN, [value], value)
    if kind == "phan":
        return _numbered(Style.PAREN_HAN, [value], f"（{value}）")
    style = {"arabic": Style.ARABIC, "clause": Style.CLAUSE}.get(kind, Style.PAREN_ARABIC)
    name = str(int(value))
    return _numbered(style, [value], name if style != Style.PAREN_ARABIC else f"（{name}）")


def _numbered(
    style: Style, numerals: list[str], name: str
) -> tuple[Style, tuple[int, ...], str] | None:
    number = tuple(to_int(numeral) or 0 for numeral in numerals)
    return (style, number, name) if all(number) else None


def _bold(index: int, line: Line, led: bool) -> Label | None:
    """Returns a label in the bold of Markdown: **第三条** …"""
    if not line.text.startswith("**"):
        return None
    body = line.part(2)
    label = _label(index, body._replace(text=body.text.replace("**", "", 1)), led)
    return label and label._replace(start=line.start + 2)


def _without_title(found: list[Label]) -> list[Label]:
    """Removes the first Markdown heading if no other has its rank: it is the title."""
    first = next((label for label in found if label.depth), None)
    if first is None or first.style != Style.TITLE or first is not found[0]:
        return found
    alone = all(label.depth != first.depth for label in found[1:])
    return found[1:] if alone and first.depth == 1 else found


def _without_lone_clauses(found: list[Label]) -> list[Label]:
    """Removes bare numbers (1 总则) from texts that do not have 1.1 below them."""
    decimals = {label.number for label in found if label.style == Style.DECIMAL}
    if (1, 1) in decimals:
        return found
    return [label for label in found if label.style != Style.CLAUSE]
