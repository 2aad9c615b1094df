"""Reads policy documents and keeps a Whoosh index of their sections.

from pathlib import Path
from indexer import Store, sync

report = sync(Store(Path(".policysearch")), [Path("seeds")])
"""

from indexer._version import __version__
from indexer.documents.model import Document, Fact, Metadata, Section, Span
from indexer.errors import (
    DocumentNotFound,
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
    IndexStateError,
    NothingToIndex,
    PolicySearchError,
    QueryError,
    SourceError,
    SourceTooLarge,
    UndecodableText,
    UnsupportedFormat,
)

__all__ = [
    "Document",
    "DocumentNotFound",
    "Fact",
    "IndexDamaged",
    "IndexIncompatible",
    "IndexLocked",
    "IndexNotFound",
    "IndexStateError",
    "Metadata",
    "NothingToIndex",
    "Plan",
    "PolicySearchError",
    "QueryError",
    "Report",
    "Section",
    "SourceError",
    "SourceTooLarge",
    "Span",
    "Store",
    "UndecodableText",
    "UnsupportedFormat",
    "__version__",
    "parse_document",
    "plan",
    "read_document",
    "sync",
    "whoosh_index",
]

# What reads and writes needs Whoosh and more; it is imported when it is asked for, because every
# module of this package, errors included, runs this file first. No name here may be a module's:
# importing the module would put it in the name's place.
_LAZY = {
    "Plan": "indexer.updating.sync",
    "Report": "indexer.updating.sync",
    "Store": "indexer.storage.store",
    "parse_document": "indexer.documents.read",
    "plan": "indexer.updating.sync",
    "read_document": "indexer.documents.read",
    "sync": "indexer.updating.sync",
    "whoosh_index": "indexer.whoosh_adapter",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
