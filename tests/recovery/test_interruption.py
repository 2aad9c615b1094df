"""Killed at any moment, an index is the old one or the new one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import IndexStateError, Store, sync
from indexer.storage.check import check
from searcher import Searcher
from tests.support.documents import NOTICE, REGULATION

KILLS = 20


def _write(folder: Path, count: int, word: str) -> None:
    for number in range(count):
        text = (NOTICE + REGULATION).replace("学校", f"{word}{number}")
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")


def _state(store: Store) -> tuple[int, set[str]]:
    with Searcher.open(store.folder) as searcher:
        results = searcher.search('"甲校0" OR "乙校0" OR "校1"', limit=100_000)
        words = {word for word in ("甲校", "乙校") if any(word in h.snippet.text for h in results)}
        return len(searcher.documents), words


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_the_old_index_or_the_new(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    _write(folder, 40, "甲校")
    sync(store, [folder])
    started = time.perf_counter()
    _write(folder, 60, "乙校")
    command = [sys.executable, "-m", "indexer", "--index", str(store.folder)]
    rehearsal = Store(tmp_path / "rehearsal")
    sync(rehearsal, [folder])
    took = time.perf_counter() - started
    chance = random.Random(20021231)
    finished = 0
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as writer:
            time.sleep(chance.uniform(0, 2 * took + 0.5))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        assert list(check(store.folder)) == []
        count, words = _state(store)
        assert (count, words) in ((40, {"甲校"}), (60, {"乙校"}))
        if count == 60:  # it was done in time: let the next one have work again
            finished += 1
            _write(folder, 40, "甲校")
            for number in range(40, 60):
                (folder / f"{number:04}.txt").unlink()
            sync(store)
            _write(folder, 60, "乙校")
    assert finished < KILLS
    sync(store)
    assert _state(store) == (60, {"乙校"})


@pytest.mark.slow
@pytest.mark.parametrize("refusal", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interruption_after_any_flush_leaves_the_old_index_or_the_new(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: BaseException
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    flush = os.fsync
    outcomes = []
    for flushes in range(1, 20):
        _write(folder, 4, "甲校")
        sync(store, [folder])
        _write(folder, 6, "乙校")
        left = iter(range(flushes - 1))

        def interrupted(descriptor: int, left: Iterator[int] = left) -> None:
            flush(descriptor)
            if next(left, None) is None:
                raise refusal

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", interrupted)
            try:
                sync(store)
            except (KeyboardInterrupt, IndexStateError):
                outcomes.append(_state(store))
            else:
                break
        assert list(check(store.folder)) == []
        for path in folder.iterdir():
            path.unlink()
    assert {count for count, _ in outcomes} == {4, 6}
    assert all(words == {"甲校" if count == 4 else "乙校"} for count, words in outcomes)
