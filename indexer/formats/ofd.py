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
from indexer.formats.glyph import Glyph
from indexer.formats.limits import Limits
from indexer.formats.page_columns import without_watermarks
from indexer.formats.page_layout import Page, laid_out, paragraphs
from indexer.formats.source import Source, Warnings
from indexer.formats.text import UNREADABLE, is_readable

_TILT = math.tan(math.radians(2))  # text at a greater angle to its quarter turn is a watermark
_A4 = (210.0, 297.0)  # millimetres, the unit of OFD
_COMPOSITES = 100_000  # composite objects that are drawn
_COMPOSITE_DEPTH = 4  # of composite objects within one another
_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_TURNS: dict[float, _Matrix] = {
    0.0: _IDENTITY,
    1.0: (0.0, 1.0, -1.0, 0.0, 0.0, 0.0),
    2.0: (-1.0, 0.0, 0.0, -1.0, 0.0, 0.0),
    3.0: (0.0, -1.0, 1.0, 0.0, 0.0, 0.0),
}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?")


def read_ofd(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the paragraphs of the OFD ``data``, one line each, without headers and footers.

    Text of composite objects, stamps and annotations stands where it is seen. Pages without text
    and text of watermarks are told of in warnings. Raises SourceError for a container that is
    broken, protected or without readable text, SourceTooLarge at a limit.
    """
    archive = Archive(data, path, limits)
    root = archive.xml("OFD.xml")
    if root is None:
        locked = archive.read("Encryptions.xml") is not None
        reason = "protected with a password; save it without" if locked else "no OFD document in it"
        raise SourceError(path, reason)
    pages: list[list[Page]] = []
    marks = 0
    for location in root.iter("DocRoot"):
        document = _Document(archive, resolve("", location.text or ""), path, limits)
        for page in document.pages():
            if len(pages) == limits.pages:
                raise SourceTooLarge(path, f"over {limits.pages:,} pages")
            pages.append(page)
        marks += document.tilted
    flat = [page for each in pages for page in each]
    if not any(page.rows for page in flat):
        raise SourceError(path, "no text layer; convert it to PDF and run OCR such as `ocrmypdf`")
    text = "".join(f"{line}\n" for line in paragraphs(flat))
    if not is_readable(text):
        raise SourceError(path, UNREADABLE)
    warnings = Warnings()
    for number, page in enumerate(pages, 1):
        if not any(part.rows for part in page):
            warnings.add("no-text", f"page {number} of {len(pages)}")
    warnings.add("turned-text", count=marks)
    return Source(text, "ofd", warnings=warnings.all())


class _Document:
    """One DocBody with its pages and the templates, annotations and units that they refer to."""

    def __init__(self, archive: Archive, location: str, path: Path, limits: Limits) -> None:
        self._archive, self._folder = archive, posixpath.dirname(location)
        self._path, self._limits, self._chars = path, limits, 0
        self.tilted = self._composites = 0
        root = archive.xml(location)
        if root is None:
            raise SourceError(path, f"broken OFD: {location or 'its document'} is missing")
        self._root = root
        self._units = dict(self._composite_units())
        self._annotations = self._annotation_files()
        self._templates = {
            template.get("ID", ""): self._bounded(self._glyphs(template.get("BaseLoc", "")))
            for template in root.iterfind("CommonData/TemplatePage")
        }

    def pages(self) -> Iterator[list[Page]]:
        width, height = _size(self._root.find("CommonData/PageArea"), _A4)
        for reference in self._root.iterfind("Pages/Page"):
            content = self._content(reference.get("BaseLoc", ""))
            if content is None:
                continue
            behind = chain.from_iterable(
                self._templates.get(template.get("TemplateID", ""), ())
                for template in content.iterfind("Template")
            )
            above = self._annotation_glyphs(reference.get("ID", ""))
            glyphs = self._bounded(chain(self._visible(content, _IDENTITY, 0), behind, above))
            kept, stamped = without_watermarks(glyphs)
            self.tilted += stamped
            yield laid_out(kept, *_size(content.find("Area"), (width, height)))

    def _composite_units(self) -> Iterator[tuple[str, Element]]:
        """Yields the drawings that composite objects of the pages refer to, by their ids."""
        for tag in ("PublicRes", "DocumentRes"):
            for location in self._root.iterfind(f"CommonData/{tag}"):
                resources = self._content(location.text or "")
                for unit in resources.iter("CompositeGraphicUnit") if resources is not None else ():
                    yield unit.get("ID", ""), unit

    def _annotation_files(self) -> dict[str, list[str]]:
        location = (self._root.findtext("Annotations") or "").strip()
        listed = self._content(location) if location else None
        found: dict[str, list[str]] = {}
        folder = posixpath.dirname(location)
        for page in listed.iterfind("Page") if listed is not None else ():
            files = (
                posixpath.join(folder, (file.text or "").strip())
                for file in page.iterfind("FileLoc")
            )
            # The standard starts from the folder of the list, some producers from the document's.
            found[page.get("PageID", "")] = [
                file if self._content(file) is not None else file[len(folder) :].lstrip("/")
                for file in files
            ]
        return found

    def _annotation_glyphs(self, page: str) -> Iterator[Glyph]:
        for location in self._annotations.get(page, ()):
            root = self._content(location)
            for annotation in root.iter("Annot") if root is not None else ():
                if annotation.get("Visible") == "false" or annotation.get("Type") == "Watermark":
                    continue
                for appearance in annotation.iterfind("Appearance"):
                    yield from self._visible(appearance, _moved(appearance), 0)

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
        return self._visible(content, _IDENTITY, 0) if content is not None else iter(())

    def _visible(self, content: Element, place: _Matrix, depth: int) -> Iterator[Glyph]:
        """Yields the glyphs of ``content``, whose coordinates ``place`` takes to the page's."""
        for item in content:
            if item.get("Visible") == "false":
                continue
            if item.tag == "TextObject":
                yield from self._object_glyphs(item, place)
            elif item.tag == "CompositeObject":
                unit = self._units.get(item.get("ResourceID", ""))
                self._composites += 1
                if self._composites > _COMPOSITES:
                    raise SourceTooLarge(self._path, f"over {_COMPOSITES:,} composite objects")
                if unit is not None and depth < _COMPOSITE_DEPTH:
                    inner = _times(_matrix(item.get("CTM")), _times(_moved(item), place))
                    yield from self._visible(unit, inner, depth + 1)
            else:
                yield from self._visible(item, place, depth)

    def _object_glyphs(self, text: Element, place: _Matrix) -> Iterator[Glyph]:
        """Yields the glyphs of a TextObject in the coordinates of the page."""
        matrix = _times(_matrix(text.get("CTM")), _times(_moved(text), place))
        turn = _turn(matrix[0], matrix[1])
        if turn is None:
            self.tilted += sum(len((code.text or "").strip()) for code in text.iterfind("TextCode"))
            return
        a, b, c, d, e, f = _upright(matrix, turn)
        size = (_numbers(text.get("Size")) or [0.0])[0]
        em = size * abs(d)
        x = y = 0.0
        for code in text.iterfind("TextCode"):
            x = (_numbers(code.get("X")) or [x])[0]
            y = (_numbers(code.get("Y")) or [y])[0]
            across = _deltas(code.get("DeltaX"))
            down = _deltas(code.get("DeltaY"))
            for char in code.text or "":
                page_x, page_y = a * x + c * y + e, b * x + d * y + f
                advance = size if ord(char) >= 0x2E80 or char in "“”‘’—…·" else size / 2
                step = next(across, advance if code.get("DeltaY") is None else 0.0)
                width = step if advance < step <= 1.05 * size else advance
                if not char.isspace() and em > 0 and math.isfinite(page_x + page_y + em):
                    yield Glyph(char, page_x, page_x + width * a, page_y, em, turn)
                x += step
                y += next(down, 0.0)


def _turn(a: float, b: float) -> float | None:
    """Returns the direction of a baseline in quarter turns, None if it leans from all four."""
    if abs(b) <= _TILT * abs(a):
        return 0.0 if a >= 0 else 2.0
    if abs(a) <= _TILT * abs(b):
        return 1.0 if b < 0 else 3.0
    return None


def _upright(matrix: _Matrix, turn: float) -> _Matrix:
    """Returns ``matrix`` with the page turned so that the text stands upright."""
    return _times(matrix, _TURNS[turn])


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        *(a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s),
        *(e * p + f * r + t, e * q + f * s + u),
    )


def _moved(item: Element) -> _Matrix:
    """Returns the move to the boundary of ``item``."""
    boundary = _numbers(item.get("Boundary"))
    left, top = boundary[:2] if len(boundary) >= 2 else (0.0, 0.0)
    return 1.0, 0.0, 0.0, 1.0, left, top


def _deltas(text: str | None) -> Iterator[float]:
    """Yields the steps of DeltaX or DeltaY, in which ``g 3 5.5`` stands for 5.5 three times."""
    tokens = iter((text or "").split())
    for token in tokens:
        if token == "g":
            count, step = next(tokens, ""), next(tokens, "")
            yield from repeat(_number(step), int(min(max(_number(count), 0), 1e9)))
        else:
            yield _number(token)


def _size(area: Element | None, default: tuple[float, float]) -> tuple[float, float]:
    """Returns the width and height of a page area."""
    box = None if area is None else area.find("PhysicalBox")
    numbers = [] if box is None else _numbers(box.text)
    width, height = numbers[2:] if len(numbers) == 4 else (0.0, 0.0)
    return (width, height) if 0 < width < 1e6 and 0 < height < 1e6 else default


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
