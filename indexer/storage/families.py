"""Documents that belong together: one document in several files, and versions of one law."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from indexer.errors import IndexDamaged
from indexer.segments import Collection, SectionSet
from indexer.storage.numbering import Numbering
from indexer.storage.segment_files import SegmentFiles


@dataclass(frozen=True, slots=True)
class DocumentFamilies:
    """The families of an index, as a commit writes them: groups of two or more document ids.

    Each group of ``duplicates`` is one document in several files; the file with the most facts and
    the fullest text comes first. Each group of ``versions`` is one law, newest version first; a
    version with duplicates is named by the first of them.
    """

    duplicates: tuple[tuple[str, ...], ...] = ()
    versions: tuple[tuple[str, ...], ...] = ()

    def encode(self) -> bytes:
        """Returns the families as JSON."""
        return json.dumps([self.duplicates, self.versions], ensure_ascii=False).encode()

    @classmethod
    def decode(cls, data: bytes) -> DocumentFamilies:
        """Returns the families that `encode` wrote as ``data``. Raises IndexDamaged."""
        try:
            duplicates, versions = json.loads(data)
            return cls(tuple(map(tuple, duplicates)), tuple(map(tuple, versions)))
        except (ValueError, TypeError) as error:
            raise IndexDamaged(f"the groups of documents cannot be read: {error}") from None


class Families:
    """The families of a snapshot, by the numbers of its documents and sections.

    ``encoded`` is the result of `DocumentFamilies.encode`, or empty if no document has relatives.
    It is decoded when it is first needed. Every member raises IndexDamaged if the families name a
    document that the index does not have.
    """

    def __init__(
        self, numbering: Numbering, segments: Sequence[SegmentFiles], encoded: bytes
    ) -> None:
        self._numbering = numbering
        self._segments = tuple(segments)
        self._encoded = encoded

    @cached_property
    def committed(self) -> DocumentFamilies:
        """The families by document ids, as the commit wrote them."""
        return DocumentFamilies.decode(self._encoded) if self._encoded else DocumentFamilies()

    @cached_property
    def hashes(self) -> array[int]:
        """A hash of the text of every section, folded and without blanks, to find equal texts."""
        hashes = array("Q")
        for files in self._segments:
            hashes += files.hashes
        return hashes

    @cached_property
    def same_document(self) -> dict[int, tuple[int, ...]]:
        """For each document in several files: the indices of all its files, its own included."""
        groups = [tuple(map(self._index, ids)) for ids in self.committed.duplicates]
        return {index: group for group in groups for index in group}

    @cached_property
    def versions(self) -> dict[str, tuple[str, ...]]:
        """For each document with several versions: the ids of all of them, newest first."""
        for id in chain.from_iterable(self.committed.versions):
            self._index(id)
        return {id: group for group in self.committed.versions for id in group}

    @cached_property
    def duplicate_sections(self) -> frozenset[int]:
        """The sections hidden from search because another file of the document has their text.

        Of several files with the same text, the first one in the order of `same_document` shows it;
        `copies_of` leads from there to the others.
        """
        duplicates: set[int] = set()
        for group in set(self.same_document.values()):
            seen: set[int] = set()
            for index in group:
                hashes = self._hashes_of(index)
                duplicates.update(section for section, hash in hashes.items() if hash in seen)
                seen.update(hashes.values())
        return frozenset(duplicates)

    def copies_of(self, section: int) -> list[int]:
        """Returns the sections with the same text in the other files of the section's document."""
        index = self._numbering.document_of(section)
        others = [copy for copy in self.same_document.get(index, ()) if copy != index]
        if not others:
            return []
        hashes, wanted = self.hashes, self.hashes[section]
        sections = chain.from_iterable(map(self._numbering.sections_of, others))
        return [other for other in sections if hashes[other] == wanted]

    def sections_of_matching_documents(self, sections: SectionSet, terms: Collection) -> SectionSet:
        """Returns all sections in ``terms`` of the documents that have one of ``sections``.

        A section that is hidden as a duplicate counts for its document all the same.
        """
        numbering = self._numbering
        hidden = map(numbering.sections_of, self._documents_repeating(sections))
        return numbering.sections_of_rows(numbering.tally(sections), terms) | terms.of_sections(
            chain.from_iterable(hidden)
        )

    def _documents_repeating(self, sections: SectionSet) -> set[int]:
        """Returns the documents in several files that have the text of one of ``sections``."""
        found: set[int] = set()
        for group in set(self.same_document.values()):
            hashes = {index: self._hashes_of(index) for index in group}
            wanted = {
                hash
                for of_document in hashes.values()
                for section, hash in of_document.items()
                if section in sections
            }
            found.update(index for index in group if not wanted.isdisjoint(hashes[index].values()))
        return found

    def _hashes_of(self, index: int) -> dict[int, int]:
        return {section: self.hashes[section] for section in self._numbering.sections_of(index)}

    def _index(self, id: str) -> int:
        try:
            return self._numbering.by_id[id]
        except KeyError:
            raise IndexDamaged(f"the groups name {id}, which the index does not hold") from None
