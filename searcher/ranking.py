"""Which units a query matches, and how well: the one place that knows how they are scored.

Matching and scoring are two things. The query's operators, phrases, fields and dates say which
units match: bare words match where any of their terms is (the title and the opening of a document
are in all its units, `indexer.building`), words that an operator ties to others
(AND, NOT, + and -) where they stand literally in the section or in its document's title. The score
of a matching unit is BM25 summed over all distinct terms of the query that
are not prohibited, words and bigrams alike:

    weight * idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average length))
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

with tf weighted by the part of the unit a term stands in (BM25F, `indexer.analysis`), N the number
of units searched and df that of those with the term (Robertson and Zaragoza, 2009; the idf is
Lucene's, never negative). Deleted units count nowhere, so that scores do not depend on an index's
history; nor do those that repeat another file's text. The weight is 1, but ACROSS for a bigram that
lies across the words of the query. Words that only make a question of it (`searcher.questions`)
neither match nor rank. What the query names (`searcher.known`) scores more than its words ever
could: the sum of weight * idf * (k1 + 1) over the terms, once for each level. Equal scores rank by
document id, then by place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from indexer.analysis import bigrams, ranked, words
from indexer.codec import K1, Units
from indexer.errors import QueryError
from indexer.normalize import HAN, fold, squeeze
from indexer.record import Row
from indexer.schema import BIGRAMS, WORDS
from indexer.snapshot import Snapshot
from searcher.known import KnownItems, Target
from searcher.query import (
    MAX_EXPANSIONS,
    Boolean,
    DateRange,
    Everything,
    Node,
    Phrase,
    Prefix,
    Words,
)
from searcher.questions import what_is_asked
from searcher.results import Explanation, TermScore

Term = tuple[str, str]  # field, text
# Measured on questions about laws and about notices: .8 ranks better than 1, .7 and .9 alike.
ACROSS = 0.8
KNOWN = "known"  # what stands for a field where a score is explained


@dataclass(frozen=True)
class Ranked:
    """The units a query matches, and what ranks them.

    ``terms`` are weighted. ``matched`` is None where those match that have any of the terms.
    ``known`` has what is added to the scores of what the query names, as far as it matches.
    """

    snapshot: Snapshot
    terms: Mapping[Term, float]
    matched: Units | None
    known: Mapping[int, float]

    @cached_property
    def units(self) -> Units:
        """All units that match."""
        return self.snapshot.terms.having(self.terms) if self.matched is None else self.matched

    def top(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` best units with their scores, best first, ties by `place`."""
        if count <= 0:
            return []
        hits = self._best(count, self.matched)
        if self.known:
            named = self._best(len(self.known), self.snapshot.terms.of_units(self.known))
            hits = [hit for hit in hits if hit[0] not in self.known]
            hits += [(unit, score + self.known[unit]) for unit, score in named]
            hits.sort(key=lambda hit: (-hit[1], self._place(hit[0])))
        return hits[:count]

    def all(self) -> list[tuple[int, float]]:
        """All units with their scores, best first."""
        return self.top(len(self.units))

    def _best(self, count: int, within: Units | None) -> list[tuple[int, float]]:
        hits = self.snapshot.terms.top(count, self.terms, self._place, within)
        return [(unit, score) for score, unit in hits]

    def _place(self, unit: int) -> tuple[str, int]:
        return place(self.snapshot, unit)


def place(snapshot: Snapshot, unit: int) -> tuple[str, int]:
    """What orders units whatever the order they were indexed in: document id, place in it."""
    document = snapshot.document_of(unit)
    return snapshot.rows[document].id, unit - snapshot.firsts[document]


