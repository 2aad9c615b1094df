"""Word 97 to 2003 and WPS documents (.doc, .wps) by their piece table, after [MS-DOC].

antiword and soffice are programs that few machines have and that give different texts; catdoc loses
Chinese. olefile opens the container; the table of pieces and the properties of paragraphs that end
a table row are all that the text needs beyond it.
"""

from __future__ import annotations

import io
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import olefile

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats.doc_lists import read_lists
from indexer.formats.limits import Limits
from indexer.formats.numbering import with_label
from indexer.formats.source import Source, Warnings
from indexer.formats.text import everyday_share

_WORD_97 = 0xC1  # nFib of the first version with pieces in UTF-16
_PAGE = 512  # bytes of a page of properties
_ENCRYPTED, _SECOND_TABLE, _COMPLEX, _WIDE = 0x100, 0x200, 0x4, 0x1000
_CLX, _CHARACTER_PAGES, _PARAGRAPH_PAGES = 0x1A2, 0xFA, 0x102  # places in the FIB
_LENGTHS = 0x4C  # of the stories: eight counts of characters, in their order
_STORIES = (True, True, False, False, False, True, True, False)  # text, notes and text boxes
_LEVEL, _NO_LIST = 0x260A, 0xF801
_IN_TABLE, _ROW_END, _INNER_ROW_END, _LIST = 0x2416, 0x2417, 0x244C, 0x460B
_HUGE = (0x6645, 0x6646)  # properties that stand in the stream Data
_DELETED, _HIDDEN = 0x0800, 0x083C
_OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes by the kind of a property; 0: stated
_TABLE_DEFINITION, _TABS = 0xD608, 0xC615

_CHARACTERS = {"\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\xa0": " "}
# Marks from the private use area: around a paragraph's list and level, and between the paragraphs
# of a cell.
_LABEL, _BREAK = "\ue0f4", "\ue0f5"
_NUMBERED = re.compile(
    f"(?<![^\r\t{_BREAK}])([^\r\t{_BREAK}{_LABEL}]*){_LABEL}(\\d+),(\\d+){_LABEL}"
)
_ENDS = re.compile("[\r\x07]")
_BEGIN, _SEPARATOR, _END = "\x13", "\x14", "\x15"  # of a field
_FIELD = re.compile("([\x13-\x15])")


