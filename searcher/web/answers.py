"""Answers of handlers, and the responses they become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from searcher.web.problems import Problem

JSON = "application/json"
PROBLEM = "application/problem+json"
HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a response and what it is."""

    body: bytes
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_lasting(self) -> bool:
        """True if the same edition of the index gives the same answer again."""
        return self.status == 200 and "Set-Cookie" not in self.headers


def json_answer(value: Any, **more: Any) -> Answer:
    """Returns ``value`` as an answer in JSON; ``more`` are other fields of the answer."""
    return Answer(encode_json(value), **more)


def encode_json(value: Any) -> bytes:
    """Returns ``value`` as JSON in UTF-8, Chinese as it is.

    A lone surrogate, which UTF-8 does not have, is escaped.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def redirect(location: str, status: int = 303) -> Answer:
    """An answer that leads elsewhere; ``location`` is a path of this server."""
    return Answer(b"", PLAIN, status, {"Location": location})


def response(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    """``answer`` as Starlette sends it."""
    made = Response(answer.body, answer.status, {**answer.headers, **(headers or {})})
    made.headers["Content-Type"] = answer.media_type
    return made


def problem_response(problem: Problem) -> Response:
    """A problem as RFC 9457 has it."""
    body = encode_json(problem.to_dict())
    headers = {"Cache-Control": "no-store", **problem.headers}
    return response(Answer(body, PROBLEM, problem.status, headers))
