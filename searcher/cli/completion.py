"""The command ``completion``, which prints the completion script of a shell."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that makes SHELL complete commands.

    \b
    Example:
      eval "$(policysearch completion bash)"
    """
    from click.shell_completion import get_completion_class

    from searcher.cli.main import cli

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(completion(cli, {}, "policysearch", "_POLICYSEARCH_COMPLETE").source())
