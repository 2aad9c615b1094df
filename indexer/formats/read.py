"""The only entrance: a file becomes its Source, and every failure is a SourceError."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats.limits import DEFAULT_LIMITS, Limits
from indexer.formats.sniff import CONTAINERS, SUFFIXES, format_of_suffix, is_unmarked, sniff
from indexer.formats.source import ReadWarning, Source

__all__ = ["SUFFIXES", "read_source"]


class _Reader(Protocol):
    def __call__(self, data: bytes, path: Path, limits: Limits) -> Source: ...


# The module and function that read a format, and the package of the extra that they need.
_READERS = {
    "text": ("plain", "read_text", ""),
    "markdown": ("plain", "read_markdown", ""),
    "html": ("html", "read_html", ""),
    "docx": ("docx", "read_docx", ""),
    "pdf": ("pdf", "read_pdf", "pypdfium2"),
    "ofd": ("ofd", "read_ofd", ""),
    "doc": ("doc", "read_doc", "olefile"),
    "ppt": ("ppt", "read_ppt", "olefile"),
    "xls": ("sheets", "read_xls", "xlrd"),
    "xlsx": ("sheets", "read_xlsx", "openpyxl"),
    "rtf": ("rtf", "read_rtf", "striprtf"),
    "odt": ("odt", "read_odt", ""),
    "pptx": ("pptx", "read_pptx", ""),
    "mail": ("mail", "read_mail", ""),
}
_REFUSED = {
    "image": "an image; run OCR on it, such as `ocrmypdf --image-dpi 300 IMAGE FILE.pdf`",
    "xlsb": "a binary workbook is not read; save it as .xlsx",
    "ole": "an OLE container of an unknown kind is not read; save it as .docx, .xlsx or .pdf",
    "zip": "an archive: its members are documents of their own, named as folders would have them",
}


def read_source(
    path: Path, data: bytes | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Source:
    """Returns the text of the file at ``path``.

    ``data`` are the bytes of the file where the caller has read them already. The content decides
    the format, the suffix of ``path`` only where bytes look alike; ``SUFFIXES`` lists the suffixes
    that stand for a format. Raises SourceError or one of its subclasses, and nothing else, for a
    file that cannot be opened, is empty, broken, protected or beyond ``limits``, or is of a format
    that is not read.
    """
    if data is None:
        data = _read_bytes(path, limits)
    if len(data) > limits.file_bytes:
        raise SourceTooLarge(path, f"over {limits.file_bytes:,} bytes")
    suffix_format = format_of_suffix(path.name)
    format = sniff(data, suffix_format)
    if data and format and is_unmarked(data, format):
        if format in ("pdf", "zip", "ofd", "odt") or not _is_plain(data):
            kind = "zip container" if format in CONTAINERS else f"{path.suffix.lower()} file"
            raise SourceError(path, f"not a whole {kind}")
        format = "text"
    source = _read(format, data, path, limits)
    if len(source.text) > limits.text_chars:
        raise SourceTooLarge(path, f"over {limits.text_chars:,} characters of text")
    if not source.text or source.text.isspace():
        raise SourceError(path, "empty")
    if format != suffix_format:
        misnamed = ReadWarning("misnamed", detail=_NAMES.get(source.format, source.format))
        return replace(source, warnings=(misnamed, *source.warnings))
    return source


_NAMES = {
    "html": "a web page",
    "text": "plain text",
    "mail": "a mail or web archive",
    "doc": "a Word 97 document",
    "docx": "a Word document (.docx)",
    "xls": "an Excel 97 workbook",
    "xlsx": "a workbook (.xlsx)",
    "rtf": "rich text (RTF)",
    "pdf": "a PDF",
}


def _is_plain(data: bytes) -> bool:
    return b"\0" not in data[:4096]


def _read_bytes(path: Path, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise SourceError(path, "not a file" if path.exists() else "no such file")
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise SourceError(path, getattr(error, "strerror", None) or str(error)) from error


def _read(format: str | None, data: bytes, path: Path, limits: Limits) -> Source:
    """Call the reader of ``format``. Readers are imported here because most runs need only some."""
    if format == "encrypted":
        raise SourceError(path, "protected with a password; save it without")
    if format not in _READERS:
        reason = _REFUSED.get(format or "", f"nothing here reads {path.suffix or 'this file'}")
        raise UnsupportedFormat(path, reason)
    module, function, package = _READERS[format]
    try:
        reader = cast(_Reader, getattr(import_module(f"indexer.formats.{module}"), function))
        return reader(data, path, limits)
    except ImportError as error:
        if not package or (error.name or "").partition(".")[0] != package:
            raise
        suffix = path.suffix.lower() or format
        reason = f"{suffix} needs {package}: pip install 'policysearch[formats]'"
        raise UnsupportedFormat(path, reason) from None
