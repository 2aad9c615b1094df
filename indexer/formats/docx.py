"""Word documents (ISO/IEC 29500, .docx): paragraphs as they would be read on paper.

The reader is our own because outlines depend on the numbers that Word computes and does not store
(第一条, （二）): python-docx and docx2python leave them out or render only Western list formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.errors import SourceError
from indexer.formats.archive import Archive, Element
from indexer.formats.docx_parts import Parts, symbol
from indexer.formats.limits import Limits
from indexer.formats.numbering import Numbering, is_on, with_label
from indexer.formats.source import Source

# Elements without visible text: deletions, properties, field codes, the gloss of a ruby.
_SKIPPED = frozenset(
    {"del", "moveFrom", "pPr", "rPr", "tblPr", "sdtPr", "instrText", "delText", "rt", "Fallback"}
)
_CHARACTERS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}
_DEPTHS = frozenset("012345678")
_NOTE_RULES = frozenset({"separator", "continuationSeparator", "continuationNotice"})


def read_docx(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the document's paragraphs, one line each, with the numbers that Word shows.

    A table row becomes one line with tabs between its cells, in which a vertically merged cell is
    repeated; a row of one cell becomes the lines of that cell. Text boxes and diagrams follow the
    paragraph that anchors them; footnotes and endnotes follow the body. The header of a first page
    that differs from the others, where the red head may stand, comes first. Embedded documents are
    read in their place. Tracked changes count as accepted. Other headers, footers, comments, hidden
    text and the prompts of empty form fields are left out. Raises SourceError for a container that
    is broken, protected or no Word document, SourceTooLarge at a limit.
    """
    archive = Archive(data, path, limits)
    part = archive.relations("").get("officeDocument", "word/document.xml")
    root = archive.xml(part)
    if root is None or root.tag != "document":
        raise SourceError(path, "no Word document in the container")
    related = archive.relations(part)
    styles = archive.xml(related.get("styles", ""))
    numbering = archive.xml(related.get("numbering", ""))
    parts = Parts(archive, part, path, limits)
    reader = _Reader(_Styles(styles), numbering, parts)
    head = [line for header in parts.first_headers(root) for line in reader.lines(header)]
    lines = [line for body in root.iterfind("body") for line in reader.lines(body)]
    for relation, tag in _NOTES.items():
        notes = archive.xml(related.get(relation, ""))
        for note in notes.iterfind(tag) if notes is not None else ():
            if note.get("type") not in _NOTE_RULES:
                lines.extend(reader.lines(note))
    text = "".join(f"{line}\n" for line in (*head, *lines))
    return Source(text, "docx", warnings=parts.warnings.all())


