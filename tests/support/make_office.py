"""Makes office files, mails and archives of a document, with real tools where there are any.

Nothing in Python writes .doc and .ppt files: their containers and records are put together here,
after [MS-CFB], [MS-DOC] and [MS-PPT].
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

import openpyxl
import pptx
import xlwt
from odf import teletype, text
from odf.opendocument import OpenDocumentText
from odf.style import ListLevelProperties
from odf.text import List, ListItem, ListLevelStyleNumber, ListStyle, P

from tests.support.make_formats import NOTICE, notice_html

Cells = Sequence[Sequence[object]]


def rtf(body: str, charset: int = 134) -> bytes:
    """An RTF document around ``body``, whose characters beyond ASCII become GBK escapes."""
    shown = "".join(
        char if char.isascii() else "".join(f"\\'{byte:02x}" for byte in char.encode("gbk"))
        for char in body
    )
    head = (
        f"{{\\rtf1\\ansi\\ansicpg936\\deff0{{\\fonttbl{{\\f0\\fnil\\fcharset{charset} SimSun;}}}}"
    )
    return f"{head}\\f0\n{shown}}}".encode("ascii")


def notice_rtf(lines: Sequence[str] = NOTICE) -> bytes:
    """``lines`` as rich text."""
    return rtf("".join(f"\\pard {line}\\par\n" for line in lines))


def rtf_row(*cells: str) -> str:
    """A table row."""
    ends = "".join(f"\\cellx{1000 * (index + 1)}" for index in range(len(cells)))
    return f"\\trowd{ends}" + "".join(f"\\pard\\intbl {cell}\\cell" for cell in cells) + "\\row\n"


def notice_odt(lines: Sequence[str] = NOTICE) -> bytes:
    """``lines`` as an OpenDocument text."""
    document = OpenDocumentText()
    for line in lines:
        document.text.addElement(P(text=line))
    return _saved(document)


def numbered_odt(items: Sequence[str]) -> bytes:
    """``items`` as a list that counts 第一条, 第二条."""
    document = OpenDocumentText()
    style = ListStyle(name="articles")
    level = ListLevelStyleNumber(
        level="1", numformat="一, 二, 三, ...", numprefix="第", numsuffix="条 "
    )
    level.addElement(ListLevelProperties())
    style.addElement(level)
    document.automaticstyles.addElement(style)
    found = List(stylename=style)
    for item in items:
        entry = ListItem()
        entry.addElement(P(text=item))
        found.addElement(entry)
    document.text.addElement(found)
    return _saved(document)


def changed_odt() -> bytes:
    """A text with a deletion, a comment, tabs and blanks."""
    document = OpenDocumentText()
    paragraph = P()
    teletype.addTextToElement(paragraph, "甲  乙\t丙")
    document.text.addElement(paragraph)
    changes = text.TrackedChanges()
    region = text.ChangedRegion(check_grammar=False)
    deletion = text.Deletion()
    deletion.addElement(P(text="删去的话"))
    region.addElement(deletion)
    changes.addElement(region)
    document.text.insertBefore(changes, document.text.firstChild)
    return _saved(document)


def _saved(document: OpenDocumentText) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def xlsx(sheets: Mapping[str, Cells]) -> bytes:
    """A workbook of ``sheets``."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xls(sheets: Mapping[str, Cells]) -> bytes:
    """An Excel 97 workbook of ``sheets``."""
    book = xlwt.Workbook(encoding="utf-8")
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    style = (date,) if hasattr(value, "year") else ()
                    sheet.write(number, column, value, *style)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def notice_pptx(slides: Sequence[Sequence[str]]) -> bytes:
    """A presentation with a title, a text and notes on each slide."""
    presentation = pptx.Presentation()
    for title, *lines in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def table_pptx(rows: Sequence[Sequence[str]], notes: str) -> bytes:
    """A presentation with a table and speaker's notes."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    size = pptx.util.Inches(4)
    table = slide.shapes.add_table(len(rows), len(rows[0]), 0, 0, size, size).table
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            table.cell(number, column).text = value
    slide.notes_slide.notes_text_frame.text = notes
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def notice_mht(lines: Sequence[str] = NOTICE) -> bytes:
    """``lines`` as a web archive: a page in GB 2312 with a picture."""
    archive = EmailMessage()
    archive["Snapshot-Content-Location"] = "http://example.gov.cn/notice.html"
    archive.add_related(notice_html(lines, "gb2312"), "text", "html", params={"charset": "gb2312"})
    archive.add_related(b"\x89PNG\r\n\x1a\n", "image", "png")
    return archive.as_bytes()


def mail(subject: str, body: str, attachments: Mapping[str, bytes] | None = None) -> bytes:
    """A mail with attachments."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@example.cn", "b@example.cn"
    message.set_content(body)
    for name, data in (attachments or {}).items():
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return message.as_bytes()


