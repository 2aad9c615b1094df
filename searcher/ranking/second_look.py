"""The second look: the best sections are ranked again by what their own texts say.

The first pass counts the title of a document, its headings and its opening for every section of it.
So a section can come first that has few of the words itself. The second look takes the first
`DEPTH` sections of a search by relevance and adds to the score of each

    look * (the summed weights of the words of the query that stand in the section's own text)

where the weights are inverse document frequencies, scaled to add up to 1, and ``look`` is `SHARE`
of the summed inverse document frequencies of all terms of the query. So what is added depends on
the query and on the section alone, not on other sections, on filters or on the page that is shown.
A word stands in a section where its folded text holds it, in Chinese numerals where the word is a
number, or where it holds a synonym. A word that names a field (标题:) is not asked of the text.

The sections behind the first `DEPTH` keep their order, and come after them: what is added is never
negative. Equal scores come in the order of `SectionRef`\\ s. Sections that the query names stay
before all others, for `searcher.ranking.planner` makes a level worth more than all terms and the
look together.

Measured on a sample of the development halves of three judged sets (nDCG@10 as a factor of that of
the first pass, as ``tests/bench/second_look.py`` prints it), and on words drawn from sections:

    SHARE                                       0.2     0.3     0.4     0.5
    questions about laws (stard, 150)          1.026   1.040   1.041   1.029
    questions about notices (ncpqa, 165)       1.017   1.020   1.017   1.017
    lay questions, long (legalqa, 157)          .992    .988    .987    .967
    400 queries of three words of a section:
      the section is first (.557 without)       .630    .650    .667     -
      it is among ten (.845)                    .887    .897    .907     -
      the first hit has all words (.748)        .843    .873    .897     -

The worth of all terms instead of the heaviest 16 is worse for long questions (.951 at .4), and that
of 8 gains less on notices (1.015 at .3). Other features, tried alone in the place of this one and
scaled by the best score, bring at .4 on stard, ncpqa, legalqa: coverage by words 1.009 1.018 .981,
words within 60 characters 1.007 1.006 .982, coverage by count of words .999 1.016 .951, by pairs of
characters 1.001 1.015 .969, of headings and title .986 .992 1.000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from indexer.numerals import to_chinese
from indexer.text.analysis import WORDS
from searcher.query.nodes import Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking.explanation import EVIDENCE, Explanation, TermScore
from searcher.ranking.plan import Evidence, Plan
from searcher.ranking.query_terms import QueryText, QueryTexts
from searcher.ranking.statistics import Statistics

DEPTH = 100  # sections that are looked at again
SHARE = 0.4
HEAVIEST = 16  # terms of a query, whose worth is that of a good first score
_MOST_DIGITS = 8  # of a number that is also looked for in Chinese numerals

Key = TypeVar("Key")
_score = itemgetter(1)


def find_evidence(node: Node, texts: QueryTexts, statistics: Statistics) -> tuple[Evidence, ...]:
    """Returns the words that ``node`` asks for in the text of a section, each once."""
    forms: dict[str, dict[str, None]] = {}
    for text in _asked_of_texts(node, texts):
        for word in text.words:
            forms.setdefault(word, {word: None}).update(_others(word, text))
    weights = [statistics.idf(statistics.frequency((WORDS, word))) for word in forms]
    total = sum(weights)
    if not total:
        return ()
    return tuple(
        Evidence(tuple(alike), weight / total)
        for alike, weight in zip(forms.values(), weights, strict=True)
    )


def _asked_of_texts(node: Node, texts: QueryTexts) -> Iterable[QueryText]:
    """Yields the texts of a query that a section can say itself, none that are prohibited."""
    match node:
        case Boolean():
            for part in (*node.must, *node.should):
                yield from _asked_of_texts(part, texts)
        case Words(field=None | "document"):
            yield texts.asked(node.text)
        case Phrase(field=None | "document") | Prefix(field=None | "document"):
            yield texts.of(node.text)
        case Near():
            yield from (texts.of(leaf.text) for leaf in node.leaves)


def _others(word: str, text: QueryText) -> dict[str, None]:
    """Returns what a section may say in the place of a word of ``text``."""
    found: dict[str, None] = {}
    if word.isdecimal() and word.isascii() and len(word) <= _MOST_DIGITS:
        found[to_chinese(int(word))] = None
    for form in text.forms:
        if word in form.form:
            found.update(dict.fromkeys(form.others))
    return found


def look_again(
    scored: Sequence[tuple[Key, float]], added: Sequence[float], order: Callable[[Key], Any]
) -> list[tuple[Key, float]]:
    """Returns sections with the scores after the look, best first, equal ones by ``order``.

    ``scored`` are the best sections of the first pass, as a backend names them, and ``added`` has
    a number for each of the first ones; any more keep their scores and their order behind these.
    """
    again = [(section, score + more) for (section, score), more in zip(scored, added, strict=False)]
    again.sort(key=_score, reverse=True)
    ordered: list[tuple[Key, float]] = []
    for _, alike in groupby(again, _score):
        run = [*alike]
        ordered += sorted(run, key=lambda hit: order(hit[0])) if len(run) > 1 else run
    return ordered + list(scored[len(added) :])


class Look:
    """The second look of a plan: the texts it asks for, and the numbers it adds."""

    def __init__(self, plan: Plan) -> None:
        """Takes the ``evidence`` and ``look`` of ``plan``."""
        self.texts = [text for one in plan.evidence for text in one.texts]
        self._asked: list[tuple[int, float]] = []  # the bits of a word's texts, and what it adds
        first = 0
        for one in plan.evidence:
            self._asked.append(((1 << len(one.texts)) - 1 << first, one.weight * plan.look))
            first += len(one.texts)

    def added(self, bits: int) -> float:
        """Returns what is added for a section in which text ``i`` stands if bit ``i`` is set."""
        return sum((weight for asked, weight in self._asked if bits & asked), 0.0)

    def added_to_each(self, masks: Sequence[int]) -> list[float]:
        """Returns what is added for each of some sections, in their order."""
        worths = {bits: self.added(bits) for bits in {*masks}}  # many have the same words
        return [worths[bits] for bits in masks]

    def standing(self, bits: int) -> list[str]:
        """Returns the texts that stand where bit ``i`` says that text ``i`` does, each once."""
        numbered = enumerate(self.texts)
        return [*dict.fromkeys(text for number, text in numbered if bits >> number & 1)]


def explain_look(
    explained: Explanation, plan: Plan, standing: Callable[[Sequence[str]], int], score: float
) -> Explanation:
    """Returns how a section comes by ``score``, from how its first score comes about.

    ``standing`` says which of some texts stand in the section, a bit for each. A hit that was not
    looked at again, behind the first `DEPTH` or in a search by date, has its first score.
    """
    look = Look(plan)
    bits = standing(look.texts)
    added = look.added(bits)
    if not added or explained.score + added != score:
        return explained
    held = look.standing(bits)
    share = added / plan.look
    part = TermScore(EVIDENCE, " ".join(held), added, share, plan.look, len(held), 0, 0)
    return Explanation(score, (*explained.terms, part))
