"""Sections with much the same content are found in other documents."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from indexer import Store, sync
from indexer.errors import DocumentNotFound
from searcher import Searcher
from searcher.cli.main import cli
from tests.support.documents import NOTICE, REGULATION

LAKES = """白水市湖泊保护条例
（2018年3月2日白水市第五届人民代表大会常务委员会第二次会议通过）

第一条 为了保护湖泊，制定本条例。
第二条 在湖泊管理范围内不得倾倒垃圾、渣土，不得围垦，不得擅自采砂。
第三条 市人民政府应当建立湖泊水质监测网，每季度公布监测结果。
第四条 本条例自二○一八年五月一日起施行。
"""
SCHOOLS = """白水市中小学校管理办法
（2017年5月2日白水市人民政府令第8号公布）

第一条 为了规范学校管理，制定本办法。
第二条 学校食堂从业人员应当持健康证上岗，每学期接受培训。
第三条 学校应当按照规定组织学生参加体育锻炼。
第四条 本办法自二○一七年六月一日起施行。
"""
NEWER_LAKES = LAKES.replace("2018年3月2日", "2021年3月2日").replace("每季度", "每月")
FILES = {
    "rivers.txt": REGULATION,
    "rivers-copy.txt": "来源：青山市人民政府网\n\n" + REGULATION,
    "rivers-2020.txt": REGULATION.replace("2015年6月30日", "2020年7月3日").replace(
        "一万元", "二万元"
    ),
    "lakes.txt": LAKES,
    "lakes-2021.txt": NEWER_LAKES,
    "schools.txt": SCHOOLS,
    "notice.txt": NOTICE,
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("similar")
    (folder / "docs").mkdir()
    for name, text in FILES.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    store = Store(folder / ".policysearch")
    sync(store, [folder / "docs"])
    with Searcher.open(store.folder) as searcher:
        yield searcher


def anchor_of(library: Searcher, id: str, words: str) -> str:
    document = library.document(id)
    place = document.text.index(words)
    holding = [s for s in document.sections if s.span.start <= place < s.span.end]
    return holding[-1].anchor


def test_the_section_of_another_document_that_says_the_like_is_first(library: Searcher) -> None:
    hit, *_ = library.similar("docs/schools.txt", anchor_of(library, "schools.txt", "食堂"))
    assert hit.document == "docs/notice.txt"
    assert hit.path == ("一", "（二）")
    assert "持健康证上岗" in hit.snippet.text


def test_neither_itself_nor_copies_nor_other_versions_are_among_its_like(library: Searcher) -> None:
    results = library.similar("docs/rivers.txt", anchor_of(library, "rivers.txt", "第三条 禁止"))
    assert results.hits
    assert not [hit.document for hit in results if "rivers" in hit.document]


def test_a_section_with_items_is_sought_by_these_too(library: Searcher) -> None:
    # Its lead says no more than that something is forbidden; sand is in an item.
    hit, *_ = library.similar("docs/rivers.txt", anchor_of(library, "rivers.txt", "第三条 禁止"))
    assert "lakes" in hit.document
    assert hit.path == ("第二条",)
    lit = "".join(hit.snippet.text[slice(*span)] for span in hit.snippet.highlights)
    assert "采砂" in lit


def test_an_item_has_its_own_like(library: Searcher) -> None:
    anchor = anchor_of(library, "rivers.txt", "擅自采砂")
    hit, *_ = library.similar("docs/rivers.txt", anchor)
    assert hit.path == ("第二条",)


def test_of_another_law_one_version_stands_for_all_and_names_them(library: Searcher) -> None:
    results = library.similar("docs/rivers.txt", anchor_of(library, "rivers.txt", "第三条 禁止"))
    (lakes,) = {hit.document for hit in results if "lakes" in hit.document}
    hit = next(hit for hit in results if hit.document == lakes)
    versions = {place.document for place in hit.versions}
    assert versions == {"docs/lakes.txt", "docs/lakes-2021.txt"}


def test_limit_bounds_and_keeps_the_order(library: Searcher) -> None:
    anchor = anchor_of(library, "schools.txt", "食堂")
    everything = library.similar("docs/schools.txt", anchor, limit=50).hits
    assert len(everything) > 2
    assert library.similar("docs/schools.txt", anchor, limit=2).hits == everything[:2]
    assert library.similar("docs/schools.txt", anchor, limit=0).hits == ()
    scores = [hit.score for hit in everything]
    assert scores == sorted(scores, reverse=True)


def test_what_is_not_there_is_an_error(library: Searcher) -> None:
    with pytest.raises(DocumentNotFound):
        library.similar("docs/schools.txt", "no such anchor")
    with pytest.raises(DocumentNotFound):
        library.similar("docs/nothing.txt", "1")


def test_the_command_lists_hits_and_needs_a_section(library: Searcher) -> None:
    folder = str(library._now.backend.snapshot.folder)
    anchor = anchor_of(library, "schools.txt", "食堂")
    done = CliRunner().invoke(cli, ["similar", f"schools#{anchor}", "--index", folder])
    assert done.exit_code == 0
    assert "notice.txt:9" in done.output
    done = CliRunner().invoke(cli, ["similar", f"schools#{anchor}", "--json", "--index", folder])
    assert json.loads(done.output)["hits"][0]["document"] == "docs/notice.txt"
    assert CliRunner().invoke(cli, ["similar", "schools", "--index", folder]).exit_code == 2
