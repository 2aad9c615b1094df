"""Which sections a query matches, and how well: the one place that knows how they are scored.

Matching and scoring are two things. The query's operators, phrases, fields and dates say which
sections match: bare words match where any of their terms is (the title and the opening of a
document are in all its sections, `indexer.storage.segment_writer`), words that an operator ties to
others (AND, NOT, + and -) where they stand literally in the section or in its document's title. The
score of a matching section is BM25 summed over all distinct terms of the query that are not
prohibited, words and bigrams alike:

    weight * idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average length))
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

with tf weighted by the part of the section a term stands in (BM25F, `indexer.text.analysis`), N the
number of sections searched and df that of those with the term (Robertson and Zaragoza, 2009; the
idf is Lucene's, never negative). Deleted sections count nowhere, so that scores do not depend on an
index's history; nor do those that repeat another file's text. The weight is 1, but ACROSS for a
bigram that lies across the words of the query. Words that only make a question of it
(`searcher.ranking.question_words`) neither match nor rank.

Synonyms (`searcher.ranking.synonyms`) are other readings of the query: a section that has all words
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
from indexer.segments import K1, SectionSet
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer, bigrams, ranked
from indexer.text.folding import HAN, fold, strip_blanks
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
class QueryVariant:
    """A query with other forms for some of its own: the weighted ``terms`` that rank ``sections``.

    ``sections`` are those that have these forms. ``names`` says which form a term stands for.
    """

    terms: Mapping[Term, float]
    sections: SectionSet
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
    """The sections a query matches, and what ranks them.

    ``terms`` are weighted. ``matched`` is None where those match that have any of the terms, are
    of a reading or ``certain``; ``having`` gives those of the terms. ``known`` has what is added
    to the scores of what the query names, should it match.
    """

    snapshot: Snapshot
    terms: Mapping[Term, float]
    readings: Sequence[QueryVariant]
    matched: SectionSet | None
    having: Callable[[], SectionSet]
    known: Mapping[int, float] = field(default_factory=dict)
    certain: Container[int] = ()

    @cached_property
    def sections(self) -> SectionSet:
        """All sections that match; they may be asked for after the snapshot was closed."""
        if self.matched is not None:
            return self.matched
        certain = self.snapshot.terms.of_sections(filter(self.certain.__contains__, self.known))
        others = (certain, *(reading.sections for reading in self.readings))
        return reduce(SectionSet.__or__, others, self.having())

    def top(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` best sections with their scores, best first, ties by `result_order`."""
        if count <= 0:
            return []
        hits = self._best(count, self.matched)
        if self.known:
            hits = [hit for hit in hits if hit[0] not in self.known] + self._named(count)
            hits.sort(key=lambda hit: (-hit[1], self._place(hit[0])))
        return hits[:count]

    def all(self) -> list[tuple[int, float]]:
        """All sections with their scores, best first."""
        return self.top(len(self.sections))

    def _named(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` best of those that are named, or more."""
        named: list[tuple[int, float]] = []
        for extra in sorted(set(self.known.values()), reverse=True):
            sections = [section for section, its in self.known.items() if its == extra]
            for section, score in self._best_of(sections, count) if len(named) < count else ():
                named.append((section, score + extra))
        return named

    def _best_of(self, sections: Iterable[int], count: int) -> list[tuple[int, float]]:
        """The ``count`` best of some sections that match, or more."""
        terms = self.snapshot.terms
        if self.matched is not None:
            return self._best(count, terms.of_sections(sections) & self.matched)
        certain: list[int] = []
        others: list[int] = []
        for section in sections:
            (certain if section in self.certain else others).append(section)
        hits = self._best(count, terms.of_sections(others), zeros=False) if others else []
        return hits + (self._best(count, terms.of_sections(certain)) if certain else [])

    def _best(
        self, count: int, within: SectionSet | None, *, zeros: bool = True
    ) -> list[tuple[int, float]]:
        """The ``count`` best: what is among them is among those of its best reading.

        Those ``within`` a set match, unless ``zeros`` is false and neither term nor reading has it.
        """
        top = self.snapshot.terms.top
        found = top(count, self.terms, self._place, within, zeros=zeros)
        hits = [(section, score) for score, section in found]
        if not self.readings:
            return hits
        best = dict(hits)
        for reading in self.readings:
            sections = reading.sections if within is None else reading.sections & within
            for score, section in top(count, reading.terms, self._place, sections):
                best[section] = max(score, best.get(section, 0.0))
        return sorted(best.items(), key=lambda hit: (-hit[1], self._place(hit[0])))[:count]

    def _place(self, section: int) -> tuple[str, int]:
        return result_order(self.snapshot, section)


def result_order(snapshot: Snapshot, section: int) -> tuple[str, int]:
    """What orders sections whatever the order they were indexed in: document id, place in it."""
    return snapshot.numbering.result_order(section)


class Ranker:
    """Matches and scores on a snapshot."""

    def __init__(self, snapshot: Snapshot, synonyms: Synonyms) -> None:
        self._snapshot = snapshot
        self._terms = snapshot.terms
        self._synonyms = synonyms
        self._analyzer = snapshot.analyzer
        self.known = KnownItems(snapshot.rows, snapshot.numbering.firsts, snapshot.sections)

    def rank(self, query: Node) -> Ranked:
        """The sections ``query`` matches. Raises QueryError for a prefix of too many words."""
        terms = scoring_terms(query, self._analyzer)
        readings = self._readings(query)
        matched = None if _is_plain(query, self._analyzer) else self._match(query)
        having = self._terms.having_later(terms)
        known = self._known_sections(query)
        step = self._step(terms, readings) if known else 0.0
        levels = {section: step * target.level for section, target in known.items()}
        certain = {section for section, target in known.items() if target.certain}
        return Ranked(self._snapshot, terms, readings, matched, having, levels, certain)

    def explain(self, query: Node, section: int) -> Explanation:
        """What every term of the query adds to the score `rank` gives a section, in this order."""
        terms, readings = scoring_terms(query, self._analyzer), self._readings(query)
        ways = [self._explain(terms, section)]
        ways += [
            self._explain(r.terms, section, r.names) for r in readings if section in r.sections
        ]
        explained = max(ways, key=_total)
        if target := self._known_sections(query).get(section):
            step, size = self._step(terms, readings), len(target.sections)
            extra = step * target.level
            explained.append(TermScore(KNOWN, target.name, extra, target.level, step, size, 0, 0))
        return Explanation(_total(explained), tuple(explained))

    def _known_sections(self, query: Node) -> dict[int, Target]:
        """The sections of what ``query`` names, each with the first target that has it.

        For what is asked for and only says again what another file says, that file answers.
        """
        sections: dict[int, Target] = {}
        duplicate_sections = self._snapshot.families.duplicate_sections
        for target in reversed(self.known.targets(query, self._synonyms, self._analyzer.pieces)):
            if duplicate_sections.isdisjoint(target.sections):
                sections.update(dict.fromkeys(target.sections, target))
                continue
            for section in target.sections:
                if section not in duplicate_sections:
                    sections[section] = target
                elif target.certain:
                    copies = self._snapshot.families.copies_of(section)
                    sections.update(
                        (copy, target) for copy in copies if copy not in duplicate_sections
                    )
        return sections

    def _step(self, terms: Mapping[Term, float], readings: Sequence[QueryVariant]) -> float:
        """More than any section can score."""
        most = max(map(self._weight, (terms, *(reading.terms for reading in readings))))
        return most * (K1 + 1) or 1.0

    def _weight(self, terms: Mapping[Term, float]) -> float:
        return sum(self.idf(term) * weight for term, weight in terms.items())

    def idf(self, term: Term) -> float:
        """How much a term tells: the fewer sections have it, the more."""
        return self._terms.idf(self._terms.frequency(term))

    def _explain(
        self, terms: Mapping[Term, float], section: int, names: Mapping[Term, str] | None = None
    ) -> list[TermScore]:
        explained = []
        for term in self._terms.by_weight(terms):
            if part := self._terms.contribution(term, section, terms[term]):
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

    def _readings(self, query: Node) -> list[QueryVariant]:
        """The query with other forms for its own, each alone and together, the first few."""
        texts = [
            _Read(folded := fold(text), [] if exact else self._find(folded))
            for text, exact in _ranking_texts(query)
        ]
        choices: dict[str, list[tuple[str, SectionSet]]] = {}
        for found in (one for text in texts for one in text.found):
            if found.form not in choices:
                choices[found.form] = self._standing(found.others)
        chosen: list[dict[str, tuple[str, SectionSet]]] = [{}]
        for form, others in choices.items():
            more = [{**one, form: other} for one in chosen for other in others]
            if len(chosen) + len(more) > _MOST_READINGS:
                break
            chosen += more
        return [reading for one in chosen[1:] if (reading := self._reading(texts, one))]

    def _standing(self, forms: Iterable[str]) -> list[tuple[str, SectionSet]]:
        """Those of ``forms`` that any sections have, and these."""
        found = ((form, self._having_all(form)) for form in forms)
        return [(form, sections) for form, sections in found if len(sections)]

    def _having_all(self, form: str) -> SectionSet:
        """The sections that have all words and bigrams of a form."""
        terms = terms_of(form, self._analyzer)
        return reduce(SectionSet.__and__, (self._terms.having([term]) for term in terms))

    def _find(self, folded: str) -> list[Found]:
        return self._synonyms.find(folded, self._analyzer.pieces)

    def _reading(
        self, texts: Sequence[_Read], chosen: Mapping[str, tuple[str, SectionSet]]
    ) -> QueryVariant | None:
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
        sections = reduce(SectionSet.__and__, (sections for _, sections in chosen.values()))
        return QueryVariant(terms, sections, names)

    # --- matching -------------------------------------------------------------------------------

    def _match(self, query: Node, *, literally: bool = False) -> SectionSet:
        """The sections a node matches; ``literally``, its words stand there as they were typed."""
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
                return self._snapshot.sections_of_matching_documents(tied | titled)
            case Words():
                found = self._match_documents(query)
                others = self._synonyms.of(query.text)
                named = (self._match_documents(replace(query, text=other)) for other in others)
                return reduce(SectionSet.__or__, named, found)
            case _:
                return self._match_documents(query)

    def _with(self, found: SectionSet, forms: Iterable[str]) -> SectionSet:
        """``found``, and the sections that have one of ``forms``."""
        return reduce(SectionSet.__or__, map(self._having_all, forms), found)

    def _match_documents(self, query: Node) -> SectionSet:
        """All sections of the documents of which ``query`` is true."""
        return self._snapshot.sections_where(lambda row: row_matches(query, row))

    def _match_near(self, query: Near) -> SectionSet:
        items = [[strip_blanks(fold(leaf.text)) for leaf in item] for item in query.items]
        standing = (
            reduce(SectionSet.__or__, (self._match_literal(leaf.text) for leaf in item))
            for item in query.items
        )
        found = reduce(SectionSet.__and__, standing)
        text = self._terms.text
        return self._terms.of_sections(
            section for section in found if is_near(text(section), items, query.distance)
        )

    def _match_boolean(self, query: Boolean, literally: bool) -> SectionSet:
        # A word that an operator ties to another stands literally. The only text beside fields
        # and dates is tied to none: it means what it means alone.
        texts = [node for node in (*query.must, *query.should) if not _is_of_document(node)]
        tied = literally or (len(texts) > 1 and bool(query.must))
        found: SectionSet | None = None
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

    def _match_prefix(self, query: Prefix) -> SectionSet:
        """A Chinese text runs on: any place it stands in begins something. Other words do not."""
        folded = strip_blanks(fold(query.text))
        if not folded or re.fullmatch(f"[{HAN}]", folded[-1]):
            return self._match_literal(query.text)
        expansions: list[Term] = []
        for word, _ in self._terms.expand(WORDS, folded):
            if len(expansions) == MAX_EXPANSIONS:
                reason = f"more than {MAX_EXPANSIONS:,} words begin with {query.text!r}"
                raise QueryError(query.text, query.start, reason)
            expansions.append((WORDS, word))
        return self._terms.having(expansions)

    def _match_literal(self, text: str) -> SectionSet:
        """The sections in whose stripped of blanks body ``text``, folded and stripped of blanks,
        stands.
        """
        without_blanks = strip_blanks(fold(text))
        pairs = ranked(bigrams(without_blanks))
        return self._terms.holding(without_blanks, [(BIGRAMS, pair) for pair in pairs])


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
    pairs = ranked(bigrams(strip_blanks(folded)))
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
    """Whether any section that has a term of the query matches, and no other."""
    match query:
        case Words(field=None):
            text = what_is_asked(query.text)
            return len(strip_blanks(fold(text))) > 1 and bool(terms_of(text, analyzer))
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
