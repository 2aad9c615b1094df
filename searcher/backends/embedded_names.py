"""Finds the documents of an index in a folder by their names and numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

from indexer.documents.citations.resolve import without_marks
from indexer.storage.records import DocumentRow
from searcher.ranking.document_names import EXACT, name_pieces, names_of, number_keys
from searcher.ranking.statistics import Named, Names

_MAX_PIECES = 200  # of a text; with more, looking them up in all titles takes too long
_FEW = 2  # texts that are looked through before the names of all documents are gathered
_BETWEEN = "\0"  # two titles


class DocumentNames:
    """Finds documents by names and numbers. Threads may share it.

    The names of all documents are gathered when the third text is looked through, and all numbers
    when the first one is asked for. A process that asks only once therefore reads only the titles
    that have something in common with its query.
    """

    def __init__(self, rows: Sequence[DocumentRow]) -> None:
        self._rows = rows
        self._asked = 0

    def numbered(self, key: str) -> Sequence[DocumentRow]:
        """Returns the documents whose number has this ``key``, in the order of the index."""
        return self._by_number.get(key, ())

    def names_in(self, text: str) -> Names:
        """Returns all names that stand in ``text``, and perhaps others.

        ``text`` is in the normal form of names.
        """
        self._asked += 1
        if self._asked > _FEW or len(pieces := name_pieces(text)) > _MAX_PIECES:
            return self._by_name
        return _names(self._titled(pieces))

    def names_holding(self, texts: Iterable[str]) -> Names:
        """Returns all names that contain any of ``texts``, and perhaps others.

        Names are complete except for the edition.
        """
        return _exact(_names(self._titled(texts)))

    @property
    def exact(self) -> Names:
        """The names that are complete except for the edition."""
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
        """Returns the documents whose titles contain any of ``texts``."""
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
        """The titles in the normal form of names, joined, and the offsets at which they start.

        The last offset is that of a title that would follow.
        """
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
