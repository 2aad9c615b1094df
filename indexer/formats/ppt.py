"""PowerPoint 97 and WPS presentations (.ppt, .dps), after [MS-PPT]: the text of each slide."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings

_ENCRYPTED = 0xF3D1C4DF  # token of the stream Current User
_USER_EDIT, _DIRECTORY = 0x0FF5, 0x1772
_DOCUMENT, _SLIDES, _SLIDE, _SLIDE_ATOM = 0x03E8, 0x0FF0, 0x03EE, 0x03F3
_WIDE_TEXT, _NARROW_TEXT = 0x0FA0, 0x0FA8
_EDITS = 10_000  # saved versions that are followed
_Record = tuple[int, int, int, int]  # instance, type, start and end of its content


def read_ppt(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the text of the slides of ``data`` in their order, one line per paragraph.

    Masters, notes and deleted slides are left out. Raises SourceError for a broken or protected
    file, SourceTooLarge at a limit.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if not container.exists("PowerPoint Document"):
                raise UnsupportedFormat(path, "no presentation in it; save it as .pptx")
            stream = container.openstream("PowerPoint Document").read()
            user = container.openstream("Current User").read()
        if struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED:
            raise SourceError(path, "protected with a password; save it without")
        warnings = Warnings()
        lines = list(_lines(stream, struct.unpack_from("<I", user, 16)[0], warnings))
    except SourceError:
        raise
    except (OSError, struct.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise SourceError(path, f"broken presentation ({error})") from error
    if sum(map(len, lines)) > limits.text_chars:
        raise SourceTooLarge(path, f"over {limits.text_chars:,} characters of text")
    return Source("".join(f"{line}\n" for line in lines), "ppt", warnings=warnings.all())


def _lines(stream: bytes, edit: int, warnings: Warnings) -> Iterator[str]:
    places, document = _directory(stream, edit)
    for instance, kind, start, end in _records(stream, *_content(stream, places[document])):
        if kind != _SLIDES or instance != 0:
            continue
        slide = None  # of the texts that follow
        for _, inner, first, last in _records(stream, start, end):
            if inner == _SLIDE_ATOM:
                if slide is not None:
                    yield from _slide(stream, slide)
                (number,) = struct.unpack_from("<I", stream, first)
                slide = places.get(number)
                warnings.add("no-part", count=slide is None, detail=f"slide {number}")
            else:
                yield from _text(stream, inner, first, last)
        if slide is not None:
            yield from _slide(stream, slide)


def _slide(stream: bytes, place: int) -> Iterator[str]:
    """Yields the text of the slide at ``place`` outside its placeholders."""
    yield from _all_text(stream, *_content(stream, place), 0)


def _all_text(stream: bytes, start: int, end: int, depth: int) -> Iterator[str]:
    if depth > 32:
        raise ValueError("records nested too deep")
    for _, kind, first, last in _records(stream, start, end):
        if kind < 0:
            yield from _all_text(stream, first, last, depth + 1)
        else:
            yield from _text(stream, kind, first, last)


def _text(stream: bytes, kind: int, start: int, end: int) -> Iterator[str]:
    if kind == _WIDE_TEXT:
        text = stream[start:end].decode("utf-16-le", "replace")
    elif kind == _NARROW_TEXT:
        text = stream[start:end].decode("latin-1")
    else:
        return
    for line in text.replace("\x0b", "\r").split("\r"):
        if shown := "".join(char for char in line if char >= " " or char == "\t").strip():
            yield shown


def _directory(stream: bytes, edit: int) -> tuple[dict[int, int], int]:
    """Returns where each persistent object stands by its number, and the number of the document."""
    places: dict[int, int] = {}
    document = 0
    for _ in range(_EDITS):
        start, _ = _content(stream, edit, _USER_EDIT)
        previous, directory, number = struct.unpack_from("<III", stream, start + 8)
        document = document or number
        at, end = _content(stream, directory, _DIRECTORY)
        while at + 4 <= end:
            (head,) = struct.unpack_from("<I", stream, at)
            first, count = head & 0xF_FFFF, head >> 20
            offsets = struct.unpack_from(f"<{count}I", stream, at + 4)
            for index, offset in enumerate(offsets):
                places.setdefault(first + index, offset)  # later edits come first
            at += 4 + 4 * count
        if not previous or previous >= edit:
            return places, document
        edit = previous
    raise ValueError("too many saved versions")


def _content(stream: bytes, place: int, wanted: int | None = None) -> tuple[int, int]:
    _, kind, size = struct.unpack_from("<HHI", stream, place)
    if wanted is not None and kind != wanted:
        raise ValueError(f"no record of type {wanted:#x} where one should be")
    return place + 8, min(place + 8 + size, len(stream))


def _records(stream: bytes, start: int, end: int) -> Iterator[_Record]:
    """Yields the records between two offsets; the type of those that hold others is negative.

    Except those that are met by their type: the list of slides.
    """
    at = start
    while at + 8 <= end:
        head, kind, size = struct.unpack_from("<HHI", stream, at)
        holds = head & 0xF == 0xF and kind != _SLIDES
        yield head >> 4, -kind if holds else kind, at + 8, min(at + 8 + size, end)
        at += 8 + size
