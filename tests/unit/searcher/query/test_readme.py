"""The README of the query language tells what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import searcher.query
from indexer.errors import QueryError
from searcher.query.lexer import FIELDS
from searcher.query.parser import (
    MAX_CLAUSES,
    MAX_DEPTH,
    MAX_DISTANCE,
    MAX_EXPANSIONS,
    MAX_LENGTH,
    MAX_NEAR,
    MAX_TIED,
    parse,
    to_string,
)

README = Path(searcher.query.__file__).with_name("README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return re.split(r"^## ", README.split(f"## {heading}\n")[1], flags=re.MULTILINE)[0]


EXAMPLES = re.findall(r"^\| `(.+?)` \|", section("By example"), re.MULTILINE)


@pytest.mark.parametrize("query", EXAMPLES)
def test_every_example_is_a_query_and_can_be_written_back(query: str) -> None:
    assert len(EXAMPLES) > 20
    node = parse(query)
    assert parse(to_string(node)) == node


def test_examples_that_are_said_to_be_the_same_are() -> None:
    assert parse("责任追究 NEAR 领导干部") == parse("责任追究 近 领导干部")
    assert parse('"责任追究 领导干部"~20') == parse('"责任追究" NEAR/20 "领导干部"')
    assert parse("（食品 OR 药品） AND 召回") == parse("(食品 OR 药品) AND 召回")


def test_every_field_is_listed_with_all_its_names() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| (`.*`) \|", section("Grammar"), re.MULTILINE))
    assert {
        name: tuple(alias.rstrip(":") for alias in re.findall("`(.*?)`", row))
        for name, row in rows.items()
    } == FIELDS


def test_every_limit_is_stated_as_it_is() -> None:
    stated = section("Errors and limits")
    for limit in (MAX_LENGTH, MAX_CLAUSES, MAX_EXPANSIONS, MAX_DISTANCE):
        assert f"{limit:,}" in stated
    rows = dict(re.findall(r"^\| (.+?) \| (\d+)", stated, re.MULTILINE))
    assert rows["groups within each other"] == str(MAX_DEPTH)
    assert rows["items of one `NEAR`"] == str(MAX_NEAR)
    assert rows["words and quotations beside `NEAR` in all"] == str(MAX_TIED)


def test_what_is_said_to_be_no_query_is_none() -> None:
    for query in ("？！", '食品 AND "未完', "食品 AND", "日期:去年", "标题:a NEAR b"):
        with pytest.raises(QueryError):
            parse(query)
