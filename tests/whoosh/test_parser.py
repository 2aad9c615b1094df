"""Whoosh's own parser, highlights, sorting and grouping work on our index as on one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh import highlight, sorting
from whoosh import query as wq
from whoosh.qparser import FuzzyTermPlugin, MultifieldParser, OrGroup, QueryParser

from indexer import IndexStateError, Store
from indexer.documents.read import parse_document
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.folding import fold, strip_blanks
from indexer.whoosh_adapter import KernelSearcher, WhooshIndex, whoosh_index
from tests.support.documents import LIBRARY

CONTRACT = """劳动合同办法
第一条 劳动合同解除的，应当书面通知劳动者；“解除，通知”是两步。
第二条 用人单位解除劳动合同，应当支付经济补偿。
第三条 合同由双方签订。
"""
TEXTS = LIBRARY | {"contract.txt": CONTRACT}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> WhooshIndex:
    """Two segments, so that numbers of sections are not those of a segment."""
    store = Store(tmp_path_factory.mktemp("index"))
    for chosen in (LIBRARY, {"contract.txt": CONTRACT}):
        with store.transaction() as transaction:
            for id, text in chosen.items():
                transaction.put(parse_document(text, id))
    return whoosh_index(store.folder)


@pytest.fixture
def searcher(index: WhooshIndex) -> Iterator[KernelSearcher]:
    with index.searcher() as searcher:
        yield searcher


def places(results: Any) -> set[tuple[str, str]]:
    return {(hit["document"], hit["anchor"]) for hit in results}


def holding(searcher: KernelSearcher, text: str) -> set[tuple[str, str]]:
    """The sections in whose text ``text`` stands: what a phrase is to find."""
    wanted = strip_blanks(fold(text))
    every = searcher.search(wq.Every(), limit=None)
    return {
        (hit["document"], hit["anchor"])
        for hit in every
        if wanted in strip_blanks(fold(hit["text"]))
    }


@pytest.mark.parametrize("field", [WORDS, BIGRAMS])
@pytest.mark.parametrize(
    "text",
    [
        "劳动合同解除",
        "解除劳动合同",
        "责任追究",
        "解除，通知",
        "水",
        "第三条 禁止",
        "２０１９年9月",
        "没有这句",
    ],
)
def test_a_quoted_text_is_found_where_it_stands_and_nowhere_else(
    index: WhooshIndex, searcher: KernelSearcher, field: str, text: str
) -> None:
    query = QueryParser(field, index.schema).parse(f'"{text}"')
    expected = holding(searcher, text)
    assert bool(expected) == (text != "没有这句")
    by_kernel = searcher.search(query, limit=None)
    by_whoosh = searcher.search(query, limit=None, sortedby="document")
    assert by_kernel.collector.by_kernel
    assert not by_whoosh.collector.by_kernel
    assert places(by_kernel) == places(by_whoosh) == expected


def test_a_quotation_means_the_same_within_other_queries(
    index: WhooshIndex, searcher: KernelSearcher
) -> None:
    parser = QueryParser(WORDS, index.schema)
    quoted, other = holding(searcher, "劳动合同解除"), holding(searcher, "河道")
    assert quoted
    assert other
    every = places(searcher.search(wq.Every(), limit=None))
    working = places(searcher.search(wq.Term(WORDS, "劳动"), limit=None))
    for text, expected in {
        '"劳动合同解除" OR "河道"': quoted | other,
        'NOT "劳动合同解除"': every - quoted,
        '"劳动合同解除" AND "经济补偿"': set(),
        '劳动 ANDNOT "劳动合同解除"': working - quoted,
        '"劳动合同解除"^2 OR 没有': quoted,
    }.items():
        assert places(searcher.search(parser.parse(text), limit=None)) == expected, text
    filtered = searcher.search(wq.Every(), filter=parser.parse('"劳动合同解除"'), limit=None)
    assert places(filtered) == quoted


def test_text_of_a_query_is_cut_as_the_index_was(
    index: WhooshIndex, searcher: KernelSearcher
) -> None:
    query = QueryParser(WORDS, index.schema).parse("劳动合同解除 ＡＰＰ")
    terms = {text for _, text in query.all_terms()}
    assert terms == set(searcher.schema[WORDS].process_text("劳动合同解除 ＡＰＰ"))
    assert "app" in terms
    assert all((WORDS, term) in searcher.reader() for term in terms - {"app"})


def test_several_fields_patterns_and_fuzzy_words_are_searched(
    index: WhooshIndex, searcher: KernelSearcher
) -> None:
    both = MultifieldParser([WORDS, BIGRAMS], index.schema, group=OrGroup).parse("采砂 河道")
    terms = [wq.Term(field, text) for field in (WORDS, BIGRAMS) for text in ("采砂", "河道")]
    expected = places(searcher.search(wq.Or(terms), limit=None))
    assert expected
    assert places(searcher.search(both, limit=None)) == expected
    parser = QueryParser(WORDS, index.schema)
    parser.add_plugin(FuzzyTermPlugin())
    exact = places(searcher.search(wq.Term(WORDS, "劳动者"), limit=None))
    assert exact
    for text in ("劳动者", "劳动*者", "劳?者", "劳动者~", "[劳动者 TO 劳动者]"):
        assert exact <= places(searcher.search(parser.parse(text), limit=None)), text
    with pytest.raises(Exception, match="'date' is not numeric"):
        searcher.search(wq.NumericRange("date", 2015, 2019))


def test_a_phrase_with_a_distance_says_what_to_use_instead(
    index: WhooshIndex, searcher: KernelSearcher
) -> None:
    query = QueryParser(WORDS, index.schema).parse('"劳动合同 解除"~3')
    with pytest.raises(IndexStateError, match=r"no positions.*bigrams"):
        searcher.search(query)


@pytest.mark.parametrize("name", ["title", "date", "issuers", "text", "anchor"])
def test_a_field_that_is_not_searched_says_so(index: WhooshIndex, name: str) -> None:
    with pytest.raises(IndexStateError, match="search 'words'"):
        QueryParser(name, index.schema).parse("2019")
    with pytest.raises(IndexStateError, match="search 'words'"):
        QueryParser(WORDS, index.schema).parse(f"河道 {name}:[2015 TO 2019]")


@pytest.mark.parametrize("query", ["劳动合同", '"劳动合同解除"', "劳动合*"])
@pytest.mark.parametrize("field", [WORDS, BIGRAMS, "text"])
def test_highlights_mark_what_was_searched_in_the_text(
    index: WhooshIndex, searcher: KernelSearcher, query: str, field: str
) -> None:
    results = searcher.search(QueryParser(WORDS, index.schema).parse(query), limit=None)
    results.formatter = highlight.HtmlFormatter(tagname="b", classname="", termclass="")
    hits = [hit for hit in results if "劳动合同解除" in hit["text"]]
    assert hits
    for hit in hits:
        shown = hit.highlights(field)
        assert "<b" in shown
        assert "劳动合同" in shown.replace("</b>", "").split(">", 1)[1]


def test_highlights_of_a_title_and_of_a_given_text(
    index: WhooshIndex, searcher: KernelSearcher
) -> None:
    results = searcher.search(QueryParser(WORDS, index.schema).parse("河道 NOT 劳动"))
    hit = results[0]
    assert "河道</b>" in hit.highlights("title")
    assert "河道</b>" in hit.highlights("text", text="关于河道的劳动")
    assert "劳动</b>" not in hit.highlights("text", text="关于河道的劳动")


def test_hits_are_sorted_and_grouped_by_facts(index: WhooshIndex, searcher: KernelSearcher) -> None:
    for name in ("date", "title", "document", "doc_number", "doc_type", "issuers", "anchor"):
        rising = searcher.search(wq.Every(), limit=None, sortedby=name)
        values = [hit[name] for hit in rising]
        assert values == sorted(values), name
        assert len(set(values)) > 1, name
        falling = searcher.search(wq.Every(), limit=None, sortedby=name, reverse=True)
        assert [hit[name] for hit in falling] == values[::-1]
        facet = sorting.FieldFacet(name, reverse=True)
        falling = searcher.search(wq.Every(), limit=None, sortedby=facet)
        assert [hit[name] for hit in falling] == values[::-1]
        groups = searcher.search(wq.Every(), limit=None, groupedby=name).groups(name)
        assert sorted(groups) == sorted(set(values))
        for value, ids in groups.items():
            assert {searcher.stored_fields(docnum)[name] for docnum in ids} == {value}
        assert sum(map(len, groups.values())) == len(values)


@pytest.mark.parametrize("name", [WORDS, BIGRAMS, "text", "score", "nothing"])
def test_what_cannot_be_sorted_by_is_refused_with_what_can(
    searcher: KernelSearcher, name: str
) -> None:
    for options in (
        {"sortedby": name},
        {"sortedby": ["date", sorting.FieldFacet(name)]},
        {"groupedby": name},
        {"collapse": name},
    ):
        with pytest.raises(IndexStateError, match="document, anchor, title"):
            searcher.search(wq.Every(), **options)


def test_an_index_without_documents_is_sorted_too(tmp_path: Path) -> None:
    with Store(tmp_path).transaction():
        pass
    with whoosh_index(tmp_path).searcher() as searcher:
        assert not len(searcher.search(wq.Every(), sortedby="date", groupedby="title"))
