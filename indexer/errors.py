"""Every error policysearch raises on purpose, in one tree.

    PolicySearchError
    ├── SourceError            a file cannot be read as a document; .path and .reason
    │   ├── UnsupportedFormat  no reader exists for this kind of file
    │   ├── SourceTooLarge     it exceeds a limit on size, pages, nesting or compression
    │   └── UndecodableText    no encoding can read the bytes without loss
    ├── IndexStateError        the index cannot serve the request
    │   ├── IndexNotFound      there is no index at the path
    │   ├── IndexIncompatible  written by another format, segmenter or dictionary
    │   ├── IndexDamaged       a file of the index is missing or not as it was written
    │   └── IndexLocked        another process is writing
    ├── NothingToIndex         the index has no sources and none were named
    ├── SynonymError           a file of synonyms is malformed; .path, .line and .reason
    ├── DocumentNotFound       no document or section has this id
    ├── InvalidArgument        an argument has a wrong type or value; also a ValueError
    ├── SearcherClosed         a searcher was used after it was closed; also a ValueError
    └── QueryError             a query is malformed; .position and .reason

``str(error)`` is one line that can be shown to a person. Any other exception that escapes is a bug.
"""

from __future__ import annotations

from pathlib import Path


class PolicySearchError(Exception):
    """The root of the tree: catch this to catch every error raised on purpose."""


class SourceError(PolicySearchError):
    """The file at ``path`` cannot be read as a document, for ``reason``."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = Path(path)
        self.reason = reason


class UnsupportedFormat(SourceError):
    """No reader exists for this kind of file; the reason says what to convert it to."""


class SourceTooLarge(SourceError):
    """The file exceeds a limit on size, pages, nesting or compression ratio."""


class UndecodableText(SourceError):
    """No encoding can read the bytes without loss."""


class IndexStateError(PolicySearchError):
    """The index cannot serve the request."""


class IndexNotFound(IndexStateError):
    """There is no index at the path."""


class IndexIncompatible(IndexStateError):
    """The index was written by another format version, segmenter or dictionary."""


class IndexDamaged(IndexStateError):
    """A file of the index is missing or is not as it was written."""


class IndexLocked(IndexStateError):
    """Another process is writing the index."""


class NothingToIndex(PolicySearchError):
    """The index has no sources and none were named."""


class SynonymError(PolicySearchError):
    """Line ``line`` of the synonym file ``path`` is malformed, for ``reason``.

    Lines are counted from 1; 0 stands for the whole file.
    """

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class DocumentNotFound(PolicySearchError):
    """No document or section of the index has the id that was asked for."""


class InvalidArgument(PolicySearchError, ValueError):
    """The argument ``name`` was ``given`` and is not as ``expected``, which its text says.

    It is also a ValueError, which Python's own functions raise for such arguments.
    """

    def __init__(self, name: str, given: object, expected: str) -> None:
        super().__init__(name, given, expected)
        self.name = name
        self.given = given
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.name}: expected {self.expected}, not {self.given!r}"


class SearcherClosed(PolicySearchError, ValueError):
    """A searcher was used after it was closed. Like that of a closed file, it is a ValueError."""

    def __str__(self) -> str:
        return "the searcher is closed: open it again with Searcher.open"


class QueryError(PolicySearchError):
    """A query is malformed: ``reason``, at character ``position`` of ``query`` (from 0)."""

    def __init__(self, query: str, position: int, reason: str) -> None:
        super().__init__(f"{reason} (at character {position + 1} of the query)")
        self.query = query
        self.position = position
        self.reason = reason
