"""Every error policysearch raises on purpose, in one tree.

    PolicySearchError
    ├── SourceError            a file cannot be read as a document; .path and .reason
    │   ├── UnsupportedFormat  nothing here reads this kind of file
    │   ├── SourceTooLarge     a limit on size, pages, nesting or compression was met
    │   └── UndecodableText    no encoding reads the bytes without loss
    ├── IndexStateError        the index cannot serve the request
    │   ├── IndexNotFound      there is no index at the path
    │   ├── IndexIncompatible  written by another format, segmenter or dictionary
    │   ├── IndexDamaged       a file of the index is missing or not what was written
    │   └── IndexLocked        another process is writing
    ├── NothingToIndex         an index without sources was told of none
    ├── SynonymError           a file of synonyms is malformed; .path, .line and .reason
    ├── DocumentNotFound       no document or section has this id
    ├── InvalidArgument        an argument is not what it must be; also a ValueError
    ├── SearcherClosed         a searcher was used after it was closed; also a ValueError
    └── QueryError             a query is malformed; .position and .reason

``str(error)`` is one line, fit to be shown to a person. Anything else that escapes is a bug.
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
    """Nothing here reads this kind of file; the reason says what to convert it to."""


class SourceTooLarge(SourceError):
    """A limit on size, pages, nesting or compression ratio was met."""


class UndecodableText(SourceError):
    """No encoding reads the bytes without loss."""


class IndexStateError(PolicySearchError):
    """The index cannot serve the request."""


class IndexNotFound(IndexStateError):
    """There is no index at the path."""


class IndexIncompatible(IndexStateError):
    """The index was written by another format version, segmenter or dictionary."""


class IndexDamaged(IndexStateError):
    """A file of the index is missing or is not what was written."""


class IndexLocked(IndexStateError):
    """Another process is writing the index."""


class NothingToIndex(PolicySearchError):
    """An index that has no sources was told of none."""


class SynonymError(PolicySearchError):
    """Line ``line`` (from 1; 0: all) of the file of synonyms ``path`` is malformed: ``reason``."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class DocumentNotFound(PolicySearchError):
    """No document or section of the index has the id that was asked for."""


class InvalidArgument(PolicySearchError, ValueError):
    """The argument ``name`` was ``given`` and is not what is ``expected``, which the text says.

    It is also a ValueError, as Python's own functions raise for such arguments.
    """

    def __init__(self, name: str, given: object, expected: str) -> None:
        super().__init__(name, given, expected)
        self.name = name
        self.given = given
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.name}: expected {self.expected}, not {self.given!r}"


class SearcherClosed(PolicySearchError, ValueError):
    """A searcher was used after it was closed. It is also a ValueError, as of a closed file."""

    def __str__(self) -> str:
        return "the searcher is closed: open it again with Searcher.open"


class QueryError(PolicySearchError):
    """A query is malformed: ``reason``, at character ``position`` of ``query`` (from 0)."""

    def __init__(self, query: str, position: int, reason: str) -> None:
        super().__init__(f"{reason} (at character {position + 1} of the query)")
        self.query = query
        self.position = position
        self.reason = reason
