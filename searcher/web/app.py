"""The application: which address leads to which handler."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from indexer._version import __version__
from searcher.web import api, feeds, login, pages
from searcher.web.answers import encode_json, problem_response
from searcher.web.calls import Service, build_of
from searcher.web.corpus import Corpus
from searcher.web.openapi import description
from searcher.web.problems import Problem
from searcher.web.security import Gate
from searcher.web.settings import Settings
from searcher.web.static import STATIC, serve_favicon, serve_static

ENVIRONMENT = "POLICYSEARCH_SERVE"  # settings as JSON, for the workers of a server
_ROBOTS = "User-agent: *\nDisallow: /search\nDisallow: /diff\nDisallow: /verify\nDisallow: /api/\n"
_PATIENCE = 1.0  # seconds
_SLOW, _SLOWEST = 2.0, 5.0  # seconds


def make_app(settings: Settings) -> ASGIApp:
    """The application that serves the index ``settings`` name.

    Raises what `Searcher.open` does where that cannot be opened.
    """
    corpus = Corpus(Path(settings.index), Path(settings.synonyms) if settings.synonyms else None)
    service = Service(settings, corpus, build_of(__version__.encode(), STATIC.digest))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm(service))
        yield
        warming.cancel()
        service.close()

    app = Starlette(
        routes=[*_api(service), *_pages(service), *_plain()],
        lifespan=lifespan,
        exception_handlers={HTTPException: _on_http, Exception: _on_error},
    )
    app.router.redirect_slashes = False  # it would build an address of the Host header
    # Outside of all that is Starlette's: what it answers by itself goes through the gate too.
    small = GZipMiddleware(app, minimum_size=2048, compresslevel=5)
    return Gate(small, settings, pages.problem_page)


async def _warm(service: Service) -> None:
    await asyncio.sleep(_PATIENCE)  # who waits for the first answer comes first
    await service.warm()


def from_environment() -> ASGIApp:
    """The application of a worker process."""
    return make_app(Settings.from_json(os.environ[ENVIRONMENT]))


def _api(service: Service) -> list[Route]:
    at, v1 = service.endpoint, "/api/v1"
    openapi = encode_json(description())

    async def described(_: Request) -> Response:
        return Response(openapi, media_type="application/json")

    verify = at(api.verify, budget=_SLOW)
    return [
        Route(f"{v1}/search", at(api.search)),
        Route(f"{v1}/search.csv", at(feeds.search_csv, budget=_SLOW)),
        Route(f"{v1}/search.jsonl", at(feeds.search_jsonl, budget=_SLOW)),
        Route(f"{v1}/search.atom", at(feeds.search_atom, budget=_SLOW)),
        Route(f"{v1}/suggest", at(api.suggest, pool=service.suggestions)),
        Route(f"{v1}/documents", at(api.documents)),
        Route(f"{v1}/documents/{{rest:path}}", at(api.document, budget=_SLOW)),
        Route(f"{v1}/diff", at(api.diff, budget=_SLOWEST)),
        Route(f"{v1}/verify", verify, methods=["GET", "POST"]),
        Route(f"{v1}/similar", at(api.similar)),
        Route(f"{v1}/missing", at(api.missing, budget=_SLOWEST)),
        Route(f"{v1}/status", at(api.status)),
        Route(f"{v1}/openapi.json", described),
    ]


def _pages(service: Service) -> list[Route]:
    def at(handler: pages.Page, budget: float = 1.0, keep: bool = True) -> pages.Endpoint:
        return service.endpoint(handler, budget=budget, on_problem=pages.problem_page, keep=keep)

    return [
        Route("/", at(pages.home)),
        Route("/search", at(pages.search, _SLOW)),
        Route("/d/{rest:path}", at(pages.document, _SLOW)),
        Route("/id/{rest:path}", at(pages.identifier, _SLOW)),
        Route("/cite", at(pages.cite, keep=False)),
        Route("/diff", at(pages.diff, _SLOWEST)),
        Route("/verify", at(pages.verify, _SLOW), methods=["GET", "POST"]),
        Route("/missing", at(pages.missing, _SLOWEST)),
        Route("/about", at(pages.about, _SLOW)),
        Route("/help", at(pages.help_page)),
        Route("/problems/{rest}", at(pages.problem_kind)),
        Route("/opensearch.xml", service.endpoint(feeds.opensearch)),
        Route("/login", login.endpoint(service.settings), methods=["GET", "POST"]),
    ]


def _plain() -> list[Route]:
    async def health(_: Request) -> Response:
        return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})

    async def robots(_: Request) -> Response:
        return PlainTextResponse(_ROBOTS)

    return [
        Route("/health", health),
        Route("/robots.txt", robots),
        Route("/favicon.ico", serve_favicon),
        Route("/static/{name}", serve_static),
    ]


async def _on_http(request: Request, error: Exception) -> Response:
    """Returns the problem that Starlette finds by itself: no such address, no such method."""
    assert isinstance(error, HTTPException)
    kinds = {404: "not-found", 405: "method"}
    kind = kinds.get(error.status_code, "request")
    problem = Problem(
        error.status_code,
        kind,
        error.detail,
        f"{request.method} {request.url.path[:200]}: {error.detail}",
        headers=error.headers,
    )
    return pages.respond(problem, request)


async def _on_error(_: Request, __: Exception) -> Response:
    """A bug. Starlette logs it; the visitor learns nothing of the server."""
    return problem_response(
        Problem(500, "bug", "The server failed", "the failure was written to the server's log")
    )
