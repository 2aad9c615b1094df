"""Searches an index of policy documents: ranks sections, highlights hits, explains scores.

from searcher import Searcher

with Searcher.open(".policysearch") as searcher:
    for hit in searcher.search("责任追究", limit=5):
        print(hit.title, hit.path, hit.snippet.text)
"""

from typing import TYPE_CHECKING

from indexer._lazy import lazy_names
from indexer.documents.model import Document, Fact, Metadata, SearchSection, Section, Span
from indexer.errors import (
    DocumentNotFound,
    IndexDamaged,
    IndexIncompatible,
    IndexNotFound,
    IndexStateError,
    InvalidArgument,
    PolicySearchError,
    QueryError,
    SearcherClosed,
    SynonymError,
)

if TYPE_CHECKING:
    from indexer.documents.citations.resolve import Missing
    from indexer.documents.versions.diff import Edit, SectionChange
    from searcher.engine import Searcher, Sort
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Quoted, Stretch, Verdict, Verification
    from searcher.ranking.statistics import DocumentFacts
    from searcher.results.model import (
        By,
        Explanation,
        Facet,
        Facets,
        Hit,
        Matches,
        Notice,
        RelatedDocument,
        Results,
        TermScore,
    )
    from searcher.results.snippet import Snippet
    from searcher.suggestions.completion import Completion

__all__ = [
    "By",
    "Cited",
    "CitedBy",
    "Completion",
    "Document",
    "DocumentFacts",
    "DocumentNotFound",
    "Edit",
    "Explanation",
    "Facet",
    "Facets",
    "Fact",
    "Hit",
    "IndexDamaged",
    "IndexIncompatible",
    "IndexNotFound",
    "IndexStateError",
    "InvalidArgument",
    "Matches",
    "Metadata",
    "Missing",
    "Notice",
    "PolicySearchError",
    "QueryError",
    "Quoted",
    "RelatedDocument",
    "Results",
    "SearchSection",
    "Searcher",
    "SearcherClosed",
    "Section",
    "SectionChange",
    "Snippet",
    "Sort",
    "Span",
    "Stretch",
    "SynonymError",
    "TermScore",
    "Verdict",
    "Verification",
]

_LAZY = {
    "By": "searcher.results.model",
    "Cited": "searcher.lookups.citations",
    "CitedBy": "searcher.lookups.citations",
    "Completion": "searcher.suggestions.completion",
    "DocumentFacts": "searcher.ranking.statistics",
    "Edit": "indexer.documents.versions.diff",
    "Explanation": "searcher.results.model",
    "Facet": "searcher.results.model",
    "Facets": "searcher.results.model",
    "Hit": "searcher.results.model",
    "Matches": "searcher.results.model",
    "Notice": "searcher.results.model",
    "Missing": "indexer.documents.citations.resolve",
    "Quoted": "searcher.lookups.quotations",
    "RelatedDocument": "searcher.results.model",
    "Results": "searcher.results.model",
    "Searcher": "searcher.engine",
    "SectionChange": "indexer.documents.versions.diff",
    "Snippet": "searcher.results.snippet",
    "Sort": "searcher.engine",
    "Stretch": "searcher.lookups.quotations",
    "TermScore": "searcher.results.model",
    "Verdict": "searcher.lookups.quotations",
    "Verification": "searcher.lookups.quotations",
}

if not TYPE_CHECKING:  # or else a checker would take every misspelt name for Any
    __getattr__, __dir__ = lazy_names(__name__, _LAZY)
