"""How well queries are answered, against BM25 over jieba's search-mode words in the same run.

    PYTHONPATH=. python tests/bench/relevance.py --set DIR [--set DIR …] [--files DIR] [--engine]

For every set and kind of query: nDCG@10, MRR@10, hit@1 and recall@100 of both, the ratio of the
nDCGs and the probability of so large a difference by chance. What each query gained or lost goes
to a file. Every section of a set is one section with the engine's terms and scores; ``--engine``
indexes the sections as documents and asks the engine itself, a section scoring as its best section.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from heapq import nsmallest
from pathlib import Path
from typing import Any

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
from indexer.documents.read import parse_document, read_document
from indexer.errors import PolicySearchError
from indexer.segments import Collection, Segment
from indexer.storage.segment_writer import new_terms
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import jieba_tokenizer, make_tables
from searcher.backends.embedded import EmbeddedBackend
from searcher.query.parser import parse
from searcher.ranking.planner import Planner
from searcher.ranking.query_terms import scoring_terms
from searcher.ranking.synonyms import Synonyms

Ranking = Callable[[str], list[str]]  # a query's text to section ids, best first
K1, B = 1.2, 0.75  # of the baseline
_ENGINE_SECTIONS = 3_000  # the best sections, of which the best DEPTH documents are taken


class Baseline:
    """BM25 over jieba's search-mode words, each section its title and text: a stock set-up."""

    def __init__(self, sections: Sequence[Text]) -> None:
        self._ids = [section.id for section in sections]
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        lengths = [self._add(number, section) for number, section in enumerate(sections)]
        average = sum(lengths) / len(lengths) or 1.0
        self._norms = [K1 * (1 - B + B * length / average) for length in lengths]

    def _add(self, number: int, section: Text) -> int:
        words = _search_mode(f"{section.title}\n{section.text}")
        for word, count in Counter(words).items():
            numbers, counts = self._postings.setdefault(word, (array("I"), array("I")))
            numbers.append(number)
            counts.append(count)
        return len(words)

    def __call__(self, query: str) -> list[str]:
        scores: dict[int, float] = {}
        for word in dict.fromkeys(_search_mode(query)):
            numbers, counts = self._postings.get(word, ((), ()))
            rarity = (len(self._ids) - len(numbers) + 0.5) / (len(numbers) + 0.5)
            top = math.log(1 + rarity) * (K1 + 1)
            for number, count in zip(numbers, counts, strict=True):
                gain = top * count / (count + self._norms[number])
                scores[number] = scores.get(number, 0.0) + gain
        best = nsmallest(DEPTH, scores.items(), key=lambda item: (-item[1], self._ids[item[0]]))
        return [self._ids[number] for number, _ in best]


def _search_mode(text: str) -> list[str]:
    return [word for word in _jieba().cut_for_search(text.lower()) if word[0].isalnum()]


@cache
def _jieba() -> Any:
    return jieba_tokenizer()


def direct(sections: Sequence[Text], folder: Path) -> Ranking:
    """The engine's terms and scores over an index in ``folder``, each section one section."""
    ordered = sorted(sections, key=lambda section: section.id)
    analyzer = Analyzer(Dictionary(*make_tables()))
    terms = new_terms()
    for section in ordered:
        parts = analyzer.analyse(section.title, (), section.text)
        terms.add(parts, [range(len(parts))], [parts[0].without_blanks])
    path = folder / "terms"
    terms.finish(array("I", range(len(ordered)))).write(path)
    collection = Collection([Segment(path)], [[]])

    def rank(query: str) -> list[str]:
        wanted = scoring_terms(parse(query), analyzer)
        return [ordered[section].id for _, section in collection.top(DEPTH, wanted, int)]

    return rank


def engine(sections: Sequence[Text], folder: Path) -> Ranking:
    """The engine itself over an index of ``sections`` in ``folder``."""
    store = Store(folder)
    with store.transaction() as transaction:
        for section in sections:
            text = (
                section.text
                if section.text.startswith(section.title)
                else f"{section.title}\n{section.text}"
            )
            transaction.put(parse_document(text, f"set/{section.id}"))
    backend = EmbeddedBackend.open(folder)
    planner = Planner(backend, backend.analyzer, Synonyms.open())

    def rank(query: str) -> list[str]:
        documents: dict[str, None] = {}
        found = backend.carry_out(planner.plan(query, parse(query)))
        for shown in backend.show(hit.section for hit in found.top(_ENGINE_SECTIONS)):
            # A copy that says the same is shown with the hit, not as another.
            for id in (shown.document.id, *shown.copies):
                documents[id.removeprefix("set/")] = None
            if len(documents) >= DEPTH:
                break
        return [*documents][:DEPTH]

    return rank


def read_files(folder: Path) -> list[Text]:
    """The files under ``folder`` as sections, named by their paths under it."""
    sections = []
    for path in sorted(folder.glob("*/*.txt")):
        document = read_document(path)
        title = document.metadata.title
        id = path.relative_to(folder).as_posix()
        sections.append(Text(id, title.value if title else "", document.text))
    return sections


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
    sections = list(read_corpus(folder)) or (read_files(files) if files else [])
    if not sections:
        raise SystemExit(f"{folder} has no corpus: name the folder of its files by --files")
    theirs = measured(queries, Baseline(sections))
    with tempfile.TemporaryDirectory() as temporary:
        ours = measured(queries, (engine if through_engine else direct)(sections, Path(temporary)))
    return report(folder.name, queries, ours, theirs), differences(
        folder.name, queries, ours, theirs
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", type=Path, action="append", required=True, dest="sets")
    parser.add_argument("--files", type=Path, help="where the files of a set without corpus are")
    parser.add_argument("--engine", action="store_true", help="index each set and ask the engine")
    parser.add_argument(
        "--differences", type=Path, default=Path(tempfile.gettempdir()) / "relevance.tsv"
    )
    options = parser.parse_args(arguments)
    lines = ["gain\tours\tbaseline\tset\tkind\tid\tquery"]
    for folder in options.sets:
        table, moved = run(folder, options.files, options.engine)
        print(table, flush=True)
        lines += moved
    options.differences.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"per query: {options.differences}")


if __name__ == "__main__":
    main()
