"""Office files besides .docx: each gives its text in order, and damage costs a message."""

from __future__ import annotations

import contextlib
import datetime
import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats import Limits, Source, read_source
from tests.support.make_formats import NOTICE, notice_docx, notice_html, zipped
from tests.support.make_office import (
    changed_odt,
    doc,
    mail,
    notice_doc,
    notice_mht,
    notice_odt,
    notice_pptx,
    notice_rtf,
    numbered_odt,
    ole,
    ppt,
    rtf,
    rtf_row,
    table_pptx,
    xls,
    xlsx,
)

MADE: dict[str, Callable[[], bytes]] = {
    "notice.rtf": notice_rtf,
    "notice.odt": notice_odt,
    "notice.doc": notice_doc,
    "notice.wps": notice_doc,
    "notice.mht": notice_mht,
}
SHEETS = {"表一": [["序号", "金额"], [1, 2.5], [None, "合计"]], "表二": [["说明"]]}
OTHERS: dict[str, Callable[[], bytes]] = {
    "a.xlsx": lambda: xlsx(SHEETS),
    "a.xls": lambda: xls(SHEETS),
    "a.pptx": lambda: notice_pptx([["标题", "正文"]]),
    "a.ppt": lambda: ppt([("标题", "正文")]),
    "a.eml": lambda: mail("主题", "正文", {"附件.doc": notice_doc()}),
}


def read(name: str, data: bytes, **limits: int) -> Source:
    return read_source(Path(name), data, limits=Limits(**limits))


def lines(name: str, data: bytes) -> list[str]:
    return read(name, data).text.splitlines()


@pytest.mark.parametrize("name", MADE)
def test_a_notice_is_read_whole(name: str) -> None:
    source = read(name, MADE[name]())
    assert source.text.splitlines() == list(NOTICE)
    assert source.warnings == ()


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("a.doc", notice_html(), "html"),
        ("a.doc", notice_docx(), "docx"),
        ("a.wps", notice_docx(), "docx"),
        ("a.docx", notice_rtf(), "rtf"),
        ("a.doc", notice_rtf(), "rtf"),
        ("a.docx", notice_doc(), "doc"),
        ("a.doc", notice_mht(), "mail"),
        ("a.txt", notice_html(), "html"),
        ("a.zip", notice_docx(), "docx"),
        ("a.doc", "\n".join(NOTICE).encode("gb18030"), "text"),
        ("a.xls", xlsx(SHEETS), "xlsx"),
    ],
)
def test_the_content_decides_the_format_and_a_wrong_name_is_told(
    name: str, data: bytes, format: str
) -> None:
    source = read(name, data)
    assert source.format == format
    assert [warning.code for warning in source.warnings] == ["misnamed"]


def test_the_suffix_decides_among_texts() -> None:
    assert read("a.md", b"<p>*a*</p> <p>b</p>").format == "markdown"
    assert read("a.txt", "以 <p> 开头的行。".encode()).format == "text"


def test_a_row_of_rich_text_is_one_line_with_the_paragraphs_of_its_cells() -> None:
    body = (
        "\\pard 附件\\par\n"
        + rtf_row("甲\\par 乙", "丙")
        + rtf_row("丁", "", "戊")
        + "\\pard 完\\par"
    )
    assert lines("a.rtf", rtf(body)) == ["附件", "甲 乙\t丙", "丁\t\t戊", "完"]


def test_rich_text_in_a_font_declared_as_western_is_no_mojibake() -> None:
    assert lines("a.rtf", rtf("\\pard 为进一步做好养护工作\\par", charset=0)) == [
        "为进一步做好养护工作"
    ]


def test_characters_beyond_the_basic_plane_and_escapes_of_rich_text() -> None:
    assert lines("a.rtf", rtf("\\pard \\u-10179?\\u-8891?\\u36890?\\par")) == ["\U0001f545通"]


def test_footnotes_of_rich_text_are_told() -> None:
    source = read("a.rtf", rtf("\\pard 正文{\\footnote 注}。\\par"))
    assert source.text == "正文。\n"
    assert [(w.code, w.count) for w in source.warnings] == [("no-notes", 1)]


def test_lists_of_opendocument_have_their_numbers() -> None:
    assert lines("a.odt", numbered_odt(["甲", "乙"])) == ["第一条 甲", "第二条 乙"]


def test_deleted_text_of_opendocument_is_left_out_and_blanks_are_kept() -> None:
    assert lines("a.odt", changed_odt()) == ["甲  乙\t丙"]


def test_tables_notes_and_deletions_of_word_97() -> None:
    body = "表\r序号\x07单\r位\x07\x071\x07市局\x07\x07完\r"
    found = lines("a.doc", doc(body, notes="注一\r", row_ends=True))
    assert found[0] == "表"
    assert found[-2:] == ["完", "注一"]
    assert "1\t市局" in found
    assert lines("a.doc", doc("第一条 甲。删去。乙。\r", gone=(6, 9))) == ["第一条 甲。乙。"]


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        (39, "第\0条", "第一条 甲"),
        (37, "（\0）", "（一）甲"),
        (0, "\0.", "1.甲"),
        (18, "\0", "① 甲"),
        (23, "\uf0b7", "甲"),
    ],
)
def test_automatic_numbers_of_word_97_are_counted(code: int, text: str, shown: str) -> None:
    data = doc("甲\r乙\r", numbered=(code, text))
    assert lines("a.doc", data)[0] == shown
    assert read("a.doc", data).warnings == ()


