"""The architecture's rules: who may import whom, what is pure, who writes, what a level shows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from indexer import errors
from tests.house.modules import PACKAGES, ROOT, Import, Module, imports, modules

# Who may import whom: each folder (or module beside the folders), from the ground up, with the rows
# above it that it may import, in functions and for the type checker too. A row names what its
# modules do import: a new arrow is a decision, and is written here. `_FACES` are the names that a
# user imports; they gather what is below and are imported by nobody but the modules under
# `python -m`.
MAY_IMPORT: dict[str, str] = {
    "indexer._lazy": "",
    "indexer._version": "",
    "indexer.errors": "",
    "indexer.numerals": "",
    "indexer.formats": "errors",
    "indexer.kernel": "errors numerals",
    "indexer.segments": "errors kernel",
    "indexer.text": "errors numerals kernel segments",
    "indexer.documents": "errors numerals formats kernel text",
    "indexer.storage": "errors numerals formats kernel segments text documents",
    "indexer.updating": "errors formats text documents storage",
    "indexer.whoosh_adapter": "errors numerals kernel segments text storage",
    "searcher.query": "errors numerals",
    "searcher.ranking": "errors numerals kernel text documents query",
    "searcher.backends": "errors numerals kernel segments text documents storage query ranking",
    "searcher.results": "errors numerals formats kernel segments text documents storage query "
    "ranking backends",
    "searcher.suggestions": "errors numerals kernel segments text documents storage query ranking "
    "backends results",
    "searcher.lookups": "errors numerals kernel segments text documents storage query ranking "
    "backends results",
    "searcher.view": "errors text storage query ranking backends results suggestions lookups",
    "searcher.engine": "errors numerals text documents storage query ranking backends results "
    "suggestions lookups view",
    "searcher.exports": "errors documents query results lookups view engine",
    "searcher.alerts": "errors documents storage updating query results lookups view engine",
    "searcher.agents": "errors documents storage query results suggestions lookups view engine",
    "searcher.web": "_version errors numerals documents storage query results suggestions lookups "
    "view engine exports alerts",
    "searcher.cli": "_version errors kernel text documents formats storage updating query results "
    "suggestions lookups view engine exports alerts agents web",
}
_FACES = {"indexer", "searcher", "indexer.__main__", "searcher.__main__"}

# Arrows between rows that are there against the table, each with the reason that it is still there.
# A line that is no longer needed fails the test, so that this list only becomes shorter.
KNOWN: dict[tuple[str, str], str] = {
    ("searcher.results", "searcher.lookups"): "types only: all shapes of JSON are in one module",
    ("searcher.results", "searcher.suggestions"): "as above",
    ("searcher.web", "searcher.ranking"): "types only: the facts of a document",
}

# The folders of the searcher; the indexer's are the rows of the table.
_SEARCHER = "query ranking backends results suggestions lookups cli web exports alerts agents"
_MOST_FOLDERS = 8

# Modules and folders that create, change or delete files, and what these are.
WRITERS = {
    "indexer.segments.format": "a file of columns, new under its name",
    "indexer.storage": "the files of an index",
    "indexer.formats.pdf": "a temporary file, for the process that reads the PDF",
    "searcher.alerts": "the state of subscriptions",
}

_IMPURE = {"whoosh", "click", "rich", "mmap", "tempfile", "subprocess", "socket", "shutil"}
_OPENS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "iterdir"}
_WRITES = {"write_text", "write_bytes", "mkdir", "unlink", "rmdir", "rename", "touch", "rmtree"}


def row_of(name: str) -> str:
    """Returns the row of the table that a module belongs to; a face is a row of its own."""
    return name if name in _FACES else ".".join(name.split(".")[:2])


def _allowed(row: str) -> set[str]:
    """Returns the rows that a row may import, itself included."""
    names = MAY_IMPORT[row].split()
    return {row} | {other for other in MAY_IMPORT if other.split(".")[1] in names}


def upward(found: Mapping[str, list[Import]]) -> dict[tuple[str, str], str]:
    """Returns the pairs of rows that import each other against the table, each with an example."""
    return {
        (row_of(name), row_of(each.target)): f"{name} imports {each.target} in line {each.line}"
        for name, own in found.items()
        if name not in _FACES
        for each in own
        if each.target.split(".")[0] in PACKAGES
        if row_of(each.target) not in _allowed(row_of(name))
    }


def circle(arrows: Mapping[str, Iterable[str]]) -> list[str]:
    """Returns a circle in a graph, from a node back to itself, or an empty list."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_every_folder_has_a_row_and_rows_import_only_rows_above_them() -> None:
    rows = {row_of(name) for name in modules()} - _FACES
    assert rows <= set(MAY_IMPORT), "a new folder needs a row: say what it may import"
    order = list(MAY_IMPORT)
    for place, row in enumerate(order):
        assert _allowed(row) <= set(order[: place + 1]), row
        known = {other.split(".")[1] for other in order[:place]}
        assert set(MAY_IMPORT[row].split()) <= known, row


def test_imports_only_go_down() -> None:
    against = {rows: example for rows, example in upward(imports()).items() if rows not in KNOWN}
    assert not against


def test_no_exception_to_the_table_outlives_its_reason() -> None:
    assert set(KNOWN) <= set(upward(imports())), "mended: remove the line from KNOWN"


