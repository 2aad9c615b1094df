"""The parts of a Word document outside its body: embedded documents, diagrams, first headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexer.errors import SourceError
from indexer.formats.archive import Archive, Element
from indexer.formats.limits import Limits
from indexer.formats.numbering import is_on
from indexer.formats.source import Warnings

# Characters of the symbol fonts that say something: ticks, crosses and boxes.
_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x77: "◆",
    0x78: "☒", 0xA1: "○", 0xA3: "□", 0xA7: "▪", 0xA8: "□", 0xAB: "★", 0xD8: "➢", 0xE0: "→",
    0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"}
_SYMBOL = {0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xA3: "≤", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠"}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}


def symbol(element: Element) -> str:
    """Returns the character of a w:sym; one of an unknown symbol font becomes U+FFFD."""
    try:
        code = int(element.get("char", ""), 16)
    except ValueError:
        return "\ufffd"
    font = element.get("font", "").lower()
    if 0xF000 <= code <= 0xF0FF or font in _FONTS:
        return _FONTS.get(font, {}).get(code & 0xFF, "\ufffd")
    return chr(code) if 0x20 <= code < 0xD800 or 0xF900 <= code < 0xFFFE else "\ufffd"


class Parts:
    """The parts that the part ``name`` of ``archive`` refers to."""

    def __init__(self, archive: Archive, name: str, path: Path, limits: Limits) -> None:
        self._archive, self._path, self._limits = archive, path, limits
        self._targets = archive.targets(name)
        self._read = 0
        self.warnings = Warnings()

    def first_headers(self, root: Element) -> Iterator[Element]:
        """Yields the header of the first page, if it differs from that of the other pages."""
        section = next(root.iter("sectPr"), None)
        title_page = section.find("titlePg") if section is not None else None
        if section is None or title_page is None or not is_on(title_page):
            return
        for reference in section.iterfind("headerReference"):
            if reference.get("type") == "first":
                header = self._archive.xml(self._targets.get(reference.get("id", ""), ""))
                if header is not None:
                    yield header

    def diagram(self, reference: Element) -> Iterator[str]:
        """Yields the texts of a SmartArt diagram, in the order of its points."""
        data = self._archive.xml(self._targets.get(reference.get("dm", ""), ""))
        for paragraph in data.iter("p") if data is not None else ():
            if line := "".join(text.text or "" for text in paragraph.iter("t")).strip():
                yield line

    def embedded(self, chunk: Element) -> Iterator[str]:
        """Yields the lines of a document that an altChunk embeds: HTML, MHT, RTF or Word."""
        from indexer.formats.read import read_source

        name = self._targets.get(chunk.get("id", ""), "")
        data = self._archive.read(name)
        self._read += 1
        if data is None or self._limits.nesting == 0 or self._read > self._limits.parts:
            self.warnings.add("no-part", detail=name or "an embedded document")
            return
        inner = replace(self._limits, nesting=self._limits.nesting - 1)
        try:
            source = read_source(self._path / Path(name).name, data, limits=inner)
        except SourceError as error:
            self.warnings.add("no-part", detail=f"{name} ({error.reason})")
            return
        self.warnings.extend(source.warnings, name)
        yield from source.text.splitlines()
