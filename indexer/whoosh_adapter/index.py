"""The index and the reader that Whoosh works with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from whoosh import fields
from whoosh.index import Index
from whoosh.reading import EmptyReader, MultiReader

from indexer.kernel.plain.sets import members
from indexer.segments.collection import SegmentPart
from indexer.storage.manifest import read_manifest
from indexer.storage.segment_files import open_dictionary
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer
from indexer.whoosh_adapter.codec import segment_reader
from indexer.whoosh_adapter.collector import KernelSearcher
from indexer.whoosh_adapter.schema import whoosh_schema


def whoosh_index(folder: str | Path) -> WhooshIndex:
    """Returns the index in ``folder`` as an index of Whoosh's. Raises IndexStateErrors."""
    index = WhooshIndex(Path(folder))
    index.latest_generation()
    return index


class WhooshIndex(Index):  # type: ignore[misc]
    """An index of Whoosh's over the newest generation; it is read only: `indexer.Store` writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def schema(self) -> fields.Schema:
        """The fields of `whoosh_schema`."""
        return whoosh_schema(Analyzer(open_dictionary(self._folder, read_manifest(self._folder))))

    def latest_generation(self) -> int:
        """Returns the number of the last committed generation."""
        return read_manifest(self._folder).generation

    def is_empty(self) -> bool:
        """Returns True if no document is indexed."""
        return not read_manifest(self._folder).segments

    def doc_count_all(self) -> int:
        """Returns the number of sections, deleted ones included."""
        with self.reader() as reader:
            return int(reader.doc_count_all())

    def doc_count(self) -> int:
        """Returns the number of sections that are not deleted."""
        with self.reader() as reader:
            return int(reader.doc_count())

    def reader(self, reuse: object = None) -> SnapshotReader:
        """Returns a reader of the newest generation; closing it closes the files."""
        return SnapshotReader(Snapshot.open(self._folder), owned=True)

    def searcher(self, **options: Any) -> KernelSearcher:
        """Returns a searcher of the newest generation; ``options`` are those of Whoosh's."""
        return KernelSearcher(self.reader(), fromindex=self, **options)

    def writer(self, **_: object) -> NoReturn:
        """Raises TypeError, with or without options: `indexer.sync` and `indexer.Store` write."""
        raise TypeError("this index is written by indexer.Store, not by Whoosh's writers")


def whoosh_reader(snapshot: Snapshot) -> SnapshotReader:
    """Returns a reader of ``snapshot``, to be used only while the snapshot is open."""
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
                part.segment, _gone(part), partial(self._fact, part.base), schema, generation
            )
            for part in self.collection.parts
        ]
        super().__init__(leaves or [EmptyReader(schema)], generation)

    def _fact(self, base: int, local: int, name: str) -> str:
        """Returns the field ``name`` of the section ``local`` of the segment at ``base``."""
        section = base + local
        if name == "anchor":
            return self._snapshot.card(section).anchor
        row = self._snapshot.rows[self._snapshot.numbering.document_of(section)]
        if name == "issuers":
            return "、".join(row.issuers)
        value: str = row.id if name == "document" else getattr(row, name)
        return value

    def close(self) -> None:
        """Closes the reader, and the snapshot if it is owned."""
        super().close()
        if self._owned:
            self._snapshot.close()


def _gone(part: SegmentPart) -> frozenset[int]:
    return frozenset(members(part.dead)) if part.dead else frozenset()