def test_the_indexer_never_imports_the_searcher() -> None:
    for name, own in imports().items():
        if name.split(".")[0] == "indexer":
            for each in own:
                assert each.target.split(".")[0] != "searcher", f"{name}:{each.line}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert not circle(
        {
            name: {each.target for each in own if not each.typing_only} - {name}
            for name, own in imports().items()
        }
    )


def test_no_circle_between_what_a_folder_holds() -> None:
    for module in modules().values():
        if module.is_package:
            assert not circle(_arrows_inside(module.name)), module.name


def _arrows_inside(package: str) -> dict[str, set[str]]:
    """Returns who imports whom of the modules and folders directly inside a folder."""
    prefix = f"{package}."
    arrows: dict[str, set[str]] = {}
    for name, own in imports().items():
        if name.startswith(prefix):
            head = name.removeprefix(prefix).split(".")[0]
            inside = {
                each.target.removeprefix(prefix).split(".")[0]
                for each in own
                if each.target.startswith(prefix) and not each.typing_only
                if (row_of(name), row_of(each.target)) not in KNOWN
            }
            arrows.setdefault(head, set()).update(inside - {head})
    return arrows


def test_an_import_for_the_type_checker_only_is_of_a_module_that_exists() -> None:
    """Such imports never run, so nothing else would notice."""
    for name, own in imports().items():
        for each in own:
            if each.typing_only and each.target.split(".")[0] in PACKAGES:
                assert each.target in modules(), f"{name}:{each.line}"


def test_no_circle_between_files_of_c() -> None:
    sources = sorted((ROOT / "indexer/kernel/csrc").rglob("*.[ch]"))
    named = {path.name for path in sources}
    arrows = {
        path.name: set(
            re.findall(r'^\s*#\s*include\s+"(?:.*/)?([^"/]+)"', path.read_text("utf-8"), re.M)
        )
        for path in sources
    }
    assert sum(map(len, arrows.values())) >= len(sources) // 2
    assert {target for targets in arrows.values() for target in targets} <= named
    assert not circle(arrows)
    assert not any(target.endswith(".c") for targets in arrows.values() for target in targets)


def test_a_level_shows_eight_folders_at_most() -> None:
    for package in [m for m in modules().values() if m.is_package]:
        folders = _folders(package.path.parent)
        if package.name == "searcher":
            assert set(folders) <= set(_SEARCHER.split())
        else:
            assert len(folders) <= _MOST_FOLDERS, package.name


def _folders(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_dir() and list(path.rglob("*.py"))]


def test_every_folder_says_what_it_is_for() -> None:
    for module in modules().values():
        if module.is_package:
            readme = module.path.with_name("README.md")
            assert ast.get_docstring(module.tree) or readme.is_file(), module.path.parent


def test_there_are_no_files_beside_the_folders_that_everybody_knows() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a clone")
    top = {name.split("/")[0] for name in listed.stdout.splitlines()}
    shown = {name for name in top if not name.startswith(".")}
    rest = shown - {"LICENSE", "CHANGELOG.md"}
    assert rest == {"pyproject.toml", "README.md", "seeds", "indexer", "searcher", "tests"}


def _pure() -> list[Module]:
    """Returns the modules whose docstring says that they are pure."""
    return [
        m
        for m in modules().values()
        if re.search(r"\bPure(\.|:|$)", ast.get_docstring(m.tree) or "")
    ]


def test_a_module_that_says_it_is_pure_opens_nothing() -> None:
    pure = _pure()
    assert len(pure) > 15
    for module in pure:
        outside = {each.target.split(".")[0] for each in imports()[module.name]}
        assert not outside & _IMPURE, module.path
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                assert _called(node) not in _OPENS, f"{module.path}:{node.lineno}"


def test_pure_modules_load_neither_whoosh_nor_click_nor_an_index() -> None:
    names = [module.name for module in _pure()]
    code = (
        f"import importlib, sys; [importlib.import_module(name) for name in {names}];"
        "print([m for m in ('whoosh', 'click', 'rich', 'jieba', 'indexer.storage.store')"
        " if m in sys.modules])"
    )
    assert _python(code) == "[]"


def test_only_the_storage_writes_files() -> None:
    for module in modules().values():
        if not any(module.name == w or module.name.startswith(f"{w}.") for w in WRITERS):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    assert not _writes(node), f"{module.path}:{node.lineno}"


def test_a_listed_writer_does_write() -> None:
    for writer in WRITERS:
        own = [m for m in modules().values() if f"{m.name}.".startswith(f"{writer}.")]
        calls = [n for m in own for n in ast.walk(m.tree) if isinstance(n, ast.Call)]
        assert not own or any(map(_writes, calls)), writer


def _called(call: ast.Call) -> str:
    """Returns the last name of what is called."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _writes(call: ast.Call) -> bool:
    """Returns True where a call creates, changes or deletes a file, as far as its text shows."""
    name = _called(call)
    if name in ("TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory", "mkstemp", "mkdtemp"):
        return True
    if name == "open":
        modes = [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
        literals = {a.value for a in modes if isinstance(a, ast.Constant)}
        return any(
            isinstance(m, str) and re.fullmatch(r"[rwxabt+]+", m) and set(m) & set("wxa+")
            for m in literals
        )
    on_os = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "os"
    return name in _WRITES or (on_os and name in {"replace", "remove", "link", "truncate"})


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
    assert _python(code) == "[]"


def _python(code: str) -> str:
    """Returns the last line that a new Python prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[-1]
