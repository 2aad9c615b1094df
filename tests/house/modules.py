"""The modules of the two packages as the house tests see them: parsed, with what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("indexer", "searcher")


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a module: the module it names, its line, and when it takes place."""

    target: str
    line: int
    at_import: bool  # neither inside a function nor for the type checker only
    typing_only: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module, its file and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Returns True for the ``__init__`` of a folder."""
        return self.path.name == "__init__.py"


def module_name(path: Path, root: Path = ROOT) -> str:
    """Returns the dotted name of a file below ``root``; a folder's ``__init__`` has its name."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules(root: Path = ROOT) -> dict[str, Module]:
    """Returns every module of the two packages below ``root`` by its name, sorted."""
    paths = [path for package in PACKAGES for path in (root / package).rglob("*.py")]
    found = {
        module_name(path, root): Module(
            module_name(path, root), path, ast.parse(path.read_text(encoding="utf-8"))
        )
        for path in paths
    }
    return dict(sorted(found.items()))


@cache
def imports(root: Path = ROOT) -> dict[str, list[Import]]:
    """Returns, for every module by its name, its imports, in the order of its text.

    ``from a import b`` is an import of ``a.b`` where that is a module below ``root``, else of
    ``a``. Relative imports raise ValueError: this project has none.
    """
    known = frozenset(modules(root))
    return {
        name: list(_walk(module.tree.body, known, in_function=False, typing_only=False))
        for name, module in modules(root).items()
    }


def _walk(
    body: list[ast.stmt], known: frozenset[str], *, in_function: bool, typing_only: bool
) -> Iterator[Import]:
    for node in body:
        for target in _targets(node, known):
            at_import = not in_function and not typing_only
            yield Import(target, node.lineno, at_import, typing_only)
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            yield from _walk(node.body, known, in_function=in_function, typing_only=True)
            yield from _walk(node.orelse, known, in_function=in_function, typing_only=typing_only)
            continue
        inner = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inside in _blocks(node):
            yield from _walk(inside, known, in_function=inner, typing_only=typing_only)


def _targets(node: ast.stmt, known: frozenset[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    if node.level or node.module is None:
        raise ValueError(f"relative import in line {node.lineno}")
    full = [f"{node.module}.{alias.name}" for alias in node.names]
    return sorted({name if name in known else node.module for name in full})


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The statement lists directly inside a statement, those of handlers and cases included."""
    for _, value in ast.iter_fields(node):
        if not isinstance(value, list) or not value:
            continue
        if isinstance(value[0], ast.stmt):
            yield value
        elif isinstance(value[0], ast.ExceptHandler | ast.match_case):
            for part in value:
                yield part.body
