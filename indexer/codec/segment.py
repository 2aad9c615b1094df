"""A segment: the terms, lengths and texts of numbered units, in a file or in the making."""

from __future__ import annotations

import os
import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from indexer.codec.excerpts import Needles, Shown
from indexer.codec.kernel import kernel as default_kernel
from indexer.codec.layout import Buffer, ColumnFile, write_columns
from indexer.codec.postings import DICT_BLOCK, GONE, INDEX_ENTRY, K1, TF_VALUE, B, terms_of
from indexer.codec.unpacking import FoldedText
from indexer.errors import IndexDamaged

# What phrases are compared by: takes a character, gives one or none.
Fold = Callable[[str], str]

_OFFSET = struct.Struct("<I")
UNIT = 8  # an eighth of an occurrence is the unit of weights and lengths


class Place(NamedTuple):
    """Where the postings of a term are: ``ordinal`` is its number among the field's terms."""

    ordinal: int
    df: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Columns:
    """What `layout` says a segment is made of."""

    columns: Mapping[str, Buffer]
    units: int
    counts: Mapping[str, int]  # terms by field
    totals: Mapping[str, int]  # summed lengths by field, in eighths

    def write(self, path: Path) -> None:
        """Write the segment's file; it must not exist."""
        facts = {"units": self.units, "counts": self.counts, "totals": self.totals}
        write_columns(path, self.columns, facts)


class Segment:
    """A segment open for reading. Safe to share between threads.

    Methods raise IndexDamaged where the file is not what was written.
    """

    def __init__(self, path: Path, *, kernel: Any = default_kernel) -> None:
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
        self.units = int(facts["units"])
        self.counts = {field: int(count) for field, count in dict(facts["counts"]).items()}
        self.totals = {field: int(facts["totals"][field]) for field in self.counts}
        for field in self.counts:
            if len(self.columns[f"{field}.lengths"]) != 4 * self.units:
                raise ValueError(f"the lengths of {field} are cut off")
        self._dictionaries = {
            field: (self.columns[f"{field}.terms"], self.columns[f"{field}.index"], count)
            for field, count in self.counts.items()
        }
        if len(self.columns["text.offsets"]) != 4 * (self.units + 1):
            raise ValueError("the offsets of texts are cut off")
        others = {"text", "text.symbols", "text.table", *(f"{f}.postings" for f in self.counts)}
        if not others <= self.columns.keys():
            raise ValueError("the texts or postings are missing")

    def as_columns(self) -> Columns:
        """The segment as something to merge."""
        return Columns(self.columns, self.units, self.counts, self.totals)

    def find(self, field: str, term: bytes) -> Place | None:
        """Where a term is, or None."""
        dictionary = self._dictionaries.get(field)
        if dictionary is None:
            return None
        try:
            place = self._kernel.lookup(*dictionary, term)
        except ValueError as error:
            raise self._damaged(error) from None
        return Place._make(place) if place else None

    def terms(self, field: str, first: bytes = b"") -> Iterator[tuple[bytes, Place]]:
        """The terms not below ``first``, in order."""
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
                    yield term, Place(ordinal, df, start + at, size)

    def postings(self, field: str, place: Place) -> tuple[array[int], list[float]]:
        """The units of a term, rising, and its frequency in each."""
        data = self.columns[f"{field}.postings"]
        with self.guard():
            units, codes = self._kernel.decode(data, *place[2:], place.df, self.units)
        return array("I", units), [TF_VALUE[code] for code in codes]

    def filler(self) -> Callable[[str, Place, bytearray], None]:
        """What adds the units of a term of a field to a set, also after the segment was closed."""
        held = {field: self.columns[f"{field}.postings"][:] for field in self.counts}

        def fill(field: str, place: Place, bits: bytearray) -> None:
            try:
                self._kernel.fill(held[field], *place[2:], place.df, self.units, bits)
            except ValueError as error:
                raise self._damaged(error) from None

        return fill

    def narrow(self, field: str, place: Place, bits: bytearray) -> None:
        """Keep of a set the units of a term."""
        data = self.columns[f"{field}.postings"]
        with self.guard():
            self._kernel.narrow(data, *place[2:], place.df, self.units, bits)

    def overlap(self, field: str, place: Place, bits: Buffer) -> int:
        """How many units of a term are in a set."""
        data = self.columns[f"{field}.postings"]
        try:
            return int(self._kernel.overlap(data, *place[2:], place.df, self.units, bits))
        except ValueError as error:
            raise self._damaged(error) from None

    def scan(self, text: str, bits: bytearray) -> None:
        """Keep of a set the units in whose folded text ``text`` (not empty) stands."""
        names = ("text", "text.offsets", "text.symbols", "text.table")
        needle = text.encode("utf-8", "surrogatepass")
        with self.guard():
            self._kernel.scan(*map(self.columns.__getitem__, names), needle, bits)

    def folded(self, unit: int, gaps: bytes) -> FoldedText:
        """The text of a unit as it stands and folded (`twin.fold`)."""
        columns = self.columns
        try:
            codes = _codes(columns, unit, unit + 1)
            table = columns["text.symbols"], columns["text.table"]
            return FoldedText._make(self._kernel.fold(codes, *table, gaps))
        except ValueError as error:
            raise self._damaged(error) from None

    def excerpt(
        self, unit: int, gaps: bytes, needles: Needles, weights: bytes, width: int
    ) -> Shown | None:
        """What is shown of a unit; None where no needle stands in it (`twin.excerpt`)."""
        columns = self.columns
        try:
            codes = _codes(columns, unit, unit + 1)
            table = columns["text.symbols"], columns["text.table"]
            shown: Shown | None
            shown = self._kernel.excerpt(codes, *table, gaps, *needles, weights, width)
        except ValueError as error:
            raise self._damaged(error) from None
        return shown

    def source(self, start: int, stop: int) -> str:
        """The texts of units as they stand in their document, joined."""
        return self._unpack(start, stop, False)

    def text(self, unit: int) -> str:
        """The text of a unit, folded: what phrases are compared with."""
        return self._unpack(unit, unit + 1, True)

    def _unpack(self, start: int, stop: int, folded: bool) -> str:
        with self.guard():
            text = _unpacked(self.columns, start, stop, self._kernel, folded)
            return text.decode("utf-8", "surrogatepass")

    def lengths(self, field: str) -> memoryview:
        """The length of every unit, in eighths."""
        return self.columns[f"{field}.lengths"].cast("I")

    def scale(self, field: str, average: float) -> float:
        """What the blocks' bounds are to be multiplied by if units have ``average`` eighths."""
        own = self.totals[field] / self.units if self.units else 0.0
        return max(1.0, average / own) * (1 + 1e-12) if own else 1.0

    def scoring(self, averages: Mapping[str, float]) -> tuple[Any, ...]:
        """What `top` needs of each field; ``averages`` are lengths by field, in eighths."""
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
        fields: tuple[Any, ...],
        terms: tuple[tuple[int, Place, float], ...],
        filter: Buffer | None = None,
        *,
        zeros: bool = False,
        floor: float = 0.0,
    ) -> list[tuple[float, int]]:
        """The ``k`` best (score, unit): see `indexer.codec.twin.topk`.

        ``fields`` are what `scoring` says; a term is the number of its field there, a place and a
        weight.
        """
        try:
            hits: list[tuple[float, int]] = self._kernel.topk(
                self.units, k, filter, zeros, floor, fields, terms
            )
        except ValueError as error:
            raise self._damaged(error) from None
        return hits

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns what the kernel says of a damaged file into IndexDamaged."""
        try:
            yield
        except ValueError as error:
            raise self._damaged(error) from None

    def _damaged(self, error: ValueError) -> IndexDamaged:
        return IndexDamaged(f"{self.name}: {error}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def norm(average: float) -> tuple[float, float]:
    """BM25's norm of a unit is ``a + c * length``: (a, c) for an average length in eighths."""
    return K1 * (1.0 - B), K1 * B / average if average else 0.0


