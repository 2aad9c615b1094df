"""Turns the tree of a query into the tree that says which sections match it.

Bare words match where any of their terms is (the title and the opening of a document are in all its
sections, `indexer.storage.segment_writer`). Words that an operator ties to others (AND, NOT, + and
-) match where they stand literally in the section or in its document's title: what is prohibited is
read in the same text as what is wanted beside it. Clauses about documents match all sections of
these.

Complete are the sections with all that is asked for: of bare words every one of two characters or
more, wherever a term of the section may stand, or another form of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from indexer.errors import QueryError
from indexer.text.analysis import BIGRAMS, WORDS, bigrams
from indexer.text.folding import HAN
from searcher.query.nodes import (
    Boolean,
    DateRange,
    Everything,
    Near,
    Node,
    Phrase,
    Prefix,
    Value,
    Words,
)
from searcher.query.parser import MAX_EXPANSIONS
from searcher.ranking.document_filters import field_text
from searcher.ranking.plan import (
    NOTHING,
    AllOf,
    AllTerms,
    AnyOf,
    AnyTerm,
    Close,
    DatedWithin,
    EverySection,
    FieldHolds,
    InOrder,
    Match,
    Term,
    WholeDocuments,
    Without,
)
from searcher.ranking.query_terms import QueryText, QueryTexts, is_plain
from searcher.ranking.statistics import Statistics


class Matcher:
    """Makes the match tree of one query.

    ``query`` is the text of the query, to which the positions in errors refer.
    """

    def __init__(self, query: str, texts: QueryTexts, statistics: Statistics) -> None:
        self._query = query
        self._texts = texts
        self._statistics = statistics

    def match(self, node: Node, *, literally: bool = False) -> Match:
        """Returns the match tree of ``node``; if ``literally``, its words must stand as typed.

        Raises QueryError for a prefix that too many words begin with.
        """
        match node:
            case Boolean():
                return self._boolean(node, literally)
            case Words(field=None):
                return self._literal_words(node.text) if literally else self._words(node)
            case Phrase(field=None):
                return self._phrase(node.text)
            case Prefix(field=None):
                return self._prefix(node)
            case Near():
                items = ((self._texts.of(leaf.text).plain for leaf in item) for item in node.items)
                return Close(tuple(map(tuple, items)), node.distance)
            case Words(field="document") | Phrase(field="document") | Prefix(field="document"):
                tied = self.match(replace(node, field=None), literally=True)
                return WholeDocuments(_any((tied, _holds("title", node.text, node))))
            case Value():
                forms = (node.text, *self._texts.synonyms.of(node.text))
                return _any(self._value(str(node.field), form) for form in forms)
            case Words(field="type"):
                return _any(
                    _is("type", form) for form in (node.text, *self._texts.synonyms.of(node.text))
                )
            case Phrase(field="type"):
                return _is("type", node.text)
            case Prefix(field="title"):
                return _holds("title", node.text)
            case Words(field=str(field)):
                forms = (node.text, *self._texts.synonyms.of(node.text))
                return _any(_holds(field, form) for form in forms)
            case Phrase(field=str(field)) | Prefix(field=str(field)):
                return _holds(field, node.text, node)
            case DateRange():
                return DatedWithin(node.first, node.last)
            case Everything():
                return EverySection()
        raise AssertionError(node)

    def complete(self, node: Node) -> Match:
        """Returns the match tree of the sections that have all that ``node`` asks for.

        Raises QueryError for a prefix of too many words.
        """
        match node:
            case Words(field=None):
                return self._all_words(node)
            case Boolean() if not self._ties(node):
                parts = map(self.complete, node.must or node.should)
                either = node.either or all(map(is_of_document, node.should))
                found = _any(parts) if either and not node.must else _all(parts)
                return self._excluding(found, node)
            case Boolean(must=(), either=False):
                tied = [self.match(part, literally=True) for part in node.should]
                return self._excluding(_all(tied), node)
        return self.match(node)

    def _all_words(self, node: Words) -> Match:
        """Every word of a text, or what one of its forms is also sought as."""
        asked = self._texts.asked(node.text)
        formed = [one for one in asked.forms if one.others]
        inside = {word for one in formed for word in self._texts.of(one.form).words}
        inside.update(word for text in asked.quantity_texts for word in self._texts.of(text).words)
        told = [word for word in dict.fromkeys(asked.words) if _tells(word)]
        needed = [term for word in told if word not in inside for term in _terms_of_word(word)]
        parts: list[Match] = [AllTerms(tuple(dict.fromkeys(needed)))] if needed else []
        parts += (self._quantity(self._texts.of(text)) for text in asked.quantity_texts)
        for one in formed:
            own = [term for w in self._texts.of(one.form).words for term in _terms_of_word(w)]
            same: Match = AllTerms(tuple(dict.fromkeys(own))) if own else self._phrase(one.form)
            parts.append(self._or_forms(same, one.others))
        return _all(parts) if parts else self._words(node)

    def _quantity(self, text: QueryText) -> Match:
        """The text, one quantity, in any form, or all its words."""
        words = tuple((WORDS, word) for word in text.words)
        whole = AnyTerm(text.quantity_terms)
        return _any((whole, AllTerms(words))) if words else whole

    def _words(self, node: Words) -> Match:
        asked = self._texts.asked(node.text)
        found: Match = AnyTerm((*asked.terms, *asked.quantity_terms))
        if asked.is_quantity:
            # 30% is said by what says 30%, or has all its parts; not by any text with a 30 in it.
            found = self._quantity(asked)
        # A single character has no terms, nor has a text without words: it is sought as it stands.
        elif not is_plain(node, self._texts) and not any(
            map(self._statistics.frequency, asked.terms)
        ):
            found = self._phrase(node.text)
        return self._or_forms(found, (form for one in asked.forms for form in one.others))

    def _value(self, field: str, text: str) -> Match:
        """A value of a facet; where no document has the name of an organ, a part of one."""
        exactly = _is(field, text)
        if field == "issuer" and not self._statistics.has_document(exactly):
            return _holds(field, text)
        return exactly

    def _literal_words(self, text: str) -> Match:
        found = _any((self._phrase(text), _holds("title", text)))
        return self._or_forms(found, self._texts.synonyms.of(text))

    def _or_forms(self, found: Match, forms: Iterable[str]) -> Match:
        return _any((found, *(AllTerms(self._texts.of(form).terms) for form in forms)))

    def _phrase(self, text: str) -> Match:
        return InOrder((self._texts.of(text).plain,))

    def _prefix(self, node: Prefix) -> Match:
        """Returns the match tree of a prefix. Raises QueryError if too many words begin with it.

        Chinese has no blanks between words: a prefix that ends in Chinese matches wherever it
        stands. Any other prefix matches the words that begin with it.
        """
        folded = self._texts.of(node.text).plain
        if not folded or re.fullmatch(f"[{HAN}]", folded[-1]):
            return self._phrase(node.text)
        words: list[Term] = []
        for word, _ in self._statistics.expand(WORDS, folded):
            if len(words) == MAX_EXPANSIONS:
                reason = f"more than {MAX_EXPANSIONS:,} words begin with {node.text!r}"
                raise QueryError(self._query, node.start, reason)
            words.append((WORDS, word))
        return AnyTerm(tuple(words))

    def _boolean(self, node: Boolean, literally: bool) -> Match:
        # A word that an operator ties to another stands literally. The only text beside fields
        # and dates is tied to none: it means what it means alone.
        tied = literally or self._ties(node)
        if node.must:
            found = _all(self.match(part, literally=tied) for part in node.must)
        else:
            found = _any(self.match(part, literally=tied) for part in node.should)
        return self._excluding(found, node)

    def _ties(self, node: Boolean) -> bool:
        """Returns True if the operators of ``node`` tie its words to others."""
        texts = [part for part in (*node.must, *node.should) if not is_of_document(part)]
        prohibited = not all(map(is_of_document, node.must_not))
        return (len(texts) > 1 and bool(node.must)) or prohibited

    def _excluding(self, found: Match, node: Boolean) -> Match:
        if not node.must_not:
            return found
        return Without(found, tuple(self.match(part, literally=True) for part in node.must_not))


def _tells(word: str) -> bool:
    """Returns True unless ``word`` is a single Chinese character, as 的 and 在 are."""
    return len(word) > 1 or not re.fullmatch(f"[{HAN}]", word)


def _terms_of_word(word: str) -> tuple[Term, ...]:
    """Returns the terms of the sections in which ``word`` stands, however they are cut."""
    if re.fullmatch(f"[{HAN}]{{2,}}", word):
        return tuple((BIGRAMS, pair) for pair in bigrams(word))
    return ((WORDS, word),)


def _is(field: str, text: str) -> FieldHolds:
    return FieldHolds(field, field_text(field, text), exactly=True)


def _holds(field: str, text: str, node: Node | None = None) -> FieldHolds:
    return FieldHolds(field, field_text(field, text), isinstance(node, Prefix))


def _any(parts: Iterable[Match]) -> Match:
    every = tuple(parts)
    return every[0] if len(every) == 1 else AnyOf(every) if every else NOTHING


def _all(parts: Iterable[Match]) -> Match:
    every = tuple(parts)
    return every[0] if len(every) == 1 else AllOf(every)


def is_of_document(node: Node) -> bool:
    """Returns True if ``node`` is about documents only, and not about a text in sections."""
    match node:
        case Words() | Phrase() | Prefix() | Value():
            return node.field is not None
        case Boolean():
            return all(map(is_of_document, (*node.must, *node.should, *node.must_not)))
        case Near():
            return False
    return True
