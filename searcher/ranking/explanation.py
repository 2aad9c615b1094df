"""The explanation of a score as the sum of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from searcher.ranking.plan import Plan, Target, Variant, Weights

# In the explanation of a score, these values stand in the place of a field.
KNOWN, SYNONYM, EVIDENCE = "known", "synonym", "evidence"


@dataclass(frozen=True, slots=True)
class TermScore:
    """The part of a score that one term adds, and the values it is computed from.

    ``field`` is "words" or "bigrams". ``frequency`` is the number of occurrences, each weighted by
    its place (body, title or heading). ``document_frequency`` is the number of sections with the
    term. ``idf`` includes the weight of the term in the query.

    If ``field`` is "known", ``term`` is the document or article that the query names, which adds
    ``frequency`` times ``idf``. If it is "synonym", ``term`` shows the form found in the section
    and the form of the query it stands for: 最低生活保障 = 低保.
    If it is "evidence", the part is added by the second look (`searcher.ranking.second_look`):
    ``term`` shows the words of the query that stand in the section's own text, and
    ``document_frequency`` is their number. ``frequency``, from 0 to 1, is their share of the query;
    ``idf`` is the part of a section with all words.
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
    """A score and its parts, in the order in which they are added up."""

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
    """Returns the explanation of a section's score.

    ``score`` returns the parts that weighted terms add to the section's score, in the order in
    which they are added. ``has_forms`` returns True if a variant ranks the section. ``target`` is
    the target that the section counts in, if any.
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
    """Returns the scores added one by one: since Python 3.12, sum() rounds differently."""
    total = 0.0
    for part in explained:
        total += part.score
    return total
