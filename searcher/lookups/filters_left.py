"""Which filters of a search leave nothing of what its words would find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from searcher.backends.backend import Backend
from searcher.query.nodes import Boolean, Everything, Node
from searcher.query.notices import Notice
from searcher.query.parser import to_string
from searcher.ranking.matching import is_of_document
from searcher.ranking.plan import Plan


def filters_that_leave_nothing(
    backend: Backend, plan: Callable[[Node], Plan], query: Node
) -> tuple[Notice, ...]:
    """Returns a notice for each filter without which ``query``, which finds nothing, finds some.

    Where only several of them together leave nothing, one notice names them all; none where the
    rest of the query finds nothing either. ``plan`` makes the plan of a node. Raises IndexDamaged.
    """
    clauses = _clauses(query)
    # A query that only excludes begins with everything, which is no filter.
    filters = [
        clause
        for clause in clauses
        if is_of_document(clause) and not isinstance(clause, Everything)
    ]

    def count_without(left_out: Sequence[Node]) -> int:
        kept = tuple(one for one in clauses if not any(one is other for other in left_out))
        optional = query if isinstance(query, Boolean) else Boolean(should=(query,))
        node = replace(optional, must=kept) if kept else Everything()
        return backend.carry_out(plan(node)).count()

    found = [
        Notice("nothing left", f"{to_string(one)} leaves nothing: {_without(count)}")
        for one in filters
        if (count := count_without([one]))
    ]
    if not found and len(filters) > 1 and (count := count_without(filters)):
        named = ", ".join(map(to_string, filters))
        text = f"{named} together leave nothing: {_without(count, 'them')}"
        found = [Notice("nothing left", text)]
    return tuple(found)


def _without(count: int, left_out: str = "it") -> str:
    return f"without {left_out} {count:,} {'section matches' if count == 1 else 'sections match'}"


def _clauses(query: Node) -> list[Node]:
    """Returns the clauses that must all be true, those of the query and its filters alike."""
    if not isinstance(query, Boolean):
        return [query]
    return [
        part
        for clause in query.must
        for part in (
            _clauses(clause)
            if isinstance(clause, Boolean) and clause.must and not clause.must_not
            else [clause]
        )
    ]
