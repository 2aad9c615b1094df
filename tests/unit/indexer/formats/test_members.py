"""A zip archive is a folder: its members are documents, within bounds and never outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Store, read_document, sync
from indexer.errors import SourceError, SourceTooLarge
from indexer.formats import Limits, members, read_member
from searcher import Searcher
from tests.support.make_formats import NOTICE, notice_docx, notice_ofd, zipped
from tests.support.make_office import zipped_as

TEXT = ("\n".join(NOTICE) + "\n").encode()


def put(folder: Path, data: bytes, name: str = "a.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_members_are_named_as_in_a_folder_and_read_by_that_name(tmp_path: Path) -> None:
    path = put(tmp_path, zipped({"附件/通知.docx": notice_docx(), "说明.txt": TEXT}))
    found = members(path)
    assert found is not None
    assert found.names == ("附件/通知.docx", "说明.txt")
    assert read_member(path / "说明.txt") == TEXT
    assert read_document(path / "附件/通知.docx").text == TEXT.decode()


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "cp932", "cp950"])
def test_names_in_the_encoding_of_an_old_tool_are_readable(tmp_path: Path, codec: str) -> None:
    name = {"cp932": "文章集", "cp950": "財政部通知"}.get(codec, "附件一") + ".txt"
    found = members(put(tmp_path, zipped_as({name.encode(codec): TEXT})))
    assert found is not None
    assert found.names == (name,)


def test_archives_within_archives_are_read_until_nested_too_deep(tmp_path: Path) -> None:
    data = zipped({"深.txt": TEXT})
    for _ in range(3):
        data = zipped({"内.zip": data, "层.txt": TEXT})
    path = put(tmp_path, data)
    found = members(path)
    assert found is not None
    assert found.names[0] == "内.zip/内.zip/内.zip/深.txt"
    assert read_member(path / found.names[0]) == TEXT
    deeper = members(put(tmp_path, zipped({"内.zip": data, "浅.txt": TEXT}), "b.zip"))
    assert deeper is not None
    assert "浅.txt" in deeper.names
    assert not any("深" in name for name in deeper.names)
    assert "too deep" in str(deeper.failed[0])


@pytest.mark.parametrize("name", ["../危险.txt", "a/../../b.txt", "/etc/passwd.txt"])
def test_a_name_that_leads_out_is_refused_and_told(tmp_path: Path, name: str) -> None:
    found = members(put(tmp_path, zipped({name: TEXT, "好.txt": TEXT})))
    assert found is not None
    if name.startswith("/"):
        assert "etc/passwd.txt" in found.names or found.failed
    else:
        assert found.names == ("好.txt",)
        assert "leads out" in str(found.failed[0])


def test_bounds_hold_for_count_and_ratio(tmp_path: Path) -> None:
    many = put(tmp_path, zipped({f"{n}.txt": b"a" for n in range(6)}))
    with pytest.raises(SourceTooLarge, match="over 5 files"):
        members(many, Limits(parts=5))
    bomb = put(tmp_path, zipped({"a.txt": bytes(30_000_000)}), "bomb.zip")
    with pytest.raises(SourceTooLarge, match="250 fold"):
        read_member(bomb / "a.txt")


def test_a_document_in_a_container_is_no_archive(tmp_path: Path) -> None:
    assert members(put(tmp_path, notice_docx())) is None
    assert members(put(tmp_path, notice_ofd())) is None


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, zipped({"a.txt": TEXT}))
    for missing in (path / "b.txt", tmp_path / "no" / "b.txt", path / "a.txt" / "c.txt"):
        with pytest.raises(SourceError):
            read_document(missing)


def test_an_index_follows_the_members_of_an_archive(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    path = put(folder, zipped({"甲.txt": TEXT, "乙.jpg": b"\xff\xd8\xff"}))
    report = sync(store, [folder])
    assert report.plan.added == ("docs/a.zip/甲.txt",)
    assert report.ignored == {".jpg": 1}
    put(folder, zipped({"甲.txt": TEXT, "丙.txt": TEXT + b"\n2022"}))
    assert sync(store).plan.added == ("docs/a.zip/丙.txt",)
    path.write_bytes(b"PK\x03\x04 broken")
    report = sync(store)
    assert not report.plan
    assert "zip container" in str(report.failed[0])
    path.unlink()
    assert len(sync(store).plan.removed) == 2
    with Searcher.open(store.folder) as searcher:
        assert not searcher.search("养护").total
