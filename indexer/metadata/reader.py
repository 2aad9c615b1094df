"""Reads the metadata of a document from its text alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from indexer.document import Fact, Metadata, Span
from indexer.lexicon import (
    DATE_LABELS,
    EFFECTIVE_LABELS,
    ISSUER_LABELS,
    NUMBER_LABELS,
    PUBLISHED_LABELS,
    STATUS_LABELS,
)
from indexer.metadata import extras, notes
from indexer.metadata.dates import DATE, find_dates
from indexer.metadata.head import Head, read_head
from indexer.metadata.lines import Line, read_lines
from indexer.metadata.numbers import find_numbers
from indexer.metadata.organs import part_organs, region_of, usual_name
from indexer.metadata.signature import Signature, read_last_organ, read_signature
from indexer.metadata.title import clean_title, derive_title, read_title, told_type, type_of

_FOOTER = re.compile(r"^(?:【?\s*(?:返回顶部|关闭窗口|打印本页|关闭)\s*】?|©|版权所有|分享：?)$")
_AUTHORS = re.compile(
    r"(?:等\S{0,3}部门)?(?:联合)?(?:关于|转发|印发|批转|公告|令|发布|通告|公布|对)"
)
_OPENING = 12  # lines of a body whose words may tell what the text is


def read_metadata(text: str) -> Metadata:
    """What ``text`` says of itself. Never fails; what it does not say is None or empty.

    Each Fact has its span in ``text``, the whole of what the value was read from (a title over
    two lines, its break included), or None where the value was derived. Names of organs come in
    their usual form, numbers and dates in canonical form. Linear in the length of ``text``.
    """
    lines = _without_footer(read_lines(text))
    head = read_head(lines)
    return _Reading(text, lines, head).metadata()


def _without_footer(lines: list[Line]) -> list[Line]:
    for index in range(max(3, len(lines) - 40), len(lines)):
        if _FOOTER.match(lines[index].text):
            return lines[:index]
    return lines


class _Reading:
    """The parts of one document that several values are read from."""

    def __init__(self, text: str, lines: Sequence[Line], head: Head) -> None:
        self.text = text
        self.lines = lines
        self.head = head
        self.title = read_title(head)
        self.region = region_of(self.title.value) if self.title else ""
        self.steps = notes.read_steps(head.notes)
        self.number = self._number()
        self.signature = self._signature()

    def metadata(self) -> Metadata:
        issuers = self._issuers()
        date = self._date()
        doc_type = self._type()
        title = self.title or derive_title(
            self._opening(), doc_type.value if doc_type else None, issuers
        )
        published = extras.first_date(self._field(PUBLISHED_LABELS)) or self._page_date()
        return Metadata(
            title=title,
            doc_number=self.number,
            issuers=issuers,
            date=date,
            doc_type=doc_type,
            addressee=self._addressee(),
            published=published or notes.publication_date(self.steps),
            effective=self._effective(date),
            region=self._region(issuers),
            attachments=extras.attachments(self.lines, min(self.head.body, len(self.lines))),
            copied_to=extras.copied_to(self.lines),
            revisions=notes.revisions(self.steps),
            status=self._field(STATUS_LABELS) or extras.status(self.lines, self.title),
        )

    def _field(self, labels: Iterable[str]) -> Fact | None:
        return next(
            (self.head.fields[label] for label in labels if label in self.head.fields), None
        )

    def _page_date(self) -> Fact | None:
        """The date a web page's menu ends with: 2025年03月21日 17:00 来源."""
        for line in reversed(self.lines[: self.head.start]):
            for span, iso in find_dates(line.text):
                return Fact(iso, line.span(span.start, span.end))
        return None

    def _opening(self) -> str:
        start = self.head.body
        return "\n".join(line.text for line in self.lines[start : start + _OPENING])

    def _signature(self) -> Signature:
        """The 落款; in a law with notes only what stands before its first article."""
        stop = self.head.body if self.head.notes else len(self.lines)
        return read_signature(self.lines, self.head.start, self.head.body, stop)

    def _issuers(self) -> tuple[Fact, ...]:
        return (
            self.signature.issuers
            or self._title_authors()
            or notes.assemblies(self.head.notes, self.region)
            or self._bracketed_organs()
            or self._order_organs()
            or notes.adopters(self.head.notes, self.region)
            or self._field_organs()
            or ("" if self.steps else read_last_organ(self.lines, self.head.body))
            or ()
        )

    def _title_authors(self) -> tuple[Fact, ...]:
        title = self.title
        found = _AUTHORS.search(title.value) if title else None
        if title is None or found is None:
            return ()
        front = title.value[: found.start()].rstrip(" 》《")
        return tuple(
            Fact(usual_name(front[start:end], self.region), self._within(title, front[start:end]))
            for start, end in part_organs(front)
        )

    def _within(self, fact: Fact, words: str) -> Span | None:
        if fact.span is None:
            return None
        at = self.text.find(words, fact.span.start, fact.span.end)
        return Span(at, at + len(words)) if at >= 0 else fact.span

    def _bracketed_organs(self) -> tuple[Fact, ...]:
        """（2025年9月11日 国家互联网信息办公室） under a title, in a flat page on two lines."""
        for index, line in enumerate(self.lines[self.head.start : self.head.body], self.head.start):
            date = DATE.match(line.text[1:]) if line.text[0] in "（(" else None
            if date is None:
                continue
            rest = line if date.end() + 1 < len(line.text) else self.lines[index + 1]
            start = date.end() + 1 if rest is line else 0
            names = rest.text[start:].rstrip("）)")
            start += len(names) - len(names.lstrip(" \u3000"))
            return tuple(
                Fact(usual_name(names.strip()[first:last]), rest.span(start + first, start + last))
                for first, last in part_organs(names.strip())
            )
        return ()

    def _order_organs(self) -> tuple[Fact, ...]:
        number = self.number
        match = re.match(r"(.+?)(?:令|公告|通告)", number.value) if number else None
        if number is None or match is None or "〔" in number.value:
            return ()
        names = [usual_name(part, self.region) for part in match[1].split("、")]
        return tuple(Fact(name, number.span) for name in names)

    def _field_organs(self) -> tuple[Fact, ...]:
        field = self._field(ISSUER_LABELS)
        if field is None or field.span is None:
            return ()
        start = field.span.start
        parts = part_organs(field.value) or [(0, len(field.value))]
        return tuple(
            Fact(usual_name(field.value[first:last]), Span(start + first, start + last))
            for first, last in parts
        )

    def _number(self) -> Fact | None:
        return (
            self._head_number()
            or self._title_number()
            or self._field_number()
            or notes.first_number(self.head.notes)
        )

    def _head_number(self) -> Fact | None:
        for line in self.head.numbers:
            for span, number in find_numbers(line.text):
                return Fact(number, line.span(span.start, span.end))
            composed = self._composed_number(line)
            if composed:
                return composed
        return None

    def _composed_number(self, line: Line) -> Fact | None:
        """第707号 under …令 or …公告: the number of that order."""
        words = line.text.strip("（()） ")
        composed = self._with_organs_above(self._index(line), words)
        if composed:
            return composed
        if self.title and self.title.value.endswith("公告"):
            authors = "、".join(fact.value for fact in self._title_authors())
            for _, number in find_numbers(f"公告{words}"):
                return Fact(authors + number, line.span())
        return None

    def _index(self, line: Line) -> int:
        """The index of the line that ``line`` is, or is the first part of."""
        return bisect_right(self.lines, line.at(0), key=lambda other: other.at(0)) - 1

    def _with_organs_above(self, index: int, words: str) -> Fact | None:
        above = index - 1
        while above >= 0 and index - above <= 12:
            text = self.lines[above].text
            if not (part_organs(text) or re.search(r"(?:令|公\s*告|通\s*告)$", text)):
                break
            words = re.sub(r"\s+", "", text) + " " + words
            above -= 1
        for span, number in find_numbers(re.sub(r"(?<=[令告]) +", "", words)):
            if span.start == 0:
                first = self.lines[above + 1].span()
                return Fact(number, first._replace(end=self.lines[index].span().end))
        return None

    def _title_number(self) -> Fact | None:
        for run in self.head.runs:
            for line in run:
                for span, number in find_numbers(line.text):
                    if span.start == 0 or (span.end >= len(line.text) - 1 and "〔" not in number):
                        return self._whole_order(line, span, number)
        return None

    def _whole_order(self, line: Line, span: Span, number: str) -> Fact:
        """财政部⏎税务总局公告2020年第8号 is one number of both."""
        if span.start == 0 and "〔" not in number and part_organs(re.split("令|公告", number)[0]):
            index = self._index(line)
            if index and part_organs(self.lines[index - 1].text):
                whole = self._with_organs_above(index, line.text)
                if whole:
                    return whole
        return Fact(number, line.span(span.start, span.end))

    def _field_number(self) -> Fact | None:
        field = self._field(NUMBER_LABELS)
        if field is None or field.span is None:
            return None
        for span, number in find_numbers(field.value):
            start = field.span.start
            return Fact(number, Span(start + span.start, start + span.end))
        return None

    def _date(self) -> Fact | None:
        signature = self.signature
        if signature.date and (signature.issuers or signature.personal or not self.steps):
            return signature.date
        return (
            notes.adoption_date(self.steps)
            or self.signature.date
            or self._number_line_date()
            or extras.first_date(self._field(DATE_LABELS))
        )

    def _number_line_date(self) -> Fact | None:
        for line in self.head.numbers:
            for span, iso in find_dates(line.text):
                return Fact(iso, line.span(span.start, span.end))
        for line in self.head.dates:
            if line.text[0] in "（(" and DATE.search(line.text):
                span, iso = next(find_dates(line.text), (Span(0, 0), ""))
                return Fact(iso, line.span(span.start, span.end)) if iso else None
        return None

    def _type(self) -> Fact | None:
        if self.title:
            word = type_of(self.title.value)
            span = self._within(self.title, word) if word else None
            return Fact(word, span) if word else None
        return told_type(self.lines[self.head.body : self.head.body + _OPENING])

    def _addressee(self) -> Fact | None:
        lines = self.head.addressee
        if not lines:
            return None
        value = clean_title("".join(line.text for line in lines)).rstrip(":： ")
        span = Span(lines[0].at(0), lines[-1].span(0, len(lines[-1].text) - 1).end)
        return Fact(value, span)

    def _effective(self, issued: Fact | None) -> Fact | None:
        return (
            extras.first_date(self._field(EFFECTIVE_LABELS))
            or extras.effective(self.lines, issued)
            or notes.effective_date(self.steps)
        )

    def _region(self, issuers: tuple[Fact, ...]) -> Fact | None:
        for fact in (*issuers, *([self.title] if self.title else [])):
            region = region_of(fact.value)
            if region:
                return Fact(region, self._within(fact, region))
        return None
