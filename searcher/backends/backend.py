"""The protocol between the meaning of a query and the engine that carries it out.

A `Backend` has three tasks: it gives the statistics that planning needs
(`searcher.ranking.statistics`), it carries out plans (`carry_out` returns a `Findings`), and it
looks up the documents and sections that results are made of. Documents are named by their ids and
sections by `SectionRef`: no number or set of a storage engine crosses this border. Nothing above it
lists all documents of an index, except the callers of `documents`.

To add a backend, implement `Backend`, `Findings` and, if texts are stored packed, `SectionText`;
`tests/support/memory_backend.py` is the smallest example.
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
Extent = Literal["some", "all"]  # of what is asked for
# A facet: a function for its values and how many matches have each, in any order.
FacetCounts = Mapping[str, Callable[[], Iterable[tuple[str, int]]]]


class Scored(NamedTuple):
    """A matching section and its score."""

    section: SectionRef
    score: float


class Findings(Protocol):
    """The sections that a plan finds in one state of an index.

    Nothing is counted before it is asked for.
    """

    def top(self, count: int, sort: Sort = "relevance") -> list[Scored]:
        """Returns the first ``count`` matching sections.

        By "relevance" they come best first, equal scores in the order of their references. By
        "newest" or "oldest" they come in the order of their documents' dates, undated documents
        last, and those of one date best first. Raises IndexDamaged.
        """

    def looked_at(self, count: int, look: Look) -> list[Scored]:
        """Returns the first ``count`` sections by relevance after the second look.

        What ``look`` adds is added to the scores of the first `DEPTH` sections of `top`, which are
        sorted again; those behind them stay as they are. Raises IndexDamaged.
        """

    def documents(self, offset: int, limit: int, sort: Sort = "relevance") -> list[list[Scored]]:
        """Returns matching documents, in the order in which `top` lists their first sections.

        The first ``offset`` documents are skipped and at most ``limit`` are returned, each as the
        list of all its matching sections, best first. Raises IndexDamaged.
        """

    def sections(self) -> list[SectionRef]:
        """Returns all matching sections; those of one document come in its order."""

    def count(self, by: By = "section", extent: Extent = "some") -> int:
        """Returns the number of sections that match; ``by`` "document": of their documents.

        The ``extent`` "all" counts the complete ones only (`searcher.ranking.plan.Plan`).
        May be asked after the backend was closed. Raises IndexDamaged.
        """

    def facets(self, by: By = "section", extent: Extent = "some") -> FacetCounts:
        """Returns the facets issuer, doc_type, year and region of what `count` counts.

        ``by`` and ``extent`` are those of `count`.

        This works after the backend was closed, too.
        """


class SectionText(Protocol):
    """The text of a section, as it stands in its document."""

    def folded(self) -> FoldedText:
        """Returns the text, and its folded form with the offsets in the text.

        Raises IndexDamaged.
        """

    def excerpt(self, needles: Needles, weights: bytes, width: int) -> SnippetParts | None:
        """Returns the snippet of ``width`` characters that shows ``needles`` best.

        The result is None if the text has none of them. ``weights`` has a whole number for each
        needle. Raises IndexDamaged.
        """


class SectionCard(Protocol):
    """The facts of a section that are shown beside its text.

    Lines are counted from 1. Spans are half-open, in characters of the document's text.
    """

    @property
    def anchor(self) -> str:
        """The id of the section within its document."""

    @property
    def path(self) -> tuple[str, ...]:
        """The labels from the root of the outline to the section."""

    @property
    def heading(self) -> str:
        """The heading of the section itself."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings from the root to the section, without empty ones."""

    @property
    def line(self) -> int:
        """The line of the document in which the section begins."""

    @property
    def span(self) -> Span:
        """The span of the section in the document."""

    @property
    def repeats(self) -> tuple[Span, ...]:
        """The spans of the document that repeat the text of the section."""

    @property
    def repeat_lines(self) -> tuple[int, ...]:
        """The lines in which the repeats begin."""


