"""Turns the tree of a query into the tree that says which sections match it.

Bare words match the sections that have any of their terms (every section has the terms of its
document's title and opening, see `indexer.storage.segment_writer`). Words with an operator (AND,
NOT, + and -) match where they stand literally in the section or in its document's title. Clauses
about documents match all sections of the documents they are true of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from indexer.errors import QueryError
from indexer.text.analysis import WORDS
from indexer.text.folding import HAN
from searcher.query.nodes import Boolean, DateRange, Everything, Near, Node, Phrase, Prefix, Words
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
from searcher.ranking.query_terms import QueryTexts, is_plain
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

    def _words(self, node: Words) -> Match:
        asked = self._texts.asked(node.text)
        found: Match = AnyTerm(asked.terms)
        # A single character has no terms, nor has a text without words: it is sought as it stands.
        if not is_plain(node, self._texts) and not any(
            map(self._statistics.frequency, asked.terms)
        ):
            found = self._phrase(node.text)
        return self._or_forms(found, (form for one in asked.forms for form in one.others))

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
        # Words joined by an operator must stand literally. If all other clauses are fields and
        # dates, the one text is joined to no other: it means what it means alone.
        texts = [part for part in (*node.must, *node.should) if not _is_of_document(part)]
        tied = literally or (len(texts) > 1 and bool(node.must))
        if node.must:
            found = _all(self.match(part, literally=tied) for part in node.must)
        else:
            found = _any(self.match(part, literally=tied) for part in node.should)
        if not node.must_not:
            return found
        return Without(found, tuple(self.match(part, literally=True) for part in node.must_not))


def _holds(field: str, text: str, node: Node | None = None) -> FieldHolds:
    return FieldHolds(field, field_text(field, text), isinstance(node, Prefix))


def _any(parts: Iterable[Match]) -> Match:
    every = tuple(parts)
    return every[0] if len(every) == 1 else AnyOf(every) if every else NOTHING


def _all(parts: Iterable[Match]) -> Match:
    every = tuple(parts)
    return every[0] if len(every) == 1 else AllOf(every)


def _is_of_document(node: Node) -> bool:
    """Returns True if ``node`` is about facts of documents and not about the text of sections."""
    match node:
        case Words() | Phrase() | Prefix():
            return node.field is not None
        case Boolean():
            return all(map(_is_of_document, (*node.must, *node.should, *node.must_not)))
        case Near():
            return False
    return True
