"""Whether a quotation stands in the corpus: word for word, nearly, or not at all.

Texts are compared as phrases are, folded and stripped of blanks (`indexer.text.folding`). The best
stretch of a text for a quotation is found by the bit-parallel approximate matching of Myers (1999,
"A fast bit-vector algorithm for approximate string matching based on dynamic programming"), which
takes a few operations on numbers of as many bits as the quotation has characters for each character
of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import nsmallest
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from indexer.documents.model import Span
from indexer.documents.versions.align import Run, common_runs, without_islands
from indexer.documents.versions.diff import Edit
from indexer.errors import QueryError
from indexer.kernel.types import Match
from indexer.storage.schema import BIGRAMS
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import bigrams, ranked
from indexer.text.folding import Folding, without_blanks
from searcher.query.parser import MAX_LENGTH
from searcher.ranking.ranker import result_order, terms_of
from searcher.results.excerpts import WIDTH, Excerpt
from searcher.results.model import Hit
from searcher.results.snippet import make_snippet

if TYPE_CHECKING:
    from searcher.results.json_shapes import QuotedJson, VerificationJson

Verdict = Literal["verbatim", "near", "absent"]

NEAR = 0.6  # of the characters must be kept; of shuffled ones by chance about half are
# Sections that are compared with a quotation that stands nowhere: enough for so many characters of
# it in all, within these bounds. Short ones need many, for an edit takes most of what tells.
_COMPARED = 12_800
_FEWEST, _MOST = 8, 64
_TELLING = 48  # of its rarest bigrams choose them
_HALF = 4  # characters: less stands in so many sections that no border tells
_ELLIPSIS = re.compile(r"[…⋯]+|\.{3,}|。{3,}")
_SAYING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a piece of the quotation stands: ``span`` of the source, which reads ``text`` there.

    Each of ``edits`` leads from characters of the quotation (``before``) to those that stand in
    the source instead (``after``); there are none where it stands word for word.
    """

    span: Span
    text: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that a quotation may be of.

    ``hit`` is the section it begins in; its snippet and line show the passage. ``stretches`` are
    in order, one for each piece between ellipses. ``kept`` is the share of characters that the
    quotation and the passage have in common, of the longer one: 1.0 word for word.
    """

    hit: Hit
    stretches: tuple[Stretch, ...]
    kept: float

    def to_dict(self) -> QuotedJson:
        """Returns the hit's values and those of the passage, as ``verify --json`` prints them."""
        from searcher.results.as_json import quoted_json

        return quoted_json(self)


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a quotation stands in the corpus, and where.

    ``verbatim``: ``passages`` are where, newest first, the first ones of ``total`` sections.
    ``near``: they are the nearest, best first. ``absent``: there are none. ``took`` is in seconds.
    """

    quotation: str
    verdict: Verdict
    total: int
    passages: tuple[Quoted, ...]
    took: float = field(default=0.0, compare=False)

    def to_dict(self) -> VerificationJson:
        """Returns the verdict and the passages, as ``verify --json`` prints them."""
        from searcher.results.as_json import verification_json

        return verification_json(self)


class Finding(NamedTuple):
    """A passage in what makes a `Hit` of it, its first section and an excerpt, and a `Quoted`."""

    section: int
    excerpt: Excerpt
    stretches: tuple[Stretch, ...]
    kept: float

    def show(self, _: int) -> Excerpt:
        """The excerpt, whatever the section: it may lie across two."""
        return self.excerpt


class _Fit(NamedTuple):
    """Where pieces lie best in the joined text of neighbouring sections: (start, end) of each."""

    sections: range
    places: tuple[tuple[int, int], ...]
    distance: int


def find_quotation(
    snapshot: Snapshot, quotation: str, limit: int
) -> tuple[Verdict, int, list[Finding]]:
    """The verdict on ``quotation``, in how many places it stands word for word, and the best.

    Raises QueryError if it says nothing or is longer than `MAX_LENGTH`.
    """
    whole, pieces = _read(quotation)
    for sought in (whole, pieces) if len(pieces) > 1 or pieces != whole else (whole,):
        texts = [piece.text for piece in sought]
        if sections := _holding(snapshot, texts):
            best = nsmallest(limit, sections, key=partial(_newest, snapshot))
            fits = [_Fit(range(u, u + 1), _in_order(_text(snapshot, u), texts), 0) for u in best]
            return "verbatim", len(sections), [_finding(snapshot, sought, fit) for fit in fits]
    texts = [piece.text for piece in pieces]
    across = _across(snapshot, texts[0]) if len(texts) == 1 else []
    fits = across or _nearest(snapshot, texts)
    if across := across or [fit for fit in fits if not fit.distance]:
        across.sort(key=lambda fit: _newest(snapshot, fit.sections.start))
        return "verbatim", len(across), [_finding(snapshot, pieces, f) for f in across[:limit]]
    found = [_finding(snapshot, pieces, fit) for fit in fits[: max(limit, 1)]]
    found = sorted((one for one in found if one.kept >= NEAR), key=lambda one: -one.kept)
    return ("near" if found else "absent"), 0, found[:limit]


def _read(quotation: str) -> tuple[list[Folding], list[Folding]]:
    """The quotation folded, without quotation marks around it; whole, and between ellipses."""
    if len(quotation) > MAX_LENGTH:
        reason = f"a quotation of more than {MAX_LENGTH:,} characters"
        raise QueryError(quotation, MAX_LENGTH, reason)
    whole = without_blanks(quotation)
    if whole.text.count('"') == 2 and whole.text[0] == whole.text[-1] == '"':
        whole = _slice(whole, 1, len(whole.text) - 1)
    ends = [0, *(end for gap in _ELLIPSIS.finditer(whole.text) for end in gap.span())]
    bounds = zip(ends[::2], [*ends[1::2], len(whole.text)], strict=True)
    pieces = [_slice(whole, start, end) for start, end in bounds]
    pieces = [piece for piece in pieces if _SAYING.search(piece.text)]
    if not pieces:
        reason = "an empty quotation: it has no letter, digit or Chinese character"
        raise QueryError(quotation, 0, reason)
    return [whole], pieces


def _slice(folding: Folding, start: int, end: int) -> Folding:
    return Folding(folding.text[start:end], folding.starts[start:end], folding.ends[start:end])


def _text(snapshot: Snapshot, section: int) -> str:
    return snapshot.terms.text(section)


def _holding(snapshot: Snapshot, texts: Sequence[str]) -> list[int]:
    """The sections in which ``texts`` stand in this order."""
    pairs = {pair for text in texts for pair in ranked(bigrams(text))}
    longest = max(texts, key=len)
    sections = snapshot.terms.holding(longest, [(BIGRAMS, pair) for pair in pairs])
    if len(texts) == 1:
        return list(sections)
    return [section for section in sections if _in_order(_text(snapshot, section), texts)]


def _in_order(text: str, pieces: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where ``pieces`` stand in ``text`` one after the other; nothing if they do not."""
    places: list[tuple[int, int]] = []
    end = 0
    for piece in pieces:
        start = text.find(piece, end)
        if start < 0:
            return ()
        end = start + len(piece)
        places.append((start, end))
    return tuple(places)


