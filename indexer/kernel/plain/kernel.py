"""The kernel in plain Python: what `_kernel` does, for machines without a compiler, and its oracle.

Both have the same functions and give the same bytes, and scores the same to the last bit: doubles
are added in the same order. The byte layout is that of `indexer.segments.format`. Nothing
here is pruned or clever, but every check against damage is made, with the same ValueError.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from operator import itemgetter

from indexer.kernel.plain.analyse import analyse as analyse
from indexer.kernel.plain.analyse import fold as fold
from indexer.kernel.plain.analyse import words as words
from indexer.kernel.plain.cut import cut as cut
from indexer.kernel.plain.cut import cutter as cutter
from indexer.kernel.plain.fold import SHORT_CODES, WIDE_CODES, unpack
from indexer.kernel.plain.fold import excerpt as excerpt
from indexer.kernel.plain.fold import fold_codes as fold_codes
from indexer.kernel.plain.postings import (
    DICT_BLOCK,
    GONE,
    INDEX_ENTRY,
    TF_VALUE,
    Buffer,
    Dictionary,
    Reader,
    Result,
    blocks,
    lengths_of,
    terms_of,
    tf_encode,
)
from indexer.kernel.plain.snippet import find as find
from indexer.kernel.plain.snippet import snippet as snippet
from indexer.kernel.plain.trie import trie as trie
from indexer.kernel.plain.wording import wording as wording

Place = tuple[int, int, int, int]  # ordinal, document frequency, offset, size
Field = tuple[Buffer, Buffer, float, float, float]  # postings, lengths, a, c, scale
Term = tuple[int, Place, float]  # field, place, weight
Source = tuple[Buffer, int, Buffer, Buffer]  # terms, term count, postings, map

CLASSES = 0x20000


# --- building -----------------------------------------------------------------------------------


class Inverter:
    """The log of the sections added so far."""

    def __init__(self) -> None:
        self.sections: list[dict[bytes, int]] = []
        self.lengths: list[int] = []

    def add(self, parts: list[list[bytes]], weights: Buffer, sections: Buffer) -> None:
        """Note sections: the terms of the parts that each names, as often as it names them."""
        numbers = array("I", bytes(sections))
        if len(parts) != len(weights) or 0 in bytes(weights):
            raise ValueError("parts, weights and units do not belong together")
        for named in list(_named(numbers, len(parts))):
            section: Counter[bytes] = Counter()
            for part in named:
                for term in parts[part]:
                    section[term] += weights[part]
            self.sections.append(section)
            self.lengths.append(min(section.total(), GONE))


def _named(numbers: Sequence[int], parts: int) -> Iterator[Sequence[int]]:
    at = 0
    while at < len(numbers):
        end = at + 1 + numbers[at]
        named = numbers[at + 1 : end]
        if end > len(numbers) or any(part >= parts for part in named):
            raise ValueError("parts, weights and units do not belong together")
        yield named
        at = end


def inverter(seed: int) -> Inverter:
    """A new log. ``seed`` makes the compiled one's hashing unpredictable."""
    del seed
    return Inverter()


def _split(parts: Buffer, weights: Buffer) -> list[bytes]:
    return bytes(parts).split(b"\1") if parts or weights else []


def add_words(log: Inverter, parts: Buffer, weights: Buffer, sections: Buffer) -> None:
    """Add sections that rank by words.

    ``parts`` are words in UTF-8, NUL between words and 1 between parts; ``weights`` what each
    occurrence in a part weighs, in eighths (8 bits each); ``sections`` has for each section (32
    bits each) the number of its parts and which they are. Raises ValueError for what does not fit.
    """
    every = _split(parts, weights)
    log.add([[word for word in part.split(b"\0") if word] for part in every], weights, sections)


def add_bigrams(
    log: Inverter, parts: Buffer, weights: Buffer, sections: Buffer, classes: Buffer
) -> None:
    """Add sections that rank by bigrams: as `add_words`, but the parts are texts.

    ``classes`` says of every character below U+20000 what it is: 0 nothing, 1 a letter or digit,
    3 Han; from there to U+3FFFF all are Han. A bigram ranks that has one Han and no nothing.
    """
    if len(classes) != CLASSES:
        raise ValueError("a table of 131072 classes is wanted")
    every = _split(parts, weights)
    log.add([list(_ranked_bigrams(part, classes)) for part in every], weights, sections)


