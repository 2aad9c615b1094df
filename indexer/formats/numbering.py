"""The paragraph numbers that Word computes from numbering.xml and does not store as text.

The interpreter is our own because no library at hand renders the Chinese list formats
(chineseCounting, 第%1条) from which the outline of a 公文 is read.

Sources: ISO/IEC 29500-1 sections 17.9 (numbering) and 17.18.59 (number formats), with Word's own
habits from [MS-OI29500] 2.1.540 where the two differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from indexer.formats.archive import Element

_LEVELS = 9
_MAX_NUMBER = 9_999  # larger numbers are damage and are shown in digits


@dataclass(frozen=True, slots=True)
class Level:
    """The rules by which one level of a list counts and is shown."""

    start: int = 1
    format: str = "decimal"
    text: str = ""  # "第%1条", %n standing for the number of level n
    restart: int | None = None  # restart after this level (from 1) or a higher one; 0: never
    legal: bool = False  # show all numbers in digits
    suffix: str = "tab"
    style: str = ""  # the paragraph style that stands for this level


@dataclass(frozen=True, slots=True)
class _List:
    """A w:num: the id of the counters it shares with its abstract list, and its own overrides."""

    counters: str
    levels: tuple[Level, ...]
    starts: dict[int, int]


class Numbering:
    """Counts the numbered paragraphs of a document; ask for their labels in document order."""

    def __init__(self, numbering: Element | None, styles: dict[str, str]) -> None:
        """``styles`` maps each numbering style to the w:num it stands for."""
        root = numbering if numbering is not None else Element("numbering")
        self._lists = _lists(root, styles)
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def level_of_style(self, number_id: str, style: str) -> int:
        """Returns the level (from 0) of list ``number_id`` that is linked to ``style``, or 0."""
        levels = self._lists[number_id].levels if number_id in self._lists else ()
        return next((i for i, level in enumerate(levels) if level.style == style), 0)

    def label(self, number_id: str, depth: int) -> str:
        """Counts on and returns the label of list ``number_id`` at ``depth`` (0 to 8).

        The label ends in a space if Word sets it apart from the text. It is empty for bullets, for
        lists without a definition and for levels that show nothing.
        """
        entry = self._lists.get(number_id)
        if entry is None:
            return ""
        counters = self._counters.setdefault(entry.counters, [None] * _LEVELS)
        self._count(number_id, entry, counters, depth)
        level = entry.levels[depth]
        if level.format == "bullet":
            return ""
        label = _shown(entry.levels, counters, depth)
        return label + " " if label and level.suffix != "nothing" else label

    def _count(self, number_id: str, entry: _List, counters: list[int | None], depth: int) -> None:
        value = counters[depth]
        if depth in entry.starts and (number_id, depth) not in self._begun:
            counters[depth] = entry.starts[depth]
        else:
            counters[depth] = entry.levels[depth].start if value is None else value + 1
        self._begun.add((number_id, depth))
        for deeper in range(depth + 1, _LEVELS):
            restart = entry.levels[deeper].restart
            if restart is None or depth < restart:
                counters[deeper] = None


def _lists(root: Element, styles: dict[str, str]) -> dict[str, _List]:
    abstracts = {item.get("abstractNumId", ""): item for item in root.iterfind("abstractNum")}
    targets = {item.get("numId", ""): _value(item, "abstractNumId") for item in root.iter("num")}
    lists: dict[str, _List] = {}
    for item in root.iterfind("num"):
        number_id = item.get("numId", "")
        key = targets[number_id]
        abstract = abstracts.get(key)
        if abstract is None:
            continue
        link = _value(abstract, "numStyleLink")
        if link:  # the numbering style names the list that has the levels
            key = targets.get(styles.get(link, ""), key)
            abstract = abstracts.get(key, abstract)
        overrides = list(item.iterfind("lvlOverride"))
        starts = {
            _int(override.get("ilvl"), 0): _int(_value(override, "startOverride"), 1)
            for override in overrides
            if override.find("startOverride") is not None
        }
        levels = _levels(abstract.iterfind("lvl"), (Level(),) * _LEVELS)
        own = (level for override in overrides for level in override.iterfind("lvl"))
        lists[number_id] = _List(key, _levels(own, levels), starts)
    return lists


def _levels(elements: Iterable[Element], levels: tuple[Level, ...]) -> tuple[Level, ...]:
    changed = list(levels)
    for element in elements:
        depth = _int(element.get("ilvl"), 0)
        if 0 <= depth < _LEVELS:
            changed[depth] = _level(element)
    return tuple(changed)


def _level(element: Element) -> Level:
    restart = element.find("lvlRestart")
    legal = element.find("isLgl")
    level = Level(
        start=_int(_value(element, "start"), 0),
        text=_value(element, "lvlText"),
        restart=None if restart is None else _int(restart.get("val"), 0),
        legal=legal is not None and is_on(legal),
        suffix=_value(element, "suff") or "tab",
        style=_value(element, "pStyle"),
    )
    number_format = next(element.iter("numFmt"), None)
    shown = None if number_format is None else number_format.get("val")
    return replace(level, format=shown) if shown else level


def is_on(element: Element) -> bool:
    """Return True if the Word on/off property ``element``, which is present, is on."""
    return element.get("val", "1") not in {"0", "false", "off"}


def _value(element: Element, child: str) -> str:
    found = element.find(child)
    return "" if found is None else found.get("val", "")


def _int(text: str | None, default: int) -> int:
    try:
        return max(-1, min(int(text or default), 10 * _MAX_NUMBER))
    except ValueError:
        return default


def _shown(levels: tuple[Level, ...], counters: list[int | None], depth: int) -> str:
    legal = levels[depth].legal

    def number(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        level = levels[index]
        value = counters[index]
        shown = level.start if value is None else value
        return format_number(shown, "decimal" if legal else level.format)

    return re.sub(r"%([1-9])", number, levels[depth].text).strip()


def with_label(label: str, text: str) -> str:
    """Returns ``text`` behind ``label``.

    The blank after 一、 or 1. is layout and is dropped; after 第一条, and between ASCII characters,
    it separates words and is kept.
    """
    closed = label.rstrip().endswith(("、", "）", ")", "．", "."))
    return (label.rstrip() if closed and not text[0].isascii() else label) + text


def format_number(value: int, number_format: str) -> str:
    """Returns ``value`` in Word's ``number_format``; in digits if that is unknown."""
    shape = _FORMATS.get(number_format)
    if number_format == "none":
        return ""
    if shape is None or not 0 < value <= _MAX_NUMBER:
        return str(value)
    return shape(value)


