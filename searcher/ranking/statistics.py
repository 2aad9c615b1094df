"""The questions about an index that planning a query asks; every backend answers them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from indexer.documents.model import SearchSection
from searcher.ranking.plan import FieldHolds, Term


class DocumentFacts(Protocol):
    """The facts of a document that an index lists; a fact that it does not state is empty."""

    @property
    def id(self) -> str:
        """The id of the document."""

    @property
    def title(self) -> str:
        """The title of the document."""

    @property
    def doc_number(self) -> str:
        """The number (发文字号) in normal form."""

    @property
    def issuers(self) -> tuple[str, ...]:
        """The organs that issued it."""

    @property
    def date(self) -> str:
        """The date, in ISO 8601."""

    @property
    def doc_type(self) -> str:
        """The kind (文种)."""

    @property
    def section_count(self) -> int:
        """The number of its sections."""


class Named(NamedTuple):
    """A document that goes by a name; the lower ``rank`` (from 0), the more exact the name."""

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
        """Returns the inverse document frequency of a term that ``frequency`` sections have."""

    def count_with_all(self, terms: tuple[Term, ...]) -> int:
        """Returns the number of sections that have every one of ``terms`` (at least one)."""

    def count_holding(self, text: str, terms: Sequence[Term]) -> int:
        """Returns the number of sections whose folded text contains ``text`` (not empty).

        Every such section has all of ``terms``, by which a backend may narrow its search.
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
        """Returns all names that stand in ``text``, with the documents that go by each.

        ``text`` is in the normal form of names. The result may also have names that are not in it.
        """

    def names_holding(self, texts: Iterable[str]) -> Names:
        """Returns names whole but for the edition, at least those that any of ``texts`` is in.

        Texts are in the normal form of names.
        """

    def sections(self, document: str) -> Sequence[SearchSection]:
        """Returns the sections of the document with this id, in order. Raises IndexDamaged."""
