"""Spelling correction: a noisy channel over the language model of an index.

A slip turns the intended text into the typed one. The best correction is the text that gains most
in likelihood (`searcher.suggestions.language_model`) minus the cost of the slip (Kernighan, Church
and Gale, 1990). Only suspicious characters are corrected: those that belong to no usual word and to
no three characters that the index has. Most correct texts have none and only need to be cut into
words. Costs and limits were measured with `tests/bench/spelling.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer.text.folding import HAN
from searcher.suggestions.language_model import LanguageModel
from searcher.suggestions.pinyin import (
    characters_read,
    characters_sounding_like,
    syllables_of,
)
from searcher.suggestions.similar_shapes import similar_shapes

_RUN = re.compile(f"[{HAN}]{{2,}}(?![\\[〔])")  # not the code of a 文号: it makes no words
LONG = 8  # characters; so long a text stands in an index neither by chance nor by a slip
_MAX_LENGTH = 200  # characters of a text that are looked at
_MAX_PLACES = 4  # suspicious characters of a text that are looked at
_MAX_WEIGHED = 6  # corrections of a run that are weighed exactly
_MAX_SHORT = 16  # characters of a run; in longer ones only the likeliest slips are sought
_BEAM = 30  # beginnings of a text in pinyin that are continued

# The cost of a slip, in nats, as gains in likelihood are.
_SAME_SOUND, _SAME_SHAPE, _LIKE_SOUND = 6.0, 6.0, 8.0
_SWAPPED, _DOUBLED, _EXTRA, _MISSING = 8.0, 6.0, 16.0, 10.0
_NO_WORD = 4.0  # added where the corrected text is part of no word
_LEAST_GAIN = 5.0  # above the cost; more in long runs, where more corrections are tried
_USUAL_RUN = 8  # characters
_SURE_GAIN = 12.0  # enough for a word whose neighbours the index never saw
_RARE_WORD = -12.0  # the likelihood of a word that is no more usual than a slip


class _Edit(NamedTuple):
    """A slip undone: ``text`` replaces the characters ``start`` to ``end`` of a run, at a cost."""

    start: int
    end: int
    text: str
    cost: float

    def apply(self, run: str) -> str:
        return run[: self.start] + self.text + run[self.end :]


@dataclass(frozen=True, slots=True)
class Correction:
    """``text`` in the place of the characters ``start`` to ``end`` of the typed text.

    ``gain`` is the gain in likelihood minus the cost of the slip, in nats.
    """

    start: int
    end: int
    text: str
    gain: float


class Speller:
    """Corrects folded texts without blanks by a language model. Threads may share it."""

    def __init__(self, language: LanguageModel) -> None:
        self._language = language

    def correct(self, text: str) -> list[Correction]:
        """Returns the corrections of one slip in ``text``, the likeliest first.

        The list is empty if the text looks right.
        """
        runs = [(run.start(), run[0]) for run in _RUN.finditer(text[:_MAX_LENGTH])]
        odd = [
            (likely, number, at)
            for number, (_, run) in enumerate(runs)
            for at, likely in self._suspicious(run).items()
        ]
        places: dict[int, list[int]] = {}
        for _, number, at in sorted(odd)[:_MAX_PLACES]:
            places.setdefault(number, []).append(at)
        found = [
            Correction(runs[number][0] + edit.start, runs[number][0] + edit.end, edit.text, gain)
            for number in places
            for edit, gain in self._correct(runs[number][1], places[number])
        ]
        return sorted(found, key=lambda one: -one.gain)

    def spoken(self, syllables: Sequence[str]) -> list[str]:
        """Returns the texts of the index that can be read as ``syllables``, the likeliest first.

        There must be at least two syllables.
        """
        language = self._language
        beam = dict.fromkeys(characters_read(syllables[0]), 0.0)
        for syllable in syllables[1:]:
            grown = {
                text + char: gain + math.log(seen)
                for text, gain in beam.items()
                for char in characters_read(syllable)
                if (seen := language.count(text[-1] + char))
            }
            beam = {text: grown[text] for text in sorted(grown, key=lambda t: -grown[t])[:_BEAM]}
        likely = {
            text: language.of_words(language.cut(text)) + language.of_characters(text, 0, len(text))
            for text in beam
            if language.count(text)
        }
        return sorted(likely, key=lambda text: -likely[text])

    # --- suspicious characters ------------------------------------------------------------------

    def _suspicious(self, run: str) -> dict[int, float]:
        """Returns the offsets of ``run`` that look wrong, with the likelihood of the word there."""
        places = {at: -math.inf for at in range(len(run) - 1) if run[at] == run[at + 1]}
        words = self._language.cut(run)
        at = 0
        for number, word in enumerate(words):
            beside = words[max(number - 1, 0) : number + 2 : 2]
            if self._is_odd(run, at, word, beside):
                likely = self._language.word(word)
                places |= dict.fromkeys(range(at, at + len(word)), likely)
            at += len(word)
        if places and len(run) >= LONG and self._language.count(run):
            return {}
        oddest = sorted(places.items(), key=lambda place: place[1])[: 2 * _MAX_PLACES]
        return {at: likely for at, likely in oddest if not self._is_attested(run, at)}

    def _is_odd(self, run: str, at: int, word: str, beside: Sequence[str]) -> bool:
        language = self._language
        if len(word) > 1:
            return language.word(word) < _RARE_WORD and language.sections(word) <= language.few / 2
        pairs = [run[i : i + 2] for i in (at - 1, at) if 0 <= i < len(run) - 1]
        return any(len(other) == 1 for other in beside) or any(
            language.count(pair) <= language.few for pair in pairs
        )

    def _is_attested(self, run: str, at: int) -> bool:
        """Returns True if the index has most threes around an offset, and not by chance."""
        around = _threes(run, at)
        return sum(map(self._is_usual, around)) > len(around) / 2

    def _is_usual(self, three: str) -> bool:
        count, few = self._language.count, self._language.few
        return all(count(text) > few for text in (three[:2], three[1:], three))

    # --- corrections ----------------------------------------------------------------------------

    def _correct(self, run: str, places: Sequence[int]) -> list[tuple[_Edit, float]]:
        language = self._language
        before = language.of_words(language.cut(run))
        gains: dict[_Edit, float] = {}  # by words alone
        rough: dict[_Edit, float] = {}
        wordless = set()
        for edit in self._edits(run, places):
            words = language.cut(edit.apply(run))
            if not _makes_a_word(words, edit):
                if edit.cost == _EXTRA:
                    continue
                wordless.add(edit)
            gains[edit] = language.of_words(words) - before - edit.cost
            rough[edit] = gains[edit] + self._of_pairs(run, edit) - _NO_WORD * (edit in wordless)
        weighed = []
        for edit in sorted(rough, key=lambda edit: -rough[edit])[:_MAX_WEIGHED]:
            gain = gains[edit] + self._of_characters(run, edit)
            if self._is_convincing(run, edit, gain, makes_a_word=edit not in wordless):
                weighed.append((edit, gain))
        return weighed

    def _of_pairs(self, run: str, edit: _Edit) -> float:
        first, last = max(edit.start - 1, 0), min(edit.end + 1, len(run))
        after = run[first : edit.start] + edit.text + run[edit.end : last]
        return self._language.of_pairs(after) - self._language.of_pairs(run[first:last])

    def _of_characters(self, run: str, edit: _Edit) -> float:
        """Returns the gain in likelihood of the edited characters and the two after them."""
        likely = self._language.of_characters
        end = edit.start + len(edit.text)
        return likely(edit.apply(run), edit.start, end + 2) - likely(run, edit.start, edit.end + 2)

    def _is_convincing(self, run: str, edit: _Edit, gain: float, *, makes_a_word: bool) -> bool:
        if gain <= _LEAST_GAIN + 1.5 * math.log(max(1.0, len(run) / _USUAL_RUN)):
            return False
        if makes_a_word and gain > _SURE_GAIN:
            return True
        threes = _threes(edit.apply(run), edit.start)
        needed = self._language.few * (0.2 if makes_a_word else 5)
        return not threes or max(map(self._language.count, threes)) > needed

    def _edits(self, run: str, places: Sequence[int]) -> Iterator[_Edit]:
        for at in places:
            for other, cost in self._instead(run, at):
                yield _Edit(at, at + 1, other, cost)
            if 0 < at < len(run) - 1:
                doubled = run[at] in run[at - 1 : at + 2 : 2]
                yield _Edit(at, at + 1, "", _DOUBLED if doubled else _EXTRA)
        for at in dict.fromkeys(place + i for place in places for i in (-1, 0, 1)):
            if 0 <= at < len(run) - 1:
                yield _Edit(at, at + 2, run[at + 1] + run[at], _SWAPPED)
        for at in places[:1] if len(run) <= _MAX_SHORT else ():
            for gap in (at, at + 1):
                for char in self._missing(run, gap):
                    yield _Edit(gap, gap, char, _MISSING)

    def _instead(self, run: str, at: int) -> Iterator[tuple[str, float]]:
        """Yields the characters that may have been intended at an offset, each with its cost.

        The index must have the character next to one of its neighbours.
        """
        costs: dict[str, float] = {}
        for syllable in syllables_of(run[at]) if len(run) <= _MAX_SHORT else ():
            costs |= dict.fromkeys(characters_sounding_like(syllable), _LIKE_SOUND)
        costs |= dict.fromkeys(similar_shapes(run[at]), _SAME_SHAPE)
        for syllable in syllables_of(run[at]):
            costs |= dict.fromkeys(characters_read(syllable), _SAME_SOUND)
        costs.pop(run[at], None)
        for other, cost in costs.items():
            pairs = (run[max(at - 1, 0) : at] + other, other + run[at + 1 : at + 2])
            if any(len(p) == 2 and self._language.count(p) > self._language.few for p in pairs):
                yield other, cost

    def _missing(self, run: str, gap: int) -> list[str]:
        """Returns the characters that may be missing before the one at ``gap``."""
        language = self._language
        if not 0 < gap < len(run) or language.count(run[gap - 1 : gap + 1]) > 4 * language.few:
            return []
        behind = language.followers(run[gap - 1])
        return [char for char in behind if language.count(char + run[gap]) > language.few]


def _makes_a_word(words: Sequence[str], edit: _Edit) -> bool:
    """Returns True if one of ``words`` has the edited text, or both sides that it joins."""
    at = 0
    for word in words:
        if at <= edit.start < at + len(word):
            return len(word) > 1 and (bool(edit.text) or at < edit.start)
        at += len(word)
    return False


def _threes(run: str, at: int) -> list[str]:
    """Returns the groups of three characters of ``run`` that include the one at ``at``."""
    return [run[i : i + 3] for i in range(max(at - 2, 0), min(at, len(run) - 3) + 1)]
