"""Dates and ranges of dates, as they are written in a query.

    range = date ".." date | date ".." | ".." date | date
    date  = 2002 | 2002-12 | 2002-12-31 | 2002年 | 2002年12月 | 2002年12月31日 | 20021231

Between two dates ``~ 至 到 — –`` and ``-`` stand for ``..``, with blanks around it or not; ``/``
and ``.`` stand for ``-`` within a date. The caller has to fold full-width characters.
"""

from __future__ import annotations

import re

LAST_DAY = 9999_12_31

_DATE = (
    r"\d{4}(?:\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?)?"
    r"|(?:-\d{1,2}){1,2}|(?:/\d{1,2}){1,2}|(?:\.\d{1,2}){1,2}|\d{4})?(?!\d)"
)
# A hyphen with a blank on one side only excludes the next clause and makes no range.
_TO = r"(?:-|\s+-\s+|\s*(?:\.\.|~|至|到|—{1,2}|–)\s*)"
_END = r"(?=[\s()]|$)"
_RANGE = re.compile(
    rf"(?P<first>{_DATE}){_TO}(?P<last>{_DATE}){_END}"
    rf"|(?P<since>{_DATE})\.\.{_END}|\.\.(?P<until>{_DATE}){_END}|(?P<only>{_DATE}){_END}"
)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)")
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class DateError(ValueError):
    """Says why (``reason``) the text at character ``position`` is not a date."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


def find_end(text: str, start: int) -> int:
    """Returns the offset where the range of dates at ``start`` ends; ``start`` if there is none."""
    found = _RANGE.match(text, start)
    return found.end() if found else start


def read_range(text: str) -> tuple[int, int]:
    """Returns the first and the last day that ``text`` stands for, as numbers YYYYMMDD.

    Both are included. An open range begins with 0 or ends with LAST_DAY. Raises DateError.
    """
    found = _RANGE.fullmatch(text)
    if not found:
        reason = (
            "not a date: write 2002, 2002-12, 2002-12-31, 2002年12月31日, 20021231, "
            "or a range such as 2002..2003, 2002.. or ..2003"
        )
        raise DateError(0, reason)
    days = {
        name: _days(written, found.start(name))
        for name, written in found.groupdict().items()
        if written
    }
    if "only" in days:
        return days["only"]
    first = (days.get("first") or days.get("since") or (0, 0))[0]
    last = (days.get("last") or days.get("until") or (0, LAST_DAY))[1]
    if first > last:
        raise DateError(0, "the range of dates ends before it begins")
    return first, last


def write_range(first: int, last: int) -> str:
    """Returns a text for the days ``first`` to ``last`` (YYYYMMDD), which `read_range` reads back.

    `find_end` finds its end, whichever text follows. A ``first`` of 0 is left open.
    """
    return f"{_iso(first) if first else ''}..{_iso(last)}"


def _iso(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"


def _days(written: str, position: int) -> tuple[int, int]:
    """Returns the first and the last day of the day, month or year ``written``."""
    numbers = re.findall(r"\d+", _EIGHT_DIGITS.sub(r"\1-\2-\3", written))
    year, month, day = (*map(int, numbers), 0, 0)[:3]
    given = len(numbers)
    if year < 1 or (given > 1 and not 1 <= month <= 12):
        raise DateError(position, f"there is no such date: {written}")
    length = _month_length(year, month or 12)
    if given > 2 and not 1 <= day <= length:
        raise DateError(position, f"there is no such date: {written}")
    first = year * 10000 + (month or 1) * 100 + (day or 1)
    last = year * 10000 + (month or 12) * 100 + (day or length)
    return first, last


def _month_length(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap and month == 2 else _MONTH_DAYS[month - 1]