def _newest(snapshot: Snapshot, section: int) -> tuple[int, tuple[str, int]]:
    date = snapshot.rows[snapshot.numbering.document_of(section)].date
    return -int(date.replace("-", "") or 0), result_order(snapshot, section)


def _nearest(snapshot: Snapshot, pieces: Sequence[str]) -> list[_Fit]:
    """Where ``pieces`` lie in the sections that share most of their rare terms, best first."""
    frequency = snapshot.terms.frequency
    terms = {term for piece in pieces for term in terms_of(piece, snapshot.analyzer)}
    rarest = sorted((term for term in terms if frequency(term)), key=lambda t: (frequency(t), t))
    count = max(_FEWEST, min(_MOST, _COMPARED // sum(map(len, pieces))))
    best = snapshot.terms.top(count, rarest[:_TELLING], partial(result_order, snapshot))
    fits = {
        _fit(snapshot, section, pieces): None for _, section in best
    }  # two sections may lead to one
    return sorted(fits, key=lambda fit: fit.distance)


def _fit(snapshot: Snapshot, section: int, pieces: Sequence[str]) -> _Fit:
    """Where ``pieces`` lie best in a section and what its neighbours have within their length."""
    sections, texts, first, last = _around(snapshot, section, sum(map(len, pieces)))
    joined = "".join(texts)[:last]
    places: list[tuple[int, int]] = []
    total = 0
    for piece in pieces:
        start, end, distance = best_stretch(piece, joined[first:])
        places.append((first + start, first + end))
        first += end
        total += distance
    return _Fit(*_touched(sections, texts, places), total)


def _across(snapshot: Snapshot, text: str) -> list[_Fit]:
    """The border that ``text`` runs over: one half of it stands whole in one of two sections."""
    half = len(text) // 2
    if half < _HALF:
        return []
    ends = [
        section
        for section in _holding(snapshot, [text[:half]])
        if text.startswith((body := _text(snapshot, section))[body.rfind(text[:half]) :])
    ]
    begins = [
        section
        for section in _holding(snapshot, [text[half:]])
        if text.endswith(
            (body := _text(snapshot, section))[: body.find(text[half:]) + len(text) - half]
        )
    ]
    fits: dict[_Fit, None] = {}  # both sections may lead to one
    for section in (*ends, *begins):
        sections, texts, *_ = _around(snapshot, section, len(text))
        if places := _in_order("".join(texts), [text]):
            fits[_Fit(*_touched(sections, texts, places), 0)] = None
    return list(fits)


def _around(snapshot: Snapshot, section: int, reach: int) -> tuple[range, list[str], int, int]:
    """A section and its neighbours: their numbers and texts, and of these, joined, the span of the
    section's own with ``reach`` characters on either side."""
    numbers = snapshot.numbering.sections_of(snapshot.numbering.document_of(section))
    before = _reached(snapshot, range(section - 1, numbers.start - 1, -1), reach)[::-1]
    after = _reached(snapshot, range(section + 1, numbers.stop), reach)
    texts = [*before, _text(snapshot, section), *after]
    start = sum(map(len, before))
    last = start + len(texts[len(before)]) + reach
    sections = range(section - len(before), section + len(after) + 1)
    return sections, texts, max(0, start - reach), last


def _reached(snapshot: Snapshot, sections: range, reach: int) -> list[str]:
    """The texts of the first of ``sections`` that have ``reach`` characters together."""
    texts: list[str] = []
    for section in sections:
        if reach <= 0:
            break
        texts.append(_text(snapshot, section))
        reach -= len(texts[-1])
    return texts


def _touched(
    sections: range, texts: Sequence[str], places: Sequence[tuple[int, int]]
) -> tuple[range, tuple[tuple[int, int], ...]]:
    """The sections in which ``places`` begin and end, and the places as counted from these."""
    start, stop, skipped = sections.start, sections.stop, 0
    for text in texts[:-1]:
        if places[0][0] < skipped + len(text):
            break
        start, skipped = start + 1, skipped + len(text)
    end = sum(map(len, texts))
    for text in reversed(texts[1:]):
        if stop - 1 <= start or places[-1][1] > end - len(text):
            break
        stop, end = stop - 1, end - len(text)
    return range(start, stop), tuple((begin - skipped, end - skipped) for begin, end in places)


def best_stretch(pattern: str, text: str) -> tuple[int, int, int]:
    """The stretch of ``text`` that takes fewest edits to make of ``pattern``, and how many.

    An edit puts in, takes out or replaces a character. It is the first such stretch, and its ends
    are replaced rather than left out: ``abcx`` is ``abcd`` in ``abcdef``. Time: a few operations
    on numbers of ``len(pattern)`` bits for each character.
    """
    start = text.find(pattern)
    if start >= 0:
        return start, start + len(pattern), 0
    distance, end = _first_least([len(pattern), *_distances(pattern, text)])
    backwards = text[max(0, end - 2 * len(pattern)) : end][::-1]
    _, size = _first_least([len(pattern), *_distances(pattern[::-1], backwards, anchored=True)])
    return end - size, end, distance


def _first_least(distances: Sequence[int]) -> tuple[int, int]:
    """The least distance, and the end of the first run of it."""
    least = min(distances)
    at = distances.index(least)
    while at + 1 < len(distances) and distances[at + 1] == least:
        at += 1
    return least, at


def _distances(pattern: str, text: str, *, anchored: bool = False) -> Iterator[int]:
    """For each character of ``text`` the least distance of what ends with it from ``pattern``.

    What ends there may begin anywhere; ``anchored``, it begins where the text does.
    """
    masks: dict[str, int] = {}
    for index, char in enumerate(pattern):
        masks[char] = masks.get(char, 0) | 1 << index
    full, last = (1 << len(pattern)) - 1, len(pattern) - 1
    more, less = full, 0  # rows at which the distance rises, falls from the row above
    distance = len(pattern)
    for char in text:
        equal = masks.get(char, 0)
        across = ((equal & more) + more ^ more) | equal
        rises, falls = less | full & ~(across | more), more & across
        distance += (rises >> last & 1) - (falls >> last & 1)
        rises = (rises << 1 | anchored) & full
        more, less = (falls << 1 & full) | full & ~(equal | less | rises), rises & (equal | less)
        yield distance


def _finding(snapshot: Snapshot, pieces: Sequence[Folding], fit: _Fit) -> Finding:
    """What a fit of ``pieces`` is in the source."""
    index = snapshot.numbering.document_of(fit.sections.start)
    text = snapshot.document(index).text
    first = snapshot.numbering.firsts[index]
    spans = [
        section.span
        for section in snapshot.sections(index)[fit.sections.start - first :][: len(fit.sections)]
    ]
    source = _folded(text, spans)
    stretches: list[Stretch] = []
    kept = longer = 0
    for piece, (start, end) in zip(pieces, fit.places, strict=True):
        stretch = _slice(source, start, end)
        runs = common_runs(piece.text, stretch.text)
        kept += sum(run.size for run in runs)
        longer += max(len(piece.text), end - start)
        span = _span(source, start, end)
        edits = tuple(_edits(piece, source, start, end, runs))
        stretches.append(Stretch(span, span.of(text), edits))
    begin = spans[0].start
    matches = [Match(s.span.start - begin, s.span.end - begin, 0) for s in stretches if s.text]
    snippet = make_snippet(text[begin : spans[-1].end], matches, [1.0], WIDTH)
    excerpt = Excerpt(snippet, text.count("\n", begin, stretches[0].span.start))
    return Finding(fit.sections.start, excerpt, tuple(stretches), kept / longer)


def _folded(text: str, spans: Sequence[Span]) -> Folding:
    """The joined text of sections, which leads back to that of their document."""
    parts = [without_blanks(span.of(text)) for span in spans]
    starts = [s.start + at for s, part in zip(spans, parts, strict=True) for at in part.starts]
    return Folding("".join(part.text for part in parts), starts, [start + 1 for start in starts])


def _edits(
    piece: Folding, source: Folding, start: int, end: int, runs: list[Run]
) -> Iterator[Edit]:
    """What to change in ``piece`` for the characters ``start`` to ``end`` of ``source``."""
    size = len(piece.text)
    runs = without_islands(runs, size, end - start)
    for run, following in pairwise([Run(0, 0, 0), *runs, Run(size, end - start, 0)]):
        i, j = run.a + run.size, run.b + run.size
        if i < following.a or j < following.b:
            after = _span(source, start + j, start + following.b)
            yield Edit(_span(piece, i, following.a), after)


def _span(folding: Folding, start: int, end: int) -> Span:
    """The source of characters ``start`` to ``end``; of none, the place where they would be."""
    if start < end:
        return Span(*folding.source(start, end))
    at = folding.ends[start - 1] if start else folding.starts[0]
    return Span(at, at)
