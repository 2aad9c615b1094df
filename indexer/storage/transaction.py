"""A transaction writes changed documents as new segments and decides which segments to merge.

`indexer.storage.store` makes and commits transactions: the files written here become part of the
index when a manifest names them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from indexer.documents.model import Document
from indexer.errors import IndexIncompatible
from indexer.storage.index_entry import IndexEntry, entry_of
from indexer.storage.manifest import File, Manifest, Segment
from indexer.storage.regroup import regroup
from indexer.storage.segment_files import (
    DICTIONARY_PREFIX,
    GROUPS_PREFIX,
    SegmentFiles,
    open_dictionary,
)
from indexer.storage.segment_writer import MOST_SECTIONS, SegmentBuilder, flushed
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import UserDictionary, check_words, make_tables

# The most sections that a commit rewrites to merge segments: a fixed number, or a multiple of the
# sections it adds. A larger merge waits for `Store.merge`, or until there are too many segments.
_AT_ONCE = 1 << 12
_TIMES_ADDED = 4
_MANY_SEGMENTS = 40
_WORTH_KEEPING = 0.75  # the share of live sections below which a segment is rewritten


class Transaction:
    """Documents to add and remove, collected for one commit. `Store.transaction` makes it."""

    def __init__(
        self, folder: Path, manifest: Manifest, generation: int, words: UserDictionary | None
    ) -> None:
        self.sources = manifest.sources
        self.user_dictionary = manifest.user_dictionary
        self.most_merged = 0  # sections that may be rewritten, if more than those of a commit
        self._folder = folder
        self._manifest = manifest
        self._generation = generation
        self._dictionary, self._analyzer = _dictionary(folder, manifest, generation, words)
        self._deleted = {segment.id: set(segment.deleted) for segment in manifest.segments}
        self._open: dict[str, SegmentFiles] = {}
        self._new: SegmentBuilder | None = None
        self._full: list[Segment] = []  # new segments, which are written
        self._changed: set[str] = set()

    @property
    def dictionary(self) -> Path:
        """The file of the dictionary that words are cut by."""
        return self._folder / self._dictionary.name

    def put(self, document: Document) -> None:
        """Adds ``document``, or replaces the one with its id."""
        self.add(entry_of(document, self._analyzer))

    def add(self, entry: IndexEntry) -> None:
        """Adds or replaces a document by its entry, whose words were cut by `dictionary`."""
        self.remove(entry.row.id)
        self._changed.add(entry.row.id)
        self._builder().add(entry)

    def remove(self, id: str) -> bool:
        """Removes the committed document ``id``; returns False if there is none."""
        place = self._places.get(id)
        if place is None:
            return False
        segment, ordinal = place
        self._deleted[segment].add(ordinal)
        self._changed.add(id)
        return True

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """The segment of each committed document, and its ordinal there, by document id."""
        return {
            row.id: (segment.id, ordinal)
            for segment in self._manifest.segments
            for ordinal, row in enumerate(self._files(segment).rows)
            if ordinal not in segment.deleted
        }

    def _builder(self) -> SegmentBuilder:
        if self._new is not None and self._new.is_full:
            self._full.append(self._new.finish([]))
            self._new = None
        if self._new is None:
            self._new = SegmentBuilder(self._folder, f"{self._generation}_{len(self._full)}")
        return self._new

    def finish(self) -> Manifest:
        """Writes all files except the manifest and returns the manifest.

        It is the old manifest if nothing changed. Raises OSError and IndexDamaged.
        """
        segments = [
            replace(segment, deleted=tuple(sorted(self._deleted[segment.id])))
            for segment in self._manifest.segments
        ]
        segments = [s for s in segments if len(s.deleted) < len(self._files(s).rows)]
        merged = self._worth_merging(segments)
        segments = [segment for segment in segments if segment not in merged]
        if merged or self._new is not None:
            files = [SegmentFiles(self._folder, segment) for segment in merged]
            self._full.append((self._new or self._builder()).finish(files))
            self._new = None
        new = replace(
            self._manifest,
            analyzer=self._analyzer.fingerprint,
            sources=self.sources,
            dictionary=self._dictionary,
            user_dictionary=self.user_dictionary,
            segments=(*segments, *self._full),
        )
        if self._changed:
            new = replace(new, groups=self._regroup(new))
        return new if new == self._manifest else replace(new, generation=self._generation)

    def _regroup(self, manifest: Manifest) -> File:
        """Writes the families of the documents of a manifest that is not committed yet."""
        with Snapshot(self._folder, manifest) as new:
            groups = regroup(
                new.families.committed,  # no commit has changed the families yet
                new.rows,
                new.fingerprints,
                self._changed,
                lambda id: new.document(new.numbering.by_id[id]).text,
            )
        path = self._folder / f"{GROUPS_PREFIX}_{self._generation}.json"
        path.write_bytes(groups.encode())
        return flushed(path)

    def close(self) -> None:
        """Closes the files; `Store` removes those that no manifest names."""
        if self._new is not None:
            self._new.close()
        self._analyzer.dictionary.close()
        for files in self._open.values():
            files.close()
        self._open.clear()

    def _files(self, segment: Segment) -> SegmentFiles:
        if segment.id not in self._open:
            self._open[segment.id] = SegmentFiles(self._folder, segment)
        return self._open[segment.id]

    def _worth_merging(self, segments: list[Segment]) -> list[Segment]:
        """Returns the segments to merge into the new one.

        They are the segments with many deleted sections and, in the order of size, all up to the
        last one that is no larger than the ones before it together. A section is therefore
        rewritten O(log n) times while an index grows to n sections.
        """
        live = {s.id: self._live_share(s) for s in segments}
        load = {s.id: int(_load(s) * live[s.id]) for s in segments}
        by_load = sorted(segments, key=lambda s: load[s.id])
        written = self._new.section_count if self._new else 0
        most = self._most(written, sum(2 * load[s.id] < MOST_SECTIONS for s in segments))
        chosen: list[Segment] = []
        for segment in by_load:
            if live[segment.id] < _WORTH_KEEPING and written + load[segment.id] <= most:
                chosen.append(segment)
                written += load[segment.id]
        others = [segment for segment in by_load if segment not in chosen]
        totals = [*accumulate((load[s.id] for s in others), initial=written)]
        worth = 0
        for number, segment in enumerate(others):
            if load[segment.id] <= totals[number] > 0 and totals[number + 1] <= most:
                worth = number + 1
        return chosen + others[:worth]

    def _most(self, added: int, small_segments: int) -> int:
        """Returns the most sections that this commit may write, including those ``added``."""
        if small_segments > _MANY_SEGMENTS:
            return MOST_SECTIONS
        return min(MOST_SECTIONS, max(self.most_merged, _AT_ONCE, _TIMES_ADDED * added))

    def _live_share(self, segment: Segment) -> float:
        if not segment.deleted:
            return 1.0
        rows = self._files(segment).rows
        gone = sum(rows[ordinal].section_count for ordinal in segment.deleted)
        return 1 - gone / max(1, segment.section_count)


def _load(segment: Segment) -> int:
    """Returns the cost of merging a segment: its sections, or its size in KB if they are long."""
    return max(segment.section_count, sum(file.size for file in segment.files) >> 10)


def _dictionary(
    folder: Path, manifest: Manifest, generation: int, words: UserDictionary | None
) -> tuple[File, Analyzer]:
    """Returns the dictionary of an index; writes a new one if no document was cut by any yet.

    Raises IndexIncompatible if documents were cut by other rules or with other words of a user.
    """
    if manifest.dictionary:
        analyzer = Analyzer(open_dictionary(folder, manifest))
        try:
            _check_analyzer(manifest, analyzer, words)
        except IndexIncompatible:
            analyzer.dictionary.close()
            if manifest.segments:
                raise
        else:
            return manifest.dictionary, analyzer
    path = folder / f"{DICTIONARY_PREFIX}_{generation}.columns"
    make_tables(words).write(path)
    return flushed(path), Analyzer(Dictionary.open(path))


def _check_analyzer(manifest: Manifest, analyzer: Analyzer, words: UserDictionary | None) -> None:
    if analyzer.fingerprint != manifest.analyzer:
        raise IndexIncompatible(
            f"the index was made with {manifest.analyzer}, this is {analyzer.fingerprint}: "
            "run `policysearch index --rebuild`"
        )
    if words:
        check_words(analyzer.dictionary, words)
