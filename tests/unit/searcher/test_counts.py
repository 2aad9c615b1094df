"""Counts say what answers; filters hold exactly; what leaves nothing is named."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from indexer import Store, sync
from searcher import Facet, Searcher


def paper(title: str, issuer: str, *paragraphs: str) -> str:
    return "\n".join((title, "", "各县人民政府：", *paragraphs, issuer, "2020年4月1日", ""))


LIBRARY = {
    "a.txt": "青山市食品管理办法\n（2020年1月1日青山市人民政府令第1号公布）\n\n"
    "第一条 罚款二千元。\n第二条 学校的食品应当留样。\n第三条 学校应当消防。\n",
    "b.txt": "中华人民共和国河湖法\n（2020年1月1日全国人民代表大会常务委员会通过）\n\n"
    "第一条 罚款一千元。\n第二条 低保对象免缴水费。\n",
    "c.txt": paper(
        "国务院关于消防工作的通知",
        "国务院",
        "一、消防工作由学校负责。",
        "二、最低生活保障对象免费。",
        "三、食堂卫生。",
    ),
    "d.txt": paper(
        "国务院办公厅关于学校工作的通知", "国务院办公厅", "一、学校食堂应当卫生。", "二、略。"
    ),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("counts")
    for name, text in LIBRARY.items():
        (folder / name).write_text(text, encoding="utf-8")
    store = Store(folder / ".policysearch")
    sync(store, [folder])
    return Searcher.open(store.folder)


def places(searcher: Searcher, query: str, **options: object) -> set[tuple[str, str]]:
    found = searcher.search(query, limit=100, **options)  # type: ignore[arg-type]
    return {(Path(hit.document).name, hit.anchor) for hit in found}


def test_the_total_counts_sections_with_every_word(library: Searcher) -> None:
    results = library.search("食堂 卫生", limit=100)
    assert len(results) == results.found == results.total + results.partial
    assert places(library, "食堂 卫生", match="all") == {("c.txt", "3"), ("d.txt", "1")}
    assert results.total == 2 <= results.found


@pytest.mark.parametrize(
    "query",
    [
        "学校 消防",
        "学校消防",
        "食堂 卫生 罚款",
        "低保对象",
        "罚款",
        "学校 OR 罚款",
        "学校 -罚款",
        "河湖法第一条",
    ],
)
@pytest.mark.parametrize("by", ["section", "document"])
def test_the_three_ways_to_match_agree(library: Searcher, query: str, by: str) -> None:
    best, every, some = (
        library.search(query, limit=100, match=match, by=by)  # type: ignore[arg-type]
        for match in ("best", "all", "any")
    )
    assert best.hits == some.hits
    assert every.total == every.found == best.total
    assert some.total == some.found == best.found
    assert every.partial == some.partial == 0
    if by == "section":
        assert len(every.hits) == every.total
        scores = {(hit.document, hit.anchor): hit.score for hit in best}
        assert {(h.document, h.anchor): h.score for h in every}.items() <= scores.items()


def test_a_section_has_all_if_a_word_stands_in_its_title_or_another_form(
    library: Searcher,
) -> None:
    assert ("a.txt", "tiao-1") in places(library, "食品 罚款", match="all")
    assert {("b.txt", "tiao-2"), ("c.txt", "2")} <= places(library, "低保 对象", match="all")
    assert places(library, "学校 罚款", match="all") <= places(library, "罚款", match="all")


def test_one_of_several_alternatives_is_all_that_is_asked_for(library: Searcher) -> None:
    assert library.search("罚款 OR 留样").partial == 0
    assert library.search("罚款 留样").partial > 0


def test_facets_count_the_complete_sections_unless_there_are_none(library: Searcher) -> None:
    results = library.search("罚款 一千")
    assert (results.total, results.facets["doc_type"]) == (1, (Facet("法", 1),))
    results = library.search("罚款 留样 保障")
    assert results.total == 0 < results.partial
    assert sum(facet.count for facet in results.facets["doc_type"]) == results.partial


def test_counts_outlive_the_searcher_and_are_pickled(tmp_path: Path) -> None:
    for name, text in LIBRARY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [tmp_path])
    with Searcher.open(store.folder) as searcher:
        expected = searcher.search("学校 消防").to_dict()
        results = searcher.search("学校 消防")
        filtered = searcher.search("学校 消防 日期:2020")
    again = results.to_dict()
    assert {**again, "took_ms": 0} == {**expected, "took_ms": 0}
    assert again["partial"] == results.partial > 0
    assert pickle.loads(pickle.dumps(filtered)).partial == filtered.partial > 0


@pytest.mark.parametrize(
    "query",
    [
        "食品 AND NOT 食品",
        "+食品 -食品",
        "食品 -食品",
        "食堂卫生 -食堂卫生",
        "低保 -低保",
        "(食品 OR 学校) -(食品 OR 学校)",
    ],
)
def test_nothing_is_itself_and_not_itself(library: Searcher, query: str) -> None:
    assert library.search(query).found == 0


def test_what_is_excluded_is_read_in_the_same_text_as_what_is_wanted(library: Searcher) -> None:
    wanted, both = places(library, "+学校 +消防"), places(library, "+学校")
    assert places(library, "+学校 -消防") == both - wanted
    either = places(library, "(学校 OR 罚款) -火箭")
    assert places(library, "(学校 OR 罚款) -消防") == either - places(library, "消防 -火箭")


def test_a_kind_is_exactly_what_its_facet_counts(library: Searcher) -> None:
    facets = library.search("罚款").facets["doc_type"]
    assert set(facets) == {Facet("办法", 1), Facet("法", 1)}
    for facet in facets:
        assert library.search("罚款", doc_type=facet.value).total == facet.count
        assert library.search(f"罚款 类型:{facet.value}").total == facet.count
        assert library.search(f'罚款 类型:"{facet.value}"').total == facet.count


def test_an_issuer_is_exactly_one_of_that_name_or_else_a_part_of_it(library: Searcher) -> None:
    for facet in library.search("学校").facets["issuer"]:
        assert library.search("学校", issuer=facet.value).total == facet.count
    assert {name for name, _ in places(library, "*", issuer="国务院")} == {"c.txt"}
    assert {name for name, _ in places(library, "*", issuer="国务")} == {"c.txt", "d.txt"}
    assert {name for name, _ in places(library, "* 发文机关:国务院")} == {"c.txt", "d.txt"}


def test_any_of_several_values_passes(library: Searcher) -> None:
    assert {name for name, _ in places(library, "*", doc_type=["法", "办法"])} == {"a.txt", "b.txt"}
    assert {name for name, _ in places(library, "*", doc_type=("法",), issuer=[])} == {"b.txt"}
    both = places(library, "*", issuer=["国务院", "国务院办公厅"])
    assert {name for name, _ in both} == {"c.txt", "d.txt"}


def test_a_filter_that_leaves_nothing_is_named(library: Searcher) -> None:
    notices = library.search("罚款 类型:通知").notices
    assert [(one.kind, one.text) for one in notices] == [
        ("nothing left", "type:通知 leaves nothing: without it 2 sections match")
    ]
    (notice,) = library.search("罚款", doc_type="法", date_from="2021").notices
    assert notice.text.startswith(
        "date:2021-01-01..9999-12-31 leaves nothing: without it 1 section"
    )
    (notice,) = library.search("罚款", doc_type="函", date_from="2021").notices
    assert notice.text.startswith('type:"函", date:2021-01-01..9999-12-31 together leave nothing')
    assert library.search("火箭 类型:通知").notices[-1].kind == "unknown words"
    assert library.search("罚款 类型:法").notices == ()


def test_a_query_that_excludes_everything_has_no_filter_to_blame(library: Searcher) -> None:
    found = library.search("NOT 日期:1900..2999")
    assert (found.found, found.notices) == (0, ())


def test_a_beginning_of_a_word_of_a_title_is_found_and_ranks(library: Searcher) -> None:
    assert {name for name, _ in places(library, "标题:食品*")} == {"a.txt"}
    assert {name for name, _ in places(library, "标题:河湖*")} == {"b.txt"}
    assert library.search("标题:食品*").hits[0].score > 0


def test_what_was_read_as_text_is_said_with_the_answer(library: Searcher) -> None:
    assert [one.kind for one in library.search('"罚款').notices] == ["read as text"]
    assert library.search('"罚款').hits == library.search("罚款").hits
