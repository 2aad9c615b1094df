"""Decides which labels are real and how they are nested, by parents and running numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from indexer.documents.labels import Label, Style, cites
from indexer.documents.lexicon import CLAUSE_ENDS

# How many labels ahead a number that is missing is looked for.
_AHEAD = 60
# A gap in the numbers that lost lines may leave; a wider one needs a longer run behind it.
_GAP = 5
_RUN = 8

_DECIMALS = (Style.DECIMAL, Style.SUBDECIMAL)
_COUNTED = (*_DECIMALS, Style.CLAUSE, Style.ARABIC)


class Node(NamedTuple):
    """A true label with the index of the node above it (-1 at the root)."""

    label: Label
    parent: int


@dataclass(slots=True)
class _Open:
    """A list that is being read: its style, the number reached, the node that holds it."""

    style: Style
    number: tuple[int, ...]
    node: int
    depth: int


@dataclass(slots=True)
class _Resolver:
    labels: list[Label]
    nodes: list[Node] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    closed: dict[Style, tuple[int, ...]] = field(default_factory=dict)
    inside: set[tuple[Style, Style]] = field(default_factory=set)

    def start_afresh(self) -> None:
        self.stack.clear()
        self.closed.clear()
        self.inside.clear()

    def take(self, index: int) -> None:
        """Accepts the label at ``index`` if its number fits an open list; skips it otherwise."""
        label = self._styled(index)
        if label.depth:
            self._close(self._marked_depth(label.depth))
            self._push(label)
            return
        if label.number == (0,):
            if self._has_articles(index) and self._carries_on(index):
                self._close(0)
                self._push(label)
            return
        if label.style in _DECIMALS:
            self._take_decimal(index, label)
            return
        depth = self._find(label.style)
        if depth < 0:
            if self._begins(index, label):
                self._close(self._place(index, label))
                self._push(label)
        elif self._goes_on(index, label, self.stack[depth].number):
            self._close(depth)
            self._push(label)

    def _styled(self, index: int) -> Label:
        """Read （一） that stands over articles as what it is."""
        label = self.labels[index]
        if label.style != Style.PAREN_HAN or index + 1 == len(self.labels):
            return label
        if self.labels[index + 1].style != Style.ARTICLE or label.rest[-1:] in CLAUSE_ENDS:
            return label
        first = label.number == (1,)
        known = self.closed.get(Style.GROUP, (0,))
        depth = self._find(Style.GROUP)
        last = self.stack[depth].number if depth >= 0 else known
        if first or (last != (0,) and follows(last, label.number)):
            return label._replace(style=Style.GROUP)
        return label

    def _take_decimal(self, index: int, label: Label) -> None:
        """1.1 and 1.1.1 say themselves where they belong: under the open 1 and 1.1."""
        for length in range(len(label.number) - 1, 0, -1):
            for depth in range(len(self.stack) - 1, -1, -1):
                above = self.stack[depth]
                if above.number == label.number[:length] and above.style in _COUNTED:
                    self._close(depth + 1)
                    self._push(label)
                    return
        near = self.labels[index + 1 : index + 2]
        if near and near[0].style in _DECIMALS and follows(label.number, near[0].number):
            depth = self._find(label.style)
            self._close(depth if depth >= 0 else self._place(index, label))
            self._push(label)

    def _find(self, style: Style) -> int:
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].style == style:
                return depth
        return -1

    def _marked_depth(self, rank: int) -> int:
        for depth, item in enumerate(self.stack):
            if item.depth >= rank or not item.depth:
                return depth
        return len(self.stack)

    def _begins(self, index: int, label: Label) -> bool:
        """Returns True if a list of a style that is not open may start or go on with ``label``."""
        last = self.closed.get(label.style)
        if last and follows(last, label.number):
            return True
        if label.number[0] == 1:
            return not cites(label)
        if label.style <= Style.DIVISION:
            return not cites(label) and self._carries_on(index)
        if label.style == Style.ARTICLE:
            return label.spaced and self._skips(index, label, last or (0,))
        if label.style == Style.PAREN_HAN:  # the head of its list was lost
            return not cites(label)
        return self._skips(index, label, (0,))

    def _goes_on(self, index: int, label: Label, last: tuple[int, ...]) -> bool:
        """Returns True if ``label`` is the next of the open list that has come to ``last``."""
        if follows(last, label.number):
            return True
        if label.number == (1,):
            return not cites(label) and (
                label.style <= Style.DIVISION or self._ahead(index, label, 2)
            )
        if label.style <= Style.DIVISION:
            return not cites(label) and self._carries_on(index)
        if label.style == Style.ARTICLE and not label.spaced:
            return False
        return self._skips(index, label, last)

    def _place(self, index: int, label: Label) -> int:
        """The depth a new list opens at: under the styles above its own, and what encloses it."""
        if label.led and label.number == (1,) and label.style >= Style.HAN:
            return len(self.stack)
        for depth, item in enumerate(self.stack):
            if item.style > label.style and not item.depth and not self._encloses(index, item):
                return depth
        return len(self.stack)

    def _encloses(self, index: int, item: _Open) -> bool:
        """Returns True if the open list ``item``, of a lower style, holds one begun at ``index``.

        It does where it goes on behind it; what a text does once it does to its end.
        """
        label = self.labels[index]
        if label.style < Style.HAN or label.number != (1,):
            return False
        pair = (label.style, item.style)
        if pair not in self.inside and self._outlives(index, item):
            self.inside.add(pair)
        return pair in self.inside

    def _outlives(self, index: int, item: _Open) -> bool:
        for later in self.labels[index + 1 : index + 1 + _AHEAD]:
            if later.style == item.style:
                return follows(item.number, later.number)
            if later.style < self.labels[index].style:
                return False
        return False

    def _carries_on(self, index: int) -> bool:
        """Returns True if the articles behind a 章 or 节 run on from those before it."""
        open_at = self._find(Style.ARTICLE)
        known = self.closed.get(Style.ARTICLE, (0,))
        last = self.stack[open_at].number if open_at >= 0 else known
        for later in self.labels[index + 1 : index + 4]:
            if later.style == Style.ARTICLE:
                gap = later.number[0] - last[0]
                return 0 < gap <= _GAP or later.number == (1,)
        return not self._has_articles(index)

    def _has_articles(self, index: int) -> bool:
        near = self.labels[index + 1 : index + 2]
        return (
            Style.ARTICLE in self.closed
            or self._find(Style.ARTICLE) >= 0
            or any(label.style == Style.ARTICLE for label in near)
        )

    def _skips(self, index: int, label: Label, last: tuple[int, ...]) -> bool:
        """Returns True if a number that does not run on is a gap of the text itself."""
        gap = label.number[0] - last[0]
        if gap <= 0 or cites(label):
            return False
        run = 1
        for later in self.labels[index + 1 : index + 1 + _AHEAD]:
            if later.style == label.style:
                if later.number[0] == last[0] + 1:
                    return False
                if later.number[0] == 1:
                    break
                if later.number[0] == label.number[0] + run:
                    run += 1
            elif later.style < label.style:
                break
        return gap <= _GAP or run >= _RUN or (last == (0,) and run >= 2)

    def _ahead(self, index: int, label: Label, number: int) -> bool:
        same = 0
        for later in self.labels[index + 1 : index + 1 + _AHEAD]:
            if later.style == label.style:
                if later.number == (number,):
                    return True
                same += 1
                if same == 3:
                    break
        return False

    def _close(self, depth: int) -> None:
        for item in self.stack[depth:]:
            self.closed[item.style] = item.number
        del self.stack[depth:]

    def _push(self, label: Label) -> None:
        parent = self.stack[-1].node if self.stack else -1
        self.nodes.append(Node(label, parent))
        self.stack.append(_Open(label.style, label.number, len(self.nodes) - 1, label.depth))


def resolve(labels: list[Label], breaks: list[int]) -> list[Node]:
    """Returns the true labels among ``labels``, in order, as nodes of a tree.

    ``breaks`` are the lines, rising, behind which another text with numbers of its own may start.
    """
    resolver = _Resolver(labels)
    pending = iter(breaks)
    line = next(pending, None)
    for index, label in enumerate(labels):
        while line is not None and line < label.line:
            resolver.start_afresh()
            line = next(pending, None)
        resolver.take(index)
    return resolver.nodes


def follows(last: tuple[int, ...], number: tuple[int, ...]) -> bool:
    """Returns True if ``number`` follows ``last``: 17 to 18 or 17之一, 17之一 to 17之二."""
    if number == (last[0] + 1,):
        return True
    if len(number) > len(last):
        return number == (*last, 1)
    return len(number) > 1 and number == (*last[: len(number) - 1], last[len(number) - 1] + 1)
