"""A page of a search: its sections or documents in the order in which they are shown.

By relevance this is the order after the second look (`searcher.ranking.second_look`), and every
page is a slice of that one order, whatever its ``offset`` and ``limit``. By date there is no second
look.
"""

from __future__ import annotations

from collections.abc import Iterable

from searcher.backends.backend import Findings, Scored, Sort
from searcher.ranking.plan import Plan, SectionRef
from searcher.ranking.second_look import DEPTH, Look


class Pages:
    """The pages of what a plan finds. They raise IndexDamaged."""

    def __init__(self, plan: Plan, found: Findings, sort: Sort) -> None:
        """Takes what a backend found for ``plan``, and the order of the pages."""
        self._look = Look(plan)
        self._found = found
        self._sort: Sort = sort
        self._is_looked_at = sort == "relevance" and bool(plan.evidence)

    def sections(self, offset: int, limit: int) -> list[Scored]:
        """Returns the ``limit`` sections from the ``offset``-th on."""
        end = offset + limit
        if not self._is_looked_at or offset >= DEPTH or not limit:
            return self._found.top(end, self._sort)[offset:]
        return self._found.looked_at(end, self._look)[offset:]

    def documents(self, offset: int, limit: int) -> list[list[Scored]]:
        """Returns the ``limit`` documents from the ``offset``-th on, each as all its sections.

        Documents come in the order of their best sections, and so do the sections of each.
        """
        if not self._is_looked_at or not limit:
            return self._found.documents(offset, limit, self._sort)
        first = self._found.top(DEPTH)
        again = self._found.looked_at(DEPTH, self._look)
        before, after = _documents_of(first), _documents_of(again)
        if offset >= len(after):
            return self._found.documents(offset, limit)
        # The documents of the first sections are the first ones, in another order.
        end = offset + limit
        wanted = after[offset:end]
        last = end if end > len(after) else 1 + max(map(before.index, wanted))
        found = self._found.documents(0, last)
        by_id = {sections[0].section.document: sections for sections in found}
        scores = {hit.section: hit.score for hit in again}
        chosen = [by_id[id] for id in wanted] + found[len(after) : end]
        return [_rescored(sections, scores) for sections in chosen]


def _documents_of(hits: Iterable[Scored]) -> list[str]:
    return [*dict.fromkeys(hit.section.document for hit in hits)]


def _rescored(sections: list[Scored], scores: dict[SectionRef, float]) -> list[Scored]:
    again = [Scored(hit.section, scores.get(hit.section, hit.score)) for hit in sections]
    return sorted(again, key=lambda hit: (-hit.score, hit.section))
