"""The nodes a query is read into: `searcher.query.parser` says what they mean. All are frozen.

Nodes compare by what they mean: where they stood in the query is left out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Text:
    """Text to look for in ``field``, or in the body if that is None, and its span in the query."""

    text: str
    field: str | None = None
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


class Words(_Text):
    """Text of which any word may match; ``text`` is as written, without blanks."""

    __slots__ = ()


class Phrase(_Text):
    """The very characters of ``text``; the span includes the quotation marks."""

    __slots__ = ()


class Prefix(_Text):
    """Terms that begin with ``text``, which is without the asterisk; the span includes it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Near:
    """One of each of ``items`` (two or more), which list alternatives, close together.

    At most ``distance`` characters stand between their occurrences, in a section's stripped of
    blanks text. The alternatives have no field.
    """

    items: tuple[tuple[Words | Phrase, ...], ...]
    distance: int

    @property
    def leaves(self) -> tuple[Words | Phrase, ...]:
        """The alternatives of all items."""
        return tuple(leaf for item in self.items for leaf in item)

    @property
    def start(self) -> int:
        """Where the first one stands in the query."""
        return self.items[0][0].start


@dataclass(frozen=True, slots=True)
class DateRange:
    """Dates from ``first`` to ``last``, both included, as numbers YYYYMMDD; 0 and 99991231 open."""

    first: int
    last: int
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches whatever there is."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """All of ``must``, none of ``must_not``, and one of ``should`` at least if ``must`` is empty.

    Where ``must`` is not empty, ``should`` only ranks. The two are never both empty.
    No part is a Boolean that could be merged into this one.
    """

    must: tuple[Node, ...] = ()
    should: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()


Node = Words | Phrase | Prefix | Near | DateRange | Boolean | Everything
