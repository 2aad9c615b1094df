"""Reads an index: one generation of it, which no later commit changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.documents.model import Document, SearchSection
from indexer.errors import IndexDamaged
from indexer.segments import Collection, SectionSet
from indexer.storage.facets import FacetCounter
from indexer.storage.families import Families
from indexer.storage.manifest import Manifest, read_manifest
from indexer.storage.numbering import Numbering
from indexer.storage.records import DocumentRow, SectionCard
from indexer.storage.segment_files import SegmentFiles, check_size, open_dictionary
from indexer.text.analysis import Analyzer

if TYPE_CHECKING:
    from indexer.documents.versions.fingerprint import Fingerprint
    from indexer.storage.links import Links

_CACHED_DOCUMENTS = 64


class Snapshot:
    """One generation of an index, open for reading. Close it, or use it in a ``with``.

    ``segments`` are its open files. ``numbering`` tells which sections a document has, ``families``
    which documents are duplicates or versions of one another. ``facets`` counts sections by facts
    of their documents, and ``terms`` is what searches work on. ``rows`` are the documents, known by
    their index there. ``analyzer`` cuts queries as the documents were cut.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        encoded_families = b""
        if manifest.groups:
            check_size(folder, manifest.groups)
            encoded_families = (folder / manifest.groups.name).read_bytes()
        self.analyzer = Analyzer(open_dictionary(folder, manifest))
        self.segments = [SegmentFiles(folder, segment) for segment in manifest.segments]
        self.numbering = Numbering(self.segments)
        self.rows: list[DocumentRow] = self.numbering.rows
        self.families = Families(self.numbering, self.segments, encoded_families)
        self._document = lru_cache(_CACHED_DOCUMENTS)(self._read_document)
        self._sections = lru_cache(_CACHED_DOCUMENTS)(
            lambda index: tuple(self.document(index).search_sections())
        )

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Returns the newest generation of the index in ``folder``.

        If a writer deletes the files of a generation while it is being opened, there is a newer
        manifest, which is opened instead. Raises the kinds of IndexStateError.
        """
        manifest = read_manifest(folder)
        while True:
            try:
                return cls(folder, manifest)
            except (OSError, IndexDamaged, ValueError) as error:
                newer = read_manifest(folder)
                if newer.generation == manifest.generation:
                    if isinstance(error, IndexDamaged):
                        raise
                    raise IndexDamaged(f"the index cannot be opened: {error}") from error
                manifest = newer

    @cached_property
    def terms(self) -> Collection:
        """The sections that searches look at, and their terms.

        Sections of deleted documents and `Families.duplicate_sections` are not among them.
        """
        gone = [[*files.deleted()] for files in self.segments]
        bases = [*accumulate((files.terms.sections for files in self.segments), initial=0)]
        for section in sorted(self.families.duplicate_sections):
            number = bisect_right(bases, section) - 1
            gone[number].append(range(section - bases[number], section - bases[number] + 1))
        return Collection([files.terms for files in self.segments], gone)

    @cached_property
    def facets(self) -> FacetCounter:
        """The counts of sections by issuer, type, year and region."""
        return FacetCounter(self.numbering, self.terms)

    @cached_property
    def links(self) -> list[Links]:
        """The fingerprint and the citations of each document in ``rows``."""
        return [files.links[n] for files in self.segments for n in files.live_ordinals()]

    @cached_property
    def fingerprints(self) -> list[Fingerprint]:
        """The fingerprint of each document in ``rows``."""
        return [files.fingerprints[n] for files in self.segments for n in files.live_ordinals()]

    def sections_where(self, test: Callable[[DocumentRow], bool]) -> SectionSet:
        """Returns the sections of the documents whose row passes ``test``."""
        return self.numbering.sections_where(test, self.terms)

    def sections_of_matching_documents(self, sections: SectionSet) -> SectionSet:
        """Returns all sections of the documents that have one of ``sections``, copies included."""
        return self.families.sections_of_matching_documents(sections, self.terms)

    def document(self, index: int) -> Document:
        """Returns the document ``rows[index]``. Raises IndexDamaged."""
        return self._document(index)

    def sections(self, index: int) -> tuple[SearchSection, ...]:
        """Returns the sections of the document ``rows[index]``, in order. Raises IndexDamaged."""
        return self._sections(index)

    def card(self, section: int) -> SectionCard:
        """Returns the facts shown with a section, without reading its whole document.

        Raises IndexDamaged.
        """
        index = self.numbering.document_of(section)
        files, _ = self.numbering.place_of(index)
        return files.card(self.rows[index], section - self.numbering.firsts[index])

    def _read_document(self, index: int) -> Document:
        files, first = self.numbering.place_of(index)
        return files.document(self.rows[index], first)

    def close(self) -> None:
        """Closes every file. Hits that were returned before remain valid."""
        for files in self.segments:
            files.close()
        self.segments = []
        self.analyzer.dictionary.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
