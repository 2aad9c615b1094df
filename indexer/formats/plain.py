"""Text and Markdown files: decoded, otherwise as they are."""

from __future__ import annotations

from pathlib import Path

from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings
from indexer.formats.text import decode


def read_text(data: bytes, path: Path, limits: Limits) -> Source:  # noqa: ARG001
    """Returns the text file ``data``. Raises UndecodableText."""
    return _read(data, path, "text")


def read_markdown(data: bytes, path: Path, limits: Limits) -> Source:  # noqa: ARG001
    """Returns the Markdown file ``data`` with its marks. Raises UndecodableText."""
    return _read(data, path, "markdown")


def _read(data: bytes, path: Path, format: str) -> Source:
    warnings = Warnings()
    text, encoding = decode(data, path, warnings=warnings)
    return Source(text, format, encoding, warnings.all())
