"""A second backend: documents in memory, searched by trying everything. Slow, small, obvious.

It knows neither duplicates nor versions: every document given to it is searched.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from indexer.documents.citations.find import Citation, find_citations
from indexer.documents.citations.resolve import Catalogue, Missing, NamedDocument, Resolution
from indexer.documents.model import Document, SearchSection
from indexer.documents.regions import regions_of
from indexer.errors import DocumentNotFound
from indexer.storage.index_entry import entry_of
from indexer.storage.records import DocumentRow, cards_of
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.analysis import Analyzer, bigrams, ranked
from indexer.text.folding import fold, strip_blanks
from searcher.backends.backend import By, Citing, Extent, FacetCounts, Scored, Shown, Sort
from searcher.backends.source_text import SourceText
from searcher.ranking.document_filters import is_true_of
from searcher.ranking.document_names import EXACT, names_of, number_keys
from searcher.ranking.explanation import Explanation, TermScore, explain_section
from searcher.ranking.plan import (
    AllOf,
    AllTerms,
    AnyOf,
    AnyTerm,
    Close,
    DatedWithin,
    EverySection,
    FieldHolds,
    InOrder,
    Match,
    OfDocuments,
    Plan,
    SectionRef,
    Target,
    Term,
    WholeDocuments,
    Without,
)
from searcher.ranking.proximity import is_near
from searcher.ranking.second_look import DEPTH, Look
from searcher.ranking.statistics import DocumentFacts, Named, Names

K1, B = 1.2, 0.75
Refs = set[SectionRef]


class MemoryBackend:
    """Documents as a `searcher.backends.backend.Backend`."""

    def __init__(self, documents: Iterable[Document], analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self._documents = {document.id: document for document in documents}
        self._rows: dict[str, DocumentRow] = {}
        self._texts: dict[SectionRef, str] = {}
        self._eighths: dict[SectionRef, Counter[Term]] = {}
        for id, document in self._documents.items():
            entry = entry_of(document, analyzer)
            self._rows[id] = entry.row
            terms = entry.terms
            for place, (text, parts) in enumerate(zip(terms.texts, terms.sections, strict=True)):
                ref = SectionRef(id, place)
                self._texts[ref] = text
                self._eighths[ref] = eighths_of(terms.parts[number] for number in parts)
        self.count = len(self._texts)
        self._frequency = Counter(term for terms in self._eighths.values() for term in terms)
        self._lengths = {
            (field, ref): sum(n for term, n in terms.items() if term[0] == field)
            for ref, terms in self._eighths.items()
            for field in (WORDS, BIGRAMS)
        }
        self._averages = {
            field: sum(self._lengths[field, ref] for ref in self._texts) / (self.count or 1)
            for field in (WORDS, BIGRAMS)
        }
        self._catalogue = Catalogue(
            NamedDocument(row.id, row.title or None, row.doc_number or None, row.date or None)
            for row in self._rows.values()
        )

    # --- statistics

    def frequency(self, term: Term) -> int:
        return self._frequency[term]

    def idf(self, frequency: int) -> float:
        return math.log(1 + (self.count - frequency + 0.5) / (frequency + 0.5))

    def count_with_all(self, terms: tuple[Term, ...]) -> int:
        return len(self.match(AllTerms(terms)))

    def count_holding(self, text: str, _: Sequence[Term]) -> int:
        return len(self.match(InOrder((text,))))

    def expand(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        for (of, text), count in sorted(self._frequency.items()):
            if of == field and text.startswith(prefix):
                yield text, count

    def has_document(self, clause: FieldHolds) -> bool:
        return any(is_true_of(clause, row) for row in self._rows.values())

    def numbered(self, key: str) -> Sequence[DocumentFacts]:
        return [row for row in self._rows.values() if key in number_keys(row.doc_number)]

    def names_in(self, text: str) -> Names:
        names: dict[str, list[Named]] = {}
        for row in self._rows.values():
            for name, rank in names_of(row.title).items():
                if name in text:
                    names.setdefault(name, []).append(Named(row, rank))
        return names

    def all_names(self) -> Names:
        every = self.names_in(
            "\n".join(name for r in self._rows.values() for name in names_of(r.title))
        )
        exact = {name: [one for one in of if one.rank <= EXACT] for name, of in every.items()}
        return {name: named for name, named in exact.items() if named}

    def names_holding(self, texts: Iterable[str]) -> Names:
        wanted = set(texts)
        every = self.all_names()
        return {name: of for name, of in every.items() if any(text in name for text in wanted)}

    def sections(self, document: str) -> Sequence[SearchSection]:
        return [*self._documents[document].search_sections()]

    # --- plans

    def newer(self) -> None:
        return None

    def carry_out(self, plan: Plan) -> MemoryFindings:
        return MemoryFindings(self, plan)

    def explain(self, plan: Plan, section: SectionRef) -> Explanation:
        def has_forms(variant: object) -> bool:
            return section in self.having_forms(variant.forms)  # type: ignore[attr-defined]

        target = first_target(plan, section)
        return explain_section(plan, lambda terms: self.scores(terms, section), has_forms, target)

    def scores(self, terms: Iterable[tuple[Term, float]], section: SectionRef) -> list[TermScore]:
        found = []
        order = sorted(
            terms, key=lambda one: -self.idf(self._frequency[one[0]]) * one[1] * (K1 + 1)
        )
        for term, weight in order:
            tf = self._eighths[section][term] / 8
            if tf:
                df, field = self._frequency[term], term[0]
                idf = self.idf(df) * weight
                length, average = self._lengths[field, section], self._averages[field]
                norm = K1 * (1.0 - B) + K1 * B / average * length
                score = idf * (K1 + 1) * (tf / (tf + norm))
                found.append(TermScore(*term, score, tf, idf, df, length / 8, average / 8))
        return found

    def having_forms(self, forms: Sequence[tuple[Term, ...]]) -> Refs:
        return self.match(AllOf(tuple(map(AllTerms, forms))))

    def match(self, node: Match) -> Refs:
        """The sections that ``node`` matches, as the nodes describe themselves."""
        match node:
            case AnyTerm(terms):
                return self._where(lambda ref: any(term in self._eighths[ref] for term in terms))
            case AllTerms(terms):
                return self._where(lambda ref: all(term in self._eighths[ref] for term in terms))
            case InOrder(texts):
                return self._where(lambda ref: _in_order(self.folded_text(ref), texts))
            case Close(items, distance):
                return self._where(lambda ref: is_near(self.folded_text(ref), items, distance))
            case FieldHolds() | DatedWithin() | OfDocuments():
                return self._where(lambda ref: is_true_of(node, self._rows[ref.document]))
            case EverySection():
                return set(self._texts)
            case WholeDocuments(part):
                documents = {ref.document for ref in self.match(part)}
                return self._where(lambda ref: ref.document in documents)
            case AllOf(parts):
                return reduce(Refs.__and__, map(self.match, parts))
            case AnyOf(parts):
                return reduce(Refs.__or__, map(self.match, parts))
            case Without(part, excluded):
                return reduce(Refs.__sub__, map(self.match, excluded), self.match(part))

    def _where(self, test: Callable[[SectionRef], bool]) -> Refs:
        return {ref for ref in self._texts if test(ref)}

    # --- sections and documents

    def locate(self, document: str, anchor: str) -> SectionRef:
        for place, found in enumerate(self.sections(document)):
            if found.section.anchor == anchor:
                return SectionRef(document, place)
        raise DocumentNotFound(f"no section {document}#{anchor} in the index")

    def show(self, sections: Iterable[SectionRef]) -> list[Shown]:
        return [
            Shown(
                self._rows[ref.document],
                [*cards_of(self._documents[ref.document])][ref.place],
                SourceText(self._texts[ref]),
                ref.document,
                (),
                (),
            )
            for ref in sections
        ]

    def folded_text(self, section: SectionRef) -> str:
        return strip_blanks(fold(self._texts[section]))

    def evidence(self, sections: Sequence[SectionRef], texts: Sequence[str]) -> list[int]:
        held = map(self.folded_text, sections)
        return [sum((text in one) << bit for bit, text in enumerate(texts)) for one in held]

    def documents(self) -> Sequence[DocumentRow]:
        return [*self._rows.values()]

    def find(self, name: str) -> str:
        if name not in self._rows:
            raise DocumentNotFound(f"no document {name!r} in the index")
        return name

    def facts(self, document: str) -> DocumentRow:
        return self._rows[document]

    def document(self, document: str) -> Document:
        return self._documents[document]

    def source(self, document: str) -> str:
        return document

    def same_document(self, document: str) -> Sequence[str]:
        return [document]

    def versions(self, _: str) -> Sequence[str]:
        return ()

    def resolve(self, citation: Citation, by: str | None = None) -> Resolution | None:
        return self._catalogue.resolve(citation, by)

    def cited_by(self, documents: Iterable[str]) -> list[Citing]:
        wanted, found = set(documents), []
        for id, document in self._documents.items():
            cited = (self.resolve(one) for one in find_citations(document.text))
            times = sum(1 for one in cited if one and one.id in wanted)
            if times and id not in wanted:
                found.append(Citing(self._rows[id], times))
        return found

    def missing(self) -> Sequence[Missing]:
        every = (one for of in self._documents.values() for one in find_citations(of.text))
        return self._catalogue.missing(every)

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class MemoryFindings:
    """The findings of a plan, all made anew whenever they are asked for."""

    backend: MemoryBackend
    plan: Plan

    def _matched(self) -> Refs:
        found, plan = self._all_matched(), self.plan
        return self._complete(found) if plan.only_complete else found

    def _complete(self, matched: Refs) -> Refs:
        if self.plan.complete is None:
            return matched
        return (self.backend.match(self.plan.complete) | self._certain()) & matched

    def _certain(self) -> Refs:
        plan = self.plan
        certain = {
            SectionRef(target.document, place)
            for target in plan.targets
            if target.certain
            for place in target.places
        }
        return {ref for ref in certain if (one := first_target(plan, ref)) and one.certain}

    def _all_matched(self) -> Refs:
        plan, match = self.plan, self.backend.match
        if plan.match is not None:
            return match(plan.match)
        first = self._certain()
        ranked_by_forms = (self.backend.having_forms(one.forms) for one in plan.variants)
        return match(AnyTerm(tuple(term for term, _ in plan.terms))).union(first, *ranked_by_forms)

    def _all(self, sort: Sort) -> list[Scored]:
        explain = self.backend.explain
        hits = [Scored(ref, explain(self.plan, ref).score) for ref in self._matched()]
        hits.sort(key=lambda hit: (-hit.score, hit.section))
        if sort != "relevance":
            dates = {
                row.id: int(row.date.replace("-", "") or 0) for row in self.backend.documents()
            }
            sign = -1 if sort == "newest" else 1
            of = lambda hit: dates[hit.section.document]  # noqa: E731
            hits.sort(key=lambda hit: (not of(hit), sign * of(hit)))
        return hits

    def top(self, count: int, sort: Sort = "relevance") -> list[Scored]:
        return self._all(sort)[:count]

    def looked_at(self, count: int, look: Look) -> list[Scored]:
        every = self.top(max(count, DEPTH))
        again = [
            Scored(hit.section, hit.score + look.added(bits))
            for hit in every[:DEPTH]
            for bits in self.backend.evidence([hit.section], look.texts)
        ]
        again.sort(key=lambda hit: (-hit.score, hit.section))
        return [*again, *every[DEPTH:]][:count]

    def documents(self, offset: int, limit: int, sort: Sort = "relevance") -> list[list[Scored]]:
        groups: dict[str, list[Scored]] = {hit.section.document: [] for hit in self._all(sort)}
        for hit in self._all("relevance"):
            groups[hit.section.document].append(hit)
        return [*groups.values()][offset : offset + limit]

    def sections(self) -> list[SectionRef]:
        return sorted(self._matched())

    def count(self, by: By = "section", extent: Extent = "some") -> int:
        matched = self._of_extent(extent)
        return len({ref.document for ref in matched} if by == "document" else matched)

    def _of_extent(self, extent: Extent) -> Refs:
        return self._complete(self._matched()) if extent == "all" else self._matched()

    def facets(self, by: By = "section", extent: Extent = "some") -> FacetCounts:
        def values(name: str, row: DocumentRow) -> Iterable[str]:
            match name:
                case "issuer":
                    return dict.fromkeys(row.issuers)
                case "doc_type":
                    return (row.doc_type,)
                case "year":
                    return (row.date[:4],)
            return regions_of(row.title, row.issuers)

        def counted(name: str) -> Iterable[tuple[str, int]]:
            documents = [ref.document for ref in self._of_extent(extent)]
            every = set(documents) if by == "document" else documents
            counts = Counter(v for id in every for v in values(name, self.backend.facts(id)) if v)
            return counts.items()

        names = ("issuer", "doc_type", "year", "region")
        return {name: lambda name=name: counted(name) for name in names}  # type: ignore[misc]


def first_target(plan: Plan, section: SectionRef) -> Target | None:
    """The first target that has a section."""
    for target in plan.targets:
        if target.document == section.document and section.place in target.places:
            return target
    return None


def eighths_of(parts: Iterable[tuple[str, str, int]]) -> Counter[Term]:
    """Returns how often a section has each term, in eighths, weighted by the parts it stands in."""
    counts: Counter[Term] = Counter()
    for words, text, eighths in parts:
        for word in filter(None, words.split("\0")):
            counts[WORDS, word] += eighths
        for pair in ranked(bigrams(text)):
            counts[BIGRAMS, pair] += eighths
    return counts


def _in_order(text: str, texts: Sequence[str]) -> bool:
    end = 0
    for one in texts:
        start = text.find(one, end) if one else -1
        if start < 0:
            return False
        end = start + len(one)
    return True
