"""The smallest program that opens an index and searches once: ENGINE FOLDER QUERY."""

from __future__ import annotations

import sys
from pathlib import Path

from peers.engines import engine_class

name, folder, query = sys.argv[1:]
engine = engine_class(name)(Path(folder), "texts")
engine.open_once()
for hit in engine.hits(query):
    print(hit.title, hit.snippet, sep="\n  ")
