"""Reads the issuers of a document from the most reliable place that names them. Pure."""

from __future__ import annotations

import re

from indexer.documents.dates import DATE
from indexer.documents.lexicon.page_labels import ISSUER_LABELS
from indexer.documents.metadata import law_history as notes
from indexer.documents.metadata.page import Page
from indexer.documents.metadata.signature import Signature, read_last_organ
from indexer.documents.metadata.title import ET_AL, title_authors
from indexer.documents.model import Fact, Span
from indexer.documents.organs import part_organs, usual_name

_ORDER = re.compile(r"([^〔]+?)(?:令|公告|通告)")
_GOVERNMENT = re.compile(r"(?<=.)([省市区州县])政府$")
# 新华社北京1月10日电 近日，中共中央印发了《…》: a newspaper's copy names the issuers so
_NEWS_LINES = 3
_PUBLISHED = re.compile(r"(.{2,40}?)(?:联合)?发布")
_PRINTED = re.compile(
    r"(?:近日|日前)，([^，。《]{2,120}?)(?:等[^，。《]{0,4}部门)?(?:联合)?(?:印发|发布|公布)了?《([^》]{4,80})》"
)


def read_issuers(page: Page, signature: Signature, number: Fact | None) -> tuple[Fact, ...]:
    """Returns the organs that signed ``page``; else those in its title, notes, order or labels.

    They are in the order of the text; the tuple is empty if nothing names one.
    """
    return (
        signature.issuers
        or (_in_news(page) if _shortens(page) else ())
        or _in_title(page)
        or notes.assemblies(page.head.notes, page.region)
        or _in_brackets(page)
        or _of_order(page, number)
        or notes.adopters(page.head.notes, page.region)
        or _in_news(page)
        or _in_label(page)
        or _at_end(page)
        or notes.approvers(page.head.notes, page.region)
        or _publisher(page)
    )


def _shortens(page: Page) -> bool:
    """Returns True if the title does not name all issuers.

    An example is 公安部、国家互联网信息办公室等六部门联合公布….
    """
    return page.title is not None and ET_AL.search(page.title.value) is not None


def _facts(page: Page, names: str, start: int) -> tuple[Fact, ...]:
    """Returns the organs of ``names``, which begins at offset ``start`` of the text."""
    return tuple(
        Fact(usual_name(names[first:last], page.region), Span(start + first, start + last))
        for first, last in part_organs(names)
    )


def _in_title(page: Page) -> tuple[Fact, ...]:
    title = page.title
    if title is None:
        return ()
    names = [title.value[start:end] for start, end in title_authors(title)]
    return tuple(Fact(usual_name(name, page.region), page.within(title, name)) for name in names)


def _in_brackets(page: Page) -> tuple[Fact, ...]:
    """Returns （2025年9月11日 国家互联网信息办公室） under a title; on two lines in a flat page."""
    for index in range(page.head.start, page.head.body):
        line = page.lines[index]
        date = DATE.match(line.text[1:]) if line.text[0] in "（(" else None
        if date is None:
            continue
        start = date.end() + 1
        if start >= len(line.text) and index + 1 < len(page.lines):
            line, start = page.lines[index + 1], 0
        names = line.text[start:].rstrip("）)").lstrip(" \u3000")
        if names and names in line.text:
            return _facts(page, names, line.at(line.text.index(names)))
    return ()


def _of_order(page: Page, number: Fact | None) -> tuple[Fact, ...]:
    match = _ORDER.match(number.value) if number else None
    if number is None or match is None or "〔" in number.value:
        return ()
    parts = (_GOVERNMENT.sub(r"\1人民政府", part) for part in match[1].split("、"))
    names = [usual_name(part, page.region) for part in parts]
    return tuple(Fact(name, number.span) for name in names)


def _in_news(page: Page) -> tuple[Fact, ...]:
    for line in page.opening(_NEWS_LINES):
        match = _PRINTED.search(line.text[:300])
        if match and page.title and match[2] in page.title.value:
            return _facts(page, match[1], line.at(match.start(1)))
    return ()


def _publisher(page: Page) -> tuple[Fact, ...]:
    """Returns the organ of a line such as 最高人民法院发布 or 1984年1月7日 国务院⏎中央军委发布."""
    for line in (line for run in page.head.runs for line in run):
        match = _PUBLISHED.fullmatch(line.text)
        facts = _facts(page, match[1], line.at(0)) if match else ()
        if facts:
            return _behind_date(page, page.index(line) - 1) + facts
    return ()


def _behind_date(page: Page, index: int) -> tuple[Fact, ...]:
    line = page.lines[max(index, 0)]
    date = DATE.match(line.text)
    names = line.text[date.end() :].lstrip(" \u3000") if date else ""
    return _facts(page, names, line.at(line.text.index(names))) if names else ()


def _in_label(page: Page) -> tuple[Fact, ...]:
    field = page.field(ISSUER_LABELS)
    if field is None or field.span is None:
        return ()
    return _facts(page, field.value, field.span.start) or (field,)


def _at_end(page: Page) -> tuple[Fact, ...]:
    return () if page.head.notes else read_last_organ(page.lines, page.head.body)
