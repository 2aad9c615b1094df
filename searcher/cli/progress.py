"""What is said while an index is made: how far it is, on a terminal and when there is much to do,
and which words of a user can have no effect."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from indexer.text.dictionary_build import read_user_dictionary
from indexer.updating.sync import Progress
from searcher.cli.terminal import plain

_FEW = 20  # files that are done before a bar could be read
_NAMED = 5  # words before "…"


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


def show_idle_words(path: Path) -> None:
    """Say on standard error which words of a user dictionary have no effect."""
    idle = read_user_dictionary(path).idle
    if idle:
        named = ", ".join(idle[:_NAMED]) + (" …" if len(idle) > _NAMED else "")
        reason = "texts are cut at all but Chinese characters first"
        click.echo(plain(f"{path}: words without effect, for {reason}: {named}"), err=True)