class Ranker:
    """Matches and scores on a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._terms = snapshot.terms
        self._known = KnownItems(snapshot.rows, snapshot.firsts, snapshot.units)

    def rank(self, query: Node) -> Ranked:
        """The units ``query`` matches. Raises QueryError for a prefix of too many words."""
        terms = scoring_terms(query)
        matched = None if _is_plain(query) else self._match(query)
        known = self._known_units(query)
        if not known:
            return Ranked(self._snapshot, terms, matched, {})
        if matched is None:
            certain = (unit for unit, target in known.items() if target.certain)
            matched = self._terms.having(terms) | self._terms.of_units(certain)
        step = self._step(terms)
        levels = {unit: step * known[unit].level for unit in known if unit in matched}
        return Ranked(self._snapshot, terms, matched, levels)

    def explain(self, query: Node, unit: int) -> Explanation:
        """What every term of the query adds to the score `rank` gives a unit, in this order."""
        terms = scoring_terms(query)
        explained = list(self._explain(terms, unit))
        if target := self._known_units(query).get(unit):
            step, size = self._step(terms), len(target.units)
            extra = step * target.level
            explained.append(TermScore(KNOWN, target.name, extra, target.level, step, size, 0, 0))
        score = 0.0  # not sum(): since Python 3.12 it rounds otherwise than the scores were added
        for part in explained:
            score += part.score
        return Explanation(score, tuple(explained))

    def _known_units(self, query: Node) -> dict[int, Target]:
        """The units of what ``query`` names, each with the first target that has it.

        For what is asked for and only says again what another file says, that file answers.
        """
        units: dict[int, Target] = {}
        shadows = self._snapshot.shadows
        for target in reversed(self._known.targets(query)):
            for unit in target.units:
                if unit not in shadows:
                    units[unit] = target
                elif target.certain:
                    copies = self._snapshot.copies_of(unit)
                    units.update((copy, target) for copy in copies if copy not in shadows)
        return units

    def _step(self, terms: Mapping[Term, float]) -> float:
        """More than any unit can score by ``terms``."""
        return sum(self.idf(term) * weight for term, weight in terms.items()) * (K1 + 1) or 1.0

    def idf(self, term: Term) -> float:
        """How much a term tells: the fewer units have it, the more."""
        return self._terms.idf(self._terms.frequency(term))

    def _explain(self, terms: Mapping[Term, float], unit: int) -> Iterator[TermScore]:
        for field, text in self._terms.by_weight(terms):
            weight = terms[field, text]
            if part := self._terms.contribution((field, text), unit, weight):
                yield TermScore(
                    field,
                    text,
                    part.score,
                    part.tf,
                    part.idf,
                    part.df,
                    part.length,
                    part.average_length,
                )

    def _match(self, query: Node, *, literally: bool = False) -> Units:
        """The units a node matches; ``literally``, its words stand there as they were typed."""
        match query:
            case Boolean():
                return self._match_boolean(query, literally)
            case Words(field=None) if literally:
                titled = self._match_documents(Phrase(query.text, "title"))
                return self._match_literal(query.text) | titled
            case Words(field=None):
                found = self._terms.having(terms_of(what_is_asked(query.text)))
                return found or self._match_literal(query.text)
            case Phrase(field=None):
                return self._match_literal(query.text)
            case Prefix(field=None):
                return self._match_prefix(query)
            case _:
                return self._match_documents(query)

    def _match_documents(self, query: Node) -> Units:
        """All units of the documents of which ``query`` is true."""
        return self._snapshot.units_where(lambda row: _row_matches(query, row))

    def _match_boolean(self, query: Boolean, literally: bool) -> Units:
        # A word that an operator ties to another stands literally. The only text beside fields
        # and dates is tied to none: it means what it means alone.
        texts = [node for node in (*query.must, *query.should) if not _is_of_document(node)]
        tied = literally or (len(texts) > 1 and bool(query.must))
        found: Units | None = None
        for node in query.must:
            matched = self._match(node, literally=tied)
            found = matched if found is None else found & matched
        if found is None:
            found = self._terms.none()
            for node in query.should:
                found = found | self._match(node, literally=tied)
        for node in query.must_not:
            found = found - self._match(node, literally=True)
        return found

    def _match_prefix(self, query: Prefix) -> Units:
        """A Chinese text runs on: any place it stands in begins something. Other words do not."""
        folded = squeeze(fold(query.text))
        if not folded or re.fullmatch(f"[{HAN}]", folded[-1]):
            return self._match_literal(query.text)
        expansions: list[Term] = []
        for word in self._terms.expand(WORDS, folded):
            if len(expansions) == MAX_EXPANSIONS:
                reason = f"more than {MAX_EXPANSIONS:,} words begin with {query.text!r}"
                raise QueryError(query.text, query.start, reason)
            expansions.append((WORDS, word))
        return self._terms.having(expansions)

    def _match_literal(self, text: str) -> Units:
        """The units in whose squeezed body ``text``, folded and squeezed, stands."""
        squeezed = squeeze(fold(text))
        pairs = ranked(bigrams(squeezed))
        return self._terms.holding(squeezed, [(BIGRAMS, pair) for pair in pairs])


def scoring_terms(query: Node) -> dict[Term, float]:
    """The terms that rank, in the order of the query, and their weights; none is prohibited."""
    terms: dict[Term, float] = {}
    for text in _ranking_texts(query):
        for term, weight in _weighted(text):
            terms[term] = max(weight, terms.get(term, 0.0))
    return terms


def _ranking_texts(query: Node) -> Iterator[str]:
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                yield from _ranking_texts(node)
        case Words(field=None | "title"):
            yield what_is_asked(query.text)
        case Phrase(field=None | "title") | Prefix(field=None):
            yield query.text


def _weighted(text: str) -> Iterator[tuple[Term, float]]:
    terms = terms_of(text)
    inside = {pair for field, word in terms if field == WORDS for pair in bigrams(word)}
    for term in terms:
        field, pair = term
        yield term, ACROSS if field == BIGRAMS and pair not in inside else 1.0


def terms_of(text: str) -> list[Term]:
    """The words and ranked bigrams of a text, in order, repeats included."""
    folded = fold(text)
    found = [(WORDS, word) for word in words(folded)]
    return found + [(BIGRAMS, pair) for pair in ranked(bigrams(squeeze(folded)))]


def _is_plain(query: Node) -> bool:
    """Whether any unit that has a term of the query matches, and no other."""
    match query:
        case Words(field=None):
            text = what_is_asked(query.text)
            return len(squeeze(fold(text))) > 1 and bool(terms_of(text))
        case Boolean(must=(), must_not=()):
            return all(map(_is_plain, query.should))
    return False


def _is_of_document(node: Node) -> bool:
    match node:
        case Words() | Phrase() | Prefix():
            return node.field is not None
        case Boolean():
            return all(map(_is_of_document, (*node.must, *node.should, *node.must_not)))
    return True


def _row_matches(query: Node, row: Row) -> bool:
    """Whether a node about documents (a field, a date, everything) is true of one."""
    match query:
        case Everything():
            return True
        case DateRange():
            return bool(row.date) and query.first <= int(row.date.replace("-", "")) <= query.last
        case Words(field=str(field)) | Phrase(field=str(field)):
            wanted = _field_text(field, query.text)
            return any(wanted in _field_text(field, value) for value in _values(row, field))
        case Prefix(field=str(field)):
            wanted = _field_text(field, query.text)
            return any(_field_text(field, v).startswith(wanted) for v in _values(row, field))
    raise AssertionError(query)


def _values(row: Row, field: str) -> tuple[str, ...]:
    match field:
        case "title":
            return (row.title,)
        case "number":
            return (row.doc_number,)
        case "issuer":
            return row.issuers
        case "type":
            return (row.doc_type,)
    raise AssertionError(field)


@lru_cache(65_536)
def _field_text(field: str, text: str) -> str:
    if field == "number":
        from indexer.metadata import canonical_number  # most queries do without

        text = canonical_number(text) or text
    return squeeze(fold(text))
