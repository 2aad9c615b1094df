"""A segment as Whoosh reads it: terms, postings, positions, lengths, stored fields, columns."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from whoosh import formats
from whoosh.codec import base
from whoosh.columns import ColumnReader
from whoosh.matching import ListMatcher
from whoosh.query.spans import Span
from whoosh.reading import SegmentReader, TermInfo

from indexer.segments import UNIT, PostingsAt, Segment
from indexer.whoosh_adapter.schema import FACTS, TEXT

Fact = Callable[[int, str], str]


def segment_reader(
    segment: Segment, gone: frozenset[int], fact: Fact, schema: Any, generation: int
) -> SegmentReader:
    """Returns a reader of a segment without the sections ``gone``.

    ``fact`` returns one of `FACTS` for a section, by its number in the segment.
    """
    codec = _Codec(segment, gone, fact)
    return SegmentReader(None, schema, _Segment(codec), generation, codec)


class _Segment(base.Segment):  # type: ignore[misc]
    def __init__(self, codec: _Codec) -> None:
        super().__init__("policysearch")
        self._codec = codec

    def codec(self) -> _Codec:
        return self._codec

    def doc_count_all(self) -> int:
        return self._codec.segment.sections

    def deleted_count(self) -> int:
        return len(self._codec.gone)


class _Codec(base.Codec):  # type: ignore[misc]
    def __init__(self, segment: Segment, gone: frozenset[int], fact: Fact) -> None:
        self.segment = segment
        self.gone = gone
        self.fact = fact

    def terms_reader(self, storage: object, segment: object) -> _Terms:
        return _Terms(self.segment)

    def per_document_reader(self, storage: object, segment: object) -> _PerDocument:
        return _PerDocument(self)


class _Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        field, text = term
        return field in self._segment.counts and self._segment.find(field, text) is not None

    def cursor(self, fieldname: str, fieldobj: object) -> _Cursor:
        return _Cursor(self._segment, fieldname)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for field in self.indexed_field_names():
            yield from self.terms_from(field, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return ((fieldname, term) for term, _ in self._segment.terms(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for field in self.indexed_field_names():
            yield from self.items_from(field, b"")

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for term, place in self._segment.terms(fieldname, prefix):
            yield (fieldname, term), self._info(fieldname, place)

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        return self._info(fieldname, self._find(fieldname, text))

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return self._find(fieldname, text).df

    def frequency(self, fieldname: str, text: bytes) -> float:
        return float(sum(self._segment.postings(fieldname, self._find(fieldname, text))[1]))

    def _find(self, field: str, text: bytes) -> PostingsAt:
        place = self._segment.find(field, text)
        if place is None:
            raise KeyError((field, text))
        return place

    def _info(self, field: str, place: PostingsAt) -> TermInfo:
        sections, weights = self._segment.postings(field, place)
        all_lengths = self._segment.lengths(field)
        lengths = [all_lengths[section] / UNIT for section in sections]
        return TermInfo(
            sum(weights),
            place.df,
            min(lengths),
            max(lengths),
            max(weights),
            sections[0],
            sections[-1],
        )

    def matcher(
        self, fieldname: str, text: bytes, format_: formats.Format, scorer: Any = None
    ) -> _Matcher:
        place = self._segment.find(fieldname, text)
        sections, weights = (
            self._segment.postings(fieldname, place) if place else (array("I"), list[float]())
        )
        return _Matcher(self._segment, (fieldname, text), sections, weights, format_, scorer)

    def indexed_field_names(self) -> list[str]:
        return sorted(self._segment.counts)


class _Matcher(ListMatcher):  # type: ignore[misc]
    """The postings of a term; positions are looked up in the text when they are asked for.

    The matcher gives no bounds of its scores: by such bounds, Whoosh 2.7.4 would skip sections
    wrongly. It compares them with scores from before a boost, and lets sections through that NOT
    excludes.
    """

    def __init__(
        self,
        segment: Segment,
        term: tuple[str, bytes],
        sections: array[int],
        weights: list[float],
        format: formats.Format,
        scorer: Any,
        position: int = 0,
    ) -> None:
        super().__init__(sections, weights, None, format, scorer, position, term=term)
        self._i: int = position
        self._segment = segment
        self._text = term[1].decode("utf-8", "surrogatepass")

    def copy(self) -> _Matcher:
        return _Matcher(
            self._segment,
            self._term,
            self._ids,
            self._weights,
            self._format,
            self._scorer,
            self._i,
        )

    def supports_block_quality(self) -> bool:
        return False

    def max_quality(self) -> float:
        return inf

    def skip_to(self, id: int) -> None:
        self._i = bisect_left(self._ids, id, self._i)

    def value_as(self, astype: str) -> Any:
        if astype == "positions":
            return list(_occurrences(self._segment.text(self.id()), self._text))
        return self.weight()

    def spans(self) -> list[Span]:
        return [Span(position) for position in self.value_as("positions")]


def _occurrences(text: str, term: str) -> Iterator[int]:
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)


class _Cursor(base.FieldCursor):  # type: ignore[misc]
    """A position among the terms of a field."""

    def __init__(self, segment: Segment, field: str) -> None:
        self._segment = segment
        self._field = field
        self.first()

    def first(self) -> str | None:
        return self.find("")

    def find(self, string: str | bytes) -> str | None:
        first = string if isinstance(string, bytes) else string.encode("utf-8", "surrogatepass")
        self._rest = self._segment.terms(self._field, first)
        return self.next()

    def next(self) -> str | None:
        term = next(self._rest, None)
        self._term = term[0].decode("utf-8", "surrogatepass") if term else None
        return self._term

    def text(self) -> str | None:
        return self._term

    term = text


class _PerDocument(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, codec: _Codec) -> None:
        self._segment = codec.segment
        self._gone = codec.gone
        self._fact = codec.fact

    def doc_count(self) -> int:
        return self._segment.sections - len(self._gone)

    def doc_count_all(self) -> int:
        return self._segment.sections

    def has_deletions(self) -> bool:
        return bool(self._gone)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._gone

    def deleted_docs(self) -> frozenset[int]:
        return self._gone

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> float:
        if fieldname not in self._segment.counts:
            return default
        return self._segment.lengths(fieldname)[docnum] / UNIT

    def field_length(self, fieldname: str) -> float:
        return self._segment.totals.get(fieldname, 0) / UNIT

    def min_field_length(self, fieldname: str) -> float:
        return min(self._segment.lengths(fieldname), default=0) / UNIT

    def max_field_length(self, fieldname: str) -> float:
        return max(self._segment.lengths(fieldname), default=0) / UNIT

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        facts = {name: self._fact(docnum, name) for name in FACTS}
        return facts | {TEXT: self._segment.source(docnum, docnum + 1)}

    def folded_text(self, docnum: int) -> str:
        """Returns the text of a section, folded and without blanks: where quotations are sought."""
        return self._segment.text(docnum)

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return fieldname in FACTS

    def list_columns(self) -> tuple[str, ...]:
        return FACTS

    def column_reader(self, fieldname: str, column: object) -> _Column:
        return _Column(self._fact, fieldname, self._segment.sections)


class _Column(ColumnReader):  # type: ignore[misc]
    """One fact of every section of a segment."""

    def __init__(self, fact: Fact, name: str, count: int) -> None:
        self._fact = fact
        self._name = name
        self._doccount = count

    def __getitem__(self, docnum: int) -> str:
        return self._fact(docnum, self._name)
