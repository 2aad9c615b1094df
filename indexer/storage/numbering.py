"""The numbers of documents and sections: which document a section belongs to, and vice versa."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, compress

from indexer.segments import Collection, SectionSet
from indexer.storage.records import DocumentRow
from indexer.storage.segment_files import SegmentFiles


class Numbering:
    """The documents and sections of a snapshot by their numbers; nothing here reads a file.

    Sections are numbered from 0 through all segments, including those of deleted documents; the
    sections of a document are adjacent. ``rows`` lists the documents that are not deleted, in the
    order of their sections, and ``firsts`` has the first section of each. The index of a document
    is its position in ``rows``. Everything still works after the snapshot was closed.
    """

    def __init__(self, segments: Sequence[SegmentFiles]) -> None:
        self.rows: list[DocumentRow] = []
        self.firsts: list[int] = []
        self._segments = tuple(segments)
        self._firsts_of_segments = [files.firsts for files in segments]
        self._places: list[tuple[SegmentFiles, int]] = []
        base = 0
        for files in segments:
            for row, section in files.live():
                self.rows.append(row)
                self.firsts.append(base + section)
                self._places.append((files, section))
            base += files.segment.section_count

    @cached_property
    def section_count(self) -> int:
        """The number of sections of all documents, duplicates included."""
        return sum(row.section_count for row in self.rows)

    @cached_property
    def by_id(self) -> dict[str, int]:
        """The index of every document by its id."""
        return {row.id: index for index, row in enumerate(self.rows)}

    def document_of(self, section: int) -> int:
        """Returns the index of the document that a section belongs to."""
        return bisect_right(self.firsts, section) - 1

    def sections_of(self, index: int) -> range:
        """Returns the numbers of the sections of the document with this ``index``."""
        return range(self.firsts[index], self.firsts[index] + self.rows[index].section_count)

    def place_of(self, index: int) -> tuple[SegmentFiles, int]:
        """Returns the segment of a document, and the number there of its first section."""
        return self._places[index]

    def result_order(self, section: int) -> tuple[str, int]:
        """Returns the key by which a section is ordered among equal scores.

        It is the document's id and the position in the document, and does not depend on the order
        in which documents were indexed.
        """
        index = self.document_of(section)
        return self.rows[index].id, section - self.firsts[index]

    def rows_of_segments(self) -> Iterator[DocumentRow]:
        """The rows of all segments, deleted documents included, as `tally` counts them."""
        return chain.from_iterable(files.rows for files in self._segments)

    def tally(self, sections: SectionSet) -> array[int]:
        """Returns the number of ``sections`` in each of `rows_of_segments`."""
        return array("I", sections.tally(self._firsts_of_segments))

    def counts(self, sections: SectionSet) -> list[int]:
        """Returns the number of ``sections`` in each document, in the order of ``rows``."""
        live = chain.from_iterable(files.is_live for files in self._segments)
        return [*compress(self.tally(sections), live)]

    def sections_where(self, test: Callable[[DocumentRow], bool], terms: Collection) -> SectionSet:
        """Returns the sections in ``terms`` of the documents whose row passes ``test``."""
        chosen = (
            live and test(row)
            for files in self._segments
            for live, row in zip(files.is_live, files.rows, strict=True)
        )
        return self.sections_of_rows(chosen, terms)

    def sections_of_rows(self, chosen: Iterable[object], terms: Collection) -> SectionSet:
        """Returns the sections in ``terms`` of the documents for which ``chosen`` is true.

        ``chosen`` has a value for each of `rows_of_segments`.
        """
        flags = iter(chosen)
        documents = []
        for files in self._segments:
            bits = bytearray((len(files.rows) + 7) // 8)
            for ordinal in compress(range(len(files.rows)), flags):
                bits[ordinal >> 3] |= 1 << (ordinal & 7)
            documents.append(bytes(bits))
        return terms.of_documents(documents, self._firsts_of_segments)
