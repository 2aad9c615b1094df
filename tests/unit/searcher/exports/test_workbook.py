"""Workbooks hold texts, and run none."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

openpyxl = pytest.importorskip("openpyxl")


def read(columns: tuple[str, ...], rows: list[dict[str, object]]) -> Any:
    from searcher.exports.workbook import to_xlsx

    return openpyxl.load_workbook(BytesIO(to_xlsx(columns, rows))).active


def test_a_text_is_a_text_whatever_it_begins_with() -> None:
    rows: list[dict[str, object]] = [
        {"a": "=1+1", "b": 5},
        {"a": "@SUM(A1)", "b": 2.5},
        {"a": "控制\x00\x1b符\u202e", "b": None},
    ]
    sheet = read(("a", "b"), rows)
    assert [cell.value for cell in sheet[1]] == ["a", "b"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"][1:]] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
        ("控制\ufffd\ufffd符\ufffd", "s"),
    ]
    assert [cell.value for cell in sheet["B"][1:]] == [5, 2.5, None]


def test_a_text_that_no_cell_holds_says_that_it_is_cut() -> None:
    (_, cell) = read(("a",), [{"a": "文" * 40_000}])["A"]
    assert len(cell.value) == 32_767
    assert cell.value.endswith("…")
