"""Whoever reads the files, the index is the same; and a reader that dies takes nothing with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from indexer import IndexStateError, Store, sync
from indexer.documents.read import read_document
from indexer.storage.check import check
from indexer.storage.index_entry import IndexEntry, entry_of
from indexer.text.analysis import Analyzer
from indexer.text.dictionary_build import make_tables
from indexer.updating import workers
from indexer.updating.workers import read_entries
from tests.support.documents import LIBRARY, NOTICE, REGULATION

pytestmark = pytest.mark.skipif(not shutil.which("ps"), reason="processes are looked at with ps")


def _write(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        text = (NOTICE + REGULATION).replace("学校", f"学校{number}")
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")


def _contents(store: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.folder.iterdir()}


def _readers(of: int | None = None) -> set[int]:
    """The processes that read for another, this one if not said."""
    command = ["ps", "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(of or os.getpid())]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "indexer.updating.workers" in line}


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns what words are cut by."""
    path = tmp_path_factory.mktemp("dictionary") / "dictionary.columns"
    make_tables().write(path)
    return path


def test_an_entry_comes_through_as_it_was(sources: Path, analyzer: Analyzer) -> None:
    for name in LIBRARY:
        entry = entry_of(read_document(sources / name, name), analyzer)
        assert IndexEntry.decode(*entry.encode()) == entry


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "20021231"])
def test_the_same_files_give_the_same_bytes_whoever_reads_them(tmp_path: Path, seed: str) -> None:
    folder = tmp_path / "docs"
    _write(folder, 60)
    sync(Store(tmp_path / "alone"), [folder], workers=1)
    program = (
        "import sys; from pathlib import Path; from indexer import Store, sync;"
        "sync(Store(Path(sys.argv[1])), [Path(sys.argv[2])], workers=3)"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "together"), str(folder)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
    )
    assert _contents(Store(tmp_path / "alone")) == _contents(Store(tmp_path / "together"))


@pytest.mark.slow
def test_files_come_in_order_with_the_errors_of_single_ones(
    tmp_path: Path, dictionary: Path
) -> None:
    _write(tmp_path / "docs", 30)
    files = [(path.name, path) for path in sorted((tmp_path / "docs").iterdir())]
    (tmp_path / "docs" / "0003.txt").write_bytes(b"")
    (tmp_path / "docs" / "0017.txt").unlink()
    alone, together = ([*read_entries(files, dictionary, workers)] for workers in (1, 2))
    assert list(map(str, together[3:4])) == [f"{files[3][1]}: {alone[3].reason}"]  # type: ignore[union-attr]
    assert [type(one) for one in together] == [type(one) for one in alone]
    assert [type(one) for one in alone].count(IndexEntry) == 28
    for one, other in zip(alone, together, strict=True):
        assert one == other if isinstance(one, IndexEntry) else str(one) == str(other)


def test_few_files_are_read_without_other_processes(tmp_path: Path, dictionary: Path) -> None:
    _write(tmp_path / "docs", 3)
    files = [(path.name, path) for path in (tmp_path / "docs").iterdir()]
    entries = read_entries(files, dictionary)
    next(entries)
    assert not _readers()
    entries.close()