def read_doc(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the paragraphs of the Word document ``data``, one line each.

    A table row becomes one line with tabs between its cells; footnotes and text boxes follow the
    body. Paragraphs have the automatic numbers that they state themselves, not those of their
    style. Deleted and hidden text, headers and footers are left out. Raises SourceError for a
    broken or protected document, UnsupportedFormat for a Microsoft Works file.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if not container.exists("WordDocument"):
                reason = "no Word document (Microsoft Works is not read); save it as .docx"
                raise UnsupportedFormat(path, reason)
            streams = {
                name: container.openstream(name).read() if container.exists(name) else b""
                for name in ("WordDocument", "0Table", "1Table", "Data")
            }
        found = _Document(streams, path)
        text = found.text()
    except SourceError:
        raise
    except (OSError, struct.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise SourceError(path, f"broken Word document ({error})") from error
    if len(text) > limits.text_chars:
        raise SourceTooLarge(path, f"over {limits.text_chars:,} characters of text")
    warnings = Warnings()
    warnings.add("no-numbers", count=found.unnumbered)
    return Source("".join(f"{line}\n" for line in _lines(text)), "doc", warnings=warnings.all())


@dataclass(slots=True)
class _Properties:
    """Offsets in the main stream: behind paragraphs that end rows or stand in cells; omissions."""

    row_ends: set[int] = field(default_factory=set)
    in_cells: set[int] = field(default_factory=set)
    lists: dict[int, tuple[int, int]] = field(default_factory=dict)  # list and level, by end
    gone: list[tuple[int, int]] = field(default_factory=list)


class _Document:
    def __init__(self, streams: dict[str, bytes], path: Path) -> None:
        self._main, self._data = streams["WordDocument"], streams["Data"]
        magic, version = struct.unpack_from("<HH", self._main)
        (flags,) = struct.unpack_from("<H", self._main, 0x0A)
        if flags & _ENCRYPTED:
            raise SourceError(path, "protected with a password; save it without")
        if magic not in (0xA5EC, 0xA5DC, 0xA697, 0xA699):
            raise SourceError(path, "no Word document in the container")
        self._flags, self._old = flags, version < _WORD_97
        self._table = streams["1Table" if flags & _SECOND_TABLE else "0Table"]
        self.unnumbered = 0

    def text(self) -> str:
        """Returns the raw text: ends of paragraphs as \\r, of cells as \\t, of rows as \\r."""
        if self._old:
            return self._old_text()
        properties = self._properties()
        lengths = struct.unpack_from("<8i", self._main, _LENGTHS)
        pieces = list(self._pieces())
        parts: list[str] = []
        start = 0
        for length, wanted in zip(lengths, _STORIES, strict=True):
            if length > 0:
                if wanted:
                    parts.append(_visible(self._story(pieces, start, start + length, properties)))
                start += length
        return self._numbered("\r".join(parts))

    def _numbered(self, text: str) -> str:
        """Returns ``text`` with the automatic numbers of its paragraphs in front of them."""
        if _LABEL not in text:
            return text.replace(_BREAK, " ")
        try:
            lists = read_lists(self._main, self._table)
        except (struct.error, IndexError):
            self.unnumbered = text.count(_LABEL) // 2
            return _NUMBERED.sub(r"\1", text).replace(_BREAK, " ")

        def shown(found: re.Match[str]) -> str:
            paragraph, number, level = found.groups()
            label = lists.label(number, int(level))
            return (
                with_label(label, paragraph.lstrip()) if label and paragraph.strip() else paragraph
            )

        return _NUMBERED.sub(shown, text).replace(_BREAK, " ")

    def _old_text(self) -> str:
        """Returns the text of a Word 6 or 95 document, which stands in one run of bytes."""
        if self._flags & _COMPLEX:
            raise ValueError("a fast-saved Word 95 document; save it as .docx")
        first, last = struct.unpack_from("<II", self._main, 0x18)
        (length,) = struct.unpack_from("<I", self._main, 0x34)
        raw = self._main[first:last]
        if self._flags & _WIDE:
            return _visible([(raw.decode("utf-16-le", "replace")[:length])])
        text = raw[:length].decode("gb18030", "replace")
        if "\ufffd" in text or everyday_share(text) < 0.8:
            text = raw[:length].decode("cp1252", "replace")
        return _visible([text.replace("\x07\x07", "\r").replace("\x07", "\t")])

    def _pieces(self) -> Iterator[tuple[int, int, int, bool]]:
        """Yields the pieces: first and last character, offset in the main stream, in one byte."""
        start, size = struct.unpack_from("<II", self._main, _CLX)
        clx = self._table[start : start + size]
        at = 0
        while at < len(clx) and clx[at] == 1:  # properties of pieces
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if at >= len(clx) or clx[at] != 2:
            raise ValueError("its piece table is missing")
        (size,) = struct.unpack_from("<I", clx, at + 1)
        count = (size - 4) // 12
        places = struct.unpack_from(f"<{count + 1}I", clx, at + 5)
        for number in range(count):
            descriptor = at + 5 + 4 * (count + 1) + 8 * number
            (offset,) = struct.unpack_from("<I", clx, descriptor + 2)
            narrow = bool(offset & 0x4000_0000)
            offset &= 0x3FFF_FFFF
            yield places[number], places[number + 1], offset // 2 if narrow else offset, narrow

    def _story(
        self, pieces: list[tuple[int, int, int, bool]], start: int, end: int, marks: _Properties
    ) -> Iterator[str]:
        for first, last, offset, narrow in pieces:
            low, high = max(first, start), min(last, end)
            if low >= high:
                continue
            width = 1 if narrow else 2
            at = offset + (low - first) * width
            raw = self._main[at : at + (high - low) * width]
            text = raw.decode("cp1252" if narrow else "utf-16-le", "replace")
            yield from _marked(text, at, width, marks)

    def _properties(self) -> _Properties:
        found = _Properties()
        for _, high, properties in self._runs(_PARAGRAPH_PAGES, 13):
            level = 0
            for code, value in self._modifiers(properties[2:]):
                if code == _LEVEL:
                    level = min(value, 8)
                if code in (_ROW_END, _INNER_ROW_END) and value:
                    found.row_ends.add(high)
                elif code == _IN_TABLE and value:
                    found.in_cells.add(high)
                if code == _LIST and 0 < value < _NO_LIST:
                    found.lists[high] = value, level
            if high in found.lists:
                found.lists[high] = found.lists[high][0], level
        for low, high, properties in self._runs(_CHARACTER_PAGES, 1):
            if any(
                code in (_DELETED, _HIDDEN) and value & 1
                for code, value in self._modifiers(properties)
            ):
                found.gone.append((low, high))
        found.gone.sort()
        return found

    def _runs(self, place: int, size: int) -> Iterator[tuple[int, int, bytes]]:
        """Yields runs of text as offsets in the main stream, with their properties."""
        start, length = struct.unpack_from("<II", self._main, place)
        count = max(0, (length - 4) // 8)
        pages = struct.unpack_from(f"<{count}I", self._table, start + 4 * (count + 1))
        for number in pages:
            page = self._main[(number & 0x3F_FFFF) * _PAGE :][:_PAGE]
            if len(page) < _PAGE:
                continue
            runs = page[-1]
            offsets = struct.unpack_from(f"<{runs + 1}I", page)
            for run in range(runs):
                at = 2 * page[4 * (runs + 1) + size * run]
                if not at or at >= _PAGE - 1:
                    continue
                length = page[at]
                if size == 1:
                    properties = page[at + 1 : at + 1 + length]
                elif length:
                    properties = page[at + 1 : at + 2 * length]
                else:
                    properties = page[at + 2 : at + 2 + 2 * page[at + 1]]
                yield offsets[run], offsets[run + 1], properties

    def _modifiers(self, properties: bytes, huge: bool = True) -> Iterator[tuple[int, int]]:
        """Yields the codes of single properties with their operands, of at most four bytes."""
        at = 0
        while at + 2 < len(properties):
            (code,) = struct.unpack_from("<H", properties, at)
            at += 2
            size = _OPERANDS[code >> 13]
            if code == _TABLE_DEFINITION:
                size = 1 + int.from_bytes(properties[at : at + 2], "little")
            elif not size:
                size = 1 + properties[at]
                if code == _TABS and size == 256:
                    return  # its size is counted otherwise; what is sought does not follow it
            value = int.from_bytes(properties[at : at + min(size, 4)], "little")
            at += size
            if code in _HUGE and huge:
                length = int.from_bytes(self._data[value : value + 2], "little")
                yield from self._modifiers(self._data[value + 2 : value + 2 + length], False)
            else:
                yield code, value


def _marked(text: str, at: int, width: int, marks: _Properties) -> Iterator[str]:
    """Yields ``text``, which stands at offset ``at``, without what was deleted or hidden."""
    index = 0
    first = max(0, bisect_right(marks.gone, (at, 1 << 40)) - 1)
    for low, high in marks.gone[first:]:
        if low >= at + len(text) * width:
            break
        start = max(index, (low - at) // width)
        if (high - at) // width <= index:
            continue
        yield _with_rows(text[index:start], at + index * width, width, marks)
        index = max(start, min(len(text), (high - at) // width))
    yield _with_rows(text[index:], at + index * width, width, marks)


def _with_rows(text: str, at: int, width: int, marks: _Properties) -> str:
    """Returns ``text`` with a tab for the end of each cell, \\r for that of each row, and lists."""

    def shown(mark: re.Match[str]) -> str:
        end = at + mark.end() * width
        if mark[0] == "\x07" and end in marks.row_ends:
            return "\r"
        number, level = marks.lists.get(end, (0, 0))
        label = f"{_LABEL}{number},{level}{_LABEL}" if number else ""
        if mark[0] == "\x07":
            return label + "\t"
        return label + (_BREAK if end in marks.in_cells else "\r")

    return _ENDS.sub(shown, text)


def _visible(parts: Iterator[str] | list[str]) -> str:
    """Returns the text without the codes of its fields."""
    kept: list[str] = []
    depth: list[bool] = []  # for each open field: its code is being read
    for part in parts:
        for piece in _FIELD.split(part):
            if piece == _BEGIN:
                depth.append(True)
            elif piece == _SEPARATOR and depth:
                depth[-1] = False
            elif piece == _END and depth:
                depth.pop()
            elif not any(depth):
                kept.append(piece)
    return "".join(kept)


def _lines(text: str) -> Iterator[str]:
    """Yields paragraphs and table rows."""
    for line in text.translate(_SHOWN).replace("\r", "\n").split("\n"):
        if shown := line.strip(" \t"):
            yield shown


_SHOWN: dict[int, str | None] = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"}
_SHOWN |= {ord(char): shown for char, shown in _CHARACTERS.items()}
