"""Synonyms: their files, and what a search makes of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from indexer.text.analysis import Analyzer
from indexer.text.folding import fold, strip_blanks
from searcher import Searcher, SynonymError
from searcher.ranking.synonyms import LONGEST, Synonyms

Opened = Callable[..., Searcher]

DOCUMENTS = {
    "long": "关于城市困难家庭的若干规定\n第一条 享受最低生活保障的家庭可以减免水费。\n"
    "第二条 街道应当每年核查一次。\n",
    "short": "关于有线电视费的若干规定\n第一条 低保家庭凭证减免。\n第二条 凭证每年核查。\n",
    "both": "关于采暖补贴的若干规定\n第一条 最低生活保障（以下简称低保）家庭减免采暖费。\n"
    "第二条 由社区核查。\n",
    "neither": "关于生活垃圾的若干规定\n第一条 最低收费由市政府核定，减免须经批准。\n"
    "第二条 保障收运。\n",
    "office": "国务院办公厅关于节日安排的通知\n各省：\n现将安排通知如下，请遵照执行。\n",
    "everywhere": "关于办公用房的规定\n第一条 在全国办公用房清理中，应当节约。\n"
    "第二条 凭证使用。\n",
    "law": "中华人民共和国消费者权益保护法\n第一条 为保护消费者，制定本法。\n"
    "第二条 经营者有欺诈行为的，应当增加赔偿。\n",
}


@pytest.fixture
def opened(store: Store, tmp_path: Path) -> Opened:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    sync(store, [folder])

    def searcher(synonyms: str | None = None) -> Searcher:
        if synonyms is None:
            return Searcher.open(store.folder)
        path = tmp_path / "synonyms.txt"
        path.write_text(synonyms, encoding="utf-8")
        return Searcher.open(store.folder, synonyms=path)

    return searcher


def found(searcher: Searcher, query: str) -> list[str]:
    return [
        hit.document.removeprefix("docs/").removesuffix(".txt") for hit in searcher.search(query)
    ]


# What is found


@pytest.mark.parametrize("query", ["低保", "最低生活保障"])
def test_either_form_finds_both(opened: Opened, query: str) -> None:
    with opened() as searcher:
        assert {"long", "short", "both"} <= set(found(searcher, query)[:3])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("+低保 减免", {"long", "short", "both"}),
        ("低保 AND 减免", {"long", "short", "both"}),
        ("减免 -低保", {"neither"}),
        ("减免 -最低生活保障", {"neither"}),
        ('"低保"', {"short", "both"}),
        ("「最低生活保障」", {"long", "both"}),
        ("低保 NEAR 减免", {"short", "both"}),
        ("全文:低保 -第一条", {"long", "short", "both"}),
        ("标题:国办", {"office"}),
        ("发文机关:国办", {"office"}),
        ("标题:「国办」", set()),
        ("国务院办公厅 AND 规定", set()),  # 全国办公 is another thing
        ("国办 AND 安排", {"office"}),
    ],
)
def test_words_stand_for_their_synonyms_and_quotations_do_not(
    opened: Opened, query: str, expected: set[str]
) -> None:
    with opened() as searcher:
        assert set(found(searcher, query)) == expected


def test_a_form_is_one_only_where_words_begin_and_end(opened: Opened) -> None:
    with opened() as searcher:
        assert found(searcher, "国务院办公厅 AND 办公") == ["office"]
        assert "office" not in found(searcher, "全国办公 AND 办公")


def test_one_way_forms_go_one_way(opened: Opened) -> None:
    with opened("困难户 => 最低生活保障 = 低保\n") as searcher:
        assert set(found(searcher, "困难户 AND 减免")) == {"long", "short", "both"}
        assert "困难户" not in Synonyms.open().table
        assert set(found(searcher, "低保")[:3]) == {"long", "short", "both"}


def test_the_users_file_adds_to_what_is_shipped(opened: Opened) -> None:
    with opened("水费 = 有线电视费\n低保 = 特困\n") as searcher:
        assert {"long", "short"} <= set(found(searcher, "水费"))
        assert "long" in found(searcher, "低保")
    with opened() as searcher:
        assert found(searcher, "水费") == ["long"]


def test_a_filter_by_issuer_takes_a_short_form(opened: Opened) -> None:
    with opened() as searcher:
        (hit,) = searcher.search("安排", issuer="国办").hits
        assert hit.issuers == ("国务院办公厅",)


def test_a_law_is_known_by_its_short_name(opened: Opened) -> None:
    with opened() as searcher:
        for query in ("消法第2条", "消法第二条 赔偿", "《消保法》第二条"):
            best = searcher.search(query).hits[0]
            assert (best.document, best.anchor) == ("docs/law.txt", "tiao-2"), query


# How it scores


def test_both_forms_together_count_as_one(opened: Opened) -> None:
    with opened() as searcher:
        for query in ("低保", "最低生活保障"):
            with_both = next(h for h in searcher.search(query) if h.document == "docs/both.txt")
            parts = searcher.explain(query, with_both).terms
            terms = [part for part in parts if part.field != "evidence"]
            assert len({part.field == "synonym" for part in terms}) == 1


def test_another_form_counts_no_more_than_the_one_that_was_typed(opened: Opened) -> None:
    with opened() as searcher:
        scores = {hit.document: hit.score for hit in searcher.search("低保 家庭")}
        assert 0 < scores["docs/long.txt"] < scores["docs/short.txt"] + scores["docs/both.txt"]
        terms = searcher.explain("低保", searcher.search("低保").hits[0]).terms
        worth = sum(part.idf for part in terms)
        for hit in searcher.search("低保"):
            for part in searcher.explain("低保", hit).terms:
                assert part.field != "synonym" or part.idf <= worth


def test_an_explanation_names_the_synonym_and_sums_to_the_score(opened: Opened) -> None:
    with opened() as searcher:
        for query in ("低保", "低保 减免 -水费", "国办 低保 最低生活保障", "消法 低保 国办"):
            for hit in searcher.search(query):
                explanation = searcher.explain(query, hit)
                total = 0.0
                for part in explanation.terms:
                    total += part.score
                assert explanation.score == hit.score == total
        (hit,) = [hit for hit in searcher.search("低保") if hit.document == "docs/long.txt"]
        part, evidence = searcher.explain("低保", hit).terms
        assert (evidence.field, evidence.term) == ("evidence", "最低生活保障")
        assert (part.field, part.term) == ("synonym", "最低生活保障 = 低保")
        assert "最低生活保障 = 低保" in str(searcher.explain("低保", hit))


def test_a_query_without_forms_scores_the_same_with_any_synonyms(opened: Opened) -> None:
    with opened() as plain, opened("甲类企业 = 乙类企业\n") as other:
        for query in ("减免 家庭", "凭证 AND 核查", "「低保」", "规定 -减免"):
            assert plain.search(query).hits == other.search(query).hits


def test_totals_and_facets_count_what_synonyms_find(opened: Opened) -> None:
    with opened() as searcher:
        results = searcher.search("低保")
        assert results.total == len(results.hits) == len(searcher.search("+低保 +低保"))
        pages = [
            hit for offset in range(3) for hit in searcher.search("低保", limit=1, offset=offset)
        ]
        assert [hit.document for hit in pages] == [hit.document for hit in results][:3]


def test_the_synonym_that_was_found_is_marked(opened: Opened) -> None:
    with opened() as searcher:
        (hit,) = [hit for hit in searcher.search("低保") if hit.document == "docs/long.txt"]
        text = hit.snippet.text
        assert [text[start:end] for start, end in hit.snippet.highlights] == ["最低生活保障"]


# Files


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("低保\n", 1, "two forms with = or =>"),
        ("\n# 说明\n低保 =\n", 3, "is not a form"),
        ("= 低保\n", 1, "is not a form"),
        ("低保 = 保\n", 1, "two letters or digits"),
        ("低保 = ——！\n", 1, "is not a form"),
        ("低保 = 低 保\n", 1, "低保 stands in the group twice"),
        ("甲乙 = 丙丁 => 戊己\n", 1, "exactly one form before it"),
        ("甲乙 => 丙丁 => 戊己\n", 1, "before it"),
        ("甲乙 => 甲乙\n", 1, "others after it"),
        (f"甲乙 = {'丙' * (LONGEST + 1)}\n", 1, "more than"),
        ("version 2\n甲乙 = 丙丁\n", 1, "version 2 is not supported"),
    ],
)
def test_a_malformed_line_is_an_error_with_its_place(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SynonymError) as caught:
        Synonyms.open(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_a_file_that_is_no_text_or_not_there_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes("甲乙 = 丙丁\n".encode() + "甲乙 = 丙丁".encode("gb18030"))
    with pytest.raises(SynonymError, match=r"mine\.txt:2: not UTF-8"):
        Synonyms.open(path)
    for missing in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(SynonymError) as caught:
            Synonyms.open(missing)
        assert caught.value.line == 0


def test_comments_blanks_widths_and_traditional_characters_make_no_difference(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(
        "\ufeff# 说明\r\n\r\nversion 1\r\n甲 乙＝ＡＢ　# 注\r\n學校 => 学堂\r\n".encode()
    )
    table = Synonyms.open(path).table
    assert table["甲乙"] == ("ab",)
    assert table["ab"] == ("甲乙",)
    assert table["学校"] == ("学堂",)
    assert "学堂" not in table


@settings(max_examples=200)
@given(st.text("低保=>#甲乙 \nversion12、()\u3000\ud800", max_size=40))
def test_any_text_is_a_list_or_a_synonym_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        table = Synonyms.open(path).table
    except SynonymError as error:
        assert 0 < error.line <= text.count("\n") + 1
    else:
        assert all(form not in others for form, others in table.items())


def test_the_shipped_forms_are_folded_apart_and_words(analyzer: Analyzer) -> None:
    table = Synonyms.open().table
    assert 300 < len(table) < 1_000
    for form, others in table.items():
        assert others
        assert strip_blanks(fold(form)) == form
        assert analyzer.words(form)
        assert len(set(others)) == len(others)


def test_forms_are_found_longest_first_and_do_not_overlap(analyzer: Analyzer) -> None:
    synonyms = Synonyms.open()
    text = "国家卫健委和教育部、最高检发布，公租房与低保"
    forms = [one.form for one in synonyms.find(text, analyzer.pieces)]
    assert forms == ["国家卫健委", "最高检", "公租房", "低保"]
    assert synonyms.find("在全国办公", analyzer.pieces) == []
    assert [one.form for one in synonyms.find("低保", analyzer.pieces)] == ["低保"]


@pytest.mark.slow
def test_the_command_line_takes_a_file(opened: Opened, store: Store, tmp_path: Path) -> None:
    opened().close()
    mine, wrong = tmp_path / "mine.txt", tmp_path / "wrong.txt"
    mine.write_text("电视费 = 水费\n", encoding="utf-8")
    wrong.write_text("电视费\n", encoding="utf-8")

    def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "searcher", "search", "--index", str(store.folder), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
        )

    query = "电视费 AND 享受"
    assert run(query).returncode == 1
    assert "减免水费" in run(query, "--synonyms", str(mine)).stdout
    assert "减免水费" in run(query, env={"POLICYSEARCH_SYNONYMS": str(mine)}).stdout
    refused = run("水费", "--synonyms", str(wrong))
    assert refused.returncode == 2
    assert "wrong.txt:1: two forms with = or =>" in refused.stderr
    assert "Traceback" not in refused.stderr
