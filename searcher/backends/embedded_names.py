"""The names and the numbers of the documents of an index in a folder."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

from indexer.documents.citations.resolve import without_marks
from indexer.storage.records import DocumentRow
from searcher.ranking.document_names import EXACT, name_pieces, names_of, number_keys
from searcher.ranking.statistics import Named, Names

_MAX_PIECES = 200  # of a text that are looked for in all titles
_FEW = 2  # texts for which names are looked for before all names are gathered
_BETWEEN = "\0"  # titles


class DocumentNames:
    """Finds documents by names and numbers. Threads may share it.

    All names are gathered when the third text is looked through, and all numbers when the first
    one is asked for: a process that asks but once looks only at the titles that share something
    with its query.
    """

    def __init__(self, rows: Sequence[DocumentRow]) -> None:
        self._rows = rows
        self._asked = 0

    def numbered(self, key: str) -> Sequence[DocumentRow]:
        """Returns the documents that have a key of numbers, in the order of the index."""
        return self._by_number.get(key, ())

    def names_in(self, text: str) -> Names:
        """Returns at least the names that stand in a text in normal form."""
        self._asked += 1
        if self._asked > _FEW or len(pieces := name_pieces(text)) > _MAX_PIECES:
            return self._by_name
        return _names(self._titled(pieces))

    def names_holding(self, texts: Iterable[str]) -> Names:
        """Returns names whole but for the edition, at least those that any of ``texts`` is in."""
        return _exact(_names(self._titled(texts)))

    @property
    def exact(self) -> Names:
        """The names that are whole but for the edition."""
        return _exact(self._by_name)

    @cached_property
    def _by_number(self) -> dict[str, list[DocumentRow]]:
        found: dict[str, list[DocumentRow]] = {}
        for row in self._rows:
            for key in number_keys(row.doc_number):
                found.setdefault(key, []).append(row)
        return found

    @cached_property
    def _by_name(self) -> Names:
        return _names(self._rows)

    def _titled(self, texts: Iterable[str]) -> list[DocumentRow]:
        """Returns the documents in whose titles any of ``texts`` stands."""
        titles, starts = self._titles
        found: set[int] = set()
        for text in texts:
            place = titles.find(text)
            while place >= 0:
                title = bisect_right(starts, place)
                found.add(title - 1)
                place = titles.find(text, starts[title])
        return [self._rows[index] for index in sorted(found)]

    @cached_property
    def _titles(self) -> tuple[str, list[int]]:
        """The titles as names are compared, and where each begins and the next one would."""
        titles = _BETWEEN.join(row.title.replace(_BETWEEN, " ") for row in self._rows)
        plain = without_marks(titles)
        return plain, [*accumulate((len(t) + 1 for t in plain.split(_BETWEEN)), initial=0)]


def _names(rows: Iterable[DocumentRow]) -> Names:
    names: dict[str, list[Named]] = {}
    for row in rows:
        for name, rank in names_of(row.title).items():
            names.setdefault(name, []).append(Named(row, rank))
    return names


def _exact(names: Names) -> Names:
    found = {name: [one for one in named if one.rank <= EXACT] for name, named in names.items()}
    return {name: named for name, named in found.items() if named}
