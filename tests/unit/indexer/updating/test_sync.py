"""The index follows its sources: by content, all or nothing, and nothing is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import (
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    IndexStateError,
    NothingToIndex,
    SourceError,
    Store,
    plan,
    sync,
)
from indexer.documents.read import parse_document
from indexer.storage.check import check, check_previous
from indexer.storage.manifest import NAME, PREVIOUS
from searcher import Searcher
from tests.support.documents import NOTICE, REPLY

QUERIES = ("河道 采砂", '"责任追究"', "高新技术产业园区", "青山市", "标题:条例")


def answers(store: Store) -> list[object]:
    """Returns what an index answers, whole."""
    with Searcher.open(store.folder) as searcher:
        found: list[object] = [
            sorted((r.id, r.digest, r.section_count) for r in searcher.documents)
        ]
        for query in QUERIES:
            results = searcher.search(query, limit=1000).to_dict()
            del results["took_ms"]
            found.append(results)
        return found


def rebuilt(store: Store, folder: Path) -> list[object]:
    """Returns the answers of an index built anew beside the old one, from the same sources."""
    clean = Store(store.folder.with_name("clean"))
    sync(clean, [folder], rebuild=True)
    return answers(clean)


def test_everything_is_indexed_and_a_second_run_changes_nothing(
    store: Store, sources: Path
) -> None:
    first = sync(store, [sources])
    assert first.plan.added == ("docs/law/regulation.txt", "docs/law/reply.md", "docs/notice.txt")
    assert not first.failed
    state = {path: path.read_bytes() for path in store.folder.iterdir()}
    second = sync(store)
    assert not second.plan
    assert len(second.plan.unchanged) == 3
    assert state == {path: path.read_bytes() for path in store.folder.iterdir()}


def test_added_changed_removed_and_restored_files_are_followed(store: Store, sources: Path) -> None:
    sync(store, [sources])
    notice, reply = sources / "notice.txt", sources / "law/reply.md"

    (sources / "new.txt").write_text(NOTICE.replace("食品", "消防"), encoding="utf-8")
    notice.write_text(NOTICE.replace("责任追究", "严肃问责"), encoding="utf-8")
    reply.unlink()
    report = sync(store)
    assert report.plan.added == ("docs/new.txt",)
    assert report.plan.changed == ("docs/notice.txt",)
    assert report.plan.removed == ("docs/law/reply.md",)
    assert answers(store) == rebuilt(store, sources)

    reply.write_text(REPLY, encoding="utf-8")
    assert sync(store).plan.added == ("docs/law/reply.md",)
    assert answers(store) == rebuilt(store, sources)


def test_a_file_is_known_by_its_content_and_not_by_its_time(store: Store, sources: Path) -> None:
    sync(store, [sources])
    notice = sources / "notice.txt"
    before = notice.stat()
    os.utime(notice, (before.st_atime, before.st_mtime + 1000))
    assert not sync(store).plan
    notice.write_text(NOTICE.replace("八号", "9号").replace("饮食", "食饮"), encoding="utf-8")
    assert notice.stat().st_size == before.st_size
    os.utime(notice, (before.st_atime, before.st_mtime))
    assert sync(store).plan.changed == ("docs/notice.txt",)
    os.utime(notice, (0, 0))
    assert not sync(store).plan


def test_what_cannot_be_read_is_named_and_the_rest_is_indexed(store: Store, sources: Path) -> None:
    (sources / "empty.txt").write_bytes(b"")
    (sources / "broken.txt").write_bytes("责任追究".encode() + b"\xff\xfe\xfd")
    (sources / "table.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (sources / "picture.png").write_bytes(b"\x89PNG")
    (sources / ".hidden.txt").write_text(NOTICE, encoding="utf-8")
    (sources / "dangling.txt").symlink_to(sources / "nowhere")
    report = sync(store, [sources])
    assert len(report.plan.added) == 3
    assert {error.path.name for error in report.failed} == {
        "empty.txt", "broken.txt", "table.xls", "dangling.txt",
    }  # fmt: skip
    assert all(error.reason for error in report.failed)
    assert report.ignored == {".png": 1}


def test_a_file_that_became_unreadable_is_reported_until_it_is_mended(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    (sources / "notice.txt").write_bytes(b"")
    report = sync(store)
    assert report.plan.removed == ("docs/notice.txt",)
    assert [error.path.name for error in report.failed] == ["notice.txt"]
    assert len(sync(store).failed) == 1
    (sources / "notice.txt").write_text(NOTICE, encoding="utf-8")
    assert sync(store).plan.added == ("docs/notice.txt",)


def test_a_source_that_is_gone_keeps_its_documents_until_it_is_forgotten(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    kept = answers(store)
    away = sources.rename(sources.with_name("away"))
    report = sync(store)
    assert not report.plan
    assert "gone" in report.failed[0].reason
    assert answers(store) == kept
    away.rename(sources)
    assert not sync(store).failed
    report = sync(store, forget=[sources])
    assert len(report.plan.removed) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list any folder")
def test_a_folder_that_cannot_be_listed_keeps_its_documents(store: Store, sources: Path) -> None:
    sync(store, [sources])
    (sources / "law").chmod(0)
    try:
        report = sync(store)
    finally:
        (sources / "law").chmod(0o755)
    assert not report.plan
    assert report.failed[0].path == sources / "law"


def test_a_dry_run_says_what_a_run_then_does_and_writes_nothing(
    store: Store, sources: Path
) -> None:
    dry = sync(store, [sources], dry_run=True)
    assert not store.folder.exists()
    assert dry.plan == sync(store, [sources]).plan


def test_several_sources_have_documents_under_their_own_names(
    store: Store, sources: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "docs"
    shutil.copytree(sources, other)
    single = tmp_path / "single.txt"
    single.write_text(NOTICE, encoding="utf-8")
    report = sync(store, [sources, other, single, sources / "law"])
    roots = {id.split("/")[0] for id in report.plan.added}
    assert roots == {"docs", "docs-2", "single.txt"}
    assert not report.failed
    assert len(report.plan.added) == 7


def test_an_index_moves_with_the_folder_that_holds_it_and_its_sources(
    store: Store, sources: Path, tmp_path: Path
) -> None:
    sync(store, [sources])
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.move(sources, moved / sources.name)
    shutil.move(store.folder, moved / store.folder.name)
    report = sync(Store(moved / store.folder.name))
    assert not report.plan
    assert not report.failed


def test_only_one_writes_at_a_time(store: Store, sources: Path) -> None:
    with store.transaction(), pytest.raises(IndexLocked):
        sync(store, [sources])
    assert len(sync(store, [sources]).plan.added) == 3


def test_a_failed_run_leaves_the_index_as_it_was_and_the_lock_free(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    before = answers(store)
    (sources / "new.txt").write_text(NOTICE, encoding="utf-8")
    (sources / "law/reply.md").unlink()

    def interrupt(done: int, total: int, id: str) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(store, progress=interrupt)
    assert answers(store) == before
    assert list(check(store.folder)) == []
    report = sync(store)
    assert report.plan.added == ("docs/new.txt",)
    assert report.plan.removed == ("docs/law/reply.md",)


def test_what_a_dead_writer_left_is_swept_and_nothing_else(store: Store, sources: Path) -> None:
    sync(store, [sources])
    for name in ("terms_0000000000000000.seg", "catalogue_0000000000000000.rows", "notes.txt"):
        (store.folder / name).write_bytes(b"left over")
    sync(store)
    assert (store.folder / "notes.txt").exists()
    assert not list(store.folder.glob("*_0000000000000000.*"))


def test_nothing_to_index_is_an_error(store: Store) -> None:
    with pytest.raises(NothingToIndex):
        sync(store)


def test_a_path_that_is_not_there_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        sync(store, [tmp_path / "nowhere"])


def test_an_index_made_by_other_rules_is_refused_and_a_rebuild_mends_it(
    store: Store, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.text.analysis.RULES", 0)
    sync(store, [sources])
    monkeypatch.undo()
    with pytest.raises(IndexIncompatible, match="--rebuild"):
        sync(store)
    with pytest.raises(IndexIncompatible, match="--rebuild"):
        Searcher.open(store.folder)
    assert len(sync(store, rebuild=True).plan.added) == 3
    assert answers(store) == rebuilt(store, sources)


DIGESTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"))


@given(DIGESTS, DIGESTS)
def test_a_plan_turns_the_old_state_into_the_new(old: dict[str, str], new: dict[str, str]) -> None:
    made = plan(old, new)
    state = {id: digest for id, digest in old.items() if id not in made.removed}
    state.update({id: new[id] for id in (*made.added, *made.changed)})
    assert state == new
    assert not plan(state, new)
    assert {*made.added, *made.changed, *made.unchanged} == new.keys()


@pytest.mark.slow
def test_many_small_commits_equal_one_and_leave_few_segments(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(24):
        text = NOTICE.replace("8号", f"{number}号").replace("自查", f"自查{number}")
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
        if number % 5 == 4:
            (folder / f"{number - 2:02}.txt").unlink()
        sync(store, [folder])
    assert len(store.manifest().segments) <= 6
    assert answers(store) == rebuilt(store, folder)
    assert list(check(store.folder)) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_what_is_no_regular_file_is_named_and_never_waited_for(store: Store, sources: Path) -> None:
    os.mkfifo(sources / "pipe.txt")
    (sources / "endless.txt").symlink_to("/dev/zero")
    (sources / "dangling.txt").symlink_to("nowhere")
    report = sync(store, [sources])
    assert len(report.plan.added) == 3
    assert {(e.path.name, e.reason) for e in report.failed} == {
        ("pipe.txt", "not a regular file"),
        ("endless.txt", "not a regular file"),
        ("dangling.txt", "No such file or directory"),
    }
    (sources / "notice.txt").unlink()
    os.mkfifo(sources / "notice.txt")
    assert not sync(store).plan


def test_a_path_that_leads_nowhere_is_a_source_error(store: Store, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (loop, tmp_path / ("长" * 2000), loop / "inside"):
        with pytest.raises(SourceError):
            sync(store, [path])


def test_an_index_that_cannot_be_written_is_an_index_error(
    store: Store, sources: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "within"):
        with pytest.raises(IndexStateError, match="cannot be written"):
            sync(Store(folder), [sources])


def test_a_folder_takes_the_place_of_sources_within_it(store: Store, sources: Path) -> None:
    sync(store, [sources / "law", sources / "notice.txt"])
    report = sync(store, [sources])
    assert report.plan.removed == ("law/regulation.txt", "law/reply.md", "notice.txt")
    assert [root.name for root in store.manifest().sources] == ["docs"]
    assert answers(store) == rebuilt(store, sources)


def test_a_snapshot_reads_on_when_a_commit_has_deleted_its_files(
    store: Store, sources: Path
) -> None:
    (sources / "copy.txt").write_text(NOTICE, encoding="utf-8")
    sync(store, [sources])
    with store.snapshot() as kept, store.snapshot() as asked:
        families = asked.families
        expected = (families.committed, asked.links, families.hashes, families.same_document)
        before = set(store.folder.iterdir())
        sync(store, rebuild=True)
        (sources / "notice.txt").unlink()
        sync(store)
        assert len(before & set(store.folder.iterdir())) == 2  # the lock and the manifest
        families = kept.families
        assert (
            families.committed,
            kept.links,
            families.hashes,
            families.same_document,
        ) == expected
        assert kept.document(0) == asked.document(0)


def test_small_commits_merge_little_and_a_merge_does_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.storage.transaction._AT_ONCE", 30)

    def put(number: int) -> None:
        with store.transaction() as transaction:
            text = NOTICE.replace("食品", f"食品{number}")
            transaction.put(parse_document(text, f"{number:02}.txt"))

    put(0)
    sections = store.manifest().segments[0].section_count
    written = []
    for number in range(1, 24):
        before = {segment.id for segment in store.manifest().segments}
        put(number)
        segments = store.manifest().segments
        written += [segment.section_count for segment in segments if segment.id not in before]
    assert max(written) <= 30
    assert len(segments) > 24 * sections / 30
    before = store.manifest()
    store.merge()
    after = store.manifest()
    assert (len(after.segments), after.segments[0].section_count) == (1, 24 * sections)
    assert after.generation == before.generation + 1
    assert after.groups == before.groups
    assert list(check(store.folder)) == []
    store.merge()
    assert store.manifest() == after


def test_too_many_small_segments_are_merged_by_a_commit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.storage.transaction._AT_ONCE", 0)
    monkeypatch.setattr("indexer.storage.transaction._TIMES_ADDED", 1)
    monkeypatch.setattr("indexer.storage.transaction._MANY_SEGMENTS", 5)
    counts = []
    for number in range(12):
        with store.transaction() as transaction:
            transaction.put(parse_document(NOTICE, f"{number:02}.txt"))
        counts.append(len(store.manifest().segments))
    assert max(counts) == 6
    assert counts[6] == 1


def test_a_deleted_quarter_is_given_back_by_a_merge(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.storage.transaction._AT_ONCE", 0)
    with store.transaction() as transaction:
        for number in range(8):
            transaction.put(parse_document(NOTICE + str(number), f"{number}.txt"))
    with store.transaction() as transaction:
        for number in range(3):
            transaction.remove(f"{number}.txt")
    assert len(store.manifest().segments[0].deleted) == 3
    store.merge()
    (segment,) = store.manifest().segments
    assert not segment.deleted
    assert list(check(store.folder)) == []


def test_a_merge_makes_no_index_and_waits_for_no_other_writer(store: Store) -> None:
    store.merge()
    assert not store.exists()
    with store.transaction():
        store.merge()
    assert store.manifest().generation == 1


def test_the_generation_before_stays_whole_until_the_next_commit(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    first = store.manifest()
    (sources / "notice.txt").write_text(NOTICE.replace("食品", "消防"), encoding="utf-8")
    sync(store)
    assert store.previous() == first
    assert check_previous(store.folder) == []
    second = store.manifest()
    (sources / "law" / "reply.md").unlink()
    sync(store)
    assert store.previous() == second
    assert check_previous(store.folder) == []
    named = {file.name for state in (second, store.manifest()) for file in state.files}
    assert {path.name for path in store.folder.iterdir()} == {*named, "lock", NAME, PREVIOUS}


def test_restored_is_the_generation_before_and_a_run_catches_up_with_the_sources(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    before = answers(store)
    (sources / "new.txt").write_text(NOTICE.replace("食品", "消防"), encoding="utf-8")
    sync(store)
    expected, newest = answers(store), store.manifest()
    for damage in ("gone", "empty", "segment"):
        if damage == "gone":
            (store.folder / NAME).unlink()
        elif damage == "empty":
            (store.folder / NAME).write_bytes(b"")
        else:
            (store.folder / store.manifest().segments[-1].files[0].name).write_bytes(b"")
        with pytest.raises(IndexDamaged):
            Searcher.open(store.folder)
        with pytest.raises(IndexDamaged):
            sync(store)
        store.restore()
        assert answers(store) == before
        assert store.manifest().generation > newest.generation
        assert sync(store).plan.added == ("docs/new.txt",)
        assert answers(store) == expected
        newest = store.manifest()


def test_nothing_is_restored_from_a_generation_that_is_damaged_or_not_there(
    store: Store, sources: Path
) -> None:
    with pytest.raises(IndexDamaged, match="no generation before"):
        store.restore()
    sync(store, [sources])
    with pytest.raises(IndexDamaged, match="no generation before"):
        store.restore()
    (sources / "notice.txt").write_text(NOTICE.replace("食品", "消防"), encoding="utf-8")
    sync(store)
    only_before = {*store.previous().files} - {*store.manifest().files}
    for file in only_before:
        data = bytearray((store.folder / file.name).read_bytes())
        data[len(data) // 2] ^= 1
        (store.folder / file.name).write_bytes(data)
    expected, newest = answers(store), store.manifest()
    with pytest.raises(IndexDamaged, match="damaged too"):
        store.restore()
    assert store.manifest() == newest
    assert answers(store) == expected
    assert list(check(store.folder)) == []
    assert check_previous(store.folder)


def test_a_rebuild_knows_the_sources_though_the_manifest_is_lost(
    store: Store, sources: Path
) -> None:
    sync(store, [sources])
    (sources / "notice.txt").write_text(NOTICE.replace("食品", "消防"), encoding="utf-8")
    sync(store)
    expected = answers(store)
    (store.folder / NAME).write_bytes(b"garbage")
    assert len(sync(store, rebuild=True).plan.added) == 3
    assert answers(store) == expected
    assert list(check(store.folder)) == []


def test_lock_files_of_word_are_passed_over(store: Store, sources: Path) -> None:
    (sources / "~$notice.docx").write_bytes(b"\x05owner" + bytes(100))
    report = sync(store, [sources])
    assert not report.failed
    assert len(report.plan.added) == 3


def test_what_is_excluded_is_passed_over_and_leaves_the_index(store: Store, sources: Path) -> None:
    sync(store, [sources])
    assert sync(store, exclude=["*.md"]).plan.removed == ("docs/law/reply.md",)
    report = sync(store, exclude=["law/*"])
    assert report.plan.removed == ("docs/law/regulation.txt",)
    assert not report.plan.added
    assert sync(store, exclude=["notice"]).plan.added == (
        *("docs/law/regulation.txt", "docs/law/reply.md"),
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_warnings_of_readers_are_told_when_a_file_is_read(
    store: Store, sources: Path, workers: int
) -> None:
    (sources / "bad.txt").write_bytes(NOTICE.encode() + b"\xff")
    (sources / "page.doc").write_text(f"<html><body><p>{REPLY}</p></body></html>", "utf-8")
    report = sync(store, [sources], workers=workers)
    assert {id: [w.code for w in warnings] for id, warnings in report.warned.items()} == {
        "docs/bad.txt": ["replaced-bytes"],
        "docs/page.doc": ["misnamed"],
    }
    assert "first: byte" in report.warned["docs/bad.txt"][0].message
    assert not sync(store).warned
