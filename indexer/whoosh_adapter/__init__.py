"""The index as an index of Whoosh: its queries, matchers and collectors work on our columns.

`searcher` does not use this package. It is for programs that use Whoosh's own parser, query
classes, highlights, sorting and grouping. A document of Whoosh's is one of our sections.

    index = whoosh_index(".policysearch")
    query = QueryParser("words", index.schema).parse('"劳动合同解除"')
    with index.searcher() as searcher:
        results = searcher.search(query, sortedby="date")
        results[0]["document"], results[0]["anchor"], results[0].highlights("text")

The fields are those of `indexer.whoosh_adapter.schema`. ``words`` has no positions; those of
``bigrams`` are the offsets of its terms in the section's text, folded and without blanks. The
kernel answers a query if it can answer all of it (`planner`). Whoosh's matchers over the same
columns answer all others, with the same hits and scores in the same order (`collector`).
"""

from __future__ import annotations

from indexer.whoosh_adapter.collector import KernelCollector, KernelSearcher, KernelWeighting
from indexer.whoosh_adapter.index import WhooshIndex, whoosh_index, whoosh_reader
from indexer.whoosh_adapter.schema import whoosh_schema

__all__ = [
    "KernelCollector",
    "KernelSearcher",
    "KernelWeighting",
    "WhooshIndex",
    "whoosh_index",
    "whoosh_reader",
    "whoosh_schema",
]
