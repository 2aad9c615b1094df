"""How fast and how large the index is, beside other engines, on the same terms.

    python tests/bench/peers.py --corpus DIR [--queries FILE] [--csv FILE] [--svg FILE]

``--corpus`` is a folder of documents, ``--queries`` a text file, a query a line; without it,
queries are pieces of sections. Engines get the same sections and the same terms (jieba words and
character bigrams, made beforehand), each set up as its documentation recommends for speed;
indexing is timed from terms to a committed index on disk that answers, queries in rounds that all
engines take in turn. Engines that are not installed are left out: pip install tantivy bm25s numba.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import platform
import random
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from indexer import read_document
from indexer.analysis import bigrams, classes, ranked, words
from indexer.codec import UNIT, Builder, Collection, Segment
from indexer.normalize import fold, squeeze

ROUNDS = 3
TOP = 10

Term = tuple[str, str]


class Section(NamedTuple):
    """A section's words and the bigrams that rank, blanks between them, and its squeezed text."""

    words: str
    bigrams: str
    squeezed: str


class Engine(ABC):
    """An engine that ranks sections by BM25 of words and bigrams."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def index(self, sections: Sequence[Section]) -> None:
        """Write the index and open it."""

    @abstractmethod
    def prepare(self, terms: Sequence[Term]) -> Any:
        """A query in the engine's own form."""

    @abstractmethod
    def top(self, query: Any) -> list[float]:
        """The scores of the ten best sections."""

    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


class Columns(Engine):
    """This project's columns."""

    name = "policysearch"

    def index(self, sections: Sequence[Section]) -> None:
        builder = Builder(("words", "bigrams"), classes())
        for section in sections:
            parts = [(section.words.split(), section.squeezed, UNIT)]
            builder.add(section.squeezed, parts)
        path = self.folder / "segment"
        builder.finish(range(len(sections))).write(path)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        self._index = Collection([Segment(path)], [[]])

    def prepare(self, terms: Sequence[Term]) -> Any:
        return terms

    def top(self, query: Any) -> list[float]:
        return [score for score, _ in self._index.top(TOP, query, int)]


class Tantivy(Engine):
    """tantivy-py: two threads, frequencies of words, positions of bigrams."""

    name = "tantivy"

    def index(self, sections: Sequence[Section]) -> None:
        import tantivy

        self._tantivy = tantivy
        builder = tantivy.SchemaBuilder()
        for field, option in (("words", "freq"), ("bigrams", "position")):
            builder.add_text_field(field, tokenizer_name="whitespace", index_option=option)
        self._schema = builder.build()
        index = tantivy.Index(self._schema, path=str(self.folder))
        writer = index.writer(heap_size=500_000_000, num_threads=2)
        for section in sections:
            writer.add_document(tantivy.Document(words=section.words, bigrams=section.bigrams))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def prepare(self, terms: Sequence[Term]) -> Any:
        query = self._tantivy.Query
        should = self._tantivy.Occur.Should
        return query.boolean_query(
            [
                (should, query.term_query(self._schema, field, text, index_option="freq"))
                for field, text in terms
            ]
        )

    def top(self, query: Any) -> list[float]:
        return [score for score, _ in self._searcher.search(query, TOP, count=False).hits]


class Sqlite(Engine):
    """SQLite FTS5, contentless, merged into one segment."""

    name = "sqlite fts5"

    def index(self, sections: Sequence[Section]) -> None:
        self._db = sqlite3.connect(self.folder / "fts.db")
        self._db.execute("create virtual table t using fts5(words, bigrams, content='')")
        rows = (section[:2] for section in sections)
        self._db.executemany("insert into t(words, bigrams) values (?, ?)", rows)
        self._db.execute("insert into t(t) values ('optimize')")
        self._db.commit()

    def prepare(self, terms: Sequence[Term]) -> Any:
        return " OR ".join(f'{field}:"{text}"' for field, text in terms)

    def top(self, query: Any) -> list[float]:
        sql = "select rank from t where t match ? order by rank limit ?"
        return [-rank for (rank,) in self._db.execute(sql, (query, TOP))]


class Bm25s(Engine):
    """bm25s with numba, scores made when it is indexed."""

    name = "bm25s"

    def index(self, sections: Sequence[Section]) -> None:
        import bm25s

        tokens = [
            [f"w{word}" for word in section.words.split()]
            + [f"b{pair}" for pair in section.bigrams.split()]
            for section in sections
        ]
        self._index = bm25s.BM25(k1=1.2, b=0.75, method="lucene", backend="numba")
        self._index.index(tokens, show_progress=False)
        self._index.save(str(self.folder), show_progress=False)
        self._index.activate_numba_scorer()

    def prepare(self, terms: Sequence[Term]) -> Any:
        known = self._index.vocab_dict
        return [[term for field, text in terms if (term := field[0] + text) in known]]

    def top(self, query: Any) -> list[float]:
        _, scores = self._index.retrieve(query, k=TOP, show_progress=False, n_threads=1)
        return [float(score) for score in scores[0]]


