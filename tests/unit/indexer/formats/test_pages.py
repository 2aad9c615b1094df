"""PDF and OFD: printed lines become paragraphs again; what cannot be read is named."""

from __future__ import annotations

import io
import math
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats import Limits, read_source
from indexer.formats.page_layout import Glyph, Page, paragraphs, rows
from tests.support.make_formats import (
    NOTICE,
    drawn_pdf,
    notice_ofd,
    notice_pdf,
    ofd,
    ofd_text,
    rezipped,
    zipped,
)
from tests.support.make_formats import OFD as OFD_XML

PDF, OFD = Path("notice.pdf"), Path("notice.ofd")
FULL = "各级人民政府应当加强山区道路养护工作落实机构人员经费和责任"  # 28 characters, a full row


def glyphs(text: str, left: float = 0.0, base: float = 0.0, step: float = 1.0) -> list[Glyph]:
    """``text`` in type of 1 em, a glyph each ``step``; blanks leave their place empty."""
    return [
        Glyph(char, left + i * step, left + i * step + 1, base, 1.0)
        for i, char in enumerate(text)
        if not char.isspace()
    ]


def set_page(*printed: tuple[str, float]) -> Page:
    """A page 30 em wide of these (text, left) rows, 2 em apart."""
    every = [glyph for i, (text, left) in enumerate(printed) for glyph in glyphs(text, left, 2 * i)]
    return Page(30, rows(every))


def test_a_row_that_reaches_the_margin_goes_on_in_the_next() -> None:
    page = set_page((FULL[:26], 2), (FULL, 0), ("尾行。", 0), ("另段。", 2))
    assert paragraphs([page]) == [FULL[:26] + FULL + "尾行。", "另段。"]


def test_an_indented_row_begins_a_paragraph_even_after_a_full_one() -> None:
    page = set_page((FULL[:25] + "。", 2), (FULL[:26], 2), ("完。", 0))
    assert paragraphs([page]) == [FULL[:25] + "。", FULL[:26] + "完。"]


def test_a_heading_at_the_margin_begins_a_paragraph_after_a_full_stop() -> None:
    page = set_page((FULL[:27] + "。", 0), ("第十条 县级", 0), (FULL, 0), ("第十条规定的", 0))
    assert paragraphs([page]) == [FULL[:27] + "。", "第十条 县级", FULL + "第十条规定的"]


def test_a_hanging_indent_is_one_paragraph() -> None:
    page = set_page(("1." + FULL[:26], 0), (FULL[:25], 3), ("尾。", 3), ("2.次项。", 0))
    assert paragraphs([page]) == ["1." + FULL[:26] + FULL[:25] + "尾。", "2.次项。"]


def test_a_row_is_full_when_the_next_word_did_not_fit() -> None:
    page = set_page(
        (FULL, 0), (FULL[:26], 0), ("全），依法", 0), (FULL[:25], 0), ("GB/T9704的。", 0)
    )
    assert paragraphs([page]) == [FULL + FULL[:26] + "全），依法", FULL[:25] + "GB/T9704的。"]


def test_a_long_title_is_not_run_into_the_indented_text() -> None:
    page = set_page((FULL[:27], 1), ("正文自此开始，", 2), (FULL, 0))
    assert paragraphs([page])[0] == FULL[:27]


def test_lines_of_a_table_of_contents_stay_apart() -> None:
    row = "第一章总则" + "…" * 22 + "1"
    assert paragraphs([set_page((row, 0), (row, 0))]) == [row, row]


def test_a_change_of_type_ends_a_paragraph() -> None:
    large = [Glyph(c, 2 * i, 2 * i + 2, 0, 2.0) for i, c in enumerate(FULL[:14])]
    page = Page(30, rows(large + glyphs("正文。", 0, 3)))
    assert paragraphs([page]) == [FULL[:14], "正文。"]


