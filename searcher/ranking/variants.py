"""Variants of a query: the same query with its forms replaced by synonyms.

A section that has all words and pairs of a synonym scores as if the query's own form stood there as
often as the rarest of them does, with the lower of the two forms' inverse document frequencies, as
in Lucene's SynonymQuery. The score of a section is that of its best variant, so that a form and its
synonym together count once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from searcher.ranking.plan import Term, Variant
from searcher.ranking.query_terms import QueryText, QueryTexts, as_weights, weighted_terms
from searcher.ranking.statistics import Statistics

_MOST = 16  # counting the query itself


class _Form(NamedTuple):
    """A synonym, its terms, and the number of sections that have all of the terms."""

    text: str
    terms: tuple[Term, ...]
    sections: int


def find_variants(
    texts: Sequence[tuple[QueryText, bool]], known: QueryTexts, statistics: Statistics
) -> tuple[Variant, ...]:
    """Returns the variants of a query: first each synonym alone, then several together, up to 15.

    ``texts`` are the texts that rank; a text that is sought as it stands (True) has no variants.
    ``known`` makes texts into terms. A synonym that no section has gives no variant.
    """
    choices: dict[str, list[_Form]] = {}
    for found in (one for text, exact in texts if not exact for one in text.forms):
        if found.form not in choices:
            choices[found.form] = _standing(found.others, known, statistics)
    if not choices:
        return ()
    chosen: list[dict[str, _Form]] = [{}]
    for form, others in choices.items():
        more = [{**one, form: other} for one in chosen for other in others]
        if len(chosen) + len(more) > _MOST:
            break
        chosen += more
    variants = (_variant(texts, one, known, statistics) for one in chosen[1:])
    return tuple(variant for variant in variants if variant)


def _standing(forms: Iterable[str], known: QueryTexts, statistics: Statistics) -> list[_Form]:
    """Returns those of ``forms`` that at least one section has."""
    terms = ((form, known.of(form).terms) for form in forms)
    found = (_Form(form, of, statistics.count_with_all(of)) for form, of in terms)
    return [form for form in found if form.sections]


def _variant(
    texts: Sequence[tuple[QueryText, bool]],
    chosen: Mapping[str, _Form],
    known: QueryTexts,
    statistics: Statistics,
) -> Variant | None:
    """Returns the variant with forms replaced as ``chosen`` says.

    The result is None if the query itself has all terms of a synonym already.
    """
    left = (known.of(_without(text, exact, chosen)) for text, exact in texts)
    terms = weighted_terms(left)
    names: dict[Term, str] = {}
    frequency, idf = statistics.frequency, statistics.idf
    for form, other in chosen.items():
        free = [term for term in other.terms if term not in terms]
        if not free:
            return None
        rarest = min(free, key=lambda term: (frequency(term), term))
        most = idf(other.sections)
        worth = sum(
            min(most, idf(frequency(term))) * weight
            for term, weight in known.of(form).weighted()
            if term not in terms
        )
        terms[rarest] = worth / idf(frequency(rarest))
        names[rarest] = f"{other.text} = {form}"
    forms = tuple(other.terms for other in chosen.values())
    return Variant(as_weights(terms), forms, tuple(names.items()))


def _without(text: QueryText, exact: bool, forms: Container[str]) -> str:
    """Returns a folded text with a blank in the place of each of ``forms``."""
    folded = text.folded
    for one in () if exact else reversed(text.forms):
        if one.form in forms:
            folded = f"{folded[: one.start]} {folded[one.end :]}"
    return folded
