"""Carries out match trees on the sets of sections of an index in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, reduce

from indexer.segments import SectionSet
from indexer.storage.schema import BIGRAMS
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import bigrams, ranked
from searcher.ranking.document_filters import is_true_of
from searcher.ranking.plan import (
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
    OfDocuments,
    Term,
    WholeDocuments,
    Without,
)
from searcher.ranking.proximity import is_near

_CACHED_FORMS = 64  # sets of a bit for each section, which several steps of a search need


class EmbeddedMatcher:
    """Finds the sections of a snapshot that match a match tree. Threads may share it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._terms = snapshot.terms
        self.having_all = lru_cache(_CACHED_FORMS)(self._having_all)

    def match(self, node: Match) -> SectionSet:
        """Returns the sections that ``node`` matches. Raises IndexDamaged."""
        match node:
            case AnyTerm(terms):
                return self._terms.having(terms)
            case AllTerms(terms):
                return self.having_all(terms)
            case InOrder(texts):
                return self._in_order(texts)
            case Close():
                return self._close(node)
            case FieldHolds() | DatedWithin() | OfDocuments():
                return self._snapshot.sections_where(lambda row: is_true_of(node, row))
            case EverySection():
                return self._terms.all()
            case WholeDocuments(part):
                return self._snapshot.sections_of_matching_documents(self.match(part))
            case AllOf(parts):
                return reduce(SectionSet.__and__, map(self.match, parts))
            case AnyOf(parts):
                return reduce(SectionSet.__or__, map(self.match, parts))
            case Without(part, excluded):
                return reduce(SectionSet.__sub__, map(self.match, excluded), self.match(part))

    def later(self, node: Match) -> Callable[[], SectionSet]:
        """Returns a function for what `match` gives, which may be called after all is closed.

        Terms are looked up at once and their sections read later; any other node is matched now.
        """
        match node:
            case AnyTerm(terms):
                return self._terms.having_later(terms)
            case AllTerms(terms):
                each = [self._terms.having_later([term]) for term in terms]
                return lambda: reduce(SectionSet.__and__, (one() for one in each))
            case AllOf(parts):
                every = [*map(self.later, parts)]
                return lambda: reduce(SectionSet.__and__, (one() for one in every))
            case AnyOf(parts):
                some = [*map(self.later, parts)]
                return lambda: reduce(SectionSet.__or__, (one() for one in some))
        found = self.match(node)
        return lambda: found

    def having_forms(self, forms: Sequence[tuple[Term, ...]]) -> SectionSet:
        """Returns the sections that have all terms of each of ``forms`` (at least one form)."""
        return reduce(SectionSet.__and__, map(self.having_all, forms))

    def _having_all(self, terms: tuple[Term, ...]) -> SectionSet:
        """Returns the sections that have every one of ``terms``."""
        sets: Iterable[SectionSet] = (self._terms.having([term]) for term in terms)
        return reduce(SectionSet.__and__, sets) if terms else self._terms.none()

    def _in_order(self, texts: Sequence[str]) -> SectionSet:
        """Returns the sections in which ``texts`` stand one after the other."""
        if len(texts) == 1:
            return self._holding(texts[0], texts)
        if not all(texts):
            return self._terms.none()
        candidates = self._holding(max(texts, key=len), texts)
        return self._verified(candidates, lambda text: stand_in_order(text, texts))

    def _close(self, node: Close) -> SectionSet:
        standing = (
            reduce(SectionSet.__or__, (self._holding(text, (text,)) for text in item))
            for item in node.items
        )
        candidates = reduce(SectionSet.__and__, standing)
        return self._verified(candidates, lambda text: is_near(text, node.items, node.distance))

    def _holding(self, text: str, together: Iterable[str]) -> SectionSet:
        """Returns the sections whose text contains ``text``.

        Only sections with the pairs of all texts in ``together`` are read.
        """
        pairs = dict.fromkeys(pair for one in together for pair in ranked(bigrams(one)))
        return self._terms.holding(text, [(BIGRAMS, pair) for pair in pairs])

    def _verified(self, candidates: SectionSet, fits: Callable[[str], bool]) -> SectionSet:
        """Reads the text of every candidate and returns those that it ``fits``."""
        text = self._terms.text
        return self._terms.of_sections(section for section in candidates if fits(text(section)))


def stand_in_order(text: str, texts: Sequence[str]) -> bool:
    """Returns True if ``texts`` stand in ``text`` one after the other, without overlap."""
    end = 0
    for one in texts:
        start = text.find(one, end)
        if start < 0:
            return False
        end = start + len(one)
    return True