def test_a_paragraph_runs_over_the_page() -> None:
    first = set_page(("甲。", 2), (FULL[:26], 2), ("— 1 —", 12))
    second = set_page(("下页。", 0), ("— 2 —", 12))
    assert paragraphs([first, second]) == ["甲。", FULL[:26] + "下页。"]


@pytest.mark.parametrize("number", ["— 3 —", "3", "-3-", "第3页", "第 3 页 共 9 页", "3/9", "iv"])
def test_page_numbers_are_dropped_at_the_edge_only(number: str) -> None:
    assert paragraphs([set_page(("甲。", 2), (number, 12))]) == ["甲。"]
    assert len(paragraphs([set_page(("甲。", 2), (number, 2), ("乙。", 2))])) == 3


def test_running_headers_are_dropped_and_repeated_body_lines_are_kept() -> None:
    bodies = ["甲", "同一行", "乙", "丙"]
    pages = [
        set_page(
            (f"养护手册 第{i}版", 2),
            (body, 2),
            ("同一行。", 2),
            (body, 2),
            ("中。", 2),
            ("末" + body, 2),
        )
        for i, body in enumerate(bodies)
    ]
    lines = paragraphs(pages)
    assert not any("养护手册" in line for line in lines)
    assert lines.count("同一行。") == 4


def test_letter_spaced_and_justified_type_has_no_blanks() -> None:
    assert [row.text for row in rows(glyphs("云岭省人民政府", step=1.9))] == ["云岭省人民政府"]
    assert [row.text for row in rows(glyphs("第一章 总则说明", step=1.2))] == ["第一章 总则说明"]


def test_wide_gaps_are_cells_and_small_ones_between_latin_words_are_blanks() -> None:
    assert rows(glyphs("县道") + glyphs("一万元", 10))[0].text == "县道\t一万元"
    latin = [Glyph(c, 0.5 * i, 0.5 * i + 0.5, 0, 1.0) for i, c in enumerate("GB T") if c != " "]
    assert rows(latin)[0].text == "GB T"


def test_the_gap_after_a_number_is_layout() -> None:
    assert rows(glyphs("（一）") + glyphs("明确责任", 6))[0].text == "（一）明确责任"
    assert rows(glyphs("第一章") + glyphs("总则", 6))[0].text == "第一章 总则"


def test_type_struck_twice_for_bold_is_read_once() -> None:
    assert rows(glyphs("通知") + glyphs("通知", 0.05))[0].text == "通知"


def test_radicals_that_fonts_give_for_characters_are_mended() -> None:
    assert rows(glyphs("⼀⾯⺠主⻓⻰"))[0].text == "一面民主长龙"


coordinate = st.floats(-1e6, 1e6)


@given(st.lists(st.builds(Glyph, st.characters(), coordinate, coordinate, coordinate, coordinate)))
@settings(max_examples=150)
def test_no_character_is_lost_whatever_the_layout(every: list[Glyph]) -> None:
    distinct = {glyph.char: glyph for glyph in every}.values()
    found = rows(distinct)
    text = "".join(row.text for row in found)
    assert len("".join(text.split())) >= len(
        {c for g in distinct for c in g.char if not c.isspace()}
    )
    assert paragraphs([Page(100, found)]) is not None


# --- PDF


def text_of(*draws: str) -> str:
    def draw(canvas: Canvas) -> None:
        for i, text in enumerate(draws):
            canvas.drawString(100, 700 - 40 * i, text)

    return read_source(PDF, drawn_pdf(draw)).text


def test_a_pdf_says_its_format() -> None:
    source = read_source(PDF, notice_pdf())
    assert (source.format, source.encoding) == ("pdf", None)
    assert source.text.splitlines() == list(NOTICE)


def test_text_out_of_order_is_read_from_the_top() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (500, 700, 600):
            canvas.drawString(100, y, f"第{y}行")

    assert read_source(PDF, drawn_pdf(draw)).text == "第700行\n第600行\n第500行\n"


