"""The explanation of a score: the parts it is the sum of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from searcher.ranking.plan import Plan, Target, Variant, Weights

# These stand in the place of a field where a score is explained.
KNOWN, SYNONYM, EVIDENCE = "known", "synonym", "evidence"


@dataclass(frozen=True, slots=True)
class TermScore:
    """The part of a score that one term adds, and what it is computed from.

    ``field`` is "words" or "bigrams"; ``frequency`` is weighted by where the term stands;
    ``document_frequency`` counts the sections that have it; ``idf`` includes the weight the term
    has in the query. Where ``field`` is "known", ``term`` is what the query names, which adds
    ``frequency`` times ``idf``; where it is "synonym", ``term`` is the form that stands there, and
    what it stands for: 最低生活保障 = 低保. Where it is "evidence", the part is what the second
    look adds (`searcher.ranking.second_look`): ``term`` has the words of the query that stand in
    the section's own text, ``document_frequency`` of them, and ``frequency``, from 0 to 1, says
    how much of the query they are; ``idf`` is added for all of it.
    """

    field: str
    term: str
    score: float
    frequency: float
    idf: float
    document_frequency: int
    length: float
    average_length: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score and the parts it is the sum of, added in order."""

    score: float
    terms: tuple[TermScore, ...]

    def __str__(self) -> str:
        lines = map(_line, sorted(self.terms, key=lambda part: -part.score))
        return "\n".join((f"{self.score:.4f} = sum of {len(self.terms)} terms", *lines))


def _line(part: TermScore) -> str:
    """Returns a part of a score as people read it."""
    if part.field == KNOWN:
        about = "named by the query"
    elif part.field == EVIDENCE:
        about = f"evidence: {part.frequency:.0%} of the query stands in the section's own text"
    else:
        about = (
            f"{part.field}, tf {part.frequency:g}, "
            f"in {part.document_frequency} sections, idf {part.idf:.3f}, "
            f"length {part.length:g} of {part.average_length:.0f}"
        )
    return f"  {part.score:8.4f}  {part.term}  ({about})"


def explain_section(
    plan: Plan,
    score: Callable[[Weights], Sequence[TermScore]],
    has_forms: Callable[[Variant], bool],
    target: Target | None,
) -> Explanation:
    """Returns how a section comes by its score.

    ``score`` gives the parts that weighted terms add to its score, in the order in which they are
    added; ``has_forms`` says if a variant ranks it; ``target`` is the one it counts in, if any.
    """
    ways = [list(score(plan.terms))]
    for variant in plan.variants:
        if has_forms(variant):
            names = dict(variant.names)
            ways.append([_named(part, names) for part in score(variant.terms)])
    explained = max(ways, key=_total)
    if target is not None:
        extra, size = plan.step * target.level, len(target.places)
        known = TermScore(KNOWN, target.name, extra, target.level, plan.step, size, 0, 0)
        explained.append(known)
    return Explanation(_total(explained), tuple(explained))


def _named(part: TermScore, names: dict[tuple[str, str], str]) -> TermScore:
    name = names.get((part.field, part.term))
    return part if name is None else replace(part, field=SYNONYM, term=name)


def _total(explained: Iterable[TermScore]) -> float:
    """Returns the sum as scores are added; since Python 3.12 sum() rounds otherwise."""
    total = 0.0
    for part in explained:
        total += part.score
    return total
