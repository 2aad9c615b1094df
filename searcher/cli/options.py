"""What the commands of the command line share: options, output, and two turns on click's ways."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.errors import DocumentNotFound

if TYPE_CHECKING:
    from indexer.documents.model import Document
    from searcher.engine import Searcher

Command = Callable[..., Any]

# Exit codes; 0 is found or done.
NOTHING_FOUND = 1
ERROR = 2


def index_option(command: Command) -> Command:
    """``--index``."""
    return click.option(
        "--index",
        "folder",
        type=click.Path(path_type=Path),
        default=".policysearch",
        envvar="POLICYSEARCH_INDEX",
        show_default=True,
        show_envvar=True,
        help="The folder of the index.",
    )(command)


def synonyms_option(command: Command) -> Command:
    """``--synonyms``."""
    return click.option(
        "--synonyms",
        type=click.Path(path_type=Path),
        envvar="POLICYSEARCH_SYNONYMS",
        show_envvar=True,
        help="A file of more synonyms: a group a line, 低保 = 最低生活保障.",
    )(command)


def json_option(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def color_option(command: Command) -> Command:
    """``--color``."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour the output; auto: on a terminal, unless NO_COLOR is set.",
    )(command)


class QueryCommand(click.Command):
    """Takes ``-作风`` as a part of the query, not as options: options are ASCII."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let click see such arguments behind a ``--``."""
        if "--" not in args:
            excluded = [arg for arg in args if re.match(r'[-+][^\x00-\x7f"(]|-["(]', arg)]
            args = [arg for arg in args if arg not in excluded] + ["--", *excluded]
        return super().parse_args(ctx, args)


class Commands(click.Group):
    """Ends quietly when the reader of its output has seen enough; click would say 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def wants_color(choice: str) -> bool | None:
    """What ``--color`` means to `click.echo`."""
    if choice == "auto":
        return False if "NO_COLOR" in os.environ else None
    return choice == "always"


def print_json(value: Any) -> None:
    """Print a line of JSON, in ASCII where the output cannot hold Chinese."""
    unicode = sys.stdout.encoding.lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not unicode))


def find_named(searcher: Searcher, name: str) -> tuple[Document, str]:
    """The document and the anchor that DOCUMENT[#ANCHOR] means: a file's name may hold a #."""
    try:
        return searcher.document(name), ""
    except DocumentNotFound:
        id, mark, anchor = name.rpartition("#")
        if not mark:
            raise
        return searcher.document(id), anchor