def zipped_as(names: Mapping[bytes, bytes]) -> bytes:
    """An archive whose names are these bytes, without the mark of Unicode, as of old tools."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(names.values()):
            archive.writestr(_stand_in(number, list(names)[number]), data)
    data = buffer.getvalue()
    for number, name in enumerate(names):
        data = data.replace(_stand_in(number, name).encode(), name)
    return data


def _stand_in(number: int, name: bytes) -> str:
    return f"{number:x}".rjust(len(name), "~")


_SECTOR, _END, _FREE, _FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of ``streams``, each padded so that it takes whole sectors."""
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    fat: list[int] = [_FAT]
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    body = b""
    for number, (name, data) in enumerate(padded.items(), 1):
        data += bytes(-len(data) % _SECTOR)
        first, count = len(fat), len(data) // _SECTOR
        fat += [*range(first + 1, first + count), _END]
        right = number + 1 if number < len(padded) else _FREE
        entries.append(_entry(name, 2, first, len(data), right=right))
        body += data
    while len(entries) % 4:
        entries.append(_entry("", 0, 0, 0))
    first, count = len(fat), len(entries) // 4
    fat += [*range(first + 1, first + count), _END]
    assert len(fat) <= _SECTOR // 4, "one sector of the table is enough for tests"
    table = struct.pack(f"<{_SECTOR // 4}I", *fat, *[_FREE] * (_SECTOR // 4 - len(fat)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, first, 0, 4096, _END, 0, _END, 0
    )
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    return head + table + body + b"".join(entries)


def _entry(
    name: str, kind: int, start: int, size: int, right: int = _FREE, child: int = _FREE
) -> bytes:
    raw = (name + "\0").encode("utf-16-le") if name else b""
    return raw.ljust(64, b"\0") + struct.pack(
        "<HBBIII36xIQ", len(raw), kind, 1, _FREE, right, child, start, size
    )


def doc(
    body: str,
    *,
    notes: str = "",
    row_ends: bool = False,
    gone: tuple[int, int] = (0, 0),
    numbered: tuple[int, str] | None = None,
) -> bytes:
    """A Word 97 document of ``body``, whose paragraphs end in \\r and cells in \\x07.

    The first half is a piece of single bytes where it is ASCII, to have two kinds of pieces. With
    ``row_ends``, each \\x07\\x07 ends a row. The characters of ``gone`` are marked as deleted. With
    ``numbered``, a code of a number format and a text with \\0 for the number, all paragraphs are
    items of one list.
    """
    story = body + notes
    cut = next((i for i, char in enumerate(story) if not char.isascii()), len(story))
    narrow, wide = story[:cut].encode("cp1252"), story[cut:].encode("utf-16-le")
    start = 2048
    main = bytearray(start) + narrow + wide
    main += bytes(-len(main) % _SECTOR)

    def at(index: int) -> int:
        return start + index if index <= cut else start + cut + 2 * (index - cut)

    paragraphs = [at(i + 1) for i, char in enumerate(story) if char in "\r\x07"]
    ends = {at(i + 2) for i in range(len(story)) if row_ends and story[i : i + 2] == "\x07\x07"}
    item = struct.pack("<HHBHH", 0, 0x260A, 0, 0x460B, 1) if numbered else b""
    row_end = struct.pack("<HHB", 0, 0x2417, 1)
    properties = [row_end if end in ends else item for end in paragraphs]
    paragraph_page, main = len(main) // _SECTOR, main + _page([at(0), *paragraphs], properties, 13)
    character_page = len(main) // _SECTOR
    places = [at(0), at(gone[0]), at(gone[1]), at(len(story))]
    main += _page(places, [b"", struct.pack("<HB", 0x0800, 1), b""], 1)
    pieces = struct.pack("<III", 0, cut, len(story))
    pieces += struct.pack("<HIH", 0, (2 * start) | 0x4000_0000, 0)
    pieces += struct.pack("<HIH", 0, start + cut, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    spots = {0x1A2: (0, len(table))}
    for place, number in ((0x102, paragraph_page), (0xFA, character_page)):
        spots[place] = len(table), 12
        table += struct.pack("<III", at(0), at(len(story)), number)
    if numbered:
        spots[0x2E2] = len(table), 30
        table += struct.pack("<Hii18xBB", 1, 7, 0, 1, 0) + _level(*numbered)
        spots[0x2EA] = len(table), 20
        table += struct.pack("<Ii8xBBBBi", 1, 7, 0, 0, 0, 0, -1)
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 0x0A, 0x200)  # its table is in the stream 1Table
    struct.pack_into("<8i", main, 0x4C, len(body), len(notes), 0, 0, 0, 0, 0, 0)
    for place, spot in spots.items():
        struct.pack_into("<II", main, place, *spot)
    return ole({"WordDocument": bytes(main), "1Table": table})


def _level(code: int, text: str) -> bytes:
    """A level of a list that counts from 1."""
    head = struct.pack("<iBB9xB8xBBBB", 1, code, 0, 0, 0, 0, 0, 0)
    return head + struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _page(places: Sequence[int], properties: Sequence[bytes], size: int) -> bytes:
    """A page of properties: the runs between ``places``."""
    page = bytearray(_SECTOR)
    struct.pack_into(f"<{len(places)}I", page, 0, *places)
    free = _SECTOR - 2
    for number, each in enumerate(properties):
        if each:
            raw = bytes([len(each)]) + each if size == 1 else bytes([(len(each) + 1) // 2]) + each
            free = (free - len(raw)) & ~1
            page[free : free + len(raw)] = raw
            page[4 * len(places) + size * number] = free // 2
    page[-1] = len(properties)
    return bytes(page)


def notice_doc(lines: Sequence[str] = NOTICE) -> bytes:
    """``lines`` as a Word 97 document."""
    return doc("".join(f"{line}\r" for line in lines))


def ppt(slides: Sequence[tuple[str, str]], *, master: str = "母版标题") -> bytes:
    """A PowerPoint 97 presentation of slides with a placeholder and a text box each."""
    stream, places = b"", {}

    def add(number: int, raw: bytes) -> None:
        nonlocal stream
        places[number] = len(stream)
        stream += raw

    listed = b""
    for number, (title, box) in enumerate(slides, 2):
        listed += _record(0x03F3, struct.pack("<IIIII", number, 0, 0, 256 + number, 0))
        listed += _record(0x0FA0, title.encode("utf-16-le"))
        boxes = _record(0xF00D, _record(0x0FA0, box.encode("utf-16-le")), holds=True)
        add(number, _record(0x03EE, boxes, holds=True))
    masters = _record(0x0FA0, master.encode("utf-16-le"))
    lists = _record(0x0FF0, listed, holds=True) + _record(0x0FF0, masters, 1, holds=True)
    add(1, _record(0x03E8, lists, holds=True))
    directory = len(stream)
    numbers = range(1, len(slides) + 2)
    head = 1 | len(numbers) << 20
    stream += _record(0x1772, struct.pack(f"<I{len(numbers)}I", head, *map(places.get, numbers)))
    edit = len(stream)
    stream += _record(0x0FF5, struct.pack("<IIIIIII", 0, 0, 0, directory, 1, 0, 0))
    user = struct.pack("<HHIIIIHHI", 0, 0x0FF6, 20, 20, 0xE391C05F, edit, 0, 0, 0)
    return ole({"PowerPoint Document": stream, "Current User": user})


def _record(kind: int, data: bytes, instance: int = 0, *, holds: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (0xF if holds else 0), kind, len(data)) + data
