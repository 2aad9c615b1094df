"""Writing an index. No other module does.

A commit is all or nothing: the files of the new segment are written and flushed to disk, then the
manifest that names them replaces the old one in one rename. Whatever interrupts it, the manifest
on disk names only whole files, of the old state or of the new.
"""

from __future__ import annotations

import os
import shutil
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from whoosh.util.filelock import FileLock

from indexer.analysis import analyse, classes, fingerprint
from indexer.codec import GONE, UNIT, Builder, Columns, merge
from indexer.document import Document
from indexer.errors import IndexDamaged, IndexIncompatible, IndexLocked, IndexNotFound
from indexer.manifest import NAME, File, Manifest, Segment, read_manifest
from indexer.record import Row, encode_document, encode_rows
from indexer.schema import BIGRAMS, WORDS
from indexer.snapshot import CATALOGUE_PREFIX, TERMS_PREFIX, SegmentFiles, Snapshot, segment_files

_LOCK = "lock"
# A segment ends here, which bounds memory: some 20 bytes per occurrence of a term while it is
# made, and all of it in memory while it is merged.
_MOST_UNITS = 1 << 18
_MOST_OCCURRENCES = 1 << 25


class Store:
    """The index in a folder. Nothing is created before the first commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self) -> bool:
        """Whether something was ever committed."""
        return (self.folder / NAME).exists()

    def manifest(self) -> Manifest:
        """The state of the index; the empty one where there is none yet.

        Raises IndexDamaged, IndexIncompatible.
        """
        try:
            return read_manifest(self.folder)
        except IndexNotFound:
            return Manifest()

    def snapshot(self) -> Snapshot:
        """The newest generation, for reading. Raises IndexStateError's kinds."""
        return Snapshot.open(self.folder)

    @contextmanager
    def transaction(self, *, rebuild: bool = False) -> Iterator[Transaction]:
        """Changes that are committed together when the block ends, and undone if it raises.

        With ``rebuild`` they replace whatever there is, be it damaged or of another version.
        Raises IndexLocked at once if another writer is at work, IndexIncompatible if the index
        was made by another segmenter, IndexDamaged.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self.folder / _LOCK))
        if not lock.acquire():
            raise IndexLocked(f"another process is writing the index at {self.folder}")
        try:
            manifest = Manifest(self._generation()) if rebuild else self.manifest()
            if manifest.segments and manifest.analyzer != fingerprint():
                raise IndexIncompatible(
                    f"the index was made with {manifest.analyzer}, this is {fingerprint()}: "
                    "run `policysearch index --rebuild`"
                )
            self._sweep(manifest if not rebuild else None)
            transaction = Transaction(self.folder, manifest)
            try:
                yield transaction
                transaction.commit()
            except BaseException:
                transaction.cancel()
                raise
            self._sweep(transaction.manifest)
        finally:
            lock.release()

    def _generation(self) -> int:
        """The generation to go on from: a damaged manifest is not believed."""
        with suppress(IndexDamaged, IndexIncompatible):
            return self.manifest().generation
        return 0

    def _sweep(self, manifest: Manifest | None) -> None:
        """Delete what no manifest names: a dead writer's files, or those of an older state.

        Readers keep what they have open. Without a manifest nothing is deleted but scratch.
        """
        segments = manifest.segments if manifest else ()
        named = {file.name for segment in segments for file in segment.files}
        for entry in self.folder.iterdir():
            if not entry.name.startswith((TERMS_PREFIX, CATALOGUE_PREFIX)):
                continue
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif manifest and entry.name not in named:
                with suppress(OSError):
                    entry.unlink()


class Transaction:
    """Documents to add and remove. Made by `Store.transaction`."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.sources = manifest.sources
        self._folder = folder
        self._deleted = {segment.id: set(segment.deleted) for segment in manifest.segments}
        self._open: dict[str, SegmentFiles] = {}
        self._new: _SegmentBuilder | None = None
        self._full: list[Segment] = []  # new segments that are written already

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one with the same id if the index has one."""
        self.remove(document.id)
        self._builder().add(document)

    def remove(self, id: str) -> bool:
        """Remove the document ``id`` as it was committed; False if there is none."""
        place = self._places.get(id)
        if place is None:
            return False
        segment, ordinal = place
        self._deleted[segment].add(ordinal)
        return True

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """Where each committed document stands: its segment and its row there."""
        return {
            row.id: (segment.id, ordinal)
            for segment in self.manifest.segments
            for ordinal, row in enumerate(self._files(segment).rows)
            if ordinal not in segment.deleted
        }

    def _builder(self) -> _SegmentBuilder:
        if self._new is not None and self._new.is_full:
            self._full.append(self._new.finish([]))
            self._new = None
        if self._new is None:
            self._new = _SegmentBuilder(self._folder)
        return self._new

    def commit(self) -> None:
        """Write everything and make it the index. A transaction without a change writes nothing."""
        segments = [
            replace(segment, deleted=tuple(sorted(self._deleted[segment.id])))
            for segment in self.manifest.segments
        ]
        segments = [s for s in segments if len(s.deleted) < len(self._files(s).rows)]
        merged = self._worth_merging(segments)
        segments = [segment for segment in segments if segment not in merged]
        if merged or self._new is not None:
            files = [SegmentFiles(self._folder, segment) for segment in merged]
            self._full.append(self._builder().finish(files))
            self._new = None
        segments += self._full
        new = Manifest(self.manifest.generation + 1, fingerprint(), self.sources, tuple(segments))
        if replace(new, generation=self.manifest.generation) != self.manifest:
            _write_manifest(self._folder, new)
            self.manifest = new
        self._close()

    def cancel(self) -> None:
        """Undo: the index stays as it was."""
        if self._new is not None:
            self._new.cancel()
        for segment in self._full:
            _remove(self._folder, segment.id)
        self._close()

    def _close(self) -> None:
        for files in self._open.values():
            files.close()
        self._open.clear()

    def _files(self, segment: Segment) -> SegmentFiles:
        if segment.id not in self._open:
            self._open[segment.id] = SegmentFiles(self._folder, segment)
        return self._open[segment.id]

    def _worth_merging(self, segments: list[Segment]) -> list[Segment]:
        """The segments to write anew: those a quarter deleted, and, from the smallest up, those
        no larger than all that is being written already. Each unit is written O(log n) times.
        """
        live = {s.id: self._live_units(s) for s in segments}
        stale = [s for s in segments if live[s.id] < 0.75 * s.units]
        written = sum(live[s.id] for s in stale) + (self._new.units if self._new else 0)
        chosen = list(stale)
        for segment in sorted(segments, key=lambda s: live[s.id]):
            units = live[segment.id]
            if segment not in stale and units <= written and written + units <= _MOST_UNITS:
                chosen.append(segment)
                written += units
        return chosen

    def _live_units(self, segment: Segment) -> int:
        gone = set(segment.deleted)
        rows = self._files(segment).rows
        return sum(row.units for ordinal, row in enumerate(rows) if ordinal not in gone)


class _Source(NamedTuple):
    """What a segment is made of: columns, and for each document its row and its first unit."""

    columns: Columns
    documents: list[tuple[Row, int]]


class _SegmentBuilder:
    """A segment in the making: documents and other segments, sorted by document id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._id = os.urandom(8).hex()
        self._terms_file, self._rows_file, self._records_file = segment_files(folder, self._id)
        self._records = self._records_file.open("xb")
        self._terms = Builder((WORDS, BIGRAMS), classes())
        self._documents: list[tuple[Row, int]] = []

    @property
    def units(self) -> int:
        """How many units were added."""
        return self._terms.units

    @property
    def is_full(self) -> bool:
        """Whether memory is used up."""
        return self.units >= _MOST_UNITS or self._terms.load >= _MOST_OCCURRENCES

    def add(self, document: Document) -> None:
        title = document.metadata.title.value if document.metadata.title else ""
        first = self.units
        for unit in document.units():
            parts = analyse(title, unit.headings, unit.span.of(document.text))
            self._terms.add(
                parts[0].squeezed,
                [(part.words, part.squeezed, round(part.weight * UNIT)) for part in parts],
            )
        metadata = document.metadata
        date = metadata.date or metadata.published
        row = Row(
            id=document.id,
            digest=document.digest,
            title=title,
            doc_number=metadata.doc_number.value if metadata.doc_number else "",
            issuers=tuple(issuer.value for issuer in metadata.issuers),
            date=date.value if date else "",
            doc_type=metadata.doc_type.value if metadata.doc_type else "",
            units=self.units - first,
            offset=0,
            size=0,
        )
        self._documents.append((self._append(row, encode_document(document)), first))

    def _append(self, row: Row, record: bytes) -> Row:
        row = replace(row, offset=self._records.tell(), size=len(record))
        self._records.write(record)
        return row

    def finish(self, segments: Sequence[SegmentFiles]) -> Segment:
        """Write the segment with the live documents of others, and flush it to disk."""
        sources = [self._added()] if self._documents else []
        for files in segments:
            live = [(self._append(row, files.record(row)), unit) for row, unit in files.live()]
            sources.append(_Source(files.terms.as_columns(), live))
        columns = sources[0].columns if len(sources) == 1 and self._documents else _merged(sources)
        rows = [row for source in sources for row, _ in source.documents]
        self._records.close()
        self._rows_file.write_bytes(encode_rows(sorted(rows, key=attrgetter("id"))))
        columns.write(self._terms_file)
        for files in segments:
            files.close()
        paths = (self._terms_file, self._rows_file, self._records_file)
        return Segment(self._id, columns.units, tuple(map(_flushed, paths)))

    def _added(self) -> _Source:
        """The documents that were added, in the order of their ids."""
        order = array("I")
        documents = []
        for row, first in sorted(self._documents, key=lambda document: document[0].id):
            documents.append((row, len(order)))
            order.extend(range(first, first + row.units))
        return _Source(self._terms.finish(order), documents)

    def cancel(self) -> None:
        """Drop everything written. The sweep of the next writer takes what is left."""
        self._records.close()
        _remove(self._folder, self._id)


def _merged(sources: Sequence[_Source]) -> Columns:
    """One segment of several, documents in the order of their ids."""
    numbers = [array("I", [GONE]) * source.columns.units for source in sources]
    documents = [
        (row, number, first)
        for number, source in enumerate(sources)
        for row, first in source.documents
    ]
    count = 0
    for row, number, first in sorted(documents, key=lambda document: document[0].id):
        numbers[number][first : first + row.units] = array("I", range(count, count + row.units))
        count += row.units
    return merge([(source.columns, new) for source, new in zip(sources, numbers, strict=True)])


def _remove(folder: Path, segment: str) -> None:
    for path in segment_files(folder, segment):
        with suppress(OSError):
            path.unlink()


def _flushed(path: Path) -> File:
    """Flush a file to disk and say what it is."""
    crc = 0
    with path.open("rb+") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
        os.fsync(file.fileno())
        return File(path.name, file.tell(), crc)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    temporary = folder / (NAME + ".tmp")
    with temporary.open("wb") as file:
        file.write(manifest.encode())
        file.flush()
        os.fsync(file.fileno())
    _flush_folder(folder)
    temporary.replace(folder / NAME)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no way to, and its renames are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
