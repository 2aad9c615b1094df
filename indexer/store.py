"""Writing an index. No other module does.

A commit is all or nothing: the files of the new segment are written and flushed to disk, then the
manifest that names them replaces the old one in one rename. Whatever interrupts it, the manifest
on disk names only whole files, of the old state or of the new.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from whoosh.util.filelock import FileLock

from indexer.analysis import Analyzer
from indexer.building import MOST_UNITS, SegmentBuilder, flushed, remove
from indexer.dictionary import Dictionary
from indexer.document import Document
from indexer.errors import (
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
    IndexStateError,
)
from indexer.grouping import regroup
from indexer.manifest import NAME, File, Manifest, Segment, read_manifest
from indexer.snapshot import (
    CATALOGUE_PREFIX,
    DICTIONARY_PREFIX,
    GROUPS_PREFIX,
    TERMS_PREFIX,
    SegmentFiles,
    Snapshot,
    open_dictionary,
)
from indexer.vocabulary import UserDictionary, check_words, make_tables

_LOCK = "lock"
# Of the files this module makes.
_PREFIXES = (TERMS_PREFIX, CATALOGUE_PREFIX, GROUPS_PREFIX, DICTIONARY_PREFIX)


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
    def transaction(
        self, *, rebuild: bool = False, words: UserDictionary | None = None
    ) -> Iterator[Transaction]:
        """Changes that are committed together when the block ends, and undone if it raises.

        With ``rebuild`` they replace whatever there is, be it damaged or of another version.
        A new or rebuilt index gets jieba's dictionary with these ``words``.
        Raises IndexLocked at once if another writer is at work, IndexIncompatible if the index
        was made by other rules or has other words of a user than those given, IndexDamaged,
        SourceError if these are too many, and IndexStateError if the folder cannot be written:
        a full disk, no permission.
        """
        with _writing(self.folder):
            yield from self._transaction(rebuild, words)

    def _transaction(self, rebuild: bool, words: UserDictionary | None) -> Iterator[Transaction]:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self.folder / _LOCK))
        if not lock.acquire():
            raise IndexLocked(f"another process is writing the index at {self.folder}")
        try:
            manifest = Manifest(self._generation()) if rebuild else self.manifest()
            self._sweep(manifest if not rebuild else None)
            transaction = Transaction(self.folder, manifest, words)
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

    def __init__(self, folder: Path, manifest: Manifest, words: UserDictionary | None) -> None:
        self.manifest = manifest
        self.sources = manifest.sources
        self.user_dictionary = manifest.user_dictionary
        self._folder = folder
        self._dictionary, self._analyzer = _dictionary(folder, manifest, words)
        self._deleted = {segment.id: set(segment.deleted) for segment in manifest.segments}
        self._open: dict[str, SegmentFiles] = {}
        self._new: SegmentBuilder | None = None
        self._full: list[Segment] = []  # new segments that are written already
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

    def _builder(self) -> SegmentBuilder:
        if self._new is not None and self._new.is_full:
            self._full.append(self._new.finish([]))
            self._new = None
        if self._new is None:
            self._new = SegmentBuilder(self._folder, self._analyzer)
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
            self._full.append((self._new or self._builder()).finish(files))
            self._new = None
        segments += self._full
        self._close()
        new = replace(
            self.manifest,
            analyzer=self._analyzer.fingerprint,
            sources=self.sources,
            dictionary=self._dictionary,
            user_dictionary=self.user_dictionary,
            segments=tuple(segments),
        )
        if new.segments != self.manifest.segments:
            new = replace(new, groups=self._regroup(new))
        if new != self.manifest:
            self._publish(replace(new, generation=self.manifest.generation + 1))

    def _publish(self, manifest: Manifest) -> None:
        temporary = self._folder / (NAME + ".tmp")
        with temporary.open("wb") as file:
            file.write(manifest.encode())
            file.flush()
            os.fsync(file.fileno())
        _flush_folder(self._folder)
        temporary.replace(self._folder / NAME)
        # From here on the new files are the index, even if flushing the folder fails.
        self.manifest = manifest
        self._full.clear()
        _flush_folder(self._folder)

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
        return flushed(path)

    def cancel(self) -> None:
        """Undo: the index stays as it was, unless the interruption came after the rename."""
        named: set[str] = set()
        files: set[str] = set()
        with suppress(IndexStateError):
            manifest = read_manifest(self._folder)
            named = {segment.id for segment in manifest.segments}
            files = {file.name for file in manifest.files}
        if self._new is not None:
            self._new.cancel()
        for segment in self._full:
            if segment.id not in named:
                remove(self._folder, segment.id)
        self._close()
        if self._dictionary.name not in files:
            with suppress(OSError):
                (self._folder / self._dictionary.name).unlink()

    def _close(self) -> None:
        self._analyzer.dictionary.close()
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
            if segment not in stale and units <= written and written + units <= MOST_UNITS:
                chosen.append(segment)
                written += units
        return chosen

    def _live_units(self, segment: Segment) -> int:
        gone = set(segment.deleted)
        rows = self._files(segment).rows
        return sum(row.units for ordinal, row in enumerate(rows) if ordinal not in gone)


def _dictionary(
    folder: Path, manifest: Manifest, words: UserDictionary | None
) -> tuple[File, Analyzer]:
    """The dictionary of an index; a new one where it has none, or nothing was cut by it yet."""
    if manifest.dictionary:
        analyzer = Analyzer(open_dictionary(folder, manifest))
        try:
            _check_analyzer(manifest, analyzer, words)
        except IndexIncompatible:
            analyzer.dictionary.close()
            if manifest.segments:
                raise
        else:
            return manifest.dictionary, analyzer
    path = folder / f"{DICTIONARY_PREFIX}_{os.urandom(8).hex()}.columns"
    try:
        make_tables(words).write(path)
        return flushed(path), Analyzer(Dictionary.open(path))
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _check_analyzer(manifest: Manifest, analyzer: Analyzer, words: UserDictionary | None) -> None:
    if analyzer.fingerprint != manifest.analyzer:
        raise IndexIncompatible(
            f"the index was made with {manifest.analyzer}, this is {analyzer.fingerprint}: "
            "run `policysearch index --rebuild`"
        )
    if words:
        check_words(analyzer.dictionary, words)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """The system's refusals as an error to show: of any file, for those of sources are caught."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise IndexStateError(f"the index at {folder} cannot be written: {reason}") from error


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no way to, and its renames are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
