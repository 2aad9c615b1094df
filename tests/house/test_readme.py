"""The examples in the README do what it shows."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(command: str) -> str:
    line = command.replace("policysearch", f"{sys.executable} -m searcher", 1)
    env = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, encoding="utf-8", env=env, check=True
    )
    return re.sub(r"\(\d+ ms\)", "(… ms)", done.stdout)


@pytest.mark.slow
def test_the_console_session_is_what_a_reader_will_see(folder: Path) -> None:
    (session,) = blocks("console")
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
    assert len(steps) > 3
    for command, output in steps:
        assert _run(command) == output


@pytest.mark.slow
def test_the_python_example_runs(folder: Path) -> None:
    _run("policysearch index")
    (example,) = blocks("python")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(example, "README.md", "exec"), {})
    assert "一/（三）" in out.getvalue()


def test_every_module_is_on_the_map_and_every_name_on_it_is_a_module() -> None:
    table = README[README.index("| module |") : README.index("Three ideas")]
    named: set[str] = set()
    for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        names = re.findall(r"`(.*?)`", row)
        package = names[0].split("/")[0]
        named |= {name if "/" in name.rstrip("/") else f"{package}/{name}" for name in names}
    modules = {
        path.relative_to(ROOT).as_posix() + ("/" if path.is_dir() else "")
        for package in ("indexer", "searcher")
        for path in (ROOT / package).iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or path.is_dir())
    }
    assert named == modules


def test_the_readme_is_short_and_leads_on_to_what_is_there() -> None:
    assert README.count("\n") <= 150
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) > 5
    assert not [link for link in links if not (ROOT / link).exists()]
