"""Reading an index: one generation of it, which no later commit changes."""

from __future__ import annotations

import mmap
import os
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache, partial
from itertools import accumulate, chain, compress
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.documents.model import Document, SearchSection
from indexer.errors import DocumentNotFound, IndexDamaged
from indexer.segments import Collection, SectionSet
from indexer.segments import DocumentLabels as Grouping
from indexer.segments import Segment as TermSegment
from indexer.storage.groups import DocumentFamilies
from indexer.storage.manifest import File, Manifest, Segment, read_manifest
from indexer.storage.records import (
    Buffer,
    DocumentRow,
    SectionCard,
    decode_card,
    decode_document,
    decode_rows,
)
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary

if TYPE_CHECKING:
    from indexer.documents.versions.duplicates import Fingerprint
    from indexer.storage.links import Links

TERMS_PREFIX = "terms"  # terms_<segment>.columns, see indexer.segments.format
CATALOGUE_PREFIX = "catalogue"  # `CatalogueFiles`
GROUPS_PREFIX = "groups"
DICTIONARY_PREFIX = "dictionary"
_CACHED_DOCUMENTS = 64
_FACETS = ("issuer", "doc_type", "year", "region")


class HeldFile:
    """A file that can be read from after it was deleted, until it is closed."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size  # nothing cannot be mapped
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None
        self._all = memoryview(self._map or b"")

    def read(self) -> bytes:
        """All of it."""
        return bytes(self._all)

    def view(self, offset: int, size: int) -> memoryview:
        """``size`` bytes from ``offset`` on, as far as there are, to be let go of soon."""
        return self._all[offset : offset + size]

    def close(self) -> None:
        """Let go of it. What is still read from stays mapped until that is done."""
        with suppress(BufferError):
            self._all.release()
            if self._map is not None:
                self._map.close()


class SegmentFiles:
    """The open files of a segment: its catalogue, its records, its terms."""

    def __init__(self, folder: Path, segment: Segment) -> None:
        for file in segment.files:
            _check_size(folder, file)
        self.segment = segment
        self.files = DocumentFiles.of(folder, segment.id)
        self.rows = decode_rows(self.files.rows.read_bytes())
        # All are held from here on: a commit may delete the files.
        self.records = HeldFile(self.files.records)
        self._hashes = HeldFile(self.files.hashes)
        self._links = HeldFile(self.files.links)
        self.terms = TermSegment(terms_file(folder, segment.id))
        sections = [row.sections for row in self.rows]
        if not sum(sections) == self.terms.sections == segment.sections:
            raise IndexDamaged(f"rows and terms of {segment.id} do not belong together")
        if any(ordinal >= len(self.rows) for ordinal in segment.deleted):
            raise IndexDamaged(f"{segment.id} has no such rows as are deleted")
        starts = array("I", accumulate(sections, initial=0))
        self.firsts = starts.tobytes()  # of each row's sections, and where the last one's end
        self.is_live = bytearray(b"\1" * len(self.rows))
        for ordinal in segment.deleted:
            self.is_live[ordinal] = 0

    def deleted(self) -> list[range]:
        """The sections of the deleted rows."""
        firsts = memoryview(self.firsts).cast("I")
        return [range(firsts[row], firsts[row + 1]) for row in self.segment.deleted]

    def live(self) -> Iterator[tuple[DocumentRow, int]]:
        """The rows not deleted, each with its first section, in order."""
        firsts = memoryview(self.firsts).cast("I")
        yield from compress(zip(self.rows, firsts, strict=False), self.is_live)

    def live_ordinals(self) -> list[int]:
        """The positions of the rows not deleted."""
        return list(compress(range(len(self.rows)), self.is_live))

    @cached_property
    def hashes(self) -> array[int]:
        """A hash of the text of every section. Raises IndexDamaged."""
        data = self._hashes.read()
        if len(data) != 8 * self.segment.sections:
            raise IndexDamaged(f"{self.files.hashes.name} is cut off")
        return array("Q", data)

    @cached_property
    def links(self) -> list[Links]:
        """What ties every document to others."""
        from indexer.storage.links import decode_links  # a search does without

        return decode_links(self._links.read())

    @cached_property
    def fingerprints(self) -> list[Fingerprint]:
        """That of every document."""
        from indexer.storage.links import decode_fingerprints  # a search does without

        return decode_fingerprints(self._links.read())

    def record(self, row: DocumentRow) -> Buffer:
        """The bytes of a row's document, which are not all of it: see `document`."""
        return self.records.view(row.offset, row.size)

    def document(self, row: DocumentRow, first: int) -> Document:
        """The document of a row whose first section is ``first``. Raises IndexDamaged."""
        return decode_document(self.record(row), self.terms.source(first, first + row.sections))

    def passage(self, row: DocumentRow, number: int) -> SectionCard:
        """The section ``number`` of a row, as it is shown. Raises IndexDamaged."""
        return decode_card(self.record(row), number)

    def close(self) -> None:
        """Close the files."""
        for file in (self.terms, self.records, self._hashes, self._links):
            file.close()


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """Where a segment has what is not terms.

    ``rows`` are JSON, ``links`` as `indexer.storage.links` has it, in the order of the documents;
    ``records`` are documents one after the other; ``hashes`` are numbers of 64 bits in the order
    of the sections.
    """

    rows: Path
    records: Path
    hashes: Path
    links: Path

    @classmethod
    def of(cls, folder: Path, segment: str) -> DocumentFiles:
        """The files of a segment."""
        stem = f"{CATALOGUE_PREFIX}_{segment}"
        return cls(*(folder / f"{stem}.{field.name}" for field in fields(cls)))

    def all(self) -> tuple[Path, ...]:
        """Every file."""
        return tuple(getattr(self, field.name) for field in fields(self))


