"""What of Whoosh's queries the kernel can answer whole, and what it is then asked.

The kernel adds up BM25 over weighted terms, for the sections of a set or for those that have any of
the terms. That is a query's score wherever each section it matches gets the scores of all its
terms: in a conjunction of disjunctions, say, but not in a disjunction of conjunctions, where a term
counts only if those it is tied to are there too.

Meaning and scores are those of Whoosh 2.7.4's matchers, oddities included: a compound of one query
is that query without the compound's boost; NOT scores 1, everything its boost.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

from whoosh import query as wq
from whoosh.matching import AndMaybeMatcher, Matcher
from whoosh.matching.wrappers import FilterMatcher

from indexer.segments import Collection, SectionSet
from indexer.storage.schema import BIGRAMS, WORDS

Term = tuple[str, str]  # field, text
_LEAST, _MOST = 1e-100, 1e100  # of what a term weighs: far from where products are 0 or infinite


@dataclass(frozen=True, slots=True)
class Score:
    """What a section that matches scores: ``constant`` and its terms, which have weights.

    ``plain`` says that those match that have any of the terms.
    """

    terms: Mapping[Term, float]
    constant: float = 0.0
    plain: bool = False

    def times(self, boost: float) -> Score:
        """The score with a boost."""
        terms = {term: weight * boost for term, weight in self.terms.items()}
        return Score(terms, self.constant * boost, self.plain)

    @property
    def is_exact(self) -> bool:
        """Whether the kernel adds it up as Whoosh does: neither loses nor exceeds anything."""
        return isfinite(self.constant) and all(_LEAST <= w <= _MOST for w in self.terms.values())


class Planner:
    """Reads queries; ``docs`` is how Whoosh finds the sections of those that are not known here."""

    def __init__(self, collection: Collection, docs: Callable[[Any], Iterable[int]]) -> None:
        self._collection = collection
        self._docs = docs

    def score(self, query: Any) -> Score | None:
        """How the kernel can score a query; None where it cannot."""
        score = _score(query)
        return score if score and score.is_exact else None

    def sections(self, query: Any) -> SectionSet:
        """The live sections a query matches."""
        match _known(query):
            case wq.Term():
                return self._collection.having([_term(query)])
            case wq.Prefix():
                texts = self._collection.expand(query.fieldname, query.text)
                return self._collection.having((query.fieldname, text) for text, _ in texts)
            case wq.Phrase():
                terms = [(query.fieldname, pair) for pair in query.words]
                return self._collection.holding(_text(query.words), terms)
            case wq.Every():
                return self._collection.all()
            case wq.Not():
                return self._collection.all() - self.sections(query.query)
            case wq.And():
                return self._all_of(query.subqueries)
            case wq.Or() | wq.DisjunctionMax():
                return self._any_of(query.subqueries)
            case wq.AndNot():
                return self.sections(query.a) - self.sections(query.b)
            case wq.AndMaybe():
                return self.sections(query.a)
            case wq.ConstantScoreQuery():
                return self.sections(query.child)
        return self._collection.of_sections(self._docs(query))

    def _all_of(self, queries: list[Any]) -> SectionSet:
        found = self._collection.all() if queries else self._collection.none()
        for query in queries:
            found = found & self.sections(query)
        return found

    def _any_of(self, queries: list[Any]) -> SectionSet:
        terms = [_term(query) for query in queries if isinstance(_known(query), wq.Term)]
        found = self._collection.having(terms)
        for query in queries:
            if not isinstance(_known(query), wq.Term):
                found = found | self.sections(query)
        return found


def _score(query: Any) -> Score | None:
    match _known(query):
        case wq.Term():
            return Score({_term(query): query.boost}, plain=True)
        case wq.Phrase():
            pairs = Counter((query.fieldname, pair) for pair in query.words)
            return Score({pair: count * query.boost for pair, count in pairs.items()})
        case wq.Every():
            return Score({}, query.boost)
        case wq.Not():
            return Score({}, 1.0)
        case wq.ConstantScoreQuery():
            return Score({}, query.score)
        case wq.And() | wq.Or():
            return _compound(query)
        case wq.AndNot():
            score = _score(query.a)
            return score and Score(score.terms, score.constant)
        case wq.AndMaybe():
            score, other = _score(query.a), _score(query.b)
            return Score(_sum([score, other]), score.constant) if score and _plain(other) else None
    return None


def _compound(query: Any) -> Score | None:
    """The score of AND or OR: of OR only if it is of terms, however nested."""
    scores = [_score(subquery) for subquery in query.subqueries]
    if len(scores) == 1:
        return scores[0]
    either = isinstance(query, wq.Or)
    if not scores or not all(map(_plain, scores) if either else scores):
        return None
    known = [score for score in scores if score]
    constant = sum(score.constant for score in known)
    return Score(_sum(known), constant, either).times(query.boost)


def _plain(score: Score | None) -> bool:
    return score is not None and score.plain


def _sum(scores: Iterable[Score | None]) -> dict[Term, float]:
    terms: dict[Term, float] = {}
    for score in scores:
        for term, weight in score.terms.items() if score else ():
            terms[term] = terms.get(term, 0.0) + weight
    return terms


def _known(query: Any) -> Any:
    """``query`` if what it means is known here, else None. Classes derived from Whoosh's are not.

    Whoosh takes a boost of 0 for none at all.
    """
    match query:
        case wq.Term():
            known = isinstance(query.text, str) and _is_indexed(query) and not query.minquality
        case wq.Prefix():
            known = isinstance(query.text, str) and _is_indexed(query) and query.text != ""
        case wq.Phrase():
            known = query.fieldname == BIGRAMS and query.slop == 1 and bool(_text(query.words))
        case wq.Every():
            known = query.fieldname is None and bool(query.boost)
        case wq.ConstantScoreQuery():
            known = bool(query.score)
        case wq.Or():
            known = query.scale is None
        case _:
            known = True
    return query if known and type(query) in _KNOWN else None


_KNOWN = {
    wq.And,
    wq.AndMaybe,
    wq.AndNot,
    wq.ConstantScoreQuery,
    wq.DisjunctionMax,
    wq.Every,
    wq.Not,
    wq.Or,
    wq.Phrase,
    wq.Prefix,
    wq.Term,
}


def _is_indexed(query: Any) -> bool:
    return query.fieldname in (WORDS, BIGRAMS)


def _term(query: Any) -> Term:
    return query.fieldname, query.text


def _text(pairs: list[str]) -> str:
    """The text that bigrams, one after the other, stand for; "" if they do not hang together."""
    if not all(isinstance(pair, str) and len(pair) == 2 for pair in pairs):
        return ""
    if any(before[1] != after[0] for before, after in pairwise(pairs)):
        return ""
    return "".join(pair[0] for pair in pairs) + pairs[-1][1] if pairs else ""


def mended(query: Any) -> Any:
    """A query for Whoosh's matchers that means the same: some of Whoosh 2.7.4's are wrong.

    AND NOT lets the first section pass that both have, and looks beyond the end where it is within
    AND; there AND MAYBE loses scores.
    """
    if type(query) not in _OF_OTHERS:
        return query
    mine = copy.copy(query)
    if isinstance(query, wq.Not):
        mine.query = mended(query.query)
    elif isinstance(query, wq.ConstantScoreQuery):
        mine.child = mended(query.child)
    elif isinstance(query, wq.AndNot):
        return _AndNot(mended(query.a), mended(query.b))
    elif isinstance(query, wq.AndMaybe):
        return _AndMaybe(mended(query.a), mended(query.b))
    else:
        mine.subqueries = [mended(subquery) for subquery in query.subqueries]
        if isinstance(query, wq.Otherwise):
            mine.a, mine.b = mine.subqueries
    return mine


_OF_OTHERS = {
    wq.And,
    wq.AndMaybe,
    wq.AndNot,
    wq.ConstantScoreQuery,
    wq.DisjunctionMax,
    wq.Not,
    wq.Or,
    wq.Otherwise,
}


class _AndNot(wq.AndNot):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        unwanted = frozenset(self.b.docs(searcher))
        return FilterMatcher(self.a.matcher(searcher, context), unwanted, exclude=True)


class _AndMaybeMatcher(AndMaybeMatcher):  # type: ignore[misc]
    def skip_to(self, id: int) -> None:
        self.a.skip_to(id)
        if self.a.is_active() and self.b.is_active():
            self.b.skip_to(self.a.id())


class _AndMaybe(wq.AndMaybe):  # type: ignore[misc]
    matcherclass = _AndMaybeMatcher
