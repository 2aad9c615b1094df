"""Corrections of a query are shown beside its results and never searched instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from indexer.documents.citations.resolve import base_name
from searcher import Searcher
from searcher.suggestions.fuzzy_titles import FuzzyTitles
from searcher.suggestions.pinyin import (
    characters_read,
    characters_sounding_like,
    sound_of,
    split_pinyin,
    syllables_of,
)
from searcher.suggestions.similar_shapes import similar_shapes
from tests.support.documents import LIBRARY

# Others like them, so that what is right is seen more than once.
_MORE = {
    "河道.txt": "青山市河道管理条例释义\n第一条 河道管理条例规定了河道管理范围和行政处罚。\n"
    "第二条 违反河道管理条例的，由水行政主管部门给予行政处罚，并进行责任追究。\n"
    "第三条 行政处罚应当公开。责任追究应当及时。\n",
    "劳动合同法.txt": "青山市劳动合同法\n第一条 为了保护劳动者，制定本法。\n"
    "第二条 用人单位与劳动者订立劳动合同，适用劳动合同法。\n"
    "第三条 劳动合同应当具备工作内容。劳动合同期限由双方约定。\n",
    "安全.txt": "青山市人民政府关于加强校园食品安全责任追究的意见\n青政发〔2021〕3号\n\n"
    "各区人民政府：\n"
    "一、落实安全生产责任\n各区要重视校园食品安全和安全生产，对落实不力的进行责任追究。\n"
    "二、开展食品安全监督检查\n市场监管部门要开展食品安全监督检查，依法实施行政处罚。\n"
    "青山市人民政府\n2021年5月6日\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    root = tmp_path_factory.mktemp("spelling")
    for name, text in {**LIBRARY, **_MORE}.items():
        path = root / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = Store(root / ".policysearch")
    sync(store, [root / "docs"])
    with Searcher.open(store.folder) as searcher:
        yield searcher


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("劳动和同", "劳动合同"),  # another character of the same sound
        ("责任追就", "责任追究"),
        ("行政处法", "行政处罚"),
        ("食品安金监督检查", "食品安全监督检查"),  # of like shape
        ("河道菅理", "河道管理"),
        ("劳动动合同", "劳动合同"),  # one too many
        ("劳合动同", "劳动合同"),  # two in each other's place
        ("河道管理条列", "河道管理条例"),
        ("行整处罚责任追就", "行政处罚责任追究"),  # two slips
        ("青山市劳动合法", "青山市劳动合同法"),  # one missing, in a name
    ],
)
def test_what_was_meant_is_among_the_suggestions(index: Searcher, typed: str, meant: str) -> None:
    assert meant in index.search(typed).suggestions


@pytest.mark.parametrize("typed", ["laodong hetong", "laodonghetong", "LAODONG HETONG"])
def test_pinyin_is_read_as_what_the_index_has(index: Searcher, typed: str) -> None:
    assert index.search(typed).suggestions[0] == "劳动合同"


@pytest.mark.parametrize(
    "query",
    [
        *("劳动合同", "责任追究", "校园食品安全", "青政发〔2021〕3号", "河道管理条例第三条"),
        *("禁止在河道管理范围内擅自采砂", "学校怎么检查食品安全？", "hello", "C#", "*", "2019"),
    ],
)
def test_a_right_query_has_no_suggestions(index: Searcher, query: str) -> None:
    assert index.search(query).suggestions == ()


def test_suggestions_can_be_left_out(index: Searcher) -> None:
    assert index.search("责任追就").suggestions
    assert index.search("责任追就", suggest=False).suggestions == ()


def test_what_was_typed_is_searched_and_not_the_suggestion(index: Searcher) -> None:
    results = index.search('"责任追就"')
    assert results.total == 0
    assert results.suggestions == ('"责任追究"',)
    assert index.search(results.suggestions[0]).total > 0


def test_only_the_misspelt_text_of_a_query_is_changed(index: Searcher) -> None:
    results = index.search("+（責任追就 OR 河道） 类型:意见 -采砂 日期:2019..")
    assert results.suggestions == ("+（責任追究 OR 河道） 类型:意见 -采砂 日期:2019..",)


def test_what_is_prohibited_or_names_a_document_is_not_corrected(index: Searcher) -> None:
    assert index.search("河道 -责任追就 发文机关:责任追就").suggestions == ()


def test_there_are_three_suggestions_at_most_and_each_once(index: Searcher) -> None:
    for query in ("责任追就 劳动和同 行整处罚", "安生", "责任追", "行政处法"):
        suggestions = index.search(query).suggestions
        assert len(suggestions) <= 3
        assert len(set(suggestions)) == len(suggestions)
        assert query not in suggestions


@settings(max_examples=60)
@given(st.text(alphabet="责任追就究劳动合和同法行政处罚安全 \"（）()[]〔-+*:：ab1'", max_size=25))
def test_whatever_is_typed_gets_suggestions_that_can_be_searched(
    index: Searcher, query: str
) -> None:
    from indexer.errors import QueryError

    try:
        results = index.search(query, limit=0)
    except QueryError:
        return
    assert len(results.suggestions) <= 3
    for suggestion in results.suggestions:
        index.search(suggestion, limit=0)


def test_an_empty_index_suggests_nothing(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("a", encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [tmp_path / "docs"])
    with Searcher.open(store.folder) as searcher:
        assert searcher.search("责任追就").suggestions == ()
        assert searcher.search("zeren zhuijiu").suggestions == ()


# --- names --------------------------------------------------------------------------------------

_TITLES = ("中华人民共和国劳动合同法", "消费者权益保护法", "2019年工作要点", "浙江省电力条例")
_BY_NAME = {base_name(title): [number] for number, title in enumerate(_TITLES)}
_NAMES = FuzzyTitles(lambda _: _BY_NAME)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("劳动合法", "劳动合同法"),
        ("劳动合同同法", "劳动合同法"),
        ("劳动同合法", "劳动合同法"),
        ("《中华人民共和国劳动和同法》", "劳动合同法"),
        ("消费者权益保障法", "消费者权益保护法"),
        ("消费者权易保户法", None),  # two slips in eight characters
    ],
)
def test_a_text_is_near_the_name_that_a_slip_makes_it_of(typed: str, name: str | None) -> None:
    assert [found for found, _ in _NAMES.near(typed)] == ([name] if name else [])


def test_a_name_of_another_year_or_number_is_not_near() -> None:
    assert _NAMES.near("2020年工作要点") == []


def test_a_name_itself_is_not_near_another() -> None:
    assert _NAMES.near("劳动合同法") == []


# --- sounds and shapes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("char", "syllables"),
    [
        *(("法", {"fa"}), ("重", {"zhong", "chong"}), ("女", {"nv"}), ("率", {"lv", "shuai"})),
        *(("廉", {"lian"}), ("座", {"zuo"}), ("啊", {"a"}), ("赈", {"zhen"})),
        *(("a", set()), ("〇", set())),
    ],
)
def test_characters_are_read_as_the_dictionary_says(char: str, syllables: set[str]) -> None:
    assert set(syllables_of(char)) == syllables
    assert all(char in characters_read(syllable) for syllable in syllables)


def test_sounds_that_many_do_not_tell_apart_are_alike() -> None:
    assert sound_of("zhang") == sound_of("zan")
    assert sound_of("ning") == sound_of("lin")
    assert sound_of("fa") != sound_of("ba")
    assert {"张", "藏", "赞"} <= set(characters_sounding_like("zhang"))


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("laodong hetong fa", ["lao", "dong", "he", "tong", "fa"]),
        ("laodonghetongfa", ["lao", "dong", "he", "tong", "fa"]),
        ("xian", ["xian"]),
        ("xi'an", ["xi", "an"]),
        ("policy", None),
        ("", []),
    ],
)
def test_pinyin_is_cut_into_the_fewest_syllables(letters: str, syllables: list[str] | None) -> None:
    assert split_pinyin(letters) == syllables


def test_looking_alike_is_mutual() -> None:
    for char in "己末管治税证检":
        assert similar_shapes(char)
        assert all(char in similar_shapes(other) for other in similar_shapes(char))
    assert similar_shapes("a") == ""
