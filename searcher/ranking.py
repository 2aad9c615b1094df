"""Which units a query matches, and how well: the one place that knows how they are scored.

Matching and scoring are two things. The query's operators, phrases, fields and dates say which
units match: bare words match where any of their terms is, words that an operator ties to others
(AND, NOT, + and -) where they stand literally in the section or in its document's title. The score
of a matching unit is BM25 summed over all distinct terms of the query that
are not prohibited, words and bigrams alike:

    idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average length))
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

with tf weighted by the part of the unit a term stands in (BM25F, `indexer.analysis`), N the number
of units searched and df that of those with the term (Robertson and Zaragoza, 2009; the idf is
Lucene's, never negative). Deleted units count nowhere, so that scores do not depend on an index's
history; nor do those that repeat another file's text. Equal scores rank by document id, then by
place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from indexer.analysis import bigrams, ranked, words
from indexer.codec import Units
from indexer.errors import QueryError
from indexer.normalize import HAN, fold, squeeze
from indexer.record import Row
from indexer.schema import BIGRAMS, WORDS
from indexer.snapshot import Snapshot
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

Term = tuple[str, str]  # field, text


@dataclass(frozen=True)
class Ranked:
    """The units a query matches, and what ranks them.

    ``matched`` is None where those match that have any of the terms.
    """

    snapshot: Snapshot
    terms: list[Term]
    matched: Units | None

    @cached_property
    def units(self) -> Units:
        """All units that match."""
        return self.snapshot.terms.having(self.terms) if self.matched is None else self.matched

    def top(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` best units with their scores, best first, ties by `place`."""
        if count <= 0:
            return []
        hits = self.snapshot.terms.top(count, self.terms, self._place, self.matched)
        return [(unit, score) for score, unit in hits]

    def all(self) -> list[tuple[int, float]]:
        """All units with their scores, best first."""
        return self.top(len(self.units))

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

    def rank(self, query: Node) -> Ranked:
        """The units ``query`` matches. Raises QueryError for a prefix of too many words."""
        matched = None if _is_plain(query) else self._match(query)
        return Ranked(self._snapshot, scoring_terms(query), matched)

    def explain(self, query: Node, unit: int) -> Explanation:
        """What every term of the query adds to the score `rank` gives a unit."""
        explained = list(self._explain(scoring_terms(query), unit))
        score = 0.0  # not sum(): since Python 3.12 it rounds otherwise than the scores were added
        for part in explained:
            score += part.score
        return Explanation(score, tuple(explained))

    def idf(self, term: Term) -> float:
        """How much a term tells: the fewer units have it, the more."""
        return self._terms.idf(self._terms.frequency(term))

    def _explain(self, terms: list[Term], unit: int) -> Iterator[TermScore]:
        for field, text in terms:
            if part := self._terms.contribution((field, text), unit):
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
                found = self._terms.having(terms_of(query.text))
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
        pairs = ranked(bigrams(squeezed)[:-1])
        return self._terms.holding(squeezed, [(BIGRAMS, pair) for pair in pairs])


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
    if field == "number":
        from indexer.metadata import canonical_number  # most queries do without

        text = canonical_number(text) or text
    return squeeze(fold(text))
