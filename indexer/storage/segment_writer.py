"""Writes segments: terms, rows, records, links and hashes of documents, ordered by document id.

`indexer.storage.transaction` decides which segments there are.
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

# A segment ends at these sizes, which limits memory: building one takes about 20 bytes for each
# character that its sections rank by, and merging one holds all of it in memory.
MOST_SECTIONS = 1 << 18
_MOST_CHARACTERS = 1 << 25


class _Member(NamedTuple):
    """A document of a segment without its terms; ``first`` is its first section in its source."""

    row: DocumentRow
    links: Links
    hashes: array[int]
    first: int


class _Source(NamedTuple):
    """Terms for a segment, and the documents to take from them."""

    columns: Columns
    members: list[_Member]


def new_terms() -> Builder:
    """Returns an empty builder for the terms of documents."""
    return Builder((WORDS, BIGRAMS), classes(), strip_blank)


class SegmentBuilder:
    """A segment being built from documents and other segments, ordered by document id."""

    def __init__(self, folder: Path, id: str) -> None:
        self._id = id
        self._terms_file = terms_file(folder, id)
        self._files = DocumentFiles.of(folder, id)
        self._records = self._files.records.open("xb")
        self._terms = new_terms()
        self._members: list[_Member] = []

    @property
    def section_count(self) -> int:
        """The number of sections added so far."""
        return self._terms.sections

    @property
    def is_full(self) -> bool:
        """Returns True if the segment has reached the size at which it ends."""
        return self.section_count >= MOST_SECTIONS or self._terms.load >= _MOST_CHARACTERS

    def add(self, entry: IndexEntry) -> None:
        """Adds the document of ``entry``."""
        first = self.section_count
        self._terms.add(*entry.terms)
        row = self._append(entry.row, entry.record)
        self._members.append(_Member(row, entry.links, entry.hashes, first))

    def _append(self, row: DocumentRow, record: bytes | memoryview) -> DocumentRow:
        row = row._replace(offset=self._records.tell(), size=len(record))
        self._records.write(record)
        return row

    def finish(self, segments: Sequence[SegmentFiles]) -> Segment:
        """Writes the segment, including the live documents of ``segments``, and returns it.

        Its files are flushed to disk. Closes the files of ``segments``. Raises OSError.
        """
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
        """Returns the added documents, ordered by their ids."""
        order = array("I")
        members = []
        for member in sorted(self._members, key=_id):
            members.append(member._replace(first=len(order)))
            order.extend(range(member.first, member.first + member.row.section_count))
        return _Source(self._terms.finish(order), members)

    def _taken_over(self, files: SegmentFiles) -> _Source:
        """Returns the live documents of another segment, whose records are copied."""
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
        """Closes the files; `Store` removes those that were written already."""
        with suppress(OSError):  # on a full disk, flushing the buffer fails
            self._records.close()


def _id(member: _Member) -> str:
    return member.row.id


def _merged(sources: Sequence[_Source]) -> Columns:
    """Returns the terms of several sources as one segment, documents ordered by their ids."""
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
    """Flushes the file ``path`` to disk and returns its name, size and CRC-32.

    Raises OSError.
    """
    crc = 0
    with path.open("rb+") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
        os.fsync(file.fileno())
        return File(path.name, file.tell(), crc)
