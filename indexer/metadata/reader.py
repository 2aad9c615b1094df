"""Reads the metadata of a document from its text alone."""

from __future__ import annotations

import re

from indexer.document import Fact, Metadata, Span
from indexer.lexicon import DOCUMENT_TYPES, ORGAN_SUFFIXES
from indexer.metadata.dates import DATE, find_dates
from indexer.metadata.lines import Line, read_lines
from indexer.metadata.numbers import find_numbers

_FIELD = re.compile(r"(发布部门|发布文号|发文机关|发文字号|成文日期|发布日期)[:：]\s*")
_ENDING = "|".join(sorted(map(re.escape, ORGAN_SUFFIXES), key=len, reverse=True))
_ORGAN_LINE = re.compile(rf"^[\u4e00-\u9fff（）()、“”\s]{{1,60}}(?:{_ENDING})$")
_TYPE_END = re.compile(
    "(?:"
    + "|".join(sorted(DOCUMENT_TYPES, key=len, reverse=True))
    + r")(?=(?:[（(][^（）()]*[）)])?$)"
)
_TOLD = re.compile(
    r"(?:现|特)?(?:将|就|把)?(.{0,60}?)(通报|通知|公告|通告|意见|批复|函复|报告|公示)如下"
)


def read_metadata(text: str) -> Metadata:
    """What ``text`` says of itself; each Fact with its span in ``text``, or None where derived."""
    lines = read_lines(text)
    fields = _fields(lines)
    signature = _signature(lines)
    issuers = signature[0] or fields.get("发布部门") or fields.get("发文机关") or ()
    head = [line for line in lines[:12] if not _FIELD.match(line.text)]
    addressee = _addressee(head)
    title = _title(head, addressee)
    number = _number(lines)
    doc_type = _type(title, head)
    if title is None:
        title = _derived_title(text, doc_type, issuers)
    return Metadata(
        title=title,
        doc_number=number,
        issuers=tuple(issuers),
        date=signature[1] or _note_date(lines[:12]),
        doc_type=doc_type,
        addressee=addressee,
    )


def _fields(lines: list[Line]) -> dict[str, tuple[Fact, ...]]:
    fields: dict[str, tuple[Fact, ...]] = {}
    for line in lines[:30]:
        match = _FIELD.match(line.text)
        if match and match.end() < len(line.text):
            facts = []
            for part in re.finditer(r"[^、 \u3000]+", line.text[match.end() :]):
                start = line.span.start + match.end() + part.start()
                facts.append(Fact(part[0], Span(start, start + len(part[0]))))
            fields[match[1]] = tuple(facts)
    return fields


def _signature(lines: list[Line]) -> tuple[tuple[Fact, ...], Fact | None]:
    for index, line in enumerate(lines):
        if len(line.text) > 60:
            continue
        match = DATE.search(line.text)
        if not match or match.end() != len(line.text):
            continue
        organs = []
        front = line.text[: match.start()].strip()
        if front and _ORGAN_LINE.match(front):
            organs.append(Fact(front, Span(line.span.start, line.span.start + len(front))))
        elif not front:
            for above in reversed(lines[max(0, index - 15) : index]):
                if not _ORGAN_LINE.match(above.text):
                    break
                organs.insert(0, Fact(above.text, above.span))
        if organs:
            span, iso = next(find_dates(line.text), (Span(0, 0), ""))
            if iso:
                start = line.span.start
                return tuple(organs), Fact(iso, Span(start + span.start, start + span.end))
    return (), None


def _addressee(head: list[Line]) -> Fact | None:
    for line in head:
        if line.text[-1] in ":：" and "如下" not in line.text and "。" not in line.text:
            return Fact(line.text[:-1], Span(line.span.start, line.span.end - 1))
    return None


def _title(head: list[Line], addressee: Fact | None) -> Fact | None:
    parts: list[Line] = []
    for line in head:
        if addressee and addressee.span and line.span.start >= addressee.span.start:
            break
        if next(find_numbers(line.text), None) or "。" in line.text or len(line.text) > 120:
            break
        if DATE.match(line.text):
            break
        parts.append(line)
        if _TYPE_END.search(line.text):
            break
    if not parts:
        return None
    return Fact("".join(p.text for p in parts), Span(parts[0].span.start, parts[-1].span.end))


def _number(lines: list[Line]) -> Fact | None:
    for line in lines[:40]:
        if len(line.text) > 120:
            return None
        for span, number in find_numbers(line.text):
            start = line.span.start
            return Fact(number, Span(start + span.start, start + span.end))
    return None


def _type(title: Fact | None, head: list[Line]) -> Fact | None:
    if title:
        match = _TYPE_END.search(title.value)
        return Fact(match[0]) if match else None
    for line in head:
        told = _TOLD.search(line.text)
        if told:
            return Fact(told[2])
    return None


def _derived_title(text: str, doc_type: Fact | None, issuers: tuple[Fact, ...]) -> Fact | None:
    if doc_type:
        return Fact("、".join(fact.value for fact in issuers) + doc_type.value)
    return None


def _note_date(lines: list[Line]) -> Fact | None:
    best = None
    for line in lines:
        for span, iso in find_dates(line.text):
            if line.text[span.end :].lstrip().startswith(("施行", "起施行")):
                continue
            start = line.span.start
            if best is None or iso > best.value:
                best = Fact(iso, Span(start + span.start, start + span.end))
    return best
