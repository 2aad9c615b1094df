"""Quantities of a text as terms of their own: amounts, shares, periods, dates, labels and codes.

A quantity is a number with what it counts, taken as a whole and written in one form, so that texts
that mean the same have the same term:

    50000元, 50,000元, 5万元, 五万元, 伍万元        #50000元, and #50000
    30%, 百分之三十; 三倍, 百分之三百                #30%; #300%
    60日, 六十日, 60天                              #60日
    三至五年                                        #3年 and #5年
    2020-05-01, 2020年5月1日, 2020/5/1, 20200501    #2020-5-1, and #2020-5
    3月15日                                         #-3-15
    第三条, 第3条                                   #第3条
    gb/t 9704-2012                                  #gb/t9704-2012, and #gb/t9704
    pm2.5, 5a, so2, d级, ⅱ类                        #pm2.5, #5a, #so2, #d级, #2类
    785, 785名; 1,234, 1234, 一千二百三十四人       #785; #1234

The mark in front keeps these terms apart from words; what is no quantity, such as 127 in 第127条,
has no such term. Years without a month have none: their digits are a word. All functions take
folded text (`indexer.text.folding.fold`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from indexer.numerals import to_int

MARK = "#"  # no word begins with it: it is neither letter, digit nor Chinese character

_HAN_DIGITS = "零〇一二三四五六七八九十百千两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
_UP_TO_TEN = "一二三四五六七八九十"
_ROMAN = "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ"
# Units of one meaning have one name.
_UNITS = {
    **dict.fromkeys(("平方公里", "平方千米", "km2"), "平方公里"),
    **dict.fromkeys(("平方米", "平米", "m2", "㎡"), "平方米"),
    **dict.fromkeys(("立方米", "m3", "㎥"), "立方米"),
    **dict.fromkeys(("公里", "千米", "km", "㎞"), "公里"),
    **dict.fromkeys(("毫米", "mm", "㎜"), "毫米"),
    **dict.fromkeys(("厘米", "cm", "㎝"), "厘米"),
    **dict.fromkeys(("公斤", "千克", "kg", "㎏"), "公斤"),
    **dict.fromkeys(("毫克", "mg", "㎎"), "毫克"),
    **dict.fromkeys(("微克", "μg"), "微克"),
    **dict.fromkeys(("千瓦时", "kwh"), "千瓦时"),
    **dict.fromkeys(("千瓦", "kw"), "千瓦"),
    **dict.fromkeys(("公顷", "hm2"), "公顷"),
    **dict.fromkeys(("摄氏度", "℃", "°c"), "℃"),
    **dict.fromkeys(("工作日", "个工作日"), "个工作日"),
    **dict.fromkeys(("天", "日", "个自然日", "自然日"), "日"),
    **dict.fromkeys(("岁", "周岁"), "岁"),
    **dict.fromkeys(("港元", "港币"), "港元"),
    **dict.fromkeys(("元", "圆", "块钱", "人民币"), "元"),
    **{unit: unit for unit in ("小时", "分钟", "个月", "人次", "人日", "美元", "欧元", "日元")},
    **{unit: unit for unit in ("千字", "学时", "课时", "学分", "公升", "毫升", "车道", "床位")},
    **{
        unit: unit
        for unit in "年周秒人名个户家项件条次级类届批台辆套所座处分度米吨克升亩倍头株栋间"
    },
    **{unit: unit for unit in "份种位部门颗册页字股票路层例起宗艘架支枚幢场班张期斤里号"},
}
# These numerals before a unit that only counts say no more than "a" and "both" do.
_COMMON = frozenset("一两")
_COUNTING = frozenset(
    "人名个户家项件条次级类批台辆套所座处分度只头株栋间份种位部门字股票路层起场班期"
)
_SAY_NOTHING = frozenset(("十分", "千万", "百万", "千家"))  # very; by all means; every family

_TIMES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_SHARES = {"百": Decimal(1), "千": Decimal("0.1"), "万": Decimal("0.01")}

# --- where quantities stand ----------------------------------------------------------------------

_HAN = f"[{_HAN_DIGITS}]"
_HAN_REST = rf"(?:{_HAN}|[万亿](?={_HAN}))*(?:点[零〇一二三四五六七八九]+)?"
_HAN_VALUE = _HAN + _HAN_REST
# Behind the first digit.
_REST = r"(?:[0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]*)(?:\.[0-9]+)?(?:亿[0-9]+(?=万))?"
_VALUE = f"(?:[0-9]{_REST}|{_HAN_VALUE})"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MYRIADS = "[十百千]?[万亿]+"
_MEASURE = rf"(?:(?:[余多几]|以上)?(?:{_MYRIADS}[余多]?)?(?:%|‰|个百分点|{_UNIT})|{_MYRIADS})"
_TO = f"(?:{_MYRIADS})?[-~至到]{_VALUE}"
_MONTH, _DAY = "[0-9]{1,2}", "[0-9]{1,2}[日号]"
_HAN_MONTH, _HAN_DAY = f"[{_UP_TO_TEN}]{{1,2}}", f"[{_UP_TO_TEN}]{{1,3}}[日号]"
_TAIL = r"(?:[0-9a-z]|\.(?=[0-9]))*(?:-[0-9]{1,4})?(?![a-z0-9%元万亿])"  # of a code
_MOST = "[0-9]{0,6}"  # digits of a bare number behind its first; a longer one names something
# Behind a year: its month and day.
_SINCE_YEAR = (
    rf"年{_MONTH}月(?:{_DAY})?|-{_MONTH}-[0-9]{{1,2}}(?![0-9])"
    rf"|/{_MONTH}/[0-9]{{1,2}}(?![0-9])|\.{_MONTH}\.[0-9]{{1,2}}(?![0-9.])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9.元万%亩吨])"
)


class _Kind(NamedTuple):
    """A way to write a quantity: its first character, what must not stand before, and the rest."""

    first: str
    behind: str
    rest: tuple[str, ...]


# The first way that fits counts. Each begins with a set of characters, because a search for a set
# passes over the rest of a text ten times as fast as one for other patterns.
_KINDS = (
    _Kind(
        "0-9",
        r"(?<![0-9][0-9])(?<![0-9][.,][0-9])",
        (
            f"(?:(?<=2)0|(?<=1)9)[0-9]{{2}}(?:{_SINCE_YEAR})",
            f"[0-9]?月{_DAY}",
            "[0-9]?/[0-9]{1,2}(?![0-9/])",
            f"{_REST}(?:{_TO})?{_MEASURE}",
            "[0-9]{0,2}[a-z]{1,2}(?![a-z0-9])",
            rf"(?:[0-9]{{0,2}}(?:,[0-9]{{3}})+|{_MOST})(?![0-9a-z]|[.,][0-9])",
        ),
    ),
    _Kind(
        "第", "", (rf"(?:[0-9]+|{_HAN}+)[编章节条款项届次批期号类](?:(?<=条)之[{_UP_TO_TEN}])?",)
    ),
    _Kind(
        f"万{_HAN_DIGITS}",
        f"(?<![第点万亿{_HAN_DIGITS}].)",
        (
            f"{_HAN_REST}分之{_VALUE}",
            f"(?<=[一二])[零〇九][零〇{_UP_TO_TEN}]{{2}}年{_HAN_MONTH}月(?:{_HAN_DAY})?",
            f"[{_UP_TO_TEN}]?月{_HAN_DAY}",
            f"(?<!万){_HAN_REST}(?:{_TO})?{_MEASURE}",
        ),
    ),
    _Kind("¥", "", (rf"[0-9]{_REST}(?:{_MYRIADS})?元?",)),
    _Kind(
        "a-z",
        "(?<![a-z0-9].)",
        (
            f"(?:[a-z]{{0,3}}[0-9]{{0,2}}/[a-z]|(?<=g)b|(?<=i)so) ?[0-9]{_TAIL}",
            f"[a-z]{{0,7}}-?[0-9]{_TAIL}",
            "[a-z]{0,3}[级类]",
        ),
    ),
    _Kind(_ROMAN, "", ("[级类]",)),
)
_FIND = re.compile(
    f"[{''.join(kind.first for kind in _KINDS)}](?:"
    + "|".join(f"(?<=[{kind.first}]){kind.behind}(?:{'|'.join(kind.rest)})" for kind in _KINDS)
    + ")"
)


class Quantity(NamedTuple):
    """A quantity in a folded text: half-open offsets, and its terms, the most telling first."""

    start: int
    end: int
    terms: tuple[str, ...]


def find_quantities(folded: str) -> Iterator[Quantity]:
    """Yields the quantities of a folded text, in order; none overlap.

    A blank ends a number: see `join_numbers`.
    """
    for match in _FIND.finditer(folded):
        if terms := _terms(match[0]):
            yield Quantity(match.start(), match.end(), terms)


def quantity_terms(folded: str) -> list[str]:
    """Returns the terms of the quantities of a folded text, in order, repeats included."""
    return [term for found in _FIND.findall(folded) for term in _terms(found)]


def join_numbers(folded: str) -> str:
    """Returns a folded text with its blanks only where they part letters and digits.

    2020 年 5 月 1 日 is one date; 12 345 in two columns are two numbers.
    """
    parts = folded.split()
    if len(parts) < 2:
        return parts[0] if parts else ""
    joined = [parts[0]]
    for before, part in pairwise(parts):
        if is_parted(before[-1], part[0]):
            joined.append(" ")
        joined.append(part)
    return "".join(joined)


def is_parted(before: str, after: str) -> bool:
    """Returns True if a blank between these two characters parts two numbers or words."""
    return before in _ALNUM and after in _ALNUM


def has_quantity(text: str) -> bool:
    """Returns False if a text, folded or not, surely has no quantity: no digit, numeral or sign."""
    return bool(_MAYBE.search(text))


_ALNUM = frozenset("0123456789abcdefghijklmnopqrstuvwxyz.")
_MAYBE = re.compile(f"[0-9¥{_ROMAN}{_HAN_DIGITS}万]|[a-z][级类]")

# --- what they mean ------------------------------------------------------------------------------

_LABEL = re.compile("第(?P<number>.+?)(?P<of>[编章节条款项届次批期号类])(?P<suffix>之.)?")
_SHARE = re.compile(f"(?P<parts>.+)分之(?P<share>{_VALUE})")
_FRACTION = re.compile("(?P<share>[0-9]+)/(?P<parts>[0-9]+)")
_PART = f"[0-9零〇{_UP_TO_TEN}]+"
_DATE = re.compile(
    rf"(?:{_PART}年)?{_PART}月(?:{_PART}[日号])?|[0-9]{{4}}([-/.])[0-9]+\1[0-9]+|[0-9]{{8}}"
)
_NUMBERS = re.compile(_PART)
_COUNTED = re.compile(
    rf"¥?(?P<value>{_VALUE})(?:[余多几]|以上)?(?P<times>{_MYRIADS})?[余多]?"
    rf"(?:[-~至到](?P<to>{_VALUE}{_MEASURE})|(?P<unit>%|‰|个百分点|{_UNIT})?)"
)
_GRADE = re.compile(rf"(?P<grade>[a-z{_ROMAN}]+)(?P<kind>[级类])")
_YEAR = re.compile("(?<=[0-9])-(?:19|20)?[0-9]{2}$")
_MONTHS, _DAYS = 12, 31
_SMALL = 100  # numbers below say nothing without what they count
_RATIOS = frozenset(("%", "‰", "个百分点", "倍"))
_FIRST_YEAR, _LAST_YEAR = 1900, 2099  # a number before 年 that is a year, and no span of time
_ROMAN_LETTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}


@lru_cache(1 << 15)  # the same labels, dates and periods come again and again
def _terms(found: str) -> tuple[str, ...]:
    """Returns the terms of a quantity as `_FIND` found it; none if it says nothing."""
    if match := _LABEL.fullmatch(found):
        number = to_int(match["number"])
        return () if number is None else (f"{MARK}第{number}{match['of']}{match['suffix'] or ''}",)
    if match := _SHARE.fullmatch(found) or _FRACTION.fullmatch(found):
        return _share(match["parts"], match["share"])
    if _DATE.fullmatch(found):
        parts = [found[:4], found[4:6], found[6:]] if found.isdecimal() else _NUMBERS.findall(found)
        return _date([to_int(part) or 0 for part in parts])
    if match := _COUNTED.fullmatch(found):
        return _counted(match)
    if match := _GRADE.fullmatch(found):
        return _grade(match["grade"], match["kind"])
    if found[0].isascii():
        return _code(found)
    return ()


def _share(parts: str, share: str) -> tuple[str, ...]:
    value, whole = _value(share), to_int(parts)
    if value is None:
        return ()
    if parts in _SHARES:
        return (f"{MARK}{_plain(value * _SHARES[parts])}%",)
    return () if whole is None else (f"{MARK}{_plain(value)}/{whole}",)


def _date(numbers: Sequence[int]) -> tuple[str, ...]:
    """Returns the terms of a date: year, month and day, or the first or last two of these."""
    if len(numbers) < 2:  # 三月: a month, or how many
        return ()
    year, month, *day = numbers if numbers[0] > _MONTHS or len(numbers) > 2 else (0, *numbers)
    if not 1 <= month <= _MONTHS or not all(1 <= number <= _DAYS for number in day):
        return ()
    if not year:
        return tuple(f"{MARK}-{month}-{number}" for number in day)
    by_month = f"{MARK}{year}-{month}"
    return (*(f"{by_month}-{number}" for number in day), by_month)


def _counted(match: re.Match[str]) -> tuple[str, ...]:
    """Returns the terms of a number with what it counts, or of two numbers with that of both."""
    numeral, times, to, unit = match.group("value", "times", "to", "unit")
    value = _value(numeral, times)
    if value is None or match[0] in _SAY_NOTHING:
        return ()
    if to:
        return _range(value, times, to)
    if match[0][0] == "¥":
        unit = "元"
    alone = _alone(value)
    is_year = not times and _FIRST_YEAR <= value <= _LAST_YEAR
    if unit is None:
        return () if (is_year and len(numeral) == len("2020")) or numeral[0] == "0" else alone
    if numeral in _COMMON and not times and unit in _COUNTING:
        return ()
    if unit == "年" and is_year:
        return ()
    return (MARK + _measured(value, unit), *(() if unit in _RATIOS else alone))


def _alone(value: Decimal) -> tuple[str, ...]:
    """Returns the term of a number whatever it counts; none for a small one, as many are."""
    return (MARK + _plain(value),) if value >= _SMALL else ()


def _range(value: Decimal, times: str | None, to: str) -> tuple[str, ...]:
    """Returns the terms of 3万元至5万元 or 3至5万元, where ``to`` is the later part."""
    last = _COUNTED.fullmatch(to)
    later = _terms(to)
    if not last or not later:
        return ()
    if not times:
        value *= _times(last["times"])
    earlier = MARK + (_measured(value, last["unit"]) if last["unit"] else _plain(value))
    return tuple(dict.fromkeys((earlier, *later)))


def _measured(value: Decimal, unit: str) -> str:
    match unit:
        case "%" | "个百分点":
            return f"{_plain(value)}%"
        case "‰":
            return f"{_plain(value / 10)}%"
        case "倍":
            return f"{_plain(value * 100)}%"
    return _plain(value) + _UNITS[unit]


def _grade(grade: str, kind: str) -> tuple[str, ...]:
    """Returns the term of d级, aaa级, ii类 or ⅱ类: Roman numerals are the numbers they are."""
    if grade in _ROMAN:
        return (f"{MARK}{_ROMAN.index(grade) + 1}{kind}",)
    number = _ROMAN_LETTERS.get(grade)
    if number:
        return (f"{MARK}{number}{kind}",)
    return (MARK + grade + kind,) if len(set(grade)) == 1 and grade[0] <= "e" else ()


def _code(code: str) -> tuple[str, ...]:
    """Returns the term of the name of a standard, model or substance, and that without its year."""
    letters, rest = code[0], code[1:]
    name = letters + rest.replace(" ", "").replace("-", "", not _YEAR.search(code))
    return tuple(dict.fromkeys((MARK + name, MARK + _YEAR.sub("", name))))


def _value(numeral: str, times: str | None = None) -> Decimal | None:
    """Returns the value of a numeral, 点 in it too, times 百, 千, 万, 亿; None if it has none."""
    if numeral[0].isdecimal():
        hundreds, millions, rest = numeral.replace(",", "").rpartition("亿")
        return Decimal(rest) * _times(times) + Decimal(hundreds or 0) * _times(millions)
    whole, point, part = numeral.partition("点")
    if not point:
        units = to_int(whole + (times or ""))
        return None if units is None else Decimal(units)
    units = to_int(whole)
    if units is None:
        return None
    digits = "".join(str(to_int(digit)) for digit in part)
    return Decimal(f"{units}.{digits}") * _times(times)


def _times(characters: str | None) -> Decimal:
    product = Decimal(1)
    for character in characters or "":
        product *= _TIMES[character]
    return product


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
