"""The index that is served: one edition of it for every generation, and the step to the next."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from hashlib import blake2b
from pathlib import Path, PurePath
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

from indexer.documents.citations.resolve import Catalogue, NamedDocument
from indexer.errors import PolicySearchError
from indexer.storage.manifest import NAME
from indexer.storage.snapshot import Snapshot
from searcher.engine import Searcher
from searcher.web.answers import Answer

if TYPE_CHECKING:
    from searcher.ranking.statistics import DocumentFacts

T = TypeVar("T")
_KEPT = 512  # answers of an edition
_LARGEST_KEPT = 256 * 1024  # bytes of one
_log = logging.getLogger("policysearch.web")

Stamp = tuple[int, int, int]


class Edition:
    """A generation of the index and what is made of it once. Requests in threads share it.

    ``tag`` differs between any two states of an index: a generation's number comes again where the
    folder was made anew. ``rows`` are the documents by id, the newest first.
    """

    def __init__(self, folder: Path, searcher: Searcher, manifest: bytes) -> None:
        self.folder = folder
        self.searcher = searcher
        self.generation = _generation(manifest)
        self.tag = f"g{self.generation}-{blake2b(manifest, digest_size=4).hexdigest()}"
        newest_first = sorted(searcher.documents, key=lambda row: row.date, reverse=True)
        self.rows: Mapping[str, DocumentFacts] = {row.id: row for row in newest_first}
        self.users = 0
        self._kept: OrderedDict[object, object] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def sections(self) -> int:
        """The number of sections of all documents."""
        return sum(row.section_count for row in self.rows.values())

    @cached_property
    def versions(self) -> Mapping[str, tuple[str, ...]]:
        """For each document of which there are several versions, the ids of all, newest first.

        Empty where the index has moved on meanwhile.
        """
        with Snapshot.open(self.folder) as snapshot:
            if snapshot.manifest.generation != self.generation:
                return {}
            return snapshot.families.versions

    @cached_property
    def catalogue(self) -> Catalogue:
        """The documents by what citations call them."""
        return Catalogue(
            NamedDocument(row.id, row.title or None, row.doc_number or None, row.date or None)
            for row in self.rows.values()
        )

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Returns the value kept under ``key``; the first time that is the result of ``make``."""
        found = self.kept(key)
        if found is None:
            found = make()
            self.keep(key, found)
        return cast(T, found)

    def kept(self, key: object) -> object:
        """Returns the value kept under ``key``, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: object, value: object) -> None:
        """Keep a value unless it is large; what was not asked for longest makes room."""
        if isinstance(value, Answer) and len(value.body) > _LARGEST_KEPT:
            return
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


class Corpus:
    """An index as a server has it: it moves on to a new generation when there is one."""

    def __init__(self, folder: Path, synonyms: Path | None = None) -> None:
        """Raises what `Searcher.open` does."""
        self._folder, self._synonyms = folder, synonyms
        self._stamp = self._look()
        self._lock = Lock()
        self._moving = asyncio.Lock()
        self._now = self._open()

    async def refresh(self) -> None:
        """Move on if the manifest is another one; a stat says so.

        A state that cannot be opened is logged, and the one before stays in use.
        """
        if self._look() == self._stamp:
            return
        async with self._moving:
            stamp = self._look()
            if stamp == self._stamp:
                return
            self._stamp = stamp  # what cannot be opened is tried again when it has changed again
            try:
                newest = await asyncio.to_thread(self._open)
            except (PolicySearchError, OSError):
                _log.exception("the new state of the index cannot be opened; the old one stays")
                return
            with self._lock:
                before, self._now = self._now, newest
                is_over = not before.users
            if is_over:
                before.searcher.close()

    @contextmanager
    def turn(self) -> Iterator[Edition]:
        """The edition in use, which is not closed before this is over."""
        with self._lock:
            edition = self._now
            edition.users += 1
        try:
            yield edition
        finally:
            with self._lock:
                edition.users -= 1
                is_over = not edition.users and edition is not self._now
            if is_over:
                edition.searcher.close()

    @property
    def tag(self) -> str:
        """The tag of the edition in use."""
        return self._now.tag

    def close(self) -> None:
        """Close the index."""
        self._now.searcher.close()

    def _open(self) -> Edition:
        manifest = self._folder / NAME
        while True:
            # A commit between the two would give a generation the name of another.
            before = manifest.read_bytes() if manifest.exists() else b""
            searcher = Searcher.open(self._folder, synonyms=self._synonyms)
            if manifest.read_bytes() == before:
                return Edition(self._folder, searcher, before)
            searcher.close()

    def _look(self) -> Stamp | None:
        try:
            found = (self._folder / NAME).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def _generation(manifest: bytes) -> int:
    return int(json.loads(manifest.split(b"\n", 1)[1])["generation"])


def shown_source(source: str, document: str) -> str:
    """Returns the ``source`` of a document without the folders of the server.

    That is the id ``document`` where the source is absolute or leads out of its folder.
    """
    path = PurePath(source)
    return document if path.is_absolute() or ".." in path.parts or ":" in source else source
