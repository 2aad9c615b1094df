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
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from indexer.numerals import to_chinese
from indexer.text.analysis import WORDS
from searcher.query.nodes import Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking.explanation import EVIDENCE, Explanation, TermScore
from searcher.ranking.plan import Evidence, Plan, SectionRef
from searcher.ranking.query_terms import QueryText, QueryTexts
from searcher.ranking.statistics import Statistics

DEPTH = 100  # sections that are looked at again
SHARE = 0.3
HEAVIEST = 16  # terms of a query, whose worth is that of a good first score
_MOST_DIGITS = 8  # of a number that is also looked for in Chinese numerals

# Which of some texts stand in some sections: for each section a number, bit ``i`` for text ``i``.
Standing = Callable[[Sequence[SectionRef], Sequence[str]], Sequence[int]]


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
    scored: Sequence[tuple[SectionRef, float]], plan: Plan, standing: Standing
) -> list[tuple[SectionRef, float]]:
    """Returns the first sections of a search by relevance with their scores after the look.

    ``scored`` are the best sections of the first pass, at most `DEPTH` are looked at; any more keep
    their order behind these. Raises what ``standing`` does.
    """
    first, rest = scored[:DEPTH], scored[DEPTH:]
    added = added_by_look([section for section, _ in first], plan, standing)
    again = [(section, score + more) for (section, score), more in zip(first, added, strict=True)]
    again.sort(key=lambda hit: (-hit[1], hit[0]))
    return [*again, *rest]


def added_by_look(sections: Sequence[SectionRef], plan: Plan, standing: Standing) -> list[float]:
    """Returns what the look adds to the score of each of ``sections``: 0 up to ``plan.look``."""
    if not plan.evidence or not sections:
        return [0.0] * len(sections)
    texts = [text for one in plan.evidence for text in one.texts]
    asked: list[tuple[int, float]] = []  # the bits of a word's texts, and its weight
    first = 0
    for one in plan.evidence:
        asked.append(((1 << len(one.texts)) - 1 << first, one.weight * plan.look))
        first += len(one.texts)
    known: dict[int, float] = {}  # many sections have the same words
    added: list[float] = []
    for mask in standing(sections, texts):
        if mask not in known:
            known[mask] = sum((weight for bits, weight in asked if mask & bits), 0.0)
        added.append(known[mask])
    return added


def explain_look(
    explained: Explanation, plan: Plan, section: SectionRef, standing: Standing, score: float
) -> Explanation:
    """Returns how a section comes by ``score``, from how its first score comes about.

    A hit that was not looked at again, behind the first `DEPTH` or in a search by date, has its
    first score. Raises what ``standing`` does.
    """
    (added,) = added_by_look([section], plan, standing)
    if not added or explained.score + added != score:
        return explained
    words = [one.texts for one in plan.evidence]
    masks = [standing([section], texts)[0] for texts in words]
    held = [
        next(text for bit, text in enumerate(texts) if mask >> bit & 1)
        for texts, mask in zip(words, masks, strict=True)
        if mask
    ]
    part = TermScore(EVIDENCE, " ".join(held), added, added / plan.look, plan.look, len(held), 0, 0)
    return Explanation(score, (*explained.terms, part))
