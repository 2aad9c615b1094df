"""Which units a query matches, and how well: the one place that knows how they are scored.

Matching and scoring are two things. The query's operators, phrases, fields and dates say which
units match: bare words match where any of their terms is (the title and the opening of a document
are in all its units, `indexer.storage.segment_writer`), words that an operator ties to others
(AND, NOT, + and -) where they stand literally in the section or in its document's title. The score
of a matching unit is BM25 summed over all distinct terms of the query that
are not prohibited, words and bigrams alike:

    weight * idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average length))
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

with tf weighted by the part of the unit a term stands in (BM25F, `indexer.text.analysis`), N the
number of units searched and df that of those with the term (Robertson and Zaragoza, 2009; the idf
is Lucene's, never negative). Deleted units count nowhere, so that scores do not depend on an
index's history; nor do those that repeat another file's text. The weight is 1, but ACROSS for a
bigram that lies across the words of the query. Words that only make a question of it
(`searcher.ranking.question_words`) neither match nor rank.

Synonyms (`searcher.ranking.synonyms`) are other readings of the query: a unit that has all words
and bigrams of another form of what stands in the query scores as if the query's form stood there as
often as the rarest of these, with the idf of the other form where that is lower, as in Lucene's
SynonymQuery; and its score is that of its best reading. So both forms together count as one, and a
query without such forms has one reading.

What the query names (`searcher.ranking.known_items`) scores more than its words ever
could: the sum of weight * idf * (k1 + 1) over the terms, once for each level. Equal scores rank by
document id, then by place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, reduce
from typing import NamedTuple

from indexer.errors import QueryError
from indexer.segments import K1, Units
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer, bigrams, ranked
from indexer.text.folding import HAN, fold, squeeze
from searcher.query.parser import MAX_EXPANSIONS, Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking.document_filters import row_matches
from searcher.ranking.known_items import KnownItems, Target
from searcher.ranking.proximity import is_near
from searcher.ranking.question_words import what_is_asked
from searcher.ranking.synonyms import Found, Synonyms
from searcher.results.model import Explanation, TermScore

Term = tuple[str, str]  # field, text
# Measured on questions about laws and about notices: .8 ranks better than 1, .7 and .9 alike.
ACROSS = 0.8
# What stands for a field where a score is explained.
KNOWN, SYNONYM = "known", "synonym"
_MOST_READINGS = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """A query with other forms for some of its own: the weighted ``terms`` that rank ``units``.

    ``units`` are those that have these forms. ``names`` says which form a term stands for.
    """

    terms: Mapping[Term, float]
    units: Units
    names: Mapping[Term, str]


class _Read(NamedTuple):
    """A folded text of a query, and the forms in it that have synonyms."""

    text: str
    found: list[Found]

    def without(self, forms: Container[str]) -> str:
        """The text with a blank for each of ``forms``."""
        text = self.text
        for one in reversed(self.found):
            if one.form in forms:
                text = f"{text[: one.start]} {text[one.end :]}"
        return text


@dataclass(frozen=True)
class Ranked:
    """The units a query matches, and what ranks them.

    ``terms`` are weighted. ``matched`` is None where those match that have any of the terms, are
    of a reading or ``certain``; ``having`` gives those of the terms. ``known`` has what is added
    to the scores of what the query names, should it match.
    """

    snapshot: Snapshot
    terms: Mapping[Term, float]
    readings: Sequence[Reading]
    matched: Units | None
    having: Callable[[], Units]
    known: Mapping[int, float] = field(default_factory=dict)
    certain: Container[int] = ()

    @cached_property
    def units(self) -> Units:
        """All units that match; they may be asked for after the snapshot was closed."""
        if self.matched is not None:
            return self.matched
        certain = self.snapshot.terms.of_units(filter(self.certain.__contains__, self.known))
        others = (certain, *(reading.units for reading in self.readings))
        return reduce(Units.__or__, others, self.having())

    def top(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` best units with their scores, best first, ties by `place`."""
        if count <= 0:
            return []
        hits = self._best(count, self.matched)
        if self.known:
            hits = [hit for hit in hits if hit[0] not in self.known] + self._named(count)
            hits.sort(key=lambda hit: (-hit[1], self._place(hit[0])))
        return hits[:count]

    def all(self) -> list[tuple[int, float]]:
        """All units with their scores, best first."""
        return self.top(len(self.units))

    def _named(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` best of those that are named, or more."""
        named: list[tuple[int, float]] = []
        for extra in sorted(set(self.known.values()), reverse=True):
            units = [unit for unit, its in self.known.items() if its == extra]
            for unit, score in self._best_of(units, count) if len(named) < count else ():
                named.append((unit, score + extra))
        return named

    def _best_of(self, units: Iterable[int], count: int) -> list[tuple[int, float]]:
        """The ``count`` best of some units that match, or more."""
        terms = self.snapshot.terms
        if self.matched is not None:
            return self._best(count, terms.of_units(units) & self.matched)
        certain: list[int] = []
        others: list[int] = []
        for unit in units:
            (certain if unit in self.certain else others).append(unit)
        hits = self._best(count, terms.of_units(others), zeros=False) if others else []
        return hits + (self._best(count, terms.of_units(certain)) if certain else [])

    def _best(
        self, count: int, within: Units | None, *, zeros: bool = True
    ) -> list[tuple[int, float]]:
        """The ``count`` best: what is among them is among those of its best reading.

        Those ``within`` a set match, unless ``zeros`` is false and neither term nor reading has it.
        """
        top = self.snapshot.terms.top
        found = top(count, self.terms, self._place, within, zeros=zeros)
        hits = [(unit, score) for score, unit in found]
        if not self.readings:
            return hits
        best = dict(hits)
        for reading in self.readings:
            units = reading.units if within is None else reading.units & within
            for score, unit in top(count, reading.terms, self._place, units):
                best[unit] = max(score, best.get(unit, 0.0))
        return sorted(best.items(), key=lambda hit: (-hit[1], self._place(hit[0])))[:count]

    def _place(self, unit: int) -> tuple[str, int]:
        return place(self.snapshot, unit)


def place(snapshot: Snapshot, unit: int) -> tuple[str, int]:
    """What orders units whatever the order they were indexed in: document id, place in it."""
    document = snapshot.document_of(unit)
    return snapshot.rows[document].id, unit - snapshot.firsts[document]


class Ranker:
    """Matches and scores on a snapshot."""

    def __init__(self, snapshot: Snapshot, synonyms: Synonyms) -> None:
        self._snapshot = snapshot
        self._terms = snapshot.terms
        self._synonyms = synonyms
        self._analyzer = snapshot.analyzer
        self.known = KnownItems(snapshot.rows, snapshot.firsts, snapshot.units)

    def rank(self, query: Node) -> Ranked:
        """The units ``query`` matches. Raises QueryError for a prefix of too many words."""
        terms = scoring_terms(query, self._analyzer)
        readings = self._readings(query)
        matched = None if _is_plain(query, self._analyzer) else self._match(query)
        having = self._terms.having_later(terms)
        known = self._known_units(query)
        step = self._step(terms, readings) if known else 0.0
        levels = {unit: step * target.level for unit, target in known.items()}
        certain = {unit for unit, target in known.items() if target.certain}
        return Ranked(self._snapshot, terms, readings, matched, having, levels, certain)

    def explain(self, query: Node, unit: int) -> Explanation:
        """What every term of the query adds to the score `rank` gives a unit, in this order."""
        terms, readings = scoring_terms(query, self._analyzer), self._readings(query)
        ways = [self._explain(terms, unit)]
        ways += [self._explain(r.terms, unit, r.names) for r in readings if unit in r.units]
        explained = max(ways, key=_total)
        if target := self._known_units(query).get(unit):
            step, size = self._step(terms, readings), len(target.units)
            extra = step * target.level
            explained.append(TermScore(KNOWN, target.name, extra, target.level, step, size, 0, 0))
        return Explanation(_total(explained), tuple(explained))

    def _known_units(self, query: Node) -> dict[int, Target]:
        """The units of what ``query`` names, each with the first target that has it.

        For what is asked for and only says again what another file says, that file answers.
        """
        units: dict[int, Target] = {}
        shadows = self._snapshot.shadows
        for target in reversed(self.known.targets(query, self._synonyms, self._analyzer.pieces)):
            if shadows.isdisjoint(target.units):
                units.update(dict.fromkeys(target.units, target))
                continue
            for unit in target.units:
                if unit not in shadows:
                    units[unit] = target
                elif target.certain:
                    copies = self._snapshot.copies_of(unit)
                    units.update((copy, target) for copy in copies if copy not in shadows)
        return units

    def _step(self, terms: Mapping[Term, float], readings: Sequence[Reading]) -> float:
        """More than any unit can score."""
        most = max(map(self._weight, (terms, *(reading.terms for reading in readings))))
        return most * (K1 + 1) or 1.0

    def _weight(self, terms: Mapping[Term, float]) -> float:
        return sum(self.idf(term) * weight for term, weight in terms.items())

    def idf(self, term: Term) -> float:
        """How much a term tells: the fewer units have it, the more."""
        return self._terms.idf(self._terms.frequency(term))

    def _explain(
        self, terms: Mapping[Term, float], unit: int, names: Mapping[Term, str] | None = None
    ) -> list[TermScore]:
        explained = []
        for term in self._terms.by_weight(terms):
            if part := self._terms.contribution(term, unit, terms[term]):
                field, text = (SYNONYM, names[term]) if names and term in names else term
                explained.append(
                    TermScore(
                        field,
                        text,
                        part.score,
                        part.tf,
                        part.idf,
                        part.df,
                        part.length,
                        part.average_length,
                    )
                )
        return explained

    # --- synonyms -------------------------------------------------------------------------------

    def _readings(self, query: Node) -> list[Reading]:
        """The query with other forms for its own, each alone and together, the first few."""
        texts = [
            _Read(folded := fold(text), [] if exact else self._find(folded))
            for text, exact in _ranking_texts(query)
        ]
        choices: dict[str, list[tuple[str, Units]]] = {}
        for found in (one for text in texts for one in text.found):
            if found.form not in choices:
                choices[found.form] = self._standing(found.others)
        chosen: list[dict[str, tuple[str, Units]]] = [{}]
        for form, others in choices.items():
            more = [{**one, form: other} for one in chosen for other in others]
            if len(chosen) + len(more) > _MOST_READINGS:
                break
            chosen += more
        return [reading for one in chosen[1:] if (reading := self._reading(texts, one))]

    def _standing(self, forms: Iterable[str]) -> list[tuple[str, Units]]:
        """Those of ``forms`` that any units have, and these."""
        found = ((form, self._having_all(form)) for form in forms)
        return [(form, units) for form, units in found if len(units)]

    def _having_all(self, form: str) -> Units:
        """The units that have all words and bigrams of a form."""
        terms = terms_of(form, self._analyzer)
        return reduce(Units.__and__, (self._terms.having([term]) for term in terms))

    def _find(self, folded: str) -> list[Found]:
        return self._synonyms.find(folded, self._analyzer.pieces)

    def _reading(
        self, texts: Sequence[_Read], chosen: Mapping[str, tuple[str, Units]]
    ) -> Reading | None:
        """None where all terms of a form stand in the query anyway."""
        terms = _weighted_terms((text.without(chosen) for text in texts), self._analyzer)
        names: dict[Term, str] = {}
        for form, (other, standing) in chosen.items():
            free = [term for term in terms_of(other, self._analyzer) if term not in terms]
            if not free:
                return None
            rarest = min(free, key=lambda term: (self._terms.frequency(term), term))
            most = self._terms.idf(len(standing))
            worth = sum(
                min(most, self.idf(term)) * weight
                for term, weight in _weighted(form, self._analyzer)
                if term not in terms
            )
            terms[rarest] = worth / self.idf(rarest)
            names[rarest] = f"{other} = {form}"
        units = reduce(Units.__and__, (units for _, units in chosen.values()))
        return Reading(terms, units, names)

    # --- matching -------------------------------------------------------------------------------

    def _match(self, query: Node, *, literally: bool = False) -> Units:
        """The units a node matches; ``literally``, its words stand there as they were typed."""
        match query:
            case Boolean():
                return self._match_boolean(query, literally)
            case Words(field=None) if literally:
                titled = self._match_documents(Phrase(query.text, "title"))
                literal = self._match_literal(query.text) | titled
                return self._with(literal, self._synonyms.of(query.text))
            case Words(field=None):
                asked = what_is_asked(query.text)
                found = self._terms.having(terms_of(asked, self._analyzer))
                if not found and not _is_plain(query, self._analyzer):
                    found = self._match_literal(query.text)
                forms = (form for one in self._find(fold(asked)) for form in one.others)
                return self._with(found, forms)
            case Phrase(field=None):
                return self._match_literal(query.text)
            case Prefix(field=None):
                return self._match_prefix(query)
            case Near():
                return self._match_near(query)
            case Words(field="document") | Phrase(field="document") | Prefix(field="document"):
                tied = self._match(replace(query, field=None), literally=True)
                titled = self._match_documents(replace(query, field="title"))
                return self._snapshot.whole(tied | titled)
            case Words():
                found = self._match_documents(query)
                others = self._synonyms.of(query.text)
                named = (self._match_documents(replace(query, text=other)) for other in others)
                return reduce(Units.__or__, named, found)
            case _:
                return self._match_documents(query)

    def _with(self, found: Units, forms: Iterable[str]) -> Units:
        """``found``, and the units that have one of ``forms``."""
        return reduce(Units.__or__, map(self._having_all, forms), found)

    def _match_documents(self, query: Node) -> Units:
        """All units of the documents of which ``query`` is true."""
        return self._snapshot.units_where(lambda row: row_matches(query, row))

    def _match_near(self, query: Near) -> Units:
        items = [[squeeze(fold(leaf.text)) for leaf in item] for item in query.items]
        standing = (
            reduce(Units.__or__, (self._match_literal(leaf.text) for leaf in item))
            for item in query.items
        )
        found = reduce(Units.__and__, standing)
        text = self._terms.text
        return self._terms.of_units(
            unit for unit in found if is_near(text(unit), items, query.distance)
        )

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
        for word, _ in self._terms.expand(WORDS, folded):
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


def scoring_terms(query: Node, analyzer: Analyzer) -> dict[Term, float]:
    """The terms that rank, in the order of the query, and their weights; none is prohibited."""
    return _weighted_terms((text for text, _ in _ranking_texts(query)), analyzer)


def _weighted_terms(texts: Iterable[str], analyzer: Analyzer) -> dict[Term, float]:
    terms: dict[Term, float] = {}
    for text in texts:
        for term, weight in _weighted(text, analyzer):
            terms[term] = max(weight, terms.get(term, 0.0))
    return terms


def _ranking_texts(query: Node) -> Iterator[tuple[str, bool]]:
    """The texts that rank, and whether to the letter."""
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                yield from _ranking_texts(node)
        case Words(field=None | "title" | "document"):
            yield what_is_asked(query.text), False
        case Phrase(field=None | "title" | "document") | Prefix(field=None | "document"):
            yield query.text, True
        case Near():
            yield from ((leaf.text, True) for leaf in query.leaves)


def _weighted(text: str, analyzer: Analyzer) -> Iterator[tuple[Term, float]]:
    terms = terms_of(text, analyzer)
    inside = {pair for field, word in terms if field == WORDS for pair in bigrams(word)}
    for term in terms:
        field, pair = term
        yield term, ACROSS if field == BIGRAMS and pair not in inside else 1.0


@lru_cache(16)  # a query asks for the same again and again
def terms_of(text: str, analyzer: Analyzer) -> tuple[Term, ...]:
    """The words and ranked bigrams of a text, in order, repeats included."""
    folded = fold(text)
    pairs = ranked(bigrams(squeeze(folded)))
    return (
        *((WORDS, word) for word in analyzer.words(folded)),
        *((BIGRAMS, pair) for pair in pairs),
    )


def _total(explained: Iterable[TermScore]) -> float:
    """The sum as scores are added; since Python 3.12 sum() rounds otherwise."""
    total = 0.0
    for part in explained:
        total += part.score
    return total


def _is_plain(query: Node, analyzer: Analyzer) -> bool:
    """Whether any unit that has a term of the query matches, and no other."""
    match query:
        case Words(field=None):
            text = what_is_asked(query.text)
            return len(squeeze(fold(text))) > 1 and bool(terms_of(text, analyzer))
        case Boolean(must=(), must_not=()):
            return all(_is_plain(node, analyzer) for node in query.should)
    return False


def _is_of_document(node: Node) -> bool:
    match node:
        case Words() | Phrase() | Prefix():
            return node.field is not None
        case Boolean():
            return all(map(_is_of_document, (*node.must, *node.should, *node.must_not)))
        case Near():
            return False
    return True
