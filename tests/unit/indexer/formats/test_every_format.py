"""The same document is the same document whatever file it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Document, Store, read_document, sync
from indexer.storage.check import check
from searcher import Searcher
from tests.support.make_formats import NOTICE, notice_docx, notice_html, notice_ofd, notice_pdf

TEXT = "\n".join(NOTICE) + "\n"


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("six") / "docs"
    folder.mkdir()
    files = {
        "notice.txt": TEXT.encode(),
        "gb.txt": TEXT.encode("gb18030"),
        "notice.html": notice_html(),
        "notice.docx": notice_docx(),
        "notice.pdf": notice_pdf(),
        "notice.ofd": notice_ofd(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def said(document: Document) -> object:
    """What a document says of itself and how it is built, without places in the text."""
    metadata = document.metadata
    facts = (metadata.title, metadata.doc_number, metadata.date, metadata.doc_type)
    return (
        [fact and fact.value for fact in (*facts, metadata.addressee, *metadata.issuers)],
        [fact.value for fact in metadata.attachments],
        [(s.kind, s.path, s.heading, s.anchor) for s in document.sections],
    )


@pytest.mark.parametrize(
    "name", ["gb.txt", "notice.html", "notice.docx", "notice.pdf", "notice.ofd"]
)
def test_every_format_gives_the_same_outline_and_metadata(six: Path, name: str) -> None:
    expected = said(read_document(six / "notice.txt"))
    assert said(read_document(six / name)) == expected


def test_six_files_of_one_document_are_one_hit_with_six_places(six: Path, store: Store) -> None:
    report = sync(store, [six])
    assert len(report.plan.added) == 6
    assert not report.failed
    assert list(check(store.folder)) == []
    with Searcher.open(store.folder) as searcher:
        results = searcher.search('"专款专用"')
        assert results.total == 1
        hit = results.hits[0]
        assert hit.path == ("二", "（二）", "1")
        assert {hit.document, *(place.document for place in hit.copies)} == {
            f"docs/{path.name}" for path in six.iterdir()
        }
        assert searcher.search("山区道路养护", limit=1).hits[0].copies
