"""Stock Whoosh (BSD): the engine this project's index is hosted on.

As its documentation has it ("Tips for speeding up batch indexing", "How to create highlighted
search result excerpts"): ``limitmb=256``; character positions stored, a `PinpointFragmenter`. One
process: with ``procs=2`` the parent, which merges, took as long as one that does all. Texts are cut
by jieba's `ChineseAnalyzer`, as a Chinese set-up has it: its words are others, without bigrams.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import jieba
from jieba.analyse import ChineseAnalyzer
from whoosh import fields, highlight, index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.qparser import OrGroup, QueryParser
from whoosh.query import Or, Term

from peers.engine import SNIPPET, TOP, Engine, Formula, Hit, Query, Source, Terms, Text


class Whoosh(Engine):
    """Frequencies of ready terms; positions of ChineseAnalyzer's."""

    formula = Formula(idf="whoosh", rounding=0.06)  # lengths are bytes

    @classmethod
    def version(cls) -> str:
        """The packages'."""
        return f"{version('Whoosh')}, jieba {version('jieba')}"

    def index_terms(self, batches: Iterable[Sequence[Terms]]) -> None:
        """Two fields cut at blanks."""
        schema = fields.Schema(
            id=fields.STORED,
            words=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False),
            bigrams=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False),
        )
        writer = index.create_in(self.folder, schema).writer(limitmb=256)
        number = 0
        for batch in batches:
            for section in batch:
                writer.add_document(id=number, words=section.words, bigrams=section.bigrams)
                number += 1
        writer.commit()

    def prepare_texts(self, source: Source) -> Sequence[Text]:
        """As they are; jieba's dictionary is loaded here."""
        jieba.initialize()
        return source.sections

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """Title and text stored."""
        schema = fields.Schema(
            title=fields.STORED,
            body=fields.TEXT(analyzer=ChineseAnalyzer(), stored=True, chars=True),
        )
        writer = index.create_in(self.folder, schema).writer(limitmb=256)
        for sections in sources:
            for title, body in sections:
                writer.add_document(title=title, body=body)
        writer.commit()

    def open(self) -> None:
        """Open the index."""
        self._index = index.open_dir(self.folder)
        if self.kind == "texts":
            self._parser = QueryParser("body", self._index.schema, group=OrGroup)
        super().open()

    def connect(self) -> Any:
        """A searcher: one a thread."""
        return self._index.searcher()

    def prepare(self, query: Query) -> Any:
        """An OR of terms."""
        return Or(
            [Term("words", word) for word in query.words]
            + [Term("bigrams", pair) for pair in query.bigrams]
        )

    def rank(self, query: Any) -> Any:
        """Whoosh's results."""
        return self.reader.search(query, limit=TOP)

    def ids(self, ranking: Any) -> list[int]:
        """The stored numbers."""
        return [hit["id"] for hit in ranking]

    def hits(self, text: str) -> list[Hit]:
        """Stored title, highlights of the stored text."""
        results = self.reader.search(self._parser.parse(text), limit=TOP)
        results.fragmenter = highlight.PinpointFragmenter(maxchars=SNIPPET)
        results.formatter = highlight.HtmlFormatter(tagname="b")
        return [Hit(hit["title"], hit.highlights("body", top=1)) for hit in results]

    def add(self, source: Source) -> None:
        """A commit; the searcher moves on."""
        writer = self._index.writer()
        for title, body in source.sections:
            writer.add_document(title=title, body=body)
        writer.commit()
        self._own.reader = self.reader.refresh()

    def sizes(self) -> Mapping[str, int]:
        """Ready terms have no positions."""
        return {"stored" if self.kind == "texts" else "ranking": self.total()}
