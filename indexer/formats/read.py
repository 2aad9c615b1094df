"""The only entrance: a file becomes its Source, and every failure is a SourceError."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import SourceError, SourceTooLarge, UnsupportedFormat
from indexer.formats.limits import DEFAULT_LIMITS, Limits, Source
from indexer.formats.text import decode

_FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".ofd": "ofd",
}
_CONVERTIBLE = frozenset(
    {".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".uof", ".uot"}
    | {".xls", ".xlsx", ".et", ".ppt", ".pptx", ".dps"}
)

SUFFIXES: frozenset[str] = frozenset(_FORMATS) | _CONVERTIBLE


def read_source(
    path: Path, data: bytes | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Source:
    """Return the text of the file at ``path``.

    ``data`` are the bytes of the file where the caller has read them already. The suffix of
    ``path``, in upper or lower case, chooses the reader; ``SUFFIXES`` lists the known ones. Raises
    SourceError or one of its subclasses, and nothing else, for a file that cannot be opened, is
    empty, broken, protected or beyond ``limits``, or is of a format that is not read.
    """
    suffix = path.suffix.lower()
    if suffix in _CONVERTIBLE:
        reason = f"{suffix} is not read; convert it: soffice --headless --convert-to docx FILE"
        raise UnsupportedFormat(path, reason)
    kind = _FORMATS.get(suffix)
    if kind is None:
        raise UnsupportedFormat(path, f"nothing here reads {suffix or 'a file without suffix'}")
    if data is None:
        data = _read_bytes(path, limits)
    if len(data) > limits.file_bytes:
        raise SourceTooLarge(path, f"over {limits.file_bytes:,} bytes")
    source = _read(kind, data, path, limits)
    if len(source.text) > limits.text_chars:
        raise SourceTooLarge(path, f"over {limits.text_chars:,} characters of text")
    if not source.text or source.text.isspace():
        raise SourceError(path, "empty")
    return source


def _read_bytes(path: Path, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise SourceError(path, "not a file" if path.exists() else "no such file")
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise SourceError(path, getattr(error, "strerror", None) or str(error)) from error


def _read(kind: str, data: bytes, path: Path, limits: Limits) -> Source:
    """Call the reader of ``kind``. Readers are imported here because most runs need only some."""
    if kind == "docx":
        from indexer.formats.docx import read_docx

        return Source(read_docx(data, path, limits), kind)
    if kind == "pdf":
        from indexer.formats.pdf import read_pdf

        return Source(read_pdf(data, path, limits), kind)
    if kind == "ofd":
        from indexer.formats.ofd import read_ofd

        return Source(read_ofd(data, path, limits), kind)
    if kind == "html":
        from indexer.formats.html import read_html

        text, encoding = read_html(data, path, limits)
        return Source(text, kind, encoding)
    text, encoding = decode(data, path)
    return Source(text, kind, encoding)
