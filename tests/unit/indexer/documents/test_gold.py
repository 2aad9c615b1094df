"""Small documents of our own, one for each kind of source, with what a person reads in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer import Document, Fact
from indexer.documents.outline import outline
from indexer.documents.read import parse_document

GOLD = Path(__file__).with_name("gold")
EXPECTED: dict[str, dict[str, Any]] = json.loads((GOLD / "expected.json").read_text("utf-8"))


def read(name: str) -> Document:
    return parse_document((GOLD / name).read_text(encoding="utf-8"), name)


def plain(value: Fact | tuple[Fact, ...] | None) -> object:
    return [fact.value for fact in value] if isinstance(value, tuple) else value and value.value


@pytest.mark.parametrize("name", EXPECTED)
def test_every_fact_is_what_a_person_reads(name: str) -> None:
    facts = {key: value for key, value in EXPECTED[name].items() if key != "paths"}
    metadata = read(name).metadata
    assert {key: plain(getattr(metadata, key)) for key in facts} == facts


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name]["paths"] is not None])
def test_every_label_is_found_and_no_other(name: str) -> None:
    found = ["/".join(section.path) for section in read(name).sections if section.label]
    assert found == EXPECTED[name]["paths"]


@pytest.mark.parametrize("name", EXPECTED)
def test_sections_tile_the_text_and_spans_hold_what_was_read(name: str) -> None:
    document = read(name)
    assert "".join(section.span.of(document.text) for section in document.sections) == document.text
    title = document.metadata.title
    assert title is not None
    if title.span:
        assert title.value[:2] in title.span.of(document.text)


def articles(numbers: list[int]) -> str:
    digits = "零一二三四五六七八九"
    names = [f"{'十' if n > 9 else ''}{digits[n % 10] if n % 10 else ''}" for n in numbers]
    return "".join(
        f"第{name}条 应当落实第{n}项要求。\n" for n, name in zip(numbers, names, strict=True)
    )


@pytest.mark.parametrize(("run", "believed"), [(7, False), (8, True)])
def test_a_wide_gap_in_the_numbers_needs_a_run_of_eight_behind_it(run: int, believed: bool) -> None:
    text = articles([1, 2, 3, *range(10, 10 + run)])
    assert (
        "第十条" in {section.path[-1] for section in outline(text) if section.label}
    ) is believed


def test_no_passage_is_shorter_than_300_characters_or_longer_than_800() -> None:
    for size in range(1201, 2600, 37):
        text = "江州市绿道管理办法说明\n" + "甲" * size
        lengths = [section.span.end - section.span.start for section in outline(text)]
        assert sum(lengths) == len(text)
        assert all(300 <= length <= 800 for length in lengths)
