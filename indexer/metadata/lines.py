"""A text as the lines its metadata stands on. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.document import Span

_BLANK = " \t\r\n\u3000\xa0\u2002\u2003\u200b\ufeff"
_LINE = re.compile(r"[^\n]+")
_CHUNK = re.compile(r"[^\s\u3000]+")
_FLAT = 600  # a page whose line breaks were lost is one line at least this long


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the blanks around it, and where it stands in the text."""

    text: str
    span: Span


def read_lines(text: str, limit: int | None = None) -> list[Line]:
    """The lines of ``text[:limit]`` that are not blank, in order.

    A page flattened to one line is cut at its spaces, which stand where its line breaks stood.
    """
    end = len(text) if limit is None else min(limit, len(text))
    flat = is_flat(text)
    lines = []
    for match in (_CHUNK if flat else _LINE).finditer(text, 0, end):
        stripped = match[0].strip(_BLANK)
        if stripped:
            start = match.start() + match[0].index(stripped)
            lines.append(Line(stripped, Span(start, start + len(stripped))))
    return lines


def is_flat(text: str) -> bool:
    """Whether ``text`` is a web page whose line breaks became spaces."""
    first = text.lstrip(_BLANK).partition("\n")[0]
    return len(first) >= _FLAT and first.count(" ") >= 8
