"""Keeps an index in step with its sources while they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

from indexer.errors import IndexLocked, PolicySearchError
from indexer.storage.store import Store
from indexer.updating.sync import Report, locations, sync

_QUIET_MS = 500  # without a change for so long, a burst of changes is over
_LOOK_MS = 2000  # between checks that the sources are still the watched folders
_LOCKED_RETRY_S = 2.0


def watch(
    store: Store, stop: Event | None = None, *, exclude: Sequence[str] = ()
) -> Iterator[Report]:
    """Syncs whenever something changes under the sources; yields reports with changes or errors.

    ``exclude`` is that of `sync`. Ends when ``stop`` is set, or on Ctrl-C. Waits while another
    writer is at work. Raises PolicySearchError if watchfiles is missing, and the errors of `sync`
    except IndexLocked.
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
            listens = _standing(store) != watched  # one was renamed, replaced, mounted, or added
            if changed or listens or missed:
                missed = False
                report = _patiently(store, stop, exclude)
                if report and (report.plan or report.failed):
                    yield report
                    store.merge()
            if listens:
                break


def _standing(store: Store) -> dict[Path, tuple[int, int]]:
    """Returns the sources that exist, each with its device and inode."""
    found = {}
    for top in locations(store):
        with suppress(OSError):
            state = top.stat()
            found[top] = (state.st_dev, state.st_ino)
    return found


def _patiently(store: Store, stop: Event, exclude: Sequence[str]) -> Report | None:
    """Syncs as soon as no other writer is at work; returns None if ``stop`` is set before."""
    while True:
        try:
            return sync(store, exclude=exclude)
        except IndexLocked:
            if stop.wait(_LOCKED_RETRY_S):
                return None
