"""Reads policy documents and keeps a Whoosh index of their sections.

from pathlib import Path
from indexer import Store, sync

report = sync(Store(Path(".policysearch")), [Path("seeds")])
"""

from typing import TYPE_CHECKING

from indexer._lazy import lazy_names
from indexer._version import __version__
from indexer.documents.model import Document, Fact, Metadata, SearchSection, Section, Span
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
    SynonymError,
    UndecodableText,
    UnsupportedFormat,
)

if TYPE_CHECKING:
    from indexer.documents.read import parse_document, read_document
    from indexer.storage.store import Store
    from indexer.updating.sync import Plan, Progress, Report, plan, sync
    from indexer.updating.watch import watch
    from indexer.whoosh_adapter import WhooshIndex, whoosh_index

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
    "Progress",
    "QueryError",
    "Report",
    "SearchSection",
    "Section",
    "SourceError",
    "SourceTooLarge",
    "Span",
    "Store",
    "SynonymError",
    "UndecodableText",
    "UnsupportedFormat",
    "WhooshIndex",
    "__version__",
    "parse_document",
    "plan",
    "read_document",
    "sync",
    "watch",
    "whoosh_index",
]

_LAZY = {
    "Plan": "indexer.updating.sync",
    "Progress": "indexer.updating.sync",
    "Report": "indexer.updating.sync",
    "Store": "indexer.storage.store",
    "WhooshIndex": "indexer.whoosh_adapter",
    "parse_document": "indexer.documents.read",
    "plan": "indexer.updating.sync",
    "read_document": "indexer.documents.read",
    "sync": "indexer.updating.sync",
    "watch": "indexer.updating.watch",
    "whoosh_index": "indexer.whoosh_adapter",
}

if not TYPE_CHECKING:  # or else a checker would take every misspelt name for Any
    __getattr__, __dir__ = lazy_names(__name__, _LAZY)
