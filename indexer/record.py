"""A document as bytes, and the row that lists it in the catalogue of a segment."""

from __future__ import annotations

import json
import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from indexer.document import Document, Fact, Metadata, Section, Span, Unit
from indexer.errors import IndexDamaged

Buffer = bytes | memoryview


class Row(NamedTuple):
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


_KINDS = {"issuers": list, "units": int, "offset": int, "size": int}  # else text


def encode_rows(rows: Iterable[Row]) -> bytes:
    """A catalogue as JSON, a list of values per column."""
    rows = list(rows)
    return json.dumps(
        {name: [getattr(row, name) for row in rows] for name in Row._fields},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "surrogatepass")


def decode_rows(data: bytes) -> list[Row]:
    """The rows of a catalogue. Raises IndexDamaged."""
    try:
        columns = json.loads(data)
        for name in Row._fields:
            if not {*map(type, columns[name])} <= {_KINDS.get(name, str)}:
                raise TypeError(f"{name} are of another kind")
        if min(columns["units"], default=0) < 0:
            raise ValueError("a document of fewer units than none")
        columns["issuers"] = [tuple(map(str, issuers)) for issuers in columns["issuers"]]
        return list(map(Row._make, zip(*map(columns.get, Row._fields), strict=True)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
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


_BLOCK = 16  # units


def encode_document(document: Document) -> bytes:
    """A document without the texts of its units, in pieces: a unit can be read without the rest.

    The number of pieces, the size of each (32 bits each), then the pieces, JSON compressed by
    zlib. The first: id, digest, facts, and what stands outside the units, as pairs of an offset
    and a text. The others: the sections from that of every 16th unit on. Such a block has its
    offset in the text; kinds, labels, paths, headings, sizes, anchors, distances from the parent
    (0 at the root) and repeats of its sections; and of each of its units the number of its first
    section in the block, that of its sections, its headings, repeats, line and lines of repeats.
    """
    facts = {
        field.name: _plain(getattr(document.metadata, field.name)) for field in fields(Metadata)
    }
    head = (document.id, document.digest, facts, list(_outside(document)))
    packed = [zlib.compress(_json(piece), 6) for piece in (head, *_blocks(document))]
    sizes = array("I", (len(packed), *map(len, packed)))
    return sizes.tobytes() + b"".join(packed)


def _outside(document: Document) -> Iterator[tuple[int, str]]:
    end = 0
    for span in (*(unit.span for unit in document.units()), Span(len(document.text), 0)):
        if end < span.start:
            yield end, document.text[end : span.start]
        end = span.end


def _blocks(document: Document) -> Iterator[Any]:
    sections, line_of = document.sections, _LineCounter(document.text)
    units = list(_numbered(document))
    firsts = [0, *(number for number, _ in units[_BLOCK::_BLOCK])]
    for block, (first, stop) in enumerate(pairwise([*firsts, len(sections)])):
        yield (
            sections[first].span.start if sections else 0,
            list(zip(*map(_row, sections[first:stop], range(first, stop)), strict=True)),
            [
                _shown(unit, number - first, sections[number:stop], line_of)
                for number, unit in units[block * _BLOCK : (block + 1) * _BLOCK]
            ],
        )


def _numbered(document: Document) -> Iterator[tuple[int, Unit]]:
    """The units, each with the number of its section."""
    sections = enumerate(document.sections)
    for unit in document.units():
        yield next(number for number, section in sections if section is unit.section), unit


def _shown(
    unit: Unit, first: int, sections: Sequence[Section], line_of: Callable[[int], int]
) -> tuple[Any, ...]:
    count = sum(section.span.start < unit.span.end for section in sections)
    lines = [line_of(repeat.start) for repeat in unit.repeats]
    return first, count, unit.headings, unit.repeats, line_of(unit.span.start), lines


def _row(section: Section, number: int) -> tuple[Any, ...]:
    start, end = section.span
    up = number - section.parent if section.parent >= 0 else 0
    of_text = section.kind, section.label, section.path, section.heading
    return *of_text, end - start, section.anchor, up, section.repeats


class _LineCounter:
    """Which line an offset lies in, from 1."""

    def __init__(self, text: str) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def __call__(self, offset: int) -> int:
        return bisect_left(self._breaks, offset) + 1


def decode_document(data: Buffer, text: str) -> Document:
    """The document `encode_document` was given; ``text`` is that of its units, joined.

    Raises IndexDamaged.
    """
    with _reading():
        pieces = _Pieces(data)
        id, digest, facts, outside = pieces.read(0)
        sections: list[Section] = []
        for number in range(1, pieces.count):
            offset, columns, _ = pieces.read(number)
            sections += _sections(offset, columns, len(sections))
        metadata = Metadata(**{name: _facts(value) for name, value in facts.items()})
        return Document(id, digest, _whole(text, outside), metadata, tuple(sections))


def _whole(text: str, outside: Any) -> str:
    parts: list[str] = []
    at = end = 0  # in the text of the units, in that of the document
    for offset, between in outside:
        parts += text[at : at + offset - end], between
        at += offset - end
        end = offset + len(between)
    return "".join((*parts, text[at:]))


def _sections(offset: int, columns: Any, first: int) -> Iterator[Section]:
    for number, row in enumerate(zip(*columns, strict=True), first):
        kind, label, path, heading, size, anchor, up, repeats = row
        span = Span(offset, offset + size)
        parent = number - up if up else -1
        yield Section(kind, label, tuple(path), heading, span, anchor, parent, _spans(repeats))
        offset += size


def decode_passage(data: Buffer, number: int, text: str) -> Passage:
    """The unit ``number``, whose text is ``text``, of the document `encode_document` was given.

    Raises IndexDamaged.
    """
    with _reading():
        block, place = divmod(number, _BLOCK)
        offset, columns, units = _Pieces(data).read(1 + block)
        _, _, paths, section_headings, sizes, anchors, _, _ = columns
        at, count, headings, repeats, line, lines = units[place]
        start = offset + sum(sizes[:at])
        return Passage(
            anchors[at],
            tuple(paths[at]),
            section_headings[at],
            tuple(headings),
            Span(start, start + sum(sizes[at : at + count])),
            _spans(repeats),
            line,
            tuple(lines),
            text,
        )


def _spans(values: Any) -> tuple[Span, ...]:
    return tuple(Span(*value) for value in values)


class _Pieces:
    """The pieces of a record."""

    def __init__(self, data: Buffer) -> None:
        self._data = memoryview(data)
        (self.count,) = self._data[:4].cast("I")
        sizes = self._data[4 : 4 + 4 * self.count].cast("I")
        if len(sizes) != self.count:
            raise ValueError("it is cut off")
        self._starts = [*accumulate(sizes, initial=4 + 4 * self.count)]

    def read(self, number: int) -> Any:
        """A piece; what lies outside the record does not decompress."""
        piece = self._data[self._starts[number] : self._starts[number + 1]]
        return json.loads(zlib.decompress(piece))


# What JSON of another shape raises where it is taken apart.
_NOT_AS_WRITTEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (zlib.error, *_NOT_AS_WRITTEN) as error:
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
