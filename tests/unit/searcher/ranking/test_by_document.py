"""Documents as hits: in the order of their best sections, counted, with their best sections."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from searcher import Results, Searcher
from searcher.engine import SECTIONS
from searcher.results.model import Facet

WORDS = ["食品", "学校", "自查", "河道", "采砂", "罚款", "园区", "规划"]
EVERY = 10_000


def regulation(number: int) -> str:
    """A regulation of which every article says other things than those of the others."""
    articles = (
        f"第{label}条 {WORDS[(number + place) % 8]}和{WORDS[number * place % 8]}依{number}号办理。"
        for place, label in enumerate("一二三四五六七八九"[: 2 + number % 8])
    )
    dated = f"青山市人民政府\n2019年3月{number % 5 + 1}日\n" if number % 4 else ""
    return f"青山市第{number}号管理办法\n" + "\n".join(articles) + "\n" + dated


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("library")
    for number in range(24):
        (folder / f"{number}.txt").write_text(regulation(number), encoding="utf-8")
    store = Store(folder / "index")
    sync(store, [*folder.glob("*.txt")])
    with Searcher.open(store.folder) as searcher:
        yield searcher


QUERIES = st.sampled_from(
    [*WORDS, "食品 学校", "学校 AND 采砂", "-食品 罚款", "类型:办法", "青山市第7号管理办法", "没有"]
)
SORTS = st.sampled_from(["relevance", "newest", "oldest"])


def anchors(results: Results) -> list[tuple[str, str]]:
    return [(hit.document, hit.anchor) for hit in results]


@given(QUERIES, SORTS, st.integers(0, 5), st.integers(0, 30))
@settings(max_examples=60)
def test_documents_are_the_sections_grouped(
    library: Searcher, query: str, sort: str, limit: int, offset: int
) -> None:
    sections = library.search(query, limit=EVERY, sort=sort).hits  # type: ignore[arg-type]
    grouped: dict[str, list[tuple[float, str]]] = {}
    for hit in sections:
        grouped.setdefault(hit.document, []).append((-hit.score, hit.anchor))
    page = [*grouped][offset : offset + limit]

    results = library.search(query, limit=limit, offset=offset, sort=sort, by="document")  # type: ignore[arg-type]
    assert results.found == len(grouped)
    assert results.matching == {document: len(grouped[document]) for document in page}
    found = [(name, list(hits)) for name, hits in groupby(results, lambda hit: hit.document)]
    assert [name for name, _ in found] == page
    for name, hits in found:
        best = sorted(score for score, _ in grouped[name])[:SECTIONS]
        assert [-hit.score for hit in hits] == best


@given(QUERIES, st.booleans(), st.integers(0, 40))
@settings(max_examples=40)
def test_by_date_the_undated_are_last_and_scores_order_a_day(
    library: Searcher, query: str, newest: bool, limit: int
) -> None:
    ranked = library.search(query, limit=EVERY).hits
    dated = sorted((hit for hit in ranked if hit.date), key=lambda hit: hit.date, reverse=newest)
    expected = [*dated, *(hit for hit in ranked if not hit.date)][:limit]
    found = library.search(query, limit=limit, sort="newest" if newest else "oldest")
    assert anchors(found) == [(hit.document, hit.anchor) for hit in expected]


def test_facets_count_documents(library: Searcher) -> None:
    by_section = library.search("食品", limit=0)
    by_document = library.search("食品", limit=0, by="document")
    (sections,) = by_section.facets["doc_type"]
    (documents,) = by_document.facets["doc_type"]
    assert (documents.value, documents.count) == ("办法", by_document.total)
    assert sections.count == by_section.total > by_document.total


def test_the_pages_hold_every_document_once(library: Searcher) -> None:
    pages = [library.search("食品", limit=3, offset=at, by="document") for at in range(0, 30, 3)]
    named = [document for page in pages for document in page.matching]
    assert len(named) == len(set(named)) == pages[0].found


def test_anything_else_to_search_by_is_an_error(library: Searcher) -> None:
    with pytest.raises(ValueError, match="'section' or 'document'"):
        library.search("食品", by="page")  # type: ignore[arg-type]


def test_facets_can_be_looked_at_when_the_searcher_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(regulation(3), encoding="utf-8")
    store = Store(tmp_path / "index")
    sync(store, [tmp_path / "a.txt"])
    with Searcher.open(store.folder) as searcher:
        results = searcher.search("办理")
    assert results.facets["year"] == (Facet("2019", results.total),)
