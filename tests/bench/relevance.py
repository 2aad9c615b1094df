"""How well queries are answered, against BM25 over jieba's search-mode words in the same run.

    PYTHONPATH=. python tests/bench/relevance.py --set DIR [--set DIR …] [--files DIR] [--engine]

For every set and kind of query: nDCG@10, MRR@10, hit@1 and recall@100 of both, the ratio of the
nDCGs and the probability of so large a difference by chance. What each query gained or lost goes
to a file. Scores are computed in memory, by the terms and formulas of the engine with every
unit of the set as one section; ``--engine`` indexes the set and asks the engine itself, a unit
scoring as its best section.
"""

from __future__ import annotations

import argparse
import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nsmallest
from pathlib import Path

import rjieba
from judged import (
    DEPTH,
    MEASURES,
    Measures,
    Query,
    Text,
    mean,
    measure,
    read_corpus,
    read_queries,
    significance,
)

from indexer import Store
from indexer.analysis import analyse
from indexer.errors import PolicySearchError
from indexer.reading import parse_document, read_document
from indexer.schema import BIGRAMS, WORDS
from indexer.snapshot import Snapshot
from searcher.query import parse
from searcher.ranking import K1, B, Ranker, inverse_frequency, scoring_terms

Ranking = Callable[[str], list[str]]  # a query's text to unit ids, best first
_ENGINE_SECTIONS = 3_000  # the best sections, of which the best DEPTH documents are taken


class Postings:
    """BM25 over one kind of terms (`searcher.ranking` has the formula)."""

    def __init__(self, units: Iterable[Mapping[str, int]]) -> None:
        self._lengths = array("I")
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        for number, frequencies in enumerate(units):
            self._lengths.append(sum(frequencies.values()))
            for term, frequency in frequencies.items():
                if term not in self._postings:
                    self._postings[term] = array("I"), array("H")
                numbers, counts = self._postings[term]
                numbers.append(number)
                counts.append(min(frequency, 0xFFFF))
        average = sum(self._lengths) / (len(self._lengths) or 1) or 1.0
        self._norms = [K1 * (1 - B + B * length / average) for length in self._lengths]

    def add_scores(self, term: str, scores: dict[int, float]) -> None:
        """Add to ``scores`` what the units with ``term`` score by it."""
        numbers, counts = self._postings.get(term, ((), ()))
        top = inverse_frequency(len(self._lengths), len(numbers)) * (K1 + 1)
        norms = self._norms
        for number, count in zip(numbers, counts, strict=True):
            scores[number] = scores.get(number, 0.0) + top * count / (count + norms[number])


def best(scores: Mapping[int, float], ids: Sequence[str]) -> list[str]:
    """The ids of the DEPTH best units, ties by id."""
    found = nsmallest(DEPTH, scores.items(), key=lambda item: (-item[1], ids[item[0]]))
    return [ids[number] for number, _ in found]


def baseline(units: Sequence[Text]) -> Ranking:
    """What a stock set-up does: jieba's search mode, each unit its title and text."""
    ids = [unit.id for unit in units]
    postings = Postings(Counter(_search_mode(f"{unit.title}\n{unit.text}")) for unit in units)

    def rank(query: str) -> list[str]:
        scores: dict[int, float] = {}
        for term in dict.fromkeys(_search_mode(query)):
            postings.add_scores(term, scores)
        return best(scores, ids)

    return rank


def _search_mode(text: str) -> list[str]:
    return [word for word in rjieba.cut_for_search(text.lower()) if word[0].isalnum()]


def in_memory(units: Sequence[Text]) -> Ranking:
    """The engine's terms and scores, each unit one section."""
    ids = [unit.id for unit in units]
    analysed = [analyse(unit.title, (), unit.text) for unit in units]
    fields = {
        WORDS: Postings(terms.words for terms in analysed),
        BIGRAMS: Postings(terms.bigrams for terms in analysed),
    }

    def rank(query: str) -> list[str]:
        scores: dict[int, float] = {}
        for field, term in scoring_terms(parse(query)):
            fields[field].add_scores(term, scores)
        return best(scores, ids)

    return rank