def _ranked_bigrams(text: bytes, classes: Buffer) -> Iterator[bytes]:
    before, previous = 0, ""
    for character in text.decode("utf-8", "surrogatepass"):
        code = ord(character)
        now = classes[code] if code < CLASSES else 3 if code < 0x40000 else 0
        if before and now and before | now == 3:
            yield (previous + character).encode("utf-8", "surrogatepass")
        before, previous = now, character


def finish(log: Inverter, order: Buffer) -> Result:
    """Invert the log; section ``order[i]`` (32 bits each) becomes document ``i``."""
    numbers = array("I", bytes(order))
    if sorted(numbers) != list(range(len(log.sections))):
        raise ValueError("the order is no permutation of the units")
    lists: dict[bytes, list[tuple[int, int]]] = {}
    for doc, section in enumerate(numbers):
        for term, eighths in log.sections[section].items():
            lists.setdefault(term, []).append((doc, tf_encode(eighths)))
    dictionary = Dictionary([log.lengths[section] for section in numbers])
    for term in sorted(lists):
        dictionary.add(term, lists[term])
    return dictionary.result()


def _source_terms(source: Source) -> Iterator[tuple[bytes, Source, int, int, int]]:
    for term, df, offset, size in terms_of(source[0], source[1]):
        yield term, source, df, offset, size


def merge(sources: tuple[Source, ...], lengths: Buffer) -> Result:
    """One dictionary of several. A source's map gives each section its new number, or GONE."""
    new_lengths = array("I", bytes(lengths))
    dictionary = Dictionary(new_lengths)
    streams = heapq.merge(*map(_source_terms, sources), key=itemgetter(0))
    for term, group in groupby(streams, itemgetter(0)):
        postings = []
        for _, (_, _, data, numbers), df, offset, size in group:
            new = array("I", bytes(numbers))
            for block in blocks(data, offset, size, df, len(new)):
                pairs = zip(block.docs, block.codes, strict=True)
                postings += [(new[doc], code) for doc, code in pairs if new[doc] != GONE]
        postings.sort()
        docs = [doc for doc, _ in postings]
        if docs and (docs[-1] >= len(new_lengths) or len(set(docs)) < len(docs)):
            raise ValueError("a dictionary or its postings are damaged")
        if postings:
            dictionary.add(term, postings)
    return dictionary.result()


# --- texts --------------------------------------------------------------------------------------

ROUNDS = 5
SAMPLE = 1 << 21  # bytes, about
MOST = 30_000  # symbols of several characters
LONGEST = 12  # characters of a symbol
ENTRY = 8  # bytes a symbol costs beside its own


