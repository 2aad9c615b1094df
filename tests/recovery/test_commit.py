"""Whatever fails in a commit, the index is the old one or the new one, and the lock is free."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from io import IOBase
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from indexer.documents.read import parse_document
from indexer.errors import IndexStateError
from indexer.storage.check import check, check_previous
from indexer.storage.manifest import NAME, PREVIOUS, read_manifest
from indexer.storage.store import Store
from tests.support.documents import LIBRARY

resource = pytest.importorskip("resource", reason="limits of a process are POSIX's")

OLD = {"old.txt": LIBRARY["notice.txt"], "gone.txt": LIBRARY["law/reply.md"]}
NEW = {"old.txt": LIBRARY["law/regulation.txt"], "new.txt": LIBRARY["notice.txt"]}


def write_old(store: Store) -> None:
    with store.transaction() as transaction:  # the generation before, which is swept later
        transaction.put(parse_document(LIBRARY["law/regulation.txt"], "gone.txt"))
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


# What the interpreter calls to change files or read them. The lock and what closes are left out:
# a descriptor that cannot be closed is not given back by anybody but the system.
_MODULES = {"posix", "nt", "io", "_io"}
_HARMLESS = {
    "fspath",
    "close",
    "__exit__",
    "getpid",
    "urandom",
    "get_terminal_size",
    "text_encoding",
}


class Interference:
    """Does something in place of a call to the system, the one numbered ``at`` from 1.

    Only those of ``names`` count, if these are given.
    """

    def __init__(
        self,
        at: int = 0,
        act: Callable[[str], None] | None = None,
        names: frozenset[str] = frozenset(),
    ) -> None:
        self.calls: list[str] = []
        self._names = names
        self._at = at
        self._act = act

    def __enter__(self) -> Interference:
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _see(self, _: FrameType, event: str, function: Any) -> None:
        if event != "c_call" or function.__name__ in _HARMLESS:
            return
        if self._names and function.__name__ not in self._names:
            return
        owner = getattr(function, "__self__", None)
        if isinstance(owner, IOBase) or getattr(owner, "__name__", "") in _MODULES:
            self.calls.append(function.__name__)
            if len(self.calls) == self._at and self._act:
                self._act(function.__name__)


def _copy(folder: Path, to: Path) -> Path:
    """A copy of an index; its files never change, and so stand on disk once."""
    return Path(shutil.copytree(folder, to, copy_function=os.link))


def calls_of_a_commit(folder: Path) -> list[str]:
    store = Store(folder)
    write_old(store)
    with Interference() as seen:
        write_new(store)
    assert state(store) == NEW
    return seen.calls


def test_the_calls_that_are_interfered_with_are_those_of_a_commit(tmp_path: Path) -> None:
    calls = Counter(calls_of_a_commit(tmp_path / "index"))
    assert calls["fsync"] >= 10
    assert calls["replace"] == 2
    assert {"open", "write", "flush", "read", "unlink", "listdir", "mkdir"} <= calls.keys()


@pytest.mark.slow
def test_a_call_that_fails_leaves_the_old_index_or_the_new(tmp_path: Path) -> None:
    calls = calls_of_a_commit(tmp_path / "rehearsal")
    write_old(Store(tmp_path / "old"))
    failed = 0
    for number in range(1, len(calls) + 1):
        store = Store(_copy(tmp_path / "old", tmp_path / str(number)))

        def refuse(name: str, code: int = (errno.ENOSPC, errno.EIO)[number % 2]) -> None:
            raise OSError(code, f"no {name}")

        try:
            with Interference(number, refuse):
                write_new(store)
        except IndexStateError:
            failed += 1
            assert state(store) in (OLD, NEW)
        else:
            assert state(store) == NEW
        assert list(check(store.folder)) == []
        assert not check_previous(store.folder)
        with store.transaction():
            pass  # the lock is free
        shutil.rmtree(store.folder)
    assert failed > len(calls) / 2


# Between two of these the disk is the same, whenever the writer dies.
_CHANGING = frozenset({"mkdir", "open", "write", "flush", "fsync", "replace", "unlink"})


def kill_at_every_call(folder: Path) -> None:
    """Commit in a process of its own that is killed in place of its first call; second; …"""
    write_old(Store(folder / "old"))
    killed = True
    number = 0
    while killed:
        number += 1
        store = Store(_copy(folder / "old", folder / str(number)))
        child = os.fork()
        if not child:
            with Interference(number, lambda _: os.kill(os.getpid(), signal.SIGKILL), _CHANGING):
                write_new(store)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
    shutil.rmtree(folder / "old")


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_the_old_index_or_the_new(tmp_path: Path) -> None:
    calls = [call for call in calls_of_a_commit(tmp_path / "rehearsal") if call in _CHANGING]
    program = (
        "import sys; from pathlib import Path;"
        "from tests.recovery.test_commit import kill_at_every_call;"
        "kill_at_every_call(Path(sys.argv[1]))"
    )
    (tmp_path / "killed").mkdir()
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "killed")],
        cwd=Path(__file__).parents[2],
        check=True,
    )
    states = []
    for folder in sorted((tmp_path / "killed").iterdir(), key=lambda folder: int(folder.name)):
        store = Store(folder)
        states.append(state(store))
        assert list(check(folder)) == []
        with store.transaction():
            pass  # the lock is free, and what was left is swept
        named = {file.name for file in store.manifest().files}
        before = {file.name for file in read_manifest(folder, PREVIOUS).files}
        left = {path.name for path in folder.glob("*_*")}
        assert left == named | before
    assert len(states) == len(calls) + 1
    first_new = states.index(NEW)
    assert states == [OLD] * first_new + [NEW] * (len(states) - first_new)
    assert calls[:first_new].count("replace") == 2


def test_a_file_is_on_disk_before_the_manifest_that_names_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "index")
    write_old(store)
    events: list[tuple[str, object]] = []
    flush, replace = os.fsync, Path.replace

    def recorded(descriptor: int) -> None:
        flush(descriptor)
        found = os.fstat(descriptor)
        events.append(
            ("flush", (found.st_ino, 0 if stat.S_ISDIR(found.st_mode) else found.st_size))
        )

    def renamed(path: Path, target: Path) -> Path:
        events.append(("rename", target.name))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", recorded)
    monkeypatch.setattr(Path, "replace", renamed)
    before = set(store.folder.iterdir())
    write_new(store)
    at = events.index(("rename", NAME))
    folder = ("flush", (store.folder.stat().st_ino, 0))
    new = [path.stat() for path in set(store.folder.iterdir()) - before | {store.folder / NAME}]
    flushes = [("flush", (found.st_ino, found.st_size)) for found in new]
    assert len(flushes) > 5
    last = max(events.index(flush) for flush in flushes)
    assert folder in events[last:at], "the names of the files, before the manifest has its own"
    assert folder in events[at:]


@pytest.mark.slow
def test_a_disk_that_is_full_leaves_the_old_index_and_serves_again(tmp_path: Path) -> None:
    """A small disk of its own, which goes away with the process that mounted it."""
    program = (
        "import sys; from pathlib import Path; from tests.recovery.test_commit import fill_disk;"
        "fill_disk(Path(sys.argv[1]))"
    )
    mount = 'mount -t tmpfs -o size=8m none "$2" || exit 77; exec "$0" -c "$1" "$2"'
    shell = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount]
    if not shutil.which("unshare"):
        pytest.skip("only Linux has disks for a process")
    done = subprocess.run(
        [*shell, sys.executable, program, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    if "unshare:" in done.stderr or done.returncode == 77:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 2


def fill_disk(disk: Path) -> None:
    """Commit with ever more room until there is enough, and print how often there was not."""
    store = Store(disk / "index")
    write_old(store)
    refused = 0
    while state(store) == OLD:
        ballast = shutil.disk_usage(disk).free - 4096 * refused
        (disk / "ballast").write_bytes(bytes(ballast))
        try:
            write_new(store)
        except IndexStateError:
            refused += 1
        (disk / "ballast").unlink()
        assert list(check(store.folder)) == []
    assert state(store) == NEW
    print(refused)


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
