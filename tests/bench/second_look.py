"""Measures what the second look brings: nDCG@10 and the first hit, by its share of the score.

    python tests/bench/second_look.py SET INDEX [SHARE ...]

SET is a judged set (`judged`), of which every other query is used; its texts are indexed in the
folder INDEX unless there is an index already. A SHARE of 0 is the first pass alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

from judged import Measures, measure, read_corpus, read_queries

import searcher.ranking.planner as planner
from indexer import Store
from indexer.documents.read import parse_document
from searcher import QueryError, Searcher

DEPTH = 100
SHARES = (0.0, 0.2, 0.3, 0.4, 0.5)


def make_index(texts: Path, folder: Path) -> None:
    """Indexes every text of a set as a document of its own."""
    with Store(folder).transaction() as writing:
        for one in read_corpus(texts):
            text = one.text if one.text.startswith(one.title) else f"{one.title}\n{one.text}"
            writing.put(parse_document(text, f"set/{one.id}"))


def measured(searcher: Searcher, judged: Path, share: float) -> list[Measures]:
    """Returns the measures of every other query where the look has a share of the score."""
    planner.SHARE = share  # type: ignore[attr-defined]
    found = []
    for query in read_queries(judged)[::2]:
        try:
            hits = searcher.search(query.text, limit=DEPTH, suggest=False).hits
        except QueryError:
            continue
        ids = dict.fromkeys(hit.document.removeprefix("set/") for hit in hits)
        found.append(measure(list(ids), query.judged))
    return found


def main(judged: Path, index: Path, shares: tuple[float, ...]) -> None:
    """Prints a line for each share."""
    if not (index / "manifest.json").exists():
        make_index(judged, index)
    with Searcher.open(index) as searcher:
        for share in shares:
            of = measured(searcher, judged, share)
            ndcg, first = (sum(m.ndcg for m in of) / len(of), sum(m.hit for m in of) / len(of))
            print(f"{share:4}  ndcg {ndcg:.4f}  first {first:.3f}  ({len(of)} queries)", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), tuple(map(float, sys.argv[3:])) or SHARES)
