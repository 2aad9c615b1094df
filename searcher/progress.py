"""A progress bar for long work: on a terminal only, and only when there is much to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.updating import Progress

_FEW = 20  # files that are done before a bar could be read


@contextmanager
def showing_progress() -> Iterator[Progress | None]:
    """What to tell the progress to; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from searcher.render import plain

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def progress(done: int, total: int, id: str) -> None:
            if total > _FEW:
                shown = plain(id) or "writing"
                bar.update(task, completed=done, total=total, description=shown, visible=True)

        yield progress
