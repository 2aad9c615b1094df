"""Clauses about the whole document, in searches that find sections."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from indexer.text.folding import fold, strip_blanks
from searcher import Searcher
from tests.support.documents import LIBRARY, NOTICE

EVERY = 10_000
# A repost under another header: its sections are found as those of the notice, but for the last.
REPOST = "转发市教育局的通知\n\n" + NOTICE.replace(
    "2019年9月2日", "附注：由传达室保存。\n2019年9月2日"
)


@pytest.fixture
def library(store: Store, tmp_path: Path) -> Store:
    """Several segments, a document deleted and one changed, copies."""
    folder = tmp_path / "docs"
    texts = [*LIBRARY.items(), ("gone.txt", "关于消防的通知\n校舍应当配备灭火器。\n")]
    for name, text in texts:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sync(store, [folder])
    (folder / "gone.txt").unlink()
    (folder / "repost.txt").write_text(REPOST, encoding="utf-8")
    sync(store, [folder])
    return store


WORDS = (
    "学校",
    "食堂",
    "台账",
    "河道",
    "应当",
    "责任",
    "灭火器",
    "青山市",
    "传达室",
    "条例",
    "安全",
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=st.sampled_from(WORDS), b=st.sampled_from(WORDS), c=st.sampled_from(WORDS))
def test_the_sections_of_documents_that_have_it_anywhere_are_found(
    library: Store, a: str, b: str, c: str
) -> None:
    with Searcher.open(library.folder) as searcher:
        having = {
            row.id
            for row in searcher.documents
            for text in [strip_blanks(fold(searcher.document(row.id).text))]
            if b in text and c not in text
        }
        for query in (f"「{a}」 全文:{b} -全文:{c}", f"「{a}」 AND document:(「{b}」 AND NOT {c})"):
            found = searcher.search(query, limit=EVERY)
            every = searcher.search(f"「{a}」", limit=EVERY)
            expected = [hit for hit in every if hit.document in having]
            places = {(hit.document, hit.anchor) for hit in found}
            assert places == {(hit.document, hit.anchor) for hit in expected}
            assert found.total == len(expected)
            assert sum(facet.count for facet in found.facets["year"]) == len(expected)


def test_a_copy_has_what_is_shown_with_another_file(library: Store) -> None:
    with Searcher.open(library.folder) as searcher:
        (hit,) = searcher.search("健康证").hits
        assert len(hit.copies) == 1  # the other file has it as well
        (hit,) = searcher.search("传达室 AND 全文:健康证").hits
        assert hit.document == "docs/repost.txt"
        assert searcher.search("传达室 -全文:健康证").total == 0


def test_a_document_asked_for_alone_gives_its_sections_the_best_first(library: Store) -> None:
    with Searcher.open(library.folder) as searcher:
        hits = searcher.search("全文:采砂").hits
        assert {hit.document for hit in hits} == {"docs/law/regulation.txt"}
        assert len(hits) == len(searcher.search("标题:河道").hits) > 1
        assert "采砂" in hits[0].snippet.text
        assert hits[0].score > hits[1].score
        assert searcher.explain("全文:采砂", hits[0]).score == hits[0].score


def test_a_title_counts_as_what_a_document_has(library: Store) -> None:
    with Searcher.open(library.folder) as searcher:
        assert searcher.search("台账 全文:校园食品").total == searcher.search("「台账」").total > 0
