"""The results of a search, the same for Python, the command line and JSON.

All are immutable and can be compared, copied and pickled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

from indexer.documents.model import Span
from searcher.query.notices import Notice as Notice
from searcher.ranking.explanation import Explanation as Explanation
from searcher.ranking.explanation import TermScore as TermScore
from searcher.results.snippet import Snippet

if TYPE_CHECKING:
    from searcher.results.json_shapes import HitJson, ResultsJson

By = Literal["section", "document"]
ContextField = Literal["heading", "title", "number", "issuer", "opening"]


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of a facet, and the number of matches that have it."""

    value: str
    count: int


class Facets(Mapping[str, tuple[Facet, ...]]):
    """The facets of all matches by name, each with its most frequent value first.

    A facet is counted when it is first asked for, and the counts are kept. Facets are equal if all
    their counts are. Pickling and deep copying count all facets and keep the counts.
    """

    def __init__(self, counts: Mapping[str, Callable[[], Iterable[tuple[str, int]]]]) -> None:
        """``counts`` has, by the name of a facet, a function that yields values and counts."""
        self._counts = counts
        self._counted: dict[str, tuple[Facet, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Facet, ...]:
        if name not in self._counted:
            ordered = sorted(self._counts[name](), key=lambda item: (-item[1], item[0]))
            self._counted[name] = tuple(Facet(value, count) for value, count in ordered)
        return self._counted[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def __repr__(self) -> str:
        return f"Facets({dict(self)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _counted_facets, (dict(self),)


def _counted_facets(counted: Mapping[str, tuple[Facet, ...]]) -> Facets:
    """Returns facets with known counts; pickles refer to this function by name."""
    values = {name: [(one.value, one.count) for one in all] for name, all in counted.items()}
    return Facets({name: partial(iter, pairs) for name, pairs in values.items()})


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """Another document that belongs to a hit: a copy of its document, or another version.

    ``document`` is its id and ``source`` its file. ``title`` and ``date`` (ISO 8601) are "" if the
    document does not state them.
    """

    document: str
    title: str
    date: str
    source: str


@dataclass(frozen=True, slots=True)
class Context:
    """The place where the query stands if not in the text of the hit itself.

    ``snippet`` marks it in the ``field``: "heading" (the headings over the section), "title",
    "number" or "issuer" of the document, or its "opening", which is the first section.
    """

    field: ContextField
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that answers a query, with the facts that a reader needs to judge and find it.

    ``document`` and ``anchor`` name the section (``policysearch show DOCUMENT#ANCHOR``). ``path``
    has the labels from the root in normal form, ``headings`` the headings on this path that are not
    empty, and ``heading`` the section's own. ``source`` is the file, ``line`` (from 1) the line of
    the snippet's first highlight, and ``span`` the characters of the whole section.

    ``repeats`` are other places of the file with the same text, which begin on ``repeat_lines``.
    ``copies`` are other files of the same document that have this section. ``versions`` are all
    versions of the law that the document belongs to, newest first; empty if it is the only one.
    ``date`` is ISO 8601. A fact that the document does not state is "" or empty.
    Where nothing of the query stands in the section's own text, its snippet has no highlight and
    ``context`` says what else of it made it a hit.
    """

    document: str
    anchor: str
    path: tuple[str, ...]
    heading: str
    headings: tuple[str, ...]
    title: str
    doc_number: str
    issuers: tuple[str, ...]
    date: str
    doc_type: str
    score: float
    source: str
    line: int
    span: Span
    snippet: Snippet
    repeats: tuple[Span, ...]
    repeat_lines: tuple[int, ...]
    copies: tuple[RelatedDocument, ...] = ()
    versions: tuple[RelatedDocument, ...] = ()
    context: Context | None = None

    def to_dict(self) -> HitJson:
        """Returns the hit as plain values, in the form that ``search --json`` prints."""
        from searcher.results.as_json import hit_json

        return hit_json(self)


class Matches:
    """All matches of a query: their numbers and their facets, counted when they are looked at.

    Pickling and deep copying count them and keep the counts. Matches are equal if all counts are.
    """

    def __init__(
        self,
        count: Callable[[], int],
        facets: Mapping[str, tuple[Facet, ...]] | None = None,
        found: Callable[[], int] | None = None,
    ) -> None:
        """Takes functions for `total` and `found`, each called once, when it is first looked at.

        Without ``found`` all matches are complete.
        """
        self._count = count
        self._found = found or count
        self.facets: Mapping[str, tuple[Facet, ...]] = {} if facets is None else facets

    @cached_property
    def total(self) -> int:
        """The number of matches that have all that is asked for. Raises IndexDamaged."""
        return self._count()

    @cached_property
    def found(self) -> int:
        """The number of all matches. Raises IndexDamaged."""
        return self._found()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matches):
            return NotImplemented
        mine, its = (self.total, self.found), (other.total, other.found)
        return mine == its and self.facets == other.facets

    def __hash__(self) -> int:
        return hash(self.total)

    def __reduce__(self) -> tuple[Any, ...]:
        return _counted_matches, (self.total, self.facets, self.found)


def _counted_matches(
    total: int, facets: Mapping[str, tuple[Facet, ...]], found: int | None = None
) -> Matches:
    """Returns matches whose numbers are known; pickles name this function."""
    return Matches(lambda: total, facets, lambda: total if found is None else found)


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. ``hits`` are best first (or by date), starting at ``offset`` (from 0).

    ``total`` is the number of the sections that have all that is asked for: every word, or another
    form of it. ``partial`` is the number of those that have some of it, which are ranked among the
    hits too; ``found`` counts both. ``facets`` counts the former (the latter if there are none) by
    ``issuer``, ``doc_type``, ``year`` and ``region``, the most frequent value first. Where ``by``
    is "document", all count documents, ``hits`` are the best sections of each document, and
    ``matching`` has the number of matching sections of each by its id. ``took`` is in seconds.
    ``suggestions`` are queries that this one may be a misspelling of, the likeliest first, three at
    most; the query was searched as it stands. ``notices`` say what should be known beside the hits:
    which names were recognised or are not held, which words occur nowhere, what was read as text.

    Hits are found without counting all matches: numbers and ``facets`` are counted when they are
    first looked at, in the state of the index that was searched, even if the searcher has moved
    on or is closed. They raise IndexDamaged if the index turns out to be damaged.

    Results can be pickled and deeply copied, which counts all these. Two are equal
    if all but ``took`` is equal. The hash leaves out what would have to be counted.
    """

    query: str
    took: float = field(compare=False)
    offset: int
    hits: tuple[Hit, ...]
    matches: Matches = field(repr=False, hash=False)
    by: By = "section"
    matching: Mapping[str, int] = field(default_factory=dict, hash=False)
    suggestions: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def total(self) -> int:
        """The number of sections, or documents, with all that is asked for. Raises IndexDamaged."""
        return self.matches.total

    @property
    def found(self) -> int:
        """The number of all matching sections, or documents. Raises IndexDamaged."""
        return self.matches.found

    @property
    def partial(self) -> int:
        """The number of those that have only some of what is asked for. Raises IndexDamaged."""
        return self.matches.found - self.matches.total

    @property
    def facets(self) -> Mapping[str, tuple[Facet, ...]]:
        """The values that complete matches have, by facet, with how many have each.

        Where no match is complete, all matches count.
        """
        return self.matches.facets

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def by_document(self) -> list[tuple[Hit, ...]]:
        """Returns the hits grouped by document, documents in the order of their first hits.

        The versions of one law are together, newest first, in the place of the first of them.
        """
        families: dict[str, dict[str, list[Hit]]] = {}
        for hit in self.hits:
            newest = hit.versions[0].document if hit.versions else hit.document
            families.setdefault(newest, {}).setdefault(hit.document, []).append(hit)
        return [
            tuple(group)
            for family in families.values()
            for group in sorted(family.values(), key=lambda group: group[0].date, reverse=True)
        ]

    def to_dict(self) -> ResultsJson:
        """Returns the results as plain values, in the form that ``search --json`` prints.

        Counts all matches and ``facets``. Raises IndexDamaged.
        """
        from searcher.results.as_json import results_json

        return results_json(self)

    def _repr_html_(self) -> str:
        """Returns the results as HTML for a notebook."""
        from html import escape

        items = "".join(_hit_html(hit) for hit in self.hits)
        some = f"，另有 {self.partial} 条部分符合" if self.partial else ""
        summary = f"{escape(self.query)} · {self.total} 条结果{some} · {self.took * 1000:.0f} ms"
        for notice in self.notices:
            summary += f"<br>{escape(notice.text)}"
        if self.suggestions:
            summary += f"<br>您要找的是不是：{escape('、'.join(self.suggestions))}"
        return f"<div class='policysearch'><p>{summary}</p><ol>{items}</ol></div>"


def _hit_html(hit: Hit) -> str:
    from html import escape

    about = " · ".join(filter(None, (hit.doc_number, "、".join(hit.issuers), hit.date)))
    where = " / ".join(filter(None, ("/".join(hit.path), *hit.headings[-1:])))
    return (
        f"<li><b>{escape(hit.title)}</b> <small>{escape(about)}</small><br>"
        f"<small>{escape(where)}</small><br>{hit.snippet.html()}</li>"
    )
