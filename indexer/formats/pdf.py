"""PDF files: the text layer, read by PDFium in a process that can be stopped.

PDFium is C++ that reads hostile input. A child process bounds its time and memory, and a crash
there costs one error message. The child starts in some 90 ms, less than ten pages take to read.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats.glyph import Glyph
from indexer.formats.limits import Limits
from indexer.formats.page_columns import without_watermarks
from indexer.formats.page_layout import Page, laid_out, paragraphs
from indexer.formats.source import Source, Warnings
from indexer.formats.text import UNREADABLE, is_readable

_CHILD = Path(__file__).with_name("pdf_child.py")
_SCANNED_GLYPHS = 10  # a scanned page has an image and at most this much text (page number, stamp)
_BOUNDED = importlib.util.find_spec("resource") is not None  # the child bounds its own time
_PATIENCE = 20  # most wall time for the processor time allowed
_NO_TEXT = "no text layer; run OCR such as `ocrmypdf` first"


def read_pdf(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the paragraphs of the PDF ``data``, one line each, without headers and footers.

    Text of annotations and form fields stands where it is seen; pages and tables set sideways are
    read in their own direction. Pages without text and text of watermarks are told of in warnings.
    Raises SourceError for a file that is scanned (most pages are images), locked, broken, or
    whose text layer has no readable characters; SourceTooLarge at a limit.
    """
    if importlib.util.find_spec("pypdfium2") is None:
        raise UnsupportedFormat(path, "PDF needs: pip install 'policysearch[formats]'")
    if b"%PDF-" not in data[:1024]:
        raise SourceError(path, "not a PDF")
    pages: list[list[Page]] = []
    without, scanned, marks = [], 0, 0
    for number, found in enumerate(_run(data, path, limits), 1):
        kept, stamped = without_watermarks(found.glyphs)
        scanned += found.images and len(kept) <= _SCANNED_GLYPHS
        if not kept:
            without.append(number)
        marks += found.tilted + stamped
        pages.append(laid_out(kept, found.width, found.height))
    if 2 * scanned > len(pages):
        raise SourceError(path, f"{_NO_TEXT} ({scanned} of {len(pages)} pages are images)")
    flat = [page for each in pages for page in each]
    if not any(page.rows for page in flat):
        raise SourceError(path, _NO_TEXT)
    text = "".join(f"{line}\n" for line in paragraphs(flat))
    if not is_readable(text):
        raise SourceError(path, UNREADABLE)
    warnings = Warnings()
    for number in without:
        warnings.add("no-text", f"page {number} of {len(pages)}")
    warnings.add("turned-text", count=marks)
    return Source(text, "pdf", warnings=warnings.all())


class _Found(NamedTuple):
    """The page that the child has read."""

    width: float
    height: float
    images: bool
    tilted: int
    glyphs: list[Glyph]


def _run(data: bytes, path: Path, limits: Limits) -> Iterator[_Found]:
    """Yields the pages that the child writes. Raises what the child tells of."""
    bounds = (limits.pages, limits.page_chars, limits.text_chars)
    most = (int(limits.seconds) + 1, limits.memory_bytes)
    command = [sys.executable, "-P", str(_CHILD), *map(str, (*bounds, *most))]
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        child = subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    # The system bounds the child's processor time, so that a busy machine refuses no file. Where it
    # cannot, and for a child that only waits, the clock does.
    patience = limits.seconds * (_PATIENCE if _BOUNDED else 1)
    timer = threading.Timer(patience, child.kill)
    timer.start()
    with child:
        assert child.stdout is not None  # it is a pipe
        try:
            for line in child.stdout:
                head = json.loads(line)
                if "error" in head:
                    raise _error(head, path, limits)
                yield _page(head, child.stdout)
            child.wait()
        except (ValueError, EOFError):  # the child ended within a page; the reason is raised below
            child.wait()
        finally:
            late = not timer.is_alive()
            timer.cancel()
            child.kill()
    if late or child.returncode == -getattr(signal, "SIGXCPU", 0):
        raise SourceTooLarge(path, f"over {limits.seconds:g} seconds of work")
    if child.returncode:
        raise SourceError(path, "broken PDF: the reader failed on it")


def _page(head: dict[str, Any], stream: IO[bytes]) -> _Found:
    count, size = head["count"], head["size"]
    chars = _exactly(stream, size).decode()
    columns = [array("f") for _ in range(5)]
    for column in columns:
        column.frombytes(_exactly(stream, 4 * count))
    glyphs = list(map(Glyph, chars, *columns))
    return _Found(head["width"], head["height"], bool(head["images"]), head["tilted"], glyphs)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _error(found: dict[str, Any], path: Path, limits: Limits) -> SourceError:
    match found["error"]:
        case "locked":
            return SourceError(path, "protected with a password; save it without")
        case "pages":
            return SourceTooLarge(path, f"{found['said']} pages, over {limits.pages:,}")
        case "page":
            return SourceTooLarge(path, f"over {limits.page_chars:,} characters on a page")
        case "chars":
            return SourceTooLarge(path, f"over {limits.text_chars:,} characters of text")
        case "memory":
            return SourceTooLarge(path, f"needs over {limits.memory_bytes:,} bytes of memory")
    return SourceError(path, f"broken PDF ({found.get('said')})")
