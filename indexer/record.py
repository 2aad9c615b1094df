"""A document as bytes, and the row that lists it in the catalogue of a segment."""

from __future__ import annotations

import json
import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

from indexer.document import Document, Fact, Metadata, Section, Span
from indexer.errors import IndexDamaged

Buffer = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a document without reading it: a line of the catalogue.

    ``units`` counts its units of retrieval; its record is ``size`` bytes at ``offset`` of the
    segment's records.
    """

    id: str
    digest: str
    title: str
    doc_number: str
    issuers: tuple[str, ...]
    date: str
    doc_type: str
    units: int
    offset: int
    size: int


_COLUMNS = tuple(field.name for field in fields(Row))


def encode_rows(rows: Iterable[Row]) -> bytes:
    """A catalogue as JSON, a list of values per column."""
    rows = list(rows)
    return json.dumps(
        {name: [getattr(row, name) for row in rows] for name in _COLUMNS},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "surrogatepass")


def decode_rows(data: bytes) -> list[Row]:
    """The rows of a catalogue. Raises IndexDamaged."""
    try:
        columns = json.loads(data)
        columns["issuers"] = map(tuple, columns["issuers"])
        return [Row(*values) for values in zip(*map(columns.get, _COLUMNS), strict=True)]
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"a catalogue cannot be read: {error}") from None


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit of retrieval as it is shown, read without the rest of its document.

    ``line`` is the line of the document it begins in, ``repeat_lines`` those where the ``repeats``
    begin, counted from 1.
    """

    anchor: str
    path: tuple[str, ...]
    heading: str
    headings: tuple[str, ...]
    span: Span
    repeats: tuple[Span, ...]
    line: int
    repeat_lines: tuple[int, ...]
    text: str


_UNIT_BLOCK = 16


def encode_document(document: Document) -> bytes:
    """A document without the texts of its units, in pieces: a unit can be read without the rest.

    The number of pieces, the size of each (32 bits each), then the pieces, JSON compressed by
    zlib: the document, with what its text has before, between and after its units; and what is
    shown of these, 16 together.
    """
    metadata = {
        field.name: _plain(getattr(document.metadata, field.name)) for field in fields(Metadata)
    }
    sections = [
        (s.kind, s.label, s.path, s.heading, s.span, s.anchor, s.parent, s.repeats)
        for s in document.sections
    ]
    head = (document.id, document.digest, metadata, sections, list(_between(document)))
    units = list(_shown(document))
    blocks = [units[at : at + _UNIT_BLOCK] for at in range(0, len(units), _UNIT_BLOCK)]
    packed = [zlib.compress(_json(piece), 6) for piece in (head, *blocks)]
    sizes = array("I", (len(packed), *map(len, packed)))
    return sizes.tobytes() + b"".join(packed)


def _between(document: Document) -> Iterator[tuple[int, str]]:
    """What stands outside the units, each before the unit of a number, or behind the last."""
    end = number = 0
    for number, unit in enumerate(document.units(), 1):
        if end < unit.span.start:
            yield number - 1, document.text[end : unit.span.start]
        end = unit.span.end
    if end < len(document.text):
        yield number, document.text[end:]


def _shown(document: Document) -> Iterator[Any]:
    line_of = _LineCounter(document.text)
    for unit in document.units():
        section = unit.section
        lines = [line_of(span.start) for span in unit.repeats]
        yield (
            section.anchor,
            section.path,
            section.heading,
            unit.headings,
            unit.span,
            unit.repeats,
            line_of(unit.span.start),
            lines,
        )


class _LineCounter:
    """Which line an offset lies in, from 1."""

    def __init__(self, text: str) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def __call__(self, offset: int) -> int:
        return bisect_left(self._breaks, offset) + 1


def decode_document(data: Buffer, units: Iterable[str]) -> Document:
    """The document `encode_document` was given; ``units`` are the texts of its units in order.

    Raises IndexDamaged.
    """
    with _reading():
        id, digest, metadata, sections, between = _Pieces(data).read(0)
        texts = list(units)
        for number, text in reversed(between):
            texts.insert(number, text)
        return Document(
            id,
            digest,
            "".join(texts),
            Metadata(**{name: _facts(value) for name, value in metadata.items()}),
            tuple(_section(section) for section in sections),
        )


def decode_passage(data: Buffer, number: int, text: str) -> Passage:
    """The unit ``number``, whose text is ``text``, of the document `encode_document` was given.

    Raises IndexDamaged.
    """
    with _reading():
        block, place = divmod(number, _UNIT_BLOCK)
        shown = _Pieces(data).read(1 + block)[place]
        anchor, path, heading, headings, span, repeats, line, lines = shown
        return Passage(
            anchor,
            tuple(path),
            heading,
            tuple(headings),
            Span(*span),
            tuple(Span(*repeat) for repeat in repeats),
            line,
            tuple(lines),
            text,
        )


class _Pieces:
    """The pieces of a record."""

    def __init__(self, data: Buffer) -> None:
        self._data = memoryview(data)
        (count,) = self._data[:4].cast("I")
        sizes = self._data[4 : 4 + 4 * count].cast("I")
        if len(sizes) != count:
            raise ValueError("it is cut off")
        self._starts = [*accumulate(sizes, initial=4 + 4 * count)]

    def read(self, number: int) -> Any:
        """A piece; what lies outside the record does not decompress."""
        piece = self._data[self._starts[number] : self._starts[number + 1]]
        return json.loads(zlib.decompress(piece))


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (zlib.error, ValueError, TypeError, IndexError) as error:
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


def _section(value: Any) -> Section:
    kind, label, path, heading, span, anchor, parent, repeats = value
    return Section(
        kind,
        label,
        tuple(path),
        heading,
        Span(*span),
        anchor,
        parent,
        tuple(Span(*repeat) for repeat in repeats),
    )
