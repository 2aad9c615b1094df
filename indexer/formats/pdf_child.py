"""The part of the PDF reader that runs in a process of its own: glyphs and their places.

Run as ``pdf_child.py PAGES PAGE_CHARS CHARS SECONDS MEMORY < file``. For each page it writes a line
of JSON, ``{"width", "height", "images", "tilted", "count", "size"}``, followed by ``size`` bytes of
UTF-8 with ``count`` characters and by five arrays of ``count`` floats: the left and right edge of
each glyph along its line of text, its baseline, its size, and its direction in quarter turns
(counterclockwise). Lengths are in points; along every direction, baselines count down from the top.
The last line may be ``{"error": code, "said": text}``.

The script imports nothing of the project, so that it starts fast and can be killed at any moment.
Loops over characters run inside ``map``: a call of PDFium costs less than a turn of a Python loop.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import sys
from array import array
from collections import deque
from collections.abc import Sequence
from itertools import chain, compress, repeat
from operator import add, eq, sub
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

_NO_WIDTH = 0.02  # points
_TILT = math.tan(math.radians(2))  # text at a greater angle to its quarter turn is a watermark
_DEPTH = 3  # of forms within forms that are looked into for images and text without width
_DOWNWARD = 0.6  # least share of glyphs below the one before on a page in vertical writing
_INT, _POINTER, _UINT = ctypes.c_int, ctypes.c_void_p, ctypes.c_uint


def _function(name: str, result: Any, *arguments: Any) -> Any:
    """Returns a function of PDFium that takes addresses as numbers and so converts no arguments."""
    address = ctypes.cast(getattr(pdfium, name), _POINTER).value
    assert address is not None
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


_unicode = _function("FPDFText_GetUnicode", _UINT, _POINTER, _INT)
_box = _function("FPDFText_GetLooseCharBox", _INT, _POINTER, _INT, _POINTER)
_origin = _function("FPDFText_GetCharOrigin", _INT, _POINTER, _INT, _POINTER, _POINTER)
_matrix = _function("FPDFText_GetMatrix", _INT, _POINTER, _INT, _POINTER)
_object = _function("FPDFPage_GetObject", _POINTER, _POINTER, _INT)
_form_object = _function("FPDFFormObj_GetObject", _POINTER, _POINTER, ctypes.c_ulong)
_form_count = _function("FPDFFormObj_CountObjects", _INT, _POINTER)
_bounds = _function("FPDFPageObj_GetBounds", _INT, *[_POINTER] * 5)
_type = _function("FPDFPageObj_GetType", _INT, _POINTER)


_Column = Sequence[float]
_Columns = tuple[_Column, ...]  # lefts, rights, baselines, sizes, and perhaps directions
_Places = tuple[_Column, _Column, _Column, _Column, _Column, _Column]


class _Error(Exception):
    """A bound that was met; its argument is the code that the reader knows."""


def main() -> None:
    """Reads the file at standard input within the bounds given as arguments."""
    pages, page_chars, chars, seconds, memory = map(int, sys.argv[1:6])
    _bound(seconds, memory)
    try:
        _write_pages(sys.stdin.buffer.read(), pages, page_chars, chars)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        locked = code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        _write({"error": "locked" if locked else "broken", "said": str(error)})
    except _Error as error:
        _write({"error": error.args[0], "said": error.args[-1]})
    except MemoryError:
        _write({"error": "memory"})


def _bound(seconds: int, memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _write(head: dict[str, Any], *blobs: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for blob in blobs:
        sys.stdout.buffer.write(blob)


def _write_pages(data: bytes, most: int, page_chars: int, chars: int) -> None:
    document = pypdfium2.PdfDocument(data)
    if len(document) > most:
        raise _Error("pages", str(len(document)))
    for index in range(len(document)):
        page = _with_annotations(document, index)
        count = _write_page(
            page, min(page_chars, chars), "page" if page_chars <= chars else "chars"
        )
        chars -= count
        page.close()


def _with_annotations(document: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfPage:
    """Returns a page whose annotations and form fields are part of it, as on paper."""
    page = document[index]
    if pdfium.FPDFPage_GetAnnotCount(page.raw) <= 0:
        return page
    if pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        page.close()
        page = document[index]
    return page


def _write_page(page: pypdfium2.PdfPage, most: int, bound: str) -> int:
    pieces, kinds = _objects(page)
    images = kinds.count(pdfium.FPDF_PAGEOBJ_IMAGE)
    is_text = map(eq, kinds, repeat(pdfium.FPDF_PAGEOBJ_TEXT))
    _give_extent(list(compress(pieces, is_text)))
    text = page.get_textpage()
    count = text.count_chars()
    if count > 2 * most:  # blanks are counted too, which a page has fewer of
        raise _Error(bound)
    address = ctypes.cast(text.raw, _POINTER).value
    found = _glyphs(address, count, page.get_height()) if address and count > 0 else _Glyphs()
    text.close()
    if len(found.chars) > most:
        raise _Error(bound)
    raw = "".join(found.chars).encode("utf-8", "replace")
    head = {"width": page.get_width(), "height": page.get_height(), "images": images}
    head |= {"tilted": found.tilted, "count": len(found.chars), "size": len(raw)}
    _write(head, raw, *(array("f", column).tobytes() for column in found.places))
    return len(found.chars)


def _objects(page: pypdfium2.PdfPage) -> tuple[list[int], list[int]]:
    """Returns the objects of a page, those within forms included, and their types."""
    count = pdfium.FPDFPage_CountObjects(page.raw)
    address = ctypes.cast(page.raw, _POINTER).value
    pieces: list[int] = list(map(_object, repeat(address), range(count)))
    kinds: list[int] = list(map(_type, pieces))
    start = 0
    for _ in range(_DEPTH):
        end = len(pieces)
        if pdfium.FPDF_PAGEOBJ_FORM not in kinds[start:]:
            break
        for index in range(start, end):
            if kinds[index] == pdfium.FPDF_PAGEOBJ_FORM:
                inner = range(_form_count(pieces[index]))
                pieces += map(_form_object, repeat(pieces[index]), inner)
        kinds += map(_type, pieces[end:])
        start = end
    return pieces, kinds


def _give_extent(pieces: list[int]) -> None:
    """Make PDFium report text that has no width.

    A character of a font that is neither in the file nor on the machine has no shape, and PDFium
    skips a piece of text that consists of one such character. A stroke gives it some extent.
    """
    count = len(pieces)
    bounds = [array("f", bytes(4 * count)) for _ in range(4)]
    deque(map(_bounds, pieces, *(_steps(side, count, 4) for side in bounds)), maxlen=0)
    matrix = pdfium.FS_MATRIX()
    for address, left, right in zip(pieces, bounds[0], bounds[2], strict=True):
        if right - left < _NO_WIDTH:
            piece = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)
            pdfium.FPDFTextObj_SetTextRenderMode(piece, pdfium.FPDF_TEXTRENDERMODE_STROKE)
            pdfium.FPDFPageObj_SetStrokeWidth(piece, 1.0)
            pdfium.FPDFPageObj_GetMatrix(piece, matrix)
            pdfium.FPDFPageObj_SetMatrix(piece, matrix)  # bounds are worked out anew


class _Glyphs(NamedTuple):
    """Characters with their lefts, rights, baselines, sizes, directions; those left out."""

    chars: Sequence[str] = ()
    places: _Columns = ((),) * 5
    tilted: int = 0


def _glyphs(text: int, count: int, height: float) -> _Glyphs:
    codes = list(map(_unicode, repeat(text), range(count)))
    chars = _chars(codes)
    shown = [not blank for blank in map(str.isspace, chars)]  # PDFium makes up blanks only
    turns = _directions(text, count)
    if turns and None in turns:
        tilted = sum(seen and turn is None for seen, turn in zip(shown, turns, strict=True))
        shown = [seen and turn is not None for seen, turn in zip(shown, turns, strict=True)]
    else:
        tilted = 0
    places = _places(text, count)
    if not turns and _is_vertical(places, shown):
        turns = [3] * count
        middles = array(
            "d", ((left + right) / 2 for left, right in zip(*places[:3:2], strict=True))
        )
        places = (*places[:4], middles, places[5])
    names = list(compress(chars, shown))
    if turns:
        found = _turned_places(turns, places, shown, height)
    else:
        found = (*_upright_places(places, shown, height), (0.0,) * len(names))
    if not all(math.isfinite(math.fsum(column)) for column in found):
        whole = [all(map(math.isfinite, place)) for place in zip(*found, strict=True)]
        names = list(compress(names, whole))
        found = tuple(list(compress(column, whole)) for column in found)
    return _Glyphs(names, found, tilted)


def _places(text: int, count: int) -> _Places:
    """Returns the left, top, right and bottom edges and the origins of the characters."""
    boxes, xs, ys = (
        array("f", bytes(16 * count)),
        array("d", bytes(8 * count)),
        array("d", bytes(8 * count)),
    )
    deque(map(_box, repeat(text), range(count), _steps(boxes, count, 16)), maxlen=0)
    origins = _steps(xs, count, 8), _steps(ys, count, 8)
    deque(map(_origin, repeat(text), range(count), *origins), maxlen=0)
    return boxes[0::4], boxes[1::4], boxes[2::4], boxes[3::4], xs, ys


def _upright_places(places: _Places, shown: Sequence[bool], height: float) -> _Columns:
    """Returns the lefts, rights, baselines and sizes of the characters that are shown."""
    lefts, tops, rights, bottoms, xs, ys = places
    # A substitute for a missing font may draw wider glyphs than the file advances.
    ends = [
        next_x if next_y == y and x < next_x < right else right
        for right, x, y, next_x, next_y in zip(
            rights, xs, ys, chain(xs[1:], (math.nan,)), chain(ys[1:], (math.nan,)), strict=True
        )
    ]
    bases = [height - y for y in compress(ys, shown)]
    sizes = list(map(sub, compress(tops, shown), compress(bottoms, shown)))
    return list(compress(lefts, shown)), list(compress(ends, shown)), bases, sizes


def _turned_places(
    turns: Sequence[int | None], places: _Places, shown: Sequence[bool], height: float
) -> _Columns:
    columns = zip(*places, strict=True)
    found = [
        (*_turned(turn or 0, height, *place), float(turn or 0))
        for turn, place in compress(zip(turns, columns, strict=True), shown)
    ]
    return tuple(zip(*found, strict=True)) or ((),) * 5


def _turned(
    turn: int,
    height: float,
    left: float,
    top: float,
    right: float,
    bottom: float,
    x: float,
    y: float,
) -> tuple[float, float, float, float]:
    """Returns a glyph's left, right, baseline and size as seen with its text upright."""
    if turn == 0:
        return left, right, height - y, top - bottom
    if turn == 1:
        return bottom, top, x, right - left
    if turn == 2:
        return -right, -left, y, top - bottom
    return -top, -bottom, -x, right - left


