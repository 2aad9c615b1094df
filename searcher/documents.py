"""Documents as hits: which come first, and which sections of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from indexer.snapshot import Snapshot
from searcher.ranking import Ranked

Scored = tuple[int, float]  # a unit and its score

_SECTIONS_PER_DOCUMENT = 4  # sections looked at first for each document that is wanted


def best_documents(
    snapshot: Snapshot, found: Ranked, order: Callable[[int], list[Scored]], count: int
) -> list[int]:
    """The first ``count`` documents with a section that matches, by index in the rows.

    They come in the order of their first sections; ``order`` gives the first so many of these.
    """
    total = len(found.units)
    looked_at = count * _SECTIONS_PER_DOCUMENT
    while True:
        documents = dict.fromkeys(snapshot.document_of(unit) for unit, _ in order(looked_at))
        if len(documents) >= count or looked_at >= total:
            return [*documents][:count]
        looked_at *= _SECTIONS_PER_DOCUMENT


def sections_of(snapshot: Snapshot, found: Ranked, documents: list[int]) -> dict[int, list[Scored]]:
    """All sections of ``documents`` that match, best first, by document in the order given."""
    inside = [unit for index in documents for unit in snapshot.numbers(index)]
    matched = found.units & snapshot.terms.of_units(inside)
    known = {unit: extra for unit, extra in found.known.items() if unit in matched}
    sections: dict[int, list[Scored]] = {index: [] for index in documents}
    for unit, score in replace(found, matched=matched, known=known).all():
        sections[snapshot.document_of(unit)].append((unit, score))
    return sections
