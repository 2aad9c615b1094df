"""One state of an index, shared by searches in all threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from searcher.backends.backend import Backend, Scored, Shown
from searcher.backends.source_text import SourceText
from searcher.query.nodes import Node, Words
from searcher.ranking.plan import Plan, SectionRef, Sought
from searcher.ranking.planner import Planner
from searcher.ranking.synonyms import Synonyms
from searcher.results.excerpts import Excerpt, Excerpter
from searcher.results.model import Context, ContextField, Hit, RelatedDocument

if TYPE_CHECKING:
    from searcher.suggestions.completion import Suggester
    from searcher.suggestions.did_you_mean import DidYouMean


class IndexView:
    """A backend, and the objects made from it once for all searches. It never changes.

    ``users`` counts the searches under way; the `Searcher`, who closes the backend, maintains it.
    """

    def __init__(self, backend: Backend, synonyms: Synonyms) -> None:
        self.backend = backend
        self.users = 0
        self._planner = Planner(backend, backend.analyzer, synonyms)
        self._related_versions = cache(self._related)  # the same for every hit of a law's versions

    @cached_property
    def did_you_mean(self) -> DidYouMean:
        """The finder of corrections for misspelt queries."""
        from searcher.suggestions.did_you_mean import DidYouMean
        from searcher.suggestions.fuzzy_titles import FuzzyTitles

        dictionary = self.backend.analyzer.dictionary
        return DidYouMean(self.backend, dictionary, FuzzyTitles(self.backend.names_holding))

    @cached_property
    def suggester(self) -> Suggester:
        """The finder of completions for a prefix."""
        from searcher.suggestions.completion import Suggester

        return Suggester(self.backend)

    def plan(self, query: str, node: Node) -> Plan:
        """Returns the plan of a query.

        Raises QueryError for a prefix that too many words begin with.
        """
        return self._planner.plan(query, node)

    def sought(self, words: str) -> Sought:
        """Returns the texts that excerpts look for to show ``words``."""
        return self._planner.sought(Words(words))

    def hits(self, found: Iterable[Scored], sought: Sought) -> tuple[Hit, ...]:
        """Returns sections as hits, with excerpts that show ``sought``. Raises IndexDamaged."""
        scored, excerpter = list(found), Excerpter(sought)
        shown = self.backend.show(section for section, _ in scored)
        hits: list[Hit] = []
        for one, (section, score) in zip(shown, scored, strict=True):
            excerpt = excerpter.excerpt(one.text)
            has_marks = excerpt.snippet.highlights or not sought.seeks
            context = None if has_marks else self._context(one, section, excerpter)
            hits.append(self.hit(one, score, excerpt, context))
        return tuple(hits)

    def _context(self, shown: Shown, section: SectionRef, excerpter: Excerpter) -> Context | None:
        """Returns where what is sought stands, if not in the text of a section; None if nowhere."""
        document, fields = shown.document, dict[ContextField, str]()
        fields["heading"] = " / ".join(shown.card.headings)
        fields["title"] = document.title
        fields["number"] = document.doc_number
        fields["issuer"] = "、".join(document.issuers)
        for field, text in fields.items():
            snippet = excerpter.excerpt(SourceText(text)).snippet
            if snippet.highlights:
                return Context(field, snippet)
        if not section.place:
            return None
        (opening,) = self.backend.show([SectionRef(section.document, 0)])
        snippet = excerpter.excerpt(opening.text).snippet
        return Context("opening", snippet) if snippet.highlights else None

    def hit(
        self, shown: Shown, score: float, excerpt: Excerpt, context: Context | None = None
    ) -> Hit:
        """Returns a section as a hit with an excerpt, and the context if that has no marks."""
        document, card, _, source, copies, versions = shown
        return Hit(
            document=document.id,
            anchor=card.anchor,
            path=card.path,
            heading=card.heading,
            headings=card.headings,
            title=document.title,
            doc_number=document.doc_number,
            issuers=document.issuers,
            date=document.date,
            doc_type=document.doc_type,
            score=score,
            source=source,
            line=card.line + excerpt.lines,
            span=card.span,
            snippet=excerpt.snippet,
            repeats=card.repeats,
            repeat_lines=card.repeat_lines,
            copies=self._related(copies) if copies else (),
            versions=self._related_versions(tuple(versions)) if versions else (),
            context=context,
        )

    def _related(self, ids: Sequence[str]) -> tuple[RelatedDocument, ...]:
        documents = map(self.backend.facts, ids)
        return tuple(
            RelatedDocument(one.id, one.title, one.date, self.backend.source(one.id))
            for one in documents
        )
