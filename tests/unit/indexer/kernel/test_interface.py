"""The stub, the contract, the compiled kernel and the plain one have the same functions."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import indexer.kernel as package
from indexer.kernel.interface import Kernel
from indexer.kernel.plain import kernel as plain

FOLDER = Path(package.__file__).parent
FUNCTIONS = {
    name: [*inspect.signature(function).parameters][1:]
    for name, function in vars(Kernel).items()
    if not name.startswith("_")
}


def defined(path: Path, node: type[ast.AST] = ast.Module) -> dict[str, str]:
    """The functions of a file, with their whole signatures."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {}
    for one in ast.walk(tree):
        if isinstance(one, node):
            for function in getattr(one, "body", ()):
                if isinstance(function, ast.FunctionDef):
                    arguments = ast.unparse(function.args).replace("self, ", "")
                    found[function.name] = f"({arguments}) -> {ast.unparse(function.returns)}"  # type: ignore[arg-type]
    return found


def test_the_stub_has_the_signatures_of_the_contract() -> None:
    assert defined(FOLDER / "_kernel.pyi") == defined(FOLDER / "interface.py", ast.ClassDef)


def test_the_plain_kernel_has_the_functions_of_the_contract_and_no_more() -> None:
    assert set(plain.__all__) == FUNCTIONS.keys()
    for name, names in FUNCTIONS.items():
        assert [*inspect.signature(getattr(plain, name)).parameters] == names, name


def test_the_compiled_kernel_takes_as_many_arguments_as_the_contract_says() -> None:
    kernel: ModuleType = pytest.importorskip("indexer.kernel._kernel")
    assert {name for name in vars(kernel) if not name.startswith("_")} == FUNCTIONS.keys()
    for name, names in FUNCTIONS.items():
        with pytest.raises(TypeError) as raised:
            getattr(kernel, name)()
        taken = re.search(r"takes exactly (\d+) arguments? \(0 given\)", str(raised.value))
        assert taken, raised.value
        assert int(taken[1]) == len(names), name


def test_importing_the_kernel_in_use_loads_nothing_of_the_plain_one() -> None:
    pytest.importorskip("indexer.kernel._kernel")
    code = (
        "import sys, indexer.kernel, indexer.kernel.types, indexer.kernel.constants,"
        " indexer.kernel.bm25;"
        "print([m for m in sys.modules if '.plain' in m or '.interface' in m])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_search_loads_of_the_plain_kernel_what_reads_files_and_no_more() -> None:
    pytest.importorskip("indexer.kernel._kernel")
    code = (
        "import sys, indexer.segments, indexer.text.analysis;"
        "print(*sorted(m.rpartition('.')[2] for m in sys.modules if '.kernel.plain.' in m))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["bytes", "cut", "dictionary", "postings"]


def test_no_compiler_is_allowed_to_contract_products_and_sums() -> None:
    pytest.importorskip("setuptools")
    from indexer.kernel.build import flags_for

    assert "-ffp-contract=off" in flags_for("unix")
    assert "-ffp-contract=off" in flags_for("mingw32")
    assert "/fp:precise" in flags_for("msvc")
    assert not [flag for flag in flags_for("msvc") if not flag.startswith("/")]


def test_each_file_of_the_plain_kernel_is_one_of_the_compiled_kernel() -> None:
    compiled = {path.stem for path in (FOLDER / "csrc").iterdir()}
    mirrored = {path.stem for path in (FOLDER / "plain").glob("*.py")}
    assert mirrored - {"__init__", "kernel"} <= compiled


def test_each_group_of_functions_is_in_the_file_of_its_name() -> None:
    for path in sorted((FOLDER / "csrc").glob("*.c")):
        for name in re.findall(r"^PyMethodDef (\w+)_methods\[\]", path.read_text(), re.MULTILINE):
            assert name == path.stem
