"""Filters: options beside a query that select documents, turned into clauses of the query."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.errors import InvalidArgument
from searcher.query.dates import LAST_DAY, DateError, read_range
from searcher.query.nodes import Boolean, DateRange, Node, Phrase, Words

_DATE = "a date such as 2002, 2002-12 or 2002-12-31"


@dataclass(frozen=True, slots=True)
class Filters:
    """The options of a search that select documents. None and "" select nothing.

    ``issuer`` and ``region`` are parts of a name, ``doc_type`` is a 文种. ``date_from`` and
    ``date_to`` are dates such as 2002, 2002-12 or 2002-12-31: the range reaches from the first day
    of the one to the last day of the other. A document that does not state a fact that is asked
    for is left out.
    """

    issuer: str | None = None
    doc_type: str | None = None
    region: str | None = None
    date_from: str | None = None
    date_to: str | None = None

    def added_to(self, query: Node) -> Node:
        """Returns ``query`` with the filters added as required clauses.

        Raises InvalidArgument for a date that cannot be read and for a value that is no string.
        """
        clauses: list[Node] = []
        if self.issuer:
            clauses.append(Words(_string("issuer", self.issuer), "issuer"))
        if self.doc_type:
            clauses.append(Phrase(_string("doc_type", self.doc_type), "type"))
        if self.region:
            clauses.append(Phrase(_string("region", self.region), "region"))
        if self.date_from or self.date_to:
            first = _days("date_from", self.date_from)[0] if self.date_from else 0
            last = _days("date_to", self.date_to)[1] if self.date_to else LAST_DAY
            clauses.append(DateRange(first, last))
        return Boolean(must=(query, *clauses)) if clauses else query


def _string(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise InvalidArgument(name, value, "a string")


def _days(name: str, value: object) -> tuple[int, int]:
    """Returns the first and the last day of an option's date, as numbers YYYYMMDD."""
    try:
        return read_range(_string(name, value))
    except DateError:
        raise InvalidArgument(name, value, _DATE) from None
