"""The progress bar of the command ``index``, and its warning of words without effect."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from indexer.text.dictionary_build import read_user_dictionary
from indexer.updating.sync import Progress
from searcher.cli.terminal import plain

_FEW = 20  # files: so few are read before anybody could see a bar
_NAMED = 5  # the most words named before "…"


@contextmanager
def showing_progress() -> Iterator[Progress | None]:
    """Yields the function that moves a progress bar, or None if standard error is no terminal."""
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


def print_idle_words(path: Path) -> None:
    """Prints on standard error the words in the user dictionary ``path`` that have no effect."""
    idle = read_user_dictionary(path).idle
    if idle:
        named = ", ".join(idle[:_NAMED]) + (" …" if len(idle) > _NAMED else "")
        reason = "only Chinese characters are looked up in a dictionary"
        click.echo(plain(f"{path}: words without effect, because {reason}: {named}"), err=True)
