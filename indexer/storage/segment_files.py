"""The files of a segment, open for reading, and the names of an index's files."""

from __future__ import annotations

import mmap
import os
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import accumulate, compress
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.documents.model import Document
from indexer.errors import IndexDamaged
from indexer.segments import Segment as TermSegment
from indexer.storage.manifest import File, Manifest, Segment
from indexer.storage.records import (
    Buffer,
    DocumentRow,
    SectionCard,
    decode_card,
    decode_document,
    decode_rows,
)
from indexer.text.dictionary import Dictionary

if TYPE_CHECKING:
    from indexer.documents.versions.fingerprint import Fingerprint
    from indexer.storage.links import Links

TERMS_PREFIX = "terms"  # terms_<segment>.columns, see `indexer.segments.format`
CATALOGUE_PREFIX = "catalogue"  # catalogue_<segment>.<field of DocumentFiles>
GROUPS_PREFIX = "groups"  # groups_<generation>.json, see `indexer.storage.families`
DICTIONARY_PREFIX = "dictionary"  # dictionary_<generation>.columns, see `indexer.text.dictionary`


class HeldFile:
    """A file that can still be read after it was deleted, until it is closed."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size  # nothing cannot be mapped
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None
        self._all = memoryview(self._map or b"")

    def read(self) -> bytes:
        """Returns the contents of the whole file."""
        return bytes(self._all)

    def view(self, offset: int, size: int) -> memoryview:
        """Returns ``size`` bytes from ``offset`` on, or fewer at the end of the file.

        The file stays mapped while the view is in use.
        """
        return self._all[offset : offset + size]

    def close(self) -> None:
        """Closes the file; it stays mapped while a view of it is in use."""
        with suppress(BufferError):
            self._all.release()
            if self._map is not None:
                self._map.close()


class SegmentFiles:
    """The open files of a segment: rows, records, hashes, links and terms.

    ``rows`` has all documents of the segment, including deleted ones; the position of a document
    there is its ordinal. ``firsts`` has the first section of each document and the end of the last
    one (32 bits each). ``is_live`` has 1 for each document that is not deleted.
    """

    def __init__(self, folder: Path, segment: Segment) -> None:
        for file in segment.files:
            check_size(folder, file)
        self.segment = segment
        self.files = DocumentFiles.of(folder, segment.id)
        self.rows = decode_rows(self.files.rows.read_bytes())
        # A commit may delete the files, so that they are held open from here on.
        self.records = HeldFile(self.files.records)
        self._hashes = HeldFile(self.files.hashes)
        self._links = HeldFile(self.files.links)
        self.terms = TermSegment(terms_file(folder, segment.id))
        sections = [row.section_count for row in self.rows]
        if not sum(sections) == self.terms.sections == segment.section_count:
            raise IndexDamaged(f"the rows and the terms of segment {segment.id} disagree")
        if any(ordinal >= len(self.rows) for ordinal in segment.deleted):
            raise IndexDamaged(f"the manifest deletes documents that segment {segment.id} lacks")
        starts = array("I", accumulate(sections, initial=0))
        self.firsts = starts.tobytes()
        self.is_live = bytearray(b"\1" * len(self.rows))
        for ordinal in segment.deleted:
            self.is_live[ordinal] = 0

    def deleted(self) -> list[range]:
        """Returns the sections of deleted documents, as ranges of numbers in the segment."""
        firsts = memoryview(self.firsts).cast("I")
        return [range(firsts[row], firsts[row + 1]) for row in self.segment.deleted]

    def live(self) -> Iterator[tuple[DocumentRow, int]]:
        """Yields each row that is not deleted with its first section, in order."""
        firsts = memoryview(self.firsts).cast("I")
        yield from compress(zip(self.rows, firsts, strict=False), self.is_live)

    def live_ordinals(self) -> list[int]:
        """Returns the ordinals of the documents that are not deleted."""
        return list(compress(range(len(self.rows)), self.is_live))

    @cached_property
    def hashes(self) -> array[int]:
        """A hash of 64 bits for the text of every section. Raises IndexDamaged."""
        data = self._hashes.read()
        if len(data) != 8 * self.segment.section_count:
            raise IndexDamaged(f"{self.files.hashes.name} is cut off")
        return array("Q", data)

    @cached_property
    def links(self) -> list[Links]:
        """The links of every document, by ordinal. Raises IndexDamaged."""
        from indexer.storage.links import decode_links  # a search does without

        return decode_links(self._links.read())

    @cached_property
    def fingerprints(self) -> list[Fingerprint]:
        """The fingerprint of every document, by ordinal. Raises IndexDamaged."""
        from indexer.storage.links import decode_fingerprints  # a search does without

        return decode_fingerprints(self._links.read())

    def record(self, row: DocumentRow) -> Buffer:
        """Returns the record of the document in ``row``, without the texts of its sections."""
        return self.records.view(row.offset, row.size)

    def document(self, row: DocumentRow, first: int) -> Document:
        """Returns the document in ``row``, whose first section is ``first``.

        Raises IndexDamaged.
        """
        return decode_document(
            self.record(row), self.terms.source(first, first + row.section_count)
        )

    def card(self, row: DocumentRow, number: int) -> SectionCard:
        """Returns the card of section ``number`` (from 0) of ``row``. Raises IndexDamaged."""
        return decode_card(self.record(row), number)

    def close(self) -> None:
        """Closes the files."""
        for file in (self.terms, self.records, self._hashes, self._links):
            file.close()


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The files of a segment's documents; the terms are in its `terms_file`.

    ``rows`` (JSON, `indexer.storage.records`) and ``links`` (`indexer.storage.links`) are in the
    order of the documents. ``records`` has the documents one after the other, each at the offset
    that its row states. ``hashes`` has 64 bits for each section, in the order of the sections.
    """

    rows: Path
    records: Path
    hashes: Path
    links: Path

    @classmethod
    def of(cls, folder: Path, segment: str) -> DocumentFiles:
        """Returns the files in ``folder`` of the segment with the id ``segment``."""
        stem = f"{CATALOGUE_PREFIX}_{segment}"
        return cls(*(folder / f"{stem}.{field.name}" for field in fields(cls)))

    def all(self) -> tuple[Path, ...]:
        """Returns all files, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))


def terms_file(folder: Path, segment: str) -> Path:
    """Returns the file of terms in ``folder`` of the segment with the id ``segment``."""
    return folder / f"{TERMS_PREFIX}_{segment}.columns"


def open_dictionary(folder: Path, manifest: Manifest) -> Dictionary:
    """Returns the dictionary by which the words of the index in ``folder`` are cut.

    Raises IndexDamaged.
    """
    if manifest.dictionary is None:
        raise IndexDamaged("the manifest names no dictionary")
    check_size(folder, manifest.dictionary)
    return Dictionary.open(folder / manifest.dictionary.name)


def check_size(folder: Path, file: File) -> None:
    """Raises IndexDamaged if a file is missing or has another size than when it was written."""
    try:
        size = (folder / file.name).stat().st_size
    except FileNotFoundError:
        raise IndexDamaged(f"{file.name} is missing") from None
    if size != file.size:
        raise IndexDamaged(f"{file.name} has {size} bytes, {file.size} were written")
