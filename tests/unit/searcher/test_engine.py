"""The hits of a search, their order, and the facts that they state."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import IndexDamaged, Store, sync
from indexer.errors import InvalidArgument, PolicySearchError, SearcherClosed
from indexer.text.folding import fold, strip_blanks
from searcher import DocumentNotFound, QueryError, Results, Searcher
from searcher.query.nodes import Node
from searcher.query.parser import MAX_EXPANSIONS
from searcher.ranking.plan import Plan, SectionRef
from searcher.ranking.planner import Planner
from searcher.ranking.synonyms import Synonyms
from searcher.results.model import By
from tests.support.documents import LIBRARY, NOTICE
from tests.support.planning import found_in

EVERY = 10_000


def anchors(results: Results) -> set[tuple[str, str]]:
    return {(hit.document, hit.anchor) for hit in results}


def sections(searcher: Searcher) -> list[tuple[str, str, str]]:
    """Every section of the index: document, anchor, text."""
    return [
        (row.id, section.section.anchor, section.span.of(document.text))
        for row in searcher.documents
        for document in (searcher.document(row.id),)
        for section in document.search_sections()
    ]


def test_the_seed_answers_with_the_section_that_says_it(seed_searcher: Searcher) -> None:
    results = seed_searcher.search("785名领导干部受到责任追究")
    hit, *others = results.hits
    assert hit.path == ("一", "（三）")
    assert hit.heading == "创造和积累了落实责任制的好做法、好经验"
    assert hit.doc_number == "浙委办发〔2002〕32号"
    assert hit.date == "2002-12-31"
    assert hit.issuers == ("中共浙江省委办公厅", "浙江省人民政府办公厅")
    document = seed_searcher.document(hit.document)
    assert "785名领导干部受到责任追究" in hit.span.of(document.text)
    (repeat,) = hit.repeats
    assert repeat.of(document.text).strip() == hit.span.of(document.text).strip()
    assert repeat.start > hit.span.end
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.highlights]
    assert "785名领导干部受到责任追究" in marked
    assert all(hit.score > other.score for other in others)
    assert all("785名" not in other.span.of(document.text) for other in others)


def test_a_phrase_finds_every_literal_occurrence_and_nothing_else(
    seed_searcher: Searcher,
) -> None:
    phrase = "落实党风廉政建设责任制"
    found = anchors(seed_searcher.search(f'"{phrase}"', limit=EVERY))
    assert found == {(d, a) for d, a, text in sections(seed_searcher) if phrase in text}
    assert len(found) == 4


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_piece_of_any_section_is_found_as_a_phrase(
    seed_searcher: Searcher, data: st.DataObject
) -> None:
    every = sections(seed_searcher)
    _, _, text = data.draw(st.sampled_from(every))
    length = data.draw(st.integers(1, 30))
    start = data.draw(st.integers(0, max(0, len(text) - length)))
    piece = text[start : start + length]
    without_blanks = strip_blanks(fold(piece))
    if not any(char.isalnum() for char in without_blanks):
        return  # says nothing
    found = anchors(seed_searcher.search(f"「{piece}」", limit=EVERY))
    assert found == {(d, a) for d, a, t in every if without_blanks in strip_blanks(fold(t))}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("标题:河道", {"law/regulation.txt"}),
        ("title:河道", {"law/regulation.txt"}),
        ("发文机关:市教育局", {"notice.txt"}),
        ("文号:青政办函[2020]17号", {"law/reply.md"}),
        ("number:青政办函", {"law/reply.md"}),
        ("类型:条例", {"law/regulation.txt"}),
        ("日期:2019", {"notice.txt"}),
        ("日期:2019-09..2020-03-17", {"notice.txt", "law/reply.md"}),
        ("日期:2016..", {"notice.txt", "law/reply.md"}),
        ("食品 AND 台账", {"notice.txt"}),
        ("食品 AND 采砂", set()),
        ("采砂 OR 台账", {"law/regulation.txt", "notice.txt"}),
        ("河道 -教育局 -罚款", {"law/regulation.txt"}),
        ("校园食品安全 AND (台账 培训)", {"notice.txt"}),
        ("高新* -日期:2019", {"law/reply.md"}),
        ("-标题:条例 -标题:通知", {"law/reply.md"}),
        ("*", {"law/regulation.txt", "notice.txt", "law/reply.md"}),
        ("類型:復函 OR 类型:复函", {"law/reply.md"}),
        ("十七", {"law/reply.md"}),
        ("砂", {"law/regulation.txt"}),
    ],
)
def test_the_query_language_finds(searcher: Searcher, query: str, expected: set[str]) -> None:
    found = {hit.document.removeprefix("docs/") for hit in searcher.search(query, limit=EVERY)}
    assert found == expected


def test_fields_and_titles_are_found_in_traditional_and_simplified_characters(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, title in (("old", "關於學校飲食安全的說明"), ("new", "关于学校饮食安全的说明")):
        (folder / f"{name}.txt").write_text(f"{title}\n{name} 一份。\n", encoding="utf-8")
    sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        for query in (
            "标题:学校饮食安全",
            "標題:學校飲食安全",
            "「学校饮食安全」",
            "全文:學校飲食",
        ):
            assert {hit.document for hit in searcher.search(query)} == {
                "docs/old.txt",
                "docs/new.txt",
            }


def test_what_is_required_stands_literally_and_what_is_prohibited_does_not(
    searcher: Searcher,
) -> None:
    every = sections(searcher)
    found = anchors(searcher.search("+饮食安全 学校 -台账", limit=EVERY))
    assert found == {(d, a) for d, a, t in every if "饮食安全" in t and "台账" not in t}
    assert found


def test_a_required_word_may_stand_in_the_title_of_the_document(searcher: Searcher) -> None:
    every = sections(searcher)
    found = anchors(searcher.search("校园食品安全 AND 健康证", limit=EVERY))
    assert found == {(d, a) for d, a, t in every if "健康证" in t}
    assert anchors(searcher.search("健康证 -校园食品安全", limit=EVERY)) == set()


def test_items_are_found_with_their_article_and_never_alone(searcher: Searcher) -> None:
    (hit,) = searcher.search('"擅自采砂"').hits
    assert (hit.path, hit.anchor) == (("第二章", "第三条"), "tiao-3")
    text = hit.span.of(searcher.document(hit.document).text)
    assert text.startswith("第三条 禁止")
    assert "倾倒垃圾" in text
    assert "第四条" not in text.replace("本条例第三条", "")


def test_numbers_widths_and_traditional_characters_are_found_as_the_usual_ones(
    searcher: Searcher,
) -> None:
    usual = searcher.search("2015年10月1日")
    assert usual.hits[0].path[-1] == "第五条"
    assert searcher.search("二〇一五年十月一日").hits[0].path[-1] == "第五条"
    assert searcher.search("食品安全責任製").hits[0].document == "docs/notice.txt"
    assert anchors(searcher.search("“ＧＢ”", limit=1)) == set()


def test_the_limit_and_offset_cut_the_same_list(searcher: Searcher) -> None:
    whole = searcher.search("青山市 条例 学校", limit=EVERY)
    assert len(whole) == whole.found > 5
    pages = [searcher.search("青山市 条例 学校", limit=3, offset=o).hits for o in range(0, 12, 3)]
    assert [hit.anchor for page in pages for hit in page] == [hit.anchor for hit in whole][:12]
    assert searcher.search("青山市", limit=0).hits == ()
    assert searcher.search("青山市", offset=EVERY).hits == ()


def test_filters_confine_and_facets_count_what_is_left(searcher: Searcher) -> None:
    results = searcher.search("青山市", limit=EVERY)
    facets = {name: {f.value: f.count for f in found} for name, found in results.facets.items()}
    for name, option in (("issuer", "issuer"), ("doc_type", "doc_type")):
        for value, count in facets[name].items():
            assert searcher.search("青山市", **{option: value}).total == count  # type: ignore[arg-type]
    for year, count in facets["year"].items():
        assert searcher.search("青山市", date_from=year, date_to=year).total == count
    assert sum(facets["doc_type"].values()) == results.total


def test_a_filter_does_not_change_scores(searcher: Searcher) -> None:
    free = {(h.document, h.anchor): h.score for h in searcher.search("学校 食品", limit=EVERY)}
    for hit in searcher.search("学校 食品", doc_type="通知", limit=EVERY):
        assert hit.score == free[hit.document, hit.anchor]


def test_sorting_by_date_puts_undated_documents_last(store: Store, sources: Path) -> None:
    (sources / "undated.txt").write_text("青山市的一些情况说明\n学校食堂很好。\n", encoding="utf-8")
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        for sort, ordered in (("newest", sorted), ("oldest", sorted)):
            dates = [h.date for h in searcher.search("青山市", limit=EVERY, sort=sort)]  # type: ignore[arg-type]
            dated = [date for date in dates if date]
            assert dates[: len(dated)] == dated != dates
            assert dated == ordered(dated, reverse=sort == "newest")


def test_an_explanation_sums_to_the_score(searcher: Searcher) -> None:
    for query in ("食品安全责任", '"责任追究" 学校', "+学校 食品 -台账", "河道 日期:2015.."):
        for hit in searcher.search(query, limit=EVERY):
            explanation = searcher.explain(query, hit)
            assert explanation.score == hit.score
            total = 0.0
            for term in explanation.terms:
                total += term.score
            assert total == hit.score


def test_more_of_a_rarer_word_never_ranks_lower(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for count in range(4):
        words = "采砂" * count + "河道" * (8 - count)
        (folder / f"{count}.txt").write_text(f"通告\n{words}，特此通告。\n", encoding="utf-8")
    sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        found = [hit.document for hit in searcher.search("采砂")]
    assert found == ["docs/3.txt", "docs/2.txt", "docs/1.txt"]


def test_equal_scores_rank_by_document_whatever_came_first(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, name in enumerate(("b", "c", "a"), 1):
        text = NOTICE.replace("〔2019〕8号", f"〔2019〕{number}号").replace(
            "9月2日", f"9月{number}日"
        )
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        first = searcher.search("校园食品安全", limit=3)
        assert [hit.document for hit in first] == ["docs/a.txt", "docs/b.txt", "docs/c.txt"]
        assert searcher.search("校园食品安全", limit=1).hits[0].document == "docs/a.txt"


WORDS = ("青山市", "食品安全", "河道", "第三条", "责任", "2019年", "复函")
QUERIES = st.recursive(
    st.sampled_from(WORDS + tuple(f'"{word}"' for word in WORDS)),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" ", " AND ", " OR ", " -"]), inner).map("".join),
        inner.map("({})".format),
    ),
    max_leaves=5,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=QUERIES, b=QUERIES)
def test_and_narrows_or_widens_and_not_takes_away(searcher: Searcher, a: str, b: str) -> None:
    snapshot, synonyms = searcher._now.backend.snapshot, Synonyms.open()

    def found(query: str) -> set[SectionRef]:
        return set(found_in(snapshot, query, synonyms).sections())

    both = found(f"({a}) AND ({b})")
    assert both <= found(a) & found(b)
    assert found(f"({a}) OR ({b})") == found(a) | found(b)
    assert found(f"({a}) -({b})").isdisjoint(both)
    assert found(f"({a}) -({b})") <= found(a)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_whatever_is_asked_is_answered_or_a_query_error(searcher: Searcher, query: str) -> None:
    try:
        results = searcher.search(query, limit=3)
    except QueryError as error:
        assert 0 <= error.position <= len(query)
        assert error.reason
    else:
        assert len(results) == min(3, results.found)


@pytest.mark.parametrize(
    "query",
    ["C#", ")", "]", "😀 食品", "\x00食品", "食品" * 2000, "的" * 9999, "a*b", "::", "AND", "(((("],
)
def test_pasted_oddities_do_no_harm(searcher: Searcher, query: str) -> None:
    try:
        searcher.search(query)
    except QueryError as error:
        assert 0 <= error.position <= len(query)


def test_a_prefix_of_too_many_words_is_refused(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    letters = "bcdefghijklmnopqrstuvwxyz"
    names = " ".join(f"a{x}{y}{z}" for x in letters for y in letters for z in "aze")
    (folder / "codes.txt").write_text(f"代码表\n{'代码' * 200}\n{names}\n", encoding="utf-8")
    sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        assert searcher.search("abb*").total == 1
        with pytest.raises(QueryError, match="1,000 words"):
            searcher.search("a*")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("date_from", "去年", "a date such as 2002"),
        ("date_from", "2002-13", "a date such as 2002"),
        ("date_to", 2002, "a string"),
        ("limit", -1, "a whole number, 0 or more"),
        ("limit", "5", "a whole number, 0 or more"),
        ("offset", 1.5, "a whole number, 0 or more"),
        ("sort", "random", "'relevance', 'newest' or 'oldest'"),
        ("by", "page", "'section' or 'document'"),
        ("issuer", 7, "a string or several"),
        ("region", 7, "a string or several"),
        ("doc_type", 7, "a string or several"),
        ("match", "some", "'best', 'all' or 'any'"),
    ],
)
def test_an_option_that_is_not_what_it_must_be_is_named_with_what_was_expected(
    searcher: Searcher, name: str, given: object, expected: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        searcher.search("食品", **{name: given})  # type: ignore[arg-type]
    error = caught.value
    assert (error.name, error.given) == (name, given)
    assert expected in error.expected
    assert str(error) == f"{name}: expected {error.expected}, not {given!r}"
    assert isinstance(error, PolicySearchError)
    assert isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert (again.name, again.given, str(again)) == (name, given, str(error))


def test_arguments_of_other_types_are_refused_everywhere(searcher: Searcher) -> None:
    (hit, *_) = searcher.search("河道").hits
    for name, ask in (
        ("query", lambda: searcher.search(b"x")),  # type: ignore[arg-type]
        ("query", lambda: searcher.explain(None, hit)),  # type: ignore[arg-type]
        ("quotation", lambda: searcher.verify(7)),  # type: ignore[arg-type]
        ("limit", lambda: searcher.verify("河道", limit=-1)),
        ("limit", lambda: searcher.similar(hit.document, hit.anchor, limit=-1)),
        ("prefix", lambda: searcher.suggest(None)),  # type: ignore[arg-type]
        ("limit", lambda: searcher.suggest("河", limit=-1)),
        ("id", lambda: searcher.document(None)),  # type: ignore[arg-type]
        ("id", lambda: searcher.cites(3)),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidArgument, match=f"^{name}: expected"):
            ask()


def test_documents_are_found_by_id_ending_number_title_or_a_part(searcher: Searcher) -> None:
    names = ("docs/notice.txt", "notice.txt", "notice", "青教办〔2019〕8号", "校园食品安全", "otic")
    for name in names:
        assert searcher.document(name).id == "docs/notice.txt"
    assert searcher.document("reply").text == LIBRARY["law/reply.md"]
    with pytest.raises(DocumentNotFound, match="any of 2"):
        searcher.document("law/re")
    with pytest.raises(DocumentNotFound, match="no document"):
        searcher.document("nothing")
    with pytest.raises(DocumentNotFound, match="no section"):
        searcher.section("notice", "9.9")


def test_a_searcher_is_a_snapshot_until_it_is_refreshed(
    store: Store, sources: Path, searcher: Searcher
) -> None:
    before = searcher.search("青山市", limit=EVERY)
    (sources / "notice.txt").unlink()
    (sources / "new.txt").write_text(NOTICE.replace("青山", "绿水"), encoding="utf-8")
    sync(store)
    again = searcher.search("青山市", limit=EVERY)
    assert (again.hits, again.total) == (before.hits, before.total)
    assert searcher.refresh()
    assert {hit.document for hit in searcher.search('"绿水市"')} == {"docs/new.txt"}
    assert not searcher.refresh()


@pytest.mark.parametrize("query", ["青山市 食品", '"青山市"', "青教办〔2019〕8号 食品", "河长制"])
@pytest.mark.parametrize("by", ["section", "document"])
def test_matches_are_counted_of_the_state_that_was_searched(
    store: Store, sources: Path, searcher: Searcher, query: str, by: By
) -> None:
    counted = searcher.search(query, by=by)
    expected = counted.total, dict(counted.facets)
    refreshed = searcher.search(query, by=by)
    (sources / "notice.txt").unlink()
    sync(store, rebuild=True)
    assert searcher.refresh()
    assert (refreshed.total, dict(refreshed.facets)) == expected
    (sources / "notice.txt").write_text(NOTICE, encoding="utf-8")
    sync(store)
    searcher.refresh()
    closed = searcher.search(query, by=by)
    searcher.close()
    assert (closed.total, dict(closed.facets)) == expected


def test_threads_share_a_searcher(searcher: Searcher) -> None:
    queries = ["食品安全", "河道", '"高新技术"', "青山市 -河道", "标题:条例"] * 6
    expected = [searcher.search(query).hits for query in queries]
    found: dict[int, object] = {}

    def ask(number: int) -> None:
        found[number] = searcher.search(queries[number]).hits

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(queries))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [found[n] for n in range(len(queries))] == expected


def test_searches_run_side_by_side(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = threading.Barrier(2, timeout=30)
    plan = Planner.plan

    def plan_together(planner: Planner, query: str, node: Node) -> Plan:
        meeting.wait()  # broken, an error, if the other has to wait for this one
        return plan(planner, query, node)

    monkeypatch.setattr(Planner, "plan", plan_together)
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(searcher.search, ["河道", "河道"])
    assert one.hits == other.hits != ()


@pytest.mark.parametrize("change", ["close", "refresh"])
def test_a_search_under_way_ends_in_the_state_it_began_in(
    store: Store,
    sources: Path,
    searcher: Searcher,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    expected = searcher.search("青山市")
    total = expected.total
    (sources / "notice.txt").unlink()
    sync(store)
    plan = Planner.plan

    def plan_and_change(planner: Planner, query: str, node: Node) -> Plan:
        monkeypatch.undo()
        getattr(searcher, change)()
        return plan(planner, query, node)

    monkeypatch.setattr(Planner, "plan", plan_and_change)
    found = searcher.search("青山市")
    assert (found.hits, found.total) == (expected.hits, total)
    if change == "refresh":
        assert searcher.search("青山市").total < total


def test_a_closed_searcher_says_so(searcher: Searcher) -> None:
    (hit, *_) = searcher.search("河道").hits
    searcher.close()
    searcher.close()
    for ask in (
        lambda: searcher.search("河道"),
        lambda: searcher.explain("河道", hit),
        lambda: searcher.document(hit.document),
        lambda: searcher.section(hit.document, hit.anchor),
        lambda: searcher.cites(hit.document),
        lambda: searcher.cited_by(hit.document),
        searcher.missing,
        searcher.refresh,
    ):
        with pytest.raises(SearcherClosed, match="closed") as caught:
            ask()
        assert isinstance(caught.value, ValueError)
    assert hit.snippet.text


def test_a_refresh_that_fails_keeps_the_state_it_has(
    searcher: Searcher, store: Store, sources: Path
) -> None:
    before = searcher.search("青山市").hits
    (sources / "copy.txt").write_text(NOTICE, encoding="utf-8")
    sync(store)
    for damaged in store.folder.glob("groups_*"):
        damaged.write_bytes(damaged.read_bytes().replace(b"copy", b"none"))
    with pytest.raises(IndexDamaged):
        searcher.refresh()
    assert searcher.search("青山市").hits == before


def test_results_are_html_with_everything_escaped_but_the_marks(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "x.txt").write_text("关于<script>的通知\n采砂<b>&禁止\n", encoding="utf-8")
    sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        html = searcher.search("采砂")._repr_html_()
    assert "<script>" not in html
    assert "<b>&" not in html
    assert "<mark>采砂</mark>" in html


def test_every_facet_is_there_and_is_counted(searcher: Searcher) -> None:
    facets = searcher.search("学校").facets
    assert [*facets] == ["issuer", "doc_type", "year", "region"]
    assert all(facets.values())


def test_too_wide_a_prefix_is_pointed_at_in_the_whole_query(tmp_path: Path, store: Store) -> None:
    codes = " ".join(str(10_000 + number) for number in range(MAX_EXPANSIONS + 1))
    (tmp_path / "codes.txt").write_text(f"编号\n{codes}\n", encoding="utf-8")
    sync(store, [tmp_path / "codes.txt"])
    with Searcher.open(store.folder) as searcher, pytest.raises(QueryError) as caught:
        searcher.search("编号 1*")
    assert (caught.value.query, caught.value.position) == ("编号 1*", 3)
