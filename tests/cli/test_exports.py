"""``--format`` and ``cite``: bytes for other programs, whatever the locale."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import Store, sync

Run = Callable[..., bytes]


@pytest.fixture
def run(tmp_path: Path, sources: Path, store: Store) -> Run:
    sync(store, [sources])

    def policysearch(*arguments: str, code: int = 0, **env: str) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "searcher", *arguments],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            env={**os.environ, **env},
        )
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr
        return done.stderr if code == 2 else done.stdout

    return policysearch


def test_a_table_is_utf8_with_a_mark_whatever_the_locale(run: Run) -> None:
    plain = run("search", "食品", "--format", "csv")
    assert plain.startswith(b"\xef\xbb\xbfref,title,")
    assert run("search", "食品", "--format", "csv", PYTHONIOENCODING="ascii") == plain
    rows = list(csv.DictReader(io.StringIO(plain.decode("utf-8-sig"), newline="")))
    hits = json.loads(run("search", "食品", "--json"))["hits"]
    assert [row["ref"] for row in rows] == [f"{h['document']}#{h['anchor']}" for h in hits]


def test_lines_of_json_are_the_hits_of_json(run: Run) -> None:
    lines = run("search", "食品", "--format", "jsonl").decode().splitlines()
    assert list(map(json.loads, lines)) == json.loads(run("search", "食品", "--json"))["hits"]


def test_references_are_one_a_hit(run: Run) -> None:
    hits = json.loads(run("search", "食品", "--json"))["hits"]
    assert run("search", "食品", "--format", "gbt7714").decode().count("[A/OL]") == len(hits)
    assert run("search", "食品", "--format", "bibtex").decode().count("@misc{doc") == len(hits)
    assert run("search", "食品", "--format", "ris").count(b"ER  - \r\n") == len(hits)


def test_a_workbook_opens(run: Run) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(run("search", "食品", "--format", "xlsx")))
    assert book.active["A1"].value == "ref"
    assert book.active.max_row > 2


def test_what_is_missing_is_a_table_too(run: Run) -> None:
    rows = run("missing", "--format", "csv").decode("utf-8-sig").splitlines()
    assert rows[0] == "name,number,count"
    assert any("水法" in row for row in rows)
    assert b"bibtex" in run("missing", "--format", "bibtex", code=2)


def test_nothing_found_is_an_empty_table_and_its_exit_code(run: Run) -> None:
    assert run("search", "zzzqqq", "--format", "csv", code=1).count(b"\r\n") == 1


def test_a_section_is_cited(run: Run) -> None:
    shown = run("cite", "regulation#tiao-4").decode()
    assert "青山市河道管理条例" in shown
    assert shown.endswith("docs/law/regulation.txt#tiao-4\n")
    served = run("cite", "regulation#tiao-4", "--base-url", "https://a.example/").decode()
    assert "https://a.example/d/docs/law/regulation.txt#tiao-4" in served
    assert run("cite", "regulation#tiao-4", "--style", "text").decode() == (
        "《青山市河道管理条例》第四条\n"
    )
    assert b"tiao-99" in run("cite", "regulation#tiao-99", code=2)
    assert b"no document" in run("cite", "nothing", code=2)
