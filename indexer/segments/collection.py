"""Several segments searched as one: sets of sections, document frequencies, and best sections.

Sections are numbered consecutively through all segments. Deleted sections count nowhere, neither in
frequencies and average lengths nor in any set, so that scores do not depend on the history of an
index.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from heapq import merge
from itertools import groupby, takewhile
from operator import eq, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from indexer.kernel import kernel as default_kernel
from indexer.kernel.bm25 import UNIT, impact, norm, term_weight
from indexer.kernel.bm25 import idf as bm25_idf
from indexer.segments.segment import PostingsAt, Segment

if TYPE_CHECKING:
    from indexer.kernel.interface import Kernel
    from indexer.kernel.types import Buffer, FoldedText, Needles, SnippetParts

Term = tuple[str, str]  # field, text
# Parallel arrays of 32 bits: documents, and the group of each. A document may be in several groups.
DocumentLabels = tuple[bytes, bytes]
# The place of a term in each segment, the number of live sections that have it, and its inverse
# document frequency.
Found = tuple[tuple[PostingsAt | None, ...], int, float]
_CACHED_TERMS = 16_384
_MOST_TEXTS = 64  # of `Segment.evidence`
_score = itemgetter(0)
_DIGITS = bytes.maketrans(b"\0\1", b"01")


class SegmentPart(NamedTuple):
    """A segment of a collection, with the number of its first section and its deleted sections.

    ``deleted`` and ``live`` are bitmaps, or None if nothing is deleted.
    """

    segment: Segment
    base: int
    live: bytes | None
    dead: bytes | None


class Contribution(NamedTuple):
    """A term's part of a score, and the numbers it is computed from (`indexer.kernel.bm25`)."""

    score: float
    tf: float
    idf: float
    df: int  # live sections that have the term
    length: float
    average_length: float


class SectionSet:
    """A set of live sections, with a bitmap for each segment."""

    def __init__(self, collection: Collection, bits: list[bytearray]) -> None:
        self._collection = collection
        self.bits = bits

    def _combine(
        self, operation: Callable[[bytearray, Buffer], None], other: SectionSet
    ) -> SectionSet:
        result = [bytearray(bits) for bits in self.bits]
        for mine, its in zip(result, other.bits, strict=True):
            operation(mine, its)
        return SectionSet(self._collection, result)

    def __and__(self, other: SectionSet) -> SectionSet:
        return self._combine(self._collection.kernel.conjoin, other)

    def __or__(self, other: SectionSet) -> SectionSet:
        return self._combine(self._collection.kernel.disjoin, other)

    def __sub__(self, other: SectionSet) -> SectionSet:
        return self._combine(self._collection.kernel.subtract, other)

    def __len__(self) -> int:
        return sum(map(self._collection.kernel.count, self.bits))

    def __iter__(self) -> Iterator[int]:
        """Yields the sections in ascending order."""
        for part, bits in zip(self._collection.parts, self.bits, strict=True):
            number = int.from_bytes(bits, "little")
            digits = f"{number:b}"[::-1]
            at = digits.find("1")
            while at >= 0:
                yield part.base + at
                at = digits.find("1", at + 1)

    def __contains__(self, section: int) -> bool:
        number = self._collection.part_of(section)
        local = section - self._collection.parts[number].base
        return bool(self.bits[number][local >> 3] >> (local & 7) & 1)

    def tally(self, firsts: Sequence[bytes]) -> bytes:
        """Returns the number of sections in the set for each document, 32 bits each.

        ``firsts`` has, for each segment, the first sections of its documents (`Kernel.tally`).
        """
        tally = self._collection.kernel.tally
        return b"".join(tally(bits, first) for bits, first in zip(self.bits, firsts, strict=True))


