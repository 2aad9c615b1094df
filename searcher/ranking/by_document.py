"""Sections by their documents: documents as hits, and sections in the order of dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, groupby

from indexer.storage.snapshot import Snapshot
from searcher.ranking.ranker import Ranked

Scored = tuple[int, float]  # a section and its score

_SECTIONS_PER_DOCUMENT = 4  # sections looked at first for each document that is wanted


def best_documents(
    snapshot: Snapshot, found: Ranked, order: Callable[[int], list[Scored]], count: int
) -> list[int]:
    """The first ``count`` documents with a section that matches, by index in the rows.

    They come in the order of their first sections; ``order`` gives the first so many of these.
    """
    total, document_of = len(found.sections), snapshot.numbering.document_of
    looked_at = count * _SECTIONS_PER_DOCUMENT
    while True:
        documents = dict.fromkeys(document_of(section) for section, _ in order(looked_at))
        if len(documents) >= count or looked_at >= total:
            return [*documents][:count]
        looked_at *= _SECTIONS_PER_DOCUMENT


def sections_of(snapshot: Snapshot, found: Ranked, documents: list[int]) -> dict[int, list[Scored]]:
    """All sections of ``documents`` that match, best first, by document in the order given."""
    sections: dict[int, list[Scored]] = {index: [] for index in documents}
    for section, score in _inside(snapshot, found, documents).all():
        sections[snapshot.numbering.document_of(section)].append((section, score))
    return sections


def by_date(snapshot: Snapshot, found: Ranked, count: int, *, newest: bool) -> list[Scored]:
    """The first ``count`` sections that match by the date of their document, undated ones last.

    Sections of one date are in the order of their scores.
    """

    def key(index: int) -> tuple[bool, int]:
        date = int(snapshot.rows[index].date.replace("-", "") or 0)
        return not date, -date if newest else date

    counts = snapshot.numbering.counts(found.sections)
    order = sorted((index for index in range(len(counts)) if counts[index]), key=key)
    chosen: list[Scored] = []
    for _, documents in groupby(order, key):
        if len(chosen) >= count:
            break
        chosen += _inside(snapshot, found, documents).all()
    return chosen[:count]


def _inside(snapshot: Snapshot, found: Ranked, documents: Iterable[int]) -> Ranked:
    """What was found in some documents."""
    numbers = chain.from_iterable(map(snapshot.numbering.sections_of, documents))
    matched = found.sections & snapshot.terms.of_sections(numbers)
    known = {section: extra for section, extra in found.known.items() if section in matched}
    return replace(found, matched=matched, known=known)
