"""The printing of commands, and their exit codes."""

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
    """Prints ``value`` as a line of JSON, in ASCII if the output cannot encode Chinese."""
    from json import dumps

    unicode = sys.stdout.encoding.lower().startswith("utf")
    click.echo(dumps(value, ensure_ascii=not unicode))


def print_text(text: str, color: str) -> None:
    """Prints ``text``, whose lines end with a newline, coloured as ``--color`` says."""
    # None lets click decide by whether the output is a terminal.
    automatic = False if "NO_COLOR" in os.environ else None
    choices = {"always": True, "never": False}
    click.echo(text, nl=False, color=choices.get(color, automatic))


def print_error(error: object) -> None:
    """Prints an error on standard error, in one line without terminal controls."""
    from searcher.cli.terminal import plain

    click.echo(plain(f"policysearch: {error}"), err=True)


def finish(code: int) -> NoReturn:
    """Ends the command with the exit code ``code``."""
    click.get_current_context().exit(code)
