"""Tables that a spreadsheet reads right and runs nothing of."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searcher.engine import Searcher
from searcher.exports.tables import COLUMNS, cell, hit_row, to_csv, to_jsonl


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_begins_with_a_sign_of_a_formula(sign: str) -> None:
    assert str(cell(f"{sign}1+1")).startswith("'")
    assert cell(f"1{sign}1") == f"1{sign}1"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert (cell(-5), cell(2.5), cell(None), cell("")) == (-5, 2.5, "", "")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))))
def test_what_is_written_is_read_again(texts: list[str]) -> None:
    table = to_csv(["a"], [{"a": text} for text in texts])
    assert table.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(table[1:], newline="")))
    # The reader of Python leaves out lines without any cell.
    wanted = [str(cell(text)) for text in texts]
    assert [row["a"] for row in rows] == wanted


def test_a_hit_is_a_row_of_the_columns(searcher: Searcher) -> None:
    hit = searcher.search("擅自采砂").hits[0]
    row = hit_row(hit)
    assert tuple(row) == COLUMNS
    assert row["ref"] == f"{hit.document}#{hit.anchor}"
    assert "采砂" in str(row["text"])
    line = json.loads(to_jsonl([row]))
    assert line == row
