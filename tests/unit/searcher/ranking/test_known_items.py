"""Documents and articles that a query names come first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from indexer.documents.model import SearchSection
from indexer.errors import QueryError
from indexer.storage.records import DocumentRow
from searcher import Hit, Searcher
from searcher.backends.embedded_names import DocumentNames
from searcher.query.nodes import Words
from searcher.query.parser import MAX_LENGTH
from searcher.ranking.known_items import KnownItems
from searcher.ranking.question_words import what_is_asked
from searcher.ranking.synonyms import Synonyms


def law(title: str, passed: str, *articles: str) -> str:
    return "\n".join((title, f"（{passed}全国人民代表大会常务委员会通过）", "", *articles, ""))


def notice(title: str, number: str, date: str, *paragraphs: str) -> str:
    return "\n".join((title, number, "", "各县（区）人民政府：", *paragraphs, date, ""))


OLD = law(
    "中华人民共和国河湖法",
    "2010年3月1日",
    "第一条 为了保护河湖，制定本法。",
    "第二条 采砂应当经许可。",
    "第三条 违法采砂的，处一万元罚款。",
)
NEW = law(
    "中华人民共和国河湖法",
    "2022年5月6日",
    "第一条 为了保护河湖和水生态，制定本法。",
    "第二条 河湖实行河长制。",
    "第三条 采砂应当经许可，按照许可证载明的范围进行。",
    "第三条之一 许可证不得转让。",
    "第四条 有下列情形之一的，处五万元罚款：",
    "（一）无证采砂；",
    "（二）在禁采期采砂。",
)
RULES = law(
    "中华人民共和国河湖法实施条例",
    "2023年1月9日",
    "第一条 根据河湖法，制定本条例。",
    "第二条 采砂、采砂、采砂，无证采砂的，罚款、罚款。",
)
GENERAL = law(
    "中华人民共和国水法典\n总则", "2021年1月1日", "第一条 水属于国家所有。", "第二条 略。"
)
INTAKE = law(
    "中华人民共和国水法典\n取水编",
    "2021年1月1日",
    "第一百零一条 取水应当申请。",
    "第一百零二条 取水权可以转让。",
)
SAFETY = notice(
    "青山市人民政府办公室关于做好河道采砂管理工作的通知",
    "青政办发〔2020〕32号",
    "2020年4月1日",
    "一、各地要落实河湖法第三条，管好采砂，对无证采砂从严罚款。",
    "二、请于年底前报送情况。",
)
WINTER = notice(
    "青山市水利局关于开展冬春水利建设的通知",
    "青水发〔2020〕32号",
    "2020年10月9日",
    "一、抓紧清淤。",
    "二、落实资金。",
)
ORDER = law("青山市渡口管理办法", "2019年6月3日", "第一条 渡口应当安全。").replace(
    "（2019年6月3日全国人民代表大会常务委员会通过）", "（2019年6月3日青山市人民政府令第56号公布）"
)
LIBRARY = {
    "laws/河湖法2010.txt": OLD,
    "laws/河湖法2022.txt": NEW,
    "laws/实施条例.txt": RULES,
    "laws/总则.txt": GENERAL,
    "laws/取水编.txt": INTAKE,
    "采砂.txt": SAFETY,
    "冬春.txt": WINTER,
    "渡口.txt": ORDER,
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("known")
    for name, text in LIBRARY.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = Store(folder / ".policysearch")
    sync(store, [Path(folder / "docs")])
    with Searcher.open(store.folder) as searcher:
        yield searcher


def first(searcher: Searcher, query: str) -> Hit:
    return searcher.search(query, limit=1).hits[0]


def name_of(hit: Hit) -> str:
    return hit.document.removeprefix("docs/")


def is_named(searcher: Searcher, query: str, hit: Hit) -> bool:
    return any(term.field == "known" for term in searcher.explain(query, hit).terms)


@pytest.mark.parametrize(
    "query",
    [
        "青政办发〔2020〕32号",
        "青政办发[2020]32号",
        "青政办发﹝2020﹞３２号",
        "青政办发2020年32号",
        "青政办发〔2020〕32",
        "青政辦發〔2020〕32號",
        "青政办发 32号",
        "政办发〔2020〕32号",
        "根据青政办发〔2020〕32号的要求",
        "查询青政办发〔2020〕32号全文",
        "“青政办发〔2020〕32号”",
        "青政办发〔2020〕32号 水利建设 清淤 资金",
    ],
)
def test_a_number_in_any_form_or_part_leads_to_its_document(library: Searcher, query: str) -> None:
    assert name_of(first(library, query)) == "采砂.txt"


def test_the_number_of_an_order_leads_to_what_it_promulgated(library: Searcher) -> None:
    for query in ("青山市人民政府令第56号", "青山市人民政府令 第56号", "青山市人民政府第56号令"):
        assert name_of(first(library, query)) == "渡口.txt"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("河湖法", "laws/河湖法2022.txt"),
        ("《河湖法》", "laws/河湖法2022.txt"),
        ("中华人民共和国河湖法", "laws/河湖法2022.txt"),
        ("我国河湖法", "laws/河湖法2022.txt"),
        ("河湖法实施条例", "laws/实施条例.txt"),
        ("水法典", "laws/总则.txt"),
        ("水法典取水编", "laws/取水编.txt"),
        ("关于做好河道采砂管理工作的通知", "采砂.txt"),
        ("《关于开展冬春水利建设的通知》 采砂 罚款", "冬春.txt"),
    ],
)
def test_a_name_leads_to_the_beginning_of_the_newest_version(
    library: Searcher, query: str, expected: str
) -> None:
    hit = first(library, query)
    assert name_of(hit) == expected
    assert hit.span.start == 0 or "冬春" in query


def test_older_versions_come_right_behind_the_newest(library: Searcher) -> None:
    found = [name_of(hit) for hit in library.search("河湖法", limit=2)]
    assert found == ["laws/河湖法2022.txt", "laws/河湖法2010.txt"]


@pytest.mark.parametrize(
    ("query", "document", "label"),
    [
        ("河湖法3条", "laws/河湖法2022.txt", "第三条"),
        ("河湖法第3条", "laws/河湖法2022.txt", "第三条"),
        ("河湖法 第三条", "laws/河湖法2022.txt", "第三条"),
        ("《中华人民共和国河湖法》第三条", "laws/河湖法2022.txt", "第三条"),
        ("河湖法第三条之一", "laws/河湖法2022.txt", "第三条之一"),
        ("河湖法4条1项", "laws/河湖法2022.txt", "第四条"),
        ("河湖法第四条第（二）项是什么", "laws/河湖法2022.txt", "第四条"),
        ("第三条 河湖法 罚款 罚款", "laws/河湖法2022.txt", "第三条"),
        ("违反河湖法第四条怎么处罚", "laws/河湖法2022.txt", "第四条"),
        ("河湖法实施条例第二条", "laws/实施条例.txt", "第二条"),
        ("水法典第一百零二条", "laws/取水编.txt", "第一百零二条"),
        ("水法典102", "laws/取水编.txt", "第一百零二条"),
        ("水法典第2条", "laws/总则.txt", "第二条"),
    ],
)
def test_an_article_is_found_however_it_is_cited(
    library: Searcher, query: str, document: str, label: str
) -> None:
    hit = first(library, query)
    assert (name_of(hit), hit.path[-1]) == (document, label)


def test_beside_other_words_the_named_law_answers_with_what_they_ask(library: Searcher) -> None:
    # The rules say 无证采砂 and 罚款 more often.
    hit = first(library, "河湖法 无证采砂 罚款")
    assert (name_of(hit), hit.path[-1]) == ("laws/河湖法2022.txt", "第四条")
    hit = first(library, "水法典 取水权转让")
    assert (name_of(hit), hit.path[-1]) == ("laws/取水编.txt", "第一百零二条")


@pytest.mark.parametrize(
    "query",
    [
        "采砂 罚款",
        "通知",
        "管理办法",
        "条例 第三条",
        "第三条",
        "32条",
        "河湖法司法解释",  # not at hand
        "《河湖法百问》采砂",
        "江河湖法采砂",
        "青水发〔2021〕32号",
        "赤水办发〔2020〕32号",  # another organ's
        "采砂 -河湖法",
        "采砂 标题:河湖法",
    ],
)
def test_what_names_nothing_at_hand_changes_no_score(library: Searcher, query: str) -> None:
    for hit in library.search(query, limit=100):
        assert not is_named(library, query, hit)


@pytest.mark.parametrize(
    "query", ["河湖法", "河湖法 采砂", "水法典102条", "青政办发〔2020〕32号", "河湖法 类型:法"]
)
def test_scores_of_known_items_are_explained_and_every_hit_is_counted(
    library: Searcher, query: str
) -> None:
    results = library.search(query, limit=1000)
    assert len(results.hits) == results.found == len({(h.document, h.anchor) for h in results})
    assert [hit.score for hit in results] == sorted((h.score for h in results), reverse=True)
    assert is_named(library, query, results.hits[0])
    for hit in results:
        assert library.explain(query, hit).score == hit.score
    pages = [library.search(query, limit=2, offset=n).hits for n in range(0, results.found, 2)]
    assert tuple(hit for page in pages for hit in page) == results.hits


def test_filters_hold_for_known_items(library: Searcher) -> None:
    results = library.search("河湖法第三条", date_to="2015", limit=100)
    assert {name_of(hit) for hit in results} == {"laws/河湖法2010.txt"}
    assert results.hits[0].path[-1] == "第三条"


def test_quoted_text_still_has_to_stand_there(library: Searcher) -> None:
    for hit in library.search('河湖法 AND "无证采砂"', limit=100):
        assert "无证采砂" in library.document(hit.document).text[slice(*hit.span)]


def test_the_longest_queries_are_looked_through_in_no_time(library: Searcher) -> None:
    for piece in ("法", "第三条", "《", "河湖法", "〔2020〕1号", "（"):
        query = "青山" + piece * (MAX_LENGTH // len(piece) - 2)
        assert library.search(query).took < 5


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from([*"第三条款项3号令《》（）-+，", "河湖法", "之一", "102", "〔2020〕"])
    ).map("".join)
    | st.text(max_size=20)
)
def test_any_text_is_looked_through(library: Searcher, query: str) -> None:
    try:
        results = library.search(query, limit=3)
    except QueryError:
        return
    for hit in results:
        assert library.explain(query, hit).score == hit.score


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("无证采砂怎么办？", "无证采砂"),
        ("什么是河长制", "河长制是"),
        ("请问什么是河长？怎么设立？", "河长是 设立"),
        ("采砂许可证有哪些种类吗", "采砂许可证有 种类"),
        ("请问如何申请取水", "申请取水"),
        ("吗啡管理", "吗啡管理"),
        ("怎么办？", "怎么办？"),
    ],
)
def test_a_question_is_searched_by_what_it_asks(question: str, asked: str) -> None:
    assert what_is_asked(question).split() == asked.split()


def test_asking_words_do_not_rank(library: Searcher) -> None:
    plain = library.search("取水权转让", limit=50)
    asked = library.search("请问取水权转让怎么办？", limit=50)
    assert [(h.document, h.anchor, h.score) for h in asked] == [
        (h.document, h.anchor, h.score) for h in plain
    ]


TITLES = [
    "中华人民共和国河湖法",
    "中华人民共和国河湖法实施条例（2019年修正）",
    "水法典总则",
    "水法典取水编",
    "青山市人民政府办公室关于印发《渡口管理（暂行）办法》的通知",
    "刑 法",
    "宪法",
    "青山市“十四五”水利规划[征求意见稿]",
    "",
    "通知\0附件",
]


class _Statistics(DocumentNames):
    def sections(self, _: str) -> tuple[SearchSection, ...]:
        return ()


def _known() -> KnownItems:
    rows = [
        DocumentRow(f"{n}.txt", "", title, "", (), f"20{n + 10}", "", 1, 0, 0)
        for n, title in enumerate(TITLES)
    ]
    return KnownItems(_Statistics(rows))


EVERY = _known()
for _ in range(3):  # from the third text on all names are gathered
    EVERY.find(Words("河湖法"), Synonyms(()), list)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(TITLES[:-2]),
            st.sampled_from(
                ["河湖法", "刑法", "宪法", "渡口管理暂行办法", "水法典", "的", "，", " 根据"]
            ),
            st.sampled_from(TITLES[:-2]).flatmap(
                lambda title: st.integers(0, len(title)).map(lambda cut: title[cut:])
            ),
        ),
        max_size=4,
    ).map("".join)
)
def test_the_first_query_is_answered_as_any_other(text: str) -> None:
    query, none = Words(text), Synonyms(())
    assert _known().find(query, none, list) == EVERY.find(query, none, list)


def test_titles_of_every_shape_are_known_at_the_first_query() -> None:
    for text, title in (
        ("河湖法", 0),
        ("《河湖法实施条例》", 1),
        ("水法典", 2),
        ("渡口管理（暂行）办法", 4),
        ("刑法", 5),
        ("宪法", 6),
        ("青山市十四五水利规划［征求意见稿］", 7),
    ):
        named = {one.document for one in _known().find(Words(text), Synonyms(()), list).targets}
        assert f"{title}.txt" in named, text
