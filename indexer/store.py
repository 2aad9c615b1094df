"""Writing an index. No other module does.

A commit is all or nothing: the files of the new segment are written and flushed to disk, then the
manifest that names them replaces the old one in one rename. Whatever interrupts it, the manifest
on disk names only whole files, of the old state or of the new.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.util.filelock import FileLock
from whoosh.writing import SegmentWriter

from indexer.analysis import analyse, fingerprint
from indexer.document import Document
from indexer.errors import IndexDamaged, IndexIncompatible, IndexLocked, IndexNotFound
from indexer.groups import regroup
from indexer.links import Links, encode_links, links_of
from indexer.manifest import NAME, File, Manifest, Segment, read_manifest
from indexer.normalize import fold, squeeze
from indexer.record import Row, encode_document, encode_rows
from indexer.schema import BIGRAMS, WORDS, schema
from indexer.snapshot import (
    CATALOGUE_PREFIX,
    GROUPS_PREFIX,
    TERMS_PREFIX,
    CatalogueFiles,
    SegmentFiles,
    Snapshot,
)

_LOCK = "lock"
_PREFIXES = (TERMS_PREFIX, CATALOGUE_PREFIX, GROUPS_PREFIX)  # of the files this module makes
_MEMORY_MB = 256  # postings held before they are spilled to disk


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
        named = {file.name for file in manifest.files} if manifest else set()
        for entry in self.folder.iterdir():
            if not entry.name.startswith(_PREFIXES):
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
        self._changed: set[str] = set()

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one with the same id if the index has one."""
        self.remove(document.id)
        self._changed.add(document.id)
        self._builder().add(document)

    def remove(self, id: str) -> bool:
        """Remove the document ``id`` as it was committed; False if there is none."""
        place = self._places.get(id)
        if place is None:
            return False
        segment, ordinal = place
        self._deleted[segment].add(ordinal)
        self._changed.add(id)
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
        if self._new is None:
            self._new = _SegmentBuilder(self._folder, self.manifest.generation + 1)
        return self._new

    def commit(self) -> None:
        """Write everything and make it the index. A transaction without a change writes nothing."""
        segments = [
            replace(segment, deleted=tuple(sorted(self._deleted[segment.id])))
            for segment in self.manifest.segments
        ]
        segments = [s for s in segments if len(s.deleted) < len(self._files(s).rows)]
        for segment in self._worth_merging(segments):
            segments.remove(segment)
            self._open.pop(segment.id).close()
            self._builder().merge(SegmentFiles(self._folder, segment))
        if self._new is not None:
            segments.append(self._new.finish())
        self._close()
        new = replace(
            self.manifest,
            analyzer=fingerprint(),
            sources=self.sources,
            segments=tuple(segments),
        )
        if new.segments != self.manifest.segments:
            new = replace(new, groups=self._regroup(new))
        if new != self.manifest:
            self.manifest = replace(new, generation=self.manifest.generation + 1)
            _write_manifest(self._folder, self.manifest)

    def _regroup(self, manifest: Manifest) -> File:
        """Write the groups of the documents of a manifest to be."""
        with Snapshot(self._folder, manifest) as new:
            groups = regroup(
                new.groups,  # they are still the old ones
                new.rows,
                new.links,
                self._changed,
                lambda id: new.document(new.by_id[id]).text,
            )
        path = self._folder / f"{GROUPS_PREFIX}_{manifest.generation + 1}.json"
        path.write_bytes(groups.encode())
        return _flushed(path)

    def cancel(self) -> None:
        """Undo: the index stays as it was."""
        if self._new is not None:
            self._new.cancel()
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
            if segment not in stale and live[segment.id] <= written:
                chosen.append(segment)
                written += live[segment.id]
        return chosen

    def _live_units(self, segment: Segment) -> int:
        gone = set(segment.deleted)
        rows = self._files(segment).rows
        return sum(row.units for ordinal, row in enumerate(rows) if ordinal not in gone)


class _SegmentBuilder:
    """A segment in the making: Whoosh's writer for the terms, our files for the documents."""

    def __init__(self, folder: Path, generation: int) -> None:
        self._folder = folder
        self._writer: Any = SegmentWriter(
            _WhooshIndex(folder, generation - 1), codec=W3Codec(), limitmb=_MEMORY_MB, _lk=False
        )
        self._id = self._writer.newsegment.segid
        self._files = CatalogueFiles.of(folder, self._id)
        self._records = self._files.records.open("xb")
        self._rows: list[Row] = []
        self._lengths = array("I")
        self._hashes = array("Q")
        self._links: list[Links] = []
        self.units = 0

    def add(self, document: Document) -> None:
        title = document.metadata.title.value if document.metadata.title else ""
        analysed = [
            analyse(title, unit.headings, unit.span.of(document.text)) for unit in document.units()
        ]
        for terms in analysed:
            self._writer.add_document(**{WORDS: terms, BIGRAMS: terms})
            lengths = (sum(terms.words.values()), sum(terms.bigrams.values()))
            self._lengths.extend(lengths)
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
            units=len(analysed),
            offset=0,
            size=0,
        )
        self._hashes.extend(map(_hash, (u.span.of(document.text) for u in document.units())))
        self._append(row, encode_document(document), links_of(document.text))

    def merge(self, files: SegmentFiles) -> None:
        """Take over the live documents of a segment."""
        self._writer.add_reader(files.reader)
        for ordinal, (row, unit) in zip(files.live_ordinals(), files.live(), strict=True):
            self._lengths += files.lengths[2 * unit : 2 * (unit + row.units)]
            self._hashes += files.hashes[unit : unit + row.units]
            self._append(row, files.record(row), files.links[ordinal])
        files.close()

    def _append(self, row: Row, record: bytes, links: Links) -> None:
        self._links.append(links)
        self._rows.append(replace(row, offset=self._records.tell(), size=len(record)))
        self._records.write(record)
        self.units += row.units

    def finish(self) -> Segment:
        """Write the segment and flush it to disk."""
        self._records.close()
        self._files.rows.write_bytes(encode_rows(self._rows))
        self._files.links.write_bytes(encode_links(self._links))
        self._files.lengths.write_bytes(self._lengths.tobytes())
        self._files.hashes.write_bytes(self._hashes.tobytes())
        self._writer._finalize_segment()
        self._writer._finish()
        terms = self._folder / f"{TERMS_PREFIX}_{self._id}.seg"
        files = tuple(map(_flushed, (terms, *self._files.all())))
        return Segment(self._id, self.units, files)

    def cancel(self) -> None:
        """Drop everything written. The sweep of the next writer takes what is left."""
        self._records.close()
        with suppress(Exception):  # a writer that broke may break again; its files are swept
            self._writer.cancel()
        for path in self._folder.glob(f"*_{self._id}.*"):
            with suppress(OSError):
                path.unlink()


def _hash(text: str) -> int:
    squeezed = squeeze(fold(text)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(squeezed, digest_size=8).digest())


class _WhooshIndex:
    """What Whoosh's writer asks of an index; the manifest stands for Whoosh's pickled TOC."""

    indexname = TERMS_PREFIX

    def __init__(self, folder: Path, generation: int) -> None:
        self.storage = FileStorage(str(folder))
        self._toc = TOC(schema(), [], generation)

    def _read_toc(self) -> TOC:
        return self._toc


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
