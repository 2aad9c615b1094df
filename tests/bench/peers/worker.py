"""The child process that an engine is measured in: python -m peers.worker ENGINE KIND FOLDER.

Commands come as lines of JSON, ``{"do": NAME, …}``; each is answered by a line. What is timed is
timed here.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from indexer import Store, parse_document, sync
from peers.corpus import read_terms, read_texts, source_of
from peers.engine import Engine, query_of
from peers.engines import engine_class


class Worker:
    """An engine that does what it is told; the methods are the commands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def index(self, file: str, limit: int | None) -> dict[str, Any]:
        """Index the sections of a file, which are all in memory when the clock starts.

        Threads of an engine would else work on while more is read, off the clock.
        """
        engine, made = self._engine, []
        count = 0
        if engine.kind == "terms":
            for batch in read_terms(Path(file), limit):
                count += len(batch)
                made.append(engine.prepare_terms(batch))
        else:
            for source in read_texts(Path(file), limit):
                count += len(source.sections)
                made.append(engine.prepare_texts(source))
        gc.collect()
        gc.freeze()  # what is handed over is no work for the collector
        held = memory()["own"]
        begun = time.perf_counter()
        (engine.index_terms if engine.kind == "terms" else engine.index_texts)(iter(made))
        seconds = time.perf_counter() - begun
        left = self._left()
        return {"seconds": seconds, "sections": count, **left, "peak": left["peak"] - held}

    def sync(self, folder: str) -> dict[str, Any]:
        """Bring this project's index to the state of a folder of documents."""
        store = Store(self._engine.folder)
        begun = time.perf_counter()
        sync(store, [Path(folder)])
        seconds = time.perf_counter() - begun
        with store.snapshot() as snapshot:
            count = snapshot.numbering.section_count
        return {"seconds": seconds, "sections": count, **self._left()}

    def _left(self) -> dict[str, Any]:
        return {"sizes": dict(self._engine.sizes()), **memory()}

    def open(self) -> dict[str, Any]:
        """Open the index."""
        self._engine.open()
        return {"version": self._engine.version()}

    def ids(self, queries: list[str]) -> list[list[int]]:
        """The sections that answer each query best."""
        return [self._engine.ids(self._asker(query)()) for query in queries]

    def time(self, queries: list[str]) -> list[float]:
        """Seconds of each query."""
        times = []
        for ask in map(self._asker, queries):
            begun = time.perf_counter()
            ask()
            times.append(time.perf_counter() - begun)
        return times

    def threads(self, queries: list[str], threads: int) -> float:
        """Seconds of all queries, asked by that many clients."""
        askers = list(map(self._asker, queries))
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._asker, queries[: 4 * threads]))  # every thread has its reader
            list(pool.map(lambda ask: ask(), askers[: 4 * threads]))
            begun = time.perf_counter()
            list(pool.map(lambda ask: ask(), askers))
            return time.perf_counter() - begun

    def _asker(self, query: str) -> Callable[[], Any]:
        engine = self._engine
        if self._engine.kind == "texts":
            return lambda: list(engine.hits(query))
        prepared = engine.prepare(query_of(query))
        return lambda: engine.rank(prepared)

    def add(self, text: str, name: str) -> float:
        """Seconds to add a document and have it found."""
        source = source_of(parse_document(text, name), name, name)
        begun = time.perf_counter()
        self._engine.add(source)
        return time.perf_counter() - begun

    def memory(self) -> dict[str, int]:
        """Bytes of memory, see `memory`."""
        return memory()


def memory() -> dict[str, int]:
    """Peak: the most this process and its largest child ever had. Own: without mapped files, now.

    The peak is Linux's VmHWM where there is one: ru_maxrss, the same figure, begins in a child
    with what its parent had.
    """
    section = 1 if sys.platform == "darwin" else 1024
    figures = _status()
    peak = figures.get("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * section
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * section
    own = figures.get("RssAnon", peak) + figures.get("RssShmem", 0)
    return {"peak": peak + children, "own": own}


def _status() -> dict[str, int]:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines if line.endswith("kB"))
    return {name: int(value.split()[0]) * 1024 for name, value in pairs}


def main() -> None:
    """Answer until there is nothing more to do."""
    name, kind, folder = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what engines print is no answer
    worker = Worker(engine_class(name)(Path(folder), kind))
    for line in sys.stdin:
        command = json.loads(line)
        answer = getattr(worker, command.pop("do"))(**command)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
