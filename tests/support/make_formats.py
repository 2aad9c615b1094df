"""Makes the files the source tests read, with the tools that people use to make such files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

# A 通知 as it stands on paper, one line a paragraph; the long ones break over lines in a PDF.
NOTICE = (
    "云岭省人民政府办公厅关于加强山区道路养护工作的通知",
    "云政办发〔2021〕17号",
    "各市、州人民政府，省直各部门：",
    "为进一步做好全省山区道路养护工作，保障群众出行安全，经省人民政府同意，现就有关事项通知如下：",
    "一、总体要求",
    (
        "坚持预防为主、防治结合，到2025年，全省山区道路优良中等路率达到百分之八十五以上，"
        "基本建立权责清晰、保障有力、运行高效的养护体制，切实把山区道路管好、护好、运营好。"
    ),
    "二、重点任务",
    (
        "（一）明确养护责任。县级人民政府是本行政区域内山区道路养护的责任主体，应当落实机构、人员和经费，"
        "建立县、乡、村三级路长制，各级路长负责相应道路的养护和安全监督工作。"
    ),
    "（二）强化资金保障。省级财政按照每年每公里县道一万元、乡道五千元的标准给予补助。",
    "1.补助资金应当专款专用。",
    "2.任何单位和个人不得截留、挤占、挪用。",
    "三、组织实施",
    (
        "各地各部门要加强协作配合，省交通运输厅会同有关部门对本通知落实情况进行督促检查，"
        "重大事项及时报告省人民政府。"
    ),
    "附件：山区道路养护补助标准表",
    "云岭省人民政府办公厅",
    "2021年6月18日",
)

Levels = Sequence[tuple[str, str]]  # (number format, level text) from the top level on
GONGWEN: Levels = (
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
)
_LABELS = (r"[一二三四五六七八九十]+、", r"（[一二三四五六七八九十]+）", r"\d+\.(?!\d)")


def level_xml(depth: int, number_format: str, text: str, more: str = "") -> str:
    """A w:lvl that counts from 1; ``more`` are elements of it in their schema order."""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>'
        f'{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


class Word:
    """A .docx in the making: python-docx, plus the numbering it has no words for."""

    def __init__(self) -> None:
        self.document = docx.Document()

    def list(self, levels: Levels | str, overrides: str = "", abstract: int = 90) -> int:
        """Add a list (levels, or the XML inside w:abstractNum) and return its w:numId."""
        numbering = self.document.part.numbering_part.element
        inner = (
            levels
            if isinstance(levels, str)
            else "".join(level_xml(depth, *level) for depth, level in enumerate(levels))
        )
        element = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}">{inner}</w:abstractNum>'
        )
        numbering.insert(0, element)
        return self.use(abstract, overrides)

    def use(self, abstract: int, overrides: str = "") -> int:
        """Add another w:num of an abstract list."""
        numbering = self.document.part.numbering_part.element
        number_id = 500 + len(numbering)
        numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number_id}">'
                f'<w:abstractNumId w:val="{abstract}"/>{overrides}</w:num>'
            )
        )
        return number_id

    def paragraph(self, text: str, number_id: int | None = None, depth: int = 0) -> None:
        paragraph = self.document.add_paragraph(text)
        if number_id is not None:
            paragraph._p.get_or_add_pPr().append(number_xml(number_id, depth))

    def xml(self, inner: str) -> None:
        """Append raw WordprocessingML to the body."""
        body = self.document.element.body
        for element in parse_xml(f"<w:body {nsdecls('w', 'r')} {_MORE}>{inner}</w:body>"):
            body.insert(len(body) - 1, element)

    def bytes(self) -> bytes:
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()


_MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def number_xml(number_id: int, depth: int | None) -> object:
    """A w:numPr; without ``depth`` the level is left to the style's link."""
    level = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
    return parse_xml(f'<w:numPr {nsdecls("w")}>{level}<w:numId w:val="{number_id}"/></w:numPr>')


def notice_docx(lines: Sequence[str] = NOTICE) -> bytes:
    """``lines`` as a Word document in which Word itself numbers what is numbered."""
    word = Word()
    number_id = word.list(GONGWEN)
    section = word.document.sections[0]
    section.header.paragraphs[0].text = "云岭省人民政府办公厅文件"
    section.footer.paragraphs[0].text = "— 1 —"
    for line in lines:
        for depth, label in enumerate(_LABELS):
            if match := re.match(label, line):
                word.paragraph(line[match.end() :], number_id, depth)
                break
        else:
            word.paragraph(line)
    return word.bytes()


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip of ``members``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def rezipped(data: bytes, changes: dict[str, str | bytes]) -> bytes:
    """The zip ``data`` with members replaced or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**members, **changes})


def word_xml(body: str) -> str:
    """A word/document.xml around ``body``."""
    return f"<w:document {nsdecls('w', 'r')} {_MORE}><w:body>{body}</w:body></w:document>"


def paragraph_xml(text: str) -> str:
    """A w:p that holds ``text``."""
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def notice_pdf(lines: Sequence[str] = NOTICE, **canvas: object) -> bytes:
    """``lines`` as a PDF of A4 pages in 16 pt type with page numbers like — 3 —."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle(
        "body", fontName="STSong-Light", fontSize=16, leading=28, firstLineIndent=32, wordWrap="CJK"
    )

    def number(page: Canvas, _: object) -> None:
        page.setFont("STSong-Light", 14)
        page.drawCentredString(297, 40, f"— {page.getPageNumber()} —")

    buffer = io.BytesIO()
    document = SimpleDocTemplate(buffer, pagesize=A4, leftMargin=80, rightMargin=80, **canvas)
    story = [Paragraph(line, style) for line in lines]
    document.build(story, onFirstPage=number, onLaterPages=number)
    return buffer.getvalue()