def test_a_tilted_watermark_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "正文在此。")
        canvas.rotate(45)
        canvas.drawString(400, 100, "内部资料")

    assert read_source(PDF, drawn_pdf(draw)).text == "正文在此。\n"


def test_latin_words_and_digits_keep_their_blanks() -> None:
    assert text_of("依据GB/T 9704-2012 Annex A执行") == "依据GB/T 9704-2012 Annex A执行\n"


def test_a_character_alone_is_read_whatever_fonts_the_machine_has() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "关于养护工作的通")
        canvas.drawString(100, 672, "知")

    assert "知" in read_source(PDF, drawn_pdf(draw)).text


def scan(canvas: Canvas) -> None:
    image = b"P6 8 8 255\n" + bytes(range(192))
    canvas.drawImage(ImageReader(io.BytesIO(image)), 0, 0, 595, 842)
    canvas.drawString(290, 40, "— 1 —")


@pytest.mark.parametrize("draw", [scan, lambda canvas: canvas.line(0, 0, 9, 9)])
def test_a_scanned_pdf_is_named_as_such(draw: object) -> None:
    with pytest.raises(SourceError, match="no text layer; run OCR such as `ocrmypdf` first"):
        read_source(PDF, drawn_pdf(draw))  # type: ignore[arg-type]


def test_a_scanned_annex_does_not_hide_the_text_before_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 700, f"附件{canvas.getPageNumber()}")

    assert read_source(PDF, drawn_pdf(draw, draw, scan)).text == "附件1\n附件2\n"


def test_an_encrypted_pdf_is_named_as_such_and_one_that_opens_is_read() -> None:
    for password, opens in (("secret", False), ("", True)):
        writer = PdfWriter(PdfReader(io.BytesIO(notice_pdf())))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        buffer = io.BytesIO()
        writer.write(buffer)
        if opens:
            assert read_source(PDF, buffer.getvalue()).text.splitlines() == list(NOTICE)
            continue
        with pytest.raises(SourceError, match="password"):
            read_source(PDF, buffer.getvalue())


def test_a_text_layer_without_unicode_is_refused() -> None:
    with pytest.raises(SourceError, match="not readable"):
        text_of("".join(map(chr, range(0xE000, 0xE030))), "摽摾摿撀撁")


@pytest.mark.parametrize(
    "data", [b"not a PDF at all", b"%PDF-1.7\n" + b"garbage " * 50, b"%PDF-1.4\n%%EOF"]
)
def test_a_broken_pdf_costs_a_message(data: bytes) -> None:
    with pytest.raises(SourceError):
        read_source(PDF, data)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_pdf_costs_a_message_or_is_read(share: float) -> None:
    data = notice_pdf()
    try:
        text = read_source(PDF, data[: int(share * len(data))]).text
    except SourceError:
        return
    assert set(text.split()) & set(NOTICE)


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(UnsupportedFormat, match=r"pip install 'policysearch\[formats\]'"):
        read_source(PDF, b"%PDF-1.4")


def test_pages_and_characters_of_a_pdf_are_bounded() -> None:
    data = notice_pdf(NOTICE * 3)
    with pytest.raises(SourceTooLarge, match="over 1"):
        read_source(PDF, data, limits=Limits(pages=1))
    with pytest.raises(SourceTooLarge, match="over 100 characters of text"):
        read_source(PDF, data, limits=Limits(text_chars=100))
    with pytest.raises(SourceTooLarge, match="over 100 characters on a page"):
        read_source(PDF, data, limits=Limits(page_chars=100))


def bomb_pdf(content: bytes) -> bytes:
    """A PDF of one page whose content stream inflates to ``content``, of the simplest making."""
    stream = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % (i, o) for i, o in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>"


