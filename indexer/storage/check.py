"""Checks an index: its files are as they were written, and its parts agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.documents.model import Document
from indexer.errors import IndexDamaged, IndexNotFound, IndexStateError
from indexer.storage.index_entry import terms_of
from indexer.storage.manifest import PREVIOUS, damage, read_manifest
from indexer.storage.records import cards_of
from indexer.storage.segment_files import SegmentFiles
from indexer.storage.segment_writer import new_terms
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer


def check(folder: Path) -> Iterator[str]:
    """Yields a line for each fault of the index in ``folder``; nothing if it is sound.

    Every file is read, and the terms of every document are computed again. Raises IndexNotFound and
    IndexIncompatible.
    """
    try:
        manifest = read_manifest(folder)
        damaged = [problem for file in manifest.files if (problem := damage(folder, file))]
        yield from damaged
        if damaged:
            return
        with Snapshot.open(folder) as snapshot:
            yield from _documents(snapshot)
            for files in snapshot.segments:
                yield from _terms(files, snapshot.analyzer)
    except IndexDamaged as error:
        yield str(error)


def check_previous(folder: Path) -> list[str] | None:
    """Returns the faults in the files of the previous generation; None if there is none."""
    try:
        manifest = read_manifest(folder, PREVIOUS)
    except IndexNotFound:
        return None
    except IndexStateError as error:
        return [str(error)]
    return [problem for file in manifest.files if (problem := damage(folder, file))]


def _documents(snapshot: Snapshot) -> Iterator[str]:
    seen: set[str] = set()
    for index, row in enumerate(snapshot.rows):
        try:
            document = snapshot.document(index)
        except IndexDamaged as error:
            yield f"{row.id}: {error}"
            continue
        if row.id in seen:
            yield f"{row.id}: the index has this document twice"
        seen.add(row.id)
        if document.id != row.id or document.digest != row.digest:
            yield f"{row.id}: its record is that of another document"
        if (
            "".join(section.span.of(document.text) for section in document.sections)
            != document.text
        ):
            yield f"{row.id}: its sections, joined, are not its text"
        if len(snapshot.sections(index)) != row.section_count:
            yield f"{row.id}: {row.section_count} sections are indexed, its text has another number"
        elif not _shows(snapshot, index, document):
            yield f"{row.id}: the cards that hits are shown by are not those of its sections"


def _shows(snapshot: Snapshot, index: int, document: Document) -> bool:
    """Returns True if the cards of a document agree with its sections."""
    try:
        shown = [*map(snapshot.card, snapshot.numbering.sections_of(index))]
    except IndexDamaged:
        return False
    return shown == [*cards_of(document)]


def _terms(files: SegmentFiles, analyzer: Analyzer) -> Iterator[str]:
    """Compares the terms of a segment, byte by byte, with those that its documents give now."""
    terms = new_terms()
    for row, first in zip(files.rows, memoryview(files.firsts).cast("I"), strict=False):
        terms.add(*terms_of(files.document(row, first), analyzer))
    anew = terms.finish(range(terms.sections)).columns
    differing = [name for name, column in anew.items() if files.terms.columns.get(name) != column]
    if differing:
        yield f"{files.terms.name}: {', '.join(differing)} are not those of the documents"