class Collection:
    """Segments searched as one. Safe to share between threads.

    ``deleted`` has the deleted sections of each segment, as ranges of numbers in that segment.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        deleted: Sequence[Sequence[range]],
        *,
        kernel: Kernel = default_kernel,
    ) -> None:
        self.kernel = kernel
        self.parts: list[SegmentPart] = []
        self._bases: list[int] = []
        base = gone = 0
        totals: dict[str, int] = {}
        for segment, ranges in zip(segments, deleted, strict=True):
            live, dead = _live_and_dead(segment.sections, ranges) if ranges else (None, None)
            self.parts.append(SegmentPart(segment, base, live, dead))
            self._bases.append(base)
            base += segment.sections
            gone += sum(map(len, ranges))
            for field, total in _live_totals(segment, ranges).items():
                totals[field] = totals.get(field, 0) + total
        self.count = base - gone
        self.averages = {field: total / (self.count or 1) for field, total in totals.items()}
        self._fields = {field: number for number, field in enumerate(self.averages)}
        self._scoring = [part.segment.scoring(self.averages) for part in self.parts]
        self._finders = [part.segment.find for part in self.parts]
        self._found = lru_cache(_CACHED_TERMS)(self._find)

    def part_of(self, section: int) -> int:
        """Returns the number of the segment that ``section`` lies in."""
        return bisect_right(self._bases, section) - 1

    def text(self, section: int) -> str:
        """Returns the folded text of a section, with which phrases are compared."""
        part = self.parts[self.part_of(section)]
        return part.segment.text(section - part.base)

    def evidence(self, sections: Sequence[int], texts: Sequence[str]) -> list[int]:
        """Returns which of ``texts``, none empty, stand in the folded text of each of ``sections``.

        Each is a number with bit ``i`` set where text ``i`` stands.
        """
        if len(self.parts) == 1 and len(texts) <= _MOST_TEXTS:
            return self.parts[0].segment.evidence(sections, texts).tolist()
        found = [0] * len(sections)
        places: dict[int, list[int]] = {}
        for place, section in enumerate(sections):
            places.setdefault(self.part_of(section), []).append(place)
        for number, chosen in places.items():
            segment, base, *_ = self.parts[number]
            local = [sections[place] - base for place in chosen]
            for first in range(0, len(texts), _MOST_TEXTS):
                masks = segment.evidence(local, texts[first : first + _MOST_TEXTS])
                for place, mask in zip(chosen, masks, strict=True):
                    found[place] |= mask << first
        return found

    def folded(self, section: int, gaps: bytes) -> FoldedText:
        """Returns the text of a section as it stands and folded (`Kernel.fold_codes`)."""
        part = self.parts[self.part_of(section)]
        return part.segment.folded(section - part.base, gaps)

    def excerpt(
        self, section: int, gaps: bytes, needles: Needles, weights: bytes, width: int
    ) -> SnippetParts | None:
        """Returns the snippet of a section; None if it contains none of ``needles``."""
        part = self.parts[self.part_of(section)]
        return part.segment.excerpt(section - part.base, gaps, needles, weights, width)

    # --- terms ----------------------------------------------------------------------------------

    def _find(self, term: Term) -> Found:
        """Returns a term's places in all segments, its live document frequency, and its idf."""
        field, text = term
        encoded = text.encode("utf-8", "surrogatepass")
        places = tuple([find(field, encoded) for find in self._finders])
        df = 0
        for number, place in enumerate(places):
            if place:
                df += place.df
                part = self.parts[number]
                df -= part.segment.overlap(field, place, part.dead) if part.dead else 0
        return places, df, self.idf(df)

    def frequency(self, term: Term) -> int:
        """Returns the number of live sections that have ``term``."""
        return self._found(term)[1]

    def contribution(self, term: Term, section: int, weight: float = 1.0) -> Contribution | None:
        """Returns what a term adds to the score of a live section, exact to the last bit.

        The result is None if the section lacks the term. The idf is multiplied by ``weight``.
        """
        tf = self._tf(term, section)
        if not tf:
            return None
        part = self.parts[self.part_of(section)]
        eighths = part.segment.lengths(term[0])[section - part.base]
        _, df, idf = self._found(term)
        a, c = norm(self.averages[term[0]])
        score = term_weight(idf, weight) * impact(tf, a, c, eighths)
        idf *= weight
        average = self.averages[term[0]] / UNIT
        return Contribution(score, tf, idf, df, eighths / UNIT, average)

    def _tf(self, term: Term, section: int) -> float:
        number = self.part_of(section)
        place = self._found(term)[0][number]
        if place is None:
            return 0.0
        sections, weights = self.parts[number].segment.postings(term[0], place)
        at = bisect_right(sections, section - self.parts[number].base) - 1
        return weights[at] if at >= 0 and sections[at] == section - self.parts[number].base else 0.0

    def expand(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Yields the terms of ``field`` that begin with ``prefix``, in ascending order.

        Each comes with the number of sections that have it, deleted ones included.
        """
        first = prefix.encode("utf-8", "surrogatepass")
        term_of = itemgetter(0)
        runs = (
            takewhile(lambda found: found[0].startswith(first), part.segment.terms(field, first))
            for part in self.parts
        )
        for term, places in groupby(merge(*runs, key=term_of), term_of):
            yield term.decode("utf-8", "surrogatepass"), sum(place.df for _, place in places)

    def idf(self, frequency: int) -> float:
        """Returns the idf of a term that ``frequency`` live sections have."""
        return bm25_idf(self.count, frequency)

    # --- sets -----------------------------------------------------------------------------------

    def none(self) -> SectionSet:
        """Returns the empty set."""
        return SectionSet(self, [bytearray((p.segment.sections + 7) // 8) for p in self.parts])

    def all(self) -> SectionSet:
        """Returns all live sections."""
        return SectionSet(
            self, [bytearray(p.live or _ones(p.segment.sections)) for p in self.parts]
        )

    def having(self, terms: Iterable[Term]) -> SectionSet:
        """Returns the live sections that have any of ``terms``."""
        return self.having_later(terms)()

    def having_later(self, terms: Iterable[Term]) -> Callable[[], SectionSet]:
        """Returns a function that returns what `having` would return for ``terms``.

        It works even after the segments are closed.
        """
        fillers = [part.segment.filler() for part in self.parts]
        places = [(field, self._found((field, text))[0]) for field, text in terms]

        def sections() -> SectionSet:
            found = self.none()
            for number, (part, fill) in enumerate(zip(self.parts, fillers, strict=True)):
                bits = found.bits[number]
                for field, of_parts in places:
                    if place := of_parts[number]:
                        fill(field, place, bits)
                if part.live is not None:
                    self.kernel.conjoin(bits, part.live)
            return found

        return sections

    def of_sections(self, sections: Iterable[int]) -> SectionSet:
        """Returns the set of those of ``sections`` that are live."""
        found, bases = self.none(), self._bases
        for section in sections:
            number = bisect_right(bases, section) - 1
            local = section - bases[number]
            found.bits[number][local >> 3] |= 1 << (local & 7)
        for part, bits in zip(self.parts, found.bits, strict=True):
            if part.live is not None:
                self.kernel.conjoin(bits, part.live)
        return found

    def holding(self, text: str, terms: Sequence[Term]) -> SectionSet:
        """Returns the live sections whose folded text contains ``text``.

        Every such section must have all of ``terms``: only sections that have them are read.
        """
        if not text:
            return self.none()
        found = self.all()
        rarest = sorted(set(terms), key=self.frequency)
        for number, (part, bits) in enumerate(zip(self.parts, found.bits, strict=True)):
            for term in rarest:
                place = self._found(term)[0][number]
                if place is None:
                    bits[:] = bytes(len(bits))
                    break
                part.segment.narrow(term[0], place, bits)
            part.segment.scan(text, bits)
        return found

    def of_documents(self, chosen: Sequence[bytes], firsts: Sequence[bytes]) -> SectionSet:
        """Returns the live sections of documents.

        ``chosen`` has a set of documents for each segment, ``firsts`` the first section of each
        document.
        """
        found = [
            self.kernel.expand(documents, first)
            for documents, first in zip(chosen, firsts, strict=True)
        ]
        for part, bits in zip(self.parts, found, strict=True):
            if part.live is not None:
                self.kernel.conjoin(bits, part.live)
        return SectionSet(self, found)

    def group(self, counts: bytes, groups: DocumentLabels, number: int) -> array[int]:
        """Returns ``counts`` (by document) summed for each of ``number`` groups of documents."""
        totals = bytearray(4 * number)
        self.kernel.group(counts, *groups, totals)
        return array("I", bytes(totals))

    # --- ranking --------------------------------------------------------------------------------

    def by_weight(self, terms: Mapping[Term, float]) -> list[Term]:
        """Returns ``terms`` in the order in which `top` adds up their contributions."""
        return sorted(terms, key=lambda term: -term_weight(self._found(term)[2], terms[term]))

    def top(
        self,
        k: int,
        terms: Iterable[Term] | Mapping[Term, float],
        order: Callable[[int], Any],
        within: SectionSet | None = None,
        *,
        zeros: bool = True,
    ) -> list[tuple[float, int]]:
        """Returns the ``k`` best (score, section), best first, equal scores by ``order``.

        A score is the sum of the contributions of ``terms``, added in the order of `by_weight`. If
        ``terms`` has weights, each idf is multiplied by its term's weight. Only sections with any
        of the terms are ranked, and only those of ``within`` if it is given; with ``zeros``, all
        sections of ``within`` are, whatever they score. ``order`` must be ascending over the
        sections of a segment.
        """
        weights = terms if isinstance(terms, Mapping) else {}
        scored = []
        for term in terms:
            places, df, idf = self._found(term)
            if df:
                weight = term_weight(idf, weights.get(term, 1.0))
                scored.append((self._fields[term[0]], places, weight))
        best: list[tuple[float, int]] = []
        for number, part in enumerate(self.parts):
            placed = [
                (field, place, weight)
                for field, places, weight in scored
                if (place := places[number])
            ]
            floor = best[-1][0] if len(best) == k and best else 0.0
            filter = part.live if within is None else within.bits[number]
            hits = part.segment.top(
                k,
                self._scoring[number],
                tuple(placed),
                filter,
                zeros=zeros and within is not None,
                floor=floor,
            )
            best += [(score, part.base + section) for score, section in hits]
            if len(self.parts) > 1:
                best.sort(key=_score, reverse=True)
                if any(map(eq, map(_score, best), map(_score, best[1:]))):
                    best.sort(key=lambda hit: (-hit[0], order(hit[1])))
                del best[k:]
        return best


def _ones(count: int) -> bytes:
    return ((1 << count) - 1).to_bytes((count + 7) // 8, "little")


def _live_and_dead(sections: int, deleted: Iterable[range]) -> tuple[bytes, bytes]:
    flags = bytearray(sections)
    for gone in deleted:
        flags[gone.start : gone.stop] = b"\1" * len(gone)
    dead = int(flags[::-1].translate(_DIGITS) or b"0", 2).to_bytes((sections + 7) // 8, "little")
    live = bytes(x ^ y for x, y in zip(dead, _ones(sections), strict=True))
    return live, dead


def _live_totals(segment: Segment, deleted: Sequence[range]) -> Mapping[str, int]:
    totals = dict(segment.totals)
    for field in totals:
        lengths = segment.lengths(field)
        totals[field] -= sum(sum(lengths[gone.start : gone.stop]) for gone in deleted)
    return totals