def drawn_pdf(*pages: Callable[[Canvas], None], **options: object) -> bytes:
    """A PDF whose pages are drawn by ``pages``."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    for draw in pages:
        canvas.setFont("STSong-Light", 16)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_ROW, _SIZE, _LEFT, _COLUMNS, _ROWS = 10.0, 5.6, 28.0, 27, 22  # in mm, and characters and lines


def ofd_text(text: str, x: float, y: float, more: str = "") -> str:
    """An ofd:TextObject of full-width type whose first glyph stands at ``x``, ``y``."""
    delta = f'DeltaX="g {len(text) - 1} {_SIZE}"' if len(text) > 1 else ""
    return (
        f'<ofd:TextObject ID="1" Boundary="{x} {y - _SIZE} 150 {_SIZE}" Size="{_SIZE}" {more}>'
        f'<ofd:TextCode X="0" Y="{_SIZE}" {delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def ofd(*pages: str, template: str = "") -> bytes:
    """An OFD file (GB/T 33190) of pages with these objects."""
    back = '<ofd:Template TemplateID="99" ZOrder="Background"/>' if template else ""
    members: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD {OFD} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo/>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Tpl.xml": _ofd_page(template),
    }
    references = ""
    for index, objects in enumerate(pages):
        members[f"Doc_0/Pages/Page_{index}/Content.xml"] = _ofd_page(objects, back)
        references += f'<ofd:Page ID="{index}" BaseLoc="Pages/Page_{index}/Content.xml"/>'
    members["Doc_0/Document.xml"] = (
        f"<ofd:Document {OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        '</ofd:PhysicalBox></ofd:PageArea><ofd:TemplatePage ID="99" BaseLoc="Tpl.xml"/>'
        f"</ofd:CommonData><ofd:Pages>{references}</ofd:Pages></ofd:Document>"
    )
    return zipped(members)


def _ofd_page(objects: str, back: str = "") -> str:
    return (
        f'<ofd:Page {OFD}>{back}<ofd:Content><ofd:Layer ID="7" Type="Body">{objects}'
        "</ofd:Layer></ofd:Content></ofd:Page>"
    )


def notice_ofd(lines: Sequence[str] = NOTICE) -> bytes:
    """``lines`` set as an OFD, each indented by two characters and broken at the right margin."""
    printed: list[tuple[str, float]] = []
    for line in lines:
        first, rest = line[: _COLUMNS - 2], line[_COLUMNS - 2 :]
        printed.append((first, _LEFT + 2 * _SIZE))
        printed += [(rest[i : i + _COLUMNS], _LEFT) for i in range(0, len(rest), _COLUMNS)]
    pages = []
    for start in range(0, len(printed), _ROWS):
        objects = "".join(
            ofd_text(text, x, 40 + row * _ROW)
            for row, (text, x) in enumerate(printed[start : start + _ROWS])
        )
        pages.append(objects + ofd_text(f"—{len(pages) + 1}—", 150, 285))
    return ofd(*pages)


def notice_html(lines: Sequence[str] = NOTICE, charset: str = "utf-8") -> bytes:
    """``lines`` as a page of a government's site, with all that stands around them there."""
    title, *body = lines
    article = "".join(f"<p>　　{escape(line)}</p>\n" for line in body)
    return _SITE.format(charset=charset, title=title, article=article).encode(charset)


_SITE = """<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{title}_云岭省人民政府</title><style>p {{ margin: 0 }}</style>
<script>var nav = "<div>导航，菜单。</div>";</script></head><body>
<div class="top"><a href="/">设为首页</a> | <a href="/">加入收藏</a><ul><li><a href="/1">首页</a>
<li><a href="/2">政务公开</a><li><a href="/3">互动交流</a></ul></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/2">政策文件</a></div>
<div class="main"><h1>{title}</h1>
<div class="tools">【字体：<a href="javascript:s(1)">大</a> <a href="javascript:s(2)">中</a>
<a href="javascript:s(3)">小</a>】 <a href="javascript:p()">打印</a></div>
<div id="zoom"><div class="TRS_Editor">{article}</div></div>
<div class="close">【<a href="javascript:close()">关闭窗口</a>】</div>
<div class="related"><h3>相关链接</h3><ul><li><a href="/a">一图读懂：加强山区道路养护，好消息</a>
<li><a href="/b">省政府办公厅负责人答记者问，谈山区道路养护</a></ul></div></div>
<div class="foot">主办单位：云岭省人民政府办公厅　版权所有　网站标识码：9900000001<br>
地址：云岭市中山路一号，邮编：999999。<a href="/map">网站地图</a></div></body></html>"""
