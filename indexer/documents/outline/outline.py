"""Puts the outline together: tree, headings, anchors, passages."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from operator import itemgetter

from indexer.documents.labels import Style
from indexer.documents.lines import Line
from indexer.documents.model import Kind, Section, Span
from indexer.documents.outline.anchors import Anchors
from indexer.documents.outline.headings import headings
from indexer.documents.outline.passages import with_passages
from indexer.documents.outline.tree import Node, resolve
from indexer.documents.repeats import with_repeats
from indexer.documents.script import as_written, characters_of
from indexer.documents.surroundings import Mark, Surroundings, read_surroundings

_KINDS: dict[Style, Kind] = {
    Style.PART: "part",
    Style.SUBPART: "part",
    Style.CHAPTER: "chapter",
    Style.DIVISION: "division",
    Style.ARTICLE: "article",
    Style.PAREN_ARABIC: "item",
    Style.CIRCLED: "item",
}


def outline(text: str, around: Surroundings | None = None) -> tuple[Section, ...]:
    """Returns the sections of ``text`` in reading order; their spans tile it exactly.

    ``around`` is the result of `read_surroundings` for ``text``; it is computed if it is not given.
    Every text has an outline; that of an empty text is empty. Takes linear time.
    """
    if not text:
        return ()
    around = around or read_surroundings(text)
    lines, marks = around.lines, around.marks
    kept = [label for index, label in enumerate(around.labels) if index not in around.dropped]
    breaks = [mark.line for mark in marks if mark.kind in ("attachment", "signature")]
    nodes = resolve(kept, breaks)
    kinds = _kinds(nodes)
    titles = headings(nodes, kinds, lines, _ends(lines, marks, nodes))
    events: list[tuple[int, Mark | int]] = [
        (start, Mark("repeat" if is_copy else "passage", -1)) for start, is_copy in around.copies
    ]
    events += [(lines[mark.line].start, mark) for mark in marks]
    events += [(node.label.start, index) for index, node in enumerate(nodes)]
    sections = _assemble(text, _settled(events), nodes, kinds, titles)
    if around.text is not around.source:
        sections = _as_written(text, sections)
    return tuple(with_repeats(text, with_passages(text, sections), around.repeats))


def _as_written(text: str, sections: list[Section]) -> list[Section]:
    """Returns sections with paths and headings in the characters of ``text`` itself."""
    characters = characters_of(text)
    return [
        replace(
            section,
            path=tuple(name.translate(characters) for name in section.path),
            heading=as_written(section.heading, section.span.of(text)),
        )
        for section in sections
    ]


def _kinds(nodes: list[Node]) -> list[Kind]:
    kinds: list[Kind] = []
    for node in nodes:
        kind = _KINDS.get(node.label.style, "heading")
        under = kinds[node.parent] if node.parent >= 0 else kind
        kinds.append("item" if kind == "heading" and under in ("article", "item") else kind)
    return kinds


def _ends(lines: list[Line], marks: list[Mark], nodes: list[Node]) -> list[int]:
    """The line at which the own text of each node ends."""
    starts = sorted({*(mark.line for mark in marks), *(node.label.line for node in nodes)})
    behind = dict(pairwise([*starts, len(lines)]))
    return [behind[node.label.line] for node in nodes]


def _settled(events: list[tuple[int, Mark | int]]) -> list[tuple[int, Mark | int]]:
    """Sorts ``events``; where several start at one place the most telling one stays."""
    best: dict[int, Mark | int] = {}
    for start, event in events:
        known = best.get(start)
        if known is None or isinstance(event, int) or getattr(known, "kind", "") == "passage":
            best[start] = event
    ordered = sorted(best.items(), key=itemgetter(0))
    if ordered and ordered[0][0] == 0:
        return ordered
    return [(0, Mark("preamble", 0)), *ordered]


def _assemble(
    text: str,
    events: list[tuple[int, Mark | int]],
    nodes: list[Node],
    kinds: list[Kind],
    titles: list[str],
) -> list[Section]:
    """Makes sections of ``events``, each a mark or the index of a node, with its start."""
    ends = [start for start, _ in events[1:]] + [len(text)]
    anchors = Anchors()
    sections: list[Section] = []
    place: dict[int, int] = {}
    root = -1
    for (start, event), end in zip(events, ends, strict=True):
        span = Span(start, end)
        if isinstance(event, Mark):
            if event.kind == "attachment":
                root = len(sections)
            parent = -1 if event.kind in ("attachment", "repeat") else root
            above = sections[parent] if parent >= 0 else None
            sections.append(_unlabelled(event, span, parent, above, anchors))
            continue
        node, kind = nodes[event], kinds[event]
        place[event] = len(sections)
        parent = place[node.parent] if node.parent >= 0 else root
        above = sections[parent] if parent >= 0 else None
        label = text[start : node.label.end]
        path = (*above.path, node.label.name) if above else (node.label.name,)
        anchor = anchors.labelled(node.label, kind, above)
        sections.append(Section(kind, label, path, titles[event], span, anchor, parent))
    return sections


def _unlabelled(
    mark: Mark, span: Span, parent: int, above: Section | None, anchors: Anchors
) -> Section:
    path: tuple[str, ...] = above.path if above and mark.kind == "passage" else ()
    if mark.kind == "attachment":
        path = (mark.number or mark.name or "附件",)
    return Section(mark.kind, "", path, mark.name, span, anchors.unlabelled(mark, above), parent)
