"""The protocol between what a query means and where it is carried out.

A `Backend` answers three kinds of questions: the statistics that planning needs
(`searcher.ranking.statistics`), plans (`carry_out` gives a `Findings`), and what is known of
documents and sections, which results are made of. Documents are named by their ids and sections by
`SectionRef`: no number or set of a storage engine crosses this border, and nothing above it lists
all documents of an index, but for `documents`, which is asked for exactly that.

To add a backend, implement `Backend`, `Findings` and, where texts come in some packed form,
`SectionText`; `tests/support/memory_backend.py` is the smallest one there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from indexer.documents.citations.find import Citation
from indexer.documents.citations.resolve import Missing, Resolution
from indexer.documents.model import Document, Span
from indexer.kernel.types import FoldedText, Needles, SnippetParts
from indexer.text.analysis import Analyzer
from searcher.ranking.explanation import Explanation
from searcher.ranking.plan import Plan, SectionRef
from searcher.ranking.second_look import Look
from searcher.ranking.statistics import DocumentFacts, Names, Statistics

Sort = Literal["relevance", "newest", "oldest"]
By = Literal["section", "document"]
# A facet: a function for its values and how many matches have each, in any order.
FacetCounts = Mapping[str, Callable[[], Iterable[tuple[str, int]]]]


class Scored(NamedTuple):
    """A section that matches, and its score."""

    section: SectionRef
    score: float


class Findings(Protocol):
    """The sections that a plan finds in one state of an index.

    Nothing is counted before it is asked for.
    """

    def top(self, count: int, sort: Sort = "relevance") -> list[Scored]:
        """Returns the first ``count`` matching sections.

        They come best first, equal scores in the order of their references; by "newest" or
        "oldest" in the order of their documents' dates, undated ones last, and within a date best
        first. Raises IndexDamaged.
        """

    def looked_at(self, count: int, look: Look) -> list[Scored]:
        """Returns the first ``count`` sections by relevance after the second look.

        What ``look`` adds is added to the scores of the first `DEPTH` sections of `top`, which are
        sorted again; those behind them stay as they are. Raises IndexDamaged.
        """

    def documents(self, offset: int, limit: int, sort: Sort = "relevance") -> list[list[Scored]]:
        """Returns matching documents in the order of their first sections as `top` lists these.

        They are the ``limit`` ones from the ``offset``-th on, each as all of its sections that
        match, best first. Raises IndexDamaged.
        """

    def sections(self) -> list[SectionRef]:
        """Returns all sections that match, those of a document in its order."""

    def count(self, by: By = "section") -> int:
        """Returns the number of sections that match; ``by`` "document": of their documents.

        May be asked after the backend was closed. Raises IndexDamaged.
        """

    def facets(self, by: By = "section") -> FacetCounts:
        """Returns the facets issuer, doc_type, year and region of what `count` counts ``by``.

        They may be counted after the backend was closed.
        """


class SectionText(Protocol):
    """The text of a section, as it stands in its document."""

    def folded(self) -> FoldedText:
        """Returns the text, and its folded form with the way back. Raises IndexDamaged."""

    def excerpt(self, needles: Needles, weights: bytes, width: int) -> SnippetParts | None:
        """Returns the snippet that shows ``needles`` best; None where none of them stands.

        ``weights`` has a whole number for each needle. Raises IndexDamaged.
        """


class SectionCard(Protocol):
    """The facts of a section that are shown beside its text.

    ``line`` is the line of the document it begins in, ``repeat_lines`` those where the ``repeats``
    begin, counted from 1. Spans are characters of the document's text.
    """

    @property
    def anchor(self) -> str:
        """The id of the section in its document."""

    @property
    def path(self) -> tuple[str, ...]:
        """The labels from the root."""

    @property
    def heading(self) -> str:
        """The heading of the section itself."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings from the root that are not empty."""

    @property
    def line(self) -> int:
        """The line it begins in."""

    @property
    def span(self) -> Span:
        """The characters of the document that it is."""

    @property
    def repeats(self) -> tuple[Span, ...]:
        """The other places of the document with the same text."""

    @property
    def repeat_lines(self) -> tuple[int, ...]:
        """The lines where these begin."""