class Builder:
    """A segment in the making: units are added, then sorted into an order and inverted."""

    def __init__(
        self, fields: tuple[str, str], classes: bytes, fold: Fold, *, kernel: Any = None
    ) -> None:
        """``fields`` names that of words and that of bigrams; ``classes``: `twin.add_bigrams`."""
        self._kernel = kernel or default_kernel
        self._fields = fields
        self._classes = classes
        self._fold = fold
        seed = int.from_bytes(os.urandom(8), "little")
        self._words, self._bigrams = self._kernel.inverter(seed), self._kernel.inverter(seed)
        self._texts: list[bytes] = []
        self.units = 0

    @property
    def load(self) -> int:
        """How many occurrences of terms have been added: memory grows by some 20 bytes each."""
        return int(self._kernel.load(self._words) + self._kernel.load(self._bigrams))

    def add(self, body: str, parts: Sequence[tuple[Sequence[str], str, int]]) -> None:
        """Add a unit. ``body`` is its text as it stands in the source.

        ``parts`` are what it ranks by: words, folded text, and the weight of both in eighths.
        """
        for words, text, weight in parts:
            joined = "\0".join(words).encode("utf-8", "surrogatepass")
            self._kernel.add_words(self._words, joined, weight)
            encoded = text.encode("utf-16-le", "surrogatepass")
            self._kernel.add_bigrams(self._bigrams, encoded, self._classes, weight)
        self._texts.append(body.encode("utf-8", "surrogatepass"))
        self._kernel.end_unit(self._words)
        self._kernel.end_unit(self._bigrams)
        self.units += 1

    def finish(self, order: Sequence[int]) -> Columns:
        """The segment; unit ``order[i]``, in the order they were added, becomes unit ``i``."""
        packed = array("I", order).tobytes()
        logs = (self._words, self._bigrams)
        from concurrent.futures import ThreadPoolExecutor  # a search does without

        texts = [self._texts[unit] for unit in order]
        with ThreadPoolExecutor(2) as threads:  # the compiled kernel lets go of the interpreter
            packing = threads.submit(_packed, texts, self._fold, self._kernel)
            results = list(threads.map(lambda log: self._kernel.finish(log, packed), logs))
            columns = packing.result()
        return _columns(dict(zip(self._fields, results, strict=True)), columns, len(texts))


