"""The commands that describe an index: ``status`` and ``check``."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import index_option, json_option
from searcher.cli.output import ERROR, REPAIR, finish, print_json


@click.command("status")
@json_option
@index_option
def status_command(as_json: bool, folder: Path) -> None:
    """Show the contents of the index, and the kernel in use.

    This includes the numbers of documents and sections, the size, and the sources.

    \b
    Example:
      policysearch status --json
    """
    from indexer.kernel import COMPILED
    from indexer.storage.snapshot import Snapshot
    from searcher.cli.terminal import plain
    from searcher.results.as_json import status_json

    with Snapshot.open(folder) as snapshot:
        status = status_json(str(folder), snapshot, compiled=COMPILED)
    if as_json:
        print_json(status)
        return
    sources = ", ".join(source["path"] for source in status["sources"])
    for name, value in {**status, "sources": sources}.items():
        shown = f"{value:,}" if isinstance(value, int) else plain(str(value))
        click.echo(f"{name:<11} {shown}")
    if not COMPILED:
        click.echo("`policysearch --version` says how to get the compiled kernel.", err=True)


@click.command("check")
@json_option
@index_option
def check_command(as_json: bool, folder: Path) -> None:
    """Check the index for damage.

    All checksums are verified, and each document is compared with its sections. The previous state,
    to which "index --restore" goes back, is checked as well. The exit code is 2 if the index is
    damaged.

    \b
    Example:
      policysearch check
    """
    from indexer.storage.check import check, check_previous
    from searcher.results.as_json import check_json

    problems = list(check(folder))
    before = check_previous(folder)
    if as_json:
        print_json(check_json(problems, before))
    else:
        for problem in problems or ["no problems found"]:
            click.echo(problem)
        if before is not None:
            click.echo(f"previous state: {'; '.join(before) or 'no problems found'}")
    if problems:
        click.echo(f"The index is damaged: {REPAIR}.", err=True)
        finish(ERROR)
