"""PDF files: the text layer, read by PDFium in a process that can be stopped.

PDFium is C++ that reads hostile input. A child process bounds its time and memory, and a crash
there costs one error message. The child starts in some 90 ms, less than ten pages take to read.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats.limits import Limits
from indexer.formats.page_layout import Glyph, Page, paragraphs, rows
from indexer.formats.text import everyday_share

_CHILD = Path(__file__).with_name("pdf_child.py")
_SCANNED_GLYPHS = 10  # a scanned page has an image and at most this much text (page number, stamp)
_READABLE = 0.5  # least share of everyday characters in a text layer; garbled ones have 0.2
_NO_TEXT = "no text layer; run OCR such as `ocrmypdf` first"


def read_pdf(data: bytes, path: Path, limits: Limits) -> str:
    """Return the paragraphs of the PDF ``data``, one line each, without headers and footers.

    Raises SourceError for a file that is scanned (most pages are images), locked, broken, or
    whose text layer has no readable characters; SourceTooLarge at a limit.
    """
    if importlib.util.find_spec("pypdfium2") is None:
        raise UnsupportedFormat(path, "PDF needs: pip install 'policysearch[formats]'")
    if b"%PDF-" not in data[:1024]:
        raise SourceError(path, "not a PDF")
    pages: list[Page] = []
    scanned = 0
    for found in _run(data, path, limits):
        if "error" in found:
            raise _error(found, path, limits)
        glyphs = [Glyph(*glyph) for glyph in found["glyphs"]]
        scanned += bool(found["images"]) and len(glyphs) <= _SCANNED_GLYPHS
        pages.append(Page(found["width"], rows(glyphs)))
    if 2 * scanned > len(pages):
        raise SourceError(path, f"{_NO_TEXT} ({scanned} of {len(pages)} pages are images)")
    if not any(page.rows for page in pages):
        raise SourceError(path, _NO_TEXT)
    text = "".join(f"{line}\n" for line in paragraphs(pages))
    if everyday_share(text) < _READABLE:
        reason = "the text layer is not readable (fonts without Unicode); run OCR on it"
        raise SourceError(path, reason)
    return text


def _run(data: bytes, path: Path, limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield the objects that the child writes: one for each page, or an error."""
    bounds = (limits.pages, limits.page_chars, limits.text_chars)
    most = (int(limits.seconds) + 1, limits.memory_bytes)
    command = [sys.executable, "-P", str(_CHILD), *map(str, (*bounds, *most))]
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        child = subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    timer = threading.Timer(limits.seconds, child.kill)
    timer.start()
    with child:
        assert child.stdout is not None  # it is a pipe
        try:
            yield from map(json.loads, child.stdout)
            child.wait()
        except ValueError:  # the child ended within a line; the reason is raised below
            child.wait()
        finally:
            late = not timer.is_alive()
            timer.cancel()
            child.kill()
    if late:
        raise SourceTooLarge(path, f"over {limits.seconds:g} seconds of work")
    if child.returncode:
        raise SourceError(path, "broken PDF: the reader failed on it")


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
