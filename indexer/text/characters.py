"""Single characters: the character that each folds to, and its kind.

A character folds to one character or to none: letter case, full and half width, bracket and
quotation styles, the two zeros of Chinese dates, traditional characters, zero-width and
private-use characters; radicals and compatibility ideographs, as PDFs have them for common
characters; raised and lowered digits; letters with marks above and below, which fold to the letters
alone, be the marks characters of their own or not. This is Unicode's NFKC as far as that gives one
character. Signs that it spells out (㎡ ℃) stay and are letters; numbers in circles and brackets
(① ㈠) stay, because they stand before texts that begin with numbers.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from indexer.kernel import constants

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

TRADITIONAL = Path(__file__).parent / "data" / "traditional.txt"

_SPACES = "\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_BREAKS = "\r\n\u2028\u2029"

# Each string is a class of characters that look alike: all of them fold to its first one.
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
    "°º˚",
    "¥￥",
)

# Each radical of Unicode's block "CJK Radicals Supplement" before its character
# (EquivalentUnifiedIdeograph.txt); NFKC has those of the other block.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛"
    "⺨犭⺩王⺫目⺬示⺭礻⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺶羊⺹耂⺺肀⺻聿⺼肉⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长"
    "⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)

# Marks above, below and around the character before them.
_MARKS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
_VOICED = (0x3099, 0x309A, 0xFF9E, 0xFF9F)  # marks of kana
_IS_MARK = re.compile(
    "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _MARKS) + "\u3099\u309a]"
)
# Where the characters stand that `_compatible` changes.
_CHANGED = (
    (0xAA, 0x24F),
    (0x386, 0x52F),
    (0x1D2C, 0x1D6A),
    (0x1E00, 0x1FFF),
    (0x2070, 0x209C),
    (0x2100, 0x2188),
    (0x2F00, 0x2FD5),
    (0x3041, 0x30FE),
    (0xF900, 0xFAD9),
    (0xFE10, 0xFE6F),
    (0xFF5F, 0xFFEE),
    (0x1D400, 0x1D7FF),
)
_MAY_CHANGE = re.compile(
    "[\u2e80-\u2eff" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _CHANGED) + "]"
)


def _compatible(char: str) -> str:
    """Returns the character that is the same by NFKC, without case and marks, or ``char``."""
    plain = _IS_MARK.sub("", unicodedata.normalize("NFKD", char))
    if len(plain) != 1 or plain.isspace():
        plain = char
    folded = plain.casefold()
    return folded if len(folded) == 1 else plain


def is_sign(char: str) -> bool:
    """Returns True if a character is no letter, but stands for letters or digits: ㎡ ℃ № ⽂."""
    if char.isascii() or char.isalnum():
        return False
    spelt = unicodedata.normalize("NFKD", char)
    return spelt != char and any(part.isalnum() for part in spelt)


# Kana, Greek, Cyrillic and Latin letters, and Roman numerals.
_LETTERS = tuple(
    (high, low) for high in (0xA1, 0xA2, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8) for low in range(0xA1, 0xFF)
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
        constants.SELECTORS,
        *_MARKS,
    ):
        table.update(dict.fromkeys(range(first, last + 1)))
    # These are traditional characters, although GB 2312 has them.
    table.update(zip(map(ord, "後於麽徵菸"), "后于么征烟", strict=True))
    table.update(dict.fromkeys(map(ord, _SPACES), " "))
    table.update(dict.fromkeys(map(ord, _BREAKS), "\n"))
    table.update(dict.fromkeys(_VOICED))
    # The letters of GB 2312: a text in its characters needs no other table.
    for place in _LETTERS:
        char = bytes(place).decode("gb2312", "ignore")
        if char and _MAY_CHANGE.match(char) and (folded := _compatible(char)) != char:
            table.setdefault(ord(char), folded)
    return table


BASE = _base_table()


@cache
def common_han() -> frozenset[str]:
    """Returns the Chinese characters of GB 2312.

    They are simplified ones, except for a few that `BASE` folds.
    """
    rows = bytes(b for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) for b in (high, low))
    return frozenset(rows.decode("gb2312", "ignore"))


@cache
def full_table() -> dict[int, str | None]:
    """Returns `BASE` extended by the traditional characters, each with its simplified one.

    It also has the radicals, and the characters for which NFKC gives one other character.

    The table is for ``str.translate``: None stands for a character that folds to nothing.
    """
    lines = TRADITIONAL.read_text(encoding="utf-8").splitlines()
    pairs = (line for line in lines if not line.startswith("#"))
    table = dict(BASE)
    table.update((ord(pair[0]), pair[1]) for pair in pairs)
    for code in (code for first, last in _CHANGED for code in range(first, last + 1)):
        plain = _compatible(chr(code))
        if code not in table and plain != chr(code):
            table[code] = table.get(ord(plain), plain)
    for radical, plain in zip(_RADICALS[::2], _RADICALS[1::2], strict=True):
        table[ord(radical)] = table.get(ord(plain), plain)
    return table


def table_for(text: str) -> dict[int, str | None]:
    """Returns the table that folds ``text``: `BASE` if it is enough, else `full_table`."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        pass
    else:
        return BASE
    rare = set(text) - common_han()
    if any("\u3400" <= char <= "\u9fff" or _MAY_CHANGE.match(char) for char in rare):
        return full_table()
    return BASE


# The table by which the kernel folds and cuts: an entry for every character, in the form that
# `indexer.kernel.plain.analyse` describes. Characters are entered when a text first has them: a
# text has few, and filling the whole table takes longer than a search.
#
# Threads share the table without a lock. An entry is 0 until it is written, once and whole, with a
# value that depends on its character only. A reader therefore finds either 0, and asks for the
# character to be learnt, or the one right value, whichever thread wrote it. The entry of a
# character is written after the entry of the character it folds to (see `learn`). The table never
# changes its size, and nothing but `learn` writes to it.
TABLE = bytearray(4 * constants.CHARACTERS)


def learn(text: str) -> None:
    """Enters the characters of ``text`` in `TABLE`, with their kinds and what they fold to.

    Any number of threads may call this at once.
    """
    entries = memoryview(TABLE).cast("I")
    new = [char for char in {*text, *_DIGITS} if ord(char) < constants.CHARACTERS]
    new = [char for char in new if not entries[ord(char)]]
    # Folded characters come first: a reader that finds a character finds its folded one as well.
    for char in [*map(_folded, new), *new]:
        if char and ord(char) < constants.CHARACTERS:
            kind = _kind(char) << constants.KIND
            entries[ord(char)] = constants.KNOWN | kind | ord(_folded(char) or "\0")


_DIGITS = "0123456789"  # the kernel writes numbers with these digits, whichever the text has
_IS_HAN = re.compile(f"[{HAN}]")


def _folded(char: str) -> str | None:
    return table_for(char).get(ord(char), char)


def _kind(char: str) -> int:
    if _IS_HAN.match(char):
        return constants.HAN
    if char.isdecimal():
        return constants.DIGIT
    if char.isalnum() or is_sign(char):
        return constants.LETTER
    return constants.BLANK if char.isspace() else constants.NOTHING
