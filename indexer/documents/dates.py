"""Finds calendar dates in every form in which Chinese documents write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from indexer.documents.model import Span
from indexer.numerals import ZEROS, to_int

_DIGIT = "0-9０-９"
_NUMERAL = f"一二三四五六七八九{ZEROS}OoＯ"
# Spaces and line breaks stand inside dates taken from web pages and from scanned signatures.
_GAP = r"[\s\u200b]{0,3}"
_PART = rf"[{_DIGIT}{_NUMERAL}十廿卅]{_GAP}(?:[{_DIGIT}{_NUMERAL}十]{_GAP}){{0,2}}"
_WRITTEN = (
    rf"(?P<year>{_GAP}(?:[{_DIGIT}{_NUMERAL}]{_GAP}){{3}})年{_GAP}(?P<month>{_PART})月{_GAP}"
    rf"(?P<day>{_PART})日"
)
_DIGITAL = (
    rf"(?P<y>[{_DIGIT}]{{3}})\s?(?P<mark>[-－–—./．／])\s?(?P<m>[{_DIGIT}]{{1,2}})"
    rf"\s?(?P=mark)\s?(?P<d>[{_DIGIT}]{{1,2}})(?![{_DIGIT}])"
)
_FIRST = "[12１２一二]"
# A date in 年, 月 and 日, to stand inside other patterns: it has no group of its own.
DAY = _FIRST + re.sub(r"\(\?P<\w+>", "(?:", _WRITTEN)
# The first digit of the year comes first, without a condition before it: re is then three times
# as fast at finding where to begin.
DATE = re.compile(
    rf"(?P<first>{_FIRST})(?<![{_DIGIT}{_NUMERAL}].)(?:{_WRITTEN}|{_DIGITAL})", re.DOTALL
)
_SPACE = re.compile(r"[\s\u200b]+")
_LATIN_ZEROS = str.maketrans("OoＯ", "〇〇〇")


def find_dates(text: str) -> Iterator[tuple[Span, str]]:
    """Yields every possible calendar date in ``text``, in order, with its ISO 8601 form.

    The forms are 2002年12月31日, 二○○二年十二月三十一日, 2002-12-31, 2002.12.31 and 2002/12/31,
    also in full width and with spaces or single line breaks inside.
    """
    for match in DATE.finditer(text):
        iso = _iso(match)
        if iso:
            yield Span(match.start(), match.end()), iso


def parse_date(text: str) -> str | None:
    """Returns the ISO 8601 form of ``text`` if it is nothing but a date, else None."""
    match = DATE.fullmatch(text.strip())
    return _iso(match) if match else None


def _iso(match: re.Match[str]) -> str | None:
    parts = match.group("year", "month", "day")
    if parts[0] is None:
        parts = match.group("y", "m", "d")
    parts = (match["first"] + parts[0], *parts[1:])
    numbers = [to_int(_SPACE.sub("", part).translate(_LATIN_ZEROS)) for part in parts]
    try:
        return date(*(number or 0 for number in numbers)).isoformat()
    except ValueError:
        return None
