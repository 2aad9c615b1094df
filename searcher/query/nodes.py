"""The frozen nodes that a query is parsed into; `searcher/query/README.md` explains their meaning.

Nodes compare by their meaning: their positions in the query do not count.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to look for in ``field``, or in sections if ``field`` is None.

    ``start`` and ``end`` are its span in the query.
    """

    text: str
    field: str | None = None
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


class Words(_Text):
    """A text any of whose words may match; ``text`` is as written and has no blanks."""

    __slots__ = ()


class Phrase(_Text):
    """The exact characters of ``text``; the span includes the quotation marks."""

    __slots__ = ()


class Prefix(_Text):
    """The beginning of a word: the span includes the asterisk, ``text`` does not."""

    __slots__ = ()


class Value(_Text):
    """A value of ``field`` as a facet lists it. Filters beside a query make it, no query does."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Near:
    """Two or more ``items`` close together; each item is a tuple of alternatives.

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
        """The offset in the query at which the first alternative starts."""
        return self.items[0][0].start


@dataclass(frozen=True, slots=True)
class DateRange:
    """The dates ``first`` to ``last`` (YYYYMMDD), both included; 0 and 99991231 are open ends."""

    first: int
    last: int
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every section of the index matches."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """Matches if all of ``must`` match and none of ``must_not`` does.

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
