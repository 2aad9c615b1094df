"""Verifies quotations: they stand in the corpus word for word, nearly, or not at all.

Texts are compared as phrases are, folded and without blanks (`indexer.text.folding`). The stretch
of a text that is nearest to a quotation is found by the bit-parallel approximate matching of Myers
(1999, "A fast bit-vector algorithm for approximate string matching based on dynamic programming").
For each character of the text, it takes a few operations on numbers with as many bits as the
quotation has characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from indexer.documents.model import Span
from indexer.documents.versions.align import Run, common_runs, without_islands
from indexer.documents.versions.diff import Edit
from indexer.errors import QueryError
from indexer.kernel.types import Match
from indexer.text.folding import Folding, without_blanks
from searcher.backends.backend import Backend, Findings
from searcher.query.parser import MAX_LENGTH
from searcher.ranking.plan import InOrder, Plan, SectionRef
from searcher.ranking.query_terms import as_weights, terms_of
from searcher.results.excerpts import WIDTH, Excerpt
from searcher.results.model import Hit
from searcher.results.snippet import make_snippet

if TYPE_CHECKING:
    from searcher.results.json_shapes import QuotedJson, VerificationJson

Verdict = Literal["verbatim", "near", "absent"]

NEAR = 0.6  # of the characters; shuffled texts have about half in common by chance
# The number of sections to compare with a quotation that stands nowhere word for word: enough for
# this many characters in all, within these bounds. Short quotations need many sections, because an
# edit removes most of the terms by which they are found.
_COMPARED = 12_800
_FEWEST, _MOST = 8, 64
_TELLING = 48  # of its rarest bigrams choose the sections
_HALF = 4  # characters: shorter texts stand in too many sections
_ELLIPSIS = re.compile(r"[…⋯]+|\.{3,}|。{3,}")
_SAYING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The place of a piece of the quotation: ``span`` of the source, which reads ``text`` there.

    Each of ``edits`` leads from characters of the quotation (``before``) to those in the source
    (``after``); there are none if the piece stands there word for word.
    """

    span: Span
    text: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that the quotation may come from.

    ``hit`` is the section in which it begins; its snippet and line show the passage. ``stretches``
    has the place of each piece between ellipses, in order. ``kept`` is the number of characters
    that the quotation and the passage have in common, divided by the length of the longer one: 1.0
    is word for word.
    """

    hit: Hit
    stretches: tuple[Stretch, ...]
    kept: float

    def to_dict(self) -> QuotedJson:
        """Returns the values of hit and passage, in the form that ``verify --json`` prints."""
        from searcher.results.as_json import quoted_json

        return quoted_json(self)


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer to the question if a quotation stands in the corpus, and where.

    If the verdict is ``verbatim``, ``passages`` are where it stands, newest first; they are the
    first of ``total`` sections. If it is ``near``, they are the nearest, best first. If it is
    ``absent``, there are none. ``took`` is in seconds.
    """

    quotation: str
    verdict: Verdict
    total: int
    passages: tuple[Quoted, ...]
    took: float = field(default=0.0, compare=False)

    def to_dict(self) -> VerificationJson:
        """Returns the verdict and the passages, in the form that ``verify --json`` prints."""
        from searcher.results.as_json import verification_json

        return verification_json(self)


class Finding(NamedTuple):
    """A passage as the parts of a `Hit` (its first section and an excerpt) and of a `Quoted`."""

    section: SectionRef
    excerpt: Excerpt
    stretches: tuple[Stretch, ...]
    kept: float


class _Fit(NamedTuple):
    """The best places of pieces in the joined text of neighbouring sections of a document.

    ``sections`` are the places of these sections in the document; ``places`` has the (start, end)
    of each piece.
    """

    document: str
    sections: range
    places: tuple[tuple[int, int], ...]
    distance: int


def find_quotation(
    backend: Backend, quotation: str, limit: int
) -> tuple[Verdict, int, list[Finding]]:
    """Returns the verdict on ``quotation``, its best passages, and the number of verbatim places.

    There are at most ``limit`` passages. Raises QueryError if the quotation has no text or is
    longer than `MAX_LENGTH`.
    """
    whole, pieces = _read(quotation)
    for sought in (whole, pieces) if len(pieces) > 1 or pieces != whole else (whole,):
        texts = [piece.text for piece in sought]
        found = _holding(backend, texts)
        if total := found.count():
            fits = [_verbatim(backend, hit.section, texts) for hit in found.top(limit, "newest")]
            return "verbatim", total, [_finding(backend, sought, fit) for fit in fits]
    texts = [piece.text for piece in pieces]
    across = _across(backend, texts[0]) if len(texts) == 1 else []
    fits = across or _nearest(backend, texts)
    if across := across or [fit for fit in fits if not fit.distance]:
        across.sort(key=lambda fit: _newest(backend, fit))
        return "verbatim", len(across), [_finding(backend, pieces, f) for f in across[:limit]]
    passages = [_finding(backend, pieces, fit) for fit in fits[: max(limit, 1)]]
    passages = sorted((one for one in passages if one.kept >= NEAR), key=lambda one: -one.kept)
    return ("near" if passages else "absent"), 0, passages[:limit]


