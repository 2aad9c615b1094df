"""Documents as bytes: a record, the cards of its sections, and a row in its segment."""

from __future__ import annotations

import json
import re
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from itertools import accumulate
from typing import Any, NamedTuple

from indexer.documents.model import Document, Fact, Metadata, Section, Span
from indexer.errors import IndexDamaged

Buffer = bytes | memoryview


class DocumentRow(NamedTuple):
    """The facts of a document that are kept in memory while an index is open.

    A fact that the document does not state is empty. ``date`` is the date of signing, else that of
    publication: YYYY-MM-DD or a beginning of it. The record of the document has ``size`` bytes,
    from ``offset`` on, in the records of its segment.
    """

    id: str
    digest: str
    title: str
    doc_number: str
    issuers: tuple[str, ...]
    date: str
    doc_type: str
    section_count: int
    offset: int
    size: int


# The columns of rows, in the order of the fields; the format calls section_count "units".
_COLUMNS = tuple("units" if name == "section_count" else name for name in DocumentRow._fields)
_KINDS = {"issuers": list, "units": int, "offset": int, "size": int}  # else text


def encode_rows(rows: Iterable[DocumentRow]) -> bytes:
    """Returns ``rows`` as JSON, with a list of values for each column."""
    rows = list(rows)
    return json.dumps(
        {name: [row[at] for row in rows] for at, name in enumerate(_COLUMNS)},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "surrogatepass")


