"""A language model of an index: how likely a text is, by its characters and by its words.

Both likelihoods are natural logarithms, and they err in different ways. The likelihood of a
character is the share of the sections with its two predecessors in which it follows them; if the
three were never seen together, one predecessor is used instead (stupid backoff, Brants et al.,
2007). The likelihood of a word is the mean of its share in the index and its share in the texts
behind the dictionary, which represent general language.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.dictionary import Dictionary
from searcher.ranking.statistics import Statistics

_UNSEEN = math.log(1e-4)  # the likelihood of a character that never follows another
_BACKOFF = math.log(0.2)
_DISCOUNT = 2.0  # sections; a text seen once or twice is little evidence
_WORDS_OF_A_SECTION = 50  # on average
_UNHEARD = 1e-8  # the likelihood of an unknown word


class LanguageModel:
    """The language of a collection, for folded texts without blanks. Threads may share it.

    A text in at most ``few`` sections may be there by chance. ``count``, ``word`` and ``followers``
    cache their results.
    """

    def __init__(self, terms: Statistics, dictionary: Dictionary) -> None:
        self._terms = terms
        self._dictionary = dictionary
        self.few = terms.count / 20_000
        self.count = lru_cache(65_536)(self._count)
        self.word = lru_cache(65_536)(self._word)
        self.followers = lru_cache(256)(self._followers)

    def _count(self, text: str) -> int:
        """Returns the number of sections that contain a text of two or more characters."""
        pairs = [(BIGRAMS, a + b) for a, b in pairwise(text)]
        least = min(map(self._terms.frequency, pairs))
        return self._terms.count_holding(text, pairs) if least and len(pairs) > 1 else least

    def _word(self, word: str) -> float:
        """Returns the likelihood of a word."""
        here = self.sections(word) / (_WORDS_OF_A_SECTION * (self._terms.count or 1))
        return math.log((here + self._dictionary.share(word)) / 2 + _UNHEARD)

    def sections(self, word: str) -> int:
        """Returns the number of sections that contain ``word``."""
        return self._terms.frequency((WORDS, word))

    def _followers(self, char: str) -> list[str]:
        """Returns the characters that follow ``char`` more than a few times."""
        found = self._terms.expand(BIGRAMS, char)
        return [pair[1] for pair, sections in found if sections > 2 * self.few]

    def cut(self, text: str) -> list[str]:
        """Returns the words of ``text``, including pairs of characters that only the index has."""
        words: list[str] = []
        for word in self._dictionary.pieces(text):
            alone = words and len(words[-1]) == len(word) == 1
            if alone and self.sections(words[-1] + word) > self.few:
                words[-1] += word
            else:
                words.append(word)
        return words

    def of_words(self, words: Iterable[str]) -> float:
        """Returns the likelihood of a sequence of ``words``."""
        return sum(map(self.word, words))

    def of_pairs(self, text: str) -> float:
        """Returns a cheap estimate of the likelihood of ``text``, from the counts of its pairs."""
        pairs = [math.log(self.count(a + b) + 0.1) for a, b in pairwise(text)]
        return sum(pairs) / (len(pairs) or 1)

    def of_characters(self, text: str, start: int, end: int) -> float:
        """Returns the likelihood of the characters ``start`` to ``end`` of ``text``."""
        return sum(self._of_one(text, at) for at in range(max(start, 1), min(end, len(text))))

    def _of_one(self, text: str, at: int) -> float:
        backoff = 0.0
        if at > 1:
            if seen := self.count(text[at - 2 : at + 1]):
                return math.log(seen / (self.count(text[at - 2 : at]) + _DISCOUNT))
            backoff = _BACKOFF
        if seen := self.count(text[at - 1 : at + 1]):
            # The index does not count single characters. Few of them stand in more than one of 50
            # sections, and those few are words.
            alone = max(self.sections(text[at - 1]), self._terms.count / 50, seen)
            return backoff + max(math.log(seen / (alone + _DISCOUNT)), _UNSEEN)
        return backoff + _UNSEEN
