"""Which units a query matches, and how well: the one place that knows how they are scored.

Matching and scoring are two things. The query's operators, phrases, fields and dates say which
units match: bare words match where any of their terms is, words that an operator ties to others
(AND, NOT, + and -) where they stand literally in the section or in its document's title. The score
of a matching unit is BM25 summed over all distinct terms of the query that
are not prohibited, words and bigrams alike:

    idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average length))
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

with tf weighted by the part of the unit a term stands in (BM25F, `indexer.analysis`), N the number
of live units and df that of live units with the term (Robertson and Zaragoza, 2009; the idf is
Lucene's, never negative). Deleted units count nowhere, so that scores do not depend on an index's
history. What the query names (`searcher.known`) scores more than words alone ever could: the sum of
idf * (k1 + 1) over the terms, once for each level. Equal scores rank by document id, then by place
in the document.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest, nsmallest
from typing import Any

from whoosh.reading import TermNotFound

from indexer.analysis import bigrams, ranked, words
from indexer.errors import QueryError
from indexer.metadata import canonical_number
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
from searcher.results import Explanation, TermScore

K1 = 1.2
B = 0.75

KNOWN = "known"  # stands for a field where a score is explained

Term = tuple[str, str]  # field, text


@dataclass(frozen=True, slots=True)
class Ranked:
    """The units a query matches, with their scores."""

    scores: dict[int, float]

    def top(self, snapshot: Snapshot, count: int) -> list[tuple[int, float]]:
        """The ``count`` best units with their scores, best first, ties by `place`."""
        if count <= 0 or not self.scores:
            return []
        least = nlargest(count, self.scores.values())[-1]
        contenders = ((u, score) for u, score in self.scores.items() if score >= least)
        return nsmallest(count, contenders, key=lambda hit: (-hit[1], place(snapshot, hit[0])))


def place(snapshot: Snapshot, unit: int) -> tuple[str, int]:
    """What orders units whatever the order they were indexed in: document id, place in it."""
    document = snapshot.document_of[unit]
    return snapshot.rows[document].id, unit - snapshot.firsts[document]


class Ranker:
    """Matches and scores on a snapshot. Not safe to share between threads (Whoosh's readers are
    not): `searcher.engine` takes turns."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._postings = lru_cache(256)(self._read_postings)
        self._known = KnownItems(snapshot.rows, snapshot.firsts, snapshot.units)

    def rank(self, query: Node) -> Ranked:
        """The units ``query`` matches. Raises QueryError for a prefix of too many words."""
        terms = scoring_terms(query)
        scores = self._score(terms)
        plain = _is_plain(query)
        if not plain:
            scores = {unit: scores.get(unit, 0.0) for unit in self._match(query)}
        for unit, known in self._known_units(query).items():
            if unit in scores or (plain and known.certain):
                scores[unit] = scores.get(unit, 0.0) + known.level * self._step(terms)
        return Ranked(scores)

    def explain(self, query: Node, unit: int) -> Explanation:
        """What every term of the query adds to the score `rank` gives a unit."""
        explained = []
        terms = scoring_terms(query)
        for term in terms:
            units, weights = self._postings(term)
            at = bisect_left(units, unit)
            if at < len(units) and units[at] == unit:
                explained.append(self._explain(term, unit, len(units), weights[at]))
        if known := self._known_units(query).get(unit):
            step = self._step(terms)
            extra = known.level * step
            there = len(known.units)
            explained.append(TermScore(KNOWN, known.name, extra, known.level, step, there, 0, 0.0))
        score = 0.0  # not sum(): since Python 3.12 it rounds otherwise than the scores were added
        for part in explained:
            score += part.score
        return Explanation(score, tuple(explained))

    def idf(self, term: Term) -> float:
        """How much a term tells: the fewer units have it, the more."""
        return self._idf(len(self._postings(term)[0]))

    def _explain(self, term: Term, unit: int, frequency: int, weight: float) -> TermScore:
        field, text = term
        idf = self._idf(frequency)
        length = self._snapshot.lengths[field][unit]
        average = self._snapshot.average_lengths[field]
        base, slope = _norm(average)
        score = idf * (K1 + 1) * weight / (weight + (base + slope * length))
        return TermScore(field, text, score, weight, idf, frequency, length, average)

    def _score(self, terms: Iterable[Term]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for term in terms:
            units, weights = self._postings(term)
            lengths = self._snapshot.lengths[term[0]]
            base, slope = _norm(self._snapshot.average_lengths[term[0]])
            top = self._idf(len(units)) * (K1 + 1)
            for unit, weight in zip(units, weights, strict=True):
                norm = base + slope * lengths[unit]
                scores[unit] = scores.get(unit, 0.0) + top * weight / (weight + norm)
        return scores

    def _known_units(self, query: Node) -> dict[int, Target]:
        """The units of what ``query`` names, each with the first target that has it."""
        targets = self._known.targets(query)
        return {unit: target for target in reversed(targets) for unit in target.units}

    def _step(self, terms: Iterable[Term]) -> float:
        """More than a unit can score by ``terms``."""
        return sum(self.idf(term) for term in terms) * (K1 + 1) or 1.0

    def _idf(self, frequency: int) -> float:
        return inverse_frequency(self._snapshot.unit_count, frequency)

    def _read_postings(self, term: Term) -> tuple[list[int], list[float]]:
        """The live units that rank by a term, rising, and its weight in each."""
        units: list[int] = []
        weights: list[float] = []
        try:
            matcher = self._snapshot.reader.postings(*term)
        except TermNotFound:
            return units, weights
        while matcher.is_active():
            weight = matcher.weight()
            if weight:  # a bigram that only has positions here does not rank
                units.append(matcher.id())
                weights.append(weight)
            matcher.next()
        return units, weights

    def _match(self, query: Node, *, literally: bool = False) -> set[int]:
        """The units a node matches; ``literally``, its words stand there as they were typed."""
        match query:
            case Boolean():
                return self._match_boolean(query, literally)
            case Words(field=None) if literally:
                titled = self._match_documents(Phrase(query.text, "title"))
                return self._match_literal(query.text) | titled
            case Words(field=None):
                found: set[int] = set()
                for term in terms_of(query.text):
                    found.update(self._postings(term)[0])
                return found or self._match_literal(query.text)
            case Phrase(field=None):
                return self._match_literal(query.text)
            case Prefix(field=None):
                return self._match_prefix(query)
            case _:
                return self._match_documents(query)

    def _match_documents(self, query: Node) -> set[int]:
        """All units of the documents of which ``query`` is true."""
        rows = self._snapshot.rows
        chosen = (index for index, row in enumerate(rows) if _row_matches(query, row))
        return {unit for index in chosen for unit in self._snapshot.numbers(index)}

    def _match_boolean(self, query: Boolean, literally: bool) -> set[int]:
        # A word that an operator ties to another stands literally. The only text beside fields
        # and dates is tied to none: it means what it means alone.
        texts = [node for node in (*query.must, *query.should) if not _is_of_document(node)]
        tied = literally or (len(texts) > 1 and bool(query.must))
        found: set[int] | None = None
        for node in query.must:
            matched = self._match(node, literally=tied)
            found = matched if found is None else found & matched
        if found is None:
            found = set()
            for node in query.should:
                found |= self._match(node, literally=tied)
        for node in query.must_not:
            found = found - self._match(node, literally=True)
        return found

    def _match_prefix(self, query: Prefix) -> set[int]:
        """A Chinese text runs on: any place it stands in begins something. Other words do not."""
        folded = squeeze(fold(query.text))
        if not folded or re.fullmatch(f"[{HAN}]", folded[-1]):
            return self._match_literal(query.text)
        found: set[int] = set()
        expansions = self._snapshot.reader.expand_prefix(WORDS, folded)
        for count, word in enumerate(expansions):
            if count == MAX_EXPANSIONS:
                reason = f"more than {MAX_EXPANSIONS:,} words begin with {query.text!r}"
                raise QueryError(query.text, query.start, reason)
            found.update(self._postings((WORDS, word.decode()))[0])
        return found

    def _match_literal(self, text: str) -> set[int]:
        """The units in whose squeezed body ``text``, folded and squeezed, stands."""
        squeezed = squeeze(fold(text))
        if len(squeezed) < 2:
            return self._match_character(squeezed)
        last = len(squeezed) - 2
        offsets = [*range(0, last, 2), last]  # bigrams side by side cover the text
        pieces = [(offset, squeezed[offset : offset + 2]) for offset in offsets]
        reader = self._snapshot.reader
        pieces.sort(key=lambda piece: reader.doc_frequency(BIGRAMS, piece[1]))
        starts: dict[int, set[int]] | None = None
        for offset, bigram in pieces:
            starts = self._narrow(starts, offset, bigram)
            if not starts:
                return set()
        return set(starts or ())

    def _narrow(
        self, starts: dict[int, set[int]] | None, offset: int, bigram: str
    ) -> dict[int, set[int]]:
        """Of the places a text may start at in each unit, those with ``bigram`` at ``offset``."""
        narrowed: dict[int, set[int]] = {}
        matcher = self._positions_of(bigram)
        if starts is None:
            while matcher is not None and matcher.is_active():
                narrowed[matcher.id()] = {p - offset for p in matcher.value_as("positions")}
                matcher.next()
            return {unit: places for unit, places in narrowed.items() if places}
        for unit, places in starts.items():  # in rising order, as they were read
            if matcher is None or not matcher.is_active():
                break
            if matcher.id() < unit:
                matcher.skip_to(unit)
            if matcher.is_active() and matcher.id() == unit:
                kept = places.intersection(p - offset for p in matcher.value_as("positions"))
                if kept:
                    narrowed[unit] = kept
        return narrowed

    def _match_character(self, character: str) -> set[int]:
        found: set[int] = set()
        if character:
            for bigram in self._snapshot.reader.expand_prefix(BIGRAMS, character):
                found.update(self._narrow(None, 0, bigram.decode()))
        return found

    def _positions_of(self, bigram: str) -> Any:
        try:
            return self._snapshot.reader.postings(BIGRAMS, bigram)
        except TermNotFound:
            return None


def inverse_frequency(total: int, frequency: int) -> float:
    """The idf of a term that ``frequency`` of ``total`` units have."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def scoring_terms(query: Node) -> list[Term]:
    """The terms that rank: every one once, in the order of the query; none that is prohibited."""
    terms: dict[Term, None] = {}
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                terms.update(dict.fromkeys(scoring_terms(node)))
        case Words(field=None | "title") | Phrase(field=None | "title") | Prefix(field=None):
            terms.update(dict.fromkeys(terms_of(query.text)))
    return list(terms)


def terms_of(text: str) -> list[Term]:
    """The words and ranked bigrams of a text, in order, repeats included."""
    folded = fold(text)
    found = [(WORDS, word) for word in words(folded)]
    return found + [(BIGRAMS, pair) for pair in ranked(bigrams(squeeze(folded))[:-1])]


def _is_plain(query: Node) -> bool:
    """Whether any unit that has a term of the query matches, and no other."""
    match query:
        case Words(field=None):
            return len(squeeze(fold(query.text))) > 1 and bool(terms_of(query.text))
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
    canonical = canonical_number(text) if field == "number" else None
    return squeeze(fold(canonical or text))


def _norm(average: float) -> tuple[float, float]:
    """BM25's length norm is ``base + slope * length``."""
    return K1 * (1 - B), K1 * B / (average or 1.0)
