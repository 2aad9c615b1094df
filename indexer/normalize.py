"""Folding: what is searched is folded, what is shown is the source.

Folding takes away differences that a reader does not see as differences: letter case, full and half
width, bracket and quotation styles, the two zeros of Chinese dates, traditional characters,
zero-width and private-use characters, blanks that only space letters. A character folds to one
character or to none, so that a folded offset leads back to a source offset (`squeezed`).

Two texts are the same to a phrase query exactly when their `squeeze(fold(text))` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from indexer.numerals import to_int

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_SPACES = "\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_BREAKS = "\r\n\u2028\u2029"
# Letters spaced for looks: 总　则, 国 务 院. Blanks between longer runs part words and stay.
_SPACED = f"(?<![{HAN}])[{HAN}](?: +[{HAN}](?![{HAN}]))+"

# One class of characters, the one they fold to first.
_ALIKE = (
    "[〔﹝【［〖〚",
    "]〕﹞】］〗〛",
    "(（﹙⁽",
    ")）﹚⁾",
    "<〈《＜﹤«‹",
    ">〉》＞﹥»›",
    '"“”„‟＂「」『』〝〞',
    "'‘’‚‛＇`´｀",
    ",，﹐",
    "。｡",
    ";；﹔",
    ":：﹕∶",
    "!！﹗",
    "?？﹖",
    "、､﹑",
    "·•‧∙・･⋅",
    "-－‐‑‒–—―−﹣─━",
    "~～〜∼",
    "%％﹪",
    "〇○◯",
)


def _base_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in range(0xFF01, 0xFF5F):  # full-width ASCII
        table[code] = chr(code - 0xFEE0).lower()
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = chr(code).lower()
    for alike in _ALIKE:
        table.update(dict.fromkeys(map(ord, alike[1:]), alike[0]))
    for first, last in (
        (0x00, 0x08),  # control characters
        (0x0E, 0x1B),
        (0x7F, 0x84),
        (0x86, 0x9F),
        (0xAD, 0xAD),  # soft hyphen
        (0x200B, 0x200F),  # zero width, direction marks
        (0x202A, 0x202E),
        (0x2060, 0x2064),
        (0x2066, 0x206F),
        (0xE000, 0xF8FF),  # private use
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFF),
    ):
        table.update(dict.fromkeys(range(first, last + 1)))
    # Traditional, though in GB 2312.
    table.update(zip(map(ord, "後於麽徵菸"), "后于么征烟", strict=True))
    table.update(dict.fromkeys(map(ord, _SPACES), " "))
    table.update(dict.fromkeys(map(ord, _BREAKS), "\n"))
    return table


_BASE = _base_table()


@cache
def _common_han() -> frozenset[str]:
    """The characters of GB 2312: simplified but for a few, which the base table folds."""
    rows = bytes(b for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) for b in (high, low))
    return frozenset(rows.decode("gb2312", "ignore"))


@cache
def _full_table() -> dict[int, str | None]:
    """The base table and traditional to simplified characters, from OpenCC's t2s."""
    from opencc_purepy import OpenCC

    convert = OpenCC("t2s").convert
    table = dict(_BASE)
    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    # What else GB 2312 has stays (乾隆, 著作), or it would fold by what stands around it.
    han = [char for char in han if char not in _common_han()]
    # One character a line: the converter works on phrases, and a phrase ends with its line.
    for char, simplified in zip(han, convert("\n".join(han)).split("\n"), strict=True):
        if simplified != char and len(simplified) == 1:
            table[ord(char)] = simplified
    return table


