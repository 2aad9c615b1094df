"""The input of the readers of single facts: the lines, head and title of a document. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.documents.lines import Line
from indexer.documents.markdown import (
    is_markdown,
    read_front_matter,
    title_heading,
    unmarked,
)
from indexer.documents.metadata.page_head import Head, read_head
from indexer.documents.metadata.title import read_title
from indexer.documents.model import Fact, Span
from indexer.documents.organs import region_of
from indexer.documents.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Page:
    """A document whose head was read; ``region`` is the place that opens its title, or ""."""

    around: Surroundings
    lines: Sequence[Line]
    head: Head
    title: Fact | None
    region: str

    def field(self, labels: Iterable[str]) -> Fact | None:
        """Returns the value behind the first of ``labels`` that the page has, or None."""
        fields = self.head.fields
        return next((fields[label] for label in labels if label in fields), None)

    def within(self, fact: Fact, words: str) -> Span | None:
        """Returns the span of ``words`` in that of ``fact``; all of it if they are not there."""
        if fact.span is None:
            return None
        at = self.around.text.find(words, fact.span.start, fact.span.end)
        return Span(at, at + len(words)) if at >= 0 else fact.span

    def index(self, line: Line) -> int:
        """Returns the index of the line that ``line`` is, or is a part of."""
        return bisect_right(self.lines, line.at(0), key=lambda other: other.at(0)) - 1

    def opening(self, count: int) -> Sequence[Line]:
        """Returns the first ``count`` lines of the body."""
        return self.lines[self.head.body : self.head.body + count]


def read_page(around: Surroundings) -> Page:
    """Returns the page of the text in which ``around`` was found, without the footer."""
    lines = around.lines[: around.footer]
    given: dict[str, Fact] = {}
    first, marked = 0, None
    if is_markdown(lines):
        given, first = read_front_matter(lines)
        at = title_heading(lines[first:])
        lines = [unmarked(line) for line in lines]
        marked = lines[first + at] if at >= 0 else None
    head = read_head(lines, first, given, marked)
    title = read_title(head)
    return Page(around, lines, head, title, region_of(title.value) if title else "")
