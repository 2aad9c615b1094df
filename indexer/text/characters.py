"""Single characters: the character that each folds to, and its kind.

A character folds to one character or to none: letter case, full and half width, bracket and
quotation styles, the two zeros of Chinese dates, traditional characters, zero-width and
private-use characters.
"""

from __future__ import annotations

import re
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
    # These are traditional characters, although GB 2312 has them.
    table.update(zip(map(ord, "後於麽徵菸"), "后于么征烟", strict=True))
    table.update(dict.fromkeys(map(ord, _SPACES), " "))
    table.update(dict.fromkeys(map(ord, _BREAKS), "\n"))
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

    The table is for ``str.translate``: None stands for a character that folds to nothing.
    """
    lines = TRADITIONAL.read_text(encoding="utf-8").splitlines()
    pairs = (line for line in lines if not line.startswith("#"))
    table = dict(BASE)
    table.update((ord(pair[0]), pair[1]) for pair in pairs)
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
    if any("\u3400" <= char <= "\u9fff" for char in rare):
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
    if char.isalnum():
        return constants.LETTER
    return constants.BLANK if char.isspace() else constants.NOTHING
