"""OFD, the fixed-layout format of Chinese administrations (GB/T 33190-2016): a zip of XML pages.

The reader is our own because the Python libraries (easyofd and the like) render pages and bring
OpenCV and reportlab along; they do not give text in reading order.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator
from itertools import chain, islice, repeat
from pathlib import Path

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.archive import Archive, Element, resolve
from indexer.formats.limits import Limits
from indexer.formats.page_layout import Glyph, Page, paragraphs, rows

_TILT = math.tan(math.radians(2))  # text that leans more is a watermark or stands on its side
_A4_WIDTH = 210.0  # millimetres, the unit of OFD
_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?")


def read_ofd(data: bytes, path: Path, limits: Limits) -> str:
    """Return the paragraphs of the OFD ``data``, one line each, without headers and footers.

    Raises SourceError for a container that is broken, protected or without text, SourceTooLarge
    at a limit.
    """
    archive = Archive(data, path, limits)
    root = archive.xml("OFD.xml")
    if root is None:
        locked = archive.read("Encryptions.xml") is not None
        reason = "protected with a password; save it without" if locked else "no OFD document in it"
        raise SourceError(path, reason)
    pages: list[Page] = []
    for location in root.iter("DocRoot"):
        document = _Document(archive, resolve("", location.text or ""), path, limits)
        for page in document.pages():
            if len(pages) == limits.pages:
                raise SourceTooLarge(path, f"over {limits.pages:,} pages")
            pages.append(page)
    if not any(page.rows for page in pages):
        raise SourceError(path, "no text layer; convert it to PDF and run OCR such as `ocrmypdf`")
    return "".join(f"{line}\n" for line in paragraphs(pages))


class _Document:
    """One DocBody with its pages and the templates that the pages refer to."""

    def __init__(self, archive: Archive, location: str, path: Path, limits: Limits) -> None:
        self._archive, self._folder = archive, posixpath.dirname(location)
        self._path, self._limits, self._chars = path, limits, 0
        root = archive.xml(location)
        if root is None:
            raise SourceError(path, f"broken OFD: {location or 'its document'} is missing")
        self._root = root
        self._templates = {
            template.get("ID", ""): self._bounded(self._glyphs(template.get("BaseLoc", "")))
            for template in root.iterfind("CommonData/TemplatePage")
        }

    def pages(self) -> Iterator[Page]:
        width = _width(self._root.find("CommonData/PageArea"), _A4_WIDTH)
        for reference in self._root.iterfind("Pages/Page"):
            content = self._content(reference.get("BaseLoc", ""))
            if content is None:
                continue
            behind = chain.from_iterable(
                self._templates.get(template.get("TemplateID", ""), ())
                for template in content.iterfind("Template")
            )
            found = rows(self._bounded(chain(_page_glyphs(content), behind)))
            yield Page(_width(content.find("Area"), width), found)

    def _bounded(self, glyphs: Iterator[Glyph]) -> list[Glyph]:
        limits = self._limits
        found = list(islice(glyphs, limits.page_chars + 1))
        self._chars += len(found)
        if len(found) > limits.page_chars:
            raise SourceTooLarge(self._path, f"over {limits.page_chars:,} characters on a page")
        if self._chars > limits.text_chars:
            raise SourceTooLarge(self._path, f"over {limits.text_chars:,} characters of text")
        return found

    def _content(self, location: str) -> Element | None:
        return self._archive.xml(resolve(self._folder, location))

    def _glyphs(self, location: str) -> Iterator[Glyph]:
        content = self._content(location)
        return _page_glyphs(content) if content is not None else iter(())


def _page_glyphs(content: Element) -> Iterator[Glyph]:
    for text in content.iter("TextObject"):
        if text.get("Visible") != "false":
            yield from _object_glyphs(text)


def _object_glyphs(text: Element) -> Iterator[Glyph]:
    """Yield the glyphs of a TextObject in the coordinates of the page."""
    boundary = _numbers(text.get("Boundary"))
    left, top = boundary[:2] if len(boundary) >= 2 else (0.0, 0.0)
    a, b, c, d, e, f = _matrix(text.get("CTM"))
    if abs(b) > _TILT * abs(a) or abs(c) > _TILT * abs(d) or a <= 0:
        return
    size = (_numbers(text.get("Size")) or [0.0])[0]
    em = size * abs(d)
    x = y = 0.0
    for code in text.iterfind("TextCode"):
        x = (_numbers(code.get("X")) or [x])[0]
        y = (_numbers(code.get("Y")) or [y])[0]
        across = _deltas(code.get("DeltaX"))
        down = _deltas(code.get("DeltaY"))
        for char in code.text or "":
            page_x, page_y = a * x + c * y + e + left, b * x + d * y + f + top
            advance = size if ord(char) >= 0x2E80 or char in "“”‘’—…·" else size / 2
            step = next(across, advance if code.get("DeltaY") is None else 0.0)
            width = step if advance < step <= 1.05 * size else advance
            if not char.isspace() and em > 0 and math.isfinite(page_x + page_y + em):
                yield Glyph(char, page_x, page_x + width * a, page_y, em)
            x += step
            y += next(down, 0.0)


def _deltas(text: str | None) -> Iterator[float]:
    """Yield the steps of DeltaX or DeltaY, in which ``g 3 5.5`` stands for 5.5 three times."""
    tokens = iter((text or "").split())
    for token in tokens:
        if token == "g":
            count, step = next(tokens, ""), next(tokens, "")
            yield from repeat(_number(step), int(min(max(_number(count), 0), 1e9)))
        else:
            yield _number(token)


def _width(area: Element | None, default: float) -> float:
    box = None if area is None else area.find("PhysicalBox")
    numbers = [] if box is None else _numbers(box.text)
    width = numbers[2] if len(numbers) == 4 else 0.0
    return width if 0 < width < 1e6 else default


def _matrix(text: str | None) -> _Matrix:
    numbers = _numbers(text)
    if len(numbers) != 6:
        return _IDENTITY
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _numbers(text: str | None) -> list[float]:
    return [_number(token) for token in (text or "").split()]


def _number(token: str) -> float:
    return float(token) if len(token) < 40 and _NUMBER.fullmatch(token) else 0.0
