"""Searches an index of policy documents: ranks sections, highlights hits, explains scores.

from searcher import Searcher

with Searcher.open(".policysearch") as searcher:
    for hit in searcher.search("责任追究", limit=5):
        print(hit.title, hit.path, hit.snippet.text)
"""

from indexer.errors import (
    DocumentNotFound,
    IndexDamaged,
    IndexIncompatible,
    IndexNotFound,
    PolicySearchError,
    QueryError,
    SynonymError,
)

__all__ = [
    "DocumentNotFound",
    "Explanation",
    "Facet",
    "Hit",
    "IndexDamaged",
    "IndexIncompatible",
    "IndexNotFound",
    "PolicySearchError",
    "QueryError",
    "Quoted",
    "Results",
    "Searcher",
    "Snippet",
    "SynonymError",
    "TermScore",
    "Verification",
]

_LAZY = {
    "Explanation": "searcher.results.model",
    "Facet": "searcher.results.model",
    "Hit": "searcher.results.model",
    "Quoted": "searcher.lookups.quotations",
    "Results": "searcher.results.model",
    "Searcher": "searcher.engine",
    "Snippet": "searcher.results.snippet",
    "TermScore": "searcher.results.model",
    "Verification": "searcher.lookups.quotations",
}


def __getattr__(name: str) -> object:
    # The command line imports this package before it knows what it will need.
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
