"""The schema, the reader and the index that Whoosh is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from whoosh import fields, formats
from whoosh.analysis import Token
from whoosh.index import Index
from whoosh.reading import EmptyReader, MultiReader

from indexer.kernel.plain.kernel import members
from indexer.segments.collection import SegmentPart
from indexer.storage.manifest import read_manifest
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.segment_files import open_dictionary
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer, bigrams
from indexer.text.folding import fold, strip_blanks
from indexer.whoosh_adapter.codec import segment_reader
from indexer.whoosh_adapter.collector import KernelSearcher


def whoosh_schema(analyzer: Analyzer) -> fields.Schema:
    """The fields: two of terms, and what is stored of a section."""
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

    def reader(self, reuse: object = None) -> SnapshotReader:
        """A reader of the newest generation; closing it closes the files."""
        return SnapshotReader(Snapshot.open(self._folder), owned=True)

    def searcher(self, **options: Any) -> KernelSearcher:
        """A searcher of the newest generation; ``options`` are those of Whoosh's `Searcher`."""
        return KernelSearcher(self.reader(), fromindex=self, **options)

    def writer(self, **_: object) -> NoReturn:
        """Raises TypeError: documents come in by `indexer.sync` or `indexer.Store`."""
        raise TypeError("this index is written by indexer.Store, not by Whoosh's writers")


def whoosh_reader(snapshot: Snapshot) -> SnapshotReader:
    """A reader of a snapshot, to be used while that is open."""
    return SnapshotReader(snapshot)


class SnapshotReader(MultiReader):  # type: ignore[misc]
    """A reader of all segments of a snapshot, which it closes if it is ``owned``.

    ``collection`` has the same sections under the same numbers.
    """

    def __init__(self, snapshot: Snapshot, *, owned: bool = False) -> None:
        schema = whoosh_schema(snapshot.analyzer)
        generation = snapshot.manifest.generation
        self.collection = snapshot.terms
        self._snapshot = snapshot
        self._owned = owned
        leaves = [
            segment_reader(
                part.segment, _gone(part), partial(self._stored, part.base), schema, generation
            )
            for part in self.collection.parts
        ]
        super().__init__(leaves or [EmptyReader(schema)], generation)

    def _stored(self, base: int, local: int) -> dict[str, Any]:
        row = self._snapshot.rows[self._snapshot.numbering.document_of(base + local)]
        anchor = self._snapshot.card(base + local).anchor
        return {"document": row.id, "anchor": anchor, "title": row.title}

    def close(self) -> None:
        """Close what is owned."""
        super().close()
        if self._owned:
            self._snapshot.close()


def _gone(part: SegmentPart) -> frozenset[int]:
    return frozenset(members(part.dead)) if part.dead else frozenset()


def _pairs(text: str) -> list[str]:
    return bigrams(strip_blanks(fold(text)))


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
