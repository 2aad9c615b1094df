"""The architecture's rules, as the README states them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from indexer import errors

ROOT = Path(__file__).parents[2]
MODULES = sorted((*ROOT.glob("indexer/**/*.py"), *ROOT.glob("searcher/**/*.py")))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def test_the_indexer_never_imports_the_searcher() -> None:
    for path in ROOT.glob("indexer/**/*.py"):
        assert not {name for name in _imports(path) if name.split(".")[0] == "searcher"}, path


@pytest.mark.parametrize(
    "name",
    ["documents.outline", "documents.metadata", "text.folding", "text.characters", "numerals"],
)
def test_reading_a_text_needs_neither_whoosh_nor_an_index(name: str) -> None:
    code = f"import sys, indexer.{name}; print('whoosh' in sys.modules, 'click' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_every_error_is_in_the_tree_its_module_draws() -> None:
    drawn = errors.__doc__ or ""
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, errors.PolicySearchError)
            assert name in drawn


def test_help_starts_without_whoosh_jieba_or_rich() -> None:
    code = (
        "import sys; from searcher.cli.main import cli;"
        "cli.main(['--help'], standalone_mode=False);"
        "print([m for m in ('whoosh', 'jieba', 'rich', 'numpy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
