"""Files are written in few places, and only where the table of this module says so.

Everything else reads. So the promise that a commit is all or nothing can be checked by reading the
functions of the table, and a new way to write has to be entered here with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WRITERS = {
    # The index: new files, flushed before a manifest names them; then the manifest; then the sweep.
    ("indexer/segments/format.py", "write_columns"),  # terms and dictionaries, as new files
    ("indexer/storage/segment_writer.py", "SegmentBuilder.__init__"),  # records, as a new file
    ("indexer/storage/segment_writer.py", "SegmentBuilder.finish"),  # rows, links and hashes
    ("indexer/storage/segment_writer.py", "flushed"),  # opened to be flushed; nothing is written
    ("indexer/storage/transaction.py", "Transaction._regroup"),  # families, as a new file
    ("indexer/storage/store.py", "Store._writing"),  # makes the folder
    ("indexer/storage/store.py", "Store._write"),  # the manifest: a new file takes its place
    ("indexer/storage/store.py", "Store._sweep"),  # deletes what no manifest names
    # Not the index.
    ("indexer/formats/pdf.py", "_run"),  # a PDF for the process that reads it, without a name
    ("indexer/updating/workers.py", "serve"),  # the answers of a reader, to its standard output
    ("searcher/cli/main.py", "Commands.invoke"),  # standard output becomes the null device
}

_METHODS = {
    *("write_bytes", "write_text", "touch", "truncate", "ftruncate"),
    *("unlink", "rename", "renames", "rmdir", "removedirs", "rmtree"),
    *("mkdir", "makedirs", "symlink", "symlink_to", "hardlink_to", "link", "mkfifo", "mknod"),
    *("chmod", "chown", "utime", "copyfile", "copytree", "copy2", "copyfileobj"),
}
_MODULES = {"tempfile", "shutil"}  # any call; what of them only looks is named here
_HARMLESS = {("shutil", "which"), ("shutil", "get_terminal_size")}


def _writes(call: ast.Call) -> bool:
    """Returns True if a call opens a file for writing, renames, deletes or maps one to write."""
    owner, name = "", ""
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
        owner = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    elif isinstance(call.func, ast.Name):
        name = call.func.id
    if owner in _MODULES:
        return (owner, name) not in _HARMLESS
    if owner == "os" and name in ("replace", "remove"):
        return True
    if owner == "os" and name == "open":
        return not (len(call.args) == 2 and ast.unparse(call.args[1]) == "os.O_RDONLY")
    if name in ("open", "fdopen"):
        return _opens_for_writing(call)
    if name == "mmap":
        access = [ast.unparse(word.value) for word in call.keywords if word.arg == "access"]
        return access != ["mmap.ACCESS_READ"]
    if name == "replace":  # of paths; texts are given two arguments, dates keywords
        is_method = isinstance(call.func, ast.Attribute)
        return is_method and len(call.args) == 1 and not call.keywords
    return name in _METHODS


def _opens_for_writing(call: ast.Call) -> bool:
    """Returns True if a call of ``open`` has a mode that writes, or one that is computed."""
    modes = [word.value for word in call.keywords if word.arg == "mode"]
    builtin = isinstance(call.func, ast.Name) or call.func.attr == "fdopen"  # type: ignore[attr-defined]
    modes += call.args[1:2] if builtin else call.args[:1]
    for mode in modes:
        if isinstance(mode, ast.Constant) and isinstance(mode.value, str):
            if set(mode.value) & set("wax+"):
                return True
        elif builtin or any(word.arg == "mode" for word in call.keywords):
            return True
    return False


def _writers(tree: ast.AST, within: tuple[str, ...] = ()) -> Iterator[str]:
    """The functions of a module that write, each once for every call that does."""
    for node in ast.iter_child_nodes(tree):
        inside = within
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = (*within, node.name)
        if isinstance(node, ast.Call) and _writes(node):
            yield ".".join(within) or "<module>"
        yield from _writers(node, inside)


def test_files_are_written_in_the_places_of_the_table_only() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), function)
        for package in ("indexer", "searcher")
        for path in sorted((ROOT / package).rglob("*.py"))
        for function in _writers(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == WRITERS


@pytest.mark.parametrize(
    "code",
    [
        "open(path, 'w')",
        "open(path, mode)",
        "open(path, mode='r+')",
        "path.open('ab')",
        "path.open(mode=mode)",
        "folder.joinpath(name).open('xb')",
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        "os.fdopen(number, 'wb')",
        "os.replace(a, b)",
        "os.remove(a)",
        "path.replace(other)",
        "(folder / name).replace(folder / other)",
        "path.rename(other)",
        "path.unlink(missing_ok=True)",
        "path.write_bytes(data)",
        "path.mkdir(parents=True)",
        "shutil.rmtree(folder)",
        "tempfile.mkstemp()",
        "mmap.mmap(number, 0)",
        "mmap.mmap(number, 0, access=mmap.ACCESS_WRITE)",
    ],
)
def test_each_way_to_write_is_seen(code: str) -> None:
    tree = ast.parse(f"class Index:\n    def change(self):\n        with x:\n            {code}\n")
    assert list(_writers(tree)) == ["Index.change"]


@pytest.mark.parametrize(
    "code",
    [
        "open(path)",
        "open(path, 'rb')",
        "path.open('rb')",
        "Snapshot.open(folder)",
        "os.open(folder, os.O_RDONLY)",
        "text.replace('a', 'b')",
        "replace(segment, deleted=())",
        "date.replace(year=1)",
        "mmap.mmap(number, 0, access=mmap.ACCESS_READ)",
        "shutil.which('ps')",
    ],
)
def test_what_only_reads_is_let_pass(code: str) -> None:
    assert not list(_writers(ast.parse(code)))