def merge(
    sources: Sequence[tuple[Columns, Sequence[int]]], fold: Fold, *, kernel: Any = default_kernel
) -> Columns:
    """One segment of several. A source comes with the new number of each of its units, or GONE.

    New numbers rise within a source and, over all of them, run from 0. Raises IndexDamaged.
    """
    count = sum(new != GONE for _, numbers in sources for new in numbers)
    fields = sources[0][0].counts if sources else {}

    def merge_field(field: str) -> Any:
        lengths = array("I", bytes(4 * count))
        for columns, numbers in sources:
            old = memoryview(columns.columns[f"{field}.lengths"]).cast("I")
            for unit, new in enumerate(numbers):
                if new != GONE:
                    lengths[new] = old[unit]
        parts = tuple(
            (
                columns.columns[f"{field}.terms"],
                columns.counts[field],
                columns.columns[f"{field}.postings"],
                array("I", numbers).tobytes(),
            )
            for columns, numbers in sources
        )
        return kernel.merge(parts, lengths.tobytes())

    try:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(2) as threads:
            texts = threads.submit(_merge_texts, sources, count, fold, kernel)
            results = dict(zip(fields, threads.map(merge_field, fields), strict=True))
            return _columns(results, texts.result(), count)
    except ValueError as error:
        raise IndexDamaged(f"a segment cannot be merged: {error}") from None


def _merge_texts(
    sources: Sequence[tuple[Columns, Sequence[int]]], count: int, fold: Fold, kernel: Any
) -> dict[str, Buffer]:
    texts = [b""] * count
    for columns, numbers in sources:
        for unit, new in enumerate(numbers):
            if new != GONE:
                texts[new] = _unpacked(columns.columns, unit, unit + 1, kernel)
    return _packed(texts, fold, kernel)


def _columns(results: Mapping[str, Any], texts: Mapping[str, Buffer], units: int) -> Columns:
    columns: dict[str, Buffer] = {}
    counts, totals = {}, {}
    for field, (terms, index, postings, lengths, count) in results.items():
        columns[f"{field}.terms"] = terms
        columns[f"{field}.index"] = index
        columns[f"{field}.postings"] = postings
        columns[f"{field}.lengths"] = lengths
        counts[field] = count
        totals[field] = sum(array("I", lengths))
    return Columns({**columns, **texts}, units, counts, totals)


# --- texts --------------------------------------------------------------------------------------


def _packed(texts: Sequence[bytes], fold: Fold, kernel: Any) -> dict[str, Buffer]:
    """The columns of texts in UTF-8."""
    ends = array("I", accumulate(map(len, texts)))
    seed = int.from_bytes(os.urandom(8), "little")
    symbols, sizes, codes, offsets = kernel.pack(seed, b"".join(texts), ends.tobytes())
    table, more = _table(symbols, sizes, fold)
    return {
        "text": codes,
        "text.offsets": offsets,
        "text.symbols": symbols + more,
        "text.table": table,
    }


def _table(symbols: bytes, sizes: bytes, fold: Fold) -> tuple[bytes, bytes]:
    """Where each symbol stands in ``symbols``, as it is and folded; what is to be added there."""
    table = array("I")
    more: dict[bytes, int] = {}  # folded strings that are no symbols, and where they begin
    folded = {char: fold(char) for char in set(symbols.decode("utf-8", "surrogatepass"))}
    end = len(symbols)
    for start, size in zip(accumulate(sizes, initial=0), sizes, strict=False):
        string = symbols[start : start + size]
        characters = string.decode("utf-8", "surrogatepass")
        alike = "".join(map(folded.__getitem__, characters)).encode("utf-8", "surrogatepass")
        place = start if alike == string else more.setdefault(alike, end)
        end += len(alike) if place == end else 0
        table.extend((start << 8 | size, place << 8 | len(alike)))
    return table.tobytes(), b"".join(more)


def _unpacked(
    columns: Mapping[str, Buffer], start: int, stop: int, kernel: Any, folded: bool = False
) -> bytes:
    """The texts of units in UTF-8, joined. Raises ValueError if they are damaged."""
    table = columns["text.symbols"], columns["text.table"]
    found: bytes = kernel.unpack(_codes(columns, start, stop), *table, folded)
    return found


def _codes(columns: Mapping[str, Buffer], start: int, stop: int) -> Buffer:
    """The codes of the texts of units."""
    codes, offsets = columns["text"], columns["text.offsets"]
    (first,) = _OFFSET.unpack_from(offsets, 4 * start)
    (last,) = _OFFSET.unpack_from(offsets, 4 * stop)
    if not first <= last <= len(codes):
        raise ValueError("a text column is damaged")
    return codes[first:last]
