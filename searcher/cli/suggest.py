"""The command ``suggest``, which completes a prefix."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import index_option, json_option, limit_option
from searcher.cli.output import NOTHING_FOUND, finish, print_json


@click.command("suggest")
@click.argument("prefix", nargs=-1, required=True)
@limit_option(10, "completions")
@json_option
@index_option
def suggest_command(prefix: tuple[str, ...], limit: int, as_json: bool, folder: Path) -> None:
    """Complete PREFIX with texts from the index.

    Completions are titles, document numbers (文号), terms and headings. Those that begin with
    PREFIX come before those that contain it further on. Letters are also read as the pinyin of
    titles, in full or by initials.

    \b
    Example:
      policysearch suggest 劳动合
      policysearch suggest ldhtf
    """
    from searcher.cli.terminal import plain
    from searcher.engine import Searcher
    from searcher.results.as_json import completion_json

    with Searcher.open(folder) as searcher:
        completions = searcher.suggest(" ".join(prefix), limit)
    if as_json:
        print_json([completion_json(one) for one in completions])
    else:
        for one in completions:
            click.echo(f"{one.kind:<8} {one.count:6,}  {plain(one.text)}")
    if not completions:
        finish(NOTHING_FOUND)
