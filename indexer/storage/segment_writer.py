"""Making a segment: terms, rows, records, links and hashes of documents in the order of their ids.

For `indexer.storage.transaction`, which makes segments an index.
"""

from __future__ import annotations

import os
import zlib
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from indexer.segments import GONE, Columns
from indexer.segments.writer import Builder, merge
from indexer.storage.index_entry import IndexEntry
from indexer.storage.links import Links, encode_links
from indexer.storage.manifest import File, Segment
from indexer.storage.records import DocumentRow, encode_rows
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.segment_files import DocumentFiles, SegmentFiles, terms_file
from indexer.text.analysis import classes
from indexer.text.folding import strip_blank

# A segment ends here, which bounds memory: some 20 bytes per character of what sections rank by
# while it is made, and all of it in memory while it is merged.
MOST_UNITS = 1 << 18
_MOST_CHARACTERS = 1 << 25


class _Member(NamedTuple):
    """A document of a segment: all of it that is not terms, and the number of its first section."""

    row: DocumentRow
    links: Links
    hashes: array[int]
    first: int


class _Source(NamedTuple):
    """What a segment is made of."""

    columns: Columns
    members: list[_Member]


def new_terms() -> Builder:
    """Where the terms of documents are collected."""
    return Builder((WORDS, BIGRAMS), classes(), strip_blank)


class SegmentBuilder:
    """A segment in the making: documents and other segments, sorted by document id."""

    def __init__(self, folder: Path, id: str) -> None:
        self._id = id
        self._terms_file = terms_file(folder, id)
        self._files = DocumentFiles.of(folder, id)
        self._records = self._files.records.open("xb")
        self._terms = new_terms()
        self._members: list[_Member] = []

    @property
    def section_count(self) -> int:
        """How many sections were added."""
        return self._terms.sections

    @property
    def is_full(self) -> bool:
        """Whether memory is used up."""
        return self.section_count >= MOST_UNITS or self._terms.load >= _MOST_CHARACTERS

    def add(self, entry: IndexEntry) -> None:
        """Add a document."""
        first = self.section_count
        self._terms.add(*entry.terms)
        row = self._append(entry.row, entry.record)
        self._members.append(_Member(row, entry.links, entry.hashes, first))

    def _append(self, row: DocumentRow, record: bytes | memoryview) -> DocumentRow:
        row = row._replace(offset=self._records.tell(), size=len(record))
        self._records.write(record)
        return row

    def finish(self, segments: Sequence[SegmentFiles]) -> Segment:
        """Write the segment with the live documents of others, and flush it to disk."""
        sources = [self._added()] if self._members else []
        sources += map(self._taken_over, segments)
        columns = sources[0].columns if len(sources) == 1 and self._members else _merged(sources)
        members = sorted((m for source in sources for m in source.members), key=_id)
        self._records.close()
        self._files.rows.write_bytes(encode_rows(member.row for member in members))
        self._files.links.write_bytes(encode_links(member.links for member in members))
        self._files.hashes.write_bytes(b"".join(member.hashes.tobytes() for member in members))
        columns.write(self._terms_file)
        for files in segments:
            files.close()
        written = (self._terms_file, *self._files.all())
        return Segment(self._id, columns.sections, tuple(map(flushed, written)))

    def _added(self) -> _Source:
        """The documents that were added, in the order of their ids."""
        order = array("I")
        members = []
        for member in sorted(self._members, key=_id):
            members.append(member._replace(first=len(order)))
            order.extend(range(member.first, member.first + member.row.section_count))
        return _Source(self._terms.finish(order), members)

    def _taken_over(self, files: SegmentFiles) -> _Source:
        """The live documents of another segment."""
        members = [
            _Member(
                self._append(row, files.record(row)),
                files.links[ordinal],
                files.hashes[first : first + row.section_count],
                first,
            )
            for ordinal, (row, first) in zip(files.live_ordinals(), files.live(), strict=True)
        ]
        return _Source(files.terms.as_columns(), members)

    def close(self) -> None:
        """Drop everything. What was written is for the sweep."""
        with suppress(OSError):  # a full disk does not take what is still in the buffer
            self._records.close()


def _id(member: _Member) -> str:
    return member.row.id


def _merged(sources: Sequence[_Source]) -> Columns:
    """One segment of several, documents in the order of their ids."""
    numbers = [array("I", [GONE]) * source.columns.sections for source in sources]
    members = [
        (m, new) for source, new in zip(sources, numbers, strict=True) for m in source.members
    ]
    count = 0
    for member, new in sorted(members, key=lambda pair: pair[0].row.id):
        sections = member.row.section_count
        new[member.first : member.first + sections] = array("I", range(count, count + sections))
        count += sections
    pairs = [(source.columns, new) for source, new in zip(sources, numbers, strict=True)]
    return merge(pairs, strip_blank)


def flushed(path: Path) -> File:
    """Flush a file to disk and say what it is."""
    crc = 0
    with path.open("rb+") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
        os.fsync(file.fileno())
        return File(path.name, file.tell(), crc)
