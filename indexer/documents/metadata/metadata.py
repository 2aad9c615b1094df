"""Reads the metadata of a document from its text alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from indexer.documents.dates import find_dates, parse_date
from indexer.documents.lexicon.page_labels import (
    DATE_LABELS,
    EFFECTIVE_LABELS,
    PUBLISHED_LABELS,
    STATUS_LABELS,
)
from indexer.documents.lines import Line
from indexer.documents.metadata import back_matter as extras
from indexer.documents.metadata import law_history as notes
from indexer.documents.metadata.issuers import read_issuers
from indexer.documents.metadata.own_number import read_number
from indexer.documents.metadata.page import Page, read_page
from indexer.documents.metadata.signature import Signature, read_signature
from indexer.documents.metadata.title import clean_title, derive_title, told_type, type_of
from indexer.documents.model import Fact, Metadata, Span
from indexer.documents.organs import region_of
from indexer.documents.script import characters_of
from indexer.documents.surroundings import Surroundings, read_surroundings

_OPENING = 12  # lines of a body that may mention the 文种
_OPENING_LENGTH = 2000
_NAMED = re.compile("《([^《》]{4,60})》")
_SPACES = re.compile(r"\s+")


def read_metadata(text: str, around: Surroundings | None = None) -> Metadata:
    """Returns the facts that ``text`` states about itself; unstated facts are None or empty.

    ``around`` is the result of `read_surroundings` for ``text``; it is computed if it is not given.
    No text makes this fail.

    Each Fact has the span in ``text`` of everything its value was read from (for a title over two
    lines, including the line break), or None if the value was derived. Names of organs are in their
    usual form, numbers and dates in canonical form. Takes time linear in the length of ``text``.
    """
    around = around or read_surroundings(text)
    found = _read(around)
    return found if around.text is around.source else _as_written(found, text)


def _read(around: Surroundings) -> Metadata:
    page = read_page(around)
    steps = notes.read_steps(page.head.notes)
    number = read_number(page)
    signature = _signature(page)
    issuers = read_issuers(page, signature, number)
    date = _date(page, signature, steps)
    doc_type = _type(page)
    return Metadata(
        title=page.title or _derived_title(page, doc_type, issuers),
        doc_number=number,
        issuers=issuers,
        date=date,
        doc_type=doc_type,
        addressee=_addressee(page),
        published=_published(page, steps),
        effective=_effective(page, steps, date),
        region=_region(page, issuers),
        attachments=extras.attachments(page),
        copied_to=extras.copied_to(page.lines),
        revisions=notes.revisions(steps),
        status=page.field(STATUS_LABELS) or extras.status(page.lines, page.title),
    )


def _as_written(found: Metadata, source: str) -> Metadata:
    """Returns facts in the characters of ``source``; they were read from its simplified form."""
    whole = characters_of(source)

    def written(fact: Fact) -> Fact:
        characters = characters_of(fact.span.of(source)) if fact.span else whole
        return replace(fact, value=fact.value.translate(characters))

    values: dict[str, Any] = {}
    for name in Metadata.__slots__:
        value: Fact | tuple[Fact, ...] | None = getattr(found, name)
        values[name] = (
            tuple(map(written, value)) if isinstance(value, tuple) else value and written(value)
        )
    return Metadata(**values)


def _signature(page: Page) -> Signature:
    """Returns the 落款; in a law with notes, only one before its first article."""
    head = page.head
    stop = head.body if head.notes else len(page.lines)
    return read_signature(page, stop)


def _date(page: Page, signature: Signature, steps: list[notes.Step]) -> Fact | None:
    adopted = notes.adoption_date(steps)
    if signature.date and (signature.issuers or signature.personal or not steps):
        # an order stays above a text that was amended after it
        amended = signature.personal and adopted and adopted.value > signature.date.value
        return adopted if amended else signature.date
    return (
        adopted
        or signature.date
        or _head_date(page)
        or extras.first_date(page.field(DATE_LABELS))
        or extras.closing_date(page.lines)
    )


def _head_date(page: Page) -> Fact | None:
    """Returns a date beside the number (交政法发〔2010〕251号  2010年6月2日), or by itself.

    By itself, it counts in brackets and on the line directly below the title.
    """
    alone = [line for line in page.head.dates if line.text[0] in "（(—" or _below_title(page, line)]
    for line in (*page.head.numbers, *alone):
        for span, iso in find_dates(line.text):
            return Fact(iso, line.span(span.start, span.end))
    return None


def _below_title(page: Page, line: Line) -> bool:
    above = page.lines[max(page.index(line) - 1, 0)].span()
    whole = parse_date(line.text) is not None and not page.head.fields and not page.head.page_title
    return (
        whole
        and page.title is not None
        and page.title.span is not None
        and (above.end == page.title.span.end)
    )


def _published(page: Page, steps: list[notes.Step]) -> Fact | None:
    labelled = extras.first_date(page.field(PUBLISHED_LABELS))
    return labelled or _page_date(page) or notes.publication_date(steps)


def _page_date(page: Page) -> Fact | None:
    """Returns the date at the end of a web page's menu: 2025年03月21日 17:00 来源."""
    for line in reversed(page.lines[: page.head.start]):
        for span, iso in find_dates(line.text):
            return Fact(iso, line.span(span.start, span.end))
    return None


def _effective(page: Page, steps: list[notes.Step], date: Fact | None) -> Fact | None:
    first_issued = next((Fact(step.date) for step in steps if step.is_publication), date)
    return (
        extras.first_date(page.field(EFFECTIVE_LABELS))
        or extras.effective(page.lines, first_issued)
        or notes.effective_date(steps)
    )


def _type(page: Page) -> Fact | None:
    if page.title is None:
        return told_type(page.opening(_OPENING))
    word, span = type_of(page.title.value), page.title.span
    if word is None or span is None:
        return None
    at = page.around.text.rfind(word, span.start, span.end)
    return Fact(word, Span(at, at + len(word)) if at >= 0 else span)


def _derived_title(page: Page, doc_type: Fact | None, issuers: tuple[Fact, ...]) -> Fact | None:
    if enclosed := _enclosed_title(page):
        return enclosed
    opening = "\n".join(line.text for line in page.opening(_OPENING))[:_OPENING_LENGTH]
    return derive_title(opening, doc_type.value if doc_type else None, issuers)


def _enclosed_title(page: Page) -> Fact | None:
    """Returns the title of the enclosed text that the opening names: 《…》 with all its words."""
    named = {
        name for line in page.opening(2) for name in _NAMED.findall(_SPACES.sub("", line.text))
    }
    if not named:
        return None
    for mark in page.around.marks:
        if mark.kind == "attachment" and mark.line < len(page.lines):
            line = page.lines[mark.line]
            if _SPACES.sub("", line.text) in named:
                return Fact(clean_title(line.text), line.span())
    return None


def _addressee(page: Page) -> Fact | None:
    lines = page.head.addressee
    if not lines:
        return None
    value = _SPACES.sub("", "".join(line.text for line in lines)).rstrip(":：")
    last = lines[-1]
    return Fact(value, Span(lines[0].at(0), last.span(0, len(last.text.rstrip(":： "))).end))


def _region(page: Page, issuers: tuple[Fact, ...]) -> Fact | None:
    for fact in (*issuers, *((page.title,) if page.title else ())):
        region = region_of(fact.value)
        if region:
            return Fact(region, page.within(fact, region))
    return None
