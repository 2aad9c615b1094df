"""The second look adds what stands in a section's own text, keeps the rest, and is explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import Store, sync
from searcher import Searcher
from searcher.query.parser import parse
from searcher.ranking.plan import Evidence, Plan, SectionRef
from searcher.ranking.second_look import DEPTH, Look, look_again

OTHERS = "".join(
    f"第{number}条　本市河道第{number}段由水利部门管理，每年检查{number}次。\n"
    for number in range(1, 150)
)
BURIED = """青山市教育局关于校园食品安全督导检查的通知
青教办〔2021〕3号
各县区：为进一步做好校园食品安全督导检查，现通知如下。
一、加强领导
二、其他事项
请各单位于月底前报送名单。
三、检查方法
督导组对校园食品开展督导检查，重点查看留样记录，逐项登记。
四、联系人
张三，电话略。
"""


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("look")
    (folder / "docs").mkdir()
    (folder / "docs" / "rivers.txt").write_text(f"青山市河道管理条例\n{OTHERS}", encoding="utf-8")
    (folder / "docs" / "schools.txt").write_text(BURIED, encoding="utf-8")
    again = OTHERS.replace("河道", "道路")
    (folder / "docs" / "roads.txt").write_text(f"青山市道路管理办法\n{again}", encoding="utf-8")
    sync(Store(folder / "index"), [folder / "docs"])
    with Searcher.open(folder / "index") as one:
        yield one


def plan_of(*weights: float, look: float = 4.0) -> Plan:
    words = "甲乙丙丁戊"
    return Plan((), evidence=tuple(map(Evidence, map(tuple, words), weights)), look=look)


def looked_at(
    texts: Sequence[str], scored: Sequence[tuple[int, float]], plan: Plan
) -> list[tuple[int, float]]:
    look = Look(plan)
    held = [texts[place] for place, _ in scored[:DEPTH]]
    bits = [sum((one in text) << bit for bit, one in enumerate(look.texts)) for text in held]
    return look_again(scored, look.added_to_each(bits), lambda place: place)


@given(st.lists(st.tuples(st.floats(0, 50), st.text("甲乙丙丁戊", max_size=6)), max_size=130))
def test_scores_never_fall_and_equal_ones_come_in_the_order_of_their_references(
    sections: list[tuple[float, str]],
) -> None:
    texts = [text for _, text in sections]
    scored = [(place, score) for place, (score, _) in enumerate(sections)]
    scored.sort(key=lambda hit: (-hit[1], hit[0]))
    again = looked_at(texts, scored, plan_of(0.4, 0.3, 0.2, 0.1))
    before = dict(scored)
    assert again[DEPTH:] == scored[DEPTH:]
    assert {section for section, _ in again} == before.keys()
    assert again == sorted(again, key=lambda hit: (-hit[1], hit[0]))
    for section, score in again[:DEPTH]:
        held = set(texts[section])
        share = sum(
            weight for word, weight in zip("甲乙丙丁", (4, 3, 2, 1), strict=True) if word in held
        )
        assert score == pytest.approx(before[section] + 4 * share / 10)


def test_a_word_stands_where_any_of_its_texts_does_and_counts_once() -> None:
    plan = Plan((), evidence=(Evidence(("甲", "乙"), 0.75), Evidence(("丙",), 0.25)), look=8.0)
    scored = [(place, 1.0) for place in range(4)]
    again = looked_at(["", "乙", "丙", "甲乙"], scored, plan)
    assert again == [(1, 7.0), (3, 7.0), (2, 3.0), (0, 1.0)]


def test_a_section_that_says_it_comes_before_those_that_stand_below_it(searcher: Searcher) -> None:
    hits = searcher.search("校园食品 督导检查 留样", suggest=False).hits
    assert hits[0].heading == "检查方法"
    for query in ("校园食品安全 督导检查", "教育局 督导检查"):
        best = searcher.search(query, suggest=False).hits[0]
        assert "督导检查" in searcher.section(best.document, best.anchor).span.of(
            searcher.document(best.document).text
        )


@pytest.mark.parametrize(
    "query", ["河道 管理", "水利部门 检查3次", "部门 管理 条例", '"每年检查" 12']
)
@pytest.mark.parametrize("by", ["section", "document"])
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_every_page_is_a_slice_of_one_order(
    searcher: Searcher, query: str, by: str, sort: str
) -> None:
    def page(offset: int, limit: int) -> list[tuple[str, str, float]]:
        found = searcher.search(query, offset=offset, limit=limit, by=by, sort=sort, suggest=False)  # type: ignore[arg-type]
        return [(hit.document, hit.anchor, hit.score) for hit in found]

    everything = page(0, 1000)
    assert by == "document" or len(everything) > DEPTH
    if by == "document":
        documents = list(dict.fromkeys(id for id, *_ in everything))
        singles = [id for offset in range(3) for id in {one[0] for one in page(offset, 1)}]
        assert singles == documents
        assert [one for offset in range(3) for one in page(offset, 1)] == everything
        return
    assert page(0, 0) == []
    for offset, limit in (
        (0, 1),
        (0, 10),
        (3, 7),
        (95, 10),
        (99, 1),
        (100, 5),
        (101, 40),
        (250, 99),
    ):
        assert page(offset, limit) == everything[offset : offset + limit]
    scores = [score for *_, score in everything]
    assert sort != "relevance" or scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "options", [{}, {"sort": "newest"}, {"doc_type": "条例"}, {"by": "document"}]
)
def test_explanations_sum_to_the_score_before_and_behind_the_first_hundred(
    searcher: Searcher, options: dict[str, str]
) -> None:
    fields = set()
    for query in ("河道 管理", "每年检查三次 水利部门", "青山市河道管理条例第3条"):
        for hit in searcher.search(query, limit=140, suggest=False, **options):  # type: ignore[arg-type]
            explained = searcher.explain(query, hit)
            total = 0.0
            for part in explained.terms:
                total += part.score
            assert explained.score == hit.score == total
            parts = [part for part in explained.terms if part.field == "evidence"]
            assert len(parts) <= 1
            fields.update(part.field for part in explained.terms)
            if parts:
                assert 0 < parts[0].frequency <= 1.0000001
                assert "own text" in str(explained)
    assert ("evidence" in fields) == (options.get("sort") is None)


def test_what_the_query_names_stays_before_all_others(searcher: Searcher) -> None:
    query = "青山市河道管理条例第149条 督导组对校园食品开展督导检查，重点查看留样记录，逐项登记"
    best = searcher.search(query, suggest=False).hits[0]
    assert best.title == "青山市河道管理条例"
    assert best.path[-1] == "第149条"


def test_numbers_are_found_as_a_text_writes_them(searcher: Searcher) -> None:
    with searcher._turn() as view:
        plan = view.plan("检查12次", parse("检查12次"))
    assert ("12", "十二") in [one.texts for one in plan.evidence]
    assert sum(one.weight for one in plan.evidence) == pytest.approx(1)


@pytest.mark.parametrize("query", ["标题:河道", "类型:通知", "*", "NOT 河道", "日期:2021"])
def test_a_query_that_asks_nothing_of_texts_is_not_looked_at_again(
    searcher: Searcher, query: str
) -> None:
    with searcher._turn() as view:
        plan = view.plan(query, parse(query))
    assert (plan.evidence, plan.look) == ((), 0.0)


def test_a_hit_without_a_mark_says_where_the_query_stands(searcher: Searcher) -> None:
    fields = set()
    for query in ("校园食品", "教育局", "为进一步做好", "督导检查"):
        for hit in searcher.search(query, limit=50, suggest=False):
            if hit.snippet.highlights:
                assert hit.context is None
            else:
                assert hit.context is not None
                assert hit.context.snippet.highlights
                fields.add(hit.context.field)
                told = hit.to_dict()["context"]
                assert told is not None
                assert told["field"] == hit.context.field
    assert {"title", "opening"} <= fields
    assert all(hit.context is None for hit in searcher.search("类型:条例", suggest=False))


def test_a_damaged_text_is_an_error_of_the_index(tmp_path: Path) -> None:
    from indexer.errors import IndexDamaged

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "rivers.txt").write_text(f"青山市河道管理条例\n{OTHERS}", encoding="utf-8")
    sync(Store(tmp_path / "index"), [tmp_path / "docs"])
    with Searcher.open(tmp_path / "index") as one, one._turn() as view:
        (part,) = view.backend.snapshot.terms.parts  # type: ignore[attr-defined]
        part.segment.columns = {**part.segment.columns, "text.table": b""}
        with pytest.raises(IndexDamaged):
            view.backend.evidence([SectionRef("docs/rivers.txt", 1)], ["河道"])
