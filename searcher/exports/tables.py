"""Hits as tables: CSV for spreadsheets, JSON lines for programs.

A spreadsheet runs a cell that begins with a sign of a formula, whoever wrote it; such cells get an
apostrophe in front, which spreadsheets do not show. A byte order mark tells Excel that the bytes
are UTF-8.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from searcher.results.model import Hit
from searcher.results.snippet import HARMLESS

COLUMNS = (
    "ref",
    "title",
    "path",
    "doc_number",
    "issuers",
    "date",
    "doc_type",
    "source",
    "line",
    "text",
)
BOM = "\ufeff"
# Full-width signs too: a spreadsheet in a Chinese locale takes them for the others.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Row = Mapping[str, object]


def hit_row(hit: Hit) -> dict[str, object]:
    """A hit by `COLUMNS`: what has several parts is joined, ``text`` is the snippet's."""
    return {
        "ref": f"{hit.document}#{hit.anchor}",
        "title": hit.title,
        "path": "/".join(hit.path),
        "doc_number": hit.doc_number,
        "issuers": "、".join(hit.issuers),
        "date": hit.date,
        "doc_type": hit.doc_type,
        "source": hit.source,
        "line": hit.line,
        "text": hit.snippet.text,
    }


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table as RFC 4180 has it, its first line the names of the columns, with a BOM in front."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[name]) for name in columns])
    return out.getvalue()


def to_jsonl(values: Iterable[Mapping[str, Any]]) -> str:
    """A JSON object a line."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def cell(value: object) -> object:
    """Returns ``value`` as a cell may hold it: a number as it is, or text that no spreadsheet runs.

    None is empty.
    """
    if isinstance(value, (int, float)):
        return value
    text = ("" if value is None else str(value)).translate(HARMLESS)
    return f"'{text}" if text.startswith(_RUNS) else text
