"""A plan: everything that a query asks of a backend, independent of how a backend stores its texts.

A `Plan` is made once for a query by `searcher.ranking.planner` and carried out by a backend
(`searcher.backends.backend`). It holds plain values only: it can be printed, compared, pickled and
sent elsewhere. It has five parts:

- the terms that rank, with their weights, and the `Variant`\\ s of the query, which rank sections
  that use a synonym (``terms``, ``variants``);
- the tree that says which sections match (``match``), made of the nodes in this module;
- the documents and articles that the query names (``targets``, ``step``);
- the words that the second look wants in the text of a section (``evidence``);
- the texts that an excerpt looks for in a section (``sought``).

All texts in a plan are folded and without blanks (`indexer.text.folding`), except for ``name`` and
``names``, which are shown to people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from searcher.query.notices import Notice

Term = tuple[str, str]  # field, text


class SectionRef(NamedTuple):
    """Names a section by the id of its document and its place among its sections, from 0.

    References sort in the order in which sections with equal scores are listed.
    """

    document: str
    place: int


# Terms that rank, each with its weight: a factor of its inverse document frequency.
Weights = tuple[tuple[Term, float], ...]


# --- which sections match -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnyTerm:
    """Matches the sections that have at least one of ``terms``; without terms, no section."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class AllTerms:
    """Matches the sections that have every one of ``terms``, of which there is at least one."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class InOrder:
    """Matches the sections in whose text ``texts`` stand one after the other.

    A phrase is one text. An empty text stands nowhere.
    """

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Matches the sections in whose text every item has an alternative close to the others'.

    At most ``distance`` characters lie between them (`searcher.ranking.proximity`).
    """

    items: tuple[tuple[str, ...], ...]
    distance: int


@dataclass(frozen=True, slots=True)
class FieldHolds:
    """Matches all sections of the documents with ``text`` in a field, or at its beginning.

    ``field`` is title, number, issuer, type or region (`searcher.ranking.document_filters`).
    ``exactly``: the text must be the whole of a value.
    """

    field: str
    text: str
    at_start: bool = False
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class DatedWithin:
    """Matches all sections of the documents dated ``first`` to ``last``, both included.

    Days are numbers YYYYMMDD. A document without a date does not match.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class OfDocuments:
    """Matches all sections of the documents with one of ``ids``."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class EverySection:
    """Matches every section."""


@dataclass(frozen=True, slots=True)
class WholeDocuments:
    """Matches all sections of the documents of which at least one section matches ``part``.

    A section that was left out as a duplicate counts for its document all the same.
    """

    part: Match


@dataclass(frozen=True, slots=True)
class AllOf:
    """Matches the sections that every one of ``parts`` matches; there is at least one part."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Matches the sections that at least one of ``parts`` matches; there is at least one part."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Matches the sections that ``part`` matches and none of ``excluded`` does."""

    part: Match
    excluded: tuple[Match, ...]


DocumentMatch = FieldHolds | DatedWithin | OfDocuments
Match = (
    AnyTerm
    | AllTerms
    | InOrder
    | Close
    | FieldHolds
    | DatedWithin
    | OfDocuments
    | EverySection
    | WholeDocuments
    | AllOf
    | AnyOf
    | Without
)
NOTHING = AnyTerm(())


# --- what ranks and what is shown ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    """The query with some of its forms replaced by synonyms.

    A variant ranks the sections that have all terms of each of ``forms``, by ``terms``. ``names``
    has the text by which an explanation shows a term that stands for a whole form.
    """

    terms: Weights
    forms: tuple[tuple[Term, ...], ...]
    names: tuple[tuple[Term, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """The sections that the query names: the ``places`` of a document, from 0.

    Sections with a higher ``level`` (from 1) come first: each level adds `Plan.step` to the score.
    A ``certain`` target matches, whichever words its sections have; the sections of another target
    are preferred only if they match. ``name`` shows what was recognised.
    """

    document: str
    places: range
    level: int
    certain: bool
    name: str


@dataclass(frozen=True, slots=True)
class Sought:
    """The texts that an excerpt looks for in a section.

    First ``words``, ``phrases``, ``near`` and ``quantities`` are looked for; if the section has
    none of them, the character pairs of ``loose`` are. ``quantities`` are terms of
    `indexer.text.quantities`, looked for in every form that a text may have them in. ``weights``
    has a number for each of ``words``, ``phrases``, the alternatives of ``near`` and
    ``quantities``, in this order: the rarer a text, the higher.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    near: tuple[Close, ...] = ()
    weights: tuple[float, ...] = ()
    loose: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()

    @property
    def seeks(self) -> bool:
        """True if anything is looked for: a query of facts and prohibitions seeks nothing."""
        return bool(self.words or self.phrases or self.near or self.loose)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word of the query, as the second look wants it in the text of a section itself.

    The section has it where one of ``texts`` stands in its folded text: the word, or what says the
    same. ``weight`` is the share of the word in what the query asks for; all shares add up to 1.
    """

    texts: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a query asks of a backend.

    Where ``match`` is None, the sections match that have one of ``terms``, are ranked by one of
    ``variants`` or are in a certain target. The score of a section is that of the best of the
    terms and the variants, plus ``step`` for each level of the first of ``targets`` that has it.
    ``notices`` are for people to read; no backend looks at them.

    Of the sections that match, those are complete that have all that is asked for: the ones that
    ``complete`` matches too, and those of certain targets; all are where it is None. With
    ``only_complete`` no others match.

    To this a search by relevance adds, for the first sections only, at most ``look``
    (`searcher.ranking.second_look`): the whole of it where all of ``evidence`` stands.
    """

    terms: Weights
    variants: tuple[Variant, ...] = ()
    match: Match | None = None
    targets: tuple[Target, ...] = ()
    step: float = 0.0
    sought: Sought = Sought()
    notices: tuple[Notice, ...] = ()
    complete: Match | None = None
    only_complete: bool = False
    evidence: tuple[Evidence, ...] = ()
    look: float = 0.0
