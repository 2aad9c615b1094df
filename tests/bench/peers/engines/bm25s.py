"""bm25s (MIT): scores made when it is indexed, a sparse matrix to sum columns of.

As its README has it for speed: ``backend="numba"``, the scorer compiled once, the index mapped
(``mmap=True``). It ranks, and gives back what it stored; it has no highlighting, and a document
more is an index made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import bm25s

from peers.engine import (
    K1,
    SNIPPET,
    TOP,
    B,
    Engine,
    Formula,
    Hit,
    Query,
    Terms,
    Text,
    pooled,
    pooled_terms,
    query_of,
    terms_of,
)


class Bm25s(Engine):
    """Words and bigrams in one vocabulary. A text is shown by its beginning."""

    formula = Formula(pooled=True, rounding=1e-4)  # floats of 32 bits
    highlights = False
    grows = False

    @classmethod
    def version(cls) -> str:
        """The packages'."""
        return f"{version('bm25s')}, numba {version('numba')}"

    def prepare_terms(self, sections: Sequence[Terms]) -> list[list[str]]:
        """Terms as lists."""
        return [pooled_terms(section.words, section.bigrams) for section in sections]

    def index_terms(self, batches: Iterable[list[list[str]]]) -> None:
        """Everything at once: there is no other way."""
        self._index([terms for batch in batches for terms in batch], None)

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """With titles and texts as its corpus."""
        terms, corpus = [], []
        for sections in sources:
            for section in sections:
                found = terms_of(section.body)
                terms.append(pooled_terms(found.words, found.bigrams))
                corpus.append({"title": section.title, "text": section.body})
        self._index(terms, corpus)

    def _index(self, terms: list[list[str]], corpus: list[dict[str, str]] | None) -> None:
        index = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numba")
        index.index(terms, show_progress=False)
        index.save(str(self.folder), corpus=corpus, show_progress=False)

    def open(self) -> None:
        """Map the index; threads share it."""
        self._shared = self._mapped()
        self._shared.backend = "numba"
        self._shared.activate_numba_scorer()
        super().open()

    def open_once(self) -> None:
        """Without numba, which would compile for longer than numpy takes."""
        self._shared = self._mapped()
        self._shared.backend = "numpy"
        super().open()

    def _mapped(self) -> Any:
        return bm25s.BM25.load(
            str(self.folder), mmap=True, load_corpus=self.kind == "texts", show_progress=False
        )

    def connect(self) -> Any:
        """Returns what threads share."""
        return self._shared

    def prepare(self, query: Query) -> list[list[str]]:
        """Returns those terms that are known: others are an error."""
        known = self.reader.vocab_dict
        return [[term for term in pooled(query) if term in known]]

    def rank(self, query: list[list[str]]) -> Any:
        """Numbers or texts, and scores."""
        if not query[0]:
            return [[]], [[]]
        return self.reader.retrieve(query, k=TOP, show_progress=False, n_threads=1)

    def ids(self, ranking: Any) -> list[int]:
        """The numbers with a score."""
        found, scores = ranking
        return [int(i) for i, score in zip(found[0], scores[0], strict=True) if score > 0]

    def hits(self, text: str) -> list[Hit]:
        """The stored texts' beginnings."""
        found, _ = self.rank(self.prepare(query_of(text)))
        rows = [row if isinstance(row, dict) else json.loads(row) for row in found[0]]
        return [Hit(row["title"], row["text"][:SNIPPET]) for row in rows]

    def sizes(self) -> Mapping[str, int]:
        """There are no positions."""
        return {"stored" if self.kind == "texts" else "ranking": self.total()}
