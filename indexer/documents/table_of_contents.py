"""Tables of contents, which look like the headings they list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.documents.labels import Label, Style
from indexer.documents.lexicon import CLAUSE_ENDS
from indexer.documents.lines import Line

_TITLE = re.compile(r"目\s*[录次]\s*[:：]?$")
_PAGE = re.compile(r"[\s.…·．\-—]*\d*$")
_ENTRY = 40
_TAIL = frozenset(("附则", "附件", "附录", "附表"))


def contents(lines: list[Line], labels: list[Label]) -> list[tuple[int, range]]:
    """Returns where each table of contents of the text starts, and which labels stand in it.

    A place is an index of ``lines``; the labels are a range of indices of ``labels``. A table is a
    run of short labelled lines whose labels come again below, with a text of their own.
    """
    found: list[tuple[int, range]] = []
    runs = [
        run for run in _runs(lines, labels) if len(run) > 2 or _title_before(lines, labels, run)
    ]
    if not runs:
        return found
    last = {_key(label): index for index, label in enumerate(labels) if _is_entry(label.rest)}
    for run in runs:
        entries = _until_repeated(labels, run)
        again = sum(last[_key(labels[index])] >= entries.stop for index in entries)
        title = _title_before(lines, labels, entries)
        if title and again > 0:
            found.append((title - 1, entries))
        elif again * 2 > len(entries) and len(entries) > 2:
            found.append((labels[entries.start].line, entries))
    return found


def end_of_contents(lines: list[Line], labels: list[Label], entries: range) -> int:
    """The line behind a table of contents: its last entry may have no number (附则)."""
    line = labels[entries.stop - 1].line + 1
    while (
        line < len(lines)
        and len(lines[line].text) <= _ENTRY
        and _PAGE.sub("", "".join(lines[line].text.split())) in _TAIL
    ):
        line += 1
    return line


def _runs(lines: list[Line], labels: list[Label]) -> Iterator[range]:
    """Runs of short labels with next to nothing between them."""
    start = 0
    for index, label in enumerate(labels):
        short = _is_entry(label.rest)
        if index > start and not (short and _is_near(lines, labels[index - 1], label)):
            yield range(start, index)
            start = index
        if not short:
            start = index + 1
    if start < len(labels):
        yield range(start, len(labels))


def _until_repeated(labels: list[Label], run: range) -> range:
    """The part of ``run`` before one of its labels comes again: there the text itself begins."""
    top = labels[run.start].style
    seen: set[tuple[Style, tuple[int, ...], str]] = set()
    for index in run:
        key = _key(labels[index])
        if key in seen and key[0] <= top:  # every 章 may have a 第一节　一般规定
            return range(run.start, index)
        seen.add(key)
    return run


def _is_near(lines: list[Line], one: Label, two: Label) -> bool:
    return two.line - one.line <= 3 and all(
        _is_entry(lines[index].text) for index in range(one.line + 1, two.line)
    )


def _is_entry(text: str) -> bool:
    return len(text) <= _ENTRY and text[-1:] not in CLAUSE_ENDS


def _title_before(lines: list[Line], labels: list[Label], run: range) -> int:
    """The number, from 1, of the line 目录 before the run; 0 if there is none."""
    line = labels[run.start].line
    for index in range(line - 1, max(line - 4, -1), -1):
        if lines[index].text[0] == "目" and _TITLE.match(lines[index].text):
            return index + 1
    return 0


def _key(label: Label) -> tuple[Style, tuple[int, ...], str]:
    return label.style, label.number, _PAGE.sub("", "".join(label.rest.split()))[:12]
