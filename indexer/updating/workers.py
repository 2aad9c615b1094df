"""Reads many files at once: a pool of processes that turns files into entries.

The writer names files to a process in lines of JSON, and the process answers with bytes; neither
side runs anything that it is sent. The processes are started as programs of their own and not by
multiprocessing, which would run the main program of a user of this library a second time. A pool of
loky would not do so, but it sends work and results by pickle, which this project never reads, and
importing it costs every process 30 to 50 ms more.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from indexer.documents.read import read_document
from indexer.errors import (
    IndexStateError,
    SourceError,
    SourceTooLarge,
    UndecodableText,
    UnsupportedFormat,
)
from indexer.storage.index_entry import IndexEntry, entry_of
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary

File = tuple[str, Path]  # a document's id, and its file
Outcome = IndexEntry | SourceError
Pending = Callable[[], Iterable[Outcome]]  # waits for a batch and returns its outcomes
Outcomes = Generator[Outcome, None, None]

_ENOUGH = 4 << 20  # bytes of files: reading these takes longer than starting processes
_LARGE = 4 << 20  # bytes: larger files are read by this process, one at a time in memory
_BATCH = 1 << 18  # bytes of the files that a process gets at once
_MOST = 4  # processes that one writer keeps up with
_SIZES = struct.Struct("<QQQ")
_START = (
    "import sys; dictionary, *sys.path[:] = sys.argv[1:];"
    "from indexer.updating.workers import serve; serve(dictionary)"
)
_KINDS = (SourceError, SourceTooLarge, UndecodableText, UnsupportedFormat)


def read_entries(files: Sequence[File], dictionary: Path, workers: int | None = None) -> Outcomes:
    """Yields the entry of each file, or the error why it has none, in the order of ``files``.

    ``dictionary`` is the file of the dictionary that cuts words. ``workers`` is the number of
    processes that read. By default, there are as many as processors, or only this process if there
    is little to read. The outcomes do not depend on it. Close the iterator if it is not read to its
    end. Raises IndexDamaged if the dictionary is damaged, and IndexStateError if a process ends
    before its work is done.
    """
    sizes = [_size(path) for _, path in files]
    if workers is None:
        workers = min(_processors(), _MOST) if sum(sizes) >= _ENOUGH else 1
    with closing(Dictionary.open(dictionary)) as opened:
        read_here = partial(_read_here, analyzer=Analyzer(opened))
        if workers < 2:
            yield from read_here(files)
        else:
            yield from _read_by_workers(_batches(files, sizes), dictionary, workers, read_here)


def _read_here(files: Iterable[File], analyzer: Analyzer) -> Iterator[Outcome]:
    return (_read(id, path, analyzer) for id, path in files)


def _read(id: str, path: Path, analyzer: Analyzer) -> Outcome:
    try:
        return entry_of(read_document(path, id), analyzer)
    except SourceError as error:
        return error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _batches(files: Iterable[File], sizes: Iterable[int]) -> Iterator[list[File]]:
    """Yields the files in order, in lists of `_BATCH` bytes; a larger file is a list by itself."""
    batch: list[File] = []
    total = 0
    for file, size in zip(files, sizes, strict=True):
        if batch and total + size > _BATCH:
            yield batch
            batch, total = [], 0
        batch.append(file)
        total += size
    if batch:
        yield batch


def _read_by_workers(
    batches: Iterable[list[File]],
    dictionary: Path,
    count: int,
    read_here: Callable[[list[File]], Iterable[Outcome]],
) -> Outcomes:
    workers: list[_Worker] = []
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def read(batch: list[File]) -> list[Outcome]:
        worker = idle.get()
        try:
            return worker.read(batch)
        finally:
            idle.put(worker)  # a dead one as well: it fails at once, and no thread waits forever

    def start(batch: list[File]) -> Pending:
        if len(batch) == 1 and _size(batch[0][1]) > _LARGE:
            return partial(read_here, batch)
        return threads.submit(read, batch).result

    threads = ThreadPoolExecutor(count)
    try:
        for _ in range(count):
            workers.append(_Worker(dictionary))
            idle.put(workers[-1])
        yield from _in_order(batches, 2 * count, start)
    finally:
        for worker in workers:
            worker.kill()  # so that no thread waits for an answer
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.close()


def _in_order(
    batches: Iterable[list[File]], most: int, start: Callable[[list[File]], Pending]
) -> Iterator[Outcome]:
    """Yields the outcomes of the batches in order, with at most ``most`` of them under way."""
    pending: deque[Pending] = deque()
    for batch in batches:
        pending.append(start(batch))
        if len(pending) >= most:
            yield from pending.popleft()()
    while pending:
        yield from pending.popleft()()


class _Worker:
    """A process that reads files, seen from the writer."""

    def __init__(self, dictionary: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, str(dictionary), *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0 if os.name == "posix" else None,  # only the writer handles Ctrl-C
        )

    def read(self, batch: list[File]) -> list[Outcome]:
        """Returns the outcomes of the files. Raises IndexStateError if the process ends."""
        to, back = self._process.stdin, self._process.stdout
        assert to is not None  # both are pipes
        assert back is not None
        try:
            to.write(json.dumps([(id, str(path)) for id, path in batch]).encode() + b"\n")
            to.flush()
            return [_receive(back) for _ in batch]
        except (OSError, EOFError):
            code = self._process.wait()
            raise IndexStateError(
                f"a process that read documents ended with code {code}; the index is as it was: "
                "try again, with fewer processes if memory was short"
            ) from None

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()

    def close(self) -> None:
        """Closes the pipes after the process has ended."""
        with suppress(BrokenPipeError), self._process:  # a request that the process did not read
            pass


def serve(dictionary: str) -> None:
    """Reads the files that standard input names and writes their outcomes to standard output.

    The file ``dictionary`` cuts the words. Ends when standard input ends or nobody reads the
    answers.
    """
    analyzer = Analyzer(Dictionary.open(Path(dictionary)))
    with os.fdopen(os.dup(1), "wb") as answers, suppress(BrokenPipeError):
        os.dup2(2, 1)  # so that a library that prints does not spoil the answers
        for line in sys.stdin.buffer:
            for id, path in json.loads(line):
                _send(answers, _read(id, Path(path), analyzer))
            answers.flush()


def _send(to: IO[bytes], outcome: Outcome) -> None:
    if isinstance(outcome, SourceError):
        plain = (_KINDS.index(type(outcome)), str(outcome.path), outcome.reason)
        pieces = json.dumps(plain).encode(), b"", b""
    else:
        pieces = outcome.encode()
    to.write(_SIZES.pack(*map(len, pieces)))
    for piece in pieces:
        to.write(piece)


def _receive(back: IO[bytes]) -> Outcome:
    """Returns the next answer. Raises EOFError if the process has ended."""
    sizes = _SIZES.unpack(_exactly(back, _SIZES.size))
    facts, texts, record = (_exactly(back, size) for size in sizes)
    if record:
        return IndexEntry.decode(facts, texts, record)
    kind, path, reason = json.loads(facts)
    return _KINDS[kind](path, reason)


def _exactly(back: IO[bytes], size: int) -> bytes:
    data = back.read(size)
    if len(data) < size:
        raise EOFError
    return data
