"""The index as Whoosh sees it: its queries, matchers and collectors on our columns.

Nothing here is needed to search with `searcher`: it is for those who bring queries of Whoosh's own.
A unit of retrieval is what Whoosh calls a document. The field "words" has no positions; "bigrams"
has those that rank, at the places where they stand in the squeezed body of the unit.

    with whoosh_index(".policysearch").searcher() as searcher:
        results = searcher.search(whoosh.query.Term("words", "责任"))
        results[0]["document"], results[0]["anchor"]
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from whoosh import fields, formats
from whoosh.analysis import Token
from whoosh.codec import base
from whoosh.index import Index
from whoosh.matching import ListMatcher
from whoosh.query.spans import Span
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader, TermInfo

from indexer.analysis import Analyzer, bigrams
from indexer.codec import UNIT, Place, Segment
from indexer.manifest import read_manifest
from indexer.normalize import fold, squeeze
from indexer.schema import BIGRAMS, WORDS
from indexer.snapshot import Snapshot, open_dictionary

Stored = Callable[[int], dict[str, Any]]


def whoosh_schema(analyzer: Analyzer) -> fields.Schema:
    """The fields: two of terms, and what is stored of a unit."""
    return fields.Schema(
        **{
            WORDS: _Field(formats.Frequency(), lambda text: analyzer.words(fold(text))),
            BIGRAMS: _Field(formats.Positions(), _pairs),
        },
        document=fields.STORED(),
        anchor=fields.STORED(),
        title=fields.STORED(),
    )


def whoosh_index(folder: str | Path) -> WhooshIndex:
    """The index in ``folder`` as one of Whoosh's. Raises IndexStateError's kinds."""
    index = WhooshIndex(Path(folder))
    index.latest_generation()
    return index


class WhooshIndex(Index):  # type: ignore[misc]
    """An index of Whoosh's over the newest generation; read only, `indexer.Store` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def schema(self) -> fields.Schema:
        """The fields of `whoosh_schema`."""
        return whoosh_schema(Analyzer(open_dictionary(self._folder, read_manifest(self._folder))))

    def latest_generation(self) -> int:
        """The generation last committed."""
        return read_manifest(self._folder).generation

    def is_empty(self) -> bool:
        """Whether no document is indexed."""
        return not read_manifest(self._folder).segments

    def doc_count_all(self) -> int:
        """The number of sections, deleted ones included."""
        with self.reader() as reader:
            return int(reader.doc_count_all())

    def doc_count(self) -> int:
        """The number of sections."""
        with self.reader() as reader:
            return int(reader.doc_count())

    def reader(self, reuse: object = None) -> IndexReader:
        """A reader of the newest generation; closing it closes the files."""
        snapshot = Snapshot.open(self._folder)
        reader = whoosh_reader(snapshot)
        close = reader.close

        def close_all() -> None:
            close()
            snapshot.close()

        reader.close = close_all
        return reader

    def writer(self, **_: object) -> NoReturn:
        """Raises TypeError: documents come in by `indexer.sync` or `indexer.Store`."""
        raise TypeError("this index is written by indexer.Store, not by Whoosh's writers")


def whoosh_reader(snapshot: Snapshot) -> IndexReader:
    """A reader of a snapshot, to be used while that is open."""
    schema = whoosh_schema(snapshot.analyzer)
    generation = snapshot.manifest.generation

    def stored(base: int, local: int) -> dict[str, Any]:
        unit = base + local
        row = snapshot.rows[snapshot.document_of(unit)]
        anchor = snapshot.passage(unit).anchor
        return {"document": row.id, "anchor": anchor, "title": row.title}

    readers = []
    for part in snapshot.terms.parts:
        gone = _gone(part.segment.units, part.live)
        codec = _Codec(part.segment, gone, partial(stored, part.base))
        readers.append(SegmentReader(None, schema, _Segment(codec), generation, codec))
    if not readers:
        return EmptyReader(schema)
    return readers[0] if len(readers) == 1 else MultiReader(readers, generation=generation)


def _gone(units: int, live: bytes | None) -> frozenset[int]:
    if live is None:
        return frozenset()
    return frozenset(unit for unit in range(units) if not live[unit >> 3] >> (unit & 7) & 1)


def _pairs(text: str) -> list[str]:
    return bigrams(squeeze(fold(text)))


class _Field(fields.FieldType):  # type: ignore[misc]
    """A field for reading; a query's text is cut as the index was."""

    def __init__(self, format: formats.Format, cut: Callable[[str], list[str]]) -> None:
        def tokens(text: str, **_: object) -> Iterator[Token]:
            for position, term in enumerate(cut(text)):
                yield Token(text=term, pos=position, boost=1.0, stopped=False)

        super().__init__(format, tokens, scorable=True)
        self._cut = cut

    def process_text(self, text: str, mode: str = "", **_: object) -> Iterator[str]:
        """The terms of a query's text."""
        yield from self._cut(text)

    def to_bytes(self, value: str | bytes) -> bytes:
        """A term as it is written."""
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")

    def from_bytes(self, value: bytes) -> str:
        """A term as it is read."""
        return value.decode("utf-8", "surrogatepass")


class _Segment(base.Segment):  # type: ignore[misc]
    def __init__(self, codec: _Codec) -> None:
        super().__init__("policysearch")
        self._codec = codec

    def codec(self) -> _Codec:
        return self._codec

    def doc_count_all(self) -> int:
        return self._codec.segment.units

    def deleted_count(self) -> int:
        return len(self._codec.gone)


class _Codec(base.Codec):  # type: ignore[misc]
    def __init__(self, segment: Segment, gone: frozenset[int], stored: Stored) -> None:
        self.segment = segment
        self.gone = gone
        self.stored = stored

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

    def _find(self, field: str, text: bytes) -> Place:
        place = self._segment.find(field, text)
        if place is None:
            raise KeyError((field, text))
        return place

    def _info(self, field: str, place: Place) -> TermInfo:
        units, weights = self._segment.postings(field, place)
        all_lengths = self._segment.lengths(field)
        lengths = [all_lengths[unit] / UNIT for unit in units]
        return TermInfo(
            sum(weights), place.df, min(lengths), max(lengths), max(weights), units[0], units[-1]
        )

    def matcher(
        self, fieldname: str, text: bytes, format_: formats.Format, scorer: Any = None
    ) -> _Matcher:
        place = self._segment.find(fieldname, text)
        if place is None:
            return _Matcher(self._segment, (fieldname, text), array("I"), [], format_, scorer)
        units, weights = self._segment.postings(fieldname, place)
        info = self._info(fieldname, place)
        return _Matcher(
            self._segment, (fieldname, text), units, weights, format_, scorer, terminfo=info
        )

    def indexed_field_names(self) -> list[str]:
        return sorted(self._segment.counts)


class _Matcher(ListMatcher):  # type: ignore[misc]
    """The postings of a term; positions are looked up in the text when they are asked for."""

    def __init__(
        self,
        segment: Segment,
        term: tuple[str, bytes],
        units: array[int],
        weights: list[float],
        format: formats.Format,
        scorer: Any,
        position: int = 0,
        terminfo: TermInfo | None = None,
    ) -> None:
        super().__init__(units, weights, None, format, scorer, position, None, term, terminfo)
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
            self._terminfo,
        )

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
    """A place among the terms of a field."""

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
        self._stored = codec.stored

    def doc_count(self) -> int:
        return self._segment.units - len(self._gone)

    def doc_count_all(self) -> int:
        return self._segment.units

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
        return self._stored(docnum)
