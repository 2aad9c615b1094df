"""The plain kernel is slow, and a user at a terminal is told."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import indexer.kernel
from indexer import Store, sync
from searcher.cli import search
from searcher.cli.main import cli

NOTICE = "25 times as long"


@pytest.fixture
def index(sources: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(store, [sources])
    monkeypatch.chdir(sources.parent)


@pytest.mark.parametrize(
    ("compiled", "terminal", "enough", "told"),
    [
        (False, True, 1, True),
        (True, True, 1, False),
        (False, False, 1, False),
        (False, True, 1_000, False),
    ],
)
def test_a_search_in_a_large_index_says_that_the_plain_kernel_is_slow(
    index: None,
    monkeypatch: pytest.MonkeyPatch,
    compiled: bool,
    terminal: bool,
    enough: int,
    told: bool,
) -> None:
    monkeypatch.setattr(indexer.kernel, "COMPILED", compiled)
    monkeypatch.setattr(search, "_is_terminal", lambda: terminal)
    monkeypatch.setattr(search, "_FAST_ENOUGH", enough)
    done = CliRunner().invoke(cli, ["search", "食品"])
    assert done.stderr.count(NOTICE) == told
    assert NOTICE not in done.stdout


def test_standard_error_is_what_must_be_a_terminal(tmp_path: Path) -> None:
    code = "from searcher.cli.search import _is_terminal; print(_is_terminal())"
    mine, theirs = pty.openpty()
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True)
    os.close(mine)
    os.close(theirs)
    assert done.stdout == "True\n"
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("compiled", [True, False])
def test_status_says_which_kernel_is_in_use(
    index: None, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    monkeypatch.setattr(indexer.kernel, "COMPILED", compiled)
    kernel = "compiled" if compiled else "plain"
    done = CliRunner().invoke(cli, ["status"])
    assert f"kernel      {kernel}\n" in click.unstyle(done.stdout)
    assert ("--version" in done.stderr) is not compiled
    done = CliRunner().invoke(cli, ["status", "--json"])
    assert json.loads(done.stdout)["kernel"] == kernel
    assert not done.stderr
