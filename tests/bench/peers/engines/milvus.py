"""Milvus Lite (Apache 2.0): Milvus in the process, here by its BM25 function.

As its documentation has it (milvus-lite's README, "Full Text and Hybrid Search"; milvus.io,
"Full Text Search"): a BM25 function over an analysed field, a sparse inverted index with
``DAAT_MAXSCORE``, rows inserted by the thousand, then flushed. Lite's analyzers cut at what is no
letter, so ready terms stay what they are. It has an index in memory, and no highlighting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pymilvus import DataType, Function, FunctionType, MilvusClient

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
    pooled,
    pooled_terms,
    query_of,
    terms_of,
)

_ROWS = 1_000  # of an insert
_LONGEST = 65_535  # bytes of a VARCHAR


class Milvus(Engine):
    """Words and bigrams in one field. A text is shown by its beginning."""

    formula = Formula(pooled=True, rounding=0.05)  # frequencies are a segment's, there are several
    highlights = False

    @classmethod
    def version(cls) -> str:
        """The packages'."""
        return f"{version('milvus-lite')}, pymilvus {version('pymilvus')}"

    def prepare_terms(self, sections: Sequence[Terms]) -> list[str]:
        """Terms with blanks between."""
        return [_cut(" ".join(pooled_terms(one.words, one.bigrams))) for one in sections]

    def index_terms(self, batches: Iterable[list[str]]) -> None:
        """Numbers and terms."""
        client = self._create()
        number = 0
        for batch in batches:
            rows = [{"id": number + i, "terms": terms} for i, terms in enumerate(batch)]
            for start in range(0, len(rows), _ROWS):
                client.insert("t", rows[start : start + _ROWS])
            number += len(batch)
        _finish(client)

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """Titles and texts too."""
        client = self._create()
        rows: list[dict[str, Any]] = []
        number = 0
        for sections in sources:
            rows += _rows(sections, number)
            number += len(sections)
            if len(rows) >= _ROWS:
                client.insert("t", rows)
                rows = []
        if rows:
            client.insert("t", rows)
        _finish(client)

    def _create(self) -> Any:
        client = self.connect()
        schema = client.create_schema(enable_dynamic_field=True)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("terms", DataType.VARCHAR, max_length=_LONGEST, enable_analyzer=True)
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(
                "bm25", FunctionType.BM25, input_field_names=["terms"], output_field_names="sparse"
            )
        )
        params = client.prepare_index_params()
        params.add_index(
            "sparse",
            index_type="SPARSE_INVERTED_INDEX",
            metric_type="BM25",
            params={"inverted_index_algo": "DAAT_MAXSCORE", "bm25_k1": K1, "bm25_b": B},
        )
        client.create_collection("t", schema=schema, index_params=params)
        return client

    def open(self) -> None:
        """Load the collection; threads share the client."""
        self._client = self.connect()
        self._client.load_collection("t")
        super().open()

    def connect(self) -> Any:
        """The client; the index is a file."""
        return getattr(self, "_client", None) or MilvusClient(str(self.folder / "milvus.db"))

    def prepare(self, query: Query) -> str:
        """Terms with blanks between."""
        return " ".join(pooled(query))

    def rank(self, query: str) -> Any:
        """Hits with ids."""
        return self._find(query, ["id"])

    def _find(self, query: str, columns: list[str]) -> Any:
        (found,) = self._client.search(
            "t", data=[query], anns_field="sparse", limit=TOP, output_fields=columns
        )
        return found

    def ids(self, ranking: Any) -> list[int]:
        """The ids."""
        return [int(hit["id"]) for hit in ranking]

    def hits(self, text: str) -> list[Hit]:
        """The stored texts' beginnings."""
        found = self._find(self.prepare(query_of(text)), ["title", "body"])
        return [Hit(hit["entity"]["title"], hit["entity"]["body"][:SNIPPET]) for hit in found]

    def add(self, source: Source) -> None:
        """An insert, flushed."""
        first = int(self._client.get_collection_stats("t")["row_count"])
        self._client.insert("t", _rows(source.sections, first))
        self._client.flush("t")

    def sizes(self) -> Mapping[str, int]:
        """The text of the terms is kept with them."""
        return {"stored": self.total()} if self.kind == "texts" else {}


def _rows(sections: Iterable[Text], first: int) -> list[dict[str, Any]]:
    rows = []
    for number, (title, body) in enumerate(sections, first):
        found = terms_of(body)
        terms = _cut(" ".join(pooled_terms(found.words, found.bigrams)))
        rows.append({"id": number, "terms": terms, "title": title, "body": body})
    return rows


def _cut(terms: str) -> str:
    encoded = terms.encode()
    return terms if len(encoded) <= _LONGEST else encoded[:_LONGEST].decode(errors="ignore")


def _finish(client: Any) -> None:
    client.flush("t")
    client.close()
