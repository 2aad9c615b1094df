"""The public names of both packages: all there, all typed, none loaded before it is needed."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args, get_origin

import pytest

import indexer
import searcher

PACKAGES = pytest.mark.parametrize("package", [indexer, searcher], ids=["indexer", "searcher"])


def _tree(package: ModuleType) -> ast.Module:
    return ast.parse(Path(package.__file__ or "").read_text(encoding="utf-8"))


def _imported(body: list[ast.stmt]) -> dict[str, str]:
    """The module that each name of some import statements is of."""
    return {
        name.name: node.module or ""
        for node in body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


@PACKAGES
def test_a_checker_sees_the_names_that_are_loaded_lazily(package: ModuleType) -> None:
    typed: dict[str, str] = {}
    for node in _tree(package).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            typed |= _imported(node.body)
    assert typed == package._LAZY


@PACKAGES
def test_what_is_exported_is_what_is_there(package: ModuleType) -> None:
    eager = _imported(_tree(package).body).keys() - {"TYPE_CHECKING", "lazy_names"}
    assert sorted(package.__all__) == package.__all__
    assert set(package.__all__) == eager | package._LAZY.keys()
    assert set(package.__all__) <= set(dir(package))
    star: dict[str, object] = {}
    exec(f"from {package.__name__} import *", star)
    assert set(package.__all__) <= star.keys()


@PACKAGES
def test_every_public_name_says_what_it_is(package: ModuleType) -> None:
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            doc = vars(value)["__doc__"] if inspect.isclass(value) else value.__doc__
            assert doc, name
            assert not doc.startswith(f"{name}("), f"{name}: the docstring is dataclass's own"
        else:
            assert name == "__version__" or (get_origin(value) and get_args(value)), name


@PACKAGES
def test_a_name_that_is_not_there_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"{package.__name__}.*Sercher"):
        _ = package.Sercher


@PACKAGES
def test_no_lazy_name_is_a_submodule(package: ModuleType) -> None:
    folder = Path(package.__file__ or "").parent
    assert not package._LAZY.keys() & {path.stem for path in folder.iterdir()}


@PACKAGES
def test_importing_a_package_loads_neither_whoosh_nor_jieba_nor_click(package: ModuleType) -> None:
    code = f"import sys, {package.__name__}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"whoosh", "jieba", "click", "rich", "searcher.engine", "indexer.storage"}
