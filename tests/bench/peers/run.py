"""The command: python tests/bench/peers --corpus DIR | --generated N…

``--corpus`` is a folder of documents. All engines get its sections with the same terms (jieba's
words, by this project's cutter, and character bigrams) and the same queries, lines of ``--queries``
or pieces of sections; each is set up as its documentation says for speed, which its module in
`engines` cites, and works in a process of its own. Before anything is timed its top-10s are held
against its BM25 by brute force, and an engine that ranks otherwise than it says is left out.
Engines not installed (pip install -e '.[bench]') are left out; slow ones get a share, which the
table states. ``--generated`` measures how this project's own index grows.

Figures of ready terms leave segmentation out. "Text" is sections to a committed index with stored
text, segmentation included; for this project with citations, near-duplicates and groups, and
"files" with reading, structure and metadata too. p50 and p99 are of single queries; every round
asks others, so that nobody remembers an answer.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from peers.corpus import prepare
from peers.engine import share_dictionary
from peers.engines import ENTRIES, OURS, installed
from peers.figures import Row, goals
from peers.growth import grow, growth_csv, growth_goals, growth_table
from peers.machine import described, quietness
from peers.measure import Run
from peers.plot import svg
from peers.report import csv_text, figures_table, goals_table

_QUERIES = 1_000  # a round


def main() -> None:
    """Measure, print tables, write the files that are asked for."""
    options = _options()
    run, quiet, begun = described(), quietness(), time.perf_counter()
    print(f"{run}; {quiet}", flush=True)
    work = Path(tempfile.mkdtemp(prefix="peers-"))
    try:
        if options.generated:
            _grow(options, work, run)
        else:
            _compare(options, work, run)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"\n{(time.perf_counter() - begun) / 60:.1f} minutes; at the end {quietness()}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="peers", description=(__doc__ or "").split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--corpus", type=Path, metavar="DIR")
    what.add_argument("--generated", type=int, nargs="+", metavar="SECTIONS")
    names = ",".join(entry.name for entry in ENTRIES)
    parser.add_argument("--engines", default="", help=f"of {names}; this project is always there")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="a query a line")
    parser.add_argument("--limit", type=int, metavar="SECTIONS", help="no more than about these")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument("--svg", type=Path, metavar="FILE")
    return parser.parse_args()


def _compare(options: argparse.Namespace, work: Path, run: str) -> None:
    names = [name for name in options.engines.split(",") if name]
    entries = installed([OURS, *names] if names else [])
    share_dictionary(work / "dictionary")
    queries = options.queries or _QUERIES * (2 * options.rounds + 1)
    corpus = prepare(options.corpus, work, options.limit, queries)
    what = f"{corpus.sections:,} sections, {corpus.characters:,} characters"
    print(f"{what}, {len(corpus.queries):,} queries, {options.rounds} rounds", flush=True)
    measured = Run(entries, corpus, work, options.rounds)
    try:
        measured.measure()
    except KeyboardInterrupt:
        print("interrupted: the figures so far")
    print(f"\n{figures_table(measured.rows)}\n")
    for row in measured.rows.values():
        print(f"{row.engine} {row.version}: {'; '.join(_notes(row))}")
    print(f"\n{goals_table(goals(measured.rows, measured.baseline))}")
    if options.csv:
        options.csv.write_text(csv_text(measured.rows, f"{run}, {what}"), encoding="utf-8")
    if options.svg:
        options.svg.write_text(svg(measured.rows, what, run), encoding="utf-8")


def _notes(row: Row) -> list[str]:
    return [f"{row.sections:,} sections, {row.queries:,} queries a round", *row.notes]


def _grow(options: argparse.Namespace, work: Path, run: str) -> None:
    grown = grow(options.generated, work)
    print(f"\n{growth_table(grown)}\n\n{goals_table(growth_goals(grown))}")
    if options.csv:
        options.csv.write_text(growth_csv(grown, run), encoding="utf-8")
