"""OpenDocument texts (.odt): paragraphs with the numbers of their lists, and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import SourceError
from indexer.formats.archive import Archive, Element
from indexer.formats.limits import Limits
from indexer.formats.numbering import format_number
from indexer.formats.source import Source

_SKIPPED = frozenset(
    {"tracked-changes", "annotation", "annotation-end", "forms", "variable-decls"}
    | {"sequence-decls", "table-of-content-source", "note-citation", "desc", "ruby-text"}
)
_BLANKS = 1_000  # most blanks that one element may stand for
_NUMBER_FORMATS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "一, 二, 三, ...": "chineseCountingThousand",
    "壹, 贰, 叁, ...": "chineseLegalSimplified",
    "壹, 貳, 參, ...": "ideographLegalTraditional",
    "甲, 乙, 丙, ...": "ideographTraditional",
    "子, 丑, 寅, ...": "ideographZodiac",
    "①, ②, ③, ...": "decimalEnclosedCircle",
    "１, ２, ３, ...": "decimalFullWidth",
}


def read_odt(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the paragraphs of the .odt ``data``, one line each, with the numbers of lists.

    A table row becomes one line with tabs between its cells. Deleted text, comments, headers and
    footers are left out; notes stand where they are anchored. Raises SourceError for a container
    that is broken, protected or no text document, SourceTooLarge at a limit.
    """
    archive = Archive(data, path, limits)
    root = archive.xml("content.xml")
    body = root.find("body/text") if root is not None else None
    if root is None or body is None:
        raise SourceError(path, "no text document in the container")
    styles = archive.xml("styles.xml")
    reader = _Reader([tree for tree in (styles, root) if tree is not None])
    return Source("".join(f"{line}\n" for line in reader.lines(body)), "odt")


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    before: str
    after: str
    shown: int  # levels that the number shows, this one included
    start: int

    @classmethod
    def of(cls, element: Element) -> _Level:
        """Returns the level that a list-level-style-number element defines."""
        return cls(
            _NUMBER_FORMATS.get(element.get("num-format", ""), "decimal"),
            element.get("num-prefix", ""),
            element.get("num-suffix", "") if element.get("num-format") else "",
            _count(element.get("display-levels"), 1),
            _count(element.get("start-value"), 1),
        )


class _Reader:
    def __init__(self, roots: list[Element]) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}
        for style in (found for root in roots for found in root.iter("list-style")):
            for level in style.iterfind("list-level-style-number"):
                if level.get("num-format"):
                    key = style.get("name", ""), _count(level.get("level"), 1)
                    self._levels[key] = _Level.of(level)
        self._counters: dict[str, list[int]] = {}

    def lines(self, story: Element) -> Iterator[str]:
        """Yields the lines of a body, cell or text box."""
        for block in story:
            if block.tag in ("p", "h"):
                yield from self._paragraph(block, "")
            elif block.tag == "list":
                yield from self._list(block, 1, "")
            elif block.tag == "table":
                yield from self._rows(block)
            elif block.tag not in _SKIPPED:
                yield from self.lines(block)

    def _list(self, element: Element, depth: int, style: str) -> Iterator[str]:
        style = element.get("style-name", style)
        counters = self._counters.setdefault(style, [])
        if (
            depth == 1
            and element.get("continue-numbering") != "true"
            and not element.get("continue-list")
        ):
            counters.clear()
        for item in element:
            if item.tag not in ("list-item", "list-header"):
                continue
            label = self._label(style, depth, item) if item.tag == "list-item" else ""
            for block in item:
                if block.tag == "list":
                    yield from self._list(block, depth + 1, style)
                elif block.tag in ("p", "h"):
                    yield from self._paragraph(block, label)
                    label = ""

    def _label(self, style: str, depth: int, item: Element) -> str:
        if item and item[0].tag == "list":
            return ""  # an item that only holds a deeper list has no number of its own
        counters = self._counters[style]
        level = self._levels.get((style, depth))
        start = level.start if level else 1
        del counters[depth:]
        counters.extend([0] * (depth - len(counters)))
        counters[depth - 1] = counters[depth - 1] + 1 if counters[depth - 1] else start
        counters[depth - 1] = _count(item.get("start-value"), counters[depth - 1])
        if level is None:
            return ""
        shown = [
            format_number(counters[above - 1], self._levels.get((style, above), level).format)
            for above in range(max(1, depth - level.shown + 1), depth + 1)
        ]
        return level.before + ".".join(shown) + level.after

    def _paragraph(self, paragraph: Element, label: str) -> Iterator[str]:
        boxes: list[Element] = []
        text = label + "".join(_characters(paragraph, boxes)).strip()
        yield from (line.rstrip() for line in text.split("\n") if line.strip())
        for box in boxes:
            yield from self.lines(box)

    def _rows(self, table: Element) -> Iterator[str]:
        for child in table:
            if child.tag == "table-row":
                cells = [
                    " ".join(self.lines(cell)).replace("\t", " ")
                    for cell in child
                    if cell.tag in ("table-cell", "covered-table-cell")
                ]
                if row := "\t".join(cells).rstrip():
                    yield row
            elif child.tag in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(child)


def _characters(element: Element, boxes: list[Element]) -> Iterator[str]:
    """Yields the characters of a paragraph and append its text boxes to ``boxes``."""
    yield _plain(element.text)
    for child in element:
        if child.tag == "s":
            yield " " * min(_count(child.get("c"), 1), _BLANKS)
        elif child.tag == "tab":
            yield "\t"
        elif child.tag == "line-break":
            yield "\n"
        elif child.tag in ("text-box", "note-body"):
            boxes.append(child)
        elif child.tag not in _SKIPPED:
            yield from _characters(child, boxes)
        yield _plain(child.tail)


def _plain(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _count(text: str | None, default: int) -> int:
    try:
        return max(0, min(int(text or default), 10_000))
    except ValueError:
        return default
