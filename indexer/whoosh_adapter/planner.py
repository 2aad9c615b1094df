"""Decides which of Whoosh's queries the kernel can answer, and with which sets and weights.

The kernel adds up BM25 over weighted terms, for the sections of a set or for those with any of the
terms. This is the score of a query if each matching section gets the scores of all its terms. In a
conjunction of disjunctions it does. In a disjunction of conjunctions it does not, because a term
counts only in sections that also have the other terms of its conjunction.

Meaning and scores are those of Whoosh 2.7.4's matchers, including oddities: a compound of one query
is that query without the compound's boost, NOT scores 1, and Every scores its boost.
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

from indexer.errors import IndexStateError
from indexer.segments import Collection, SectionSet
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.analysis import bigrams, ranked
from indexer.text.folding import fold, strip_blanks
from indexer.whoosh_adapter.schema import Quoted

Term = tuple[str, str]  # field, text
_LEAST, _MOST = 1e-100, 1e100  # bounds of a term's weight, far from products that are 0 or infinite


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a matching section: ``constant`` plus BM25 of its terms by their weights.

    ``plain`` is True if exactly the sections with any of the terms match.
    """

    terms: Mapping[Term, float]
    constant: float = 0.0
    plain: bool = False

    def times(self, boost: float) -> Score:
        """Returns the score multiplied by ``boost``."""
        terms = {term: weight * boost for term, weight in self.terms.items()}
        return Score(terms, self.constant * boost, self.plain)

    @property
    def is_exact(self) -> bool:
        """Returns True if the kernel adds the score up as Whoosh does, without an overflow."""
        return isfinite(self.constant) and all(_LEAST <= w <= _MOST for w in self.terms.values())


class Planner:
    """Reads queries. ``docs`` returns the sections of a query that only Whoosh can answer."""

    def __init__(self, collection: Collection, docs: Callable[[Any], Iterable[int]]) -> None:
        self._collection = collection
        self._docs = docs

    def score(self, query: Any) -> Score | None:
        """Returns how the kernel scores ``query``; None if it cannot."""
        score = _score(query)
        return score if score and score.is_exact else None

    def sections(self, query: Any) -> SectionSet:
        """Returns the live sections that ``query`` matches."""
        match _known(query):
            case wq.Term() | wq.Phrase() if text := quotation_of(query):
                pairs = [(BIGRAMS, pair) for pair in ranked(bigrams(text))]
                return self._collection.holding(text, pairs)
            case wq.Term():
                return self._collection.having([_term(query)])
            case wq.Prefix():
                texts = self._collection.expand(query.fieldname, query.text)
                return self._collection.having((query.fieldname, text) for text, _ in texts)
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
        found = self._collection.having(_term(query) for query in queries if _is_term(query))
        for query in queries:
            if not _is_term(query):
                found = found | self.sections(query)
        return found


def _score(query: Any) -> Score | None:
    match _known(query):
        case wq.Term() | wq.Phrase() if text := quotation_of(query):
            pairs = Counter((BIGRAMS, pair) for pair in ranked(bigrams(text)))
            return Score({pair: count * query.boost for pair, count in pairs.items()})
        case wq.Term():
            return Score({_term(query): query.boost}, plain=True)
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
    """Returns the score of AND or OR; None for an OR of anything but terms and such ORs."""
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
    """Returns ``query`` if its meaning is known here, else None; derived classes are not known.

    A boost of 0 is not known either: Whoosh takes it for no boost.
    """
    match query:
        case wq.Term():
            known = isinstance(query.text, str) and _is_indexed(query) and not query.minquality
        case wq.Prefix():
            known = isinstance(query.text, str) and _is_indexed(query) and query.text != ""
        case wq.Phrase():
            known = bool(quotation_of(query))
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


def _is_term(query: Any) -> bool:
    return isinstance(_known(query), wq.Term) and not quotation_of(query)


def quotation_of(query: Any) -> str:
    """Returns the text, folded and without blanks, that a section must have to match ``query``.

    It is empty for every query except phrases without a distance, and the queries that a parser
    makes of phrases of one word.
    """
    if type(query) is wq.Term:
        return query.text.quotation if isinstance(query.text, Quoted) else ""
    if type(query) is not wq.Phrase or query.slop != 1 or not _is_indexed(query):
        return ""
    if quotations := {word.quotation for word in query.words if isinstance(word, Quoted)}:
        return quotations.pop() if len(quotations) == 1 else ""
    if query.fieldname == BIGRAMS:
        return _text(query.words)
    return strip_blanks(fold("".join(query.words)))


def _is_indexed(query: Any) -> bool:
    return query.fieldname in (WORDS, BIGRAMS)


def _term(query: Any) -> Term:
    return query.fieldname, query.text


def _text(pairs: list[str]) -> str:
    """Returns the text that the bigrams of a phrase spell; "" if they do not overlap."""
    if not all(isinstance(pair, str) and len(pair) == 2 for pair in pairs):
        return ""
    if any(before[1] != after[0] for before, after in pairwise(pairs)):
        return ""
    return "".join(pair[0] for pair in pairs) + pairs[-1][1] if pairs else ""


def mended(query: Any) -> Any:
    """Returns a query that means the same to Whoosh's matchers, some of which are wrong in 2.7.4.

    AND NOT lets the first section through that both sides have, and reads past the end inside an
    AND; AND MAYBE loses scores there. Phrases become quotations if they need no positions. Raises
    IndexStateError for a phrase with a distance in a field without positions.
    """
    if type(query) in (wq.Phrase, wq.Term):
        return _mended_leaf(query)
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


def _mended_leaf(query: Any) -> Any:
    """Returns a leaf in the same way.

    Raises IndexStateError for a phrase with a distance in a field without positions.
    """
    text = quotation_of(query)
    if not text and type(query) is wq.Phrase and query.fieldname == WORDS:
        raise IndexStateError(
            f"the field {WORDS!r} has no positions, so a phrase in it cannot have a distance: "
            f"leave ~{query.slop} out, search {BIGRAMS!r}, or join the words by AND"
        )
    if type(query) is wq.Phrase and query.fieldname == BIGRAMS and type(query.words[0]) is str:
        return query  # a phrase of bigrams that was not parsed: Whoosh knows their positions
    return _Quotation(text, query.boost) if text else query


_OF_OTHERS = {
    wq.And,
    wq.AndMaybe,
    wq.AndNot,
    wq.ConstantScoreQuery,
    wq.DisjunctionMax,
    wq.DisjunctionMax,
    wq.Not,
    wq.Or,
    wq.Otherwise,
}


class _Quotation(wq.Phrase):  # type: ignore[misc]
    """A text that is looked for as it stands, for Whoosh's matchers; it scores like its bigrams."""

    def __init__(self, text: str, boost: float) -> None:
        super().__init__(BIGRAMS, bigrams(text) or [text], boost=boost)
        self._quotation = text

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        terms = [wq.Term(BIGRAMS, pair) for pair in ranked(self.words)]
        query = wq.And(terms) if terms else wq.ConstantScoreQuery(wq.Every(), 0.0)
        text_of = searcher.reader()._perdoc.folded_text
        found = (id for id in query.docs(searcher) if self._quotation in text_of(id))
        return FilterMatcher(query.matcher(searcher, context), frozenset(found), boost=self.boost)


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
