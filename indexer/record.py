"""A document as bytes, and the row that lists it in the catalogue of a segment."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from indexer.document import Document, Fact, Metadata, Section, Span
from indexer.errors import IndexDamaged


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


def encode_document(document: Document) -> bytes:
    """A document as compressed JSON."""
    metadata = {
        field.name: _plain(getattr(document.metadata, field.name)) for field in fields(Metadata)
    }
    sections = [
        (s.kind, s.label, s.path, s.heading, s.span, s.anchor, s.parent, s.repeats)
        for s in document.sections
    ]
    record = (document.id, document.digest, document.text, metadata, sections)
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def decode_document(data: bytes) -> Document:
    """The document `encode_document` was given. Raises IndexDamaged."""
    try:
        text = zlib.decompress(data).decode("utf-8", "surrogatepass")
        id, digest, body, metadata, sections = json.loads(text)
        return Document(
            id,
            digest,
            body,
            Metadata(**{name: _facts(value) for name, value in metadata.items()}),
            tuple(_section(section) for section in sections),
        )
    except (zlib.error, ValueError, TypeError, IndexError) as error:
        raise IndexDamaged(f"a record cannot be read: {error}") from None


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
