"""Documents that belong together: copies, versions, citations, differences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer import IndexDamaged, Store, sync
from searcher import Searcher
from tests.support.documents import NOTICE, REGULATION

REPOST = "青山市教育信息网　首页 > 通知公告\n" + NOTICE.replace("\n", "\r\n\r\n").replace(
    "〔", "["
).replace("〕", "]")
AMENDED = REGULATION.replace(
    "（2015年6月30日青山市第三届人民代表大会常务委员会第八次会议通过）",
    "（2015年6月30日青山市第三届人民代表大会常务委员会第八次会议通过　"
    "2021年3月26日青山市第四届人民代表大会常务委员会第二次会议修正）",
).replace("处一万元以上五万元以下的罚款", "处五万元以上二十万元以下的罚款")


def test_one_document_in_several_files_is_one_hit_with_its_places(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        literal = searcher.search('"从业人员应当持健康证上岗"')
    (sources / "repost.txt").write_bytes(REPOST.encode())
    sync(store)
    with Searcher.open(store.folder) as searcher:
        both = searcher.search('"从业人员应当持健康证上岗"')
        assert both.total == literal.total == 1
        (copy,) = both.hits[0].copies
        assert {both.hits[0].document, copy.document} == {"docs/notice.txt", "docs/repost.txt"}
        # What only the repost says is still found.
        assert searcher.search('"青山市教育信息网"').hits[0].document == "docs/repost.txt"


def test_copies_are_told_apart_again_when_one_of_them_changes(store: Store, sources: Path) -> None:
    (sources / "repost.txt").write_bytes(REPOST.encode())
    sync(store, [sources])
    assert len(store.snapshot().families.committed.duplicates) == 1
    changed = REPOST.replace("两次自查", "九次自查").replace("第一责任人", "直接责任人")
    (sources / "repost.txt").write_bytes(changed.encode())
    sync(store)
    with Searcher.open(store.folder) as searcher:
        assert searcher.search('"从业人员应当持健康证上岗"').total == 2
    (sources / "repost.txt").unlink()
    sync(store)
    with Searcher.open(store.folder) as searcher:
        assert searcher.search('"从业人员应当持健康证上岗"').hits[0].copies == ()


def test_versions_of_a_law_stand_together_newest_first(store: Store, sources: Path) -> None:
    (sources / "law" / "amended.txt").write_text(AMENDED, encoding="utf-8")
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        results = searcher.search('"责令停止违法行为"')
        assert results.total == 2
        newest, older = results.by_document()
        assert newest[0].document == "docs/law/amended.txt"
        assert older[0].document == "docs/law/regulation.txt"
        for hit in (newest[0], older[0]):
            assert [place.document for place in hit.versions] == [
                "docs/law/amended.txt",
                "docs/law/regulation.txt",
            ]
        assert not hit.copies


def test_incremental_groups_equal_those_of_a_rebuild(store: Store, sources: Path) -> None:
    sync(store, [sources])
    for name, text in (
        ("a.txt", REPOST),
        ("b.txt", AMENDED),
        ("c.txt", NOTICE),
        ("d.txt", AMENDED),
    ):
        (sources / name).write_bytes(text.encode())
        sync(store)
    (sources / "notice.txt").unlink()
    sync(store)
    with store.snapshot() as snapshot:
        groups = snapshot.families.committed
    sync(store, rebuild=True)
    with store.snapshot() as snapshot:
        assert snapshot.families.committed == groups
    assert len(groups.duplicates) == 2
    assert len(groups.versions) == 1
    assert json.loads(groups.encode())


CITING = """青山市河道采砂管理办法
（青政发〔2016〕3号）
第一条 根据《青山市河道管理条例》第三条、第四条第一款和《中华人民共和国水法》，制定本办法。
第二条 河道采砂执行《青山市河道管理条例》的规定。
"""


def test_citations_lead_to_documents_and_back(store: Store, sources: Path) -> None:
    (sources / "measures.txt").write_text(CITING, encoding="utf-8")
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        cited = searcher.cites("measures")
        assert [(one.name, one.articles, one.document, one.line) for one in cited] == [
            ("青山市河道管理条例", ("第三条", "第四条第一款"), "docs/law/regulation.txt", 3),
            ("中华人民共和国水法", (), None, 3),
            ("青山市河道管理条例", (), "docs/law/regulation.txt", 4),
        ]
        (citing,) = searcher.cited_by("regulation")
        assert (citing.document, citing.count) == ("docs/measures.txt", 2)
        missing = {one.name: one.count for one in searcher.missing()}
        assert missing["中华人民共和国水法"] == 2  # the regulation cites it too
        assert "青山市河道管理条例" not in missing


def test_a_diff_tells_the_changed_article_and_its_words(store: Store, sources: Path) -> None:
    (sources / "law" / "amended.txt").write_text(AMENDED, encoding="utf-8")
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        old, new = searcher.document("regulation"), searcher.document("amended")
        changes = {
            c.after.section.anchor: c for c in searcher.diff("regulation", "amended") if c.after
        }
    assert changes["tiao-3"].kind == "unchanged"
    changed = changes["tiao-4"]
    assert changed.kind == "changed"
    before = "".join(edit.before.of(old.text) for edit in changed.edits)
    after = "".join(edit.after.of(new.text) for edit in changed.edits)
    assert "一" in before
    assert "二十" in after
    assert "罚款" not in before + after


def test_groups_of_documents_that_are_not_there_are_damage(store: Store, sources: Path) -> None:
    for name, text in (("a.txt", REPOST), ("b.txt", AMENDED)):
        (sources / name).write_text(text, encoding="utf-8")
    sync(store, [sources])
    (file,) = store.folder.glob("groups_*")
    for name in ("a.txt", "b.txt"):
        whole = file.read_bytes()
        file.write_bytes(whole.replace(name.encode(), b"z.txt"))
        with pytest.raises(IndexDamaged), Searcher.open(store.folder) as searcher:
            searcher.search("青山市")
        file.write_bytes(whole)
