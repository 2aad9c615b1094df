"""Converts Chinese, full-width and ASCII numerals to integers and back. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

# 〇 is U+3007, ○ is U+25CB, the shape most old 公文 use for it; Ｏ and О stand there too.
ZEROS = "〇○零◯ＯО"
_DIGITS = {
    **dict.fromkeys(ZEROS, 0),
    **{character: value for value, character in enumerate("一二三四五六七八九", 1)},
    **{character: value for value, character in enumerate("壹贰叁肆伍陆柒捌玖", 1)},
    **{chr(ord("0") + value): value for value in range(10)},
    **{chr(ord("０") + value): value for value in range(10)},
    "两": 2,
    "兩": 2,
    "貳": 2,
    "參": 3,
    "陸": 6,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卄": 20, "卅": 30, "丗": 30, "卌": 40}
_MYRIADS = {"亿": 10**8, "億": 10**8, "万": 10**4, "萬": 10**4}  # the larger first

_NUMERALS = frozenset(_DIGITS | _UNITS | _TENS)
NUMERAL_CHARACTERS = "".join((_DIGITS | _UNITS | _TENS | _MYRIADS).keys())
_TOO_LONG = 20  # longer runs are serial numbers, not quantities


def to_int(numeral: str) -> int | None:
    """Returns the value of ``numeral``; None if it has none.

    Numerals are 一百二十三, 二○○二, 十七, 两, 卅一, １２, 3万, 1千. Digits without a unit are read
    by place (二〇〇二 = 2002, ２0 = 20). A last digit without a unit after 百 or a higher unit is
    taken one place lower (二百五 = 250), as in speech.
    """
    if not numeral or len(numeral) > _TOO_LONG:
        return None
    for myriad, factor in _MYRIADS.items():
        head, found, tail = numeral.rpartition(myriad)
        if found:
            count, rest = to_int(head), to_int(tail) if tail else 0
            return None if count is None or rest is None else count * factor + rest
    return _below_myriad(numeral)


def _below_myriad(numeral: str) -> int | None:
    if all(character in _DIGITS for character in numeral):
        return _by_place(numeral)
    if not all(character in _NUMERALS for character in numeral):
        return None
    total, pending, unit = 0, "", 10**4
    for character in numeral:
        if character in _DIGITS:
            pending += character
            continue
        own, tens = _UNITS.get(character, 10), _TENS.get(character)
        if own >= unit or (tens and pending):
            return None  # units fall from left to right
        unit = own
        total += tens or (_by_place(pending) or 1) * unit
        pending = ""
    spoken_short = 100 <= unit < 10**4 and len(pending) == 1
    return total + _by_place(pending) * (unit // 10 if spoken_short else 1)


def _by_place(digits: str) -> int:
    value = 0
    for character in digits:
        value = value * 10 + _DIGITS[character]
    return value


def to_chinese(value: int) -> str:
    """Returns ``value``, 0 up to 99,999,999, as articles are numbered: 12 十二, 102 一百零二.

    Raises ValueError outside that range.
    """
    if not 0 <= value < 10**8:
        raise ValueError(f"{value} is not between 0 and 99,999,999")
    if value < 10**4:
        numeral = _thousands(value)
    else:
        high, low = divmod(value, 10**4)
        gap = "零" if low and low < 1000 else ""
        numeral = _thousands(high) + "万" + (gap + _thousands(low) if low else "")
    return numeral.removeprefix("一") if numeral.startswith("一十") else numeral


def _thousands(value: int) -> str:
    if value == 0:
        return "零"
    numeral, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            numeral += ("零" if zero and numeral else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return numeral


# A Chinese numeral is a number, and not part of a word, in ordinals and dates and if it has two or
# more characters with a place value. 万 and 亿 stay, as in 3000万 (and 千万 is often no number).
_DIGIT = "零〇一二三四五六七八九"
NUMBER = re.compile(
    f"(?<=第)[{_DIGIT}十百千]+(?=[条款项章节编号批期届次类])"
    f"|[{_DIGIT}]{{2,4}}(?=年)"
    f"|[{_DIGIT}十]{{1,3}}(?=[月日])"
    f"|(?:[一二三四五六七八九两][十百千]|十[一二三四五六七八九])[{_DIGIT}十百千]*"
)


def in_digits(match: re.Match[str]) -> str:
    """Returns the numeral of a match of `NUMBER` in digits; unchanged if it has no value."""
    return _digits_of(match[0])


@lru_cache(4096)  # the same articles and dates recur
def _digits_of(numeral: str) -> str:
    value = to_int(numeral)
    return numeral if value is None else str(value)


def arabic(folded: str) -> str:
    """Returns ``folded`` with Chinese numbers in digits: 十七个 -> 17个, 二〇〇二年 -> 2002年."""
    return NUMBER.sub(in_digits, folded)
