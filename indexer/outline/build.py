"""Put the outline together: frame, tree, headings, anchors, passages."""

from __future__ import annotations

from bisect import bisect_left

from indexer.document import Kind, Section, Span
from indexer.outline.anchors import Anchors
from indexer.outline.frame import Mark, frame
from indexer.outline.headings import heading_of
from indexer.outline.labels import Label, Style, labels
from indexer.outline.lines import Line, lines
from indexer.outline.passages import with_passages
from indexer.outline.resolve import Node, resolve
from indexer.repeats import Repeat, find_repeats, with_repeats

_KINDS: dict[Style, Kind] = {
    Style.PART: "part",
    Style.SUBPART: "part",
    Style.CHAPTER: "chapter",
    Style.DIVISION: "division",
    Style.ARTICLE: "article",
    Style.PAREN_ARABIC: "item",
    Style.CIRCLED: "item",
}


def outline(text: str) -> tuple[Section, ...]:
    """Return the sections of ``text`` in reading order; their spans tile it exactly.

    Every text has an outline; the empty one has none. Linear time.
    """
    if not text:
        return ()
    repeats = find_repeats(text)
    rows, copies = _without_copies(lines(text), repeats)
    possible = labels(rows)
    around = frame(rows, possible)
    kept = [label for index, label in enumerate(possible) if index not in around.dropped]
    nodes = resolve(kept, [mark.line for mark in around.marks if mark.kind == "attachment"])
    events: list[tuple[int, Mark | Node]] = [(start, mark) for start, mark in copies]
    events += [(rows[mark.line].start, mark) for mark in around.marks]
    events += [(node.label.start, node) for node in nodes]
    return tuple(with_repeats(text, with_passages(text, _assemble(text, rows, events)), repeats))


def _without_copies(
    rows: list[Line], repeats: tuple[Repeat, ...]
) -> tuple[list[Line], list[tuple[int, Mark]]]:
    """Take the lines of copies out of ``rows``; mark where these start and the text goes on."""
    marks: list[tuple[int, Mark]] = []
    starts = [row.start for row in rows]
    for repeat in reversed(repeats):
        first = bisect_left(starts, repeat.copy.start)
        last = bisect_left(starts, repeat.copy.end)
        if last < len(rows):
            marks.append((starts[last], Mark("passage", -1)))
        marks.append((starts[first], Mark("repeat", -1)))
        del rows[first:last]
        del starts[first:last]
    return rows, marks


def _assemble(text: str, rows: list[Line], events: list[tuple[int, Mark | Node]]) -> list[Section]:
    events = _settled(events)
    ends = [start for start, _ in events[1:]] + [len(text)]
    anchors = Anchors()
    sections: list[Section] = []
    place: dict[int, int] = {-1: -1}
    root = -1
    count = 0
    for (start, event), end in zip(events, ends, strict=True):
        span = Span(start, end)
        if isinstance(event, Mark):
            if event.kind == "attachment":
                root = len(sections)
            parent = -1 if event.kind in ("attachment", "repeat") else root
            above = sections[parent] if parent >= 0 else None
            sections.append(_unlabelled(event, span, parent, above, anchors))
            continue
        parent = place[event.parent] if event.parent >= 0 else root
        place[count] = len(sections)
        count += 1
        above = sections[parent] if parent >= 0 else None
        label = event.label
        kind = _kind(label, above)
        following = rows[label.line + 1].text if label.line + 1 < len(rows) else ""
        path = (*above.path, label.name) if above else (label.name,)
        sections.append(
            Section(
                kind=kind,
                label=text[start : label.end],
                path=path,
                heading=heading_of(label, following),
                span=span,
                anchor=anchors.labelled(label, kind, above),
                parent=parent,
            )
        )
    return sections


def _settled(events: list[tuple[int, Mark | Node]]) -> list[tuple[int, Mark | Node]]:
    """Sort ``events``; where several start at one place the most telling one stays."""
    best: dict[int, Mark | Node] = {}
    for start, event in events:
        known = best.get(start)
        if known is None or isinstance(event, Node) or getattr(known, "kind", "") == "passage":
            best[start] = event
    ordered = sorted(best.items())
    if ordered and ordered[0][0] == 0:
        return ordered
    return [(0, Mark("preamble", 0)), *ordered]


def _kind(label: Label, above: Section | None) -> Kind:
    kind = _KINDS.get(label.style, "heading")
    if kind == "heading" and above and above.kind in ("article", "item"):
        return "item"
    return kind


def _unlabelled(
    mark: Mark, span: Span, parent: int, above: Section | None, anchors: Anchors
) -> Section:
    path: tuple[str, ...] = above.path if above and mark.kind == "passage" else ()
    if mark.kind == "attachment":
        path = (f"附件{mark.number}" if mark.number else mark.name or "附件",)
    return Section(mark.kind, "", path, mark.name, span, anchors.unlabelled(mark, above), parent)
