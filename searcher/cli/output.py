"""How commands print and how they end."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

# Exit codes; 0 is found or done.
NOTHING_FOUND = 1
ERROR = 2

REPAIR = (
    "`policysearch index --restore` goes back to the state before the last change and then reads "
    "what has changed since; `policysearch index --rebuild` reads everything anew"
)


def print_json(value: object) -> None:
    """Prints a line of JSON, in ASCII where the output cannot hold Chinese."""
    from json import dumps

    unicode = sys.stdout.encoding.lower().startswith("utf")
    click.echo(dumps(value, ensure_ascii=not unicode))


def print_text(text: str, color: str) -> None:
    """Prints lines that end with a newline, coloured as the option ``--color`` says."""
    # None leaves it to click, which looks whether the output is a terminal.
    automatic = False if "NO_COLOR" in os.environ else None
    choices = {"always": True, "never": False}
    click.echo(text, nl=False, color=choices.get(color, automatic))


def print_error(error: object) -> None:
    """Prints an error on standard error, in one line that gives a terminal no orders."""
    from searcher.cli.terminal import plain

    click.echo(plain(f"policysearch: {error}"), err=True)


def finish(code: int) -> NoReturn:
    """Ends the command with an exit code."""
    click.get_current_context().exit(code)
