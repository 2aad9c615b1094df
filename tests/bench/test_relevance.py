"""The relevance harness measures what it says, and a small judged set of our own is answered."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import Store, sync
from searcher import Searcher
from tests.support.documents import NOTICE, REGULATION, REPLY

BENCH = Path(__file__).parent
SEEDS = Path(__file__).parents[2] / "seeds"


def bench(name: str) -> ModuleType:
    """A module of the benchmarks, which are scripts and no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


judged = bench("judged")
relevance = bench("relevance")


def test_the_measures_of_rankings_worked_out_by_hand() -> None:
    found = judged.measure(["x", "a", "y", "b"], {"a": 1, "b": 1, "c": 1})
    # Gains at places 2 and 4; the ideal has them at 1, 2 and 3.
    assert found.ndcg == pytest.approx((0.63093 + 0.43068) / (1 + 0.63093 + 0.5), abs=1e-4)
    assert (found.mrr, found.hit, found.recall) == (0.5, 0.0, pytest.approx(2 / 3))
    assert judged.measure([], {"a": 1}) == judged.Measures(0, 0, 0, 0)


def test_what_stands_below_ten_counts_for_recall_alone() -> None:
    found = judged.measure([*"0123456789", "a"], {"a": 1})
    assert found == judged.Measures(ndcg=0, mrr=0, hit=0, recall=1)


@given(st.permutations("abcdef"), st.dictionaries(st.sampled_from("abc"), st.integers(1, 3)))
def test_no_ranking_is_better_than_by_falling_relevance(
    ranking: list[str], relevance: dict[str, int]
) -> None:
    if relevance:
        best = sorted(ranking, key=lambda section: -relevance.get(section, 0))
        assert judged.measure(best, relevance).ndcg == pytest.approx(1)
        assert 0 <= judged.measure(ranking, relevance).ndcg <= 1 + 1e-9


def test_chance_explains_what_goes_both_ways_and_not_what_goes_one_way() -> None:
    assert judged.significance([0.0] * 50) == 1
    assert judged.significance([0.1, -0.1] * 25) > 0.9
    assert judged.significance([0.1] * 50) < 0.001
    assert judged.significance([-0.1] * 50) < 0.001
    # One of 4 sign patterns of 2 is as extreme in each direction.
    assert judged.significance([0.1, 0.1]) == pytest.approx(0.5, abs=0.05)


# Queries of ours and the words of the section that answers.
ANSWERS = [
    ("785名领导干部受到责任追究", "其中地厅级领导干部9名"),
    ("责任追究为什么仍然是薄弱环节？", "原因是多方面的"),
    ("浙委办发 32号", "各市、县(市、区)党委和人民政府"),
    ("食堂工作人员要有健康证吗", "应当持健康证上岗"),
    ("学校多久自查一次食品安全", "每学期开展两次自查"),
    ("倾倒垃圾", "禁止在河道管理范围内"),
    ("采砂违反条例的责令停止违法行为并罚款", "处一万元以上五万元以下"),
    ("园区规划面积是多少？", "3.5平方公里"),
    ("河道管理条例 采砂", "擅自采砂"),
    ("青山市河道管理条例3条", "禁止在河道管理范围内"),
    ("《青山市河道管理条例》第五条", "二○一五年十月一日"),
    ("青政办函[2020]17号", "你县"),
    ("关于进一步加强校园食品安全工作的通知", "为保障师生饮食安全"),
]
TEXTS = {"notice": NOTICE, "regulation": REGULATION, "reply": REPLY}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("own")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    store = Store(folder / ".policysearch")
    sync(store, [SEEDS, folder / "notice.txt", folder / "regulation.txt", folder / "reply.txt"])
    with Searcher.open(store.folder) as searcher:
        yield searcher


@pytest.mark.parametrize(("query", "words"), ANSWERS)
def test_the_section_that_answers_is_first(own: Searcher, query: str, words: str) -> None:
    hit = own.search(query, limit=1).hits[0]
    assert words in own.document(hit.document).text[slice(*hit.span)]


def write_lines(path: Path, values: list[dict[str, str]]) -> None:
    lines = (json.dumps(value, ensure_ascii=False) for value in values)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("mode", [[], ["--engine"]])
def test_a_set_is_measured_and_each_query_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: list[str]
) -> None:
    corpus = [{"id": name, "title": "", "text": text} for name, text in TEXTS.items()]
    write_lines(tmp_path / "corpus.jsonl", corpus)
    queries = [
        {"id": "1", "text": "食堂工作人员要有健康证吗", "kind": "question"},
        {"id": "2", "text": "倾倒垃圾", "kind": "words"},
        {"id": "3", "text": "没有答案", "kind": "words"},
        {"id": "4", "text": "“没有读法", "kind": "words"},
    ]
    write_lines(tmp_path / "queries.jsonl", queries)
    judgements = "1\tnotice\t1\n2\tregulation\t2\n3\treply\t0\n4\treply\t1\n"
    (tmp_path / "qrels.tsv").write_text(judgements, encoding="utf-8")
    differences = tmp_path / "differences.tsv"
    relevance.main(["--set", str(tmp_path), "--differences", str(differences), *mode])
    table = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:3] for line in table[1:4]] == [
        ["all", "3", "0.6667"],
        ["question", "1", "1.0000"],
        ["words", "2", "0.5000"],
    ]
    lines = [line.split("\t") for line in differences.read_text(encoding="utf-8").splitlines()]
    assert sorted(line[5] for line in lines[1:]) == ["1", "2", "4"]


def test_a_heading_with_nothing_below_it_ranks_behind_the_articles_it_heads(
    tmp_path: Path,
) -> None:
    law = "青山市渡口条例\n第一章　安全\n第一条 渡口应当安全。\n第二章　责任追究\n"
    law += "第二条 渡工酒后驾船的，追究责任。\n第三条 本条例自公布之日起施行。\n"
    (tmp_path / "law.txt").write_text(law, encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [tmp_path / "law.txt"])
    with Searcher.open(store.folder) as searcher:
        found = [hit.path[-1] for hit in searcher.search("责任追究", limit=9)]
        assert found[0] == "第二条"
        assert "第二章" in found  # still found
        assert searcher.search("“第二章　责任追究”").hits[0].path == ("第二章",)


def test_a_section_ranks_by_what_the_opening_of_its_document_says_for_it(tmp_path: Path) -> None:
    for city in ("东湖市", "西山市"):
        opening = f"为支持{city}中小企业，现通知如下：\n"
        lines = "一、减免房租\n减免三个月房租。\n二、补贴水电\n按三成给予水电补贴。\n"
        text = f"关于支持企业若干措施的通知\n各有关单位：\n{opening}{lines}"
        (tmp_path / f"{city}.txt").write_text(text, encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [tmp_path / "东湖市.txt", tmp_path / "西山市.txt"])
    with Searcher.open(store.folder) as searcher:
        for city in ("东湖市", "西山市"):
            hit = searcher.search(f"{city}水电补贴", limit=1).hits[0]
            assert (hit.document, hit.path[-1]) == (f"{city}.txt", "二")