class _Styles:
    """The numbering that paragraph styles state or inherit from the styles they are based on."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._default = ""
        for style in root.iterfind("style") if root is not None else ():
            name = style.get("styleId", "")
            self._styles[name] = style
            if style.get("type") == "paragraph" and style.get("default", "0") in {"1", "true"}:
                self._default = name

    def numbering_styles(self) -> dict[str, str]:
        """Returns the id of the w:num that each numbering style stands for."""
        return {
            name: _value(style, "pPr/numPr/numId")
            for name, style in self._styles.items()
            if style.get("type") == "numbering"
        }

    def number(self, properties: Element | None) -> tuple[str, str | None, str]:
        """Returns a paragraph's list, its stated level, and the style that states the list.

        The level is None where neither the paragraph nor a style states it; the style is empty
        where the paragraph itself states the list.
        """
        number_id = _value(properties, "numPr/numId")
        level = _value(properties, "numPr/ilvl") or None
        if number_id:
            return number_id, level or "0", ""
        # For Heading 1 and the like, the style states the list, whose link back gives the level.
        name = _value(properties, "pStyle") or self._default
        seen: set[str] = set()
        while name in self._styles and name not in seen:
            seen.add(name)
            style = self._styles[name].find("pPr")
            level = level or _value(style, "numPr/ilvl") or None
            number_id = _value(style, "numPr/numId")
            if number_id:
                return number_id, level, name
            name = _value(self._styles[name], "basedOn")
        return "", None, ""


class _Reader:
    """Walks the stories of a document once, in order, and counts its numbered paragraphs."""

    def __init__(self, styles: _Styles, numbering: Element | None, parts: Parts) -> None:
        self._styles, self._parts = styles, parts
        self._numbering = Numbering(numbering, styles.numbering_styles())

    def lines(self, story: Element) -> Iterator[str]:
        """Yields the lines of a body, note, cell or text box."""
        merged = ""
        for block in _blocks(story):
            if block.tag == "tbl":
                yield from self._rows(block)
                continue
            if block.tag == "altChunk":
                yield from self._parts.embedded(block)
                continue
            properties = block.find("pPr")
            boxes: list[Element] = []
            text = merged + "".join(_characters(block, boxes))
            merged = ""
            if _deleted_mark(properties):  # the paragraph runs on into the next one
                merged = text
            else:
                yield from self._paragraph(properties, text)
            for box in boxes:
                if box.tag == "relIds":
                    yield from self._parts.diagram(box)
                else:
                    yield from self.lines(box)
        if merged.strip():
            yield merged

    def _paragraph(self, properties: Element | None, text: str) -> Iterator[str]:
        label = self._label(properties)
        if not text.strip():
            return
        text = with_label(label, text.lstrip()) if label else text
        yield from (line.rstrip() for line in text.split("\n") if line.strip())

    def _label(self, properties: Element | None) -> str:
        number_id, stated, style = self._styles.number(properties)
        if not number_id or number_id == "0":
            return ""
        if stated is not None:
            depth = int(stated) if stated in _DEPTHS else 0
        else:
            depth = self._numbering.level_of_style(number_id, style)
        return self._numbering.label(number_id, depth)

    def _rows(self, table: Element) -> Iterator[str]:
        above: dict[int, list[str]] = {}  # the lines of vertically merged cells, by column
        for row in _children(table, "tr"):
            if row.find("trPr/del") is not None:
                continue
            cells = list(self._cells(row, above))
            if len(cells) == 1:
                yield from cells[0]
            elif any(cells):
                yield "\t".join(" ".join(cell).replace("\t", " ") for cell in cells).rstrip()

    def _cells(self, row: Element, above: dict[int, list[str]]) -> Iterator[list[str]]:
        """Yields the lines of each cell; ``above`` holds those that rows further down repeat."""
        column = _count(_value(row, "trPr/gridBefore"))
        for cell in _children(row, "tc"):
            merge = cell.find("tcPr/vMerge")
            lines = list(self.lines(cell))
            if merge is None:
                above.pop(column, None)
            elif merge.get("val") == "restart" or column not in above:
                above[column] = lines
            elif not lines:
                lines = above[column]
            yield lines
            column += _count(_value(cell, "tcPr/gridSpan")) or 1


def _blocks(story: Element) -> Iterator[Element]:
    """Yields the paragraphs and tables of ``story``, also from inside wrapping elements."""
    for child in story:
        if child.tag in {"p", "tbl", "altChunk"}:
            yield child
        elif _is_prompt(child):
            continue
        elif child.tag not in _SKIPPED:
            yield from _blocks(child)


def _children(parent: Element, tag: str) -> Iterator[Element]:
    """Yields the rows or cells of ``parent``, also from inside wrapping elements."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in {"sdt", "sdtContent", "customXml", "ins", "moveTo"}:
            yield from _children(child, tag)


def _characters(element: Element, boxes: list[Element]) -> Iterator[str]:
    """Yields the characters of a paragraph and append its text boxes to ``boxes``."""
    for child in element:
        tag = child.tag
        if tag == "t":
            yield (child.text or "").replace("\n", " ")
        elif tag == "txbxContent":
            boxes.append(child)
        elif tag == "br":
            if child.get("type", "textWrapping") == "textWrapping":
                yield "\n"
        elif tag == "relIds":
            boxes.append(child)
        elif tag == "sym":
            yield symbol(child)
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag]
        elif _is_prompt(child):
            continue
        elif tag not in _SKIPPED and not (tag == "r" and _hidden(child)):
            yield from _characters(child, boxes)


def _is_prompt(element: Element) -> bool:
    """Return True for a form field that shows only its prompt (单击此处输入文字)."""
    shown = element.find("sdtPr/showingPlcHdr") if element.tag == "sdt" else None
    return shown is not None and is_on(shown)


def _count(text: str) -> int:
    return min(int(text), 1000) if text.isascii() and text.isdigit() else 0


def _hidden(run: Element) -> bool:
    vanish = run.find("rPr/vanish")
    return vanish is not None and is_on(vanish)


def _deleted_mark(properties: Element | None) -> bool:
    if properties is None:
        return False
    return any(properties.find(f"rPr/{tag}") is not None for tag in ("del", "moveFrom"))


def _value(element: Element | None, child: str) -> str:
    found = None if element is None else element.find(child)
    return "" if found is None else found.get("val", "")
