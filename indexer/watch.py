"""Keeping an index in step with its sources while they change."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from indexer.errors import IndexLocked, PolicySearchError
from indexer.store import Store
from indexer.updating import Report, locations, sync

_QUIET_MS = 500  # a burst of changes is over when nothing happened for so long
_LOCKED_RETRY_S = 2.0


def watch(store: Store, stop: Event | None = None) -> Iterator[Report]:
    """Sync whenever something changes under the sources, and give each report that says anything.

    Ends when ``stop`` is set, or on Ctrl-C. Raises PolicySearchError if watchfiles is missing.
    """
    try:
        from watchfiles import watch as changes
    except ImportError:
        raise PolicySearchError(
            "watching needs watchfiles: pip install 'policysearch[watch]'"
        ) from None

    stop = stop or Event()
    tops = [top for top in locations(store) if top.exists()]
    for _ in changes(*tops, debounce=2 * _QUIET_MS, step=_QUIET_MS, stop_event=stop):
        report = _patiently(store, stop)
        if report and (report.plan or report.failed):
            yield report


def _patiently(store: Store, stop: Event) -> Report | None:
    """Sync, waiting for another writer to finish; None if told to stop meanwhile."""
    while True:
        try:
            return sync(store)
        except IndexLocked:
            if stop.wait(_LOCKED_RETRY_S):
                return None