def _table_for(text: str) -> dict[int, str | None]:
    """The table that folds ``text``; the traditional one takes 50 ms to make and few need it."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        pass
    else:
        return _BASE
    rare = set(text) - _common_han()
    if any("\u3400" <= char <= "\u9fff" for char in rare):
        return _full_table()
    return _BASE


def fold(text: str) -> str:
    """``text`` folded, once and for all: folding again changes nothing.

    Line breaks become ``\\n``, other blanks a space; those between letter-spaced characters go.
    """
    folded = text.translate(_table_for(text))
    return re.sub(_SPACED, _close_up, folded) if " " in folded else folded


def _close_up(match: re.Match[str]) -> str:
    return match[0].replace(" ", "")


def squeeze(folded: str) -> str:
    """``folded`` without blanks and line breaks: what phrases are compared on."""
    return "".join(folded.split())


def squeeze_character(character: str) -> str:
    """What a character is in a squeezed text, whatever stands around it: one, or nothing."""
    return squeeze(fold(character))


# Where a Chinese numeral is a number, not part of a word: ordinals, dates, and two or more
# characters with a place value. 万 and 亿 stay, as in 3000万 (and 千万 is often no number).
_DIGIT = "零〇一二三四五六七八九"
_NUMBER = re.compile(
    f"(?<=第)[{_DIGIT}十百千]+(?=[条款项章节编号批期届次类])"
    f"|[{_DIGIT}]{{2,4}}(?=年)"
    f"|[{_DIGIT}十]{{1,3}}(?=[月日])"
    f"|(?:[一二三四五六七八九两][十百千]|十[一二三四五六七八九])[{_DIGIT}十百千]*"
)


@lru_cache(4096)
def _in_digits(numeral: str) -> str:
    value = to_int(numeral)
    return numeral if value is None else str(value)


def _arabic(match: re.Match[str]) -> str:
    return _in_digits(match[0])


def arabic(folded: str) -> str:
    """``folded`` with Chinese numbers in digits: 十七个 -> 17个, 二〇〇二年 -> 2002年."""
    return _NUMBER.sub(_arabic, folded)


@dataclass(frozen=True, slots=True)
class Folding:
    """A folded text and the way back: where each of its characters stands in the source."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The half-open source span of the characters ``start`` up to ``end`` (not empty)."""
        return self.starts[start], self.ends[end - 1]


_GAP = "\0"  # folded away itself, so that no folded text has one
_GAPS = re.compile(f"{_GAP}+")


@cache
def _gapped(full: bool) -> dict[int, str]:
    """A table that folds each character to one, a gap where folding and squeezing leave none."""
    table = _full_table() if full else _BASE
    gapped = {
        code: _GAP if not folded or folded.isspace() else folded for code, folded in table.items()
    }
    return gapped | {ord(blank): _GAP for blank in " \n"}


@cache
def gaps() -> bytes:
    """Of every character below U+10000, whether folding and squeezing leave none: 1, else 0."""
    table = bytearray(0x10000)
    for code, folded in _BASE.items():
        table[code] = not folded or folded.isspace()
    for blank in b" \n":
        table[blank] = 1
    return bytes(table)


def squeezed(text: str) -> Folding:
    """``squeeze(fold(text))`` with the way back to ``text``."""
    gapped = text.translate(_gapped(_table_for(text) is not _BASE))
    starts: list[int] = []
    last = 0
    for gap in _GAPS.finditer(gapped):
        starts += range(last, gap.start())
        last = gap.end()
    starts += range(last, len(gapped))
    return Folding(gapped.replace(_GAP, ""), starts, [start + 1 for start in starts])


def with_arabic(folding: Folding) -> Folding:
    """``arabic`` of a folding; every digit of a number leads back to the whole number."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in _NUMBER.finditer(folding.text):
        digits = _arabic(match)
        text += (folding.text[last : match.start()], digits)
        starts += folding.starts[last : match.start()]
        ends += folding.ends[last : match.start()]
        start, end = folding.source(*match.span())
        starts += [start] * len(digits)
        ends += [end] * len(digits)
        last = match.end()
    text.append(folding.text[last:])
    starts += folding.starts[last:]
    ends += folding.ends[last:]
    return Folding("".join(text), starts, ends)
