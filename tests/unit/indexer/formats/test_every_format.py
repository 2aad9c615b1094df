"""The same document is the same document whatever file it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Document, Store, read_document, sync
from indexer.storage.check import check
from searcher import Searcher
from tests.support.make_formats import (
    NOTICE,
    notice_docx,
    notice_html,
    notice_ofd,
    notice_pdf,
    zipped,
)
from tests.support.make_office import mail, notice_doc, notice_mht, notice_odt, notice_rtf

TEXT = "\n".join(NOTICE) + "\n"


@pytest.fixture(scope="module")
def every_format(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("every") / "docs"
    folder.mkdir()
    files = {
        "notice.txt": TEXT.encode(),
        "gb.txt": TEXT.encode("gb18030"),
        "notice.html": notice_html(),
        "notice.docx": notice_docx(),
        "notice.pdf": notice_pdf(),
        "notice.ofd": notice_ofd(),
        "notice.doc": notice_doc(),
        "notice.rtf": notice_rtf(),
        "notice.odt": notice_odt(),
        "notice.mht": notice_mht(),
        "notice.eml": mail(NOTICE[0], "\n".join(NOTICE[1:])),
        "notice.zip": zipped({"inner.docx": notice_docx()}),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def said(document: Document) -> object:
    """Returns what a document says of itself and how it is built, without places in the text."""
    metadata = document.metadata
    facts = (metadata.title, metadata.doc_number, metadata.date, metadata.doc_type)
    return (
        [fact and fact.value for fact in (*facts, metadata.addressee, *metadata.issuers)],
        [fact.value for fact in metadata.attachments],
        [(s.kind, s.path, s.heading, s.anchor) for s in document.sections],
    )


@pytest.mark.parametrize(
    "name",
    [
        *("gb.txt", "notice.html", "notice.docx", "notice.pdf", "notice.ofd", "notice.doc"),
        *("notice.rtf", "notice.odt", "notice.mht", "notice.eml", "notice.zip/inner.docx"),
    ],
)
def test_every_format_gives_the_same_outline_and_metadata(every_format: Path, name: str) -> None:
    expected = said(read_document(every_format / "notice.txt"))
    assert said(read_document(every_format / name)) == expected


def test_twelve_files_of_one_document_are_one_hit_with_all_places(
    every_format: Path, store: Store
) -> None:
    report = sync(store, [every_format])
    assert len(report.plan.added) == 12
    assert not report.failed
    assert not report.warned
    assert list(check(store.folder)) == []
    with Searcher.open(store.folder) as searcher:
        results = searcher.search('"专款专用"')
        assert results.total == 1
        hit = results.hits[0]
        assert hit.path == ("二", "（二）", "1")
        assert {hit.document, *(place.document for place in hit.copies)} == {
            f"docs/{path.name}" + ("/inner.docx" if path.suffix == ".zip" else "")
            for path in every_format.iterdir()
        }
        assert searcher.search("山区道路养护", limit=1).hits[0].copies
