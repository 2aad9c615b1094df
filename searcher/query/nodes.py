"""The nodes a query is read into: `searcher/query/README.md` says what they mean. All are frozen.

Nodes compare by what they mean: where they stood in the query is left out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to look for in ``field``, or in sections if that is None; its span in the query."""

    text: str
    field: str | None = None
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


class Words(_Text):
    """A text of which any word may match; ``text`` is as written, without blanks."""

    __slots__ = ()


class Phrase(_Text):
    """The very characters of ``text``; the span includes the quotation marks."""

    __slots__ = ()


class Prefix(_Text):
    """A beginning of terms: ``text`` is without the asterisk; the span includes it."""

    __slots__ = ()


class Value(_Text):
    """A value of ``field`` as a facet lists it. Filters beside a query make it, no query does."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Near:
    """Several ``items`` (two or more) close together, each of which lists its alternatives.

    At most ``distance`` characters stand between their occurrences, in the text of a section
    without blanks. The alternatives have no field.
    """

    items: tuple[tuple[Words | Phrase, ...], ...]
    distance: int

    @property
    def leaves(self) -> tuple[Words | Phrase, ...]:
        """The alternatives of all items."""
        return tuple(leaf for item in self.items for leaf in item)

    @property
    def start(self) -> int:
        """The place in the query where the first one stands."""
        return self.items[0][0].start


@dataclass(frozen=True, slots=True)
class DateRange:
    """The dates from ``first`` to ``last``, both included: YYYYMMDD; 0 and 99991231 are open."""

    first: int
    last: int
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Everything:
    """The whole index: every section matches."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """A combination: all of ``must``, none of ``must_not``, and without ``must`` one of ``should``.

    Where ``must`` is not empty, ``should`` only ranks. The two are never both empty.
    No part is a Boolean that could be merged into this one. ``either`` says that OR stands between
    parts of ``should``: one of them is all that is asked for, while words side by side are asked
    for together, though one of them is enough for a match.
    """

    must: tuple[Node, ...] = ()
    should: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()
    either: bool = dataclasses.field(default=False, compare=False)


Node = Words | Phrase | Prefix | Value | Near | DateRange | Boolean | Everything
