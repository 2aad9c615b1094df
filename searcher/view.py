"""One generation of an index as searches share it, whichever threads they run in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import TYPE_CHECKING

from indexer.errors import IndexIncompatible
from indexer.storage.snapshot import Snapshot
from searcher.query.parser import Node
from searcher.ranking.ranker import Ranker
from searcher.ranking.synonyms import Synonyms
from searcher.results.excerpts import Excerpt, Excerpter
from searcher.results.model import Hit, RelatedDocument

if TYPE_CHECKING:
    from searcher.lookups.citations import Relations
    from searcher.suggestions.completion import Suggester
    from searcher.suggestions.did_you_mean import DidYouMean


class IndexView:
    """A snapshot, and what is made of it once for all searches. Nothing of it changes.

    ``users`` counts the searches under way: it is the `Searcher`'s, who closes the snapshot.
    """

    def __init__(self, snapshot: Snapshot, synonyms: Synonyms) -> None:
        """Closes the snapshot if it cannot be searched. Raises IndexIncompatible, IndexDamaged."""
        self.snapshot = snapshot
        self.users = 0
        self._synonyms = synonyms
        self._versions = cache(self._places_of)  # the same for every hit of a law's versions
        try:
            _check_analyzer(snapshot)
            self.ranker = Ranker(snapshot, synonyms)
        except BaseException:
            snapshot.close()
            raise

    @cached_property
    def meant(self) -> DidYouMean:
        """What queries may be misspellings of."""
        from searcher.suggestions.did_you_mean import DidYouMean
        from searcher.suggestions.fuzzy_titles import FuzzyTitles

        terms, dictionary = self.snapshot.terms, self.snapshot.analyzer.dictionary
        return DidYouMean(terms, dictionary, FuzzyTitles(self.ranker.known.names_holding))

    @cached_property
    def suggester(self) -> Suggester:
        """What completes a prefix."""
        from searcher.suggestions.completion import Suggester

        return Suggester(self.snapshot, self.ranker.known.names)

    @cached_property
    def relations(self) -> Relations:
        """Who cites whom."""
        from searcher.lookups.citations import Relations  # a search does without

        return Relations(self.snapshot)

    def excerpter(self, query: Node) -> Excerpter:
        """What makes the excerpts of a query's hits."""
        snapshot, idf = self.snapshot, self.ranker.idf
        return Excerpter(query, snapshot.terms, snapshot.analyzer, idf, self._synonyms)

    def hit(self, number: int, score: float, show: Callable[[int], Excerpt]) -> Hit:
        """A section as a hit, with the excerpt that ``show`` gives of it. Raises IndexDamaged."""
        snapshot = self.snapshot
        index = snapshot.numbering.document_of(number)
        row, passage = snapshot.rows[index], snapshot.card(number)
        copies = (
            snapshot.families.copies_of(number) if index in snapshot.families.same_document else ()
        )
        versions = snapshot.families.versions.get(row.id, ())
        excerpt = show(number)
        return Hit(
            document=row.id,
            anchor=passage.anchor,
            path=passage.path,
            heading=passage.heading,
            headings=passage.headings,
            title=row.title,
            doc_number=row.doc_number,
            issuers=row.issuers,
            date=row.date,
            doc_type=row.doc_type,
            score=score,
            source=snapshot.manifest.source_of(row.id),
            line=passage.line + excerpt.lines,
            span=passage.span,
            snippet=excerpt.snippet,
            repeats=passage.repeats,
            repeat_lines=passage.repeat_lines,
            copies=self._places(map(snapshot.numbering.document_of, copies)) if copies else (),
            versions=self._versions(versions) if versions else (),
        )

    def _places_of(self, ids: tuple[str, ...]) -> tuple[RelatedDocument, ...]:
        return self._places(map(self.snapshot.numbering.by_id.__getitem__, ids))

    def _places(self, indices: Iterable[int]) -> tuple[RelatedDocument, ...]:
        rows = (self.snapshot.rows[index] for index in dict.fromkeys(indices))
        return tuple(
            RelatedDocument(row.id, row.title, row.date, self.snapshot.manifest.source_of(row.id))
            for row in rows
        )


def _check_analyzer(snapshot: Snapshot) -> None:
    made_with, fingerprint = snapshot.manifest.analyzer, snapshot.analyzer.fingerprint
    if snapshot.rows and made_with != fingerprint:
        raise IndexIncompatible(
            f"the index was made with {made_with}, this is {fingerprint}: "
            "run `policysearch index --rebuild`"
        )
