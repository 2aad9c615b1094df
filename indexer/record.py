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
_KINDS = {"issuers": list, "units": int, "offset": int, "size": int}  # else text


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
        for name in _COLUMNS:
            if not {*map(type, columns[name])} <= {_KINDS.get(name, str)}:
                raise TypeError(f"{name} are of another kind")
        if min(columns["units"], default=0) < 0:
            raise ValueError("a document of fewer units than none")
        columns["issuers"] = [tuple(map(str, issuers)) for issuers in columns["issuers"]]
        return [Row(*values) for values in zip(*map(columns.get, _COLUMNS), strict=True)]
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


_TEXT_BLOCK = 4096  # characters compressed together
_UNIT_BLOCK = 16


def encode_document(document: Document) -> bytes:
    """A document as compressed pieces, so that a unit can be read without the rest.

    The number of pieces of text, the size of each piece (32 bits each, the number of pieces
    first), then the pieces: JSON of all but the text; the text in pieces of 4096 characters; JSON
    of what is shown of the units, 16 together.
    """
    metadata = {
        field.name: _plain(getattr(document.metadata, field.name)) for field in fields(Metadata)
    }
    sections = [
        (s.kind, s.label, s.path, s.heading, s.span, s.anchor, s.parent, s.repeats)
        for s in document.sections
    ]
    text = document.text
    texts = [text[at : at + _TEXT_BLOCK] for at in range(0, len(text), _TEXT_BLOCK)]
    units = list(_shown(document))
    blocks = [units[at : at + _UNIT_BLOCK] for at in range(0, len(units), _UNIT_BLOCK)]
    pieces = [
        _json((document.id, document.digest, metadata, sections)),
        *texts,
        *map(_json, blocks),
    ]
    packed = [zlib.compress(piece.encode("utf-8", "surrogatepass"), 6) for piece in pieces]
    sizes = array("I", (len(packed), len(texts), *map(len, packed)))
    return sizes.tobytes() + b"".join(packed)


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


def decode_document(data: Buffer) -> Document:
    """The document `encode_document` was given. Raises IndexDamaged."""
    with _reading():
        pieces = _Pieces(data)
        id, digest, metadata, sections = json.loads(pieces.text(0))
        return Document(
            id,
            digest,
            "".join(pieces.text(1 + number) for number in range(pieces.texts)),
            Metadata(**{name: _facts(value) for name, value in metadata.items()}),
            tuple(_section(section) for section in sections),
        )


def decode_passage(data: Buffer, number: int) -> Passage:
    """The unit ``number`` of the document `encode_document` was given. Raises IndexDamaged."""
    with _reading():
        pieces = _Pieces(data)
        block, place = divmod(number, _UNIT_BLOCK)
        shown = json.loads(pieces.text(1 + pieces.texts + block))[place]
        anchor, path, heading, headings, (start, end), repeats, line, lines = shown
        first = start // _TEXT_BLOCK
        texts = map(pieces.text, range(1 + first, 2 + (end - 1) // _TEXT_BLOCK))
        base = first * _TEXT_BLOCK
        return Passage(
            anchor,
            tuple(path),
            heading,
            tuple(headings),
            Span(start, end),
            tuple(Span(*repeat) for repeat in repeats),
            line,
            tuple(lines),
            "".join(texts)[start - base : end - base],
        )


class _Pieces:
    """The pieces of a record."""

    def __init__(self, data: Buffer) -> None:
        self._data = memoryview(data)
        count, self.texts = self._data[:8].cast("I")
        sizes = self._data[8 : 8 + 4 * count].cast("I")
        if self.texts >= count or len(sizes) != count:
            raise ValueError("it is cut off")
        self._starts = [*accumulate(sizes, initial=8 + 4 * count)]

    def text(self, number: int) -> str:
        """A piece; what lies outside the record does not decompress."""
        piece = self._data[self._starts[number] : self._starts[number + 1]]
        return zlib.decompress(piece).decode("utf-8", "surrogatepass")


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (zlib.error, ValueError, TypeError, IndexError) as error:
        raise IndexDamaged(f"a record cannot be read: {error}") from None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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
