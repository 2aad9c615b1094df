"""A check finds what checksums cannot: terms that are not those of the documents."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from indexer.documents.read import parse_document
from indexer.storage import records as record
from indexer.storage.check import check
from indexer.storage.index_entry import terms_of
from indexer.storage.manifest import NAME, read_manifest
from indexer.storage.segment_writer import flushed, new_terms
from indexer.storage.store import Store
from indexer.text.analysis import Analyzer
from tests.support.documents import LIBRARY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two segments, one with a deleted document."""
    names = sorted(LIBRARY)
    shortest = min(names, key=lambda name: len(LIBRARY[name]))
    for part in (names, [shortest]):
        with Store(tmp_path).transaction() as transaction:
            for name in part:
                transaction.put(parse_document(LIBRARY[name], name))
    assert len(read_manifest(tmp_path).segments) == 2
    return tmp_path


def test_a_whole_index_has_nothing_wrong(folder: Path) -> None:
    assert list(check(folder)) == []


def test_many_documents_at_once_make_several_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.storage.segment_writer.MOST_SECTIONS", 20)
    monkeypatch.setattr("indexer.storage.transaction.MOST_SECTIONS", 20)
    texts = {f"{n}/{name}": text for n in range(4) for name, text in LIBRARY.items()}
    with Store(tmp_path).transaction() as transaction:
        for id, text in texts.items():
            transaction.put(parse_document(text, id))
    segments = read_manifest(tmp_path).segments
    assert len(segments) > 2
    assert all(segment.section_count for segment in segments)
    assert list(check(tmp_path)) == []
    with Store(tmp_path).snapshot() as snapshot:
        assert {row.id for row in snapshot.rows} == texts.keys()


def test_terms_of_another_text_are_found_though_all_checksums_are_right(
    folder: Path, analyzer: Analyzer
) -> None:
    manifest = read_manifest(folder)
    segment = manifest.segments[0]
    with Store(folder).snapshot() as snapshot:
        rows = snapshot.segments[0].rows
    terms = new_terms()
    for row in rows:
        text = LIBRARY[row.id].replace("的", "之", 1)
        terms.add(*terms_of(parse_document(text, row.id), analyzer))
    old = segment.files[0]
    (folder / old.name).unlink()
    terms.finish(range(terms.sections)).write(folder / old.name)
    forged = dataclasses.replace(segment, files=(flushed(folder / old.name), *segment.files[1:]))
    manifest = dataclasses.replace(manifest, segments=(forged, *manifest.segments[1:]))
    (folder / NAME).write_bytes(manifest.encode())
    (problem,) = check(folder)
    assert problem.startswith(old.name)
    assert "bigrams.postings" in problem


def test_a_section_shown_as_another_is_found_though_all_checksums_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = record._shown
    monkeypatch.setattr(record, "_shown", lambda one: shown(one._replace(line=one.line + 1)))
    with Store(tmp_path).transaction() as transaction:
        transaction.put(parse_document(LIBRARY["notice.txt"], "notice.txt"))
    (problem,) = check(tmp_path)
    assert problem == "notice.txt: the cards that hits are shown by are not those of its sections"