def decode_rows(data: bytes) -> list[DocumentRow]:
    """Returns the rows that `encode_rows` wrote as ``data``. Raises IndexDamaged."""
    try:
        columns = json.loads(data)
        for name in _COLUMNS:
            if not {*map(type, columns[name])} <= {_KINDS.get(name, str)}:
                raise TypeError(f"{name} has values of another type")
        if min(columns["units"], default=0) < 0:
            raise ValueError("a document has fewer sections than none")
        columns["issuers"] = [tuple(map(str, issuers)) for issuers in columns["issuers"]]
        return list(map(DocumentRow._make, zip(*map(columns.get, _COLUMNS), strict=True)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"the rows of a segment cannot be read: {error}") from None


class SectionCard(NamedTuple):
    """The facts that a hit shows of a section, readable without the rest of the document.

    ``line`` is the line of the document on which the section begins, and ``repeat_lines`` are the
    lines on which its ``repeats`` begin, all counted from 1. Spans are half-open character offsets
    in the document's text.
    """

    anchor: str
    path: tuple[str, ...]
    heading: str
    headings: tuple[str, ...]
    span: Span
    repeats: tuple[Span, ...]
    line: int
    repeat_lines: tuple[int, ...]


_BLOCK = 8  # sections
_read_json = json.JSONDecoder().raw_decode


def encode_document(document: Document) -> bytes:
    """Returns the record of a document: everything except the texts of its sections.

    A record is split into pieces, so that a card can be read without the rest. It begins with the
    number of pieces, the offset of each piece after these numbers, and the end of the last one (32
    bits each); then come the pieces, each compressed by zlib.

    The first piece is JSON: id, digest, facts; the texts outside of sections, each with its offset;
    the offset of the first section; and, for the sections, their kinds, labels, paths, headings,
    sizes, anchors, distances from the parent (0 at the root) and repeats. Each further piece has
    the cards of 8 sections, one line of JSON each: anchor, path, heading, headings, start, size,
    line; then start, size and line of each repeat.
    """
    facts = {
        field.name: _plain(getattr(document.metadata, field.name)) for field in fields(Metadata)
    }
    sections = document.sections
    columns = list(zip(*map(_row, sections, range(len(sections))), strict=True))
    start = sections[0].span.start if sections else 0
    whole = (document.id, document.digest, facts, list(_outside(document)), start, columns)
    shown = [_json(_shown(passage)) for passage in cards_of(document)]
    blocks = (b"\n".join(shown[at : at + _BLOCK]) for at in range(0, len(shown), _BLOCK))
    packed = [zlib.compress(_json(whole), 6), *map(_quick_to_read, blocks)]
    head = array("I", (len(packed), *accumulate(map(len, packed), initial=0)))
    return head.tobytes() + b"".join(packed)


def _quick_to_read(block: bytes) -> bytes:
    """Compresses a piece with zlib's fixed codes.

    In a small piece, reading codes of its own would take longer than the piece itself.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FIXED)
    return packer.compress(block) + packer.flush()


def _outside(document: Document) -> Iterator[tuple[int, str]]:
    end = 0
    for span in (
        *(section.span for section in document.search_sections()),
        Span(len(document.text), 0),
    ):
        if end < span.start:
            yield end, document.text[end : span.start]
        end = span.end


def cards_of(document: Document) -> Iterator[SectionCard]:
    """Yields the cards of the sections of ``document``, in order."""
    line_of = _LineCounter(document.text)
    for one in document.search_sections():
        section = one.section
        yield SectionCard(
            section.anchor,
            section.path,
            section.heading,
            one.headings,
            one.span,
            one.repeats,
            line_of(one.span.start),
            tuple(line_of(repeat.start) for repeat in one.repeats),
        )


def _shown(passage: SectionCard) -> tuple[Any, ...]:
    spans = zip(passage.repeats, passage.repeat_lines, strict=True)
    again = [(start, end - start, line) for (start, end), line in spans]
    start, end = passage.span
    return *passage[:4], start, end - start, passage.line, *again


def _row(section: Section, number: int) -> tuple[Any, ...]:
    start, end = section.span
    up = number - section.parent if section.parent >= 0 else 0
    of_text = section.kind, section.label, section.path, section.heading
    return *of_text, end - start, section.anchor, up, section.repeats


class _LineCounter:
    """Returns the line, from 1, of an offset in a text."""

    def __init__(self, text: str) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def __call__(self, offset: int) -> int:
        return bisect_left(self._breaks, offset) + 1


def decode_document(data: Buffer, text: str) -> Document:
    """Returns the document of the record ``data``.

    ``text`` has the joined texts of its sections. Raises IndexDamaged.
    """
    with _reading():
        id, digest, facts, outside, start, columns = json.loads(_piece(data, 0))
        sections = tuple(_sections(start, columns))
        metadata = Metadata(**{name: _facts(value) for name, value in facts.items()})
        return Document(id, digest, _whole(text, outside), metadata, sections)


def _whole(text: str, outside: Any) -> str:
    parts: list[str] = []
    at = end = 0  # offsets in ``text`` and in the text of the document
    for offset, between in outside:
        parts += text[at : at + offset - end], between
        at += offset - end
        end = offset + len(between)
    return "".join((*parts, text[at:]))


def _sections(offset: int, columns: Any) -> Iterator[Section]:
    for number, row in enumerate(zip(*columns, strict=True)):
        kind, label, path, heading, size, anchor, up, repeats = row
        span = Span(offset, offset + size)
        parent = number - up if up else -1
        yield Section(kind, label, tuple(path), heading, span, anchor, parent, _spans(repeats))
        offset += size


def decode_card(data: Buffer, number: int) -> SectionCard:
    """Returns the card of section ``number`` (from 0) of a record. Raises IndexDamaged."""
    try:
        block, place = divmod(number, _BLOCK)
        line = _piece(data, 1 + block).split(b"\n")[place].decode("utf-8", "surrogatepass")
        shown, _ = _read_json(line)
        anchor, path, heading, headings, start, size, begins, *again = shown
        return SectionCard(
            anchor,
            tuple(path),
            heading,
            tuple(headings),
            Span(start, start + size),
            tuple([Span(at, at + more) for at, more, _ in again]),
            begins,
            tuple([its_line for _, _, its_line in again]),
        )
    except _NOT_AS_WRITTEN as error:
        raise IndexDamaged(f"a record cannot be read: {error}") from None


def _spans(values: Any) -> tuple[Span, ...]:
    return tuple(Span(*value) for value in values)


_NUMBER, _PLACE = struct.Struct("<I"), struct.Struct("<II")


def _piece(data: Buffer, number: int) -> bytes:
    """Returns a piece of a record. Bytes from outside the record would not decompress."""
    (count,) = _NUMBER.unpack_from(data)
    if number >= count:
        raise ValueError("it has no such piece")
    start, end = _PLACE.unpack_from(data, 4 * (1 + number))
    first = 4 * (2 + count)
    return zlib.decompress(data[first + start : first + end])


# The exceptions that taking apart damaged bytes and JSON may cause.
_NOT_AS_WRITTEN = (
    zlib.error,
    struct.error,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _NOT_AS_WRITTEN as error:
        raise IndexDamaged(f"a record cannot be read: {error}") from None


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _plain(value: Fact | tuple[Fact, ...] | None) -> Any:
    if isinstance(value, tuple):
        return {"all": [(fact.value, fact.span) for fact in value]}
    return value and (value.value, value.span)


def _facts(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(_fact(fact) for fact in value["all"])
    return value and _fact(value)


def _fact(value: Any) -> Fact:
    return Fact(value[0], value[1] and Span(*value[1]))
