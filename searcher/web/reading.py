"""A document as it is read on a page: headings, paragraphs, an outline. Pure.

The text of a block is the text of its section to the character, blanks at the ends of lines apart:
a reader copies it, and what he copies must stand in the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from indexer.documents.model import Document, Section, Span
from searcher.web.render import escape, lit

_HEADED = frozenset({"part", "chapter", "division", "heading", "attachment"})
_FOLDED = {"repeat": "文件中重复的正文", "contents": "目录"}
_LISTED = _HEADED | {"article"}
_BLANKS = re.compile(r"\s+")
_BETWEEN = " 、．.:：　"
_LONGEST_HEADING = 40  # characters shown in an outline
_BEGINNING = 24  # characters
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Block:
    """A section on the page.

    ``level`` is that of its heading (2 to 6), 1 where the document's title stands in it, 0 without
    one; ``lines`` are HTML, the heading's first; ``folded`` says what a section is that is shown
    only when asked for, "" for others; ``name`` is what a link to it is called.
    """

    anchor: str
    kind: str
    level: int
    name: str
    lines: tuple[Markup, ...]
    folded: str = ""


@dataclass(slots=True)
class Entry:
    """A line of the outline and those below it."""

    anchor: str
    text: str
    below: list[Entry] = field(default_factory=list)


def blocks(document: Document, words: re.Pattern[str] | None = None) -> list[Block]:
    """The sections of a document in order, with what ``words`` finds marked."""
    levels: list[int] = []  # of the next heading below each section
    title = _title_span(document)
    made = []
    for section in document.sections:
        level = levels[section.parent] if section.parent >= 0 else 2
        block = _block(document, section, level, title, words)
        made.append(block)
        levels.append(min(level + 1, _DEEPEST) if block.level > 1 else level)
    return made


def _title_span(document: Document) -> Span | None:
    title = document.metadata.title
    return title.span if title else None


def _block(
    document: Document,
    section: Section,
    level: int,
    title: Span | None,
    words: re.Pattern[str] | None,
) -> Block:
    text = section.span.of(document.text)
    name = section_name(section)
    folded = _FOLDED.get(section.kind, "")
    if title and section.span.start <= title.start and title.end <= section.span.end and not folded:
        lines = _with_title(document.text, section.span, title, words)
        return Block(section.anchor, section.kind, 1, name, tuple(lines))
    raw = [line for line in map(str.strip, text.split("\n")) if line]
    headed = bool(raw) and section.kind in _HEADED and _is_heading(raw[0], section)
    shown = [lit(line, words) for line in raw]
    if raw and not headed and section.label and raw[0].startswith(section.label):
        cut = len(section.label)
        rest = lit(raw[0][cut:].lstrip(), words)
        shown[0] = Markup("<b>{}</b> {}").format(escape(section.label), rest)
    return Block(section.anchor, section.kind, level if headed else 0, name, tuple(shown), folded)


def _with_title(
    text: str, span: Span, title: Span, words: re.Pattern[str] | None
) -> Iterator[Markup]:
    """The lines of a section in which the title stands; its lines are one, of ``<h1>``."""
    before, after = text.rfind("\n", 0, title.start) + 1, text.find("\n", title.end)
    start = max(before, span.start)
    end = min(after if after >= 0 else span.end, span.end)
    yield from (lit(line, words) for line in _lines(text[span.start : start]))
    heading = Markup("<br>").join(lit(line, words) for line in _lines(text[start:end]))
    yield Markup("<h1>{}</h1>").format(heading)
    yield from (lit(line, words) for line in _lines(text[end : span.end]))


def _lines(text: str) -> Iterator[str]:
    return filter(None, map(str.strip, text.split("\n")))


def _is_heading(line: str, section: Section) -> bool:
    """True if a line is a heading and nothing else: no sentence, no text that runs on."""
    squeezed, label = _BLANKS.sub("", line), _BLANKS.sub("", section.label)
    if not squeezed.startswith(label):
        return False
    return squeezed[len(label) :].strip(_BETWEEN) == _BLANKS.sub("", section.heading).strip(
        _BETWEEN
    )


def outline(document: Document) -> list[Entry]:
    """Returns the headings and articles of ``document`` in order, each under what holds it."""
    top: list[Entry] = []
    at: dict[int, list[Entry]] = {-1: top}
    for number, section in enumerate(document.sections):
        place = at[section.parent]
        at[number] = place
        if section.kind in _LISTED:
            named = section.heading or section.kind != "heading"
            text = section_name(section) if named else _beginning(document, section)
            entry = Entry(section.anchor, text or _beginning(document, section))
            place.append(entry)
            at[number] = entry.below
    return top


def section_name(section: Section) -> str:
    """Returns label and heading as they stand beside each other, "" if there are none.

    A long heading is cut.
    """
    heading = section.heading
    if len(heading) > _LONGEST_HEADING:
        heading = heading[: _LONGEST_HEADING - 1] + "…"
    gap = " " if section.label[-1:].isalnum() and heading else ""
    return f"{section.label}{gap}{heading}"


def _beginning(document: Document, section: Section) -> str:
    """The first words of a section, where it has no name."""
    text = _BLANKS.sub("", section.span.of(document.text))
    return text[:_BEGINNING] + "…" if len(text) > _BEGINNING else text


def words_pattern(texts: Sequence[str]) -> re.Pattern[str] | None:
    """Returns the pattern of ``texts``, the longest first; None where there are none."""
    wanted = sorted({text for text in texts if text.strip()}, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, wanted))) if wanted else None


def below(document: Document, anchor: str) -> list[int]:
    """The numbers of the section ``anchor`` and of all under it; empty where there is none."""
    found: list[int] = []
    inside: set[int] = set()
    for number, section in enumerate(document.sections):
        if section.anchor == anchor or section.parent in inside:
            inside.add(number)
            found.append(number)
    return found