class Snapshot:
    """One generation of an index, open for reading.

    Sections of retrieval are numbered from 0 through all ``segments``; the sections of a document
    follow one another. ``rows`` lists the documents in the order of their sections and ``firsts``
    their first sections; ``analyzer`` cuts as they were cut. Close it, or use it in a ``with``.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.rows: list[DocumentRow] = []
        self.firsts: list[int] = []
        self.segments: list[SegmentFiles] = []
        self._places: list[tuple[SegmentFiles, int]] = []  # of each row: its first section there
        # Of each segment, deleted rows too: these, and the first sections of each.
        self._rows_of_segments: list[list[DocumentRow]] = []
        self._firsts_of_segments: list[bytes] = []
        base = 0
        self._encoded_groups = b""
        if manifest.groups:
            _check_size(folder, manifest.groups)
            self._encoded_groups = (folder / manifest.groups.name).read_bytes()
        self.analyzer = Analyzer(open_dictionary(folder, manifest))
        for segment in manifest.segments:
            files = SegmentFiles(folder, segment)
            self.segments.append(files)
            self._rows_of_segments.append(files.rows)
            self._firsts_of_segments.append(files.firsts)
            for row, section in files.live():
                self.rows.append(row)
                self.firsts.append(base + section)
                self._places.append((files, section))
            base += segment.sections
        self._read = lru_cache(_CACHED_DOCUMENTS)(self._read_document)
        self._sections = lru_cache(_CACHED_DOCUMENTS)(
            lambda index: tuple(self.document(index).search_sections())
        )

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """The newest generation. Raises IndexStateError's kinds.

        A writer may delete the files of a generation while it is being opened: then there is a
        newer manifest, and that is opened instead.
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
    def hashes(self) -> array[int]:
        """A hash of the text of every section: equal texts, folded and stripped of blanks, have
        equal ones.
        """
        hashes = array("Q")
        for files in self.segments:
            hashes += files.hashes
        return hashes

    @cached_property
    def links(self) -> list[Links]:
        """What ties each document of ``rows`` to others."""
        return [files.links[n] for files in self.segments for n in files.live_ordinals()]

    @cached_property
    def fingerprints(self) -> list[Fingerprint]:
        """Those of the documents of ``rows``."""
        return [files.fingerprints[n] for files in self.segments for n in files.live_ordinals()]

    @cached_property
    def groups(self) -> DocumentFamilies:
        """Which documents belong together."""
        return (
            DocumentFamilies.decode(self._encoded_groups)
            if self.manifest.groups
            else DocumentFamilies()
        )

    @cached_property
    def terms(self) -> Collection:
        """The terms of the sections that a search looks at: of documents not deleted, no
        `duplicate_sections`.
        """
        gone = [[*files.deleted()] for files in self.segments]
        bases = [*accumulate((files.terms.sections for files in self.segments), initial=0)]
        for section in sorted(self.duplicate_sections):
            number = bisect_right(bases, section) - 1
            gone[number].append(range(section - bases[number], section - bases[number] + 1))
        return Collection([files.terms for files in self.segments], gone)

    @cached_property
    def section_count(self) -> int:
        """How many sections there are."""
        return sum(row.sections for row in self.rows)

    def document_of(self, section: int) -> int:
        """The index in ``rows`` of the document a section belongs to."""
        return bisect_right(self.firsts, section) - 1

    def sections_where(self, test: Callable[[DocumentRow], bool]) -> SectionSet:
        """The sections of the documents whose row passes a test."""
        return self._sections_of(
            live and test(row)
            for files in self.segments
            for live, row in zip(files.is_live, files.rows, strict=True)
        )

    def _sections_of(self, chosen: Iterable[object]) -> SectionSet:
        """The sections of the rows, of the segments in turn, for which ``chosen`` is true."""
        flags = iter(chosen)
        documents = []
        for files in self.segments:
            bits = bytearray((len(files.rows) + 7) // 8)
            for ordinal in compress(range(len(files.rows)), flags):
                bits[ordinal >> 3] |= 1 << (ordinal & 7)
            documents.append(bytes(bits))
        return self.terms.of_documents(documents, self._firsts_of_segments)

    def whole(self, sections: SectionSet) -> SectionSet:
        """All sections of the documents that have one of ``sections``, and of their duplicates."""
        again = (
            section for index in self._with_copies_of(sections) for section in self.numbers(index)
        )
        return self._sections_of(self.tally(sections)) | self.terms.of_sections(again)

    def _with_copies_of(self, sections: SectionSet) -> set[int]:
        """The documents of several files that have the text of one of ``sections``."""
        found: set[int] = set()
        for group in set(self.copies.values()):
            numbers = {one: self._hashes_of(one) for one in group}
            said = {
                hash
                for of in numbers.values()
                for section, hash in of.items()
                if section in sections
            }
            found.update(one for one in group if not said.isdisjoint(numbers[one].values()))
        return found

    def tally(self, sections: SectionSet) -> array[int]:
        """How many of ``sections`` each document has, by row of the segments in turn.

        May be asked after the snapshot was closed.
        """
        return array("I", sections.tally(self._firsts_of_segments))

    def counts(self, sections: SectionSet) -> list[int]:
        """How many of ``sections`` each document of ``rows`` has."""
        live = chain.from_iterable(files.is_live for files in self.segments)
        return [*compress(self.tally(sections), live)]

    def facets(
        self, tally: Callable[[], array[int]]
    ) -> dict[str, Callable[[], list[tuple[str, int]]]]:
        """What adds a `tally` up by issuers, doc_types, years and regions of its documents.

        Many searches do without; an answer may be asked for after the snapshot was closed.
        """
        group = self.terms.group

        def added(name: str) -> list[tuple[str, int]]:
            values, groups = self._facets[name]
            totals = group(tally().tobytes(), groups, len(values))
            return [*compress(zip(values, totals, strict=True), totals)]

        return {name: partial(added, name) for name in _FACETS}

    @cached_property
    def copies(self) -> dict[int, tuple[int, ...]]:
        """For each document that is one of several files, the indices of all, itself included."""
        groups = [tuple(map(self._grouped, ids)) for ids in self.groups.duplicates]
        return {index: group for group in groups for index in group}

    def _grouped(self, id: str) -> int:
        try:
            return self.by_id[id]
        except KeyError:
            raise IndexDamaged(f"the groups name {id}, which the index does not hold") from None

    @cached_property
    def duplicate_sections(self) -> frozenset[int]:
        """The sections that only say again what a document before them in their group says.

        A search leaves them out as if they were not there; `copies` leads to them.
        """
        duplicate_sections: set[int] = set()
        for group in set(self.copies.values()):
            seen: set[int] = set()
            for index in group:
                hashes = self._hashes_of(index)
                duplicate_sections.update(
                    section for section, hash in hashes.items() if hash in seen
                )
                seen.update(hashes.values())
        return frozenset(duplicate_sections)

    def _hashes_of(self, index: int) -> dict[int, int]:
        return {section: self.hashes[section] for section in self.numbers(index)}

    def copies_of(self, section: int) -> list[int]:
        """The sections of other files that say the same as this one of the same document."""
        index = self.document_of(section)
        others = [copy for copy in self.copies.get(index, ()) if copy != index]
        if not others:
            return []
        hashes, wanted = self.hashes, self.hashes[section]
        return [n for copy in others for n in self.numbers(copy) if hashes[n] == wanted]

    @cached_property
    def versions(self) -> dict[str, tuple[str, ...]]:
        """For each document of which there are several versions, the ids of all, newest first."""
        for id in chain.from_iterable(self.groups.versions):
            self._grouped(id)
        return {id: group for group in self.groups.versions for id in group}

    @cached_property
    def _facets(self) -> dict[str, tuple[list[str], Grouping]]:
        """The values of each facet; rows of all segments in turn, and which value they have."""
        from indexer.documents.regions import regions_of  # most searches do without

        every = [*chain.from_iterable(self._rows_of_segments)]
        values = (
            (tuple(dict.fromkeys(row.issuers)) for row in every),
            ((row.doc_type,) for row in every),
            ((row.date[:4],) for row in every),
            (regions_of(row.title, row.issuers) for row in every),
        )
        return dict(zip(_FACETS, map(_grouped, values), strict=True))

    def numbers(self, index: int) -> range:
        """The numbers of the sections of the document ``rows[index]``."""
        return range(self.firsts[index], self.firsts[index] + self.rows[index].sections)

    def document(self, index: int) -> Document:
        """The document of a row. Raises IndexDamaged."""
        return self._read(index)

    def sections(self, index: int) -> tuple[SearchSection, ...]:
        """The sections of the document of a row, in order. Raises IndexDamaged."""
        return self._sections(index)

    def passage(self, section: int) -> SectionCard:
        """What is shown of a section. Raises IndexDamaged."""
        index = self.document_of(section)
        return self._places[index][0].passage(self.rows[index], section - self.firsts[index])

    def source(self, id: str) -> str:
        """The file of a document, as the index remembers it: absolute, or relative to the folder
        that holds the index. The id itself where the document came from no source."""
        name, _, rest = id.partition("/")
        for root in self.manifest.sources:
            if root.name == name:
                return f"{root.path}/{rest}" if rest else root.path
        return id

    def _read_document(self, index: int) -> Document:
        files, first = self._places[index]
        return files.document(self.rows[index], first)

    @cached_property
    def by_id(self) -> dict[str, int]:
        """The index in ``rows`` of every document id."""
        return {row.id: index for index, row in enumerate(self.rows)}

    def find(self, name: str) -> int:
        """The row of the document ``name``, read in the first of these ways that fits any:

        its id; an ending of it from a slash on, with or without suffix (``notice`` for
        ``seeds/2002/notice.txt``); its number or title; a part of its id or title.
        Raises DocumentNotFound, which names the candidates where there are several.
        """
        if name in self.by_id:
            return self.by_id[name]
        ending = "/" + name.lstrip("/")
        ways: tuple[Callable[[DocumentRow], bool], ...] = (
            lambda row: f"/{row.id}".endswith(ending),
            lambda row: f"/{row.id}".rpartition(".")[0].endswith(ending),
            lambda row: name in (row.doc_number, row.title),
            lambda row: name in row.id or name in row.title,
        )
        for fits in ways:
            found = [index for index, row in enumerate(self.rows) if fits(row)]
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(sorted(self.rows[index].id for index in found)[:5])
                raise DocumentNotFound(f"{name!r} may be any of {len(found)} documents: {names}")
        raise DocumentNotFound(f"no document {name!r} in the index")

    def close(self) -> None:
        """Close every file. Hits already returned stay as they are."""
        for files in self.segments:
            files.close()
        self.segments = []
        self.analyzer.dictionary.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def terms_file(folder: Path, segment: str) -> Path:
    """Where a segment has its terms."""
    return folder / f"{TERMS_PREFIX}_{segment}.columns"


def open_dictionary(folder: Path, manifest: Manifest) -> Dictionary:
    """What the words of an index are cut by. Raises IndexDamaged."""
    if manifest.dictionary is None:
        raise IndexDamaged("the manifest names no dictionary")
    _check_size(folder, manifest.dictionary)
    return Dictionary.open(folder / manifest.dictionary.name)


def _grouped(values_of_rows: Iterable[tuple[str, ...]]) -> tuple[list[str], Grouping]:
    numbers: dict[str, int] = {}
    rows, groups = array("I"), array("I")
    for row, values in enumerate(values_of_rows):
        for value in filter(None, values):
            rows.append(row)
            groups.append(numbers.setdefault(value, len(numbers)))
    return list(numbers), (rows.tobytes(), groups.tobytes())


def _check_size(folder: Path, file: File) -> None:
    try:
        size = (folder / file.name).stat().st_size
    except FileNotFoundError:
        raise IndexDamaged(f"{file.name} is missing") from None
    if size != file.size:
        raise IndexDamaged(f"{file.name} has {size} bytes, {file.size} were written")
