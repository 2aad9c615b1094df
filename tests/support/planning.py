"""Plans and what they find, for tests that look behind the searcher."""

from __future__ import annotations

from indexer.storage.snapshot import Snapshot
from searcher.backends.embedded import EmbeddedBackend
from searcher.backends.embedded_findings import EmbeddedFindings
from searcher.query.parser import parse
from searcher.ranking.planner import Planner
from searcher.ranking.synonyms import Synonyms


def found_in(snapshot: Snapshot, query: str, synonyms: Synonyms | None = None) -> EmbeddedFindings:
    """Returns what ``query`` finds in a snapshot; without synonyms unless there are some."""
    backend = EmbeddedBackend(snapshot)
    planner = Planner(backend, backend.analyzer, synonyms or Synonyms(()))
    return backend.carry_out(planner.plan(query, parse(query)))
