"""The words that the readers of documents share, with one name for each list and each pattern.

The lists are text files beside this module, with one entry on each line and '#' before comments: to
add a 文种 or an organ, add a line there. `words` reads one list. The named lists are read when they
are first used, so that a module only pays for the lists it needs.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

# Characters of Chinese words; blocks that only names and old texts need are left out.
IDEOGRAPHS = "\u4e00-\u9fff"
# The numerals that count chapters, articles and items.
COUNTING = "一二三四五六七八九十"
ORDINALS = f"{COUNTING}百千零〇○"
# A line that ends with one of these is a clause or announces one; it is no title.
CLAUSE_ENDS = "。；;：:，,"
STATE = "中华人民共和国"

_FOLDER = Path(__file__).parent


@cache
def words(name: str) -> tuple[str, ...]:
    """Returns the entries of the list ``name``, in order. Raises FileNotFoundError."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def groups(name: str) -> dict[str, tuple[str, ...]]:
    """Returns the list ``name``, whose lines have a key and entries separated by blanks."""
    return {line.split()[0]: tuple(line.split()[1:]) for line in words(name)}


def alternatives(entries: tuple[str, ...]) -> str:
    """Returns a regular expression for any of ``entries``, the longest first."""
    return "|".join(sorted(map(re.escape, entries), key=len, reverse=True))
