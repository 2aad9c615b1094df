"""The types of the kernel's arguments and results.

Numbers in bytes are little-endian, of 32 bits each unless stated otherwise. Sets of sections are
bitmaps, the least significant bit first. Offsets into texts are in characters; spans are half-open.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview

InverterLog: TypeAlias = Any
"""The sections logged so far: a capsule of the compiled kernel, an object of the plain one."""

CutterTables: TypeAlias = Any
"""A dictionary ready to cut by: a capsule of the compiled kernel, an object of the plain one."""

TermPlace: TypeAlias = tuple[int, int, int, int]
"""The number of a term, its document frequency, and offset and size of its postings in bytes."""

InvertedField: TypeAlias = tuple[bytes, bytes, bytes, bytes, int]
"""The columns of a field: terms, index, postings, lengths in eighths; and the number of terms."""

ScoredField: TypeAlias = tuple[Buffer, Buffer, float, float, float]
"""Postings and lengths of a field, ``a`` and ``c`` of its norm, and the scale of its bounds."""

ScoredTerm: TypeAlias = tuple[int, TermPlace, float]
"""The number of a term's field, where its postings are, and its weight."""

MergeSource: TypeAlias = tuple[Buffer, int, Buffer, Buffer]
"""Terms of a segment, their number, postings, and the new number of each section or `GONE`."""

Highlights: TypeAlias = tuple[tuple[int, int], ...]
"""Spans of a snippet that are shown lit: sorted, disjoint, none empty."""

SnippetParts: TypeAlias = tuple[str, Highlights, int]
"""A snippet, its highlights, and the number of lines that end before its first match."""


class PackedText(NamedTuple):
    """A text as codes of symbols, together with the symbols (`indexer.segments.format`)."""

    codes: Buffer
    symbols: Buffer
    table: Buffer


class FoldedText(NamedTuple):
    """A text as it stands, and folded.

    ``starts`` and ``ends`` have, for each character of ``folded``, where it begins and ends in
    ``source``.
    """

    source: str
    folded: str
    starts: bytes
    ends: bytes


class Match(NamedTuple):
    """An occurrence of the needle numbered ``needle``: the characters ``start`` to ``end``."""

    start: int
    end: int
    needle: int


def pack_matches(matches: Iterable[Match]) -> bytes:
    """Returns ``matches`` in the form that the kernel uses: three numbers for each."""
    return array("I", [number for match in matches for number in match]).tobytes()


def unpack_matches(packed: Buffer) -> list[Match]:
    """Returns the matches that `pack_matches` packed, in the same order."""
    numbers = array("I", bytes(packed))
    return list(map(Match, numbers[::3], numbers[1::3], numbers[2::3]))


class Needles(NamedTuple):
    """Strings to find in folded texts, in the form that the kernel takes.

    ``text`` has the needles joined (UTF-32), ``ends`` the offset in characters at which each ends,
    and ``groups`` the number of its group. Groups are numbered from 0, and the needles of a group
    are adjacent.
    """

    text: bytes
    ends: bytes
    groups: bytes

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]]) -> Needles:
        """Returns the needles of ``groups``, numbered consecutively through all groups."""
        text = "".join(needle for needles in groups for needle in needles)
        ends, numbers = array("I"), array("I")
        end = 0
        for number, needles in enumerate(groups):
            for needle in needles:
                end += len(needle)
                ends.append(end)
                numbers.append(number)
        encoded = text.encode("utf-32-le", "surrogatepass")
        return cls(encoded, ends.tobytes(), numbers.tobytes())

    def fit(self) -> bool:
        """Returns True if the three parts belong together."""
        ends = array("I", self.ends)
        size = 4 * (ends[-1] if ends else 0), 4 * len(ends)
        return list(ends) == sorted(ends) and (len(self.text), len(self.groups)) == size

    def by_group(self) -> list[list[str]]:
        """Returns the groups that `of` was called with, without empty ones at the end."""
        text = self.text.decode("utf-32-le", "surrogatepass")
        groups: list[list[str]] = []
        start = 0
        for end, group in zip(array("I", self.ends), array("I", self.groups), strict=True):
            groups += [[] for _ in range(group + 1 - len(groups))]
            groups[group].append(text[start:end])
            start = end
        return groups
