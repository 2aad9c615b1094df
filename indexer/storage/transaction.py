"""Changes to an index: what becomes segments, and which segments are merged meanwhile.

Made and committed by `indexer.storage.store`; here are written the files that a commit then names.
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
from indexer.storage.segment_writer import MOST_UNITS, SegmentBuilder, flushed
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import UserDictionary, check_words, make_tables

# A commit writes anew so many sections of segments that there are, or a few times what it adds:
# what takes longer waits for `Store.merge`, unless it is put off until there are too many segments.
_AT_ONCE = 1 << 12
_TIMES_ADDED = 4
_MANY_SEGMENTS = 40
_WORTH_KEEPING = 0.75  # live sections of all; a segment with fewer is written anew


class Transaction:
    """Documents to add and remove. Made by `Store.transaction`."""

    def __init__(
        self, folder: Path, manifest: Manifest, generation: int, words: UserDictionary | None
    ) -> None:
        self.sources = manifest.sources
        self.user_dictionary = manifest.user_dictionary
        self.most_merged = 0  # sections of segments to write anew, if more than a commit would
        self._folder = folder
        self._manifest = manifest
        self._generation = generation
        self._dictionary, self._analyzer = _dictionary(folder, manifest, generation, words)
        self._deleted = {segment.id: set(segment.deleted) for segment in manifest.segments}
        self._open: dict[str, SegmentFiles] = {}
        self._new: SegmentBuilder | None = None
        self._full: list[Segment] = []  # new segments that are written already
        self._changed: set[str] = set()

    @property
    def dictionary(self) -> Path:
        """The file of what words are cut by."""
        return self._folder / self._dictionary.name

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one with the same id if the index has one."""
        self.add(entry_of(document, self._analyzer))

    def add(self, entry: IndexEntry) -> None:
        """`put` a document whose entry is made already, its words cut by `dictionary`."""
        self.remove(entry.row.id)
        self._changed.add(entry.row.id)
        self._builder().add(entry)

    def remove(self, id: str) -> bool:
        """Remove the document ``id`` as it was committed; False if there is none."""
        place = self._places.get(id)
        if place is None:
            return False
        segment, ordinal = place
        self._deleted[segment].add(ordinal)
        self._changed.add(id)
        return True

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """Where each committed document stands: its segment and its row there."""
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
        """Write everything but the manifest, and give that: the old one if nothing changed."""
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
        """Write the groups of the documents of a manifest to be."""
        with Snapshot(self._folder, manifest) as new:
            groups = regroup(
                new.families.committed,  # they are still the old ones
                new.rows,
                new.fingerprints,
                self._changed,
                lambda id: new.document(new.numbering.by_id[id]).text,
            )
        path = self._folder / f"{GROUPS_PREFIX}_{self._generation}.json"
        path.write_bytes(groups.encode())
        return flushed(path)

    def close(self) -> None:
        """Close the files. Those not named by a manifest are for the sweep."""
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
        """The segments to write anew: those a quarter deleted, and the smaller ones up to the
        largest that is no larger than all before it. Each section is written O(log n) times.
        """
        live = {s.id: self._live_share(s) for s in segments}
        load = {s.id: int(_load(s) * live[s.id]) for s in segments}
        by_load = sorted(segments, key=lambda s: load[s.id])
        written = self._new.section_count if self._new else 0
        most = self._most(written, sum(2 * load[s.id] < MOST_UNITS for s in segments))
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
        """How many sections this commit writes anew at most, those ``added`` included."""
        if small_segments > _MANY_SEGMENTS:
            return MOST_UNITS
        return min(MOST_UNITS, max(self.most_merged, _AT_ONCE, _TIMES_ADDED * added))

    def _live_share(self, segment: Segment) -> float:
        if not segment.deleted:
            return 1.0
        rows = self._files(segment).rows
        gone = sum(rows[ordinal].section_count for ordinal in segment.deleted)
        return 1 - gone / max(1, segment.section_count)


def _load(segment: Segment) -> int:
    """The sections of a segment, or its size in KB if they are long: what merging it costs."""
    return max(segment.section_count, sum(file.size for file in segment.files) >> 10)


def _dictionary(
    folder: Path, manifest: Manifest, generation: int, words: UserDictionary | None
) -> tuple[File, Analyzer]:
    """The dictionary of an index; a new one where it has none, or nothing was cut by it yet."""
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