def _steps(values: array[float], count: int, size: int) -> range:
    """Returns the addresses of ``count`` records of ``size`` bytes in ``values``."""
    start, _ = values.buffer_info()
    return range(start, start + count * size, size)


def _directions(text: int, count: int) -> list[int | None]:
    """Returns the direction of each character in quarter turns, None if it leans from all four.

    The list is empty if all stand upright. Only the direction of the baseline counts: sheared type,
    which stands for italics, is upright.
    """
    matrices = array("f", bytes(24 * count))
    deque(map(_matrix, repeat(text), range(count), _steps(matrices, count, 24)), maxlen=0)
    along, across = matrices[0::6], matrices[1::6]
    if not any(across) and min(along) >= 0:
        return []
    turns = list(map(_direction, along, across))
    return turns if any(turn != 0 for turn in turns) else []


def _direction(a: float, b: float) -> int | None:
    if abs(b) <= _TILT * abs(a):
        return 0 if a >= 0 else 2
    if abs(a) <= _TILT * abs(b):
        return 1 if b > 0 else 3
    return None


def _is_vertical(places: _Places, shown: Sequence[bool]) -> bool:
    """Return True if most glyphs stand right below the one before."""
    lefts, tops, rights, bottoms, _, ys = (list(compress(column, shown)) for column in places)
    count = len(ys) - 1
    if count < 10 or sum(map(eq, ys, ys[1:])) > (1 - _DOWNWARD) * count:
        return False
    middles = list(map(add, lefts, rights))
    downward = sum(
        abs(middles[i] - middles[i + 1]) < 0.4 * (rights[i] - lefts[i])
        and 0.5 < (ys[i] - ys[i + 1]) / ((tops[i] - bottoms[i]) or 1.0) < 2
        for i in range(count)
    )
    return bool(downward > _DOWNWARD * count)


def _chars(codes: list[int]) -> list[str]:
    if min(codes) >= 0x20 and max(codes) < 0xD800:
        return list(map(chr, codes))
    return list(map(_char, codes, (0, *codes)))


def _char(code: int, before: int) -> str:
    """Returns a character; the first half of one beyond the basic plane is a blank."""
    if 0x20 <= code < 0xD800:
        return chr(code)
    if 0xD800 <= code < 0xDC00:
        return " "
    if 0xDC00 <= code < 0xE000 and 0xD800 <= before < 0xDC00:
        return chr(0x10000 + ((before - 0xD800) << 10) + code - 0xDC00)
    if code == 0 or 0xDC00 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd"  # a glyph the font gives no character for
    return " " if code < 0x20 else chr(code)


if __name__ == "__main__":
    main()
