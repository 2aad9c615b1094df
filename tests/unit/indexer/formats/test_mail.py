"""Mails and web archives: the text with its attachments, and what is left out is told."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from indexer.errors import SourceTooLarge
from indexer.formats import Limits, Source, read_source
from tests.support.make_formats import NOTICE, notice_docx, notice_html, notice_pdf
from tests.support.make_office import mail, notice_doc


def read(data: bytes, name: str = "a.eml", **limits: int) -> Source:
    return read_source(Path(name), data, limits=Limits(**limits))


def test_a_mail_is_its_subject_body_and_attachments_under_their_names() -> None:
    data = mail("转发：通知", "请遵照执行。", {"通知.docx": notice_docx(), "旧.doc": notice_doc()})
    found = read(data).text.splitlines()
    assert found[:3] == ["转发：通知", "请遵照执行。", "通知.docx"]
    assert found[3:] == [*NOTICE, "旧.doc", *NOTICE]


def test_an_attachment_that_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    data = mail("主题", "正文", {"坏.docx": b"PK\x03\x04 broken", "好.pdf": notice_pdf()})
    source = read(data)
    assert NOTICE[-1] in source.text
    assert [warning.code for warning in source.warnings] == ["no-part"]
    assert "坏.docx" in source.warnings[0].message


def test_the_plain_form_of_a_body_is_read_once() -> None:
    message = EmailMessage()
    message["Subject"] = "主题"
    message.set_content("正文在此。")
    message.add_alternative("<p>正文在此。</p>", subtype="html")
    assert read(message.as_bytes()).text == "主题\n正文在此。\n"


def test_a_mail_of_html_alone_is_a_page() -> None:
    message = EmailMessage()
    message["Subject"] = "主题"
    message.set_content(notice_html().decode(), subtype="html")
    assert read(message.as_bytes()).text.splitlines()[-1] == NOTICE[-1]


def test_a_mail_within_a_mail_is_read_until_it_is_nested_too_deep() -> None:
    data = mail("零", "正文零")
    for number in range(1, 6):
        data = mail(f"主题{number}", f"正文{number}", {"内.eml": data})
    source = read(data)
    assert "正文5" in source.text
    assert "正文2" in source.text
    assert "正文1" not in source.text
    assert any(warning.code == "no-part" for warning in source.warnings)


def test_parts_nested_by_the_thousand_cost_a_message() -> None:
    head = b"Subject: a\n"
    for number in range(3000):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
    with pytest.raises(SourceTooLarge, match="nested too deep"):
        read(head + b"\ntext")


def test_more_attachments_than_the_limit_are_refused() -> None:
    with pytest.raises(SourceTooLarge, match="over 2 attachments"):
        read(mail("主题", "正文", {f"{n}.txt": b"a" for n in range(3)}), parts=2)
