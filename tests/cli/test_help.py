"""Every command, argument and option is explained, in the help and in the README."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import indexer.kernel
from indexer import __version__
from searcher.cli.main import COMMANDS, cli

README = (Path(__file__).parents[2] / "searcher/cli/README.md").read_text(encoding="utf-8")
BY_NAME = pytest.mark.parametrize("name", COMMANDS)


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found, name
    return found


def options() -> Iterator[tuple[str, click.Option]]:
    for name in COMMANDS:
        for parameter in command(name).params:
            if isinstance(parameter, click.Option):
                yield name, parameter


def test_every_command_is_listed_with_a_whole_sentence() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    listed = dict(re.findall(r"^  ([a-z]+)  +(\S.*)$", shown, re.MULTILINE))
    assert listed.keys() == COMMANDS.keys()
    assert all(help.endswith(".") and not help.endswith("...") for help in listed.values())


@BY_NAME
def test_every_command_has_an_example_in_its_help(name: str) -> None:
    shown = CliRunner().invoke(cli, [name, "--help"]).output
    assert f"policysearch {name}" in shown.partition("Example:\n")[2].split("\n")[0]


@BY_NAME
def test_every_option_has_a_help_that_is_a_sentence(name: str) -> None:
    for parameter in command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help[0].isupper()
            assert parameter.help[-1] in ".…"


@BY_NAME
def test_every_argument_is_named_in_the_text_of_the_help(name: str) -> None:
    for parameter in command(name).params:
        if isinstance(parameter, click.Argument):
            word = re.match("[A-Z]+", parameter.metavar or (parameter.name or "").upper())
            assert word
            assert re.search(rf"\b{word[0]}\b", command(name).help or "")


def test_a_shared_option_means_the_same_everywhere() -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for name, option in options():
        if option.name in ("folder", "as_json", "color", "synonyms"):
            assert seen.setdefault(option.name, (*option.opts, option.help or "")) == (
                *option.opts,
                option.help,
            ), name


def test_the_readme_has_every_command_and_every_option() -> None:
    assert not [name for name in COMMANDS if not re.search(rf"`[^`]*\b{name}\b[^`]*`", README)]
    for name, option in options():
        assert any(one in README for one in option.opts), (name, option.opts)


@pytest.mark.parametrize("compiled", [True, False])
def test_the_version_says_which_kernel_is_in_use_and_how_to_get_the_fast_one(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.kernel, "COMPILED", compiled)
    shown = CliRunner().invoke(cli, ["--version"]).output.splitlines()
    assert shown[:2] == [f"policysearch {__version__}", f"Python {platform.python_version()}"]
    assert shown[2] == f"kernel: {'compiled' if compiled else 'plain'}"
    assert ("C compiler" in " ".join(shown[3:])) is not compiled
