"""One writer at a time; generations and file names that cannot be mistaken for others."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer import IndexDamaged, IndexLocked, IndexStateError, Store
from indexer.documents.read import parse_document
from indexer.storage.manifest import NAME, Manifest, Root
from indexer.storage.schema import FORMAT_VERSION
from tests.support.documents import NOTICE

WRITER = """
import sys, time
from pathlib import Path
from indexer import Store
with Store(Path(sys.argv[1])).transaction():
    print("writing", flush=True)
    time.sleep(600)
"""


def put(store: Store, id: str = "notice.txt", *, rebuild: bool = False) -> None:
    with store.transaction(rebuild=rebuild) as transaction:
        transaction.put(parse_document(NOTICE + id, id))


@contextmanager
def another_writer(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        try:
            assert writer.stdout.readline() == b"writing\n"
            yield writer
        finally:
            writer.kill()


def test_of_two_writers_the_second_is_told_so_at_once_and_a_killed_one_lets_go(
    store: Store,
) -> None:
    put(store)
    before = store.manifest()
    with another_writer(store.folder) as writer:
        with pytest.raises(IndexLocked, match=r"another process is writing .* try again"):
            put(store)
        with pytest.raises(IndexLocked):
            store.restore()
        store.merge()  # leaves it to the other
        with store.snapshot() as snapshot:
            assert snapshot.manifest == before
        writer.kill()
        writer.wait()
        put(store)
    assert store.manifest().generation == before.generation + 1
    assert (store.folder / "lock").exists()


def test_two_writers_of_one_process_keep_each_other_out_too(store: Store) -> None:
    with store.transaction(), pytest.raises(IndexLocked):
        put(Store(store.folder))
    put(store)


def test_what_only_reads_imports_no_lock(store: Store) -> None:
    put(store)
    code = (
        "import sys; from searcher import Searcher\n"
        "with Searcher.open(sys.argv[1]) as searcher: assert searcher.search('食品').hits\n"
        "print([name for name in ('filelock', 'whoosh') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(store.folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_a_number_of_a_generation_never_comes_again_after_damage(store: Store) -> None:
    """A searcher that has a generation open must see that the one of a rebuild is another."""
    put(store)
    with store.transaction() as transaction:
        transaction.sources = (Root("docs", "docs"),)  # a commit of a manifest and nothing else
    lost = store.manifest().generation
    assert lost == 2
    (store.folder / NAME).write_bytes(b"damaged")
    put(store, rebuild=True)
    assert store.manifest().generation > lost


ELSEWHERE = ["../a", "/etc/passwd", "a/b", "..", ".", "", "a\\b", "C:a", "a\0", "a\n"]


@pytest.mark.parametrize("at", ["file", "segment", "groups", "dictionary"])
def test_a_manifest_names_no_file_outside_the_folder(store: Store, at: str) -> None:
    put(store)
    fields = json.loads((store.folder / NAME).read_bytes().split(b"\n")[1])
    segment = fields["segments"][0]
    places = {"file": segment["files"][0], "segment": segment, **fields}
    for name in ELSEWHERE:
        places[at]["id" if at == "segment" else "name"] = name
        with pytest.raises(IndexDamaged):
            Manifest.decode(of_body(json.dumps(fields).encode()))


def of_body(body: bytes) -> bytes:
    """The manifest with this second line, its checksum right."""
    return b"policysearch %d %08x\n%s\n" % (FORMAT_VERSION, zlib.crc32(body), body)


def test_what_a_manifest_names_outside_the_folder_is_neither_read_nor_deleted(
    store: Store, tmp_path: Path
) -> None:
    put(store)
    outside = tmp_path / "terms_outside.columns"
    outside.write_text("kept", encoding="utf-8")
    _, body, _ = (store.folder / NAME).read_bytes().split(b"\n")
    name = json.loads(body)["dictionary"]["name"].encode()
    forged = body.replace(name, b"../terms_outside.columns")
    assert forged != body
    (store.folder / NAME).write_bytes(of_body(forged))
    with pytest.raises(IndexStateError):
        store.snapshot()
    with pytest.raises(IndexStateError):
        put(store)
    put(store, rebuild=True)
    assert outside.read_text(encoding="utf-8") == "kept"