def test_a_pdf_that_takes_too_long_is_stopped() -> None:
    data = bomb_pdf(b"BT /F 9 Tf (stop) Tj " + b"(x) Tj 1 0 Td " * 3_000_000 + b"ET")
    with pytest.raises(SourceTooLarge, match="over 1 seconds"):
        read_source(PDF, data, limits=Limits(seconds=1))


@pytest.mark.slow
def test_a_pdf_that_inflates_beyond_its_memory_costs_a_message() -> None:
    with pytest.raises(SourceError):
        read_source(PDF, bomb_pdf(b" " * 300_000_000), limits=Limits(memory_bytes=400_000_000))


# --- OFD


def test_an_ofd_says_its_format() -> None:
    source = read_source(OFD, notice_ofd())
    assert (source.format, source.encoding) == ("ofd", None)


def test_objects_of_an_ofd_stand_where_their_matrix_puts_them() -> None:
    low = ofd_text("下行。", 30, 50, 'CTM="1 0 0 1 0 100"')
    large = ofd_text("上行。", 30, 50, 'CTM="0.5 0 0 0.5 0 0"')
    assert read_source(OFD, ofd(low + large)).text == "上行。\n下行。\n"


def test_steps_of_an_ofd_may_be_listed_or_grouped_or_missing() -> None:
    text = (
        '<ofd:TextObject ID="1" Boundary="10 20 99 9" Size="5"><ofd:TextCode X="0" Y="5" {}>'
        "一二三四</ofd:TextCode></ofd:TextObject>"
    )
    for steps in (
        'DeltaX="5 5 5"',
        'DeltaX="g 3 5"',
        'DeltaX="5 g 2 5"',
        'DeltaX="g 9999999999 5"',
        "",
    ):
        assert read_source(OFD, ofd(text.format(steps))).text == "一二三四\n"
    cells = text.format('DeltaX="5 30 5"')
    assert read_source(OFD, ofd(cells)).text == "一二\t三四\n"


def test_invisible_and_tilted_text_of_an_ofd_is_left_out() -> None:
    hidden = ofd_text("隐藏", 30, 80, 'Visible="false"')
    tilted = ofd_text("水印", 30, 120, 'CTM="0.7 0.7 -0.7 0.7 0 0"')
    assert read_source(OFD, ofd(ofd_text("正文", 30, 50) + hidden + tilted)).text == "正文\n"


def test_the_template_behind_an_ofd_page_is_read() -> None:
    head = ofd_text("云岭省人民政府文件", 30, 30)
    assert read_source(OFD, ofd(ofd_text("正文", 30, 80), template=head)).text == (
        "云岭省人民政府文件\n正文\n"
    )


