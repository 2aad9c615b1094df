"""Results and documents as text for a terminal; click strips the colours where none are wanted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from click import style

from indexer.documents.model import Document, Fact, Metadata, SearchSection, Section, Span
from searcher.results.model import Explanation, Hit, Results
from searcher.results.snippet import HARMLESS

if TYPE_CHECKING:
    from indexer.documents.versions.diff import Edit, SectionChange
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Quoted, Verification

_PLACES = 3  # named of those where a section stands as well


def render_results(results: Results, explanations: Sequence[Explanation] | None = None) -> str:
    """The results, grouped by document, with what else there is in the last line."""
    explained = dict(zip(results.hits, explanations or (), strict=False))
    lines: list[str] = []
    for number, group in enumerate(results.by_document(), 1):
        lines += _heading(number, group[0])
        for hit in group:
            lines += _section(hit)
            if hit in explained:
                lines += [f"     {line}" for line in str(explained[hit]).splitlines()]
        if (more := results.matching.get(group[0].document, 0) - len(group)) > 0:
            lines.append(style(f"   and {more:,} more {_plural('section', more)}", dim=True))
        lines.append("")
    lines.append(_summary(results))
    return "\n".join(lines) + "\n"


def _heading(number: int, hit: Hit) -> Iterator[str]:
    yield f"{number}. {style(plain(hit.title or hit.document), bold=True)}"
    about = (hit.doc_number, "、".join(hit.issuers), hit.date, hit.doc_type)
    if any(about):
        yield "   " + style(" · ".join(plain(value) for value in about if value), dim=True)
    others = [place for place in hit.versions if place.document != hit.document]
    if others:
        named = "; ".join(f"{place.date or 'undated'} {place.document}" for place in others)
        yield "   " + style(f"other versions: {plain(named)}", dim=True)


def _section(hit: Hit) -> Iterator[str]:
    where = "  ".join(filter(None, ("/".join(hit.path), *hit.headings[-1:])))
    if where:
        yield "   " + style(plain(where), fg="cyan")
    yield f"     {hit.snippet.ansi()}"
    again = _some(", again at line ", list(map(str, hit.repeat_lines)))
    also = _some(", also ", [place.source for place in hit.copies])
    yield "     " + style(plain(f"{hit.source}:{hit.line}{again}{also}"), dim=True)


def _some(intro: str, values: Sequence[str]) -> str:
    more = len(values) - _PLACES
    return "".join(intro + value for value in values[:_PLACES]) + (
        f", and {more:,} more" if more > 0 else ""
    )


def _summary(results: Results) -> str:
    took = f"{results.took * 1000:.0f} ms"
    if not results.total:
        return f"nothing found ({took})"
    count = len(results.matching) if results.by == "document" else len(results.hits)
    last = results.offset + count
    shown = f"{results.offset + 1}-{last} of " if 0 < count < results.total else ""
    more = f"; more with --offset {last}" if shown and last < results.total else ""
    return f"{shown}{results.total:,} {_plural(results.by, results.total)} ({took}){more}"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"


def render_document(document: Document, anchor: str, *, only_outline: bool) -> str:
    """A document, or the section ``anchor`` of it and those below: its facts, then its text."""
    if anchor:
        return _text(document, _below(document, anchor))
    lines = [*_facts(document.metadata), ""]
    if not only_outline:
        return "\n".join(lines) + "\n" + _text(document, document.sections)
    lines += [_outline_line(document, section) for section in document.sections]
    return "\n".join(lines) + "\n"


def _text(document: Document, sections: Sequence[Section]) -> str:
    start, end = sections[0].span.start, sections[-1].span.end
    return plain(document.text[start:end], keep="\n\t").rstrip("\n") + "\n"


_FACTS = {
    "title": "标题",
    "doc_number": "发文字号",
    "issuers": "发文机关",
    "date": "成文日期",
    "published": "发布日期",
    "effective": "施行日期",
    "doc_type": "文种",
    "addressee": "主送机关",
    "region": "地区",
    "attachments": "附件",
    "copied_to": "抄送",
    "revisions": "沿革",
    "status": "时效",
}


def _facts(metadata: Metadata) -> Iterator[str]:
    for name, label in _FACTS.items():
        value: Fact | tuple[Fact, ...] | None = getattr(metadata, name)
        facts = value if isinstance(value, tuple) else (value,) if value else ()
        for fact in facts:
            derived = "" if fact.span else style(" (derived)", dim=True)
            yield f"{style(label, fg='cyan')}  {plain(fact.value)}{derived}"


def _outline_line(document: Document, section: Section) -> str:
    depth = 0
    parent = section.parent
    while parent >= 0:
        depth, parent = depth + 1, document.sections[parent].parent
    name = " ".join(filter(None, (section.label, section.heading))) or f"[{section.kind}]"
    line = document.text.count("\n", 0, section.span.start) + 1
    return f"{'  ' * depth}{plain(name)}  " + style(f"#{section.anchor} line {line}", dim=True)


def document_dict(document: Document, anchor: str, *, text: bool = True) -> dict[str, Any]:
    """A document, or the section ``anchor`` of it and those below, as ``--json`` prints it.

    Facts are plain values under their names, null or missing from their list where the text does
    not state them; ``spans`` says where each was read from. ``derived`` holds those that were
    concluded from other things, such as a title for a text without one.
    """
    sections = _below(document, anchor) if anchor else document.sections
    data: dict[str, Any] = {"document": document.id}
    spans: dict[str, Any] = {}
    derived: dict[str, Any] = {}
    for name in _FACTS:
        value: Fact | tuple[Fact, ...] | None = getattr(document.metadata, name)
        if isinstance(value, tuple):
            stated = [(fact.value, fact.span) for fact in value if fact.span]
            data[name] = [one for one, _ in stated]
            spans[name] = [list(span) for _, span in stated]
            concluded: Any = [fact.value for fact in value if not fact.span]
        else:
            data[name] = value.value if value and value.span else None
            spans[name] = list(value.span) if value and value.span else None
            concluded = value.value if value and not value.span else None
        if concluded:
            derived[name] = concluded
    data["spans"] = spans
    data["derived"] = derived
    data["sections"] = [
        {
            "kind": section.kind,
            "label": section.label,
            "path": list(section.path),
            "heading": section.heading,
            "span": list(section.span),
            "anchor": section.anchor,
            "repeats": [list(span) for span in section.repeats],
            **({"text": section.span.of(document.text)} if text else {}),
        }
        for section in sections
    ]
    return data


def _below(document: Document, anchor: str) -> list[Section]:
    """The section ``anchor`` and all whose parents lead to it."""
    sections = document.sections
    top = next(i for i, section in enumerate(sections) if section.anchor == anchor)
    below = {top}
    for index in range(top + 1, len(sections)):
        if sections[index].parent in below:
            below.add(index)
    return [sections[index] for index in sorted(below)]


def render_cited(cited: Sequence[Cited]) -> str:
    """What a document cites, a line each: where, what, and which document of the index that is."""
    lines = []
    for one in cited:
        name = f"《{one.name}》" if one.name else ""
        named = f"{name}{one.number or ''}{'、'.join(one.articles)}"
        document = one.document or "(not in the index)"
        lines.append(plain(f"line {one.line}: {named}  {document}") + "\n")
    return "".join(lines)


def render_citing(citing: Sequence[CitedBy]) -> str:
    """What cites a document, a line each, with how often it does."""
    return "".join(plain(f"{one.count:6,}  {one.title}  {one.document}") + "\n" for one in citing)


def render_changes(old: Document, new: Document, changes: Sequence[SectionChange]) -> str:
    """The sections that changed, with words taken out and put in marked, and a summary."""
    lines: list[str] = []
    for change in changes:
        if change.kind != "unchanged":
            lines += _change(old, new, change)
    counts = Counter(change.kind for change in changes)
    lines.append(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return "\n".join(lines) + "\n"


def _change(old: Document, new: Document, change: SectionChange) -> Iterator[str]:
    paths = ["/".join(section.section.path) for section in (change.before, change.after) if section]
    yield style(f"{change.kind}: {plain(' -> '.join(dict.fromkeys(paths)))}", fg="cyan")
    if change.kind == "removed" and change.before:
        yield _out(change.before.span.of(old.text).strip())
    elif change.kind == "added" and change.after:
        yield _in(change.after.span.of(new.text).strip())
    elif change.kind == "changed" and change.after:
        yield _marked(old.text, new.text, change.after.span, change.edits)
    yield ""


def _marked(old: str, new: str, span: Span, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    done = span.start
    for edit in edits:
        parts.append(plain(new[done : edit.after.start], keep="\n"))
        if edit.before.start < edit.before.end:
            parts.append(_out(edit.before.of(old)))
        if edit.after.start < edit.after.end:
            parts.append(_in(edit.after.of(new)))
        done = edit.after.end
    return "".join((*parts, plain(new[done : span.end], keep="\n"))).strip()


_VERDICTS = {
    "verbatim": "stands word for word",
    "near": "stands nearly: [-the quotation-] {+the source+}",
    "absent": "does not stand in the index",
}


def render_verification(verification: Verification) -> str:
    """The verdict, then a passage each: what it reads, with the differences marked, and where."""
    total, shown = verification.total, len(verification.passages)
    more = f", {shown} of {total:,} places" if 0 < shown < total else ""
    lines = [style(_VERDICTS[verification.verdict] + more, bold=True)]
    for number, passage in enumerate(verification.passages, 1):
        hit = passage.hit
        kept = f"  ({passage.kept:.0%} kept)" if passage.kept < 1 else ""
        where = style("/".join(hit.path), fg="cyan")
        lines.append(
            f"{number}. {style(plain(hit.title or hit.document), bold=True)}  {where}{kept}"
        )
        exact = not any(stretch.edits for stretch in passage.stretches)
        lines.append(f"     {hit.snippet.ansi() if exact else _quoted(verification, passage)}")
        also = "".join(f", also {place.source}" for place in hit.copies)
        lines.append("     " + style(plain(f"{hit.source}:{hit.line}{also}"), dim=True))
    return "\n".join(lines) + "\n"


def _quoted(verification: Verification, passage: Quoted) -> str:
    """The source where the quotation lies, with what it has otherwise, in one line."""
    from indexer.documents.versions.diff import Edit  # a search does without

    parts = []
    for stretch in passage.stretches:
        base = stretch.span.start
        edits = [
            Edit(edit.before, Span(edit.after.start - base, edit.after.end - base))
            for edit in stretch.edits
        ]
        span = Span(0, len(stretch.text))
        parts.append(_marked(verification.quotation, stretch.text, span, edits))
    return re.sub(r"\s*\n\s*", "", "……".join(parts))


def _out(text: str) -> str:
    return style(f"[-{plain(text, keep=chr(10))}-]", fg="red")


def _in(text: str) -> str:
    return style(f"{{+{plain(text, keep=chr(10))}+}}", fg="green")


def change_dict(old: Document, new: Document, change: SectionChange) -> dict[str, Any]:
    """A change as ``diff --json`` prints it; spans are of the old text and of the new one."""

    def side(document: Document, section: SearchSection | None) -> dict[str, Any] | None:
        if section is None:
            return None
        return {
            "anchor": section.section.anchor,
            "path": list(section.section.path),
            "span": list(section.span),
            "text": section.span.of(document.text),
        }

    return {
        "kind": change.kind,
        "before": side(old, change.before),
        "after": side(new, change.after),
        "edits": [{"before": list(e.before), "after": list(e.after)} for e in change.edits],
    }


def plain(text: str, keep: str = "") -> str:
    """``text`` without what a terminal would obey: controls and marks of direction become ``�``."""
    table = HARMLESS | dict.fromkeys(map(ord, "\n\t\r"), "\N{REPLACEMENT CHARACTER}")
    return text.translate(table | {ord(char): char for char in keep})


def caret(query: str, position: int) -> Iterator[str]:
    """Two lines that point at a character of a query, in columns of a terminal."""
    start = max(0, position - 30)
    shown = plain(query[start : position + 30])
    before = plain(query[start:position])
    columns = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before)
    yield f"  {shown}"
    yield "  " + " " * columns + "^"
