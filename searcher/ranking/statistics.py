"""The questions that the planning of a query asks of an index: every backend answers them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from indexer.documents.model import SearchSection
from searcher.ranking.plan import FieldHolds, Term


class DocumentFacts(Protocol):
    """The facts of a document that an index lists. Empty is what the document does not state.

    ``date`` is ISO 8601; ``section_count`` is the number of the document's sections.
    """

    @property
    def id(self) -> str:
        """The id."""

    @property
    def title(self) -> str:
        """The title."""

    @property
    def doc_number(self) -> str:
        """The number (发文字号) in normal form."""

    @property
    def issuers(self) -> tuple[str, ...]:
        """The organs that issued it."""

    @property
    def date(self) -> str:
        """The date."""

    @property
    def doc_type(self) -> str:
        """The kind (文种)."""

    @property
    def section_count(self) -> int:
        """The number of its sections."""


class Named(NamedTuple):
    """A document that goes by a name. The lower ``rank``, the more exact the name: from 0."""

    document: DocumentFacts
    rank: int


Names = Mapping[str, Sequence[Named]]


class Statistics(Protocol):
    """The terms, names and numbers of an index, as far as a plan depends on them."""

    @property
    def count(self) -> int:
        """The number of sections that are searched."""

    def frequency(self, term: Term) -> int:
        """Returns the number of sections that have ``term``; 0 if none has it."""

    def idf(self, frequency: int) -> float:
        """Returns the inverse document frequency of what ``frequency`` sections have."""

    def count_with_all(self, terms: tuple[Term, ...]) -> int:
        """Returns the number of sections that have every one of ``terms`` (at least one)."""

    def count_holding(self, text: str, terms: Sequence[Term]) -> int:
        """Returns the number of sections in whose folded text ``text`` (not empty) stands.

        ``terms`` are some that every such section has: they may make the search for it short.
        """

    def expand(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Yields the terms of ``field`` that begin with ``prefix``, ascending.

        Each comes with the number of sections that have it; deleted ones may count.
        """

    def has_document(self, clause: FieldHolds) -> bool:
        """Returns True if ``clause`` is true of a document of the index."""

    def numbered(self, key: str) -> Sequence[DocumentFacts]:
        """Returns the documents that have ``key`` (`searcher.ranking.document_names`)."""

    def names_in(self, text: str) -> Names:
        """Returns at least the names that stand in ``text``, with the documents of each.

        ``text`` is in the normal form of names. The result may have names that are not in it.
        """

    def names_holding(self, texts: Iterable[str]) -> Names:
        """Returns names whole but for the edition, at least those that any of ``texts`` is in.

        Texts are in the normal form of names.
        """

    def sections(self, document: str) -> Sequence[SearchSection]:
        """Returns the sections of a document of this id, in order. Raises IndexDamaged."""
