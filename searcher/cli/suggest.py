"""The command that completes what is being typed: ``suggest``."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import NOTHING_FOUND, index_option, json_option, print_json


@click.command("suggest")
@click.argument("prefix", nargs=-1, required=True)
@click.option(
    "-n", "--limit", type=click.IntRange(0), default=10, show_default=True, help="Completions."
)
@json_option
@index_option
def suggest_command(prefix: tuple[str, ...], limit: int, as_json: bool, folder: Path) -> None:
    """Complete PREFIX by what the index has: titles, 文号, terms and headings.

    What begins so comes before what only holds it. Letters are also read as the pinyin of titles,
    whole or by initials.

    \b
    Example:
      policysearch suggest 劳动合
      policysearch suggest ldhtf
    """
    from dataclasses import asdict

    from searcher.cli.terminal import plain
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        completions = searcher.suggest(" ".join(prefix), limit)
    if as_json:
        print_json([asdict(one) for one in completions])
    else:
        for one in completions:
            click.echo(f"{one.kind:<8} {one.count:6,}  {plain(one.text)}")
    if not completions:
        click.get_current_context().exit(NOTHING_FOUND)
