"""Presentations (.pptx): the text of each slide in order, its tables, diagrams and notes.

python-pptx would bring lxml, Pillow and XlsxWriter (25 MB); what the text needs of the format is
this small walk over the XML that the bounded container reads anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.archive import Archive, Element
from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings

# Placeholders that the master fills: the date, the footer and the number of a slide.
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})


def read_pptx(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the text of the slides of ``data``, one line per paragraph or table row.

    The notes of a slide follow it. Raises SourceError for a container that is broken, protected
    or no presentation, SourceTooLarge at a limit.
    """
    archive = Archive(data, path, limits)
    main = archive.relations("").get("officeDocument", "ppt/presentation.xml")
    root = archive.xml(main)
    if root is None or root.tag != "presentation":
        raise SourceError(path, "no presentation in the container")
    targets = archive.targets(main)
    ids = [slide.get("id", "") for slide in root.iterfind("sldIdLst/sldId")]
    # The builder drops namespaces, so that r:id overwrites the slide's own id: it comes later.
    warnings = Warnings()
    lines: list[str] = []
    for number, id in enumerate(ids, 1):
        if number > limits.pages:
            raise SourceTooLarge(path, f"over {limits.pages:,} slides")
        slide = archive.xml(targets.get(id, ""))
        if slide is None:
            warnings.add("no-part", detail=f"slide {number}")
            continue
        lines += _slide_lines(archive, targets[id], slide)
    return Source("".join(f"{line}\n" for line in lines), "pptx", warnings=warnings.all())


def _slide_lines(archive: Archive, part: str, slide: Element) -> Iterator[str]:
    yield from _lines(slide)
    related = archive.relations(part)
    for relation in ("diagramData", "notesSlide"):
        root = archive.xml(related.get(relation, ""))
        if root is not None:
            yield from _lines(root)


def _lines(root: Element) -> Iterator[str]:
    """Yields the paragraphs and table rows below ``root``, without the slide's furniture."""
    for child in root:
        placeholder = child.find("nvSpPr/nvPr/ph") if child.tag == "sp" else None
        if placeholder is not None and placeholder.get("type") in _FURNITURE:
            continue
        if child.tag == "p":
            yield from (line.strip() for line in _characters(child).split("\n") if line.strip())
        elif child.tag == "tr":
            cells = (" ".join(_lines(cell)).replace("\t", " ") for cell in child.iterfind("tc"))
            if row := "\t".join(cells).rstrip():
                yield row
        elif child.tag != "Fallback":
            yield from _lines(child)


def _characters(paragraph: Element) -> str:
    parts: list[str] = []
    for element in paragraph.iter():
        if element.tag == "t":
            parts.append(element.text or "")
        elif element.tag == "br":
            parts.append("\n")
    return "".join(parts)
