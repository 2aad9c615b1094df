"""Keeps an index in step with its sources while they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

from indexer.errors import IndexLocked, PolicySearchError
from indexer.storage.store import Store
from indexer.updating.sync import Report, locations, sync

_QUIET_MS = 500  # a burst of changes is over after so long without one
_LOOK_MS = 2000  # how often to check that the sources are still the folders watched
_LOCKED_RETRY_S = 2.0


def watch(
    store: Store, stop: Event | None = None, *, exclude: Sequence[str] = ()
) -> Iterator[Report]:
    """Sync whenever something changes under the sources; yields the reports with changes or errors.

    Ends when ``stop`` is set, or on Ctrl-C. Waits while another writer is at work. Raises
    PolicySearchError if watchfiles is missing, and the errors of `sync` but IndexLocked.
    """
    try:
        from watchfiles import watch as changes
    except ImportError:
        raise PolicySearchError(
            "watching needs watchfiles: pip install 'policysearch[watch]'"
        ) from None

    stop = stop or Event()
    listens = True
    while listens:
        watched, listens = _standing(store), False
        missed = True  # something may have changed before watchfiles listened
        for changed in changes(
            *watched,
            debounce=2 * _QUIET_MS,
            step=_QUIET_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            listens = _standing(store) != watched  # renamed, made anew, mounted, or added
            if changed or listens or missed:
                missed = False
                report = _patiently(store, stop, exclude)
                if report and (report.plan or report.failed):
                    yield report
                    store.merge()
            if listens:
                break


def _standing(store: Store) -> dict[Path, tuple[int, int]]:
    """Returns the sources that are there, each with its device and its inode."""
    found = {}
    for top in locations(store):
        with suppress(OSError):
            state = top.stat()
            found[top] = (state.st_dev, state.st_ino)
    return found


def _patiently(store: Store, stop: Event, exclude: Sequence[str]) -> Report | None:
    """Sync once no other writer is at work; returns None if ``stop`` is set before."""
    while True:
        try:
            return sync(store, exclude=exclude)
        except IndexLocked:
            if stop.wait(_LOCKED_RETRY_S):
                return None
