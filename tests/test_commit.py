"""Whatever fails in a commit, the index is the old one or the new one, and the lock is free."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer import sync
from indexer.check import check
from indexer.errors import IndexStateError
from indexer.reading import parse_document
from indexer.store import Store
from searcher import Searcher

from .documents import LIBRARY

resource = pytest.importorskip("resource", reason="limits of a process are POSIX's")

OLD = {"old.txt": LIBRARY["notice.txt"], "gone.txt": LIBRARY["law/reply.md"]}
NEW = {"old.txt": LIBRARY["law/regulation.txt"], "new.txt": LIBRARY["notice.txt"]}


def write_old(store: Store) -> None:
    with store.transaction() as transaction:
        for id, text in OLD.items():
            transaction.put(parse_document(text, id))


def write_new(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.remove("gone.txt")
        for id, text in NEW.items():
            transaction.put(parse_document(text, id))


def state(store: Store) -> dict[str, str]:
    with store.snapshot() as snapshot:
        return {row.id: snapshot.document(n).text for n, row in enumerate(snapshot.rows)}


class Saboteur:
    """Makes one of the calls that touch files of a folder fail, by the interpreter's audit."""

    def __init__(self) -> None:
        self.folder = ""
        self.fail_at = -1
        self.calls = 0
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.folder or event not in ("open", "os.rename", "os.remove", "os.listdir"):
            return
        if not str(arguments[0]).startswith(self.folder):
            return
        self.calls += 1
        if self.calls == self.fail_at:
            raise OSError(28, f"no space left, says {event}")

    @contextmanager
    def in_folder(self, folder: Path, fail_at: int) -> Iterator[None]:
        self.folder, self.fail_at, self.calls = str(folder), fail_at, 0
        try:
            yield
        finally:
            self.folder = ""


@pytest.fixture(scope="module")
def saboteur() -> Saboteur:
    return Saboteur()


def test_a_call_that_fails_leaves_the_old_index_or_the_new(
    tmp_path: Path, saboteur: Saboteur
) -> None:
    rehearsal = Store(tmp_path / "rehearsal")
    write_old(rehearsal)
    with saboteur.in_folder(rehearsal.folder, -1):
        write_new(rehearsal)
    calls = saboteur.calls
    assert calls > 15
    failed = 0
    for number in range(1, calls + 1):
        store = Store(tmp_path / str(number))
        write_old(store)
        with saboteur.in_folder(store.folder, number):
            try:
                write_new(store)
            except (OSError, IndexStateError):
                failed += 1
                assert state(store) in (OLD, NEW)
            else:
                assert state(store) == NEW
        assert list(check(store.folder)) == []
        write_new(store)
        assert state(store) == NEW
    assert failed > calls / 2


@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_full_disk_leaves_the_old_index(tmp_path: Path, fraction: float) -> None:
    rehearsal = Store(tmp_path / "rehearsal")
    write_old(rehearsal)
    write_new(rehearsal)
    written = (p for p in rehearsal.folder.iterdir() if not p.name.startswith("dictionary"))
    largest = max(path.stat().st_size for path in written)
    store = Store(tmp_path / "store")
    write_old(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest * fraction), hard))
    try:
        with pytest.raises(IndexStateError, match=os.strerror(27)):
            write_new(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert state(store) == OLD
    assert list(check(store.folder)) == []
    write_new(store)
    assert state(store) == NEW


def test_no_code_is_read_from_an_index(tmp_path: Path) -> None:
    store, sources = Store(tmp_path / "index"), tmp_path / "sources"
    sources.mkdir()
    seen: list[str] = []
    watching = False

    def hook(event: str, _: object) -> None:
        if watching and event.startswith(("pickle.", "marshal.", "exec", "compile")):
            seen.append(event)

    def use(text: str) -> None:
        (sources / "notice.txt").write_text(text, encoding="utf-8")
        sync(store, [sources])
        with Searcher.open(store.folder) as searcher:
            hits = searcher.search("学校 食品").hits
            searcher.document(hits[0].document)
            searcher.explain("学校", hits[0])

    use(LIBRARY["notice.txt"])  # what is imported on the way is code, and is imported now
    sys.addaudithook(hook)
    watching = True
    try:
        use(LIBRARY["notice.txt"] * 2)
    finally:
        watching = False
    assert seen == []
