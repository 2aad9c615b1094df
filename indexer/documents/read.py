"""Reads a file as a Document: text, metadata, outline."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BufferedReader, BytesIO
from pathlib import Path

from indexer.documents.metadata.metadata import read_metadata
from indexer.documents.model import Document
from indexer.documents.outline import outline
from indexer.documents.surroundings import read_surroundings
from indexer.errors import SourceError
from indexer.formats import DEFAULT_LIMITS, read_member, read_source


def read_document(path: Path, id: str | None = None) -> Document:
    """Returns the document in the file at ``path``; its id is ``id`` or else its name.

    Raises the kinds of SourceError.
    """
    with _opened(path) as file:
        data = file.read(DEFAULT_LIMITS.file_bytes + 1)
    source = read_source(path, data)
    document = parse_document(source.text, id or path.name, hashlib.sha256(data).hexdigest())
    return replace(document, warnings=source.warnings) if source.warnings else document


def parse_document(text: str, id: str, digest: str = "") -> Document:
    """Returns ``text`` as a document. Total: every text is a document."""
    around = read_surroundings(text)
    return Document(id, digest, text, read_metadata(text, around), outline(text, around))


def digest_of(path: Path) -> str:
    """Returns the SHA-256 of a file's bytes in hex. Raises SourceError."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_in_archive(path: Path) -> bool:
    """Return True if ``path`` leads through a file, as the paths of members do."""
    try:
        path.stat()
    except OSError:
        return any(parent.is_file() for parent in path.parents)
    return False


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader | BytesIO]:
    """Opens a file or member for reading; refuses FIFOs and devices, which have no end or block."""
    try:
        data = read_member(path) if _is_in_archive(path) else None
        if data is not None:
            yield BytesIO(data)
            return
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(path, "not a regular file")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
