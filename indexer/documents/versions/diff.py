"""Compares the wording of two versions of a document, section by section. Pure.

Sections are paired by what they say, so that a renumbered article is found again; within a pair
the differences are told as spans of both texts. Time is bounded: sections are aligned first, and
only small groups of candidates are compared each with each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from unicodedata import normalize

from indexer.documents.model import Document, SearchSection, Span
from indexer.documents.versions.align import Run, common_runs, without_islands

Change = Literal["unchanged", "changed", "moved", "added", "removed"]
Words = Callable[[str], Iterable[str]]

_MAX_PAIRS = 10_000  # of sections compared each with each in one place
_ALIKE = 0.45  # shared bigrams (Dice) from which two sections are one, changed
_ALIKE_BY_LABEL = 0.25  # the same where they bear the same label
_ALIKE_ELSEWHERE = 0.6  # the same far from where it stood
_LABEL_BONUS = 0.2


@dataclass(frozen=True, slots=True)
class Edit:
    """``before`` of the old text became ``after`` of the new one; one of them may be empty."""

    before: Span
    after: Span


@dataclass(frozen=True, slots=True)
class SectionChange:
    """The change of one section (with its 项) between two versions.

    ``unchanged``: same wording, label and place. ``moved``: same wording under another label or
    elsewhere. ``changed``: other wording, told by ``edits`` in reading order; its label may
    differ too. ``added`` has no ``before``, ``removed`` no ``after``. Labels, spaces, line breaks
    and the width of characters are not wording; punctuation is.
    """

    kind: Change
    before: SearchSection | None
    after: SearchSection | None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Side:
    """A section as it is compared: its wording, where that begins, its pairs of characters."""

    section: SearchSection
    start: int
    key: str
    pairs: frozenset[str]

    @property
    def label(self) -> tuple[str, ...]:
        return (self.section.section.kind, *self.section.section.path[-1:])


def diff_documents(
    a: Document, b: Document, words: Words | None = None
) -> tuple[SectionChange, ...]:
    """Returns the change of each section from ``a`` to ``b``, in the order of ``b``.

    Removed sections stand after the one they followed in ``a``. ``words`` cuts a text into words
    that, joined, are the text again; edits then begin and end between words. Without it they do
    between characters, numbers and Latin words being one.
    """
    before, after = _sides(a), _sides(b)
    partner = _partners(before, after)
    changes = []
    for old, new in _in_order(before, after, partner):
        changes.append(_change(a.text, b.text, old, new, words))
    return tuple(_with_moves(changes, _out_of_order(before, after, partner)))


def _sides(document: Document) -> list[_Side]:
    return [_side(document.text, section) for section in document.search_sections()]


def _side(text: str, section: SearchSection) -> _Side:
    start = section.span.start
    label = section.section.label
    if label:
        place = text.find(label, start, start + len(label) + 20)
        start = place + len(label) if place >= 0 else start
    key = _BLANK.sub("", normalize("NFKC", text[start : section.span.end]))
    pairs = frozenset(map("".join, pairwise(key))) or frozenset(key)
    return _Side(section, start, key, pairs)


def _partners(before: list[_Side], after: list[_Side]) -> dict[int, int]:
    """Index of the old section of each new one that has one."""
    runs = common_runs([side.key for side in before], [side.key for side in after])
    partner = {run.b + k: run.a + k for run in runs for k in range(run.size)}
    ends = [Run(0, 0, 0), *runs, Run(len(before), len(after), 0)]
    for run, following in pairwise(ends):
        olds = range(run.a + run.size, following.a)
        news = range(run.b + run.size, following.b)
        partner.update(_paired(before, after, olds, news))
    partner.update(_elsewhere(before, after, partner))
    return partner


def _paired(
    before: list[_Side], after: list[_Side], olds: range, news: range
) -> Iterator[tuple[int, int]]:
    """(new, old) of sections changed in place: the best chain that keeps the order."""
    if len(olds) * len(news) > _MAX_PAIRS:
        yield from _paired_by_label(before, after, olds, news)
        return
    scores = [[_score(before[old], after[new]) for new in news] for old in olds]
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    for i in reversed(range(len(olds))):
        for j in reversed(range(len(news))):
            skipped = max(best[i + 1][j], best[i][j + 1])
            best[i][j] = max(skipped, scores[i][j] + best[i + 1][j + 1] if scores[i][j] else 0.0)
    i = j = 0
    while i < len(olds) and j < len(news):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            yield news[j], olds[i]
            i, j = i + 1, j + 1


def _paired_by_label(
    before: list[_Side], after: list[_Side], olds: range, news: range
) -> Iterator[tuple[int, int]]:
    labels = {(after[new].section.section.path, after[new].label): new for new in reversed(news)}
    for old in olds:
        new = labels.pop((before[old].section.section.path, before[old].label), None)
        if new is not None and _score(before[old], after[new]):
            yield new, old


def _score(old: _Side, new: _Side) -> float:
    """Returns how well two sections match; 0 where they are not the same one."""
    alike = _dice(old, new)
    same_label = old.label == new.label
    if alike < (_ALIKE_BY_LABEL if same_label else _ALIKE):
        return 0.0
    return alike + _LABEL_BONUS * same_label


def _dice(old: _Side, new: _Side) -> float:
    total = len(old.pairs) + len(new.pairs)
    return 2 * len(old.pairs & new.pairs) / total if total else 1.0


def _elsewhere(
    before: list[_Side], after: list[_Side], partner: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """(new, old) of sections that were carried to another place, the same or much alike."""
    taken = set(partner.values())
    olds: dict[str, list[int]] = defaultdict(list)
    for old, side in enumerate(before):
        if old not in taken and len(side.key) > 1:
            olds[side.key].append(old)
    open_news = []
    for new, side in enumerate(after):
        if new in partner:
            continue
        if olds.get(side.key):
            yield new, olds[side.key].pop(0)
        else:
            open_news.append(new)
    left = [old for places in olds.values() for old in places]
    if len(left) * len(open_news) > _MAX_PAIRS:
        return
    ranked = sorted(
        ((_dice(before[old], after[new]), new, old) for old in left for new in open_news),
        key=lambda match: (-match[0], match[1:]),
    )
    done: set[tuple[str, int]] = set()
    for alike, new, old in ranked:
        if alike < _ALIKE_ELSEWHERE:
            break
        if ("new", new) not in done and ("old", old) not in done:
            done |= {("new", new), ("old", old)}
            yield new, old


def _in_order(
    before: list[_Side], after: list[_Side], partner: dict[int, int]
) -> Iterator[tuple[_Side | None, _Side | None]]:
    """Old and new sections side by side; removed ones after those they followed."""
    kept = set(partner.values())
    followers: dict[int, list[int]] = defaultdict(list)
    last = -1
    for old in range(len(before)):
        if old in kept:
            last = old
        else:
            followers[last].append(old)
    yield from ((before[old], None) for old in followers[-1])
    for new, side in enumerate(after):
        origin = partner.get(new)
        yield (None if origin is None else before[origin]), side
        if origin is not None:
            yield from ((before[gone], None) for gone in followers[origin])


def _out_of_order(
    before: list[_Side], after: list[_Side], partner: dict[int, int]
) -> set[tuple[int, int]]:
    """Spans' starts of pairs that are not on the longest chain in the old order."""
    news = sorted(partner)
    chain = common_runs([partner[new] for new in news], sorted(partner.values()))
    kept = {run.a + k for run in chain for k in range(run.size)}
    return {
        (before[partner[new]].section.span.start, after[new].section.span.start)
        for place, new in enumerate(news)
        if place not in kept
    }


