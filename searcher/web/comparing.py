"""Two wordings side by side: what was taken out and what was put in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.documents.model import Document, SearchSection, Span
from indexer.documents.versions.diff import Edit, SectionChange
from searcher.lookups.quotations import Stretch

Pieces = tuple[tuple[str, str], ...]  # a mark ("", "del", "ins") and the text under it

NAMES = {
    "changed": "修改",
    "added": "新增",
    "removed": "删去",
    "moved": "移动",
    "unchanged": "未变",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A section in both documents; a side without it has no pieces, and "" for a path."""

    kind: str
    name: str
    before_path: str
    after_path: str
    before_anchor: str
    after_anchor: str
    before: Pieces
    after: Pieces


def pairs(old: Document, new: Document, changes: Sequence[SectionChange]) -> list[Pair]:
    """The changes as they are shown: joined, the pieces of a side are its section's text."""
    return [_pair(old, new, change) for change in changes]


def _pair(old: Document, new: Document, change: SectionChange) -> Pair:
    before, after = change.before, change.after
    # An added section is put in as a whole, and a removed one taken out.
    whole_before = "del" if after is None else ""
    whole_after = "ins" if before is None else ""
    return Pair(
        change.kind,
        NAMES[change.kind],
        _path(before),
        _path(after),
        before.section.anchor if before else "",
        after.section.anchor if after else "",
        _side(old.text, before, [edit.before for edit in change.edits], "del", whole_before),
        _side(new.text, after, [edit.after for edit in change.edits], "ins", whole_after),
    )


def _path(section: SearchSection | None) -> str:
    return "/".join(section.section.path) if section else ""


def _side(
    text: str, section: SearchSection | None, edits: list[Span], mark: str, whole: str
) -> Pieces:
    if section is None:
        return ()
    if whole:
        return ((whole, section.span.of(text)),)
    return tuple(_marked(text, section.span, edits, mark))


def _marked(text: str, span: Span, edits: Sequence[Span], mark: str) -> Iterator[tuple[str, str]]:
    done = span.start
    for edit in edits:
        if edit.start == edit.end:
            continue
        if done < edit.start:
            yield "", text[done : edit.start]
        yield mark, edit.of(text)
        done = edit.end
    if done < span.end:
        yield "", text[done : span.end]


def quoted_pieces(quotation: str, stretches: Sequence[Stretch]) -> Pieces:
    """A passage as it stands, with what the quotation has instead taken out.

    ``ins`` is of the source, ``del`` of the quotation; …… stands between stretches.
    """
    pieces: list[tuple[str, str]] = []
    for number, stretch in enumerate(stretches):
        if number:
            pieces.append(("", "……"))
        pieces += _stretch(quotation, stretch.text, stretch.span.start, stretch.edits)
    return tuple(pieces)


def _stretch(
    quotation: str, text: str, base: int, edits: Sequence[Edit]
) -> Iterator[tuple[str, str]]:
    done = 0
    for edit in edits:
        start, end = edit.after.start - base, edit.after.end - base
        if done < start:
            yield "", text[done:start]
        if edit.before.start < edit.before.end:
            yield "del", edit.before.of(quotation)
        if start < end:
            yield "ins", text[start:end]
        done = end
    if done < len(text):
        yield "", text[done:]
