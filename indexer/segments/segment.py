"""A segment: the terms, lengths and texts of numbered sections, read from a file."""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from indexer.errors import IndexDamaged
from indexer.kernel import kernel as default_kernel
from indexer.kernel.bm25 import bound_scale, norm
from indexer.kernel.constants import DICT_BLOCK, INDEX_ENTRY, TF_VALUE
from indexer.kernel.plain.dictionary import terms_of
from indexer.kernel.plain.postings import lengths_of
from indexer.kernel.types import Buffer, FoldedText, PackedText
from indexer.segments.format import ColumnFile, write_columns

if TYPE_CHECKING:
    from indexer.kernel.interface import Kernel
    from indexer.kernel.types import Needles, ScoredField, SnippetParts

_OFFSET = struct.Struct("<I")


class PostingsAt(NamedTuple):
    """The place of a term's postings; ``ordinal`` is the term's number in its field."""

    ordinal: int
    df: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a segment, described in `indexer.segments.format`, and its facts."""

    columns: Mapping[str, Buffer]
    sections: int
    counts: Mapping[str, int]  # number of terms, by field
    totals: Mapping[str, int]  # sum of lengths by field, in eighths

    def write(self, path: Path) -> None:
        """Writes the segment to the file ``path``, which must not exist."""
        facts = {"units": self.sections, "counts": self.counts, "totals": self.totals}
        write_columns(path, self.columns, facts)


class Segment:
    """A segment open for reading. Safe to share between threads.

    Methods raise IndexDamaged if the file is not as it was written.
    """

    def __init__(self, path: Path, *, kernel: Kernel = default_kernel) -> None:
        self._file = ColumnFile(path)
        self._kernel = kernel
        self.name = path.name
        self.columns = self._file.columns
        try:
            self._read_facts(self._file.facts)
        except (KeyError, TypeError, ValueError) as error:
            self.close()
            raise IndexDamaged(f"{path.name} cannot be read: {error}") from None

    def _read_facts(self, facts: Mapping[str, Any]) -> None:
        self.sections = int(facts["units"])
        self.counts = {field: int(count) for field, count in dict(facts["counts"]).items()}
        self.totals = {field: int(facts["totals"][field]) for field in self.counts}
        for field in self.counts:
            lengths_of(self.columns[f"{field}.lengths"], self.sections)
        self._dictionaries = {
            field: (self.columns[f"{field}.terms"], self.columns[f"{field}.index"], count)
            for field, count in self.counts.items()
        }
        if len(self.columns["text.offsets"]) != 4 * (self.sections + 1):
            raise ValueError("the offsets of texts are cut off")
        others = {"text", "text.symbols", "text.table", *(f"{f}.postings" for f in self.counts)}
        if not others <= self.columns.keys():
            raise ValueError("the texts or postings are missing")

    def as_columns(self) -> Columns:
        """Returns the columns of the segment, as a source for a merge."""
        return Columns(self.columns, self.sections, self.counts, self.totals)

    def find(self, field: str, term: bytes) -> PostingsAt | None:
        """Returns the place of a term's postings; None if the segment lacks the term."""
        dictionary = self._dictionaries.get(field)
        if dictionary is None:
            return None
        try:
            place = self._kernel.lookup(*dictionary, term)
        except ValueError as error:
            raise self._damaged(error) from None
        return PostingsAt._make(place) if place else None

    def terms(self, field: str, first: bytes = b"") -> Iterator[tuple[bytes, PostingsAt]]:
        """Yields the terms from ``first`` on, in ascending order, with their places.

        Raises IndexDamaged.
        """
        terms, packed, count = self._dictionaries[field]
        with self.guard():
            index = array("Q", bytes(packed))
            if not 0 <= count <= len(index) // INDEX_ENTRY * DICT_BLOCK:
                raise ValueError("a dictionary is damaged")

            def terms_from(block: int) -> Iterator[tuple[bytes, int, int, int]]:
                at = min(index[INDEX_ENTRY * block + 1], len(terms))
                return terms_of(terms[at:], count - block * DICT_BLOCK)

            blocks = range((count + DICT_BLOCK - 1) // DICT_BLOCK)
            if not blocks:
                return
            after = bisect_right(blocks, first, key=lambda block: next(terms_from(block))[0])
            block = max(after - 1, 0)
            start = index[INDEX_ENTRY * block]
            for ordinal, (term, df, at, size) in enumerate(terms_from(block), block * DICT_BLOCK):
                if term >= first:
                    yield term, PostingsAt(ordinal, df, start + at, size)

    def postings(self, field: str, place: PostingsAt) -> tuple[array[int], list[float]]:
        """Returns the sections at ``place``, in ascending order, and the frequency in each."""
        data = self.columns[f"{field}.postings"]
        with self.guard():
            sections, codes = self._kernel.decode(data, *place[2:], place.df, self.sections)
        return array("I", sections), [TF_VALUE[code] for code in codes]

    def filler(self) -> Callable[[str, PostingsAt, bytearray], None]:
        """Returns a function that adds the sections of a term to a set.

        It works even after the segment is closed.
        """
        held = {field: self.columns[f"{field}.postings"][:] for field in self.counts}

        def fill(field: str, place: PostingsAt, bits: bytearray) -> None:
            try:
                self._kernel.fill(held[field], *place[2:], place.df, self.sections, bits)
            except ValueError as error:
                raise self._damaged(error) from None

        return fill

    def narrow(self, field: str, place: PostingsAt, bits: bytearray) -> None:
        """Removes from the set ``bits`` all sections without the term at ``place``."""
        data = self.columns[f"{field}.postings"]
        with self.guard():
            self._kernel.narrow(data, *place[2:], place.df, self.sections, bits)

    def overlap(self, field: str, place: PostingsAt, bits: Buffer) -> int:
        """Returns the number of sections in the set ``bits`` that have the term at ``place``."""
        data = self.columns[f"{field}.postings"]
        try:
            return self._kernel.overlap(data, *place[2:], place.df, self.sections, bits)
        except ValueError as error:
            raise self._damaged(error) from None

    def scan(self, text: str, bits: bytearray) -> None:
        """Removes from the set ``bits`` all sections whose folded text does not contain ``text``.

        ``text`` must not be empty.
        """
        columns = self.columns
        needle = text.encode("utf-8", "surrogatepass")
        with self.guard():
            self._kernel.scan(
                columns["text"],
                columns["text.offsets"],
                columns["text.symbols"],
                columns["text.table"],
                needle,
                bits,
            )

    def evidence(self, sections: Sequence[int], texts: Sequence[str]) -> array[int]:
        """Returns which of ``texts`` stand in the folded text of each of ``sections``: bit ``i``
        for text ``i``. There are at most 64 texts, none empty.
        """
        columns = self.columns
        needles = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = array("I", accumulate(map(len, needles))).tobytes()
        with self.guard():
            found = self._kernel.evidence(
                columns["text"],
                columns["text.offsets"],
                columns["text.symbols"],
                columns["text.table"],
                array("I", sections).tobytes(),
                b"".join(needles),
                ends,
            )
        return array("Q", found)

    def folded(self, section: int, gaps: bytes) -> FoldedText:
        """Returns the text of a section as it stands and folded (`Kernel.fold_codes`)."""
        try:
            packed = packed_text(self.columns, section, section + 1)
            return FoldedText._make(self._kernel.fold_codes(*packed, gaps))
        except ValueError as error:
            raise self._damaged(error) from None

    def excerpt(
        self, section: int, gaps: bytes, needles: Needles, weights: bytes, width: int
    ) -> SnippetParts | None:
        """Returns the snippet of a section; None if it contains none of ``needles``."""
        try:
            packed = packed_text(self.columns, section, section + 1)
            return self._kernel.excerpt(*packed, gaps, *needles, weights, width)
        except ValueError as error:
            raise self._damaged(error) from None

    def source(self, start: int, stop: int) -> str:
        """Returns the joined source texts of the sections ``start`` up to ``stop`` (exclusive)."""
        return self._unpack(start, stop, False)

    def text(self, section: int) -> str:
        """Returns the folded text of a section, with which phrases are compared."""
        return self._unpack(section, section + 1, True)

    def _unpack(self, start: int, stop: int, folded: bool) -> str:
        with self.guard():
            text = self._kernel.unpack(*packed_text(self.columns, start, stop), folded)
            return text.decode("utf-8", "surrogatepass")

    def lengths(self, field: str) -> memoryview:
        """Returns the length of every section in ``field``, in eighths."""
        return lengths_of(self.columns[f"{field}.lengths"], self.sections)

    def scale(self, field: str, average: float) -> float:
        """Returns the factor of the bounds for an ``average`` length in eighths."""
        own = self.totals[field] / self.sections if self.sections else 0.0
        return bound_scale(own, average)

    def scoring(self, averages: Mapping[str, float]) -> tuple[ScoredField, ...]:
        """Returns the fields in the form that `top` takes.

        ``averages`` has the average length for each field, in eighths.
        """
        return tuple(
            (
                self.columns[f"{field}.postings"],
                self.columns[f"{field}.lengths"],
                *norm(average),
                self.scale(field, average),
            )
            for field, average in averages.items()
        )

    def top(
        self,
        k: int,
        fields: tuple[ScoredField, ...],
        terms: tuple[tuple[int, PostingsAt, float], ...],
        filter: Buffer | None = None,
        *,
        zeros: bool = False,
        floor: float = 0.0,
    ) -> list[tuple[float, int]]:
        """Returns the ``k`` best (score, section); see `indexer.kernel.plain.topk`.

        ``fields`` are from `scoring`. A term is the number of its field there, a place and a
        weight.
        """
        try:  # without `guard`, which takes longer
            return self._kernel.topk(self.sections, k, filter, zeros, floor, fields, terms)
        except ValueError as error:
            raise self._damaged(error) from None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns the ValueErrors that the kernel raises for a damaged file into IndexDamaged."""
        try:
            yield
        except ValueError as error:
            raise self._damaged(error) from None

    def _damaged(self, error: ValueError) -> IndexDamaged:
        return IndexDamaged(f"{self.name}: {error}")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def packed_text(columns: Mapping[str, Buffer], start: int, stop: int) -> PackedText:
    """Returns the joined texts of the sections ``start`` up to ``stop`` (exclusive).

    Raises ValueError if the column of texts is damaged.
    """
    codes, offsets = columns["text"], columns["text.offsets"]
    (first,) = _OFFSET.unpack_from(offsets, 4 * start)
    (last,) = _OFFSET.unpack_from(offsets, 4 * stop)
    if not first <= last <= len(codes):
        raise ValueError("a text column is damaged")
    return PackedText(codes[first:last], columns["text.symbols"], columns["text.table"])
