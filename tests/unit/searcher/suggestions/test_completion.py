"""Completions: texts of the index that begin with the typed text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from searcher import Searcher


def _texts(searcher: Searcher, prefix: str, kind: str | None = None, limit: int = 10) -> list[str]:
    found = searcher.suggest(prefix, limit)
    return [one.text for one in found if kind in (None, one.kind)]


def test_a_title_is_completed_from_its_beginning(searcher: Searcher) -> None:
    assert _texts(searcher, "青山市河", "title") == ["青山市河道管理条例"]


def test_what_only_holds_the_text_comes_after_what_begins_so(searcher: Searcher) -> None:
    found = _texts(searcher, "关于", "title")
    assert found == [
        "关于进一步加强校园食品安全工作的通知",
        "青山市人民政府办公室关于同意设立高新技术产业园区的复函",
    ]


@pytest.mark.parametrize("typed", ["青教办〔2019〕8", "青教办[2019", "青教办(2019)", "青教办2019"])
def test_a_number_is_completed_however_its_brackets_are_typed(
    searcher: Searcher, typed: str
) -> None:
    assert _texts(searcher, typed) == ["青教办〔2019〕8号"]


def test_a_term_is_completed_with_how_many_sections_have_it(searcher: Searcher) -> None:
    terms = [one for one in searcher.suggest("责") if one.kind == "term"]
    assert {one.text for one in terms} == {"责任", "责任人", "责任制", "责令"}
    assert [one.count for one in terms] == sorted((one.count for one in terms), reverse=True)
    assert searcher.search('"责令"').total == next(t.count for t in terms if t.text == "责令")


def test_a_heading_is_completed(searcher: Searcher) -> None:
    assert "落实主体责任" in _texts(searcher, "落实主", "heading")


@pytest.mark.parametrize("typed", ["青山市河道", "青山　市 河道", "青山市\u200b河道"])
def test_width_and_blanks_make_no_difference(searcher: Searcher, typed: str) -> None:
    assert searcher.suggest(typed) == searcher.suggest("青山市河道") != ()


def test_traditional_characters_and_capitals_make_no_difference(searcher: Searcher) -> None:
    assert searcher.suggest("責任") == searcher.suggest("责任") != ()
    assert searcher.suggest("ＱＳＳ") == searcher.suggest("qss") != ()


@pytest.mark.parametrize("typed", ["qsshd", "qingshanshihed", "qingsshihedao", "qing shan"])
def test_letters_are_read_as_pinyin_whole_or_by_initials(searcher: Searcher, typed: str) -> None:
    assert "青山市河道管理条例" in _texts(searcher, typed, "title")


def test_no_text_comes_twice_and_the_limit_holds(searcher: Searcher) -> None:
    for limit in (0, 1, 3, 50):
        texts = _texts(searcher, "青山市", limit=limit)
        assert len(texts) == len(set(texts)) <= limit
    assert _texts(searcher, "青山市", limit=3) == _texts(searcher, "青山市", limit=3)


def test_no_kind_has_more_than_half_while_others_have_some(searcher: Searcher) -> None:
    kinds = [one.kind for one in searcher.suggest("责任", 4)]
    assert "term" in kinds
    assert kinds.count("title") <= 2


def test_what_nothing_begins_with_has_no_completions(searcher: Searcher) -> None:
    for typed in ("", " ", "。", "齉", "zzzz"):
        assert searcher.suggest(typed) == ()
    with pytest.raises(ValueError, match="limit"):
        searcher.suggest("责", -1)


def test_the_title_of_the_newest_version_stands_for_all(tmp_path: Path) -> None:
    law = "青山市绿化条例{}\n（{}年6月30日青山市人民代表大会常务委员会通过）\n第一条 绿化。\n"
    (tmp_path / "docs").mkdir()
    for year, note in ((2001, ""), (2018, "（2018年修正）")):
        (tmp_path / "docs" / f"{year}.txt").write_text(law.format(note, year), encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [tmp_path / "docs"])
    with Searcher.open(store.folder) as searcher:
        (title,) = (one for one in searcher.suggest("青山市绿") if one.kind == "title")
    assert (title.text, title.count) == ("青山市绿化条例（2018年修正）", 2)


def test_completions_are_of_the_snapshot_and_change_with_refresh(
    sources: Path, store: Store
) -> None:
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        assert searcher.suggest("赤水县") == ()
        (sources / "new.txt").write_text("赤水县绿化办法\n第一条 植树。\n", encoding="utf-8")
        sync(store)
        assert searcher.suggest("赤水县") == ()
        searcher.refresh()
        assert _texts(searcher, "赤水县", "title") == ["赤水县绿化办法"]


@settings(max_examples=60)
@given(prefix=st.text(max_size=12))
def test_no_prefix_fails(seed_searcher: Searcher, prefix: str) -> None:
    assert len(seed_searcher.suggest(prefix, 5)) <= 5


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "searcher", *arguments, "--index", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.slow
def test_the_command_prints_kind_count_and_text(sources: Path, store: Store) -> None:
    sync(store, [sources])
    done = _run(store.folder, "suggest", "青山市河道")
    assert done.returncode == 0
    assert done.stdout.split() == ["title", "1", "青山市河道管理条例"]
    assert _run(store.folder, "suggest", "齉").returncode == 1
    assert _run(store.folder / "none", "suggest", "青").returncode == 2


def test_the_command_prints_json(sources: Path, store: Store) -> None:
    sync(store, [sources])
    done = _run(store.folder, "suggest", "青山市河道", "--json")
    assert json.loads(done.stdout) == [{"text": "青山市河道管理条例", "kind": "title", "count": 1}]


def test_a_search_says_what_it_may_have_meant_beside_its_hits(sources: Path, store: Store) -> None:
    sync(store, [sources])
    done = _run(store.folder, "search", "河道管里条例")
    assert done.stderr.splitlines()[-1] == "did you mean: 河道管理条例"
    assert "青山市河道管理条例" in done.stdout
    data = json.loads(_run(store.folder, "search", "河道管里条例", "--json").stdout)
    assert (data["query"], data["suggestions"]) == ("河道管里条例", ["河道管理条例"])
