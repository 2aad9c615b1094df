"""The lists of words: each entry once, none empty, all of them shipped."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from indexer.documents import lexicon
from indexer.documents.lexicon import alternatives, groups, words
from indexer.documents.lexicon.document_types import DOCUMENT_TYPES
from indexer.documents.lexicon.page_labels import PAGE_LABELS

FOLDER = Path(lexicon.__file__).parent
LISTS = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_each_entry_once_and_says_what_it_is(name: str) -> None:
    assert (FOLDER / f"{name}.txt").read_text(encoding="utf-8").startswith("# ")
    entries = words(name)
    assert len(entries) == len(set(entries)) > 0
    assert all(entry == entry.strip() and "#" not in entry for entry in entries)


def test_types_and_labels_stand_once_among_all_their_lists() -> None:
    assert len(DOCUMENT_TYPES) == len(set(DOCUMENT_TYPES))
    assert len(PAGE_LABELS) == len(set(PAGE_LABELS))


def test_the_longest_word_is_tried_first() -> None:
    assert alternatives(("函", "复函", "a.b")) == r"a\.b|复函|函"


def test_a_line_with_a_key_is_a_group() -> None:
    assert groups("prefectures")["海南省"] == ("海口", "三亚", "三沙", "儋州")


def test_every_list_is_part_of_the_package() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["indexer.documents.lexicon"]
    shipped = {path.stem for pattern in patterns for path in FOLDER.glob(pattern)}
    assert shipped == set(LISTS)