def _positional(digits: str) -> Callable[[int], str]:
    return lambda value: "".join(digits[int(digit)] for digit in str(value))


def _counting_to_99(zero: str) -> Callable[[int], str]:
    """Returns the format 一 … 十 十一 … 九十九 that continues digit by digit: 一○○."""
    positional = _positional(zero + "一二三四五六七八九")
    return lambda value: _han(value) if value < 100 else positional(value)


def _han(
    value: int, digits: str = "零一二三四五六七八九", units: str = "十百千", ones: bool = True
) -> str:
    """Returns ``value`` (up to 9,999) in Chinese; ``ones`` keeps 一 before a unit."""
    parts: list[str] = []
    for power in (3, 2, 1):
        digit, value = divmod(value, 10**power)
        if digit:
            bare = digit == 1 and (not ones or (power == 1 and not parts and digits[1] == "一"))
            parts.append(("" if bare else digits[digit]) + units[power - 1])
        elif ones and parts and parts[-1] != digits[0] and value:
            parts.append(digits[0])
    return "".join(parts) + (digits[value] if value else "")


def _cyclic(symbols: str) -> Callable[[int], str]:
    return lambda value: symbols[(value - 1) % len(symbols)]


def _run(first: str, count: int) -> Callable[[int], str]:
    """Returns the format of ``count`` consecutive characters from ``first`` on, then digits."""
    return lambda value: chr(ord(first) + value - 1) if value <= count else str(value)


def _letters(first: str) -> Callable[[int], str]:
    return lambda value: chr(ord(first) + (value - 1) % 26) * min((value - 1) // 26 + 1, 30)


def _roman(value: int) -> str:
    steps = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
    shown = ""
    for step, letters in steps:
        times, value = divmod(value, step)
        shown += letters * times
    return shown


def _circled(value: int) -> str:
    if value <= 20:
        return chr(0x2460 + value - 1)
    if value <= 35:
        return chr(0x3251 + value - 21)
    return chr(0x32B1 + value - 36) if value <= 50 else str(value)


_FULL_WIDTH = _positional("０１２３４５６７８９")
_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": _FULL_WIDTH,
    "decimalFullWidth2": _FULL_WIDTH,
    "upperRoman": _roman,
    "lowerRoman": lambda value: _roman(value).lower(),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "chineseCounting": _counting_to_99("○"),
    "taiwaneseCounting": _counting_to_99("○"),
    "chineseCountingThousand": _han,
    "taiwaneseCountingThousand": _han,
    "japaneseCounting": lambda value: _han(value, ones=False),
    "japaneseDigitalTenThousand": _positional("〇一二三四五六七八九"),
    "ideographDigital": _positional("〇一二三四五六七八九"),
    "taiwaneseDigital": _positional("○一二三四五六七八九"),
    "chineseLegalSimplified": lambda value: _han(value, "零壹贰叁肆伍陆柒捌玖", "拾佰仟"),
    "ideographLegalTraditional": lambda value: _han(value, "零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "ideographTraditional": _cyclic("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _cyclic("子丑寅卯辰巳午未申酉戌亥"),
    "ideographEnclosedCircle": _run("㈠", 10),  # Word shows parentheses, whatever the name says
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _run("⑴", 20),
    "decimalEnclosedFullstop": _run("⒈", 20),
}
