"""An index from elsewhere may be anything: it is answered with an error, and none of it is run."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer import PolicySearchError, Store, sync, whoosh_index
from indexer.storage.check import check, check_previous
from indexer.storage.manifest import NAME, PREVIOUS, read_manifest
from indexer.storage.schema import FORMAT_VERSION
from indexer.storage.segment_writer import flushed
from searcher import Searcher
from tests.support.documents import LIBRARY

FLIPS = 8  # bits of each file, one at a time


def _write(sources: Path) -> None:
    for name, text in LIBRARY.items():
        path = sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two generations; the newer has two segments, one with a deleted document."""
    folder = tmp_path_factory.mktemp("hostile")
    _write(folder / "sources")
    (folder / "sources" / "again.txt").write_text(LIBRARY["law/regulation.txt"], encoding="utf-8")
    store = Store(folder / "index")
    sync(store, [folder / "sources"])
    (folder / "sources" / "law" / "reply.md").unlink()
    (folder / "sources" / "more.txt").write_text("关于校园食品安全的通知\n", encoding="utf-8")
    sync(store)
    assert [bool(s.deleted) for s in store.manifest().segments] == [True, False]
    return store.folder


def use(folder: Path) -> None:
    """Everything that reads an index."""
    with Searcher.open(folder) as searcher:
        results = searcher.search('学校 食品 "责任追究" 标题:条例', limit=10)
        assert results.total >= len(results)
        for hit in results.hits:
            searcher.explain("学校", hit)
            searcher.document(hit.document)
            searcher.similar(hit.document, hit.anchor, limit=2)
        searcher.verify("校长是第一责任人")
        searcher.missing()
    for problem in check(folder):
        assert "\n" not in problem
    check_previous(folder)


def use_and_mend(folder: Path) -> list[str]:
    """The errors raised on the way; any but those raised on purpose escape."""
    errors = []

    def attempt(what: Callable[[], object]) -> None:
        try:
            what()
        except PolicySearchError as error:
            assert "\n" not in str(error)
            errors.append(type(error).__name__)

    store = Store(folder)
    attempt(lambda: use(folder))
    attempt(lambda: sync(store))
    attempt(store.merge)
    attempt(store.restore)
    return errors


def _copy(whole: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(whole, place, copy_function=os.link))


def _put(path: Path, data: bytes) -> None:
    path.unlink()  # what is linked to it stays as it was
    path.write_bytes(data)


@pytest.mark.slow
def test_a_flipped_bit_anywhere_is_survived_and_a_rebuild_mends_it(
    whole: Path, tmp_path: Path
) -> None:
    chance = random.Random(20021231)
    errors = 0
    for name in sorted(path.name for path in whole.iterdir() if path.stat().st_size):
        size = (whole / name).stat().st_size
        for place in {0, size - 1, *(chance.randrange(size) for _ in range(FLIPS))}:
            folder = _copy(whole, whole.with_name("damaged"))
            data = bytearray((folder / name).read_bytes())
            data[place] ^= 1 << chance.randrange(8)
            _put(folder / name, data)
            assert list(check(folder)) or name not in _newest(whole)
            errors += bool(use_and_mend(folder))
        sync(Store(folder), [whole.with_name("sources")], rebuild=True)
        assert list(check(folder)) == []
    assert errors


def _newest(folder: Path) -> set[str]:
    return {NAME, *(file.name for file in read_manifest(folder).files)}


@pytest.mark.slow
def test_a_file_that_is_gone_cut_off_empty_or_other_is_survived(whole: Path) -> None:
    for path in sorted(whole.iterdir()):
        data = path.read_bytes()
        nested = b"[" * 200_000
        for other in (None, b"", data[: len(data) // 2], data + b"\0", nested, bytes(len(data))):
            folder = _copy(whole, whole.with_name("damaged"))
            (folder / path.name).unlink()
            if other is not None:
                (folder / path.name).write_bytes(other)
            use_and_mend(folder)


HOSTILE: list[Any] = [
    None,
    -1,
    1 << 70,
    1.5,
    "",
    "../../etc/passwd",
    "长" * 500,
    [],
    {},
    [[]],
    True,
]


@pytest.mark.slow
def test_a_manifest_with_a_right_checksum_may_say_anything(whole: Path) -> None:
    body = (whole / NAME).read_bytes().split(b"\n")[1]
    for place in _places(json.loads(body)):
        for value in HOSTILE:
            fields = json.loads(body)
            inner = fields
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
            folder = _copy(whole, whole.with_name("damaged"))
            _put(folder / NAME, _manifest(json.dumps(fields).encode()))
            _put(folder / PREVIOUS, _manifest(json.dumps(fields).encode()))
            use_and_mend(folder)
    for text in (b"[]", b"3", b"{}", b"[" * 200_000, b"", b"nul"):
        folder = _copy(whole, whole.with_name("damaged"))
        _put(folder / NAME, _manifest(text))
        assert use_and_mend(folder)


@pytest.mark.slow
def test_a_catalogue_with_a_right_checksum_may_say_anything(whole: Path) -> None:
    manifest = read_manifest(whole)
    segment = manifest.segments[0]
    name = next(file.name for file in segment.files if file.name.endswith(".rows"))
    body = (whole / name).read_bytes()
    for column in json.loads(body):
        for value in HOSTILE:
            fields = json.loads(body)
            fields[column][1] = value
            folder = _copy(whole, whole.with_name("damaged"))
            _put(folder / name, json.dumps(fields).encode())
            files = [file for file in segment.files if file.name != name]
            forged = replace(segment, files=(*files, flushed(folder / name)))
            segments = (forged, *manifest.segments[1:])
            _put(folder / NAME, replace(manifest, segments=segments).encode())
            use_and_mend(folder)


def _manifest(body: bytes) -> bytes:
    return b"policysearch %d %08x\n%s\n" % (FORMAT_VERSION, zlib.crc32(body), body)


def _places(value: Any) -> list[list[Any]]:
    """The way to every value within a value; of lists, to the first."""
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value))[:1] if isinstance(value, list) else []
    return [[key, *rest] for key, item in inner for rest in ([], *_places(item))]


def test_no_code_is_read_from_an_index(whole: Path) -> None:
    seen: list[str] = []
    watching = False

    def hook(event: str, _: object) -> None:
        if watching and event.startswith(("pickle.", "marshal.", "exec", "compile")):
            seen.append(event)

    def everything() -> None:
        folder = _copy(whole, whole.with_name("watched"))
        use(folder)
        with whoosh_index(folder).searcher() as searcher:
            assert searcher.doc_count()
        store = Store(folder)
        store.restore()
        sync(store)
        store.merge()
        sync(store, rebuild=True)

    everything()  # what is imported on the way is code, and is imported now
    sys.addaudithook(hook)
    watching = True
    try:
        everything()
    finally:
        watching = False
    assert seen == []
