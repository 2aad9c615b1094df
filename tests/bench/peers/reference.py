"""BM25 by brute force, written from the formulas: what every engine's ranking is held against.

    idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average length))

summed over a query's terms (Robertson and Zaragoza, 2009). Engines differ in the idf and in
whether words and bigrams, as one field, have one length (`Formula.pooled`).
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from heapq import nlargest

from peers.engine import K1, TOP, B, Formula, Query, Terms, pooled


def _xapian(ratio: float) -> float:
    # xapian's bm25weight.cc: kept from becoming negative.
    return math.log(ratio if ratio >= 2 else ratio * 0.5 + 1)


# From the number of sections and that of those with the term.
IDF: Mapping[str, Callable[[int, int], float]] = {
    "lucene": lambda n, df: math.log1p((n - df + 0.5) / (df + 0.5)),
    "robertson": lambda n, df: max(math.log((n - df + 0.5) / (df + 0.5)), 1e-6),
    "xapian": lambda n, df: _xapian((n - df + 0.5) / (df + 0.5)),
    "whoosh": lambda n, df: math.log(n / (df + 1)) + 1,
}


class Reference:
    """Where the terms of some queries stand in the sections."""

    def __init__(self, sections: Iterable[Terms], queries: Sequence[Query]) -> None:
        self._queries = [pooled(query) for query in queries]
        wanted = {term for query in self._queries for term in query}
        self._lengths = {"w": array("I"), "b": array("I")}
        self._postings = {term: (array("I"), array("I")) for term in wanted}
        self._known = {
            field: {term[1:] for term in wanted if term[0] == field} for field in self._lengths
        }
        for number, section in enumerate(sections):
            for field, text in (("w", section.words), ("b", section.bigrams)):
                terms = text.split()
                self._lengths[field].append(len(terms))
                known = self._known[field]
                for term, frequency in Counter(filter(known.__contains__, terms)).items():
                    ids, frequencies = self._postings[field + term]
                    ids.append(number)
                    frequencies.append(frequency)

    def scores(self, query: int, formula: Formula, sections: int) -> dict[int, float]:
        """The scores of those of the first ``sections`` that have any term of a query."""
        lengths, averages = self._statistics(formula.pooled, sections)
        found: dict[int, float] = {}
        for term in self._queries[query]:
            ids, frequencies = self._postings[term]
            df = bisect_left(ids, sections)
            idf = IDF[formula.idf](sections, df)
            length, average = lengths[term[0]], averages[term[0]]
            for number, tf in zip(ids[:df], frequencies, strict=False):
                norm = K1 * (1 - B + B * length[number] / average)
                found[number] = found.get(number, 0.0) + idf * tf * (K1 + 1) / (tf + norm)
        return found

    @cache  # noqa: B019 -- a run has one reference
    def _statistics(
        self, pooled: bool, sections: int
    ) -> tuple[Mapping[str, Sequence[int]], Mapping[str, float]]:
        lengths = {field: column[:sections] for field, column in self._lengths.items()}
        if pooled:
            both = array("I", map(sum, zip(*lengths.values(), strict=True)))
            lengths = dict.fromkeys(lengths, both)
        return lengths, {field: sum(column) / sections for field, column in lengths.items()}


def agrees(ids: Sequence[int], scores: Mapping[int, float], rounding: float) -> bool:
    """Returns True if ``ids`` are the ten best by ``scores``, ties and roundings aside."""
    best = nlargest(TOP, scores.values())
    if len(ids) != len(best) or len(set(ids)) != len(ids):
        return False
    return all(scores.get(number, 0.0) >= best[-1] * (1 - rounding) for number in ids)
