"""The commands and paths in the guide for contributors and in the workflows exist."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / ".github/CONTRIBUTING.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_PATH = re.compile(r"(?:\.ci|\.github|indexer|searcher|tests|seeds)/[\w./-]*")


def _steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_every_path_that_the_guide_names_exists() -> None:
    paths = _PATH.findall(GUIDE)
    assert len(paths) > 25
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_every_extra_that_is_installed_exists() -> None:
    texts = [GUIDE, *(path.read_text(encoding="utf-8") for path in WORKFLOWS)]
    texts += [(ROOT / name).read_text(encoding="utf-8") for name in (".ci/run", ".ci/quick")]
    asked = {
        e
        for text in texts
        for found in re.findall(r"'\.\[(.*?)\]'", text)
        for e in found.split(",")
    }
    assert asked
    assert asked <= set(PROJECT["project"]["optional-dependencies"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_what_is_there_with_pinned_actions_and_no_secrets(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    steps = _steps(path)
    assert all(("uses" in step) != ("run" in step) for step in steps)
    for step in steps:
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "actions/none@v0")), step
        for name in _PATH.findall(step.get("run", "")):
            assert (ROOT / name).is_file(), step


def test_the_two_workflows_run_the_quick_and_the_full_check_and_build_what_is_published() -> None:
    runs = {path.stem: [step.get("run", "") for step in _steps(path)] for path in WORKFLOWS}
    assert {".ci/quick", ".ci/run"} <= set(runs["ci"])
    assert any("cibuildwheel" in run for run in runs["wheels"])
    assert any("--sdist" in run for run in runs["wheels"])


@pytest.mark.parametrize("name", ["run", "quick"])
def test_a_check_can_be_run_and_names_only_tests_that_are_there(name: str) -> None:
    path = ROOT / ".ci" / name
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)
    code = "".join(line for line in path.read_text("utf-8").splitlines(True) if line[0] != "#")
    named = set(re.findall(r"tests/[\w./-]+", code))
    optional = set(re.findall(r"if \[ -e (\S+) \]", code))
    assert not [test for test in named - optional if not (ROOT / test).exists()]


def test_hooks_are_the_linters_of_the_extra_lint() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    names = {
        hook["id"].removesuffix("-format") for repo in hooks["repos"] for hook in repo["hooks"]
    }
    lint = {
        re.split("[>=<]", one)[0] for one in PROJECT["project"]["optional-dependencies"]["lint"]
    }
    assert names <= lint
    assert all(re.fullmatch(r"v[\d.]+", repo["rev"]) for repo in hooks["repos"])
