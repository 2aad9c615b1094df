"""The index follows its sources while they change."""

from __future__ import annotations

import time
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest

from indexer import Report, Store, sync
from indexer.updating.watch import watch
from tests.support.documents import NOTICE

pytest.importorskip("watchfiles")


def test_a_source_that_is_renamed_and_made_anew_is_watched_again(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    stop, reports = Event(), Queue[Report]()
    watcher = Thread(target=lambda: [reports.put(report) for report in watch(store, stop)])
    watcher.start()
    try:
        time.sleep(1)  # until it listens
        away = sources.rename(sources.with_name("away"))
        assert "gone" in str(reports.get(timeout=20).failed[0])
        away.rename(sources)
        for name in ("first.txt", "second.txt"):
            (sources / name).write_text(NOTICE + name, encoding="utf-8")
            assert reports.get(timeout=20).plan.added == (f"docs/{name}",)
    finally:
        stop.set()
        watcher.join(20)
    assert not watcher.is_alive()
