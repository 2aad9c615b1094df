"""A document's lines, head and title, with what every reader of a value asks of them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.documents.metadata.mended_lines import Line, read_lines
from indexer.documents.metadata.organs import region_of
from indexer.documents.metadata.page_head import Head, read_head
from indexer.documents.metadata.title import read_title
from indexer.documents.model import Fact, Span

_FOOTER_LINES = 40
_FOOTER = re.compile(r"^(?:【?\s*(?:返回顶部|关闭窗口|打印本页|关闭)\s*】?|©|版权所有|分享：?)$")


@dataclass(frozen=True, slots=True)
class Page:
    """A document's text as it is read: ``region`` is the place its title begins with, or ""."""

    text: str
    lines: Sequence[Line]
    head: Head
    title: Fact | None
    region: str

    def field(self, labels: Iterable[str]) -> Fact | None:
        """What the first of ``labels`` that the page has says."""
        fields = self.head.fields
        return next((fields[label] for label in labels if label in fields), None)

    def within(self, fact: Fact, words: str) -> Span | None:
        """Where ``words`` stand in what ``fact`` was read from; all of that if they do not."""
        if fact.span is None:
            return None
        at = self.text.find(words, fact.span.start, fact.span.end)
        return Span(at, at + len(words)) if at >= 0 else fact.span

    def index(self, line: Line) -> int:
        """The index of the line that ``line`` is, or is a part of."""
        return bisect_right(self.lines, line.at(0), key=lambda other: other.at(0)) - 1

    def opening(self, count: int) -> Sequence[Line]:
        """The first ``count`` lines of the body."""
        return self.lines[self.head.body : self.head.body + count]


def read_page(text: str) -> Page:
    """``text`` with its head read and a web page's footer left out."""
    lines = _without_footer(read_lines(text))
    head = read_head(lines)
    title = read_title(head)
    return Page(text, lines, head, title, region_of(title.value) if title else "")


def _without_footer(lines: list[Line]) -> list[Line]:
    for index in range(max(3, len(lines) - _FOOTER_LINES), len(lines)):
        if _FOOTER.match(lines[index].text):
            return lines[:index]
    return lines