class Shown(NamedTuple):
    """The parts that a hit is made of.

    ``source`` is the path of the document's file, or its id if it came from no file. ``copies`` are
    the ids of other files of the same document in which the section stands with the same text.
    ``versions`` are the ids of all versions of the document, newest first; empty if there is only
    one.
    """

    document: DocumentFacts
    card: SectionCard
    text: SectionText
    source: str
    copies: Sequence[str]
    versions: Sequence[str]


class Citing(NamedTuple):
    """A document that cites others, and the number of its citations of them."""

    document: DocumentFacts
    times: int


class Backend(Statistics, Protocol):
    """One state of an index, unaffected by later changes. Safe to share between threads."""

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer that cut the texts of the index; queries are cut by the same one."""

    def newer(self) -> Backend | None:
        """Returns the newest state of the same index; None if this is the newest.

        Raises IndexNotFound, IndexIncompatible and IndexDamaged.
        """

    # --- plans ----------------------------------------------------------------------------------

    def carry_out(self, plan: Plan) -> Findings:
        """Returns the sections that ``plan`` finds. Raises IndexDamaged."""

    def explain(self, plan: Plan, section: SectionRef) -> Explanation:
        """Returns the explanation of the score that ``plan`` gives to ``section``."""

    # --- sections -------------------------------------------------------------------------------

    def locate(self, document: str, anchor: str) -> SectionRef:
        """Returns the section ``anchor`` of the document with this id. Raises DocumentNotFound."""

    def show(self, sections: Iterable[SectionRef]) -> list[Shown]:
        """Returns the parts of a hit for each of ``sections``, in order. Raises IndexDamaged."""

    def folded_text(self, section: SectionRef) -> str:
        """Returns the folded text of a section, without blanks. Raises IndexDamaged."""

    def evidence(self, sections: Sequence[SectionRef], texts: Sequence[str]) -> list[int]:
        """Returns which of ``texts`` stand in the folded text, without blanks, of each section.

        Each is a number with bit ``i`` set where text ``i`` stands. No text is empty.
        Raises IndexDamaged.
        """

    # --- documents ------------------------------------------------------------------------------

    def documents(self) -> Sequence[DocumentFacts]:
        """Returns the facts of every document of the index."""

    def find(self, name: str) -> str:
        """Returns the id of the document that ``name`` stands for.

        The name is, by the first of these that fits a document: an id; the end of an id after a
        slash, with or without suffix (``notice`` for ``seeds/2002/notice.txt``); a number or
        title; a part of an id or title. Raises DocumentNotFound, which lists the candidates if
        there are several.
        """

    def facts(self, document: str) -> DocumentFacts:
        """Returns the facts of the document with this id. Raises DocumentNotFound."""

    def document(self, document: str) -> Document:
        """Returns the document with this id. Raises IndexDamaged."""

    def source(self, document: str) -> str:
        """Returns the path of a document's file, or its id if it came from no file."""

    def same_document(self, document: str) -> Sequence[str]:
        """Returns the ids of all files with the same document as ``document``, itself included."""

    def versions(self, document: str) -> Sequence[str]:
        """Returns the ids of all versions of a document, newest first; empty if it has only one."""

    # --- names and citations --------------------------------------------------------------------

    def all_names(self) -> Names:
        """Returns the names of all documents, complete except for the edition."""

    def resolve(self, citation: Citation, by: str | None = None) -> Resolution | None:
        """Returns the document that a citation in the document ``by`` refers to.

        The result is None if the index has no such document.
        """

    def cited_by(self, documents: Iterable[str]) -> list[Citing]:
        """Returns the documents that cite one of ``documents`` and are none of them, unordered."""

    def missing(self) -> Sequence[Missing]:
        """Returns the documents that are cited but not in the index, the most cited first."""

    def close(self) -> None:
        """Releases all resources. The counts and facets of `Findings` remain available."""
