"""Making a segment: terms, rows, records, links and hashes of documents in the order of their ids.

For `indexer.store`, which makes segments an index.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from indexer.analysis import Analyzer, classes
from indexer.codec import GONE, UNIT, Builder, Columns, merge
from indexer.document import Document, Section
from indexer.links import Links, encode_links, links_of
from indexer.manifest import File, Segment
from indexer.normalize import fold, squeeze, squeeze_character
from indexer.record import Row, encode_document, encode_rows
from indexer.schema import BIGRAMS, WORDS
from indexer.snapshot import CatalogueFiles, SegmentFiles, terms_file

# A segment ends here, which bounds memory: some 20 bytes per occurrence of a term while it is
# made, and all of it in memory while it is merged.
MOST_UNITS = 1 << 18
_MOST_OCCURRENCES = 1 << 25
_OPENING = 300  # characters
_MOST_OF_A_HEADING = 400


class _Member(NamedTuple):
    """A document of a segment: all of it that is not terms, and the number of its first unit."""

    row: Row
    links: Links
    hashes: array[int]
    first: int


class _Source(NamedTuple):
    """What a segment is made of."""

    columns: Columns
    members: list[_Member]


def new_terms() -> Builder:
    """Where the terms of documents are collected."""
    return Builder((WORDS, BIGRAMS), classes(), squeeze_character)


def add_terms(terms: Builder, analyzer: Analyzer, document: Document) -> Iterator[str]:
    """Add the units of a document. Gives the squeezed text of each as it is added."""
    facts = [_title(document), *(issuer.value for issuer in document.metadata.issuers)]
    context = "\n".join(facts)
    for number, unit in enumerate(document.units()):
        body = unit.span.of(document.text)
        bare = _is_bare(unit.section, body)
        headings = unit.headings[:-1] if bare else unit.headings
        parts = analyzer.analyse(context, headings, body, bare=bare)
        terms.add(
            body,
            [(part.words, part.squeezed, round(part.weight * UNIT)) for part in parts],
        )
        yield parts[0].squeezed
        if number == 0 and _opens(document):
            context = "\n".join((*facts, body[:_OPENING]))


def _opens(document: Document) -> bool:
    """Whether a document's first unit says what the others leave unsaid.

    The opening of a 公文 does: whose it is, where, of what. Articles stand for themselves, and a
    law opens with its history and contents.
    """
    return all(section.kind != "article" for section in document.sections)


def _is_bare(section: Section, body: str) -> bool:
    """Whether ``body`` is no more than the section's heading."""
    if not section.heading or len(body) > _MOST_OF_A_HEADING:
        return False
    heading = squeeze(fold(section.label + section.heading))
    return len(squeeze(fold(body))) <= len(heading) + 1  # a stop may close it


def _title(document: Document) -> str:
    return document.metadata.title.value if document.metadata.title else ""


class SegmentBuilder:
    """A segment in the making: documents and other segments, sorted by document id."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        self._folder = folder
        self._analyzer = analyzer
        self._id = os.urandom(8).hex()
        self._terms_file = terms_file(folder, self._id)
        self._files = CatalogueFiles.of(folder, self._id)
        self._records = self._files.records.open("xb")
        self._terms = new_terms()
        self._members: list[_Member] = []

    @property
    def units(self) -> int:
        """How many units were added."""
        return self._terms.units

    @property
    def is_full(self) -> bool:
        """Whether memory is used up."""
        return self.units >= MOST_UNITS or self._terms.load >= _MOST_OCCURRENCES

    def add(self, document: Document) -> None:
        """Add a document."""
        first = self.units
        hashes = array("Q", map(_hash, add_terms(self._terms, self._analyzer, document)))
        metadata = document.metadata
        date = metadata.date or metadata.published
        row = Row(
            id=document.id,
            digest=document.digest,
            title=_title(document),
            doc_number=metadata.doc_number.value if metadata.doc_number else "",
            issuers=tuple(issuer.value for issuer in metadata.issuers),
            date=date.value if date else "",
            doc_type=metadata.doc_type.value if metadata.doc_type else "",
            units=self.units - first,
            offset=0,
            size=0,
        )
        row = self._append(row, encode_document(document))
        self._members.append(_Member(row, links_of(document.text), hashes, first))

    def _append(self, row: Row, record: bytes) -> Row:
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
        return Segment(self._id, columns.units, tuple(map(flushed, written)))

    def _added(self) -> _Source:
        """The documents that were added, in the order of their ids."""
        order = array("I")
        members = []
        for member in sorted(self._members, key=_id):
            members.append(member._replace(first=len(order)))
            order.extend(range(member.first, member.first + member.row.units))
        return _Source(self._terms.finish(order), members)

    def _taken_over(self, files: SegmentFiles) -> _Source:
        """The live documents of another segment."""
        members = [
            _Member(
                self._append(row, files.record(row)),
                files.links[ordinal],
                files.hashes[first : first + row.units],
                first,
            )
            for ordinal, (row, first) in zip(files.live_ordinals(), files.live(), strict=True)
        ]
        return _Source(files.terms.as_columns(), members)

    def cancel(self) -> None:
        """Drop everything written. The sweep of the next writer takes what is left."""
        with suppress(OSError):  # a full disk does not take what is still in the buffer
            self._records.close()
        remove(self._folder, self._id)


def _id(member: _Member) -> str:
    return member.row.id


def _merged(sources: Sequence[_Source]) -> Columns:
    """One segment of several, documents in the order of their ids."""
    numbers = [array("I", [GONE]) * source.columns.units for source in sources]
    members = [
        (m, new) for source, new in zip(sources, numbers, strict=True) for m in source.members
    ]
    count = 0
    for member, new in sorted(members, key=lambda pair: pair[0].row.id):
        units = member.row.units
        new[member.first : member.first + units] = array("I", range(count, count + units))
        count += units
    pairs = [(source.columns, new) for source, new in zip(sources, numbers, strict=True)]
    return merge(pairs, squeeze_character)


def _hash(squeezed: str) -> int:
    encoded = squeezed.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest())


def remove(folder: Path, segment: str) -> None:
    """Delete the files of a segment, as far as they are there."""
    for path in (terms_file(folder, segment), *CatalogueFiles.of(folder, segment).all()):
        with suppress(OSError):
            path.unlink()


def flushed(path: Path) -> File:
    """Flush a file to disk and say what it is."""
    crc = 0
    with path.open("rb+") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
        os.fsync(file.fileno())
        return File(path.name, file.tell(), crc)
