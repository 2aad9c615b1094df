"""Problems with a request, in the form of RFC 9457. One exception serves for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.errors import PolicySearchError, QueryError


class Problem(PolicySearchError):
    """The answer to a request that cannot be served: ``status`` and what to do about it.

    ``kind`` is the last part of the problem's type; ``title`` is the same for all of a kind,
    ``detail`` says what it is this time; ``members`` are values of that kind of problem, and
    ``headers`` go with the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def to_dict(self) -> dict[str, Any]:
        """The members of ``application/problem+json``."""
        return {
            "type": f"/problems/{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }


def malformed_query(error: QueryError) -> Problem:
    """A query that cannot be meant: the character and the reason go with it."""
    return Problem(
        400,
        "query",
        "The query is malformed",
        str(error),
        position=error.position,
        reason=error.reason,
        query=error.query,
    )


def wrong_parameters(errors: list[dict[str, str]]) -> Problem:
    """Returns the problem of parameters that are unknown, missing or not as they must be.

    Each of ``errors`` has the ``parameter`` and the ``reason``; their order is kept.
    """
    detail = "; ".join(f"{one['parameter']}: {one['reason']}" for one in errors)
    return Problem(422, "parameters", "A parameter is wrong", detail, errors=errors)


def wrong_parameter(name: str, reason: str) -> Problem:
    """Returns the problem of the one parameter ``name``, wrong for ``reason``."""
    return wrong_parameters([{"parameter": name, "reason": reason}])


def not_found(detail: str, **members: Any) -> Problem:
    """Returns the problem that the index does not hold what was asked for, as ``detail`` says.

    It may exist all the same.
    """
    return Problem(404, "not-found", "The index does not hold it", detail, **members)


def too_costly(query: str, position: int, reason: str) -> Problem:
    """A query that would hold up others: refused before it runs."""
    return Problem(
        400,
        "costly",
        "The query costs too much",
        reason,
        position=position,
        reason=reason,
        query=query,
    )


def busy() -> Problem:
    """As many searches wait as may."""
    return Problem(
        503,
        "busy",
        "The server is busy",
        "as many requests wait as may: try again in a second",
        headers={"Retry-After": "1"},
    )


def over_budget(seconds: float) -> Problem:
    """Returns the problem of a request that took longer than its ``seconds``."""
    return Problem(
        503,
        "budget",
        "The request took too long",
        f"it was given up after {seconds:g} s: ask for less, or with rarer words",
        headers={"Retry-After": "5"},
    )


def unavailable() -> Problem:
    """The index is damaged or gone; the reason is the server's to log, not the visitor's."""
    return Problem(
        503,
        "index",
        "The index cannot be read",
        "the index is damaged: who runs the server finds the reason in its log",
        headers={"Retry-After": "60"},
    )
