"""The index as Whoosh sees it: its queries, matchers and collectors on our columns.

Nothing here is needed to search with `searcher`: it is for those who bring queries of Whoosh's own.
A unit of retrieval is what Whoosh calls a document. The field "words" has no positions; "bigrams"
has those that rank, at the places where they stand in the stripped of blanks body of the section.

    with whoosh_index(".policysearch").searcher() as searcher:
        results = searcher.search(whoosh.query.Term("words", "责任"))
        results[0]["document"], results[0]["anchor"]

The kernel answers what it can answer whole (`planning`), Whoosh's matchers over the same columns
the rest, with the same hits in the same order and the same scores (`searching`).
"""

from __future__ import annotations

from indexer.whoosh_adapter.collector import KernelCollector, KernelSearcher, KernelWeighting
from indexer.whoosh_adapter.index import WhooshIndex, whoosh_index, whoosh_reader, whoosh_schema

__all__ = [
    "KernelCollector",
    "KernelSearcher",
    "KernelWeighting",
    "WhooshIndex",
    "whoosh_index",
    "whoosh_reader",
    "whoosh_schema",
]
