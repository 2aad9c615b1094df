"""The part of the PDF reader that runs in a process of its own: glyphs and where they stand.

Run as ``pdf_child.py PAGES PAGE_CHARS CHARS SECONDS MEMORY < file``. It writes one JSON object a
line: for each page ``{"width", "images", "glyphs": [[char, left, right, baseline, em], …]}`` in
points, with baselines counted down from the top, or, last, ``{"error": code, "said": text}``. It
imports nothing of the project, so that it starts fast and can be killed at any moment.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import json
import math
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_NO_WIDTH = 0.02  # points
_TILT = math.radians(2)  # text at a greater angle is a watermark or stands on its side


def main() -> None:
    """Read the file at standard input within the bounds given as arguments."""
    pages, page_chars, chars, seconds, memory = map(int, sys.argv[1:6])
    _bound(seconds, memory)
    try:
        for page in _pages(sys.stdin.buffer.read(), pages, page_chars, chars):
            print(json.dumps(page))
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        locked = code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        print(json.dumps({"error": "locked" if locked else "broken", "said": str(error)}))
    except MemoryError:
        print(json.dumps({"error": "memory"}))


def _bound(seconds: int, memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _pages(data: bytes, most: int, page_chars: int, chars: int) -> Iterator[dict[str, Any]]:
    document = pypdfium2.PdfDocument(data)
    if len(document) > most:
        yield {"error": "pages", "said": str(len(document))}
        return
    for index in range(len(document)):
        page = document[index]
        glyphs = list(itertools.islice(_glyphs(page), page_chars + 1))
        if len(glyphs) > page_chars:
            yield {"error": "page"}
            return
        chars -= len(glyphs)
        if chars < 0:
            yield {"error": "chars"}
            return
        images = sum(1 for _ in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        yield {"width": page.get_width(), "images": images, "glyphs": glyphs}
        page.close()


def _give_extent(page: pypdfium2.PdfPage) -> None:
    """Make PDFium report text that has no width.

    A character of a font that is neither in the file nor on the machine has no shape, and PDFium
    skips a piece of text that consists of one such character. A stroke gives it some extent.
    """
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    matrix = pdfium.FS_MATRIX()
    for piece in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT], max_depth=3):
        pdfium.FPDFPageObj_GetBounds(piece.raw, left, bottom, right, top)
        if right.value - left.value < _NO_WIDTH:
            pdfium.FPDFTextObj_SetTextRenderMode(piece.raw, pdfium.FPDF_TEXTRENDERMODE_STROKE)
            pdfium.FPDFPageObj_SetStrokeWidth(piece.raw, 1.0)
            pdfium.FPDFPageObj_GetMatrix(piece.raw, matrix)
            pdfium.FPDFPageObj_SetMatrix(piece.raw, matrix)  # bounds are worked out anew


def _glyphs(page: pypdfium2.PdfPage) -> Iterator[tuple[str | float, ...]]:
    _give_extent(page)
    text = page.get_textpage()
    height = page.get_height()
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    next_x, next_y = ctypes.c_double(), ctypes.c_double()
    high = 0  # the first half of a character beyond the basic plane
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        char = _char(code, high)
        high = 0
        if char.isspace() or pdfium.FPDFText_IsGenerated(text, index) == 1:
            continue
        angle = pdfium.FPDFText_GetCharAngle(text, index)
        if _TILT < angle < 2 * math.pi - _TILT:
            continue
        pdfium.FPDFText_GetLooseCharBox(text, index, box)
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        right = box.right
        # A substitute for a missing font may draw wider glyphs than the file advances.
        if (
            pdfium.FPDFText_GetCharOrigin(text, index + 1, next_x, next_y)
            and next_y.value == y.value
            and x.value < next_x.value < right
        ):
            right = next_x.value
        place = (box.left, right, height - y.value, box.top - box.bottom)
        if all(map(math.isfinite, place)):
            yield char, *(round(value, 2) for value in place)
    text.close()


def _char(code: int, high: int) -> str:
    if high and 0xDC00 <= code < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00)
    if code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd"  # a glyph the font gives no character for
    return " " if code < 0x20 else chr(code)


if __name__ == "__main__":
    main()