def test_an_ofd_without_text_is_named_as_such() -> None:
    image = '<ofd:ImageObject ID="1" Boundary="0 0 210 297" ResourceID="3"/>'
    with pytest.raises(SourceError, match="no text layer"):
        read_source(OFD, ofd(image))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not a zip", "zip container"),
        (zipped({"a": "b"}), "no OFD document"),
        (zipped({"Encryptions.xml": "<a/>"}), "password"),
        (rezipped(notice_ofd(), {"OFD.xml": "<OFD><DocRoot>no.xml</DocRoot></OFD>"}), "missing"),
        (rezipped(notice_ofd(), {"OFD.xml": "<OFD>"}), "broken XML"),
    ],
)
def test_a_broken_ofd_costs_a_message(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_source(OFD, data)


@pytest.mark.slow
def test_pages_of_an_ofd_are_bounded_and_a_page_read_again_counts_again() -> None:
    with pytest.raises(SourceTooLarge, match="over 2 pages"):
        read_source(OFD, notice_ofd(NOTICE * 9), limits=Limits(pages=2))
    with pytest.raises(SourceTooLarge, match="over 100 characters on a page"):
        read_source(OFD, notice_ofd(), limits=Limits(page_chars=100))
    template = ofd(*["<a/>"] * 50, template=ofd_text("字" * 99, 9, 9))
    with pytest.raises(SourceTooLarge, match="over 999 characters of text"):
        read_source(OFD, template, limits=Limits(text_chars=999))
    reference = '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
    again = (
        '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages>'
        f"{reference * 4000}</ofd:Pages></ofd:Document>"
    )
    with pytest.raises(SourceTooLarge, match=r"unpacks to over|XML elements"):
        read_source(
            OFD,
            rezipped(notice_ofd(), {"Doc_0/Document.xml": again}),
            limits=Limits(unpacked_bytes=2**22),
        )


@given(st.sampled_from(["Boundary", "Size", "X", "Y", "DeltaX", "CTM"]), st.text(max_size=20))
@settings(max_examples=100)
def test_any_number_in_an_ofd_is_survived(name: str, value: str) -> None:
    value = "".join(c for c in value if c.isprintable() and c not in '<&"') or str(math.inf)
    text = (
        '<ofd:TextObject ID="1" Boundary="9 9 9 9" Size="5"><ofd:TextCode X="0" Y="5">'
        "一二</ofd:TextCode></ofd:TextObject>"
    )
    old = text.index(f'{name}="') if f'{name}="' in text else text.index("ID=")
    end = text.index('"', text.index('"', old) + 1) + 1
    changed = text[:old] + f'{name}="{value}"' + text[end:]
    try:
        assert "一" in read_source(OFD, ofd(changed)).text
    except SourceError as error:
        assert "no text layer" in error.reason


def warned(data: bytes, path: Path = PDF) -> dict[str, int]:
    return {warning.code: warning.count for warning in read_source(path, data).warnings}


def pdf_lines(*pages: Callable[[Canvas], None]) -> list[str]:
    return read_source(PDF, drawn_pdf(*pages)).text.splitlines()


def upright(canvas: Canvas) -> None:
    canvas.drawString(80, 700, "正文在此，共一行。")


def test_sheared_type_stands_for_italics_and_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        upright(canvas)
        canvas.saveState()
        canvas.transform(1, 0, 0.3, 1, 0, 0)
        canvas.drawString(80, 650, "斜体的句子。")
        canvas.restoreState()

    assert pdf_lines(draw) == ["正文在此，共一行。", "斜体的句子。"]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_set_sideways_is_read_in_its_own_direction(angle: int) -> None:
    def sideways(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(angle)
        for number, line in enumerate(("附件一览", "修复湿地", "清理岸线")):
            canvas.drawString(-100, 100 - 40 * number, line)

    assert pdf_lines(upright, sideways) == [
        "正文在此，共一行。",
        "附件一览",
        "修复湿地",
        "清理岸线",
    ]


def test_a_page_turned_as_a_whole_is_read() -> None:
    def turned(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(300, 400)
        canvas.rotate(90)
        canvas.drawString(0, 0, "横放的附表")

    assert pdf_lines(upright, turned) == ["正文在此，共一行。", "横放的附表"]


def test_vertical_writing_is_read_column_by_column_from_the_right() -> None:
    def draw(canvas: Canvas) -> None:
        for column, line in enumerate(("關於加強養護之公告", "主旨公告養護事項")):
            for number, char in enumerate(line):
                canvas.drawString(400 - 60 * column, 700 - 18 * number, char)

    assert pdf_lines(draw) == ["關於加強養護之公告", "主旨公告養護事項"]


def test_slanted_type_is_a_watermark_and_told() -> None:
    def draw(canvas: Canvas) -> None:
        upright(canvas)
        canvas.rotate(45)
        canvas.drawString(300, 100, "内部资料")

    data = drawn_pdf(draw)
    assert read_source(PDF, data).text == "正文在此，共一行。\n"
    assert warned(data) == {"turned-text": 4}


def test_large_type_over_the_text_is_a_watermark_and_a_large_title_is_none() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(20):
            canvas.drawString(
                80, 600 - 20 * number, "各级河长应当定期巡查河道发现违法行为及时制止。"
            )
        canvas.setFont("STSong-Light", 60)
        canvas.drawString(100, 700, "某局文件")
        canvas.drawString(150, 400, "样本")

    data = drawn_pdf(draw)
    text = read_source(PDF, data).text
    assert text.startswith("某局文件\n")
    assert "样" not in text
    assert warned(data) == {"turned-text": 2}


def test_a_form_field_and_a_note_on_the_page_stand_where_they_are_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(80, 700, "申请单位：")
        canvas.acroForm.textfield(
            name="unit", value="Jiangzhou Park Bureau", x=170, y=690, width=200, borderWidth=0
        )
        canvas.drawString(80, 650, "以上属实。")

    assert sorted(pdf_lines(draw)[:2]) == ["Jiangzhou Park Bureau", "申请单位："]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = ("第一条为了规范绿道建设，改善人居环境", "根据有关法律的规定，结合本市的实际，")
    right = ("制定本办法。本市行政区域内绿道的规划", "建设和管护，适用本办法，法律另有规定")

    def draw(canvas: Canvas) -> None:
        canvas.setFont("STSong-Light", 12)
        canvas.drawCentredString(297, 780, "城市绿道管理办法（试行）")
        for number in range(8):
            canvas.drawString(60, 740 - 20 * number, left[number % 2])
            canvas.drawString(320, 740 - 20 * number, right[number % 2])

    assert pdf_lines(draw) == ["城市绿道管理办法（试行）", "".join((*left * 4, *right * 4))]


def test_a_table_of_two_columns_is_no_page_of_two_columns() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(8):
            canvas.drawString(80, 740 - 30 * number, "修复湿地" * (1 + number % 3))
            canvas.drawString(350, 740 - 30 * number, "市林业局" * (1 + number % 2))

    assert all("\t" in line for line in pdf_lines(draw))


@pytest.mark.parametrize(
    ("before", "mark", "shown"),
    [("装置", "①", "装置①"), ("增长", "3", "增长"), ("25km", "2", "25km2")],
)
def test_a_raised_mark_stands_in_its_line_unless_it_would_falsify_a_number(
    before: str, mark: str, shown: str
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(80, 700, before)
        right = 80 + sum(16 if char > "z" else 8 for char in before)
        canvas.setFont("STSong-Light", 8)
        canvas.drawString(right, 708, mark)
        canvas.setFont("STSong-Light", 16)
        canvas.drawString(right + 8, 700, "2961亿元，不得作业。")

    assert "".join(pdf_lines(draw)[0].split()) == f"{shown}2961亿元，不得作业。"


def test_a_table_of_prose_and_short_cells_is_no_page_of_two_columns() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("STSong-Light", 12)
        for number in range(8):
            canvas.drawString(60, 740 - 20 * number, "第一条为了规范绿道建设，改善人居环境")
            canvas.drawString(350, 740 - 20 * number, f"{number}分")

    assert pdf_lines(draw)[0].endswith("\t0分")


def test_a_running_foot_of_a_name_and_a_number_is_left_out() -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            for row in range(4):
                canvas.drawString(80, 700 - 30 * row, f"{'甲乙丙丁戊'[number]}页正文{row}。")
            canvas.drawString(80, 40, "江州市水利局")
            canvas.drawString(480, 40, str(number))

        return draw

    found = pdf_lines(*map(page, range(1, 5)))
    assert len(found) == 16
    assert not any("水利局" in line for line in found)


def test_a_page_without_text_is_told_by_its_number() -> None:
    source = read_source(PDF, drawn_pdf(upright, lambda canvas: canvas.rect(50, 50, 100, 100)))
    assert [warning.message for warning in source.warnings] == ["page 2 of 2: gave no text"]


def test_latin_text_is_readable() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(
            80, 700, "Regulation of the Council of 2016 \u2022 Article 1 \u2013 scope"
        )

    assert pdf_lines(draw)[0].startswith("Regulation of the Council")


def composite(members: dict[str, str | bytes], data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = archive.read("Doc_0/Document.xml").decode()
    more = "<ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData>"
    listed = "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>"
    document = document.replace("</ofd:CommonData>", more).replace("</ofd:Document>", listed)
    return rezipped(data, {**members, "Doc_0/Document.xml": document})


def test_composite_objects_of_an_ofd_are_read_where_they_are_placed() -> None:
    unit = f'<ofd:CompositeGraphicUnit ID="50"><ofd:Content>{ofd_text("中间一行。", 0, 10)}'
    res = f"<ofd:Res {OFD_XML}><ofd:CompositeGraphicUnits>{unit}</ofd:Content>"
    res += "</ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    placed = '<ofd:CompositeObject ID="51" Boundary="30 90 210 297" ResourceID="50"/>'
    page = ofd_text("上面一行。", 30, 50) + placed + ofd_text("下面一行。", 30, 150)
    data = composite({"Doc_0/Res.xml": res}, ofd(page))
    assert read_source(OFD, data).text == "上面一行。\n中间一行。\n下面一行。\n"


def test_a_composite_object_of_itself_ends() -> None:
    inner = '<ofd:CompositeObject ID="51" Boundary="0 0 9 9" ResourceID="50"/>'
    unit = f'<ofd:CompositeGraphicUnit ID="50"><ofd:Content>{ofd_text("字", 0, 10)}{inner}{inner}'
    res = f"<ofd:Res {OFD_XML}><ofd:CompositeGraphicUnits>{unit}</ofd:Content>"
    res += "</ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    data = composite({"Doc_0/Res.xml": res}, ofd(inner))
    assert "字" in read_source(OFD, data).text
    empty = composite(
        {"Doc_0/Res.xml": res.replace("字", "").replace(inner, 40 * inner)}, ofd(inner)
    )
    with pytest.raises(SourceTooLarge, match="composite"):
        read_source(OFD, empty)


def test_a_stamp_of_an_ofd_is_read_and_its_watermark_is_not() -> None:
    def annotation(kind: str, text: str, y: float) -> str:
        appearance = f'<ofd:Appearance Boundary="0 0 210 297">{ofd_text(text, 100, y)}'
        return f'<ofd:Annot ID="7" Type="{kind}">{appearance}</ofd:Appearance></ofd:Annot>'

    stamp, mark = annotation("Stamp", "某市人民政府", 120), annotation("Watermark", "样本", 130)
    members: dict[str, str | bytes] = {
        "Doc_0/Annots/Annotations.xml": f'<ofd:Annotations {OFD_XML}><ofd:Page PageID="0">'
        "<ofd:FileLoc>P0.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>",
        "Doc_0/Annots/P0.xml": f"<ofd:PageAnnot {OFD_XML}>{stamp}{mark}</ofd:PageAnnot>",
    }
    data = composite(members, ofd(ofd_text("正文。", 30, 50)))
    assert read_source(OFD, data).text == "正文。\n某市人民政府\n"


@pytest.mark.parametrize("matrix", ["0 -1 1 0 0 100", "0 1 -1 0 100 0", "-1 0 0 -1 100 100"])
def test_turned_text_of_an_ofd_is_read_in_its_direction(matrix: str) -> None:
    more = f'CTM="{matrix}"'
    turned = "".join(ofd_text(text, 60, 60, more) for text in ("横放表",))
    data = ofd(ofd_text("正文在此。", 30, 50) + turned)
    assert read_source(OFD, data).text == "正文在此。\n横放表\n"


def test_an_ofd_with_garbled_fonts_is_refused() -> None:
    garbled = "".join(chr(0x3400 + 7 * n) for n in range(30))
    with pytest.raises(SourceError, match="not readable"):
        read_source(OFD, ofd(ofd_text(garbled, 10, 50)))
