"""The engines: which there are, what they need, and what share of the work the slow ones get."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from peers.engine import Engine

OURS = "policysearch"


@dataclass(frozen=True, slots=True)
class Entry:
    """An engine and its share: the first ``sections`` and ``queries``, all where None."""

    name: str
    kind: str  # the class, in the module of this package that is called as the engine is
    needs: tuple[str, ...] = ()
    sections: int | None = None
    queries: int | None = None


# Shares keep a run on 150,000 sections below 15 minutes; every row of the output states them.
ENTRIES = (
    Entry(OURS, "PolicySearch", ("indexer", "searcher")),
    Entry("tantivy", "Tantivy", ("tantivy",)),
    Entry("bm25s", "Bm25s", ("bm25s", "numba")),
    Entry("xapian", "Xapian", ("xapian",), sections=10_000, queries=300),
    Entry("fts5", "Fts5", ("sqlite3",), queries=100),
    Entry("lancedb", "LanceDb", ("lancedb", "pyarrow"), queries=100),
    Entry("milvus", "Milvus", ("pymilvus", "milvus_lite"), sections=5_000, queries=20),
    Entry("whoosh", "Whoosh", ("whoosh", "jieba"), sections=10_000, queries=100),
)


def installed(names: Sequence[str]) -> list[Entry]:
    """The engines of these names, all if none, that are here; says which are not."""
    unknown = set(names) - {entry.name for entry in ENTRIES}
    if unknown:
        raise SystemExit(f"no such engine: {', '.join(sorted(unknown))}")
    found = []
    for entry in ENTRIES:
        if names and entry.name not in names:
            continue
        if missing := [need for need in entry.needs if not find_spec(need)]:
            print(f"{entry.name} is left out: {', '.join(missing)} not installed", file=sys.stderr)
        else:
            found.append(entry)
    return found


def engine_class(name: str) -> type[Engine]:
    """The engine's class; what it needs is imported here."""
    entry = next(entry for entry in ENTRIES if entry.name == name)
    kind: type[Engine] = getattr(import_module(f"peers.engines.{name}"), entry.kind)
    return kind
