"""Filters: options beside a query that select documents, turned into clauses of the query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.errors import InvalidArgument
from searcher.query.dates import LAST_DAY, DateError, read_range
from searcher.query.nodes import Boolean, DateRange, Node, Phrase, Value

_DATE = "a date such as 2002, 2002-12 or 2002-12-31"


Values = str | Iterable[str] | None


@dataclass(frozen=True, slots=True)
class Filters:
    """The options of a search that select documents. None and "" select nothing.

    ``issuer`` is the name of an organ as a facet lists it; where no document has exactly this, it
    is a part of one. ``doc_type`` is a 文种, ``region`` a part of a name. Each of the three may be
    several values, any of which is meant. ``date_from`` and ``date_to`` are dates such as 2002,
    2002-12 or 2002-12-31, of which the first and the last day are meant. A document that states
    none of what is asked for is left out.
    """

    issuer: Values = None
    doc_type: Values = None
    region: Values = None
    date_from: str | None = None
    date_to: str | None = None

    def added_to(self, query: Node) -> Node:
        """Returns ``query`` with the filters added as required clauses.

        Raises InvalidArgument for a date that cannot be read and for a value that is no string.
        """
        clauses: list[Node] = []
        if issuers := _strings("issuer", self.issuer):
            clauses.append(_one_of([Value(one, "issuer") for one in issuers]))
        if kinds := _strings("doc_type", self.doc_type):
            clauses.append(_one_of([Value(one, "type") for one in kinds]))
        if regions := _strings("region", self.region):
            clauses.append(_one_of([Phrase(one, "region") for one in regions]))
        if self.date_from or self.date_to:
            first = _days("date_from", self.date_from)[0] if self.date_from else 0
            last = _days("date_to", self.date_to)[1] if self.date_to else LAST_DAY
            clauses.append(DateRange(first, last))
        return Boolean(must=(query, *clauses)) if clauses else query


def _one_of(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Boolean(should=tuple(nodes), either=True)


def _strings(name: str, value: Values) -> list[str]:
    """Returns the values of an option that are not empty. Raises InvalidArgument."""
    if value is None or isinstance(value, str):
        return [value] if value else []
    if not isinstance(value, Iterable):
        raise InvalidArgument(name, value, "a string or several")
    return [text for one in value if (text := _string(name, one))]


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
