"""The compiled kernel: built from ``csrc``, with the functions of `indexer.kernel.interface`."""

from __future__ import annotations

from indexer.kernel.types import (
    Buffer,
    CutterTables,
    InvertedField,
    InverterLog,
    MergeSource,
    ScoredField,
    ScoredTerm,
    SnippetParts,
    TermPlace,
)

# From texts to terms
def fold(table: Buffer, text: str, /) -> str | None: ...
def words(table: Buffer, folded: str, tables: CutterTables, /) -> str | None: ...
def analyse(table: Buffer, text: str, tables: CutterTables, /) -> tuple[str, str] | None: ...
def wording(table: Buffer, text: str, /) -> tuple[bytes, bytes, int] | None: ...
def trie(words: Buffer, values: Buffer, /) -> tuple[bytes, bytes, bytes]: ...
def cutter(
    characters: Buffer,
    children: Buffer,
    values: Buffer,
    weights: Buffer,
    model: Buffer,
    emissions: Buffer,
    forced: bool,
    /,
) -> CutterTables: ...
def cut(tables: CutterTables, text: str, /) -> list[str]: ...

# Writing segments
def inverter(seed: int, /) -> InverterLog: ...
def add_words(log: InverterLog, parts: Buffer, weights: Buffer, sections: Buffer, /) -> None: ...
def add_bigrams(
    log: InverterLog, parts: Buffer, weights: Buffer, sections: Buffer, classes: Buffer, /
) -> None: ...
def finish(log: InverterLog, order: Buffer, /) -> InvertedField: ...
def merge(sources: tuple[MergeSource, ...], lengths: Buffer, /) -> InvertedField: ...
def pack(seed: int, text: Buffer, ends: Buffer, /) -> tuple[bytes, bytes, bytes, bytes]: ...

# Reading segments
def lookup(terms: Buffer, index: Buffer, count: int, term: Buffer, /) -> TermPlace | None: ...
def decode(
    data: Buffer, offset: int, size: int, df: int, sections: int, /
) -> tuple[bytes, bytes]: ...
def fill(
    data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray, /
) -> None: ...
def narrow(
    data: Buffer, offset: int, size: int, df: int, sections: int, bits: bytearray, /
) -> None: ...
def overlap(
    data: Buffer, offset: int, size: int, df: int, sections: int, bits: Buffer, /
) -> int: ...
def unpack(codes: Buffer, symbols: Buffer, table: Buffer, folded: bool, /) -> bytes: ...
def scan(
    codes: Buffer,
    offsets: Buffer,
    symbols: Buffer,
    table: Buffer,
    needle: Buffer,
    bits: bytearray,
    /,
) -> None: ...
def evidence(
    codes: Buffer,
    offsets: Buffer,
    symbols: Buffer,
    table: Buffer,
    sections: Buffer,
    letters: Buffer,
    ends: Buffer,
    /,
) -> bytes: ...
def expand(documents: Buffer, first: Buffer, /) -> bytearray: ...
def tally(bits: Buffer, first: Buffer, /) -> bytes: ...
def group(counts: Buffer, entries: Buffer, groups: Buffer, totals: bytearray, /) -> None: ...
def conjoin(target: bytearray, other: Buffer, /) -> None: ...
def disjoin(target: bytearray, other: Buffer, /) -> None: ...
def subtract(target: bytearray, other: Buffer, /) -> None: ...
def count(bits: Buffer, /) -> int: ...
def topk(
    sections: int,
    k: int,
    filter: Buffer | None,
    zeros: bool,
    floor: float,
    fields: tuple[ScoredField, ...],
    terms: tuple[ScoredTerm, ...],
    /,
) -> list[tuple[float, int]]: ...

# Showing texts
def fold_codes(
    codes: Buffer, symbols: Buffer, table: Buffer, gaps: Buffer, /
) -> tuple[str, str, bytes, bytes]: ...
def find(
    folded: str, starts: Buffer, stops: Buffer, letters: Buffer, ends: Buffer, groups: Buffer, /
) -> bytes: ...
def snippet(text: str, matches: Buffer, weights: Buffer, width: int, /) -> SnippetParts: ...
def excerpt(
    codes: Buffer,
    symbols: Buffer,
    table: Buffer,
    gaps: Buffer,
    letters: Buffer,
    ends: Buffer,
    groups: Buffer,
    weights: Buffer,
    width: int,
    /,
) -> SnippetParts | None: ...
