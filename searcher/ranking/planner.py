"""Turns the tree of a query into its plan: the one place that decides how sections are scored.

Matching and scoring are separate. The operators, phrases, fields and dates of the query say which
sections match (`searcher.ranking.matching`). The score of a matching section is BM25
(`indexer.kernel.bm25` has the formula), summed over all distinct terms of the query that it does
not exclude. Words and pairs of characters count alike. The idf of each term is multiplied by a
weight: 1, or ACROSS for a pair that lies across two words of the query
(`searcher.ranking.query_terms`). Words that only make the text a question
(`searcher.ranking.question_words`) neither match nor rank. Deleted sections do not count in the
statistics, so that scores do not depend on the history of an index; nor do sections that repeat
the text of another file.

A query with synonyms has several variants (`searcher.ranking.variants`): the score of a section is
that of its best variant.

Documents and articles that the query names (`searcher.ranking.known_items`) score more than words
ever could: the sum of weight * idf * (k1 + 1) over the terms, and what the second look can add, is
added once for each level. Sections with equal scores are ordered by document id, then by their
place in the document.

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
from searcher.ranking.names_not_held import unknown_words
from searcher.ranking.plan import AnyOf, OfDocuments, Plan, Sought, Variant, Weights
from searcher.ranking.query_terms import (
    QueryTexts,
    as_weights,
    is_bare,
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
        """Plans by the ``statistics`` of an index and the ``analyzer`` that cut its texts."""
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
        targets, notices = self._known.find(node, self._synonyms, self._analyzer.pieces)
        if match is not None and targets and is_bare(node):  # 劳 动 法: no word of the law's text
            ids = frozenset(target.document for target in targets if target.certain)
            match = AnyOf((match, OfDocuments(ids)))
        evidence = find_evidence(node, texts, self._statistics)
        look = SHARE * self._worth(terms, HEAVIEST) if evidence else 0.0
        step = self._step(terms, variants, look) if targets else 0.0
        if not targets:
            asked = (text for text, literally in ranking if not literally)
            notices += unknown_words(asked, self._statistics)
        sought = find_sought(node, texts, self._statistics)
        complete = matcher.complete(node)
        complete_of = None if complete == match else complete
        return Plan(
            terms,
            variants,
            match,
            targets,
            step,
            sought,
            notices,
            complete_of,
            evidence=evidence,
            look=look,
        )

    def sought(self, node: Node) -> Sought:
        """Returns the texts that excerpts look for in the hits of the query ``node``."""
        texts = QueryTexts(self._analyzer, self._synonyms)
        return find_sought(node, texts, self._statistics)

    def _step(self, terms: Weights, variants: Iterable[Variant], look: float) -> float:
        """Returns more than terms, up to an upper bound of BM25, and the look can score."""
        most = max(map(self._worth, (terms, *(variant.terms for variant in variants))))
        return most * (K1 + 1) + look or 1.0

    def _worth(self, terms: Weights, most: int | None = None) -> float:
        """Returns the summed worth of terms, or only that of the ``most`` heaviest."""
        idf, frequency = self._statistics.idf, self._statistics.frequency
        worths = (idf(frequency(term)) * weight for term, weight in terms)
        return sum(worths if most is None else sorted(worths)[-most:])
