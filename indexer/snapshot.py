"""Reading an index: one generation of it, which no later commit changes."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import EmptyReader, MultiReader, SegmentReader

from indexer.document import Document, Unit
from indexer.errors import DocumentNotFound, IndexDamaged
from indexer.groups import Groups
from indexer.links import Links, decode_links
from indexer.manifest import File, Manifest, Segment, read_manifest
from indexer.record import Row, decode_document, decode_rows
from indexer.schema import BIGRAMS, WORDS, schema

TERMS_PREFIX = "terms"  # Whoosh's files: terms_<segment>.seg
CATALOGUE_PREFIX = "catalogue"  # ours, `CatalogueFiles`
GROUPS_PREFIX = "groups"
_CACHED_DOCUMENTS = 64


class SegmentFiles:
    """The open files of a segment: its catalogue, its records, its terms."""

    def __init__(self, folder: Path, segment: Segment) -> None:
        for file in segment.files:
            _check_size(folder, file)
        self.segment = segment
        self.files = CatalogueFiles.of(folder, segment.id)
        self.rows = decode_rows(self.files.rows.read_bytes())
        with self.files.records.open("rb") as records:
            self.records = mmap.mmap(records.fileno(), 0, access=mmap.ACCESS_READ)
        self.reader = SegmentReader(FileStorage(str(folder)), schema(), self._whoosh_segment())

    def _whoosh_segment(self) -> W3Segment:
        gone: set[int] = set()
        unit = 0
        deleted = set(self.segment.deleted)
        for ordinal, row in enumerate(self.rows):
            if ordinal in deleted:
                gone.update(range(unit, unit + row.units))
            unit += row.units
        segment = W3Segment(
            W3Codec(), TERMS_PREFIX, self.segment.units, segid=self.segment.id, deleted=gone or None
        )
        segment.compound = True
        return segment

    def live(self) -> Iterator[tuple[Row, int]]:
        """The rows not deleted, each with its first unit, in order."""
        deleted = set(self.segment.deleted)
        unit = 0
        for ordinal, row in enumerate(self.rows):
            if ordinal not in deleted:
                yield row, unit
            unit += row.units

    def live_ordinals(self) -> list[int]:
        """The positions of the rows not deleted."""
        deleted = set(self.segment.deleted)
        return [ordinal for ordinal in range(len(self.rows)) if ordinal not in deleted]

    @cached_property
    def lengths(self) -> array[int]:
        """The length of every unit in words and in bigrams, in turn."""
        return array("I", self.files.lengths.read_bytes())

    @cached_property
    def hashes(self) -> array[int]:
        """A hash of the text of every unit."""
        return array("Q", self.files.hashes.read_bytes())

    @cached_property
    def links(self) -> list[Links]:
        """What ties every document to others."""
        return decode_links(self.files.links.read_bytes())

    def record(self, row: Row) -> bytes:
        """The bytes of a row's document."""
        return self.records[row.offset : row.offset + row.size]

    def close(self) -> None:
        """Close the files."""
        self.reader.close()
        self.records.close()


@dataclass(frozen=True, slots=True)
class CatalogueFiles:
    """Where a segment has what is not terms.

    ``rows`` and ``links`` are JSON, in the order of the documents; ``records`` are documents one
    after the other; ``lengths`` (32 bit) and ``hashes`` (64 bit) are numbers in the order of the
    units, lengths in words and in bigrams in turn.
    """

    rows: Path
    records: Path
    lengths: Path
    hashes: Path
    links: Path

    @classmethod
    def of(cls, folder: Path, segment: str) -> CatalogueFiles:
        """The files of a segment."""
        stem = f"{CATALOGUE_PREFIX}_{segment}"
        return cls(*(folder / f"{stem}.{field.name}" for field in fields(cls)))

    def all(self) -> tuple[Path, ...]:
        """Every file."""
        return tuple(getattr(self, field.name) for field in fields(self))


