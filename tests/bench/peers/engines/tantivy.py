"""tantivy-py (MIT): Lucene's design in Rust.

As its documentation has it: one writer, a thread a core and a large heap, terms cut before and
handed over with the whitespace tokenizer, a searcher that is kept, ``count=False`` where nobody
asks for a total (tantivy-py's docs/tutorials.md and tantivy's ``IndexWriter``). Snippets are
`SnippetGenerator`'s, from the stored text with a blank between words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import tantivy

from peers.engine import (
    CORES,
    SNIPPET,
    TOP,
    Engine,
    Formula,
    Hit,
    Query,
    Source,
    Terms,
    Text,
    query_of,
    spaced,
)

_HEAP = 500_000_000
_WORDS = r"\d+(?:\.\d+)*|[^\W\d_]+"  # the pieces between blanks and punctuation


class Tantivy(Engine):
    """Frequencies of words, positions of bigrams, which phrases are found by."""

    formula = Formula(rounding=0.05)  # a length is a byte, up to a sixteenth too short

    @classmethod
    def version(cls) -> str:
        """The package's."""
        return version("tantivy")

    def index_terms(self, batches: Iterable[Sequence[Terms]]) -> None:
        """Nothing stored."""
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("bigrams", tokenizer_name="whitespace", index_option="position")
        builder.add_integer_field("id", fast=True)
        index = tantivy.Index(builder.build(), path=str(self.folder))
        writer = index.writer(heap_size=_HEAP, num_threads=CORES)
        number = 0
        for batch in batches:
            for section in batch:
                writer.add_document(
                    tantivy.Document(words=section.words, bigrams=section.bigrams, id=number)
                )
                number += 1
        writer.commit()
        writer.wait_merging_threads()

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """Title and text stored."""
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("title", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("words", stored=True, tokenizer_name="words", index_option="freq")
        builder.add_text_field("bigrams", tokenizer_name="whitespace", index_option="position")
        self._index = self._registered(tantivy.Index(builder.build(), path=str(self.folder)))
        writer = self._index.writer(heap_size=_HEAP, num_threads=CORES)
        for sections in sources:
            _write(writer, sections)
        writer.commit()
        writer.wait_merging_threads()

    def _registered(self, index: Any) -> Any:
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_WORDS)).build()
        index.register_tokenizer("words", analyzer)
        return index

    def open(self) -> None:
        """Open the index; threads share a searcher."""
        self._index = self._registered(tantivy.Index.open(str(self.folder)))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._writer: Any = None
        super().open()

    def connect(self) -> Any:
        """The searcher."""
        return self._searcher

    def prepare(self, query: Query) -> Any:
        """A boolean query."""
        should, of = tantivy.Occur.Should, tantivy.Query
        fields = [("words", word) for word in query.words]
        fields += [("bigrams", pair) for pair in query.bigrams]
        clauses = [
            (should, of.term_query(self._schema, field, text, index_option="freq"))
            for field, text in fields
        ]
        return of.boolean_query(clauses)

    def rank(self, query: Any) -> Any:
        """Scores and addresses."""
        return self._searcher.search(query, TOP, count=False).hits

    def ids(self, ranking: Any) -> list[int]:
        """From the fast field."""
        addresses = [address for _, address in ranking]
        return [int(value) for value in self._searcher.fast_field_values("id", addresses)]

    def hits(self, text: str) -> list[Hit]:
        """Stored title, generated snippet."""
        searcher = self._searcher
        query = self.prepare(query_of(text))
        found = searcher.search(query, TOP, count=False).hits
        generator = tantivy.SnippetGenerator.create(searcher, query, self._schema, "words")
        generator.set_max_num_chars(SNIPPET)
        documents = [searcher.doc(address) for _, address in found]
        return [
            Hit(document.get_first("title"), generator.snippet_from_doc(document).to_html())
            for document in documents
        ]

    def add(self, source: Source) -> None:
        """A commit by a writer that is kept; the searcher moves on."""
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP, num_threads=CORES)
        _write(self._writer, source.sections)
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def sizes(self) -> Mapping[str, int]:
        """Positions, and what is stored, are in files of their own."""
        if self.kind == "texts":
            return {"stored": self.total()}
        phrases = self.total() - self.total(".store")
        return {"ranking": phrases - self.total(".pos"), "phrases": phrases}


def _write(writer: Any, sections: Iterable[Text]) -> None:
    for title, body in sections:
        section = spaced(body)
        document = tantivy.Document(title=title, words=section.words, bigrams=section.bigrams)
        writer.add_document(document)
