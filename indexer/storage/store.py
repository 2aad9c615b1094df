"""The index in a folder, and the commits that change it.

A commit is all or nothing: the files of new segments are written and flushed to disk, then the
manifest that names them replaces the old one in a single rename. Wherever a commit is interrupted,
the manifest on disk names only complete files, of either the old or the new generation.

The previous generation is kept for `Store.restore`: `manifest.PREVIOUS` names its files. A segment
that belongs to both generations is stored once.
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
from indexer.storage.segment_writer import MOST_SECTIONS
from indexer.storage.snapshot import Snapshot
from indexer.storage.transaction import Transaction
from indexer.text.dictionary_build import UserDictionary

_LOCK = "lock"
# The names of the files that belong to single generations.
_PREFIXES = (TERMS_PREFIX, CATALOGUE_PREFIX, GROUPS_PREFIX, DICTIONARY_PREFIX)


class Store:
    """The index in a folder. Nothing is created before the first commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self) -> bool:
        """Returns True if anything was ever committed."""
        return (self.folder / NAME).exists()

    def manifest(self) -> Manifest:
        """Returns the manifest of the newest generation; an empty one before the first commit.

        Raises IndexDamaged and IndexIncompatible.
        """
        try:
            return read_manifest(self.folder)
        except IndexNotFound:
            return Manifest()

    def previous(self) -> Manifest:
        """Returns the manifest of the previous generation; an empty one if this format has none.

        Raises IndexDamaged.
        """
        try:
            return read_manifest(self.folder, PREVIOUS)
        except (IndexNotFound, IndexIncompatible):
            return Manifest()

    def snapshot(self) -> Snapshot:
        """Returns the newest generation, open for reading. Raises the kinds of IndexStateError."""
        return Snapshot.open(self.folder)

    @contextmanager
    def transaction(
        self, *, rebuild: bool = False, words: UserDictionary | None = None
    ) -> Iterator[Transaction]:
        """Yields a transaction whose changes are committed at the end of the block.

        If the block raises, they are dropped. With ``rebuild``, they replace the index, even one
        that is damaged or of another format. A new or rebuilt index gets jieba's dictionary with
        the user's ``words``.

        Raises IndexLocked at once if another writer is at work; IndexIncompatible if the index was
        made by other rules or with other ``words``; IndexDamaged; SourceError if there are too many
        words; and IndexStateError if the folder cannot be written, because the disk is full or
        permission is missing.
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
        """Merges segments in a commit of its own, if earlier commits have put off a large merge.

        Does nothing while another writer is at work. Raises the other errors of `transaction`.
        """
        if self.exists():
            with suppress(IndexLocked), self.transaction() as transaction:
                transaction.most_merged = MOST_SECTIONS

    def restore(self) -> None:
        """Makes the previous generation the index again, under a new number.

        Raises IndexDamaged, and changes nothing, if that generation is damaged or missing.
        """
        with self._writing():
            try:
                manifest = read_manifest(self.folder, PREVIOUS)
            except IndexNotFound:
                raise IndexDamaged(
                    "there is no generation before this one to go back to: "
                    "run `policysearch index --rebuild`"
                ) from None
            for file in manifest.files:
                if problem := damage(self.folder, file):
                    raise IndexDamaged(
                        f"the generation before is damaged too ({problem}): "
                        "run `policysearch index --rebuild`"
                    )
            self._write(NAME, replace(manifest, generation=self._generation()))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Holds the lock, and removes unused files before and after.

        An OSError becomes an IndexStateError. OSErrors of sources never get here: their readers
        turn them into SourceErrors.
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
        """Returns the number of the next generation, which no manifest or file has had before."""
        numbers = [0]
        with suppress(IndexStateError):
            numbers.append(self.manifest().generation)
        with suppress(IndexStateError):
            if previous := self.previous().generation:
                numbers.append(previous + 1)  # the newest manifest may be unreadable
        for entry in self.folder.iterdir():
            if entry.name.startswith(_PREFIXES):
                numbers += [int(part) for part in entry.stem.split("_") if part.isdecimal()]
        return max(numbers) + 1

    def _sweep(self) -> None:
        """Deletes the files that no manifest names: of interrupted writers and older generations.

        Readers keep the files that they have open. If a manifest cannot be read, nothing is
        deleted; a file that cannot be deleted is left to the next call.
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
        """Makes ``manifest`` the newest; its files are on disk. The one before becomes PREVIOUS."""
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
    """Holds the lock of writers; the system releases it when the process ends.

    The file of the lock remains. Without `fallback_to_soft`, a file system without locks is an
    error: the substitute for locks there would outlive a writer that is killed. Raises IndexLocked.
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
        return  # Windows cannot flush folders; its renames are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
