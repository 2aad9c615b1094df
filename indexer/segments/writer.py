"""Builds a segment from added sections, or merges several segments into one."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from typing import TYPE_CHECKING

from indexer.errors import IndexDamaged
from indexer.kernel import kernel as default_kernel
from indexer.kernel.constants import GONE
from indexer.kernel.plain.postings import lengths_of
from indexer.segments.segment import Columns, packed_text

if TYPE_CHECKING:
    from indexer.kernel.interface import Kernel
    from indexer.kernel.types import Buffer, InvertedField

# Returns for a character the one that phrases are compared by, or nothing.
Fold = Callable[[str], str]
# A part of sections: its words separated by NUL, its text without blanks, and the weight of each
# occurrence in eighths.
Part = tuple[str, str, int]

_AT_ONCE = 1 << 20  # characters of the parts that the kernel gets at once


class Builder:
    """A segment being built: sections are added, then put in order and inverted.

    Two threads log and invert words and bigrams side by side, since the compiled kernel releases
    the interpreter's lock. The bytes of the segment do not depend on the threads.
    """

    def __init__(
        self,
        fields: tuple[str, str],
        classes: bytes,
        fold: Fold,
        *,
        kernel: Kernel = default_kernel,
    ) -> None:
        """Takes the names of the ``fields`` of words and of bigrams.

        ``classes`` are those of `Kernel.add_bigrams`. ``fold`` returns for a character the one that
        phrases are compared by, or nothing.
        """
        self._kernel = kernel
        self._fields = fields
        self._classes = classes
        self._fold = fold
        seed = int.from_bytes(os.urandom(8), "little")
        self._words, self._bigrams = kernel.inverter(seed), kernel.inverter(seed)
        self._texts: list[str] = []
        self._parts: list[Part] = []  # not logged yet
        self._named = array("I")  # the parts of each section, as `Kernel.add_words` takes them
        self._waiting = 0  # characters of them
        self._threads = ThreadPoolExecutor(2)
        self._logging: list[Future[None]] = []
        self.sections = 0
        self.load = 0  # characters of all parts of all sections: memory grows by some 20 bytes each

    def add(
        self, parts: Sequence[Part], sections: Iterable[Sequence[int]], texts: Sequence[str]
    ) -> None:
        """Adds sections; ``texts`` are their texts as they stand in the source.

        ``sections`` has for each section the numbers (from 0) of the ``parts`` that it ranks by.
        """
        first = len(self._parts)
        sizes = [len(text) for _, text, _ in parts]
        for numbers in sections:
            self._named.append(len(numbers))
            for number in numbers:
                self._named.append(first + number)
                self.load += sizes[number]
        self._parts += parts
        self._texts += texts
        self.sections += len(texts)
        self._waiting += sum(sizes)
        if self._waiting >= _AT_ONCE:
            self._log()

    def _log(self) -> None:
        """Lets the threads log the waiting parts, after the parts they were given before."""
        parts, sections = self._parts, self._named.tobytes()
        self._parts, self._named, self._waiting = [], array("I"), 0
        self._logged()
        weights = bytes(weight for _, _, weight in parts)

        def log_words() -> None:
            words = _joined(words for words, _, _ in parts)
            self._kernel.add_words(self._words, words, weights, sections)

        def log_bigrams() -> None:
            texts = _joined(text for _, text, _ in parts)
            self._kernel.add_bigrams(self._bigrams, texts, weights, sections, self._classes)

        self._logging = [self._threads.submit(log) for log in (log_words, log_bigrams)]

    def _logged(self) -> None:
        for one in self._logging:
            one.result()

    def finish(self, order: Sequence[int]) -> Columns:
        """Returns the segment and ends the builder.

        The section that was added as number ``order[i]`` becomes section ``i``.
        """
        numbers = array("I", order).tobytes()
        with self._threads as threads:
            self._log()
            self._logged()
            texts = threads.submit(self._packed, order)
            logs = (self._words, self._bigrams)
            results = list(threads.map(lambda log: self._kernel.finish(log, numbers), logs))
            packed = texts.result()
        return _columns(dict(zip(self._fields, results, strict=True)), packed, self.sections)

    def _packed(self, order: Sequence[int]) -> dict[str, Buffer]:
        texts = [self._texts[section].encode("utf-8", "surrogatepass") for section in order]
        return _packed(texts, self._fold, self._kernel)


def _joined(parts: Iterable[str]) -> bytes:
    return "\1".join(parts).encode("utf-8", "surrogatepass")


def merge(
    sources: Sequence[tuple[Columns, Sequence[int]]], fold: Fold, *, kernel: Kernel = default_kernel
) -> Columns:
    """Returns one segment made of several ``sources``.

    Each source comes with the new numbers of its sections, or GONE. New numbers ascend within a
    source and, over all sources, run from 0 without gaps. Raises IndexDamaged.
    """
    count = sum(new != GONE for _, numbers in sources for new in numbers)
    fields = sources[0][0].counts if sources else {}

    def merge_field(field: str) -> InvertedField:
        lengths = array("I", bytes(4 * count))
        for columns, numbers in sources:
            old = lengths_of(columns.columns[f"{field}.lengths"], columns.sections)
            for section, new in enumerate(numbers):
                if new != GONE:
                    lengths[new] = old[section]
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
        with ThreadPoolExecutor(2) as threads:
            texts = threads.submit(_merge_texts, sources, count, fold, kernel)
            results = dict(zip(fields, threads.map(merge_field, fields), strict=True))
            return _columns(results, texts.result(), count)
    except ValueError as error:
        raise IndexDamaged(f"a segment cannot be merged: {error}") from None


def _merge_texts(
    sources: Sequence[tuple[Columns, Sequence[int]]], count: int, fold: Fold, kernel: Kernel
) -> dict[str, Buffer]:
    texts = [b""] * count
    for columns, numbers in sources:
        for section, new in enumerate(numbers):
            if new != GONE:
                texts[new] = kernel.unpack(
                    *packed_text(columns.columns, section, section + 1), False
                )
    return _packed(texts, fold, kernel)


def _columns(
    results: Mapping[str, InvertedField], texts: Mapping[str, Buffer], sections: int
) -> Columns:
    columns: dict[str, Buffer] = {}
    counts, totals = {}, {}
    for field, (terms, index, postings, lengths, count) in results.items():
        columns[f"{field}.terms"] = terms
        columns[f"{field}.index"] = index
        columns[f"{field}.postings"] = postings
        numbers = array("I", lengths)
        narrow = max(numbers, default=0) < 2**16
        columns[f"{field}.lengths"] = array("H", numbers).tobytes() if narrow else lengths
        counts[field] = count
        totals[field] = sum(numbers)
    return Columns({**columns, **texts}, sections, counts, totals)


# --- texts --------------------------------------------------------------------------------------


def _packed(texts: Sequence[bytes], fold: Fold, kernel: Kernel) -> dict[str, Buffer]:
    """Returns the columns of ``texts``, which are in UTF-8."""
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
    """Returns the table of the symbols, and the folded strings to append to ``symbols``."""
    table = array("I")
    more: dict[bytes, int] = {}  # folded strings that are not symbols, and their offsets
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
