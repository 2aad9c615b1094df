"""One request on its way: from Starlette to a handler in a thread, and back as an answer."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from indexer.errors import DocumentNotFound, IndexStateError, QueryError
from searcher.web.answers import Answer, problem_response, response
from searcher.web.corpus import Corpus, Edition
from searcher.web.limits import Pool
from searcher.web.parameters import Parameters
from searcher.web.problems import (
    Problem,
    malformed_query,
    not_found,
    unavailable,
    wrong_parameter,
)
from searcher.web.settings import Settings

_log = logging.getLogger("policysearch.web")
_LOGGED = 200  # characters of a path and its query
_QUEUE = 64
_WARMING = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a handler sees it: the ``rest`` of its path, its parameters, its body."""

    rest: str
    parameters: Parameters
    settings: Settings
    body: Any = None


Handler = Callable[[Edition, Call], Answer]
OnProblem = Callable[[Problem, str], Answer]


class Service:
    """The settings, the index and the threads that all requests of a server share."""

    def __init__(self, settings: Settings, corpus: Corpus, build: str) -> None:
        """``build`` names the state of the program, which is part of every ETag."""
        self.settings = settings
        self.corpus = corpus
        self.build = build
        self.searches = Pool(settings.threads, _QUEUE)
        self.suggestions = Pool(1, _QUEUE)  # somebody types: not behind searches

    async def warm(self) -> None:
        """Make what the first completion and the first document page would wait for.

        It takes its turn like any request, one step at a time; a failure is the requests' to tell.
        """
        with self.corpus.turn() as edition, suppress(Exception):
            await self.suggestions.run(_WARMING, lambda: edition.searcher.suggest("关于", 1))
            if first := next(iter(edition.rows), None):
                await self.suggestions.run(_WARMING, lambda: edition.searcher.cited_by(first))
            await self.suggestions.run(_WARMING, lambda: (edition.versions, edition.catalogue))

    def close(self) -> None:
        """Let go of the threads and the index."""
        self.searches.close()
        self.suggestions.close()
        self.corpus.close()

    def endpoint(
        self,
        handler: Handler,
        *,
        budget: float = 1.0,
        pool: Pool | None = None,
        on_problem: OnProblem | None = None,
        keep: bool = True,
    ) -> Callable[[Request], Awaitable[Response]]:
        """A Starlette endpoint that calls ``handler`` in a thread.

        A GET is answered from what was kept, or by 304, where the edition is the same. ``budget``
        is in seconds; ``on_problem`` makes a page of a problem, with the query that led to it.
        """
        chosen = pool or self.searches

        async def endpoint(request: Request) -> Response:
            started = time.perf_counter()
            try:
                made = await self._serve(request, handler, budget, chosen, keep)
            except Problem as problem:
                made = self._of_problem(problem, request, on_problem)
            self._write_log(request, made.status_code, time.perf_counter() - started)
            return made

        return endpoint

    async def _serve(
        self, request: Request, handler: Handler, budget: float, pool: Pool, keep: bool
    ) -> Response:
        await self.corpus.refresh()
        body = await _read_body(request)
        with self.corpus.turn() as edition:
            url = (request.url.path, request.scope["query_string"])
            etag = f'W/"{edition.tag}-{self.build}"'
            lasting = keep and request.method in ("GET", "HEAD")
            headers = {"Cache-Control": "private, no-cache" if lasting else "no-store"}
            if lasting:
                headers["ETag"] = etag
                if etag in _tags(request.headers.get("if-none-match", "")):
                    return Response(status_code=304, headers=headers)
                kept = edition.kept(url)
                if isinstance(kept, Answer):
                    return response(kept, headers)
            items = request.query_params.multi_items()
            rest = request.path_params.get("rest", "")
            call = Call(rest, Parameters(items), self.settings, body)
            answer = await pool.run(budget, lambda: _answer(edition, handler, call))
            if not answer.is_lasting:
                headers.pop("ETag", None)
            elif lasting:
                edition.keep(url, answer)
            return response(answer, headers)

    def _of_problem(
        self, problem: Problem, request: Request, on_problem: OnProblem | None
    ) -> Response:
        if on_problem is None:
            return problem_response(problem)
        answer = on_problem(problem, request.query_params.get("q", ""))
        return response(answer, {"Cache-Control": "no-store", **problem.headers})

    def _write_log(self, request: Request, status: int, took: float) -> None:
        """A line of JSON; what was asked for only where that is wanted."""
        asked = request.url.path
        if self.settings.log_queries and request.scope["query_string"]:
            asked += "?" + request.scope["query_string"].decode("latin-1")
        line = {
            "method": request.method,
            "path": asked[:_LOGGED] if self.settings.log_queries else _route(asked)[:_LOGGED],
            "status": status,
            "ms": round(took * 1000, 1),
        }
        _log.info(json.dumps(line))


def _route(path: str) -> str:
    """A path without names that a visitor typed."""
    return "/id/…" if path.startswith("/id/") else path


def _answer(edition: Edition, handler: Handler, call: Call) -> Answer:
    """Returns the handler's answer. Raises the engine's errors as problems."""
    try:
        return handler(edition, call)
    except QueryError as error:
        raise malformed_query(error) from None
    except DocumentNotFound as error:
        raise not_found(str(error)) from None
    except (IndexStateError, OSError) as error:
        _log.exception("the index cannot be read")
        raise unavailable() from error


async def _read_body(request: Request) -> Any:
    """The JSON or the form that a POST brings, as a dict of its values."""
    if request.method != "POST":
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return await read_form(request)
    if kind != "application/json":
        raise Problem(415, "media-type", "The body is of another kind", "send application/json")
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise wrong_parameter("body", "is not JSON") from None
    if not isinstance(value, dict):
        raise wrong_parameter("body", "must be an object")
    return value


async def read_form(request: Request) -> dict[str, str]:
    """The values of a form as browsers encode it by default; of a name that comes twice the last.

    Raises Problem where there are too many.
    """
    try:
        text = (await request.body()).decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20, errors="replace"))
    except ValueError:
        raise wrong_parameter("body", "is not a form of 20 fields at most") from None


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}


def build_of(*parts: bytes) -> str:
    """A short name for what the parts are."""
    from hashlib import blake2b

    return blake2b(b"\0".join(parts), digest_size=4).hexdigest()


def default_threads() -> int:
    """Searches at once: more than cores only take turns."""
    return min(4, os.cpu_count() or 1)