class Figures(NamedTuple):
    """What was measured of an engine."""

    engine: str
    index_seconds: float
    megabytes: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    """Print the table; write the files that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args()
    sections = list(_sections(options.corpus))
    queries = list(_queries(options.queries, sections))
    print(f"{len(sections):,} sections, {len(queries):,} queries, {platform.machine()}, ", end="")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}")
    folder = Path(tempfile.mkdtemp())
    try:
        figures = _measure(list(_engines(folder)), sections, queries)
    finally:
        shutil.rmtree(folder)
    _print_table(figures)
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([Figures._fields, *figures])
    if options.svg:
        options.svg.write_text(_svg(figures), encoding="utf-8")


def _sections(corpus: Path) -> Iterator[Section]:
    for path in sorted(path for path in corpus.rglob("*") if path.is_file()):
        document = read_document(path)
        for unit in document.units():
            folded = fold(unit.span.of(document.text))
            squeezed = squeeze(folded)
            pairs = ranked(bigrams(squeezed))
            yield Section(" ".join(words(folded)), " ".join(pairs), squeezed)


def _queries(file: Path | None, sections: Sequence[Section]) -> Iterator[list[Term]]:
    if file:
        texts = file.read_text(encoding="utf-8").split("\n")
    else:
        chance = random.Random(20021231)
        long = [section.squeezed for section in sections if len(section.squeezed) > 20]
        texts = []
        for text in chance.choices(long, k=1000):
            start = chance.randrange(len(text) - 12)
            texts.append(text[start : start + chance.randint(4, 12)])
    for text in texts:
        folded = fold(text)
        pairs = ranked(bigrams(squeeze(folded)))
        terms = [("words", word) for word in words(folded)] + [("bigrams", pair) for pair in pairs]
        if terms:
            yield list(dict.fromkeys(terms))


def _engines(folder: Path) -> Iterator[Engine]:
    for kind, needs in ((Columns, "indexer"), (Tantivy, "tantivy"), (Bm25s, "bm25s"), (Sqlite, "")):
        if needs and not find_spec(needs):
            print(f"{kind.name} is not installed", file=sys.stderr)
            continue
        place = folder / kind.name
        place.mkdir()
        yield kind(place)


def _measure(
    engines: Sequence[Engine], sections: Sequence[Section], queries: Sequence[list[Term]]
) -> list[Figures]:
    seconds = {}
    for engine in engines:
        started = time.perf_counter()
        engine.index(sections)
        seconds[engine.name] = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{engine.name} indexed, peak of the process so far {peak:,.0f} MB")
    _compare(engines, queries)
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for _, terms in itertools.product(range(ROUNDS), queries):
        for engine in engines:
            query = engine.prepare(terms)
            started = time.perf_counter()
            engine.top(query)
            times[engine.name].append(time.perf_counter() - started)
    return [
        Figures(
            engine.name,
            seconds[engine.name],
            engine.size() / 1e6,
            statistics.median(times[engine.name]) * 1e3,
            statistics.quantiles(times[engine.name], n=100)[98] * 1e3,
        )
        for engine in engines
    ]


def _compare(engines: Sequence[Engine], queries: Sequence[list[Term]]) -> None:
    """Say how often tantivy, which rounds lengths to a byte, has the same ten best scores."""
    ours, theirs = (
        next((e for e in engines if isinstance(e, k)), None) for k in (Columns, Tantivy)
    )
    if not ours or not theirs:
        return
    same = 0
    for terms in queries:
        pairs = zip(ours.top(ours.prepare(terms)), theirs.top(theirs.prepare(terms)), strict=False)
        same += all(abs(x - y) <= 0.03 * y for x, y in pairs)
    print(f"scores within 3 % of tantivy's, rank by rank: {same / len(queries):.1%} of queries")


def _print_table(figures: Sequence[Figures]) -> None:
    first = figures[0]
    print(f"{'':14}{'index s':>16}{'MB':>16}{'p50 ms':>16}{'p99 ms':>16}")
    for row in figures:
        cells = [
            f"{value:9.3f} x{value / mine:5.2f}"
            for value, mine in zip(row[1:], first[1:], strict=True)
        ]
        print(f"{row.engine:14}" + "".join(cells))


def _svg(figures: Sequence[Figures]) -> str:
    """Bars of the median time of a query, on a logarithmic scale."""
    import math

    bars = []
    for number, row in enumerate(figures):
        width = 60 * math.log10(max(row.p50_ms, 0.011) / 0.01)
        y = 20 + 24 * number
        bars.append(
            f'<text x="110" y="{y + 13}" text-anchor="end">{row.engine}</text>'
            f'<rect x="116" y="{y}" width="{width:.0f}" height="16" fill="#4a7"/>'
            f'<text x="{122 + width:.0f}" y="{y + 13}">{row.p50_ms:.2f} ms</text>'
        )
    height = 30 + 24 * len(figures)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="480" height="{height}" '
        f'font-family="sans-serif" font-size="12">{"".join(bars)}</svg>\n'
    )


if __name__ == "__main__":
    main()
