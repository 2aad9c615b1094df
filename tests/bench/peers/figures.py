"""What is measured, and what it is to be: pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """A kind of figure. ``goal`` says in words what it is to be."""

    key: str
    label: str
    section: str
    digits: int = 0


FIGURES = (
    Figure("index_terms", "indexing ready terms, to committed and searchable", "sections/s"),
    Figure("index_texts", "indexing text, segmentation included, text stored", "sections/s"),
    Figure("index_files", "indexing files, structure and metadata included", "sections/s"),
    Figure("disk_ranking", "on disk without text: what ranking needs", "MB", 1),
    Figure("disk_phrases", "on disk without text to show: what phrases need too", "MB", 1),
    Figure("disk_stored", "on disk with text", "MB", 1),
    Figure("rank_p50", "ranking alone, p50", "ms", 3),
    Figure("rank_p99", "ranking alone, p99", "ms", 3),
    Figure("rank_one", "ranking alone, one client", "queries/s"),
    Figure("rank_four", "ranking alone, four threads", "queries/s"),
    Figure("hits_p50", "string in, ten hits with snippets out, p50", "ms", 2),
    Figure("hits_p99", "string in, ten hits with snippets out, p99", "ms", 2),
    Figure("hits_one", "string in, hits out, one client", "queries/s"),
    Figure("hits_four", "string in, hits out, four threads", "queries/s"),
    Figure("cold", "one search, whole process, p50", "ms"),
    Figure("add", "a document of 10 KB more, committed and found, p50", "ms"),
    Figure("memory_index", "memory, indexing, peak", "MB"),
    Figure("memory_search", "memory, searching, peak", "MB"),
    Figure("memory_own", "memory, searching, without mapped files", "MB"),
)


@dataclass(slots=True)
class Row:
    """An engine and its figures; ``queries`` is how many were asked a round."""

    engine: str
    version: str
    sections: int
    queries: int
    highlights: bool
    notes: list[str] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)

    def set_times(self, key: str, seconds: Sequence[float]) -> None:
        """The figures of single queries."""
        self.values[f"{key}_p50"] = percentile(seconds, 50) * 1e3
        self.values[f"{key}_p99"] = percentile(seconds, 99) * 1e3
        self.values[f"{key}_one"] = len(seconds) / sum(seconds)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of all, or more, do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of this engine, what it must be, what it is, and whether that is enough."""

    label: str
    goal: str
    measured: str
    met: bool


def goals(rows: Mapping[str, Row], baseline: float | None) -> list[Goal]:
    """The goals that can be judged by what was measured; ``baseline``: ms of the bare imports."""
    mine = rows["policysearch"].values
    found = []

    def ratio(label: str, key: str, other: str, limit: float, *, least: bool = False) -> None:
        row = rows.get(other)
        same = row and (least or row.sections == rows["policysearch"].sections)
        if row and same and key in mine and row.values.get(key):
            value = mine[key] / row.values[key]
            sign = ">=" if least else "<="
            met = value >= limit if least else value <= limit
            found.append(Goal(label, f"{sign} {limit} x {other}", f"{value:.2f} x", met))

    def bound(label: str, key: str, limit: float, section: str) -> None:
        if key in mine:
            value = mine[key]
            found.append(
                Goal(label, f"<= {limit:g} {section}", f"{value:.0f} {section}", value <= limit)
            )

    ratio("ranking alone, p50", "rank_p50", "tantivy", 0.4)
    ratio("ranking alone, p99", "rank_p99", "tantivy", 0.4)
    ratio("string in, ten highlighted hits out, p50", "hits_p50", "tantivy", 0.6)
    ratio("indexing ready terms, sections/s", "index_terms", "tantivy", 1.2, least=True)
    ratio("indexing text, sections/s", "index_texts", "tantivy", 1.2, least=True)
    ratio("indexing ready terms, sections/s", "index_terms", "whoosh", 25, least=True)
    ratio("indexing text, sections/s", "index_texts", "whoosh", 25, least=True)
    ratio("disk without text, ranking", "disk_ranking", "tantivy", 0.8)
    ratio("disk without text to show, phrases too", "disk_phrases", "tantivy", 0.8)
    if baseline and "cold" in mine:
        value = mine["cold"] / baseline
        for limit in (3, 2):
            goal = f"<= {limit} x importing click and whoosh.index ({baseline:.0f} ms)"
            found.append(Goal("one search, whole process", goal, f"{value:.2f} x", value <= limit))
    bound("a document of 10 KB more", "add", 300, "ms")
    bound("memory, indexing", "memory_index", 1_500, "MB")
    bound("memory, a searcher's own", "memory_own", 150, "MB")
    return found
