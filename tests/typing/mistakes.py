"""A user's mistakes: every line marked ``# mistake`` must be reported, and no other (check.py)."""

from __future__ import annotations

import searcher
from indexer import Store, sink  # mistake
from searcher import Results, Searcher


def count(results: Results) -> int:
    """A total of the wrong type."""
    return results.query  # mistake


with Searcher.open(".policysearch") as engine:
    engine.search("责任追究", sort="best")  # mistake
    engine.search("责任追究", limit="5")  # mistake
    for hit in engine.search("责任追究"):
        print(hit.titel)  # mistake
        hit.title = "标题"  # mistake
        print(hit.to_dict()["titel"])  # mistake
    engine.find("责任追究")  # mistake
print(Store(7))  # mistake
print(searcher.Sercher, sink)  # mistake
