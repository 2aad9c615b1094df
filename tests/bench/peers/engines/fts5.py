"""SQLite FTS5 (public domain).

As its documentation has it (fts5.html): rows in one transaction, then 'optimize'; without content
for terms alone (4.4.1), an external content table for texts (4.4.2) so that nothing is stored
twice; ``order by rank`` rather than by bm25() (5.4). Snippets are ``snippet()``'s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from peers.engine import (
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

_TOKENIZE = "tokenize=\"unicode61 remove_diacritics 0 tokenchars '.'\""
_TEXTS = f"""
create table sections(id integer primary key, title text, words text);
create view content as select id, title, words, '' as bigrams from sections;
create virtual table t
using fts5(words, bigrams, content='content', content_rowid='id', {_TOKENIZE});
"""
_RANK = "select rowid from t where t match ? order by rank limit ?"
_HITS = """
select sections.title, snippet(t, 0, '<b>', '</b>', '…', 60)
from t join sections on sections.id = t.rowid where t match ? order by rank limit ?
"""


class Fts5(Engine):
    """A column of words, a column of bigrams, positions of both."""

    formula = Formula(pooled=True, idf="robertson")

    @classmethod
    def version(cls) -> str:
        """SQLite's."""
        return sqlite3.sqlite_version

    def connect(self) -> Any:
        """A connection."""
        database = sqlite3.connect(self.folder / "fts.db")
        database.executescript("pragma journal_mode=wal; pragma mmap_size=2000000000;")
        return database

    def index_terms(self, batches: Iterable[Sequence[Terms]]) -> None:
        """Contentless."""
        database = self.connect()
        database.execute(
            f"create virtual table t using fts5(words, bigrams, content='', {_TOKENIZE})"
        )
        number = 0
        for batch in batches:
            rows = [(number + i, one.words, one.bigrams) for i, one in enumerate(batch)]
            database.executemany("insert into t(rowid, words, bigrams) values (?, ?, ?)", rows)
            number += len(batch)
        _finish(database)

    def index_texts(self, sources: Iterable[Sequence[Text]]) -> None:
        """Title and words in a table beside."""
        database = self.connect()
        database.executescript(_TEXTS)
        for sections in sources:
            _write(database, sections)
        _finish(database)

    def prepare(self, query: Query) -> str:
        """An FTS5 query string."""
        return " OR ".join(
            [f'words:"{word}"' for word in query.words]
            + [f'bigrams:"{pair}"' for pair in query.bigrams]
        )

    def rank(self, query: str) -> list[tuple[int]]:
        """Row ids."""
        rows: list[tuple[int]] = self.reader.execute(_RANK, (query, TOP)).fetchall()
        return rows

    def ids(self, ranking: list[tuple[int]]) -> list[int]:
        """The row ids."""
        return [row for (row,) in ranking]

    def hits(self, text: str) -> list[Hit]:
        """One statement."""
        query = self.prepare(query_of(text))
        return [Hit(*row) for row in self.reader.execute(_HITS, (query, TOP))]

    def add(self, source: Source) -> None:
        """One transaction."""
        _write(self.reader, source.sections)
        self.reader.commit()

    def sizes(self) -> Mapping[str, int]:
        """Positions stand among the postings."""
        return {"stored" if self.kind == "texts" else "phrases": self.total()}


def _write(database: Any, sections: Iterable[Text]) -> None:
    for title, body in sections:
        section = spaced(body)
        row = database.execute(
            "insert into sections(title, words) values (?, ?)", (title, section.words)
        )
        database.execute(
            "insert into t(rowid, words, bigrams) values (?, ?, ?)",
            (row.lastrowid, section.words, section.bigrams),
        )


def _finish(database: Any) -> None:
    database.execute("insert into t(t) values ('optimize')")
    database.commit()
    database.execute("pragma wal_checkpoint(truncate)")
    database.close()