@pytest.mark.slow
def test_large_files_are_read_by_the_writer_one_after_the_other(
    tmp_path: Path, dictionary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two readers would hold two of them, and what is read of them, at the same time."""
    _write(tmp_path, 12)
    large = [tmp_path / f"{number:04}.txt" for number in (2, 3, 9)]
    for path in large:
        path.write_text(path.read_text("utf-8") * 10, encoding="utf-8")
    files = [(path.name, path) for path in sorted(tmp_path.iterdir())]
    here: list[Path] = []
    read = workers._read

    def read_here(id: str, path: Path, analyzer: Analyzer) -> object:
        here.append(path)
        return read(id, path, analyzer)

    monkeypatch.setattr(workers, "_LARGE", large[0].stat().st_size - 1)
    monkeypatch.setattr(workers, "_BATCH", 5000)
    monkeypatch.setattr(workers, "_read", read_here)  # not in the readers, which start anew
    for number, (outcome, (id, _)) in enumerate(
        zip(read_entries(files, dictionary, workers=2), files, strict=True)
    ):
        assert isinstance(outcome, IndexEntry)
        assert outcome.row.id == id
        assert here == [path for path in large if path.name <= files[number][0]]  # none ahead


@pytest.mark.slow
def test_a_reader_that_is_killed_is_an_error_and_the_index_stays_as_it_was(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    _write(folder, 10)
    sync(store, [folder])
    before = _contents(store)
    _write(folder, 600)

    def kill(done: int, total: int, id: str) -> None:
        if done == 11:
            os.kill(min(_readers()), signal.SIGKILL)

    with pytest.raises(IndexStateError, match="ended with code -9"):
        sync(store, progress=kill, workers=2)
    assert _contents(store) == before
    assert not _readers()
    for path in sorted(folder.iterdir())[20:]:
        path.unlink()
    assert len(sync(store).plan.added) == 10
    assert list(check(store.folder)) == []


@pytest.mark.slow
def test_a_reader_that_is_killed_while_many_files_wait_for_it_is_an_error_and_no_standstill(
    tmp_path: Path, dictionary: Path
) -> None:
    text = REGULATION * (300_000 // len(REGULATION.encode()))  # each file a request of its own
    files = [(f"{number}.txt", tmp_path / f"{number}.txt") for number in range(8)]
    for _, path in files:
        path.write_text(text, encoding="utf-8")
    entries = read_entries(files, dictionary, workers=2)
    next(entries)
    for reader in _readers():
        os.kill(reader, signal.SIGKILL)
    with pytest.raises(IndexStateError, match="ended with code -9"):
        list(entries)
    assert not _readers()


@pytest.mark.slow
def test_an_interruption_ends_the_readers(store: Store, tmp_path: Path) -> None:
    _write(tmp_path / "docs", 600)
    threads = threading.active_count()

    def interrupt(done: int, total: int, id: str) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(store, [tmp_path / "docs"], progress=interrupt, workers=2)
    assert not _readers()
    assert not store.exists()
    assert threading.active_count() == threads


@pytest.mark.slow
def test_readers_end_with_the_writer_that_was_killed(store: Store, tmp_path: Path) -> None:
    _write(tmp_path / "docs", 300)
    program = (
        "import os, sys; from pathlib import Path; from indexer import Store, sync\n"
        "from tests.unit.indexer.updating.test_workers import _readers\n"
        "def tell(done, total, id):\n"
        "    if done == 1:\n"
        "        print(*_readers(), flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
        "sync(Store(Path(sys.argv[1])), [Path(sys.argv[2])], progress=tell, workers=2)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(store.folder), str(tmp_path / "docs")],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
    )
    assert "indexer.updating.workers" not in done.stderr, done.stderr
    readers = done.stdout.split()
    assert len(readers) == 2
    for _ in range(100):
        left = subprocess.run(
            ["ps", "-ww", "-o", "pid=", "-o", "args=", "-p", ",".join(readers)],
            capture_output=True,
            text=True,
        )
        if "indexer.updating.workers" not in left.stdout:
            return
        time.sleep(0.1)
    raise AssertionError(left.stdout)


@pytest.mark.slow
def test_a_program_without_a_guard_may_index_with_many_readers(tmp_path: Path) -> None:
    _write(tmp_path / "docs", 60)
    program = tmp_path / "program.py"
    program.write_text(
        "from pathlib import Path\n"
        "from indexer import Store, sync\n"
        f"root = Path({str(tmp_path)!r})\n"
        "print(len(sync(Store(root / 'index'), [root / 'docs'], workers=2).plan.added))\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("60\n", "")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    """Beyond some KB a document: a segment ends, and is merged, at a bound, set low here."""
    program = (
        "import random, resource, sys; from pathlib import Path; from indexer import Store\n"
        "from indexer.documents.read import parse_document\n"
        "from indexer.storage import segment_writer, transaction\n"
        "segment_writer.MOST_SECTIONS = transaction.MOST_SECTIONS = 250\n"
        "chance = random.Random(1)\n"
        "with Store(Path(sys.argv[1])).transaction() as changes:\n"
        "    for number in range(int(sys.argv[2])):\n"
        "        text = ''.join(chr(chance.randrange(0x4e00, 0x5e00)) for _ in range(400))\n"
        "        changes.put(parse_document(f'第一条 {text}\\n' * 2, f'{number:06}.txt'))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )

    def peak(documents: int) -> int:
        arguments = [str(tmp_path / str(documents)), str(documents)]
        command = [sys.executable, "-c", program, *arguments]
        return int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    few, many = peak(400), peak(1600)
    assert many < 1.25 * few
    assert len(Store(tmp_path / "1600").manifest().segments) >= 6
