"""Word documents: what stands on paper, numbers included, and nothing else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats import Limits, read_source
from indexer.formats.numbering import format_number
from tests.support.make_formats import (
    GONGWEN,
    NOTICE,
    Word,
    level_xml,
    notice_docx,
    notice_html,
    number_xml,
    paragraph_xml,
    rezipped,
    word_xml,
    zipped,
)
from tests.support.make_office import notice_mht, notice_rtf

PATH = Path("notice.docx")
NOTICE_DOCX = notice_docx()


def lines(data: bytes, **limits: int) -> list[str]:
    return read_source(PATH, data, limits=Limits(**limits)).text.splitlines()


def body_lines(body: str, **limits: int) -> list[str]:
    return lines(zipped({"word/document.xml": word_xml(body)}), **limits)


def test_a_notice_reads_as_on_paper_without_header_and_footer() -> None:
    source = read_source(PATH, notice_docx())
    assert source.text == "".join(f"{line}\n" for line in NOTICE)
    assert (source.format, source.encoding) == ("docx", None)


def test_lower_levels_restart_after_a_higher_one() -> None:
    word = Word()
    number_id = word.list(GONGWEN)
    for text, depth in [
        ("甲", 0),
        ("乙", 1),
        ("丙", 1),
        ("丁", 2),
        ("戊", 0),
        ("己", 1),
        ("庚", 2),
    ]:
        word.paragraph(text, number_id, depth)
    assert lines(word.bytes()) == [
        "一、甲", "（一）乙", "（二）丙", "1.丁", "二、戊", "（一）己", "1.庚",
    ]  # fmt: skip


def test_articles_run_on_through_chapters_when_their_level_never_restarts() -> None:
    word = Word()
    number_id = word.list(
        level_xml(0, "chineseCountingThousand", "第%1章")
        + level_xml(1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>')
    )
    for text, depth in [("总则", 0), ("为了", 1), ("本法", 1), ("职责", 0), ("县级", 1)]:
        word.paragraph(text, number_id, depth)
    assert lines(word.bytes()) == [
        "第一章 总则", "第一条 为了", "第二条 本法", "第二章 职责", "第三条 县级",
    ]  # fmt: skip


def test_level_text_may_name_several_levels() -> None:
    word = Word()
    legal = level_xml(1, "decimal", "%1.%2", "<w:isLgl/>")
    number_id = word.list(level_xml(0, "chineseCounting", "第%1部分") + legal)
    word.paragraph("概况", number_id, 0)
    word.paragraph("背景", number_id, 1)
    word.paragraph("目的", number_id, 1)
    assert lines(word.bytes()) == ["第一部分 概况", "1.1 背景", "1.2 目的"]


def test_two_lists_of_one_kind_go_on_counting_unless_one_restarts() -> None:
    word = Word()
    first = word.list([("decimal", "%1.")])
    second = word.use(90)
    restarted = word.use(
        90, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    )
    for number_id in (first, second, restarted, restarted):
        word.paragraph("项", number_id)
    assert lines(word.bytes()) == ["1.项", "2.项", "1.项", "2.项"]


def test_a_list_may_override_the_look_of_a_level() -> None:
    word = Word()
    override = (
        f'<w:lvlOverride w:ilvl="0">{level_xml(0, "decimalEnclosedCircle", "%1")}</w:lvlOverride>'
    )
    number_id = word.list([("decimal", "%1.")], override)
    word.paragraph("甲", number_id)
    word.paragraph("乙", number_id)
    assert lines(word.bytes()) == ["① 甲", "② 乙"]


def test_a_heading_style_carries_its_number_and_level() -> None:
    word = Word()
    number_id = word.list(
        level_xml(0, "chineseCounting", "%1、", '<w:pStyle w:val="Heading1"/>')
        + level_xml(1, "chineseCounting", "（%2）", '<w:pStyle w:val="Heading2"/>')
    )
    for style in ("Heading 1", "Heading 2"):
        properties = word.document.styles[style].element.get_or_add_pPr()
        properties.append(number_xml(number_id, None))
    word.document.add_heading("总体要求", 1)
    word.document.add_heading("指导思想", 2)
    derived = word.document.styles.add_style("Derived", 1)
    derived.base_style = word.document.styles["Heading 1"]
    word.document.add_paragraph("重点任务", "Derived")
    assert lines(word.bytes()) == ["一、总体要求", "（一）指导思想", "二、重点任务"]


def test_a_paragraph_may_switch_its_styles_number_off() -> None:
    word = Word()
    number_id = word.list([("chineseCounting", "%1、")])
    properties = word.document.styles["Heading 1"].element.get_or_add_pPr()
    properties.append(number_xml(number_id, 0))
    for text in ("甲", "乙", "丙"):
        word.document.add_heading(text, 1)
    paragraph = word.document.paragraphs[1]
    paragraph._p.get_or_add_pPr().append(number_xml(0, 0))
    assert lines(word.bytes()) == ["一、甲", "乙", "二、丙"]


def test_a_numbering_style_lends_its_levels() -> None:
    word = Word()
    word.list(
        '<w:styleLink w:val="Outline"/>' + level_xml(0, "chineseCounting", "%1、"), abstract=90
    )
    real = word.use(90)
    borrowed = word.list('<w:numStyleLink w:val="Outline"/>', abstract=91)
    style = word.document.styles.add_style("Outline", 4)
    style.element.get_or_add_pPr().append(number_xml(real, 0))
    word.paragraph("甲", borrowed)
    word.paragraph("乙", borrowed)
    assert lines(word.bytes()) == ["一、甲", "二、乙"]


def test_bullets_and_undefined_lists_add_nothing() -> None:
    word = Word()
    bullets = word.list([("bullet", "\uf06c")])
    word.paragraph("甲", bullets)
    word.paragraph("乙", 4000)
    assert lines(word.bytes()) == ["甲", "乙"]


def test_a_number_is_not_run_into_the_digits_of_its_text() -> None:
    word = Word()
    number_id = word.list([("decimal", "%1.")])
    word.paragraph("5万元以上的", number_id)
    assert lines(word.bytes()) == ["1. 5万元以上的"]


def test_an_empty_numbered_paragraph_counts_but_is_not_a_line() -> None:
    word = Word()
    number_id = word.list([("decimal", "%1.")])
    for text in ("甲", "", "丙"):
        word.paragraph(text, number_id)
    assert lines(word.bytes()) == ["1.甲", "3.丙"]


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [
        ("chineseCounting", {1: "一", 10: "十", 23: "二十三", 100: "一○○"}),
        ("chineseCountingThousand", {10: "十", 101: "一百零一", 110: "一百一十", 1001: "一千零一"}),
        ("japaneseCounting", {10: "十", 101: "百一", 1000: "千"}),
        ("ideographDigital", {10: "一〇", 23: "二三"}),
        ("chineseLegalSimplified", {10: "壹拾", 23: "贰拾叁", 101: "壹佰零壹"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "甲"}),
        ("ideographEnclosedCircle", {1: "㈠", 10: "㈩", 11: "11"}),
        ("decimalEnclosedCircleChinese", {1: "①", 20: "⑳", 21: "㉑", 36: "㊱", 51: "51"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalZero", {3: "03", 12: "12"}),
        ("lowerRoman", {4: "iv", 19: "xix"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA"}),
        ("none", {1: ""}),
        ("bahtText", {7: "7"}),
    ],
)
def test_numbers_look_as_word_shows_them(number_format: str, shown: dict[int, str]) -> None:
    assert {value: format_number(value, number_format) for value in shown} == shown


@given(st.integers(1, 9_999))
@settings(max_examples=300)
def test_chinese_numerals_say_the_number_they_stand_for(value: int) -> None:
    total = digit = 0
    for char in format_number(value, "chineseCountingThousand"):
        if char in "十百千":
            total += (digit or 1) * 10 ** ("十百千".index(char) + 1)
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(char)
    assert total + digit == value


def test_a_tables_rows_are_lines_with_tabs_between_cells() -> None:
    word = Word()
    table = word.document.add_table(2, 3)
    for i, text in enumerate(["道路", "等级\n（类）", "标准", "", "乡道", "五千元"]):
        table.cell(i // 3, i % 3).text = text
    assert lines(word.bytes()) == ["道路\t等级 （类）\t标准", "\t乡道\t五千元"]


def test_a_table_that_is_only_a_frame_keeps_its_paragraphs() -> None:
    word = Word()
    cell = word.document.add_table(1, 1).cell(0, 0)
    cell.text = "第一段"
    cell.add_paragraph("第二段")
    assert lines(word.bytes()) == ["第一段", "第二段"]


def test_tracked_changes_count_as_accepted() -> None:
    assert body_lines(
        "<w:p><w:r><w:t>各市</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>州</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>走</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t>来</w:t></w:r></w:moveTo></w:p>"
    ) == ["各市州来"]


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    mark = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前</w:t></w:r></w:p>"
    assert body_lines(mark + paragraph_xml("后")) == ["前后"]


def test_text_boxes_follow_their_paragraph_once() -> None:
    box = "<w:txbxContent>" + paragraph_xml("签发人：张三") + "</w:txbxContent>"
    assert body_lines(
        "<w:p><w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent><w:t>正文</w:t></w:r></w:p>"
    ) == ["正文", "签发人：张三"]


def test_fields_show_their_result_and_hidden_text_is_left_out() -> None:
    assert body_lines(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>TOC \\o</w:instrText>'
        '<w:fldChar w:fldCharType="separate"/></w:r>'
        "<w:r><w:t>第一章</w:t><w:tab/><w:t>1</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>。</w:t></w:r></w:p>'
    ) == ["第一章\t1。"]


def test_line_breaks_end_a_line_and_page_breaks_do_not() -> None:
    run = '<w:t>甲</w:t><w:br/><w:t>乙</w:t><w:br w:type="page"/><w:t>丙</w:t>'
    assert body_lines(f"<w:p><w:r>{run}</w:r></w:p>") == ["甲", "乙丙"]


def test_links_and_content_controls_are_read() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    assert body_lines(
        f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{paragraph_xml('控件')}"
        f"</w:sdtContent></w:sdt><w:p><w:hyperlink>{run.format('链接')}</w:hyperlink></w:p>"
    ) == ["控件", "链接"]


def test_footnotes_come_last() -> None:
    note = "<w:p><w:r><w:footnoteReference w:id='2'/><w:t>正文</w:t></w:r></w:p>"
    relations = (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        "<Relationship Id='1' Target='footnotes.xml' Type='http://x/relationships/footnotes'/>"
        "</Relationships>"
    )
    footnotes = (
        "<w:footnotes xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
        f"<w:footnote w:type='separator'>{paragraph_xml('—')}</w:footnote>"
        f"<w:footnote w:id='2'>{paragraph_xml('注释一')}</w:footnote></w:footnotes>"
    )
    data = zipped(
        {
            "word/document.xml": word_xml(note + paragraph_xml("完")),
            "word/_rels/document.xml.rels": relations,
            "word/footnotes.xml": footnotes,
        }
    )
    assert lines(data) == ["正文", "完", "注释一"]


def test_a_strict_document_under_another_name_is_found_by_its_relation() -> None:
    namespace = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    run = "<d:p><d:r><d:t>严格</d:t></d:r></d:p>"
    body = f"<d:document xmlns:d='{namespace}'><d:body>{run}</d:body></d:document>"
    relations = (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        "<Relationship Id='1' Target='/word/document2.xml' Type='http://x/officeDocument'/>"
        "</Relationships>"
    )
    assert lines(zipped({"_rels/.rels": relations, "word/document2.xml": body})) == ["严格"]


LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 cut short", "not a whole zip container"),
        (notice_docx()[:3000], "not a whole zip container"),
        (zipped({"word/document.xml": "<w:p"}), "broken XML in word/document.xml"),
        (zipped({"word/document.xml": LAUGHS + "<d>&i;</d>"}), "document type declaration"),
        (zipped({"word/document.xml": "<html/>"}), "no Word document"),
        (zipped({"hello.txt": "hi"}), "no Word document"),
        (zipped({"word/document.xml": word_xml("")}), "empty"),
    ],
)
def test_a_broken_document_costs_a_message(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        lines(data)


def test_a_damaged_member_costs_a_message() -> None:
    data = bytearray(notice_docx())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        start = archive.getinfo("word/document.xml").header_offset
    data[start + 80 : start + 200] = bytes(120)
    with pytest.raises(SourceError, match=r"broken part word/document\.xml"):
        lines(bytes(data))


def test_members_packed_in_unusual_ways_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/document.xml", word_xml(""))
    with pytest.raises(SourceError, match="packed in a way"):
        lines(buffer.getvalue())


def test_a_zip_bomb_is_stopped_at_the_ratio() -> None:
    bomb = paragraph_xml("　" * 20_000_000)
    with pytest.raises(SourceTooLarge, match="over 250 fold"):
        body_lines(bomb)


def test_a_header_that_lies_about_its_size_does_not_help_a_bomb() -> None:
    bomb = zipped({"word/document.xml": b" " * 50_000_000 + word_xml("").encode()})
    size = (50_000_000 + len(word_xml("").encode())).to_bytes(4, "little")
    with pytest.raises(SourceError):
        lines(bomb.replace(size, (1000).to_bytes(4, "little")))


def test_unpacked_bytes_members_depth_and_elements_are_bounded() -> None:
    plain = paragraph_xml("正文")
    with pytest.raises(SourceTooLarge, match="unpacks to over 300 bytes"):
        body_lines(plain * 10, unpacked_bytes=300)
    with pytest.raises(SourceTooLarge, match="over 5 files"):
        lines(zipped({f"{i}": "" for i in range(6)}), members=5)
    with pytest.raises(SourceTooLarge, match="nested over 256 deep"):
        body_lines("<w:sdt>" * 300 + "</w:sdt>" * 300)
    with pytest.raises(SourceTooLarge, match="over 50 XML elements"):
        body_lines(plain * 20, xml_elements=50)


def test_nesting_up_to_the_limit_is_read() -> None:
    depth = 80
    inner = paragraph_xml("最里")
    for _ in range(depth):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    assert body_lines(inner) == ["最里"]


def test_a_password_is_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    with pytest.raises(SourceError, match="password"):
        lines(ole + bytes(500) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnsupportedFormat, match="unknown kind"):
        lines(ole + bytes(500))


@pytest.mark.slow
@given(st.binary(max_size=64), st.integers(0, 20_000))
@settings(max_examples=30)
def test_damage_anywhere_raises_source_errors_only(noise: bytes, at: int) -> None:
    data = NOTICE_DOCX
    at %= len(data)
    try:
        text = read_source(PATH, data[:at] + noise + data[at + len(noise) :]).text
    except SourceError:
        return
    assert text.strip()


@given(st.text(alphabet=st.sampled_from('<w:p/>="1 numIdlvaxt&;'), max_size=60))
@settings(max_examples=40)
def test_any_xml_raises_source_errors_only(noise: str) -> None:
    data = rezipped(NOTICE_DOCX, {"word/numbering.xml": noise, "word/styles.xml": noise + "</w:p>"})
    with pytest.raises(SourceError):
        lines(data)


def codes(data: bytes) -> list[str]:
    return [warning.code for warning in read_source(PATH, data).warnings]


def with_chunk(name: str, chunk: bytes) -> bytes:
    word = Word()
    word.paragraph("附：")
    word.xml('<w:altChunk r:id="rId77"/>')
    return with_part(word.bytes(), "rId77", "aFChunk", name, chunk)


def with_part(data: bytes, id: str, kind: str, name: str, content: str | bytes) -> bytes:
    """The document with a part that its body refers to as ``id``."""
    part = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = archive.read(part).decode()
    relation = f'<Relationship Id="{id}" Type="x/{kind}" Target="{name}"/></Relationships>'
    changes = {part: relations.replace("</Relationships>", relation), f"word/{name}": content}
    return rezipped(data, changes)


@pytest.mark.parametrize(
    ("name", "chunk"),
    [
        ("a.mht", notice_mht()),
        ("a.html", notice_html()),
        ("a.rtf", notice_rtf()),
        ("a.docx", notice_docx()),
    ],
)
def test_an_embedded_document_is_read_in_its_place(name: str, chunk: bytes) -> None:
    assert lines(with_chunk(name, chunk)) == ["附：", *NOTICE]


def test_an_embedded_document_that_cannot_be_read_is_told() -> None:
    data = with_chunk("a.docx", b"PK\x03\x04 broken")
    assert lines(data) == ["附："]
    assert codes(data) == ["no-part"]


def test_embedded_documents_end_somewhere() -> None:
    data = notice_docx(["底"])
    for _ in range(6):
        data = with_chunk("a.docx", data)
    assert "no-part" in codes(data)


def cell(text: str, properties: str = "") -> str:
    inner = paragraph_xml(text) if text else "<w:p/>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def test_a_vertically_merged_cell_stands_in_every_row() -> None:
    rows = (
        cell("1") + cell("修复湿地") + cell("市林业局", '<w:vMerge w:val="restart"/>'),
        cell("2、3", '<w:gridSpan w:val="2"/>') + cell("", "<w:vMerge/>"),
        cell("4") + cell("划定红线") + cell("市水利局"),
        cell("5") + cell("清理岸线") + cell(""),
    )
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    assert body_lines(f"<w:tbl>{table}</w:tbl>") == [
        "1\t修复湿地\t市林业局",
        "2、3\t市林业局",
        "4\t划定红线\t市水利局",
        "5\t清理岸线",
    ]


@pytest.mark.parametrize(
    ("font", "char", "shown"),
    [
        ("Wingdings", "F0FE", "☑"),
        ("Wingdings", "00A8", "□"),
        ("Wingdings 2", "F052", "☑"),
        ("Symbol", "F0B3", "≥"),
        ("宋体", "4E00", "一"),
        ("Webdings", "F031", "\ufffd"),
        ("", "zz", "\ufffd"),
    ],
)
def test_a_symbol_is_the_character_it_looks_like(font: str, char: str, shown: str) -> None:
    run = f'<w:r><w:t>同意</w:t><w:sym w:font="{font}" w:char="{char}"/></w:r>'
    assert body_lines(f"<w:p>{run}</w:p>") == [f"同意{shown}"]


def test_the_red_head_in_the_header_of_a_first_page_is_read() -> None:
    word = Word()
    word.paragraph("关于加强养护工作的通知")
    section = word.document.sections[0]
    section.first_page_header.paragraphs[0].text = "云政办发〔2021〕17号"
    section.header.paragraphs[0].text = "每页的页眉"
    assert lines(word.bytes()) == ["关于加强养护工作的通知"]
    section.different_first_page_header_footer = True
    assert lines(word.bytes()) == ["云政办发〔2021〕17号", "关于加强养护工作的通知"]


def test_the_prompt_of_an_empty_form_field_is_no_text() -> None:
    field = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    prompt = field.format("<w:showingPlcHdr/>", paragraph_xml("单击此处输入文字。"))
    filled = field.format('<w:showingPlcHdr w:val="0"/>', paragraph_xml("已填"))
    inline = field.format("<w:showingPlcHdr/>", "<w:r><w:t>提示</w:t></w:r>")
    body = prompt + filled + f"<w:p>{inline}</w:p>" + paragraph_xml("正文")
    assert body_lines(body) == ["已填", "正文"]


def test_the_text_of_a_diagram_follows_its_paragraph() -> None:
    word = Word()
    dgm = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    drawing = f'<w:p><w:r><w:drawing><dgm:relIds {dgm} r:dm="rId78"/></w:drawing></w:r></w:p>'
    word.xml(paragraph_xml("流程图") + drawing)
    points = "".join(f"<pt><p><r><t>{text}</t></r></p></pt>" for text in ("受理", "办结"))
    model = f"<dataModel>{points}</dataModel>"
    data = with_part(word.bytes(), "rId78", "diagramData", "data1.xml", model)
    assert lines(data) == ["流程图", "受理", "办结"]


def test_small_parts_that_unpack_to_much_are_refused_together() -> None:
    many = "<a/>" * 250_000  # under a MiB, and 80 MB as a tree
    names = ("styles", "numbering", "footnotes", "endnotes")
    relations = "".join(
        f'<Relationship Id="r{name}" Type="x/{name}" Target="{name}.xml"/>' for name in names
    )
    members: dict[str, str | bytes] = {f"word/{name}.xml": f"<x>{many}</x>" for name in names}
    members["word/document.xml"] = word_xml(paragraph_xml("正文"))
    members["word/_rels/document.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    with pytest.raises(SourceTooLarge, match="elements"):
        read_source(PATH, zipped(members))
