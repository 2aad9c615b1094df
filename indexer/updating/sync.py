"""Brings an index up to date with the contents of its sources, in one commit.

`scan` lists the files, `plan` compares their digests with the index (it is pure), and `sync` does
both and carries the plan out. A file that cannot be read as a document is reported and skipped. If
a folder cannot be listed or a file cannot be opened, the documents from there stay in the index: a
failure to look does not mean that a document is gone.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from pathlib import Path, PurePosixPath

from indexer.documents.model import Document
from indexer.documents.read import digest_of, read_document
from indexer.errors import (
    IndexDamaged,
    IndexIncompatible,
    IndexNotFound,
    NothingToIndex,
    SourceError,
)
from indexer.formats import SUFFIXES, ReadWarning, members
from indexer.storage.index_entry import IndexEntry
from indexer.storage.manifest import Manifest, Root
from indexer.storage.store import Store
from indexer.text.dictionary_build import UserDictionary, check_words, read_user_dictionary
from indexer.updating.workers import File, read_entries

ReadFiles = Callable[[Sequence[File]], Generator[IndexEntry | Document | SourceError, None, None]]
Progress = Callable[[int, int, str], None]  # number of files read, of all files, id of the next one


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that an index needs, as sorted document ids; ``unchanged`` documents stay."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a sync, or of a dry run, which changes nothing.

    ``failed`` has an error for each file, folder or source that could not be read. ``ignored``
    counts the files of other kinds by suffix ("" for files without one). ``warned`` has, by
    document id, what the readers left out of the files read this time, or guessed.
    """

    plan: Plan
    failed: tuple[SourceError, ...]
    ignored: Mapping[str, int]
    warned: Mapping[str, tuple[ReadWarning, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of some sources: ``files`` by document id, in the order of the ids.

    ``unseen`` has the ids of folders that could not be listed and of sources that are gone.
    ``failed`` and ``ignored`` are those of `Report`.
    """

    files: Mapping[str, Path]
    failed: tuple[SourceError, ...]
    ignored: Mapping[str, int]
    unseen: tuple[str, ...]


def plan(old: Mapping[str, str], new: Mapping[str, str]) -> Plan:
    """Returns the changes from an index of the documents ``old`` to one of ``new``. Pure.

    Both map the ids of documents to their digests.
    """
    common = sorted(old.keys() & new.keys())
    return Plan(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(id for id in common if new[id] != old[id]),
        removed=tuple(sorted(old.keys() - new.keys())),
        unchanged=tuple(id for id in common if new[id] == old[id]),
    )


def sync(
    store: Store,
    paths: Sequence[Path] = (),
    *,
    forget: Sequence[Path] = (),
    rebuild: bool = False,
    dry_run: bool = False,
    user_dictionary: Path | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    exclude: Sequence[str] = (),
) -> Report:
    """Brings the index up to date with its sources and returns a report of the changes.

    The sources are those that the index remembers, together with ``paths`` (files or folders),
    which it remembers from now on, and without those in ``forget``, whose documents leave the
    index.

    ``rebuild`` reads everything anew, whatever state the index is in. ``dry_run`` reads the same
    files and writes nothing. ``user_dictionary`` (`indexer.text.dictionary_build`) is remembered as
    well, until it is named in ``forget``; an index that was made with other words adopts it only on
    a ``rebuild``. ``progress`` is called for every file before it is read. ``workers`` is the
    number of processes that read (`indexer.updating.workers.read_entries`); the index does not
    depend on it.

    Files whose name, or path below their source, matches a pattern of ``exclude`` (as in `fnmatch`)
    are left out, and leave the index.

    Raises SourceError for a path that does not exist or is no source, NothingToIndex if there is no
    source at all, and the kinds of IndexStateError.
    """
    failed: list[SourceError] = []
    kept, forget = _kept_dictionary(store, forget, rebuild)
    chosen = _real(user_dictionary) if user_dictionary else kept
    words = _read_words(chosen, failed, optional=not (rebuild or user_dictionary))
    roots = _roots(store, paths, forget, rebuild)
    changing = store.transaction(rebuild=rebuild, words=words)
    with nullcontext() if dry_run else changing as transaction:
        old = {} if rebuild else _indexed(store, words)
        found = scan(roots, store.folder, exclude)
        warned: dict[str, tuple[ReadWarning, ...]] = {}
        failed += found.failed
        new = {id: old[id] for id in old if _within(id, found.unseen)}
        read: ReadFiles = _documents
        if transaction:
            read = partial(read_entries, dictionary=transaction.dictionary, workers=workers)
        with closing(_read(found, old, failed, progress, read)) as files:
            for id, digest, made in files:
                new[id] = digest
                if made and made.warnings:
                    warned[id] = made.warnings
                if transaction and isinstance(made, IndexEntry):
                    transaction.add(made)
        changes = plan(old, new)
        if transaction:
            for id in changes.removed:
                transaction.remove(id)
            transaction.sources = roots
            transaction.user_dictionary = _recorded(chosen, store.folder) if chosen else ""
    return Report(changes, tuple(failed), found.ignored, warned)


def _kept_dictionary(
    store: Store, forget: Sequence[Path], rebuild: bool
) -> tuple[Path | None, list[Path]]:
    """Returns the user dictionary to keep, if any, and the other paths to forget.

    Raises IndexIncompatible if the dictionary is to be forgotten without a rebuild.
    """
    manifest = _remembered(store, rebuild)
    if not manifest.user_dictionary:
        return None, list(forget)
    kept = store.folder.resolve().parent / manifest.user_dictionary
    others = [path for path in forget if _real(path) != _real(kept)]
    if len(others) == len(forget):
        return kept, others
    if manifest.segments and not rebuild:
        raise IndexIncompatible(
            f"the index was made with the words of {kept}: run `policysearch index --rebuild` "
            "to forget them"
        )
    return None, others


def _read_words(
    path: Path | None, failed: list[SourceError], *, optional: bool
) -> UserDictionary | None:
    """Returns the words of a user dictionary; None if there is none.

    The file of an ``optional`` dictionary may be gone, which is reported: the index has its words.
    """
    if path is None:
        return None
    try:
        return read_user_dictionary(path)
    except SourceError:
        if not optional or _exists(path):
            raise
        failed.append(SourceError(path, "the user dictionary is gone; the index keeps its words"))
        return None


def _indexed(store: Store, words: UserDictionary | None) -> dict[str, str]:
    """Returns the digests of the indexed documents by id."""
    try:
        with store.snapshot() as snapshot:
            if words and snapshot.rows:
                check_words(snapshot.analyzer.dictionary, words)
            return {row.id: row.digest for row in snapshot.rows}
    except IndexNotFound:
        return {}


def _within(id: str, folders: Iterable[str]) -> bool:
    return any(id == folder or id.startswith(folder + "/") for folder in folders)


def _documents(files: Iterable[File]) -> Generator[Document | SourceError, None, None]:
    """Yields the document or the error of each file, for a run that writes nothing."""
    for id, path in files:
        try:
            yield read_document(path, id)
        except SourceError as error:
            yield error


def _read(
    found: Scan,
    old: Mapping[str, str],
    failed: list[SourceError],
    progress: Progress | None,
    read: ReadFiles,
) -> Generator[tuple[str, str, IndexEntry | Document | None], None, None]:
    """Yields the id and digest of every readable file, with its entry if it has changed."""
    done = itertools.count()

    def tell(id: str) -> None:
        if progress:
            progress(next(done), len(found.files), id)

    other: list[File] = []
    for id, path in found.files.items():
        if id in old and _is_unchanged(path, old[id], failed):
            tell(id)
            yield id, old[id], None
        else:
            other.append((id, path))
    with closing(read(other)) as outcomes:
        for id, _ in other:
            tell(id)
            outcome = next(outcomes)
            if isinstance(outcome, SourceError):
                failed.append(outcome)
            else:
                yield id, outcome.digest, outcome
    tell("")


def _is_unchanged(path: Path, digest: str, failed: list[SourceError]) -> bool:
    """Returns True if a file is as it was indexed, or cannot be read."""
    try:
        return digest_of(path) == digest
    except SourceError as error:
        failed.append(error)
        return True


def scan(roots: Iterable[Root], index: Path, exclude: Sequence[str] = ()) -> Scan:
    """Returns the files under ``roots`` that may be documents, including those in zip archives.

    Files and folders whose names begin with a dot, the lock files of Word (~$…) and files that
    match ``exclude`` are left out. ``index`` is the folder of the index; relative sources are
    relative to the folder that contains it.
    """
    files: dict[str, Path] = {}
    failed: list[SourceError] = []
    ignored: Counter[str] = Counter()
    unseen: list[str] = []
    for root in roots:
        top = _location(root, index)
        if not _exists(top):
            failed.append(SourceError(top, "the source is gone; its documents stay in the index"))
            unseen.append(root.name)
            continue
        for path in _files(top, root.name, failed, unseen):
            parts = path.relative_to(top).parts
            id = "/".join((root.name, *parts))
            if _is_excluded("/".join(parts) or path.name, exclude):
                continue
            if path.suffix.lower() == ".zip" and _is_text(id):
                _scan_archive(path, id, exclude, files, failed, ignored, unseen)
            elif not _is_text(id):
                shown = os.fsencode(path).decode("utf-8", "replace")
                failed.append(SourceError(shown, "the file's name is not valid UTF-8"))
            elif path.suffix.lower() in SUFFIXES or path == top:
                files[id] = path
            else:
                ignored[path.suffix.lower()] += 1
    return Scan(
        dict(sorted(files.items())), tuple(failed), dict(sorted(ignored.items())), tuple(unseen)
    )


def _is_excluded(name: str, patterns: Sequence[str]) -> bool:
    last = name.rpartition("/")[2]
    return any(fnmatch(name, pattern) or fnmatch(last, pattern) for pattern in patterns)


def _scan_archive(
    path: Path,
    id: str,
    exclude: Sequence[str],
    files: dict[str, Path],
    failed: list[SourceError],
    ignored: Counter[str],
    unseen: list[str],
) -> None:
    """Adds the members of an archive as if it were a folder."""
    try:
        found = members(path)
    except SourceError as error:
        failed.append(error)
        unseen.append(id)
        return
    if found is None:  # another format under this name
        files[id] = path
        return
    failed += found.failed
    for name in found.names:
        suffix = PurePosixPath(name).suffix.lower()
        if _is_excluded(name, exclude):
            continue
        if suffix in SUFFIXES and _is_text(name):
            files[f"{id}/{name}"] = path / name
        else:
            ignored[suffix] += 1


def _files(top: Path, name: str, failed: list[SourceError], unseen: list[str]) -> Iterator[Path]:
    """Yields the files under ``top`` and adds folders that cannot be listed to ``unseen``."""

    def unlisted(error: OSError) -> None:
        folder = Path(error.filename)
        failed.append(SourceError(folder, error.strerror or str(error)))
        unseen.append("/".join((name, *folder.relative_to(top).parts)))

    if top.is_file():
        yield top
        return
    for folder, subfolders, names in os.walk(top, onerror=unlisted):
        subfolders[:] = [sub for sub in subfolders if not sub.startswith(".")]
        yield from (Path(folder, file) for file in names if not file.startswith((".", "~$")))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _roots(
    store: Store, paths: Sequence[Path], forget: Sequence[Path], rebuild: bool
) -> tuple[Root, ...]:
    """Returns the sources to index: the remembered ones without ``forget``, and ``paths``."""
    roots = list(_remembered(store, rebuild).sources)
    located = {_real(_location(root, store.folder)): root for root in roots}
    for path in forget:
        if _real(path) not in located:
            raise SourceError(path, "is not a source of the index: see `policysearch status`")
        roots.remove(located.pop(_real(path)))
    for path in paths:
        top = _real(path)
        if not _exists(top):
            raise SourceError(path, "no such file or folder")
        if not any(top == known or known in top.parents for known in located):
            for inner in [known for known in located if top in known.parents]:
                roots.remove(located.pop(inner))  # the new source contains it
            located[top] = Root(_name(top, roots), _recorded(top, store.folder))
            roots.append(located[top])
    if not roots and not forget:
        raise NothingToIndex("there is nothing to index: name a file or a folder")
    return tuple(roots)


def _remembered(store: Store, rebuild: bool) -> Manifest:
    """Returns the manifest of the index.

    For the ``rebuild`` of an index with a damaged manifest, it is that of the previous generation,
    or an empty one. Raises IndexDamaged and IndexIncompatible.
    """
    try:
        return store.manifest()
    except (IndexDamaged, IndexIncompatible):
        if not rebuild:
            raise
        with suppress(IndexDamaged):
            return store.previous()
        return Manifest()


def locations(store: Store) -> list[Path]:
    """Returns the paths of all sources that the index remembers, in order; some may be gone."""
    return [_location(root, store.folder) for root in store.manifest().sources]


def _name(top: Path, roots: Iterable[Root]) -> str:
    """Returns the name for a new source: its file name, with a number if that is taken."""
    taken = {root.name for root in roots}
    names = itertools.chain((top.name,), (f"{top.name}-{n}" for n in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises if links form a circle


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _recorded(top: Path, index: Path) -> str:
    """Returns the path to record: relative if the source lies beside the index.

    The index and its sources can then be moved together.
    """
    base = index.resolve().parent
    return top.relative_to(base).as_posix() if top.is_relative_to(base) else str(top)


def _location(root: Root, index: Path) -> Path:
    return index.resolve().parent / root.path