def _read(quotation: str) -> tuple[list[Folding], list[Folding]]:
    """Returns the quotation folded, without the marks around it: whole, and cut at ellipses."""
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


# --- candidates -----------------------------------------------------------------------------------


def _holding(backend: Backend, texts: Sequence[str]) -> Findings:
    """Returns the sections in which ``texts`` stand in this order."""
    return backend.carry_out(Plan((), match=InOrder(tuple(texts))))


def _verbatim(backend: Backend, section: SectionRef, texts: Sequence[str]) -> _Fit:
    places = _in_order(backend.folded_text(section), texts)
    return _Fit(section.document, range(section.place, section.place + 1), places, 0)


def _in_order(text: str, pieces: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Returns the places of ``pieces`` in ``text``, one after the other; empty if it lacks them."""
    places: list[tuple[int, int]] = []
    end = 0
    for piece in pieces:
        start = text.find(piece, end)
        if start < 0:
            return ()
        end = start + len(piece)
        places.append((start, end))
    return tuple(places)


def _newest(backend: Backend, fit: _Fit) -> tuple[int, SectionRef]:
    date = backend.facts(fit.document).date
    return -int(date.replace("-", "") or 0), SectionRef(fit.document, fit.sections.start)


def _nearest(backend: Backend, pieces: Sequence[str]) -> list[_Fit]:
    """Returns the places of ``pieces`` in the sections that share most of their rare terms.

    The best come first.
    """
    frequency = backend.frequency
    terms = {term for piece in pieces for term in terms_of(piece, backend.analyzer)}
    rarest = sorted((term for term in terms if frequency(term)), key=lambda t: (frequency(t), t))
    count = max(_FEWEST, min(_MOST, _COMPARED // sum(map(len, pieces))))
    plan = Plan(as_weights(dict.fromkeys(rarest[:_TELLING], 1.0)))
    hits = backend.carry_out(plan).top(count)
    fits = {
        _fit(backend, hit.section, pieces): None for hit in hits
    }  # two sections may lead to one fit
    return sorted(fits, key=lambda fit: fit.distance)


def _fit(backend: Backend, section: SectionRef, pieces: Sequence[str]) -> _Fit:
    """Returns the best place of ``pieces`` in a section and its neighbours within their length."""
    sections, texts, first, last = _around(backend, section, sum(map(len, pieces)))
    joined = "".join(texts)[:last]
    places: list[tuple[int, int]] = []
    total = 0
    for piece in pieces:
        start, end, distance = best_stretch(piece, joined[first:])
        places.append((first + start, first + end))
        first += end
        total += distance
    return _Fit(section.document, *_touched(sections, texts, places), total)


def _across(backend: Backend, text: str) -> list[_Fit]:
    """Returns the section borders that ``text`` crosses, with half of it on one side of each."""
    half = len(text) // 2
    if half < _HALF:
        return []
    ends = [
        section
        for section in _holding(backend, [text[:half]]).sections()
        if text.startswith((body := backend.folded_text(section))[body.rfind(text[:half]) :])
    ]
    begins = [
        section
        for section in _holding(backend, [text[half:]]).sections()
        if text.endswith(
            (body := backend.folded_text(section))[: body.find(text[half:]) + len(text) - half]
        )
    ]
    fits: dict[_Fit, None] = {}  # both sections may lead to one fit
    for section in (*ends, *begins):
        sections, texts, *_ = _around(backend, section, len(text))
        if places := _in_order("".join(texts), [text]):
            fits[_Fit(section.document, *_touched(sections, texts, places), 0)] = None
    return list(fits)


def _around(backend: Backend, section: SectionRef, reach: int) -> tuple[range, list[str], int, int]:
    """Returns the places and the texts of a section and its neighbours.

    The numbers are the span, in the joined texts, of the section with ``reach`` more characters on
    either side.
    """
    document, place = section
    before = _reached(backend, document, range(place - 1, -1, -1), reach)[::-1]
    behind = range(place + 1, backend.facts(document).section_count)
    after = _reached(backend, document, behind, reach)
    texts = [*before, backend.folded_text(section), *after]
    start = sum(map(len, before))
    last = start + len(texts[len(before)]) + reach
    sections = range(place - len(before), place + len(after) + 1)
    return sections, texts, max(0, start - reach), last


def _reached(backend: Backend, document: str, places: range, reach: int) -> list[str]:
    """Returns the texts of the first of ``places`` that together have ``reach`` characters."""
    texts: list[str] = []
    for place in places:
        if reach <= 0:
            break
        texts.append(backend.folded_text(SectionRef(document, place)))
        reach -= len(texts[-1])
    return texts


def _touched(
    sections: range, texts: Sequence[str], places: Sequence[tuple[int, int]]
) -> tuple[range, tuple[tuple[int, int], ...]]:
    """Returns the sections in which ``places`` begin and end, and the places counted from there."""
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


# --- approximate matching -------------------------------------------------------------------------


def best_stretch(pattern: str, text: str) -> tuple[int, int, int]:
    """Returns the stretch of ``text`` nearest to ``pattern``, and the number of edits between them.

    An edit inserts, deletes or replaces a character. Of equally near stretches it is the first, and
    its ends are replaced rather than left out: ``abcx`` is ``abcd`` in ``abcdef``. Each character
    of the text takes a few operations on numbers of ``len(pattern)`` bits.
    """
    start = text.find(pattern)
    if start >= 0:
        return start, start + len(pattern), 0
    distance, end = _first_least([len(pattern), *_distances(pattern, text)])
    backwards = text[max(0, end - 2 * len(pattern)) : end][::-1]
    _, size = _first_least([len(pattern), *_distances(pattern[::-1], backwards, anchored=True)])
    return end - size, end, distance


def _first_least(distances: Sequence[int]) -> tuple[int, int]:
    """Returns the least distance, and the end of the first run of it."""
    least = min(distances)
    at = distances.index(least)
    while at + 1 < len(distances) and distances[at + 1] == least:
        at += 1
    return least, at


def _distances(pattern: str, text: str, *, anchored: bool = False) -> Iterator[int]:
    """Yields the distance of ``pattern`` to a stretch that ends at each character of ``text``.

    It is the least distance of any such stretch, which may begin anywhere or, if ``anchored``,
    begins where the text does.
    """
    masks: dict[str, int] = {}
    for index, char in enumerate(pattern):
        masks[char] = masks.get(char, 0) | 1 << index
    full, last = (1 << len(pattern)) - 1, len(pattern) - 1
    more, less = full, 0  # the rows at which the distance rises, and falls, from the row above
    distance = len(pattern)
    for char in text:
        equal = masks.get(char, 0)
        across = ((equal & more) + more ^ more) | equal
        rises, falls = less | full & ~(across | more), more & across
        distance += (rises >> last & 1) - (falls >> last & 1)
        rises = (rises << 1 | anchored) & full
        more, less = (falls << 1 & full) | full & ~(equal | less | rises), rises & (equal | less)
        yield distance


# --- passages -------------------------------------------------------------------------------------


def _finding(backend: Backend, pieces: Sequence[Folding], fit: _Fit) -> Finding:
    """Returns a fit of ``pieces`` as a passage of the source."""
    text = backend.document(fit.document).text
    found = backend.sections(fit.document)[fit.sections.start : fit.sections.stop]
    spans = [section.span for section in found]
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
    section = SectionRef(fit.document, fit.sections.start)
    return Finding(section, excerpt, tuple(stretches), kept / longer)


def _folded(text: str, spans: Sequence[Span]) -> Folding:
    """Returns the joined text of sections, with the offsets in the text of their document."""
    parts = [without_blanks(span.of(text)) for span in spans]
    starts = [s.start + at for s, part in zip(spans, parts, strict=True) for at in part.starts]
    return Folding("".join(part.text for part in parts), starts, [start + 1 for start in starts])


def _edits(
    piece: Folding, source: Folding, start: int, end: int, runs: list[Run]
) -> Iterator[Edit]:
    """Yields the edits from ``piece`` to the characters ``start`` to ``end`` of ``source``."""
    size = len(piece.text)
    runs = without_islands(runs, size, end - start)
    for run, following in pairwise([Run(0, 0, 0), *runs, Run(size, end - start, 0)]):
        i, j = run.a + run.size, run.b + run.size
        if i < following.a or j < following.b:
            after = _span(source, start + j, start + following.b)
            yield Edit(_span(piece, i, following.a), after)


def _span(folding: Folding, start: int, end: int) -> Span:
    """Returns the source span of the characters ``start`` to ``end``, which may be equal."""
    if start < end:
        return Span(*folding.source(start, end))
    at = folding.ends[start - 1] if start else folding.starts[0]
    return Span(at, at)