def _with_moves(
    changes: list[SectionChange], moved: set[tuple[int, int]]
) -> Iterator[SectionChange]:
    for change in changes:
        old, new = change.before, change.after
        if change.kind == "unchanged" and old and new:
            elsewhere = (old.span.start, new.span.start) in moved
            if elsewhere or old.section.path[-1:] != new.section.path[-1:]:
                yield SectionChange("moved", old, new)
                continue
        yield change


def _change(
    a: str, b: str, old: _Side | None, new: _Side | None, words: Words | None
) -> SectionChange:
    if old is None:
        return SectionChange("added", None, new.section if new else None)
    if new is None:
        return SectionChange("removed", old.section, None)
    if old.key == new.key:
        return SectionChange("unchanged", old.section, new.section)
    edits = _edits(
        _tokens(a, Span(old.start, old.section.span.end), words),
        _tokens(b, Span(new.start, new.section.span.end), words),
    )
    return SectionChange("changed", old.section, new.section, tuple(edits))


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    span: Span


_UNSEEN = "\u200b-\u200f\u2060\ufeff"
_BLANK = re.compile(rf"[\s{_UNSEEN}]+")
_RUN = re.compile(rf"[^\s{_UNSEEN}]+")
_TOKEN = re.compile(
    rf"[A-Za-z0-9０-９Ａ-Ｚａ-ｚ]+|[〇○零一二三四五六七八九十百千万]+|[^\s{_UNSEEN}]"
)


def _tokens(text: str, span: Span, words: Words | None) -> list[_Token]:
    tokens = []
    start = span.start
    pieces = words(span.of(text)) if words else [span.of(text)]
    for piece in pieces:
        for found in (_RUN if words else _TOKEN).finditer(piece):
            place = Span(start + found.start(), start + found.end())
            tokens.append(_Token(normalize("NFKC", found[0]), place))
        start += len(piece)
    return tokens


def _edits(old: list[_Token], new: list[_Token]) -> Iterator[Edit]:
    runs = common_runs([token.key for token in old], [token.key for token in new])
    runs = without_islands(runs, len(old), len(new))
    ends = [Run(0, 0, 0), *runs, Run(len(old), len(new), 0)]
    for run, following in pairwise(ends):
        i, j = run.a + run.size, run.b + run.size
        if i < following.a or j < following.b:
            yield Edit(_cover(old, i, following.a), _cover(new, j, following.b))


def _cover(tokens: list[_Token], start: int, end: int) -> Span:
    """The span of tokens ``start`` to ``end``; where there are none, the place between two."""
    if start < end:
        return Span(tokens[start].span.start, tokens[end - 1].span.end)
    if start:
        place = tokens[start - 1].span.end
    elif tokens:
        place = tokens[0].span.start
    else:
        place = 0
    return Span(place, place)