def test_the_code_of_a_field_is_no_text() -> None:
    assert lines("a.doc", doc("见\x13 HYPERLINK x \x14附件\x15。\r")) == ["见附件。"]


def test_slides_come_in_order_without_their_master() -> None:
    assert lines("a.ppt", ppt([("一", "二\r三"), ("四", "五")])) == ["一", "二", "三", "四", "五"]
    assert lines("a.pptx", notice_pptx([["一", "二"], ["三", "四"]])) == ["一", "二", "三", "四"]


def test_tables_and_notes_of_slides() -> None:
    assert lines("a.pptx", table_pptx([["甲", "乙"], ["丙", "丁"]], "备注")) == [
        *("甲\t乙", "丙\t丁", "备注")
    ]


@pytest.mark.parametrize(("make", "name"), [(xlsx, "a.xlsx"), (xls, "a.xls"), (xls, "a.et")])
def test_sheets_are_rows_under_their_names(make: Callable[..., bytes], name: str) -> None:
    assert lines(name, make(SHEETS)) == ["表一", "序号\t金额", "1\t2.5", "合计", "表二", "说明"]


@pytest.mark.parametrize(("make", "name"), [(xlsx, "a.xlsx"), (xls, "a.xls")])
def test_cells_read_as_a_person_reads_them(make: Callable[..., bytes], name: str) -> None:
    cells = [3.0, 1234567, 0.1 + 0.2, True, datetime.date(2021, 6, 18), "多\n行"]
    assert lines(name, make({"表": [cells]})) == ["3\t1234567\t0.3\t是\t2021-06-18\t多 行"]


def test_a_sheet_with_one_far_cell_costs_no_more_than_its_limit() -> None:
    book = zipped(_with_far_cell(xlsx({"表": [["甲"]]})))
    with pytest.raises(SourceTooLarge, match="cells"):
        read("a.xlsx", book, cells=1000)


def _with_far_cell(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    sheet = bytes(members[name])
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return {**members, name: sheet.replace(b"</sheetData>", cell)}


def test_a_workbook_that_unpacks_beyond_its_bound_is_not_opened() -> None:
    bomb = zipped({**_with_far_cell(xlsx(SHEETS)), "xl/media/a.bin": bytes(50_000_000)})
    with pytest.raises(SourceTooLarge, match="250 fold"):
        read("a.xlsx", bomb)


def test_what_is_protected_or_unknown_is_named() -> None:
    with pytest.raises(SourceError, match="password"):
        read("a.docx", ole({"EncryptedPackage": b"x"}))
    with pytest.raises(UnsupportedFormat, match="unknown kind"):
        read("a.wps", ole({"CONTENTS": b"x", "MatOST": b"x"}))


@pytest.mark.parametrize("package", ["olefile", "xlrd", "openpyxl", "striprtf"])
def test_a_missing_extra_is_named_with_the_command(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    files = {"olefile": "notice.doc", "xlrd": "a.xls", "openpyxl": "a.xlsx"}
    name = files.get(package, "notice.rtf")
    data = (MADE | OTHERS)[name]()
    for module in [module for module in sys.modules if module.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    for module in ("doc", "rtf", "sheets"):
        monkeypatch.delitem(sys.modules, f"indexer.formats.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UnsupportedFormat, match=r"pip install 'policysearch\[formats\]'"):
        read(name, data)


@pytest.mark.parametrize("name", [*MADE, *OTHERS])
def test_damage_costs_a_message_and_nothing_else(name: str) -> None:
    data = (MADE | OTHERS)[name]()
    dice = random.Random(name)
    for _ in range(60):
        damaged = bytearray(data[: dice.randrange(1, len(data))] if dice.random() < 0.3 else data)
        for _ in range(dice.randrange(1, 30)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            assert read(name, bytes(damaged)).text
        except SourceError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.rtf", b"{\\rtf1 " + b"\\trowd " * 100_000 + b"a}"),
        ("a.rtf", b"{\\rtf1{\\fonttbl" + b"\\f0" * 100_000 + b"}a}"),
        ("a.rtf", b"{\\rtf1 " + b"{\\field{\\*\\fldinst{ HYPERLINK " * 50_000 + b"a}"),
        ("a.rtf", b"{\\rtf1 " + b"{" * 300_000 + b"a}"),
        ("a.doc", doc("甲" * 20_000 + "\r", numbered=(0, "\0."))),
        ("a.eml", b"Subject: a\n\n" + b"From: x\n" * 100_000),
    ],
)
def test_hostile_repetition_takes_linear_time(name: str, data: bytes) -> None:
    import time

    start = time.process_time()
    with contextlib.suppress(SourceError):
        read(name, data)
    assert time.process_time() - start < 5
