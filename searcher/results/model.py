"""What a search gives back: one shape for Python, the command line and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from indexer.documents.model import Span
from searcher.results.snippet import Snippet

By = Literal["section", "document"]


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that hits have, and how many have it."""

    value: str
    count: int


class Facets(Mapping[str, tuple[Facet, ...]]):
    """The facets of all matches by their names, each with the most frequent value first.

    One is counted when it is asked for: ``counts`` gives its values and how many have each.
    """

    def __init__(self, counts: Mapping[str, Callable[[], Iterable[tuple[str, int]]]]) -> None:
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


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """Another document that has to do with a hit."""

    document: str
    title: str
    date: str
    source: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that answers, with what a reader needs to judge and to find it.

    ``document`` and ``anchor`` name it (``policysearch show DOCUMENT#ANCHOR``); ``path`` holds the
    labels from the root in normal form, ``headings`` those headings along it
    that are not empty, ``heading`` the section's own. ``source`` is the
    file, ``line`` (from 1) where the snippet's first highlight stands in it, ``span`` the
    characters of the whole section, ``repeats`` other places of the file with the same text, which
    begin on ``repeat_lines``.
    ``copies`` are other files with this section of the same document, ``versions`` all versions of
    the law it belongs to, newest first, if there are others.
    ``date`` is ISO 8601; what the document does not state is "" or empty.
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

    def to_dict(self) -> dict[str, Any]:
        """The hit as plain values, as ``search --json`` prints it."""
        return {
            "document": self.document,
            "anchor": self.anchor,
            "path": list(self.path),
            "heading": self.heading,
            "title": self.title,
            "doc_number": self.doc_number or None,
            "issuers": list(self.issuers),
            "date": self.date or None,
            "doc_type": self.doc_type or None,
            "score": self.score,
            "source": self.source,
            "line": self.line,
            "span": list(self.span),
            "snippet": {
                "text": self.snippet.text,
                "highlights": [list(span) for span in self.snippet.highlights],
            },
            "repeats": [list(span) for span in self.repeats],
            "copies": [asdict(place) for place in self.copies],
            "versions": [asdict(place) for place in self.versions],
        }


@dataclass(frozen=True)
class Matches:
    """All matches of a query, counted when that is asked for; then the count is kept."""

    count: Callable[[], int] = field(repr=False)
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """How many there are."""
        return self.count()


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. ``hits`` are best first (or by date), from ``offset`` on.

    ``total`` counts all matching sections, ``took`` is in seconds. ``facets`` counts the sections
    of all matches by ``issuer``, ``doc_type``, ``year`` and ``region``, most first. Where ``by`` is
    "document", both count documents, the hits are the best sections of each, and ``matching`` says
    how many sections match by the id of their document. ``suggestions`` are queries that this one,
    which was searched as it stands, may be a misspelling of: the likeliest first, three at most.

    The best are found without counting all: ``total`` and ``facets`` are counted when they are
    first looked at, of the state of the index that was searched, even if the searcher has moved
    on or is closed. They raise IndexDamaged where that is.
    """

    query: str
    took: float
    offset: int
    hits: tuple[Hit, ...]
    matches: Matches = field(repr=False)
    by: By = "section"
    matching: Mapping[str, int] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many sections match, or documents."""
        return self.matches.total

    @property
    def facets(self) -> Mapping[str, tuple[Facet, ...]]:
        """What the matches have, and how many have it."""
        return self.matches.facets

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def by_document(self) -> list[tuple[Hit, ...]]:
        """The hits grouped by document, documents in the order of their first hits.

        The versions of one law stand together where its first one would, newest first.
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

    def to_dict(self) -> dict[str, Any]:
        """The results as plain values, as ``search --json`` prints them."""
        return {
            "query": self.query,
            "total": self.total,
            "took_ms": round(self.took * 1000, 3),
            "by": self.by,
            "matching": dict(self.matching),
            "suggestions": list(self.suggestions),
            "hits": [hit.to_dict() for hit in self.hits],
            "facets": {
                name: [{"value": facet.value, "count": facet.count} for facet in facets]
                for name, facets in self.facets.items()
            },
        }

    def _repr_html_(self) -> str:
        """The results as a notebook shows them."""
        from html import escape  # a search does without

        items = "".join(_hit_html(hit) for hit in self.hits)
        summary = f"{escape(self.query)} · {self.total} 条结果 · {self.took * 1000:.0f} ms"
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


@dataclass(frozen=True, slots=True)
class TermScore:
    """What one term adds to a score, and what that is computed from (`searcher.ranking.ranker`).

    ``field`` is "words" or "bigrams"; ``frequency`` is weighted by where the term stands;
    ``document_frequency`` counts the sections that have it; ``idf`` includes the weight the term
    has in the query. Where ``field`` is "known", ``term`` is what the query names, which adds
    ``frequency`` times ``idf``; where it is "synonym", ``term`` is the form that stands there, and
    what it stands for: 最低生活保障 = 低保.
    """

    field: str
    term: str
    score: float
    frequency: float
    idf: float
    document_frequency: int
    length: float
    average_length: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score and the parts it is the sum of, added in order."""

    score: float
    terms: tuple[TermScore, ...]

    def __str__(self) -> str:
        lines = (
            f"  {t.score:8.4f}  {t.term}  ({t.field}, tf {t.frequency:g}, "
            f"in {t.document_frequency} sections, idf {t.idf:.3f}, "
            f"length {t.length:g} of {t.average_length:.0f})"
            if t.field != "known"
            else f"  {t.score:8.4f}  {t.term}  (named by the query)"
            for t in sorted(self.terms, key=lambda t: -t.score)
        )
        return "\n".join((f"{self.score:.4f} = sum of {len(self.terms)} terms", *lines))
