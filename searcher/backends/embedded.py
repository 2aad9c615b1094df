"""The backend for an index in a folder: the protocol over `indexer.storage.snapshot`.

Of the searcher, only this module and its neighbours `embedded_*` know how an index numbers its
sections, and that sets of sections are bitmaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.documents.citations.find import Citation
from indexer.documents.citations.resolve import Missing, Resolution
from indexer.documents.model import Document, SearchSection
from indexer.errors import DocumentNotFound, IndexIncompatible
from indexer.kernel.types import FoldedText, Needles, SnippetParts
from indexer.segments import Collection
from indexer.storage.names import find_document
from indexer.storage.records import DocumentRow
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import Analyzer
from indexer.text.folding import gaps
from searcher.backends.backend import Citing, Shown
from searcher.backends.embedded_findings import EmbeddedFindings, RankedVariant, section_ref
from searcher.backends.embedded_matching import EmbeddedMatcher
from searcher.backends.embedded_names import DocumentNames
from searcher.ranking.document_filters import is_true_of
from searcher.ranking.explanation import Explanation, TermScore, explain_section
from searcher.ranking.plan import FieldHolds, Plan, SectionRef, Target, Term, Variant, Weights
from searcher.ranking.statistics import Names

if TYPE_CHECKING:
    from searcher.backends.embedded_citations import Citations


class EmbeddedBackend:
    """A snapshot as a `searcher.backends.backend.Backend`."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Takes over the snapshot, and closes it if it cannot be searched.

        Raises IndexIncompatible and IndexDamaged.
        """
        self.snapshot = snapshot
        try:
            _check_analyzer(snapshot)
            self._terms = snapshot.terms
            self._matcher = EmbeddedMatcher(snapshot)
            self._names = DocumentNames(snapshot.rows)
        except BaseException:
            snapshot.close()
            raise
        # These are attributes because a method in between would cost time for every term.
        self.frequency = self._terms.frequency
        self.idf = self._terms.idf
        self.expand = self._terms.expand
        self.numbered = self._names.numbered
        self.names_in = self._names.names_in
        self.names_holding = self._names.names_holding

    @classmethod
    def open(cls, folder: Path) -> EmbeddedBackend:
        """Opens the newest state of the index in ``folder``.

        Raises IndexNotFound, IndexIncompatible and IndexDamaged.
        """
        return cls(Snapshot.open(folder))

    def newer(self) -> EmbeddedBackend | None:
        """Returns the newest state of the same index; None if this is the newest.

        Raises the errors of `open`.
        """
        newest = Snapshot.open(self.snapshot.folder)
        if newest.manifest.generation != self.snapshot.manifest.generation:
            return EmbeddedBackend(newest)
        newest.close()
        return None

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer that cut the texts of the index."""
        return self.snapshot.analyzer

    @property
    def count(self) -> int:
        """The number of sections that are searched."""
        return self._terms.count

    def count_with_all(self, terms: tuple[Term, ...]) -> int:
        """Returns the number of sections that have every one of ``terms``."""
        return len(self._matcher.having_all(terms))

    def count_holding(self, text: str, terms: Sequence[Term]) -> int:
        """Returns the number of sections whose folded text contains ``text``."""
        return len(self._terms.holding(text, terms))

    def sections(self, document: str) -> Sequence[SearchSection]:
        """Returns the sections of a document, in order. Raises IndexDamaged."""
        return self.snapshot.sections(self._index(document))

    def has_document(self, clause: FieldHolds) -> bool:
        """Returns True if ``clause`` is true of a document of the index."""
        return any(is_true_of(clause, row) for row in self.snapshot.rows)

    # --- plans ----------------------------------------------------------------------------------

    def carry_out(self, plan: Plan) -> EmbeddedFindings:
        """Returns the sections that ``plan`` finds. Raises IndexDamaged."""
        terms = dict(plan.terms)
        variants = [
            RankedVariant(dict(variant.terms), self._matcher.having_forms(variant.forms))
            for variant in plan.variants
        ]
        matched = None if plan.match is None else self._matcher.match(plan.match)
        having = self._terms.having_later(terms) if plan.match is None else self._terms.none
        known = self._known_sections(plan.targets) if plan.targets else {}
        levels = {section: plan.step * target.level for section, target in known.items()}
        certain = {section for section, target in known.items() if target.certain}
        complete = None if plan.complete is None else self._matcher.later(plan.complete)
        found = EmbeddedFindings(
            self.snapshot, terms, variants, matched, having, levels, certain, complete
        )
        return found.of_complete() if plan.only_complete else found

    def explain(self, plan: Plan, section: SectionRef) -> Explanation:
        """Returns the explanation of the score that ``plan`` gives to ``section``."""
        number = self._number(section)

        def has_forms(variant: Variant) -> bool:
            return number in self._matcher.having_forms(variant.forms)

        target = self._known_sections(plan.targets).get(number)
        return explain_section(plan, lambda terms: self._scores(terms, number), has_forms, target)

    def _scores(self, terms: Weights, number: int) -> list[TermScore]:
        """Returns the parts that ``terms`` add to the score of a section, in order of addition."""
        weights = dict(terms)
        parts = (
            (term, self._terms.contribution(term, number, weights[term]))
            for term in self._terms.by_weight(weights)
        )
        return [
            TermScore(*term, one.score, one.tf, one.idf, one.df, one.length, one.average_length)
            for term, one in parts
            if one
        ]

    def _known_sections(self, targets: Sequence[Target]) -> dict[int, Target]:
        """Returns the sections of ``targets``, each with the first target that has it.

        A section that is hidden as a duplicate is replaced by the copy that is searched, if the
        query asks for it.
        """
        sections: dict[int, Target] = {}
        duplicates = self.snapshot.families.duplicate_sections
        for target in reversed(targets):
            numbers = self._numbers(target)
            if duplicates.isdisjoint(numbers):
                sections.update(dict.fromkeys(numbers, target))
                continue
            for number in numbers:
                if number not in duplicates:
                    sections[number] = target
                elif target.certain:
                    copies = self.snapshot.families.copies_of(number)
                    sections.update((copy, target) for copy in copies if copy not in duplicates)
        return sections

    def _numbers(self, target: Target) -> range:
        numbers = self.snapshot.numbering.sections_of(self._index(target.document))
        return numbers[target.places.start : target.places.stop]

    # --- sections -------------------------------------------------------------------------------

    def locate(self, document: str, anchor: str) -> SectionRef:
        """Returns the section ``anchor`` of a document. Raises DocumentNotFound."""
        for place, found in enumerate(self.sections(document)):
            if found.section.anchor == anchor:
                return SectionRef(document, place)
        raise DocumentNotFound(f"no section {document}#{anchor} in the index")

    def show(self, sections: Iterable[SectionRef]) -> list[Shown]:
        """Returns the parts of a hit for each of ``sections``, in order. Raises IndexDamaged."""
        snapshot, families = self.snapshot, self.snapshot.families
        shown: list[Shown] = []
        for section in sections:
            index = self._index(section.document)
            row, number = snapshot.rows[index], snapshot.numbering.firsts[index] + section.place
            copies = self._copies_of(number) if index in families.same_document else ()
            text = EmbeddedText(self._terms, number)
            source, versions = (
                snapshot.manifest.source_of(row.id),
                families.versions.get(row.id, ()),
            )
            shown.append(Shown(row, snapshot.card(number), text, source, copies, versions))
        return shown

    def folded_text(self, section: SectionRef) -> str:
        """Returns the folded text of a section. Raises IndexDamaged."""
        return self._terms.text(self._number(section))

    def evidence(self, sections: Sequence[SectionRef], texts: Sequence[str]) -> list[int]:
        """Returns which of ``texts`` stand in each section, a bit for each. Raises IndexDamaged."""
        return self._terms.evidence([*map(self._number, sections)], texts)

    # --- documents ------------------------------------------------------------------------------

    def documents(self) -> Sequence[DocumentRow]:
        """Returns the facts of every document."""
        return self.snapshot.rows

    def find(self, name: str) -> str:
        """Returns the id of the document ``name``. Raises DocumentNotFound."""
        return self.snapshot.rows[find_document(self.snapshot.numbering, name)].id

    def facts(self, document: str) -> DocumentRow:
        """Returns the facts of the document with this id. Raises DocumentNotFound."""
        return self.snapshot.rows[self._index(document)]

    def document(self, document: str) -> Document:
        """Returns the document with this id. Raises IndexDamaged."""
        return self.snapshot.document(self._index(document))

    def source(self, document: str) -> str:
        """Returns the path of a document's file, or its id if it came from no file."""
        return self.snapshot.manifest.source_of(document)

    def same_document(self, document: str) -> Sequence[str]:
        """Returns the ids of all files with the same document as ``document``, itself included."""
        index = self._index(document)
        return [
            self.snapshot.rows[one].id
            for one in self.snapshot.families.same_document.get(index, (index,))
        ]

    def versions(self, document: str) -> Sequence[str]:
        """Returns the ids of all versions of a document, newest first; empty if it has only one."""
        return self.snapshot.families.versions.get(document, ())

    def all_names(self) -> Names:
        """Returns the names of all documents, complete except for the edition."""
        return self._names.exact

    # --- citations ------------------------------------------------------------------------------

    @cached_property
    def _citations(self) -> Citations:
        from searcher.backends.embedded_citations import Citations  # most searches need none

        return Citations(self.snapshot)

    def resolve(self, citation: Citation, by: str | None = None) -> Resolution | None:
        """Returns the document that a citation in ``by`` refers to; None if the index lacks it."""
        return self._citations.resolve(citation, by)

    def cited_by(self, documents: Iterable[str]) -> list[Citing]:
        """Returns the documents that cite one of ``documents`` and are none of them."""
        return self._citations.cited_by(documents)

    def missing(self) -> Sequence[Missing]:
        """Returns the documents that are cited but not in the index, the most cited first."""
        return self._citations.missing()

    def close(self) -> None:
        """Closes all files."""
        self.snapshot.close()

    # --- numbers --------------------------------------------------------------------------------

    def _index(self, document: str) -> int:
        try:
            return self.snapshot.numbering.by_id[document]
        except KeyError:
            raise DocumentNotFound(f"no document {document!r} in the index") from None

    def _number(self, section: SectionRef) -> int:
        return self.snapshot.numbering.firsts[self._index(section.document)] + section.place

    def _copies_of(self, number: int) -> Sequence[str]:
        """Returns the ids of other files of the same document that repeat a section's text."""
        copies = self.snapshot.families.copies_of(number)
        return [*dict.fromkeys(section_ref(self.snapshot, copy).document for copy in copies)]


class EmbeddedText:
    """The text of a section, unpacked from the index when it is asked for."""

    __slots__ = ("_number", "_terms")

    def __init__(self, terms: Collection, number: int) -> None:
        self._terms = terms
        self._number = number

    def folded(self) -> FoldedText:
        """Returns the text, and its folded form with the offsets in the text.

        Raises IndexDamaged.
        """
        return self._terms.folded(self._number, gaps())

    def excerpt(self, needles: Needles, weights: bytes, width: int) -> SnippetParts | None:
        """Returns the snippet that shows ``needles`` best; None if the text has none of them."""
        return self._terms.excerpt(self._number, gaps(), needles, weights, width)


def _check_analyzer(snapshot: Snapshot) -> None:
    made_with, fingerprint = snapshot.manifest.analyzer, snapshot.analyzer.fingerprint
    if snapshot.rows and made_with != fingerprint:
        raise IndexIncompatible(
            f"the index was made with {made_with}, but this version uses {fingerprint}: "
            "run `policysearch index --rebuild`"
        )