class Shown(NamedTuple):
    """The parts that a hit is made of.

    ``source`` is the file of the document: a path, or its id where it came from no file.
    ``copies`` are the ids of other files of the same document that say the same as the section,
    ``versions`` those of all versions of the document, newest first: none if it is the only one.
    """

    document: DocumentFacts
    card: SectionCard
    text: SectionText
    source: str
    copies: Sequence[str]
    versions: Sequence[str]


class Citing(NamedTuple):
    """A document that cites others, and how often."""

    document: DocumentFacts
    times: int


class Backend(Statistics, Protocol):
    """An index in one state, which no later change of it affects. Safe to share between threads."""

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer that cut the texts of the index, for queries to be cut alike."""

    def newer(self) -> Backend | None:
        """Returns the newest state of the same index; None if this is it.

        Raises IndexNotFound, IndexIncompatible and IndexDamaged.
        """

    # --- plans ----------------------------------------------------------------------------------

    def carry_out(self, plan: Plan) -> Findings:
        """Returns what ``plan`` finds. Raises IndexDamaged."""

    def explain(self, plan: Plan, section: SectionRef) -> Explanation:
        """Returns how the score comes about that ``plan`` gives a section."""

    # --- sections -------------------------------------------------------------------------------

    def locate(self, document: str, anchor: str) -> SectionRef:
        """Returns the section ``anchor`` of the document with this id. Raises DocumentNotFound."""

    def show(self, sections: Iterable[SectionRef]) -> list[Shown]:
        """Returns what hits are made of, for each of ``sections`` in turn. Raises IndexDamaged."""

    def folded_text(self, section: SectionRef) -> str:
        """Returns the folded text of a section, without blanks. Raises IndexDamaged."""

    def evidence(self, sections: Sequence[SectionRef], texts: Sequence[str]) -> list[int]:
        """Returns which of ``texts`` stand in the folded text, without blanks, of each section.

        Each is a number with bit ``i`` set where text ``i`` stands. No text is empty.
        Raises IndexDamaged.
        """

    # --- documents ------------------------------------------------------------------------------

    def documents(self) -> Sequence[DocumentFacts]:
        """Returns what is known of every document of the index."""

    def find(self, name: str) -> str:
        """Returns the id of the document ``name``, read in the first of these ways that fits any:

        its id; an ending of it from a slash on, with or without suffix (``notice`` for
        ``seeds/2002/notice.txt``); its number or title; a part of its id or title.
        Raises DocumentNotFound, which names the candidates where there are several.
        """

    def facts(self, document: str) -> DocumentFacts:
        """Returns what is known of the document with this id."""

    def document(self, document: str) -> Document:
        """Returns the document with this id. Raises IndexDamaged."""

    def source(self, document: str) -> str:
        """Returns the file of a document: a path, or its id where it came from no file."""

    def same_document(self, document: str) -> Sequence[str]:
        """Returns the ids of all files of the document that is in ``document``, itself included."""

    def versions(self, document: str) -> Sequence[str]:
        """Returns the ids of all versions of a document, newest first; none if it is the only."""

    # --- names and citations --------------------------------------------------------------------

    def names_holding(self, texts: Iterable[str]) -> Names:
        """Returns names whole but for the edition, at least those that any of ``texts`` is in.

        Texts are in the normal form of names.
        """

    def all_names(self) -> Names:
        """Returns all names whole but for the edition."""

    def resolve(self, citation: Citation, by: str | None = None) -> Resolution | None:
        """Returns the document that a citation means, in the document ``by``; None if none is."""

    def cited_by(self, documents: Iterable[str]) -> list[Citing]:
        """Returns the documents that cite one of some, themselves left out, in any order."""

    def missing(self) -> Sequence[Missing]:
        """Returns the documents that are cited and not in the index, the most cited first."""

    def close(self) -> None:
        """Releases all resources. `Findings` can still be counted."""
