"""The terms of a query's texts and their weights. Every text is folded and cut only once.

The terms of a text are its words, the pairs of characters that rank (`indexer.text.analysis`) and
its quantities (`indexer.text.quantities`). A pair that lies across two words of the query weighs
`ACROSS`, a quantity `QUANTITY`, what it says less exactly `ABOUT`, its words and pairs `PART`,
every other term 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from indexer.text.analysis import BIGRAMS, WORDS, Analyzer, bigrams, ranked
from indexer.text.folding import fold, strip_blanks
from indexer.text.quantities import Quantity, find_quantities, has_quantity, join_numbers
from searcher.query.nodes import Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking.plan import Term, Weights
from searcher.ranking.question_words import what_is_asked
from searcher.ranking.synonyms import Found, Synonyms

# Measured on questions about laws and about notices: 0.8 ranks better than 1, and 0.7 and 0.9 rank
# as 0.8 does.
ACROSS = 0.8
# Measured on 360 amounts, shares, codes, counts and bare numbers typed alone over 1,442 documents:
# the first hit has what was typed for all but years. With parts that weigh 1 it lacks some, for a
# long text with the quantity then ranks behind short ones with its parts.
QUANTITY = 2.0
ABOUT = 0.5
PART = 0.5


class QueryText:
    """A text of a query with everything derived from it, each computed at most once.

    ``folded`` is the folded text.
    """

    def __init__(self, text: str, analyzer: Analyzer, synonyms: Synonyms) -> None:
        self.folded = fold(text)
        self._analyzer = analyzer
        self._synonyms = synonyms

    @cached_property
    def plain(self) -> str:
        """The folded text without blanks."""
        return strip_blanks(self.folded)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the text, in order, repeats included."""
        return tuple(self._analyzer.words(self.folded))

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The words and the ranked pairs of the text, in order, repeats included."""
        return _terms(self.words, self.plain)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities of the text, in order; offsets are those of its `join_numbers`."""
        if not has_quantity(self.folded):
            return ()
        return tuple(find_quantities(join_numbers(self.folded)))

    @property
    def is_quantity(self) -> bool:
        """True if the text is one quantity and nothing else, no label of an article or chapter."""
        if len(self.quantities) != 1 or self.plain[0] == "第":
            return False
        (only,) = self.quantities
        return only.end - only.start == len(join_numbers(self.folded))

    @property
    def _parts(self) -> frozenset[Term]:
        """The words and pairs of the quantities."""
        texts = self.quantity_texts
        return frozenset(term for text in texts for term in terms_of(text, self._analyzer))

    @property
    def quantity_texts(self) -> tuple[str, ...]:
        """The quantities as they stand, in order."""
        joined = join_numbers(self.folded) if self.quantities else ""
        return tuple(joined[one.start : one.end] for one in self.quantities)

    @property
    def quantity_terms(self) -> tuple[Term, ...]:
        """The terms of the quantities, in order, repeats included."""
        return tuple((WORDS, term) for one in self.quantities for term in one.terms)

    @cached_property
    def forms(self) -> list[Found]:
        """The forms in the text that have synonyms."""
        return self._synonyms.find(self.folded, self._analyzer.pieces)

    def weighted(self) -> Iterator[tuple[Term, float]]:
        """Yields the terms with their weights, repeats included."""
        inside = {pair for word in self.words for pair in bigrams(word)}
        parts = self._parts
        for term in self.terms:
            field, pair = term
            weight = ACROSS if field == BIGRAMS and pair not in inside else 1.0
            yield term, PART if term in parts else weight
        for quantity in self.quantities:
            for place, text in enumerate(quantity.terms):
                yield (WORDS, text), ABOUT if place else QUANTITY


class QueryTexts:
    """The texts of one query as `QueryText`\\ s, each made once."""

    def __init__(self, analyzer: Analyzer, synonyms: Synonyms) -> None:
        self._analyzer = analyzer
        self.synonyms = synonyms
        self._texts: dict[str, QueryText] = {}

    def of(self, text: str) -> QueryText:
        """Returns the `QueryText` of ``text``."""
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = QueryText(text, self._analyzer, self.synonyms)
        return found

    def asked(self, text: str) -> QueryText:
        """Returns the `QueryText` of ``text`` without the words that only make it a question."""
        return self.of(what_is_asked(text))


def terms_of(text: str, analyzer: Analyzer) -> tuple[Term, ...]:
    """Returns the words and the ranked pairs of a text, in order, repeats included."""
    folded = fold(text)
    return _terms(analyzer.words(folded), strip_blanks(folded))


def _terms(words: Iterable[str], plain: str) -> tuple[Term, ...]:
    pairs = ranked(bigrams(plain))
    return (*((WORDS, word) for word in words), *((BIGRAMS, pair) for pair in pairs))


def scoring_terms(query: Node, analyzer: Analyzer) -> dict[Term, float]:
    """Returns the terms of ``query`` that rank, in its order, with their weights.

    Terms that stand only in excluded clauses are not among them.
    """
    texts = QueryTexts(analyzer, Synonyms(()))
    return weighted_terms(text for text, _ in ranking_texts(query, texts))


def weighted_terms(texts: Iterable[QueryText]) -> dict[Term, float]:
    """Returns the terms of ``texts``, in order, each with its highest weight."""
    terms: dict[Term, float] = {}
    for text in texts:
        for term, weight in text.weighted():
            terms[term] = max(weight, terms.get(term, 0.0))
    return terms


def as_weights(terms: dict[Term, float]) -> Weights:
    """Returns weighted terms in the form in which a plan holds them."""
    return tuple(terms.items())


def ranking_texts(query: Node, texts: QueryTexts) -> Iterator[tuple[QueryText, bool]]:
    """Yields the texts of ``query`` that rank, each with True if it is sought as it stands."""
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                yield from ranking_texts(node, texts)
        case Words(field=None | "title" | "document"):
            yield texts.asked(query.text), False
        case Phrase(field=None | "title" | "document") | Prefix(field=None | "title" | "document"):
            yield texts.of(query.text), True
        case Near():
            yield from ((texts.of(leaf.text), True) for leaf in query.leaves)


def is_bare(query: Node) -> bool:
    """Returns True if ``query`` is words alone, without a quotation, an operator or a field."""
    match query:
        case Words(field=None):
            return True
        case Boolean(must=(), must_not=()):
            return all(map(is_bare, query.should))
    return False


def is_plain(query: Node, texts: QueryTexts) -> bool:
    """Returns True if a section matches exactly when it has a term of the query."""
    match query:
        case Words(field=None):
            text = texts.asked(query.text)
            return len(text.plain) > 1 and bool(text.terms) and not text.is_quantity
        case Boolean(must=(), must_not=()):
            return all(is_plain(node, texts) for node in query.should)
    return False
