"""How this project's own indexing and searching grow with generated documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path

from indexer import read_document
from peers.child import Child
from peers.corpus import Picker, source_of
from peers.engines import OURS
from peers.figures import Goal, percentile
from peers.generated import write
from peers.report import table

_ASKED = 300  # queries
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Grown:
    """What was measured of an index of ``sections``; bytes, and seconds."""

    sections: int
    index_seconds: float
    disk: int
    p50: float
    p99: float
    peak: int
    searching: int
    own: int


def grow(sizes: Sequence[int], work: Path) -> list[Grown]:
    """Index documents of so many sections by `sync`, and ask; queries are pieces of them."""
    return [_grown(size, work / str(size)) for size in sorted(sizes)]


def _grown(size: int, work: Path) -> Grown:
    documents = write(work / "documents", size)
    print(f"{size:,} sections asked for: {documents:,} documents written", flush=True)
    with Child(OURS, "texts", work / "index") as child:
        made = child.ask("sync", folder=str(work / "documents"))
    times: list[float] = []
    with Child(OURS, "texts", work / "index") as child:
        child.ask("open")
        queries = _queries(work / "documents")
        child.ask("time", queries=queries[:50])  # what a first search loads
        for _ in range(_ROUNDS):
            times += child.ask("time", queries=queries)
        memory = child.ask("memory")
    return Grown(
        made["sections"],
        made["seconds"],
        made["sizes"]["stored"],
        percentile(times, 50),
        percentile(times, 99),
        made["peak"],
        memory["peak"],
        memory["own"],
    )


def _queries(folder: Path) -> list[str]:
    """Pieces of some of the documents, spread over all."""
    paths = sorted(folder.rglob("*.txt"))
    picker = Picker(_ASKED)
    for path in paths[:: max(len(paths) // _ASKED, 1)]:
        for section in source_of(read_document(path), str(path), path.stem).sections:
            picker.see(section.body)
    return picker.queries()


def growth_table(grown: Sequence[Grown]) -> str:
    """A line a size."""
    heads = ["sections", "indexed in s", "sections/s", "MB on disk", "query p50 ms", "p99 ms"]
    heads += ["indexing peak MB", "searching peak MB", "searcher's own MB"]
    lines = [
        [
            f"{one.sections:,}",
            f"{one.index_seconds:.1f}",
            f"{one.sections / one.index_seconds:,.0f}",
            f"{one.disk / 1e6:.1f}",
            f"{one.p50 * 1e3:.2f}",
            f"{one.p99 * 1e3:.2f}",
            *(f"{size / 1e6:.0f}" for size in (one.peak, one.searching, one.own)),
        ]
        for one in grown
    ]
    return table(heads, lines)


def growth_goals(grown: Sequence[Grown]) -> list[Goal]:
    """Returns what holds from each size to the next, and for the largest."""
    found = []
    for small, large in pairwise(grown):
        name = f"{small.sections:,} -> {large.sections:,} sections"
        query = large.p50 / small.p50
        found.append(Goal(f"{name}: query p50", "<= 4 x", f"{query:.2f} x", query <= 4))
        linear = large.index_seconds / large.sections / (small.index_seconds / small.sections)
        label = f"{name}: indexing time a section"
        found.append(Goal(label, "<= 1.2 x", f"{linear:.2f} x", linear <= 1.2))
    if grown:
        peak, own = grown[-1].peak / 1e6, grown[-1].own / 1e6
        found.append(Goal("memory, indexing", "<= 1500 MB", f"{peak:.0f} MB", peak <= 1500))
        found.append(Goal("memory, searcher's own", "<= 150 MB", f"{own:.0f} MB", own <= 150))
    return found


def growth_csv(grown: Sequence[Grown], run: str) -> str:
    """A line a size, in seconds and bytes."""
    lines = [",".join((*Grown.__slots__, "run"))]
    lines += [",".join((*map(str, astuple(one)), f'"{run}"')) for one in grown]
    return "\n".join(lines) + "\n"
