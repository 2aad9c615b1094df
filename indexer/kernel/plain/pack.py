"""Packs texts as codes of frequent strings, as ``pack.c`` does."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from indexer.kernel.plain.scan import SHORT_CODES, WIDE_CODES
from indexer.kernel.types import Buffer

ROUNDS = 5
SAMPLE = 1 << 21  # bytes, approximately
MOST = 30_000  # symbols of several characters
LONGEST = 12  # characters of a symbol
ENTRY = 8  # bytes a symbol costs beside its own


def pack(seed: int, text: Buffer, ends: Buffer) -> tuple[bytes, bytes, bytes, bytes]:
    """Packs texts in UTF-8, joined in ``text``; ``ends`` has the end of each (32 bits, ascending).

    Returns the symbols joined, the most frequent first; their sizes (8 bits each); the codes of all
    texts; and the offset at which the codes of each text begin, with the end of the last one (32
    bits each). Raises ValueError if the arguments are damaged.

    The strings that become symbols are found in rounds, as in FSST (Boncz, Neumann, Leis 2020,
    "FSST: Fast Random Access String Compression"). In each round the texts are cut into the longest
    symbols so far; of these and of pairs of them, the strings that save most bytes become the new
    symbols. ``seed``: see `inverter`.
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
    """Returns the strings of several characters that become symbols.

    They are learnt from every ``stride``th text.
    """
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
    """Yields ``text`` cut into the longest symbols; every single character is a symbol."""
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
