"""The program ``policysearch``: its group of commands, its errors and its exit codes.

Exit codes: 0 found or done, 1 nothing found, 2 error. Results go to standard output, and everything
else to standard error.

Starting must be quick. The module of a command is loaded when the command is named, and all of them
for ``--help``; they import nothing but click. Everything else is imported in a command's function.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from indexer._version import __version__
from indexer.errors import IndexDamaged, PolicySearchError, QueryError
from searcher.cli.output import ERROR, REPAIR

# The module of each command, whose function there is named NAME_command; in the order of the help.
COMMANDS = {
    "index": "index",
    "search": "search",
    "suggest": "suggest",
    "show": "show",
    "outline": "show",
    "diff": "show",
    "missing": "show",
    "verify": "verify_similar",
    "similar": "verify_similar",
    "status": "status",
    "check": "status",
    "cite": "exports",
    "serve": "serve",
    "token": "serve",
    "completion": "completion",
}


class Commands(click.Group):
    """A group that loads each command when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Returns the names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Returns the command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"searcher.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; ends quietly if the reader of its output stops reading."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would exit with 1
            # Python flushes again at exit, which must not fail a second time.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from indexer.kernel import COMPILED

    click.echo(f"policysearch {__version__}")
    click.echo(f"Python {platform.python_version()}")
    click.echo(f"kernel: {'compiled' if COMPILED else 'plain'}")
    if not COMPILED:
        click.echo(
            "Searches take about 25 times as long as with the compiled kernel. To get it, install "
            "a C compiler and the headers of Python, then install policysearch again."
        )
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of policysearch and Python, and whether the kernel is compiled.",
)
def cli() -> None:
    """Full-text search over Chinese policy documents.

    \b
    Example:
      policysearch index seeds
      policysearch search 785名领导干部受到责任追究
    """


def main() -> NoReturn:
    """Runs the command line and exits."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # characters it cannot encode are escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(prog_name="policysearch", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
    except (PolicySearchError, OSError) as error:  # OSError: a full disk behind standard output
        _explain(error)
    sys.exit(ERROR)


def _explain(error: PolicySearchError | OSError) -> None:
    from searcher.cli.output import print_error
    from searcher.cli.terminal import caret

    print_error(f"{error}; {REPAIR}" if isinstance(error, IndexDamaged) else error)
    if isinstance(error, QueryError):
        for line in caret(error.query, error.position):
            click.echo(line, err=True)
