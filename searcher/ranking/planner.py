"""From the tree of a query to its plan: the one place that decides how sections are scored.

Matching and scoring are two things. The query's operators, phrases, fields and dates say which
sections match (`searcher.ranking.matching`). The score of a matching section is BM25
(`indexer.kernel.bm25` has the formula) summed over all distinct terms of the query that are not
prohibited, words and pairs of characters alike, each with a weight that is a factor of its idf.
Deleted sections count nowhere, so that scores do not depend on an index's history; nor do those
that repeat another file's text. The weight is 1, but ACROSS for a pair that lies across the words
of the query (`searcher.ranking.query_terms`). Words that only make a question of it
(`searcher.ranking.question_words`) neither match nor rank.

The score of a section is that of the best variant of the query (`searcher.ranking.variants`); a
query without synonyms has one.

What the query names (`searcher.ranking.known_items`) scores more than its words ever could: the sum
of weight * idf * (k1 + 1) over the terms, and what the second look can add, once for each level.
Equal scores rank by document id, then by place in the document.

That is the first pass, which backends carry out. `searcher.ranking.second_look` ranks its best
sections again.
"""

from __future__ import annotations

from collections.abc import Iterable

from indexer.kernel.bm25 import K1
from indexer.text.analysis import Analyzer
from searcher.query.nodes import Node
from searcher.ranking.known_items import KnownItems
from searcher.ranking.matching import Matcher
from searcher.ranking.plan import Plan, Sought, Variant, Weights
from searcher.ranking.query_terms import (
    QueryTexts,
    as_weights,
    is_plain,
    ranking_texts,
    weighted_terms,
)
from searcher.ranking.second_look import HEAVIEST, SHARE, find_evidence
from searcher.ranking.sought import find_sought
from searcher.ranking.statistics import Statistics
from searcher.ranking.synonyms import Synonyms
from searcher.ranking.variants import find_variants


class Planner:
    """Makes plans for the queries of one index. Threads may share it."""

    def __init__(self, statistics: Statistics, analyzer: Analyzer, synonyms: Synonyms) -> None:
        """Takes the ``analyzer`` that cut the texts of the index behind ``statistics``."""
        self._statistics = statistics
        self._analyzer = analyzer
        self._synonyms = synonyms
        self._known = KnownItems(statistics)

    def plan(self, query: str, node: Node) -> Plan:
        """Returns the plan of a query.

        ``query`` is the text that ``node`` was parsed from: positions of errors count in it.
        Raises QueryError for a prefix of too many words.
        """
        texts = QueryTexts(self._analyzer, self._synonyms)
        ranking = list(ranking_texts(node, texts))
        terms = as_weights(weighted_terms(text for text, _ in ranking))
        variants = find_variants(ranking, texts, self._statistics)
        matcher = Matcher(query, texts, self._statistics)
        match = None if is_plain(node, texts) else matcher.match(node)
        targets = self._known.targets(node, self._synonyms, self._analyzer.pieces)
        sought = find_sought(node, texts, self._statistics)
        evidence = find_evidence(node, texts, self._statistics)
        look = SHARE * self._worth(terms, HEAVIEST) if evidence else 0.0
        step = self._step(terms, variants, look) if targets else 0.0
        return Plan(terms, variants, match, targets, step, sought, evidence, look)

    def sought(self, node: Node) -> Sought:
        """Returns what excerpts look for that show ``node``."""
        texts = QueryTexts(self._analyzer, self._synonyms)
        return find_sought(node, texts, self._statistics)

    def _step(self, terms: Weights, variants: Iterable[Variant], look: float) -> float:
        """Returns more than terms, an upper bound of BM25, and the look can add to a score."""
        most = max(map(self._worth, (terms, *(variant.terms for variant in variants))))
        return most * (K1 + 1) + look or 1.0

    def _worth(self, terms: Weights, most: int | None = None) -> float:
        """Returns the summed worth of terms, or only that of the ``most`` heaviest."""
        idf, frequency = self._statistics.idf, self._statistics.frequency
        worths = (idf(frequency(term)) * weight for term, weight in terms)
        return sum(worths if most is None else sorted(worths)[-most:])
