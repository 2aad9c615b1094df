"""This project: its columns by themselves for terms, its own index and searcher for texts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from indexer import Document, Store, __version__, parse_document, read_document
from indexer.segments import UNIT, Collection, Segment
from indexer.segments.writer import Builder, Part
from indexer.text.analysis import classes
from indexer.text.folding import strip_blank
from peers.engine import TOP, Engine, Hit, Query, Source, Terms
from searcher import Searcher

_FIELDS = ("words", "bigrams")


class PolicySearch(Engine):
    """Terms: `indexer.segments`; bigrams are made by it. Texts: `indexer.Store`,
    `searcher.Searcher`.

    An index of texts has the documents' structure, metadata, citations and near-duplicates too;
    a hit is one of a document, and the results count all matches and their facets when asked to.
    """

    @classmethod
    def version(cls) -> str:
        """This project's."""
        return __version__

    @property
    def _segment(self) -> Path:
        return self.folder / "segment"

    def prepare_terms(self, sections: Sequence[Terms]) -> list[Part]:
        """Words with NUL between them, and the text that bigrams are made of."""
        return [
            (words.replace(" ", "\0"), without_blanks, UNIT)
            for words, _, without_blanks in sections
        ]

    def index_terms(self, batches: Iterable[list[Part]]) -> None:
        """One segment, flushed to disk."""
        builder = Builder(_FIELDS, classes(), strip_blank)
        for parts in batches:
            builder.add(
                parts, zip(range(len(parts))), [without_blanks for _, without_blanks, _ in parts]
            )
        builder.finish(range(builder.sections)).write(self._segment)
        with self._segment.open("rb+") as file:
            os.fsync(file.fileno())

    def prepare_texts(self, source: Source) -> Document:
        """The document, read: others are given sections too."""
        return read_document(Path(source.path), Path(source.path).name)

    def index_texts(self, sources: Iterable[Document]) -> None:
        """One transaction."""
        with Store(self.folder).transaction() as transaction:
            for document in sources:
                transaction.put(document)

    def open(self) -> None:
        """Open the index; threads share it."""
        self._shared = Collection([Segment(self._segment)], [[]]) if self.kind == "terms" else None
        if self.kind == "texts":
            self._shared = Searcher.open(self.folder)
        super().open()

    def connect(self) -> Any:
        """Returns what threads share."""
        return self._shared

    def prepare(self, query: Query) -> list[tuple[str, str]]:
        """Fields and terms."""
        return [("words", word) for word in query.words] + [
            ("bigrams", pair) for pair in query.bigrams
        ]

    def rank(self, query: list[tuple[str, str]]) -> list[tuple[float, int]]:
        """Scores and sections."""
        best: list[tuple[float, int]] = self.reader.top(TOP, query, int)
        return best

    def ids(self, ranking: list[tuple[float, int]]) -> list[int]:
        """The sections."""
        return [section for _, section in ranking]

    def hits(self, text: str) -> Sequence[Hit]:
        """Returns what `Searcher.search` gives, its snippets as HTML."""
        found = self.reader.search(text, limit=TOP, suggest=False)  # as the others make none
        return [Hit(hit.title, hit.snippet.html()) for hit in found]

    def add(self, source: Source) -> None:
        """One document in a transaction; the searcher moves on."""
        text = "\n".join(section.body for section in source.sections)
        with Store(self.folder).transaction() as transaction:
            transaction.put(parse_document(text, source.path))
        self.reader.refresh()

    def sizes(self) -> Mapping[str, int]:
        """Phrases are sought by bigrams, then in the text, which is the one that is stored."""
        if self.kind == "texts":
            return {"stored": self.total()}
        columns = Segment(self._segment).columns
        text = sum(len(columns[name]) for name in columns if name.split(".")[0] == "text")
        return {"ranking": self.total() - text, "phrases": self.total()}
