"""The parameters of a request: read, checked, and named in an error where they are wrong. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args
from urllib.parse import urlencode

from indexer.errors import QueryError
from searcher.query.dates import DateError, read_range
from searcher.web.problems import Problem, wrong_parameters

Sort = Literal["relevance", "newest", "oldest"]
By = Literal["section", "document"]

MAX_QUERY = 512  # characters
MAX_FILTER = 100
MAX_OFFSET = 10_000
MAX_LIMIT = 100
MAX_ROWS = 1_000  # of a table or a feed
MAX_QUOTATION = 2_000
MAX_REF = 1_000

_IGNORED = re.compile(r"utm_\w+")  # what other sites append to links
_WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """The parameters of a search; "" is a filter that is not set."""

    q: str = ""
    issuer: str = ""
    type: str = ""
    region: str = ""
    date_from: str = ""
    date_to: str = ""
    sort: Sort = "relevance"
    by: By = "section"
    offset: int = 0
    limit: int = 10

    def url(self, path: str, **changes: object) -> str:
        """The address of this search at ``path`` with some values changed; defaults left out."""
        values: dict[str, object] = {
            "q": self.q,
            "issuer": self.issuer,
            "type": self.type,
            "region": self.region,
            "from": self.date_from,
            "to": self.date_to,
            "sort": self.sort,
            "by": self.by,
            "offset": self.offset,
            "limit": self.limit,
        }
        values |= {name.rstrip("_"): value for name, value in changes.items()}
        told = {k: v for k, v in values.items() if v not in ("", 0, _DEFAULTS.get(k), None)}
        return f"{path}?{urlencode(told, errors='replace')}"


_DEFAULTS = {"sort": "relevance", "by": "section", "limit": 10}


class Parameters:
    """Reads the parameters of a request; `finish` raises one Problem for all that is wrong."""

    def __init__(self, items: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        self._errors: list[dict[str, str]] = []
        self._asked: list[str] = []
        for name, value in items:
            if name in self._values:
                self._wrong(name, "is given more than once")
            self._values.setdefault(name, value)

    def has(self, name: str) -> bool:
        """True if the parameter was given and is not empty."""
        return bool(self._values.get(name))

    def text(self, name: str, longest: int, *, required: bool = False) -> str:
        """A text of ``longest`` characters at most, without blanks around it."""
        value = self._value(name).strip()
        if len(value) > longest:
            self._wrong(name, f"has {len(value):,} characters, {longest:,} are the most")
            return ""
        if required and not value:
            self._wrong(name, "is required")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Returns a whole number from ``least`` to ``most``, or the ``default`` without one."""
        value = self._value(name)
        if not value:
            return default
        if not (_WHOLE.fullmatch(value) and value.isascii() and least <= int(value) <= most):
            self._wrong(name, f"must be a whole number from {least:,} to {most:,}")
            return default
        return int(value)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of ``choices``, the first by default."""
        value = self._value(name)
        if not value:
            return choices[0]
        if value not in choices:
            self._wrong(name, f"must be one of {', '.join(choices)}")
            return choices[0]
        return value

    def date(self, name: str) -> str:
        """Returns a date such as 2002, 2002-12 or 2002-12-31 as it was given, "" without one."""
        value = self.text(name, 20)
        if value:
            try:
                read_range(value)
            except (DateError, QueryError, ValueError):
                self._wrong(name, "must be a date such as 2002, 2002-12 or 2002-12-31")
                return ""
        return value

    def finish(self) -> None:
        """Raise a Problem if anything is wrong, a parameter of no known name included."""
        for name in self._values:
            if name not in self._asked and not _IGNORED.fullmatch(name):
                self._wrong(name[:40], f"is unknown: {', '.join(self._asked) or 'none'} are known")
        if self._errors:
            raise wrong_parameters(self._errors)

    def _value(self, name: str) -> str:
        self._asked.append(name)
        return self._values.get(name, "")

    def _wrong(self, name: str, reason: str) -> None:
        self._errors.append({"parameter": name, "reason": reason})


def search_request(parameters: Parameters, most: int = MAX_LIMIT) -> SearchRequest:
    """The search that the parameters describe; what is wrong is told by `Parameters.finish`."""
    return SearchRequest(
        q=parameters.text("q", MAX_QUERY, required=True),
        **_filters(parameters),
        sort=cast(Sort, parameters.choice("sort", get_args(Sort))),
        by=cast(By, parameters.choice("by", get_args(By))),
        offset=parameters.number("offset", 0, 0, MAX_OFFSET),
        limit=parameters.number("limit", 10, 1, most),
    )


def filters_only(parameters: Parameters) -> SearchRequest:
    """Returns the filters alone, for a list of documents; those not given are empty."""
    return replace(SearchRequest(), **_filters(parameters))


def _filters(parameters: Parameters) -> dict[str, Any]:
    return {
        "issuer": parameters.text("issuer", MAX_FILTER),
        "type": parameters.text("type", MAX_FILTER),
        "region": parameters.text("region", MAX_FILTER),
        "date_from": parameters.date("from"),
        "date_to": parameters.date("to"),
    }


def split_ref(ref: str, is_document: object) -> tuple[str, str]:
    """The document and the anchor of ``DOCUMENT#ANCHOR``; an id may hold a # itself.

    ``is_document`` says by ``in`` which ids there are. Raises Problem where there is no anchor.
    """
    known = cast("dict[str, object]", is_document)
    document, mark, anchor = ref.rpartition("#")
    if not mark or not document or not anchor or ref in known:
        raise Problem(
            422,
            "parameters",
            "A parameter is wrong",
            "ref: must be DOCUMENT#ANCHOR",
            errors=[{"parameter": "ref", "reason": "must be DOCUMENT#ANCHOR"}],
        )
    return document, anchor
