"""LanceDB (Apache 2.0): its own full-text index over a table.

As its documentation has it (docs.lancedb.com, "Full-Text Search Index"): the index is made when the
rows are in; whitespace tokenizer for text that is cut before, no stemming, no stop words, no
positions (they are for phrases); ``optimize()`` after rows are added; only needed columns are
selected. It has no highlighting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.index import FTS
from lancedb.query import MatchQuery

from peers.engine import (
    SNIPPET,
    TOP,
    Engine,
    Formula,
    Hit,
    Query,
    Source,
    Terms,
    Text,
    pooled,
    pooled_terms,
    query_of,
    terms_of,
)

_TERMS = pa.schema([("id", pa.int64()), ("terms", pa.large_string())])
_TEXTS = pa.schema(
    [("title", pa.string()), ("body", pa.large_string()), ("terms", pa.large_string())]
)
_AS_CUT = FTS(
    with_position=False,
    base_tokenizer="whitespace",
    lower_case=False,
    stem=False,
    remove_stop_words=False,
    ascii_folding=False,
    max_token_length=None,
)
_ROWS = 10_000  # of a batch


class LanceDb(Engine):
    """Words and bigrams in one column. A text is shown by its beginning."""

    formula = Formula(pooled=True, rounding=1e-4)  # floats of 32 bits
    highlights = False

    @classmethod
    def version(cls) -> str:
        """The package's."""
        return version("lancedb")

    def prepare_terms(self, sections: Sequence[Terms]) -> list[str]:
        """Terms with blanks between."""
        return [" ".join(pooled_terms(section.words, section.bigrams)) for section in sections]

    def index_terms(self, batches: Iterable[list[str]]) -> None:
        """Numbers and terms."""

        def rows() -> Iterator[Any]:
            first = 0
            for batch in batches:
                numbers = range(first, first + len(batch))
                yield pa.record_batch([numbers, pa.array(batch, pa.large_string())], schema=_TERMS)
                first += len(batch)

        self._make(rows(), _TERMS)

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """Titles, texts and terms."""

        def rows() -> Iterator[Any]:
            held: list[tuple[str, str, str]] = []
            for sections in sources:
                held += map(_row, sections)
                if len(held) >= _ROWS:
                    yield _batch(held)
                    held = []
            yield _batch(held)

        self._make(rows(), _TEXTS)

    def _make(self, rows: Iterator[Any], schema: Any) -> None:
        reader = pa.RecordBatchReader.from_batches(schema, rows)
        table = lancedb.connect(self.folder).create_table("t", reader, schema=schema)
        table.create_index("terms", config=_AS_CUT)

    def open(self) -> None:
        """Open the table; threads share it."""
        self._table = lancedb.connect(self.folder).open_table("t")
        super().open()

    def connect(self) -> Any:
        """The table."""
        return self._table

    def prepare(self, query: Query) -> Any:
        """A match of any term."""
        return MatchQuery(" ".join(pooled(query)), "terms")

    def rank(self, query: Any) -> Any:
        """Ids as an Arrow table."""
        return self._find(query, ["id", "_score"])

    def _find(self, query: Any, columns: list[str]) -> Any:
        return self._table.search(query, query_type="fts").limit(TOP).select(columns).to_arrow()

    def ids(self, ranking: Any) -> list[int]:
        """The ids."""
        return [int(id) for id in ranking["id"].to_pylist()]

    def hits(self, text: str) -> list[Hit]:
        """The stored texts' beginnings."""
        found = self._find(self.prepare(query_of(text)), ["title", "body", "_score"])
        return [Hit(row["title"], row["body"][:SNIPPET]) for row in found.to_pylist()]

    def add(self, source: Source) -> None:
        """Rows, and the index brought up to them."""
        self._table.add(pa.Table.from_batches([_batch(list(map(_row, source.sections)))]))
        self._table.optimize()

    def sizes(self) -> Mapping[str, int]:
        """The index is a folder of its own; the rows of terms are no part of it."""
        if self.kind == "texts":
            return {"stored": self.total()}
        files = (path for path in self.folder.rglob("_indices/**/*") if path.is_file())
        return {"ranking": sum(path.stat().st_size for path in files)}


def _row(section: Text) -> tuple[str, str, str]:
    found = terms_of(section.body)
    return *section, " ".join(pooled_terms(found.words, found.bigrams))


def _batch(rows: list[tuple[str, str, str]]) -> Any:
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _TEXTS, strict=True)]
    return pa.record_batch(arrays, schema=_TEXTS)
