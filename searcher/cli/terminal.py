"""Renders results and documents as coloured text for a terminal.

`searcher.cli.output.print_text` removes the colours if they are not wanted.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from click import style

from indexer.documents.model import Document, Metadata, Section, Span
from searcher.results.fact_labels import labelled_facts
from searcher.results.model import Explanation, Hit, Results
from searcher.results.snippet import HARMLESS

if TYPE_CHECKING:
    from indexer.documents.versions.diff import Edit, SectionChange
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Quoted, Verification

_PLACES = 3  # the most other places of a section named before "and N more"


def render_results(results: Results, explanations: Sequence[Explanation] | None = None) -> str:
    """Returns the hits, grouped by document, and a summary line that counts all matches."""
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
    others = [other for other in hit.versions if other.document != hit.document]
    if others:
        named = "; ".join(f"{other.date or 'undated'} {other.document}" for other in others)
        yield "   " + style(f"other versions: {plain(named)}", dim=True)


def _section(hit: Hit) -> Iterator[str]:
    where = "  ".join(filter(None, ("/".join(hit.path), *hit.headings[-1:])))
    if where:
        yield "   " + style(plain(where), fg="cyan")
    yield f"     {hit.snippet.ansi()}"
    if hit.context:
        yield f"     {style(f'{hit.context.field}:', dim=True)} {hit.context.snippet.ansi()}"
    again = _some(", again at line ", list(map(str, hit.repeat_lines)))
    also = _some(", also ", [other.source for other in hit.copies])
    yield "     " + style(plain(f"{hit.source}:{hit.line}{again}{also}"), dim=True)


def _some(intro: str, values: Sequence[str]) -> str:
    more = len(values) - _PLACES
    return "".join(intro + value for value in values[:_PLACES]) + (
        f", and {more:,} more" if more > 0 else ""
    )


def _summary(results: Results) -> str:
    took = f"{results.took * 1000:.0f} ms"
    if not results.found:
        return f"nothing found ({took})"
    count = len(results.matching) if results.by == "document" else len(results.hits)
    last = results.offset + count
    shown = f"{results.offset + 1}-{last} of " if 0 < count < results.found else ""
    more = f"; more with --offset {last}" if shown and last < results.found else ""
    counted = f"{results.total:,} {_plural(results.by, results.total)}"
    if not results.partial:
        return f"{shown}{counted} ({took}){more}"
    have = "has" if results.total == 1 else "have"
    counted = counted if results.total else f"no {results.by}"
    have = have if results.total else "has"
    shown = f"{shown}{results.found:,}: " if shown else ""
    return f"{shown}{counted} {have} all of it, {results.partial:,} some ({took}){more}"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"


def render_document(document: Document, *, only_outline: bool) -> str:
    """Returns the facts of a document, then its text or its outline."""
    facts = "".join(line + "\n" for line in _facts(document.metadata)) + "\n"
    if not only_outline:
        return facts + render_sections(document, document.sections)
    return facts + "".join(_outline_line(document, one) + "\n" for one in document.sections)


def render_sections(document: Document, sections: Sequence[Section]) -> str:
    """Returns the text from the first to the last of ``sections``."""
    start, end = sections[0].span.start, sections[-1].span.end
    return plain(document.text[start:end], keep="\n\t").rstrip("\n") + "\n"


def _facts(metadata: Metadata) -> Iterator[str]:
    for label, facts in labelled_facts(metadata):
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


def render_cited(cited: Sequence[Cited]) -> str:
    """Returns a line for each citation: its line, its words, and the document in the index."""
    lines = []
    for one in cited:
        name = f"《{one.name}》" if one.name else ""
        named = f"{name}{one.number or ''}{'、'.join(one.articles)}"
        document = one.document or "(not in the index)"
        lines.append(plain(f"line {one.line}: {named}  {document}") + "\n")
    return "".join(lines)


def render_citing(citing: Sequence[CitedBy]) -> str:
    """Returns a line for each document that cites another, with the number of citations."""
    return "".join(plain(f"{one.count:6,}  {one.title}  {one.document}") + "\n" for one in citing)


def render_changes(old: Document, new: Document, changes: Sequence[SectionChange]) -> str:
    """Returns ``changes`` with deleted and inserted words marked, and a summary line."""
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
    "verbatim": "found word for word",
    "near": "found with differences: [-only in the quotation-] {+only in the source+}",
    "absent": "not found in the index",
}


def render_verification(verification: Verification) -> str:
    """Returns the verdict, then each passage (if any) with its wording, differences and place."""
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
        also = "".join(f", also {other.source}" for other in hit.copies)
        lines.append("     " + style(plain(f"{hit.source}:{hit.line}{also}"), dim=True))
    return "\n".join(lines) + "\n"


def _quoted(verification: Verification, passage: Quoted) -> str:
    """Returns the wording of the source in one line, with its differences marked."""
    from indexer.documents.versions.diff import Edit

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


def plain(text: str, keep: str = "") -> str:
    """Returns ``text`` in a form without effect on a terminal.

    Control characters and marks of direction become U+FFFD, except those in ``keep``.
    """
    table = HARMLESS | dict.fromkeys(map(ord, "\n\t\r"), "\N{REPLACEMENT CHARACTER}")
    return text.translate(table | {ord(char): char for char in keep})


def caret(query: str, position: int) -> Iterator[str]:
    """Yields two lines that point at the character ``position`` (from 0) of a query."""
    start = max(0, position - 30)
    shown = plain(query[start : position + 30])
    before = plain(query[start:position])
    columns = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before)
    yield f"  {shown}"
    yield "  " + " " * columns + "^"