def engine(units: Sequence[Text], folder: Path) -> Ranking:
    """The engine itself over an index of ``units`` in ``folder``."""
    store = Store(folder)
    with store.transaction() as transaction:
        for unit in units:
            text = unit.text if unit.text.startswith(unit.title) else f"{unit.title}\n{unit.text}"
            transaction.put(parse_document(text, f"set/{unit.id}"))
    snapshot = Snapshot.open(folder)
    ranker = Ranker(snapshot)

    def rank(query: str) -> list[str]:
        found = ranker.rank(parse(query)).top(snapshot, _ENGINE_SECTIONS)
        documents = dict.fromkeys(snapshot.rows[snapshot.document_of[unit]].id for unit, _ in found)
        return [document.removeprefix("set/") for document in documents][:DEPTH]

    return rank


def read_files(folder: Path) -> list[Text]:
    """The files under ``folder`` as units, named by their paths under it."""
    units = []
    for path in sorted(folder.glob("*/*.txt")):
        document = read_document(path)
        title = document.metadata.title
        id = path.relative_to(folder).as_posix()
        units.append(Text(id, title.value if title else "", document.text))
    return units


def measured(queries: Iterable[Query], rank: Ranking) -> list[Measures]:
    """The measures of every query; one the language does not read finds nothing."""
    found = []
    for query in queries:
        try:
            ranking = rank(query.text)
        except PolicySearchError:
            ranking = []
        found.append(measure(ranking, query.judged))
    return found


def report(name: str, queries: list[Query], ours: list[Measures], theirs: list[Measures]) -> str:
    """A table of both systems for a set and for each of its kinds."""
    lines = [f"{name:<28}{'n':>6}" + "".join(f"{m:>9}{'(base)':>8}" for m in MEASURES)]
    lines[0] += f"{'ratio':>8}{'p':>8}"
    kinds = sorted({query.kind for query in queries})
    for kind in ["all", *kinds] if len(kinds) > 1 else ["all"]:
        chosen = [n for n, query in enumerate(queries) if kind in ("all", query.kind)]
        own, base = mean([ours[n] for n in chosen]), mean([theirs[n] for n in chosen])
        cells = "".join(
            f"{getattr(own, m):>9.4f}{f'({getattr(base, m):.3f})':>8}" for m in MEASURES
        )
        ratio = own.ndcg / base.ndcg if base.ndcg else float("inf")
        p = significance([ours[n].ndcg - theirs[n].ndcg for n in chosen])
        lines.append(f"  {kind:<26}{len(chosen):>6}{cells}{ratio:>8.3f}{p:>8.4f}")
    return "\n".join(lines)


def differences(
    name: str, queries: list[Query], ours: list[Measures], theirs: list[Measures]
) -> list[str]:
    """A line for every query, the worst loss of nDCG first."""
    rows = sorted(
        zip(queries, ours, theirs, strict=True), key=lambda row: row[1].ndcg - row[2].ndcg
    )
    return [
        f"{own.ndcg - base.ndcg:+.4f}\t{own.ndcg:.4f}\t{base.ndcg:.4f}\t{name}\t{query.kind}"
        f"\t{query.id}\t{query.text}"
        for query, own, base in rows
    ]


def run(folder: Path, files: Path | None, through_engine: bool) -> tuple[str, list[str]]:
    """The report of a set and the differences of its queries."""
    queries = read_queries(folder)
    units = list(read_corpus(folder)) or (read_files(files) if files else [])
    if not units:
        raise SystemExit(f"{folder} has no corpus: name the folder of its files by --files")
    theirs = measured(queries, baseline(units))
    if through_engine:
        with tempfile.TemporaryDirectory() as temporary:
            ours = measured(queries, engine(units, Path(temporary)))
    else:
        ours = measured(queries, in_memory(units))
    return report(folder.name, queries, ours, theirs), differences(
        folder.name, queries, ours, theirs
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", type=Path, action="append", required=True, dest="sets")
    parser.add_argument("--files", type=Path, help="where the files of a set without corpus are")
    parser.add_argument("--engine", action="store_true", help="index each set and ask the engine")
    parser.add_argument(
        "--differences", type=Path, default=Path(tempfile.gettempdir()) / "relevance.tsv"
    )
    options = parser.parse_args()
    lines = ["gain\tours\tbaseline\tset\tkind\tid\tquery"]
    for folder in options.sets:
        table, moved = run(folder, options.files, options.engine)
        print(table, flush=True)
        lines += moved
    options.differences.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"per query: {options.differences}")


if __name__ == "__main__":
    main()
