"""A generation that is being read stays whole, whatever a writer does meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import DocumentNotFound, IndexDamaged, Store
from indexer.documents.read import parse_document
from indexer.storage import snapshot as snapshot_module
from indexer.storage.manifest import Manifest, read_manifest
from indexer.storage.names import find_document
from indexer.storage.snapshot import Snapshot
from tests.support.documents import LIBRARY, NOTICE


def put(store: Store, text: str, id: str = "notice.txt") -> None:
    with store.transaction(rebuild=True) as transaction:
        transaction.put(parse_document(text, id))


def test_an_index_whose_files_are_deleted_while_it_is_opened_is_opened_at_the_newest_generation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, NOTICE)
    old = store.manifest()
    for number in range(2):  # two generations are kept, so that the first is swept now
        put(store, f"{NOTICE}{number}")
    assert not any((store.folder / file.name).exists() for file in old.segments[0].files)
    given: list[Manifest] = [old]  # what a reader read before the writer was done

    def read(folder: Path) -> Manifest:
        return given.pop() if given else read_manifest(folder)

    monkeypatch.setattr(snapshot_module, "read_manifest", read)
    with Snapshot.open(store.folder) as snapshot:
        assert snapshot.manifest == store.manifest()
        assert snapshot.document(0).text == f"{NOTICE}1"
    assert not given


def test_an_index_without_one_of_its_files_is_damaged(store: Store) -> None:
    put(store, NOTICE)
    gone = store.manifest().segments[0].files[0].name
    (store.folder / gone).unlink()
    with pytest.raises(IndexDamaged, match=f"{gone} is missing"):
        Snapshot.open(store.folder)


def test_a_document_is_found_by_any_name_that_is_its_alone(store: Store) -> None:
    with store.transaction() as transaction:
        for id, text in LIBRARY.items():
            transaction.put(parse_document(text, id))
    with store.snapshot() as snapshot:
        numbering = snapshot.numbering
        notice = numbering.by_id["notice.txt"]
        for name in ("notice.txt", "/notice.txt", "notice", "青教办〔2019〕8号", "校园食品安全"):
            assert find_document(numbering, name) == notice, name
        with pytest.raises(DocumentNotFound, match=r"may be any of 2 documents: law/.*, law/"):
            find_document(numbering, "law/")
        with pytest.raises(DocumentNotFound, match="no document"):
            find_document(numbering, "nothing")


def test_every_section_is_of_the_document_whose_sections_it_is_among(store: Store) -> None:
    with store.transaction() as transaction:
        for id, text in LIBRARY.items():
            transaction.put(parse_document(text, id))
    with store.snapshot() as snapshot:
        numbering = snapshot.numbering
        sections = [(n, i) for i in range(len(numbering.rows)) for n in numbering.sections_of(i)]
        assert [number for number, _ in sections] == [*range(numbering.section_count)]
        assert all(numbering.document_of(number) == index for number, index in sections)
        assert sorted(map(numbering.result_order, range(numbering.section_count))) == [
            (numbering.rows[index].id, number - numbering.firsts[index])
            for number, index in sorted(sections, key=lambda pair: numbering.rows[pair[1]].id)
        ]
        every = snapshot.terms.all()
        assert numbering.counts(every) == [row.section_count for row in numbering.rows]