class Snapshot:
    """One generation of an index, open for reading.

    Units of retrieval are numbered from 0 through all segments; the units of a document follow
    one another. ``rows`` lists the documents in the order of their units and ``firsts`` their
    first units. Close it, or use it in a ``with``.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.rows: list[Row] = []
        self.firsts: list[int] = []
        self._files: list[SegmentFiles] = []
        self._file_of: list[SegmentFiles] = []
        base = 0
        if manifest.groups:
            _check_size(folder, manifest.groups)
        for segment in manifest.segments:
            files = SegmentFiles(folder, segment)
            self._files.append(files)
            for row, unit in files.live():
                self.rows.append(row)
                self.firsts.append(base + unit)
                self._file_of.append(files)
            base += segment.units
        self.unit_count = sum(row.units for row in self.rows)
        self.reader: Any = _reader([files.reader for files in self._files])
        self._read = lru_cache(_CACHED_DOCUMENTS)(self._read_document)
        self._units = lru_cache(_CACHED_DOCUMENTS)(
            lambda index: tuple(self.document(index).units())
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
    def lengths(self) -> dict[str, array[int]]:
        """The length of every unit in each field, deleted ones (never asked for) included."""
        both = array("I")
        for files in self._files:
            both += files.lengths
        return {WORDS: both[0::2], BIGRAMS: both[1::2]}

    @cached_property
    def hashes(self) -> array[int]:
        """A hash of the text of every unit: equal texts, folded and squeezed, have equal ones."""
        hashes = array("Q")
        for files in self._files:
            hashes += files.hashes
        return hashes

    @cached_property
    def links(self) -> list[Links]:
        """What ties each document of ``rows`` to others."""
        return [files.links[n] for files in self._files for n in files.live_ordinals()]

    @cached_property
    def groups(self) -> Groups:
        """Which documents belong together."""
        file = self.manifest.groups
        return Groups.read(self.folder / file.name) if file else Groups()

    @cached_property
    def copies(self) -> dict[int, tuple[int, ...]]:
        """For each document that is one of several files, the indices of all, itself included."""
        groups = [tuple(self.by_id[id] for id in ids) for ids in self.groups.duplicates]
        return {index: group for group in groups for index in group}

    @cached_property
    def shadows(self) -> frozenset[int]:
        """The units that only say again what a document before them in their group says.

        A search leaves them out as if they were not there; `copies` leads to them.
        """
        shadows: set[int] = set()
        for group in set(self.copies.values()):
            seen: set[int] = set()
            for index in group:
                hashes = self._hashes_of(index)
                shadows.update(unit for unit, hash in hashes.items() if hash in seen)
                seen.update(hashes.values())
        return frozenset(shadows)

    def _hashes_of(self, index: int) -> dict[int, int]:
        return {unit: self.hashes[unit] for unit in self.numbers(index)}

    def copies_of(self, unit: int) -> list[int]:
        """The units of other files that say the same as this one of the same document."""
        index = self.document_of[unit]
        return [
            other
            for copy in self.copies.get(index, ())
            if copy != index
            for other, hash in self._hashes_of(copy).items()
            if hash == self.hashes[unit]
        ]

    @cached_property
    def versions(self) -> dict[str, tuple[str, ...]]:
        """For each document of which there are several versions, the ids of all, newest first."""
        return {id: group for group in self.groups.versions for id in group}

    @cached_property
    def searched_count(self) -> int:
        """How many units a search looks at."""
        return self.unit_count - len(self.shadows)

    @cached_property
    def average_lengths(self) -> dict[str, float]:
        """The mean length of the units a search looks at, in each field."""
        averages: dict[str, float] = {}
        for field, lengths in self.lengths.items():
            total = sum(sum(lengths[units.start : units.stop]) for units in self._live())
            total -= sum(lengths[unit] for unit in self.shadows)
            averages[field] = total / (self.searched_count or 1)
        return averages

    def _live(self) -> Iterator[range]:
        return map(self.numbers, range(len(self.rows)))

    @cached_property
    def document_of(self) -> array[int]:
        """For every unit the index in ``rows`` of its document, -1 for deleted ones."""
        documents = array("i", (-1,)) * sum(s.units for s in self.manifest.segments)
        for index, units in enumerate(self._live()):
            documents[units.start : units.stop] = array("i", (index,)) * len(units)
        return documents

    def numbers(self, index: int) -> range:
        """The numbers of the units of the document ``rows[index]``."""
        return range(self.firsts[index], self.firsts[index] + self.rows[index].units)

    def document(self, index: int) -> Document:
        """The document of a row. Raises IndexDamaged."""
        return self._read(index)

    def units(self, index: int) -> tuple[Unit, ...]:
        """The units of the document of a row, in order. Raises IndexDamaged."""
        return self._units(index)

    def source(self, id: str) -> str:
        """The file of a document, as the index remembers it: absolute, or relative to the folder
        that holds the index."""
        name, _, rest = id.partition("/")
        path = next(root.path for root in self.manifest.sources if root.name == name)
        return f"{path}/{rest}" if rest else path

    def _read_document(self, index: int) -> Document:
        return decode_document(self._file_of[index].record(self.rows[index]))

    @cached_property
    def by_id(self) -> dict[str, int]:
        """The index in ``rows`` of every document id."""
        return {row.id: index for index, row in enumerate(self.rows)}

    def find(self, name: str) -> int:
        """The row of the document ``name``: its id, or an ending of just one id.

        An ending may leave out the suffix: ``notice`` finds ``seeds/2002/notice.txt``.
        Raises DocumentNotFound, which names the candidates where there are several.
        """
        if name in self.by_id:
            return self.by_id[name]
        ending = "/" + name.lstrip("/")
        found = [
            (id, index)
            for id, index in self.by_id.items()
            if ("/" + id).endswith(ending) or ("/" + id).rsplit(".", 1)[0].endswith(ending)
        ]
        if not found:
            raise DocumentNotFound(f"no document {name!r} in the index")
        if len(found) > 1:
            names = ", ".join(sorted(id for id, _ in found)[:5])
            raise DocumentNotFound(f"{name!r} may be any of {len(found)} documents: {names}")
        return found[0][1]

    def close(self) -> None:
        """Close every file. Hits already returned stay as they are."""
        for files in self._files:
            files.close()
        self._files = []

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check_size(folder: Path, file: File) -> None:
    size = (folder / file.name).stat().st_size
    if size != file.size:
        raise IndexDamaged(f"{file.name} has {size} bytes, {file.size} were written")


def _reader(readers: list[SegmentReader]) -> Any:
    if not readers:
        return EmptyReader(schema())
    return readers[0] if len(readers) == 1 else MultiReader(readers)
