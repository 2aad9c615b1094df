"""Counts of found sections by facts of their documents: issuer, type, year and region."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from itertools import compress

from indexer.segments import Collection, DocumentLabels
from indexer.storage.numbering import Numbering

FACETS = ("issuer", "doc_type", "year", "region")


class FacetCounter:
    """Counts sections by the values that their documents have in each of `FACETS`.

    The values are gathered when they are first asked for, because many searches do not need them.
    Everything still works after the snapshot was closed.
    """

    def __init__(self, numbering: Numbering, terms: Collection) -> None:
        self._numbering = numbering
        self._add_up = terms.group

    def counts(
        self, tally: Callable[[], array[int]]
    ) -> dict[str, Callable[[], list[tuple[str, int]]]]:
        """Returns, for each facet, a function that returns its values with their counts.

        ``tally`` returns the number of sections per document, as `Numbering.tally` does; it is
        called whenever such a function is. Values without a section are left out; the others come
        in the order in which they first appear in the index.
        """

        def added(name: str) -> list[tuple[str, int]]:
            values, labels = self._values[name]
            totals = self._add_up(tally().tobytes(), labels, len(values))
            return [*compress(zip(values, totals, strict=True), totals)]

        return {name: partial(added, name) for name in FACETS}

    @cached_property
    def _values(self) -> dict[str, tuple[list[str], DocumentLabels]]:
        """The values of each facet, and which documents have which value."""
        from indexer.documents.regions import regions_of  # a search without facets does without

        rows = [*self._numbering.rows_of_segments()]
        values = (
            (tuple(dict.fromkeys(row.issuers)) for row in rows),
            ((row.doc_type,) for row in rows),
            ((row.date[:4],) for row in rows),
            (regions_of(row.title, row.issuers) for row in rows),
        )
        return dict(zip(FACETS, map(_labelled, values), strict=True))


def _labelled(values_of_rows: Iterable[tuple[str, ...]]) -> tuple[list[str], DocumentLabels]:
    """Returns the distinct values in order of appearance, and pairs of a row and a label."""
    numbers: dict[str, int] = {}
    rows, labels = array("I"), array("I")
    for row, values in enumerate(values_of_rows):
        for value in filter(None, values):
            rows.append(row)
            labels.append(numbers.setdefault(value, len(numbers)))
    return list(numbers), (rows.tobytes(), labels.tobytes())
