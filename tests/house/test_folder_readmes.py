"""The maps in the folders name what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
INDEXER = ROOT / "indexer"
README = (INDEXER / "README.md").read_text(encoding="utf-8")


def test_every_file_that_the_map_of_the_indexer_names_is_there() -> None:
    named = set(re.findall(r"`((?:[\w-]+/)+(?:[\w-]+\.py)?)`", README))
    assert len(named) > 20
    for path in named:
        assert ((ROOT if path.startswith("tests/") else INDEXER) / path).exists(), path


def test_the_map_of_the_indexer_has_every_folder_and_types_that_are_there() -> None:
    rows = dict(re.findall(r"^\| `(\w+)/` \| .*? \| (.*) \|$", README, re.M))
    folders = {path.parent.name for path in INDEXER.glob("*/__init__.py")}
    assert rows.keys() == folders
    for folder, types in rows.items():
        for module, name in re.findall(r"`(\w+)\.(?!py`)(\w+)`", types):
            tree = ast.parse((INDEXER / folder / f"{module}.py").read_text(encoding="utf-8"))
            assert name in {getattr(node, "name", None) for node in tree.body}, (module, name)


def test_the_map_of_the_indexer_is_short() -> None:
    assert README.count("\n") <= 150
