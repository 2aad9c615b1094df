"""A name is a name where it stands as one; what is named and not held is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import Store, sync
from searcher import Searcher


def law(title: str, *articles: str) -> str:
    return "\n".join((title, "（2020年1月1日全国人民代表大会常务委员会通过）", "", *articles, ""))


def notice(title: str, number: str, text: str) -> str:
    return "\n".join((title, number, "", "各县人民政府：", text, "2020年4月1日", ""))


LIBRARY = {
    "劳动法.txt": law("中华人民共和国劳动法", "第一条 为了保护劳动者，制定本法。", "第二条 略。"),
    "保险法.txt": law("中华人民共和国保险法", "第一条 保险活动适用本法。", "第二条 保险人。"),
    "援助.txt": law(
        "青山市法律援助条例",
        "第一条 劳动争议可以申请法律援助。",
        "第二条 未成年人的保险，由法定代理人办理。",
    ),
    "道路.txt": law(
        "中华人民共和国道路交通安全法", "第一条 依照道路交通安全法，维护道路交通秩序。"
    ),
    "实施.txt": notice("关于道路秩序的通知", "青发〔2020〕7号", "按照道路交通安全法执行。"),
    "海上.txt": law("中华人民共和国海上交通安全法", "第一条 船舶应当登记。"),
    "河.txt": law("中华人民共和国长河保护法", "第一条 长河归国家所有。"),
    "通知.txt": notice(
        "关于做好“三农”工作、河道管理和采砂监督的通知", "青政办发〔2020〕32号", "抓紧清淤。"
    ),
}
MakeSearcher = Callable[[dict[str, str]], Searcher]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("names")
    for name, text in LIBRARY.items():
        (folder / name).write_text(text, encoding="utf-8")
    store = Store(folder / ".policysearch")
    sync(store, [folder])
    return Searcher.open(store.folder)


def named(searcher: Searcher, query: str) -> list[str]:
    """The documents that the query names, in the order of its hits."""
    hits = searcher.search(query, limit=100).hits
    found = [hit for hit in hits if any(t.field == "known" for t in terms(searcher, query, hit))]
    return list(dict.fromkeys(Path(hit.document).name for hit in found))


def terms(searcher: Searcher, query: str, hit):  # type: ignore[no-untyped-def]
    return searcher.explain(query, hit).terms


def notices(searcher: Searcher, query: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in searcher.search(query).notices]


@pytest.mark.parametrize(
    "query",
    [
        "劳动 法律援助",
        "劳动，法律援助",
        "劳动 法",
        "保险 法定代理人",
        "保险法定代理人",
        "依据保险法定代理人",
        "劳动法人",
        "长河保护 法院",
        "长河、保护法",
    ],
)
def test_a_name_is_read_neither_across_a_mark_nor_in_a_word(library: Searcher, query: str) -> None:
    assert named(library, query) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("劳 动 法", "劳动法.txt"),
        ("中华人民共和国 劳动法", "劳动法.txt"),
        ("劳动法规定的假期", "劳动法.txt"),
        ("违反劳动法的后果", "劳动法.txt"),
        ("《劳动法》第一条", "劳动法.txt"),
        ("劳动法第1条", "劳动法.txt"),
        ("保险法 法定代理人", "保险法.txt"),
        ("关于做好“三农”工作、河道管理和采砂监督的通知", "通知.txt"),
        ("关于做好三农工作河道管理 和采砂监督的通知", "通知.txt"),
    ],
)
def test_a_name_is_read_where_it_stands_as_one(
    library: Searcher, query: str, expected: str
) -> None:
    assert named(library, query)[:1] == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "青政办发 2020 32号",
        "青政办发2020 32号",
        "青政办发 〔2020〕 32 号",
        "青 政 办 发〔2020〕32号",
        "青政办发〔2 0 2 0〕3 2号",
        "青政办发[2020 32号",
        "政办发 2020 32号",
        "2020 32号",
        "青政办发 2020 32",
    ],
)
def test_a_number_is_read_whatever_blanks_it_has(library: Searcher, query: str) -> None:
    assert named(library, query) == ["通知.txt"]


def test_no_number_is_read_from_a_date(library: Searcher) -> None:
    assert named(library, "青政办发 2020年 32日") == []


def test_the_end_of_a_name_means_the_only_law_that_has_it(library: Searcher) -> None:
    assert named(library, "河保护法") == ["河.txt"]
    assert named(library, "河保护法第1条") == ["河.txt"]
    assert named(library, "保护法") == []
    assert named(library, "长河保护法") == ["河.txt"]


def test_of_several_laws_a_short_name_means_the_one_that_is_spoken_of(library: Searcher) -> None:
    assert named(library, "交通安全法") == ["道路.txt"]
    assert notices(library, "交通安全法") == [
        ("recognised", "交通安全法 is read as 道路交通安全法")
    ]
    assert notices(library, "道路交通安全法") == []
    assert named(library, "我们的交通安全法 船舶") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("国发〔2020〕1号", "国发〔2020〕1号"),
        ("国发 2020 1号", "国发〔2020〕1号"),
        ("〔2020〕99号", "〔2020〕99号"),
        ("《渔业法》 船舶", "《渔业法》"),
        ("山林保护法", "山林保护法"),
        ("山林保护条例 清淤", "山林保护条例"),
        ("劳动法第九十九条", "中华人民共和国劳动法第九十九条"),
    ],
)
def test_what_is_named_and_not_held_is_said(library: Searcher, query: str, expected: str) -> None:
    assert notices(library, query)[:1] == [("not held", f"{expected} is not in this index")]


@pytest.mark.parametrize(
    "query",
    ["劳动法", "劳动法第一条", "青政办发〔2020〕32号", "清淤的方法", "行政执法", "清淤 船舶"],
)
def test_nothing_is_said_where_all_is_held(library: Searcher, query: str) -> None:
    assert [kind for kind, _ in notices(library, query) if kind == "not held"] == []


def test_words_that_stand_nowhere_are_said_unless_a_rare_one_stands_somewhere(
    library: Searcher,
) -> None:
    assert notices(library, "火箭") == [("unknown words", "火箭 occurs nowhere in this index")]
    assert notices(library, "火箭 保险 芯片") == [
        ("unknown words", "火箭、芯片 occur nowhere in this index")
    ]
    assert notices(library, "保险") == []


def test_notices_are_in_what_is_exported(library: Searcher) -> None:
    results = library.search("国发〔2020〕1号")
    assert results.to_dict()["notices"] == [
        {"kind": "not held", "text": "国发〔2020〕1号 is not in this index"}
    ]
    assert "国发〔2020〕1号 is not in this index" in results._repr_html_()