def pack(seed: int, text: Buffer, ends: Buffer) -> tuple[bytes, bytes, bytes, bytes]:
    """Pack entries of UTF-8, whose ends in ``text`` are given (32 bits each, rising).

    The symbols one after the other, the most frequent first; their sizes (8 bits each); the codes
    of all entries; where the codes of each begin and the last end (32 bits each). Which strings
    become symbols is found in rounds, as for FSST (Boncz, Neumann, Leis 2020, "FSST: Fast Random
    Access String Compression"): the texts are cut into the longest symbols there are, and of these
    and the pairs of them those become symbols that save most bytes. ``seed``: see `inverter`.
    """
    del seed
    stops = array("I", bytes(ends))
    if list(stops) != sorted(stops) or (stops[-1] if stops else 0) != len(text):
        raise ValueError("entries must end in order, the last with the text")
    entries = [
        bytes(text[start:stop]).decode("utf-8", "surrogatepass")
        for start, stop in pairwise([0, *stops])
    ]
    symbols = _learn(entries, 1 + len(text) // SAMPLE)
    rows = [list(_cut(entry, symbols)) for entry in entries]
    counts = Counter(symbol for row in rows for symbol in row)
    found = [(symbol, symbol.encode("utf-8", "surrogatepass")) for symbol in counts]
    found.sort(key=lambda pair: (-counts[pair[0]], pair[1]))
    codes = {symbol: _code(number) for number, (symbol, _) in enumerate(found)}
    packed = [b"".join(map(codes.__getitem__, row)) for row in rows]
    offsets = array("I", accumulate(map(len, packed), initial=0))
    strings = [string for _, string in found]
    return b"".join(strings), bytes(map(len, strings)), b"".join(packed), offsets.tobytes()


def _learn(entries: Sequence[str], stride: int) -> frozenset[str]:
    """The strings of several characters that are to be symbols, by every ``stride``th entry."""
    symbols: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        counts: Counter[str] = Counter()
        for entry in entries[::stride]:
            before = ""
            for symbol in _cut(entry, symbols):
                counts[symbol] += 1
                if before and len(before) + len(symbol) <= LONGEST:
                    counts[before + symbol] += 1
                before = symbol
        gains = []
        for string, count in counts.items():
            encoded = string.encode("utf-8", "surrogatepass")
            gain = count * stride * 2 * (len(string) - 1) - len(encoded) - ENTRY
            if count > 1 and gain > 0:
                gains.append((-gain, encoded, string))
        symbols = frozenset(string for _, _, string in sorted(gains)[:MOST])
    return symbols


def _cut(text: str, symbols: frozenset[str]) -> Iterator[str]:
    """The longest symbols a text is a row of; every character is one."""
    at = 0
    while at < len(text):
        size = min(LONGEST, len(text) - at)
        while size > 1 and text[at : at + size] not in symbols:
            size -= 1
        yield text[at : at + size]
        at += size


def _code(number: int) -> bytes:
    if number < SHORT_CODES:
        return bytes([number])
    if number < WIDE_CODES:
        high, low = divmod(number - SHORT_CODES, 256)
        return bytes([SHORT_CODES + high, low])
    return b"\xff" + number.to_bytes(3)


def scan(
    codes: Buffer,
    offsets: Buffer,
    symbols: Buffer,
    table: Buffer,
    needle: Buffer,
    bits: bytearray,
) -> None:
    """Keep of a bitmap the entries of a text column in which the needle (UTF-8) stands, folded."""
    ends = array("I", bytes(offsets))
    if not ends or not needle or len(bits) * 8 < len(ends) - 1:
        raise ValueError("a text column is damaged")
    for entry in list(members(bits)):
        if entry >= len(ends) - 1:
            break
        if not ends[entry] <= ends[entry + 1] <= len(codes):
            raise ValueError("a text column is damaged")
        mine = codes[ends[entry] : ends[entry + 1]]
        if bytes(needle) not in unpack(mine, symbols, table, True):
            bits[entry >> 3] &= ~(1 << (entry & 7))


# --- searching ----------------------------------------------------------------------------------


def lookup(terms: Buffer, index: Buffer, count: int, term: Buffer) -> Place | None:
    """Where a term's postings are, or None."""
    wanted = bytes(term)
    blocks = (count + DICT_BLOCK - 1) // DICT_BLOCK
    places = array("Q", bytes(index))
    if len(places) < INDEX_ENTRY * blocks:
        raise ValueError("a dictionary is damaged")

    def first(number: int) -> bytes:
        reader = Reader(terms, min(places[INDEX_ENTRY * number + 1], len(terms)))
        if reader.number():
            raise ValueError("a dictionary is damaged")
        return reader.bytes(reader.number())

    at = bisect_right(range(blocks), wanted, key=first) - 1
    if at < 0:
        return None
    here = memoryview(terms)[places[INDEX_ENTRY * at + 1] :]
    size_here = min(DICT_BLOCK, count - at * DICT_BLOCK)
    for ordinal, (found, df, offset, size) in enumerate(terms_of(here, size_here)):
        if found == wanted:
            return at * DICT_BLOCK + ordinal, df, places[INDEX_ENTRY * at] + offset, size
    return None


def decode(data: Buffer, offset: int, size: int, df: int, sections: int) -> tuple[bytes, bytes]:
    """The documents of a term (32 bits each) and their codes."""
    docs, codes = array("I"), bytearray()
    for block in blocks(data, offset, size, df, sections):
        docs.extend(block.docs)
        codes += bytes(block.codes)
    if len(docs) != df:
        raise ValueError("postings are damaged")
    return docs.tobytes(), bytes(codes)


def fill(data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray) -> None:
    """Add the documents of a term to a bitmap."""
    for block in blocks(data, offset, size, df, sections):
        for doc in block.docs:
            bits[doc >> 3] |= 1 << (doc & 7)


def narrow(data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray) -> None:
    """Keep of a bitmap the documents of a term."""
    mine = bytearray(len(bits))
    fill(data, offset, size, df, sections, mine)
    conjoin(bits, mine)


def overlap(data: Buffer, offset: int, size: int, df: int, sections: int, bits: Buffer) -> int:
    """How many documents of a term are in a bitmap."""
    found = (doc for block in blocks(data, offset, size, df, sections) for doc in block.docs)
    return sum(bits[doc >> 3] >> (doc & 7) & 1 for doc in found)


def topk(
    sections: int,
    k: int,
    filter: Buffer | None,
    zeros: bool,
    floor: float,
    fields: tuple[Field, ...],
    terms: tuple[Term, ...],
) -> list[tuple[float, int]]:
    """The ``k`` best (score, document), the best first, equal ones by document.

    A document's score is the sum over the terms, from the heaviest on (equal ones in their order),
    of ``weight * (tf / (tf + norm))`` with ``norm = a + c * length``. Only documents of ``filter``
    count, if there is one, and only scores not below ``floor``. Documents that no term scores are
    left out, unless ``zeros`` asks for those of the filter. ``scale``, for pruning, is an upper
    bound of what the impacts grew by since the bounds of the blocks were written.
    """
    scores = dict.fromkeys(members(filter), 0.0) if zeros and filter is not None else {}
    for number, (_, df, offset, size), weight in sorted(terms, key=lambda term: -term[2]):
        postings, data, a, c, _ = fields[number]
        lengths = lengths_of(data, sections)
        for block in blocks(postings, offset, size, df, sections):
            for doc, code in zip(block.docs, block.codes, strict=True):
                if filter is None or filter[doc >> 3] >> (doc & 7) & 1:
                    tf = TF_VALUE[code]
                    part = weight * (tf / (tf + (a + c * lengths[doc])))
                    scores[doc] = scores.get(doc, 0.0) + part
    hits = [
        (-score, doc)
        for doc, score in scores.items()
        if score > 0.0 or (zeros and filter is not None)
    ]
    best = heapq.nsmallest(k, (hit for hit in hits if -hit[0] >= floor))
    return [(-score, doc) for score, doc in best]


# --- sets ---------------------------------------------------------------------------------------


def members(bits: Buffer) -> Iterator[int]:
    """The numbers in a bitmap, rising."""
    for at, byte in enumerate(bits):
        for bit in range(8 if byte else 0):
            if byte >> bit & 1:
                yield at * 8 + bit


def _firsts(first: Buffer) -> array[int]:
    numbers = array("I", bytes(first))
    if not numbers or list(numbers) != sorted(numbers):
        raise ValueError("the column of first units is damaged")
    return numbers


def expand(documents: Buffer, first: Buffer) -> bytearray:
    """The sections of a set of documents; ``d`` has ``first[d]`` up to ``first[d + 1]``."""
    numbers = _firsts(first)
    bits = bytearray((numbers[-1] + 7) // 8)
    for document in members(documents):
        if document < len(numbers) - 1:
            for section in range(numbers[document], numbers[document + 1]):
                bits[section >> 3] |= 1 << (section & 7)
    return bits


def tally(bits: Buffer, first: Buffer) -> bytes:
    """How many sections of a set each document has: 32 bits each."""
    numbers = _firsts(first)
    if len(bits) * 8 < numbers[-1]:
        raise ValueError("the column of first units is damaged")
    number = int.from_bytes(bits, "little")
    counts = array("I")
    for start, stop in pairwise(numbers):
        counts.append((number >> start & ((1 << (stop - start)) - 1)).bit_count())
    return counts.tobytes()


def group(counts: Buffer, entries: Buffer, groups: Buffer, totals: bytearray) -> None:
    """Add ``counts[entry]`` to ``totals[group]`` over parallel arrays of entries and groups."""
    sums = array("I", bytes(totals))
    values = array("I", bytes(counts))
    try:
        pairs = zip(array("I", bytes(entries)), array("I", bytes(groups)), strict=True)
        for entry, number in pairs:
            sums[number] += values[entry]
    except (IndexError, ValueError):
        raise ValueError("an entry or a group is out of range") from None
    totals[:] = sums.tobytes()


def conjoin(target: bytearray, other: Buffer) -> None:
    """Keep of a bitmap what another has too."""
    target[:] = _combined(target, other, int.__and__)


def disjoin(target: bytearray, other: Buffer) -> None:
    """Add to a bitmap what another has."""
    target[:] = _combined(target, other, int.__or__)


def subtract(target: bytearray, other: Buffer) -> None:
    """Take from a bitmap what another has."""
    target[:] = _combined(target, other, lambda x, y: x & ~y)


def _combined(target: Buffer, other: Buffer, operation: Callable[[int, int], int]) -> bytes:
    if len(target) != len(other):
        raise ValueError("bitmaps of different sizes")
    numbers = int.from_bytes(target, "little"), int.from_bytes(other, "little")
    return operation(*numbers).to_bytes(len(target), "little")


def count(bits: Buffer) -> int:
    """How many numbers a bitmap holds."""
    return int.from_bytes(bits, "little").bit_count()
