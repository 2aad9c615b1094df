"""Packing texts as codes of frequent strings, as ``pack.c`` does it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from indexer.kernel.plain.scan import SHORT_CODES, WIDE_CODES
from indexer.kernel.types import Buffer

ROUNDS = 5
SAMPLE = 1 << 21  # bytes, about
MOST = 30_000  # symbols of several characters
LONGEST = 12  # characters of a symbol
ENTRY = 8  # bytes a symbol costs beside its own


def pack(seed: int, text: Buffer, ends: Buffer) -> tuple[bytes, bytes, bytes, bytes]:
    """Packs entries of UTF-8, whose ends in ``text`` are given (32 bits each, rising).

    Returns the symbols one after the other, the most frequent first; their sizes (8 bits each); the
    codes of all entries; where the codes of each begin and the last end (32 bits each). Which
    strings become symbols is found in rounds, as for FSST (Boncz, Neumann, Leis 2020, "FSST: Fast
    Random Access String Compression"): the texts are cut into the longest symbols there are, and of
    these and the pairs of them those become symbols that save most bytes. ``seed``: see `inverter`.
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
