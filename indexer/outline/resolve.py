"""Which labels are true, and under which they stand: by parents and running numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.outline.labels import Label, Style

# How far ahead the missing number of a list is looked for.
_AHEAD = 60


@dataclass(slots=True)
class Node:
    """A true label with the index of the node above it (-1 at the root)."""

    label: Label
    parent: int
    repeated: bool = False


@dataclass(slots=True)
class _Resolver:
    labels: list[Label]
    heads: list[int]
    nodes: list[Node] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)
    closed: dict[Style, tuple[int, ...]] = field(default_factory=dict)
    by_style: dict[Style, list[int]] = field(default_factory=dict)

    def run(self) -> list[Node]:
        for index, label in enumerate(self.labels):
            self.by_style.setdefault(label.style, []).append(index)
        cursor = dict.fromkeys(self.by_style, 0)
        heads = iter([*self.heads, -1])
        head = next(heads)
        for index, label in enumerate(self.labels):
            while 0 <= head < label.line:
                self.stack.clear()
                self.closed.clear()
                head = next(heads)
            cursor[label.style] += 1
            self._take(index, label, cursor[label.style])
        return self.nodes

    def _take(self, index: int, label: Label, after: int) -> None:
        depth = self._open(label.style)
        if depth >= 0:
            last = self.nodes[self.stack[depth]].label.number
            if follows(last, label.number) or self._jump(last, label, after):
                self._close(depth)
                self._push(label)
            elif label.number == (1,) and self._starts_list(label, after):
                self._close(depth)
                self._push(label)
            return
        last = self.closed.get(label.style, (0,))
        if label.number[0] == 1 or follows(last, label.number) or self._jump(last, label, after):
            self._close(self._depth_for(label, after))
            self._push(label)

    def _open(self, style: Style) -> int:
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.nodes[self.stack[depth]].label.style == style:
                return depth
        return -1

    def _depth_for(self, label: Label, after: int) -> int:
        """The depth a new list opens at: under all styles above its own."""
        for depth, node in enumerate(self.stack):
            style = self.nodes[node].label.style
            if style > label.style and not self._encloses(node, label, after):
                return depth
        return len(self.stack)

    def _encloses(self, node: int, label: Label, after: int) -> bool:
        """Whether the open ``node``, of a lower style, has its list go on after ``label``'s."""
        if label.style < Style.HAN or label.number != (1,):
            return False
        open_label = self.nodes[node].label
        for index in self.by_style[open_label.style]:
            later = self.labels[index]
            if later.start > label.start:
                return follows(open_label.number, later.number)
        return False

    def _jump(self, last: tuple[int, ...], label: Label, after: int) -> bool:
        """Whether a number that does not run on is the text's own gap."""
        if label.number[0] <= last[0]:
            return False
        if label.style == Style.ARTICLE and not label.spaced:
            return False
        wanted = last[0] + 1
        ahead = self.by_style[label.style][after : after + _AHEAD]
        for index in ahead:
            number = self.labels[index].number[0]
            if number == wanted:
                return False
            if number == 1:
                break
        return True

    def _starts_list(self, label: Label, after: int) -> bool:
        for index in self.by_style[label.style][after : after + 3]:
            if self.labels[index].number == (2,):
                return True
        return False

    def _close(self, depth: int) -> None:
        for node in self.stack[depth:]:
            label = self.nodes[node].label
            self.closed[label.style] = label.number
        del self.stack[depth:]

    def _push(self, label: Label) -> None:
        parent = self.stack[-1] if self.stack else -1
        self.nodes.append(Node(label, parent))
        self.stack.append(len(self.nodes) - 1)


def resolve(labels: list[Label], heads: list[int]) -> list[Node]:
    """Return the true labels among ``labels``, in order, as nodes of a tree.

    ``heads`` are the lines, rising, where an enclosed text with an outline of its own starts.
    """
    return _Resolver(labels, heads).run()


def follows(last: tuple[int, ...], number: tuple[int, ...]) -> bool:
    """Whether ``number`` runs on from ``last``: 17 to 18, 17 to 17之一, 17之一 to 17之二 or 18."""
    if number == (last[0] + 1,):
        return True
    if len(number) > len(last):
        return number == (*last, 1)
    return len(number) > 1 and number == (*last[: len(number) - 1], last[len(number) - 1] + 1)
