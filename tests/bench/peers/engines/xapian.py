"""Xapian (GPL; a system package, used here as a program apart from this project).

As its documentation has it: terms made by the `TermGenerator` in C++ from text with blanks, a large
flush threshold (admin_notes, XAPIAN_FLUSH_THRESHOLD), and the database compacted when it is built.
Snippets are `MSet.snippet`'s.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xapian

from peers.engine import (
    K1,
    SNIPPET,
    TOP,
    B,
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

_BIGRAM = "XB"  # the prefix of bigrams; words have none, for snippets look for plain terms


class Xapian(Engine):
    """Words without, bigrams with positions."""

    formula = Formula(pooled=True, idf="xapian")

    @classmethod
    def version(cls) -> str:
        """The library's."""
        return str(xapian.version_string())

    def index_terms(self, batches: Iterable[Sequence[Terms]]) -> None:
        """No document has data."""
        database, generator = self._new()
        for batch in batches:
            for section in batch:
                document = _document(generator, section.words, section.bigrams)
                database.add_document(document)
        self._compact(database)

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """Title and text are a document's data."""
        database, generator = self._new()
        for sections in sources:
            _write(database, generator, sections)
        self._compact(database)

    def _new(self) -> tuple[Any, Any]:
        os.environ["XAPIAN_FLUSH_THRESHOLD"] = "100000"
        place = str(self.folder / "loose")
        return xapian.WritableDatabase(place, xapian.DB_CREATE), xapian.TermGenerator()

    def _compact(self, database: Any) -> None:
        database.commit()
        database.compact(str(self.folder / "compact"))
        database.close()
        shutil.rmtree(self.folder / "loose")

    def connect(self) -> Any:
        """A database, and what asks it: neither is for several threads."""
        database = xapian.Database(str(self.folder / "compact"))
        enquire = xapian.Enquire(database)
        enquire.set_weighting_scheme(xapian.BM25Weight(K1, 0, 0, B, 0))
        return database, enquire

    def prepare(self, query: Query) -> Any:
        """One OR."""
        terms = [*query.words, *(_BIGRAM + pair for pair in query.bigrams)]
        return xapian.Query(xapian.Query.OP_OR, list(map(xapian.Query, terms)))

    def rank(self, query: Any) -> Any:
        """A match set."""
        _, enquire = self.reader
        enquire.set_query(query)
        return enquire.get_mset(0, TOP)

    def ids(self, ranking: Any) -> list[int]:
        """Documents count from 1."""
        return [match.docid - 1 for match in ranking]

    def hits(self, text: str) -> list[Hit]:
        """Title and text from the data."""
        found = self.rank(self.prepare(query_of(text)))
        plain = xapian.Stem("none")
        hits = []
        for match in found:
            title, _, words = match.document.get_data().decode().partition("\n")
            snippet = found.snippet(words, 3 * SNIPPET, plain, 0, "<b>", "</b>", "…")
            hits.append(Hit(title, snippet.decode()))
        return hits

    def add(self, source: Source) -> None:
        """A commit."""
        database = xapian.WritableDatabase(str(self.folder / "compact"), xapian.DB_OPEN)
        _write(database, xapian.TermGenerator(), source.sections)
        database.commit()
        database.close()
        self.reader[0].reopen()

    def sizes(self) -> Mapping[str, int]:
        """Positions are a table of their own."""
        if self.kind == "texts":
            return {"stored": self.total()}
        return {"ranking": self.total() - self.total("position.glass"), "phrases": self.total()}


def _document(generator: Any, words: str, bigrams: str) -> Any:
    document = xapian.Document()
    generator.set_document(document)
    generator.index_text_without_positions(words)
    generator.index_text(bigrams, 1, _BIGRAM)
    return document


def _write(database: Any, generator: Any, sections: Iterable[Text]) -> None:
    for title, body in sections:
        section = spaced(body)
        document = _document(generator, section.words, section.bigrams)
        document.set_data(f"{title}\n{section.words}")
        database.add_document(document)
