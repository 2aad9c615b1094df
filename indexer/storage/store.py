"""The index in a folder, and the commits that change it.

A commit is all or nothing: the files of new segments are written and flushed to disk, then the
manifest that names them replaces the old one in one rename. Whatever interrupts it, the manifest
on disk names only whole files, of the old state or of the new.

The state before stays too: `manifest.PREVIOUS` is its manifest, and what either names is kept. It
is there for `Store.restore`; segments that both states have stand on disk once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from indexer.errors import (
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
    IndexStateError,
)
from indexer.storage.manifest import NAME, PREVIOUS, Manifest, damage, read_manifest
from indexer.storage.segment_files import (
    CATALOGUE_PREFIX,
    DICTIONARY_PREFIX,
    GROUPS_PREFIX,
    TERMS_PREFIX,
)
from indexer.storage.segment_writer import MOST_UNITS
from indexer.storage.snapshot import Snapshot
from indexer.storage.transaction import Transaction
from indexer.text.dictionary_build import UserDictionary

_LOCK = "lock"
# Of the files that come and go with generations.
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

    def previous(self) -> Manifest:
        """The state before; empty where there is none of this format. Raises IndexDamaged."""
        try:
            return read_manifest(self.folder, PREVIOUS)
        except (IndexNotFound, IndexIncompatible):
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
        with self._writing():
            manifest = Manifest() if rebuild else self.manifest()
            transaction = Transaction(self.folder, manifest, self._generation(), words)
            try:
                yield transaction
                new = transaction.finish()
            finally:
                transaction.close()
            if new != manifest:
                self._publish(new)

    def merge(self) -> None:
        """Merge the segments that have become worth it, as a commit of its own.

        Commits leave it undone where it would take long. Does nothing while another writer is at
        work; raises what else `transaction` does.
        """
        if self.exists():
            with suppress(IndexLocked), self.transaction() as transaction:
                transaction.most_merged = MOST_UNITS

    def restore(self) -> None:
        """Make the generation before the newest the index again, under a new number.

        Raises IndexDamaged, with nothing changed, if that is not whole or there is none.
        """
        with self._writing():
            try:
                manifest = read_manifest(self.folder, PREVIOUS)
            except IndexNotFound:
                raise IndexDamaged("there is no generation before this one") from None
            for file in manifest.files:
                if problem := damage(self.folder, file):
                    raise IndexDamaged(f"the generation before is damaged too: {problem}")
            self._write(NAME, replace(manifest, generation=self._generation()))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The lock, and a folder without what no manifest names, before and after.

        The system's refusals become an error to show: of any file, for those of sources are caught.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _locked(self.folder):
                self._sweep()
                try:
                    yield
                finally:
                    self._sweep()
        except OSError as error:
            reason = error.strerror or error
            raise IndexStateError(
                f"the index at {self.folder} cannot be written: {reason}"
            ) from error

    def _generation(self) -> int:
        """The number of the next generation: no manifest has it, and no file of a segment."""
        numbers = [0]
        with suppress(IndexStateError):
            numbers.append(self.manifest().generation)
        with suppress(IndexStateError):
            if previous := self.previous().generation:
                numbers.append(previous + 1)  # the one after it may be past reading
        for entry in self.folder.iterdir():
            if entry.name.startswith(_PREFIXES):
                numbers += [int(part) for part in entry.stem.split("_") if part.isdecimal()]
        return max(numbers) + 1

    def _sweep(self) -> None:
        """Delete what no manifest names: a dead writer's files, or those of an older state.

        Readers keep what they have open. Where a manifest cannot be read nothing is deleted, and
        what cannot be deleted is left to the next.
        """
        try:
            states = [self.manifest(), self.previous()]
        except IndexStateError:
            return
        named = {file.name for state in states for file in state.files}
        with suppress(OSError):
            for entry in self.folder.iterdir():
                if entry.name.startswith(_PREFIXES) and entry.name not in named:
                    with suppress(OSError):
                        entry.unlink()

    def _publish(self, manifest: Manifest) -> None:
        """Make a manifest, whose files are on disk, the index; the one so far becomes PREVIOUS."""
        with suppress(IndexStateError):
            self._write(PREVIOUS, read_manifest(self.folder))
        self._write(NAME, manifest)

    def _write(self, name: str, manifest: Manifest) -> None:
        temporary = self.folder / (name + ".tmp")
        with temporary.open("wb") as file:
            file.write(manifest.encode())
            file.flush()
            os.fsync(file.fileno())
        _flush_folder(self.folder)
        temporary.replace(self.folder / name)
        _flush_folder(self.folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of writers; the system takes it from a process that dies.

    The lock's file stays. Without `fallback_to_soft` a file system that has no locks is an error:
    what takes their place there outlives a writer that is killed. Raises IndexLocked.
    """
    from filelock import FileLock, Timeout  # a process that only reads does without

    lock = FileLock(folder / _LOCK, blocking=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise IndexLocked(
            f"another process is writing the index at {folder}: wait for it, then try again"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no way to, and its renames are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
