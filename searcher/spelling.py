"""What a misspelt text probably means, by how its characters and words stand together in the index.

A noisy channel (Kernighan, Church and Gale, 1990): of the texts that one slip makes into what was
typed, that which gains most in likelihood after the slip's own cost is taken off. Likelihood has
two halves that err differently. Of characters: the share of the sections with a character's two
predecessors that have it behind them, or by one predecessor where that was never seen (a stupid
backoff, Brants et al., 2007). Of words: the text cut by the segmenter's dictionary, each word as
likely as it is in the index or in the texts of that dictionary.

Looked at is only what is suspicious: a character that is no part of a usual word and stands in
no trigram that the index has. Most right texts have none, and cost a segmentation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from indexer.analysis import cut_known, usual
from indexer.codec import Collection
from indexer.normalize import HAN
from indexer.schema import BIGRAMS, WORDS
from searcher.pinyin import characters, readings, sounding_like
from searcher.shapes import looking_like

_RUN = re.compile(f"[{HAN}]{{2,}}")
_NUMBER = tuple("[〔")  # what begins behind the code of a 文号, whose letters make no words
_MAX_LENGTH = 200  # characters of a text that are looked at
_MAX_PLACES = 4  # suspicious ones of a text that are looked at
_BEAM = 30  # beginnings of a text in pinyin that are gone on with
_MAX_GAPPY = 16  # characters of a run where a missing one is sought
_MAX_SCORED = 6  # corrections of a text that are weighed

# What a slip costs, in nats of likelihood.
_SAME_SOUND, _SAME_SHAPE, _LIKE_SOUND = 6.0, 6.0, 8.0
_SWAPPED, _DOUBLED, _EXTRA, _MISSING = 8.0, 6.0, 16.0, 10.0
_GAIN = 5.0  # to be worth saying, above the cost

_UNSEEN = math.log(1e-4)
_BACKOFF = math.log(0.2)
_DISCOUNT = 2.0


class Edit(NamedTuple):
    """``text`` to stand from ``start`` up to ``end``, and what the slip costs."""

    start: int
    end: int
    text: str
    cost: float

    def apply(self, text: str) -> str:
        return text[: self.start] + self.text + text[self.end :]


@dataclass(frozen=True, slots=True)
class Correction:
    """``text`` to stand from ``start`` up to ``end`` of what was typed; ``gain`` in nats."""

    start: int
    end: int
    text: str
    gain: float


class Speller:
    """Corrects by the sections of a collection. Safe to share between threads."""

    def __init__(self, terms: Collection) -> None:
        self._terms = terms
        self._few = terms.count / 20000
        self.count = lru_cache(65_536)(self._count)
        self._word = lru_cache(65_536)(self._word_likelihood)
        self._followers = lru_cache(256)(self._find_followers)

    def correct(self, text: str) -> list[Correction]:
        """What one slip may have made of ``text`` (folded and squeezed), the likeliest first."""
        found = []
        odd: list[tuple[float, int, int]] = []
        runs = [
            (run.start(), run[0], self._cut(run[0]))
            for run in _RUN.finditer(text[:_MAX_LENGTH])
            if text[run.end() : run.end() + 1] not in _NUMBER
        ]
        for number, (_, run, words) in enumerate(runs):
            odd += [(how, number, at) for at, how in self._suspicious(run, words).items()]
        chosen = sorted(odd)[:_MAX_PLACES]
        for number, (base, run, words) in enumerate(runs):
            if places := [at for _, n, at in chosen if n == number]:
                for edit, gain in self._correct(run, words, places):
                    found.append(Correction(base + edit.start, base + edit.end, edit.text, gain))
        return sorted(found, key=lambda one: -one.gain)

    def spoken(self, syllables: Sequence[str]) -> list[str]:
        """The texts that are read so and stand in the index, the likeliest first."""
        beam = {char: 0.0 for char in characters(syllables[0])}
        for syllable in syllables[1:]:
            grown = {
                text + char: gain + math.log(seen)
                for text, gain in beam.items()
                for char in characters(syllable)
                if (seen := self.count(text[-1] + char))
            }
            best = sorted(grown, key=lambda text: -grown[text])[:_BEAM]
            beam = {text: grown[text] for text in best}
        likely = {
            text: self._words(self._cut(text)) + self._likelihood(text, 0, len(text))
            for text in beam
            if len(text) < 3 or self._terms.holding(text, [(BIGRAMS, a + b) for a, b in zip(text, text[1:], strict=False)])
        }
        return sorted(likely, key=lambda text: -likely[text])

    def _correct(self, run: str, words: list[str], places: list[int]) -> list[tuple[Edit, float]]:
        before = self._words(words)
        gains: dict[Edit, float] = {}  # of words, the cost taken off
        makes_a_word: dict[Edit, bool] = {}
        for edit in self._edits(run, places):
            words = self._cut(edit.apply(run))
            makes_a_word[edit] = _makes_a_word(words, edit)
            if makes_a_word[edit] or edit.text or edit.cost == _DOUBLED:
                gains[edit] = self._words(words) - before - edit.cost
        rough = {edit: gain + self._pairs(run, edit) - 4 * (not makes_a_word[edit]) for edit, gain in gains.items()}
        best = sorted(rough, key=lambda edit: -rough[edit])[:_MAX_SCORED]
        least = _GAIN + 1.5 * math.log(max(1.0, len(run) / 8))
        found = []
        for edit in best:
            gain = gains[edit] + self._gain(run, edit)
            if gain <= least: continue
            seen = self._seen(edit.apply(run), edit.start)
            if makes_a_word[edit] and gain > 12 or seen > self._few * (0.2 if makes_a_word[edit] else 5):
                found.append((edit, gain))
        return found

    def _cut(self, text: str) -> list[str]:
        """``text`` cut into words, also those of two characters that only the index knows."""
        words: list[str] = []
        for word in cut_known(text):
            if len(word) == 1 and words and len(words[-1]) == 1 and self._is_word(words[-1] + word):
                words[-1] += word
            else:
                words.append(word)
        return words

    def _is_word(self, word: str) -> bool:
        return self._terms.frequency((WORDS, word)) > self._few

    # --- likelihood -----------------------------------------------------------------------------

    def _count(self, text: str) -> int:
        """How many sections have a text of two or three characters."""
        if len(text) == 2:
            return self._terms.frequency((BIGRAMS, text))
        pairs = [(BIGRAMS, text[:2]), (BIGRAMS, text[1:])]
        if not all(map(self._terms.frequency, pairs)):
            return 0
        return len(self._terms.holding(text, pairs))

    def _word_likelihood(self, word: str) -> float:
        here = self._terms.frequency((WORDS, word)) / (50 * (self._terms.count or 1))
        return math.log(here / 2 + usual(word) / 2 + 1e-8)

    def _words(self, words: list[str]) -> float:
        return sum(map(self._word, words))

    def _pairs(self, run: str, edit: Edit) -> float:
        first, last = max(edit.start - 1, 0), min(edit.end + 1, len(run))
        after = run[first : edit.start] + edit.text + run[edit.end : last]
        return self._mean(after) - self._mean(run[first:last])

    def _mean(self, text: str) -> float:
        pairs = [math.log(self.count(a + b) + 0.1) for a, b in zip(text, text[1:], strict=False)]
        return sum(pairs) / (len(pairs) or 1)

    def _gain(self, run: str, edit: Edit) -> float:
        """What the characters from an edit on gain in likelihood."""
        after = edit.apply(run)
        return self._likelihood(after, edit.start, edit.start + len(edit.text) + 2) - (
            self._likelihood(run, edit.start, edit.end + 2)
        )

    def _likelihood(self, text: str, start: int, end: int) -> float:
        return sum(self._of_one(text, at) for at in range(max(start, 1), min(end, len(text))))

    def _of_one(self, text: str, at: int) -> float:
        backoff = 0.0
        if at > 1:
            if seen := self.count(text[at - 2 : at + 1]):
                return math.log(seen / (self.count(text[at - 2 : at]) + _DISCOUNT))
            backoff = _BACKOFF
        if seen := self.count(text[at - 1 : at + 1]):
            alone = max(self._terms.frequency((WORDS, text[at - 1])), self._terms.count / 50, seen)
            return backoff + max(math.log(seen / (alone + _DISCOUNT)), _UNSEEN)
        return backoff + _UNSEEN

    # --- what is looked at ----------------------------------------------------------------------

    def _suspicious(self, run: str, words: list[str]) -> dict[int, float]:
        """The places of ``run`` that are no part of a usual word or a trigram, with how likely."""
        places: dict[int, float] = {}
        at = 0
        for number, word in enumerate(words):
            around = words[max(number - 1, 0) : number + 2 : 2]
            if self._is_odd(run, at, word) or len(word) == 1 and any(len(w) == 1 for w in around):
                places.update((at + i, self._word(word)) for i in range(len(word)))
            at += len(word)
        places |= {at: -20.0 for at in range(len(run) - 1) if run[at] == run[at + 1]}
        oddest = sorted(places.items(), key=lambda place: place[1])[: 2 * _MAX_PLACES]
        return {at: how for at, how in oddest if not self._is_attested(run, at)}

    def _is_odd(self, run: str, at: int, word: str) -> bool:
        if len(word) > 1:
            return self._word(word) < -12 and self._terms.frequency((WORDS, word)) <= self._few / 2
        pairs = [run[i : i + 2] for i in (at - 1, at) if 0 <= i < len(run) - 1]
        return any(self.count(pair) <= self._few for pair in pairs)

    def _is_attested(self, run: str, at: int) -> bool:
        around = _trigrams(run, at)
        return sum(self._is_often(three) for three in around) > len(around) / 2

    def _is_often(self, three: str) -> bool:
        pairs = (three[:2], three[1:])
        return all(self.count(each) > self._few for each in (*pairs, three))

    def _seen(self, run: str, at: int) -> int:
        """How often the index has a place of ``run`` with two characters beside it."""
        return max(map(self.count, _trigrams(run, at)), default=self._terms.count)

    def _edits(self, run: str, places: list[int]) -> Iterator[Edit]:
        for at in places:
            for other, cost in self._instead(run, at):
                yield Edit(at, at + 1, other, cost)
            if 0 < at < len(run) - 1:
                doubled = run[at] in run[at - 1 : at + 2 : 2]
                yield Edit(at, at + 1, "", _DOUBLED if doubled else _EXTRA)
        for at in dict.fromkeys(place + i for place in places for i in (-1, 0, 1)):
            if 0 <= at < len(run) - 1:
                yield Edit(at, at + 2, run[at + 1] + run[at], _SWAPPED)
        for at in places[:1] if len(run) <= _MAX_GAPPY else ():
            for left in (at - 1, at):
                if 0 <= left < len(run) - 1 and self.count(run[left : left + 2]) <= self._few * 4:
                    for char in self._between(run[left], run[left + 1]):
                        yield Edit(left + 1, left + 1, char, _MISSING)

    def _instead(self, run: str, at: int) -> Iterator[tuple[str, float]]:
        """What may have been meant at a place, where the index has it beside its neighbours."""
        costs: dict[str, float] = {}
        for syllable in readings(run[at]):
            costs.update(dict.fromkeys(sounding_like(syllable), _LIKE_SOUND))
        costs.update(dict.fromkeys(looking_like(run[at]), _SAME_SHAPE))
        for syllable in readings(run[at]):
            costs.update(dict.fromkeys(characters(syllable), _SAME_SOUND))
        costs.pop(run[at], None)
        left, right = run[at - 1 : at] if at else "", run[at + 1 : at + 2]
        for other, cost in costs.items():
            if any(
                len(pair) > 1 and self.count(pair) > self._few
                for pair in (left + other, other + right)
            ):
                yield other, cost

    def _between(self, left: str, right: str) -> list[str]:
        return [char for char in self._followers(left) if self.count(char + right) > self._few]

    def _find_followers(self, char: str) -> list[str]:
        first = char.encode("utf-8", "surrogatepass")
        found: dict[str, int] = {}
        for part in self._terms.parts:
            for term, place in part.segment.terms(BIGRAMS, first):
                if not term.startswith(first):
                    break
                other = term.decode("utf-8", "surrogatepass")[1]
                found[other] = found.get(other, 0) + place.df
        return [other for other, df in found.items() if df > self._few * 2]


def _makes_a_word(words: list[str], edit: Edit) -> bool:
    """Whether an edit is within a word of what it makes: ``words`` in a row."""
    at = 0
    for word in words:
        end = at + len(word)
        if edit.text:
            if at <= edit.start < end:
                return len(word) > 1
        elif at < edit.start < end:  # of what is left, both sides are one word
            return True
        at = end
    return False


def _trigrams(run: str, at: int) -> list[str]:
    """Those of ``run`` that hold the character at ``at``."""
    return [run[i : i + 3] for i in range(max(at - 2, 0), min(at, len(run) - 3) + 1)]
