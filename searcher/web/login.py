"""``/login``: a browser that knows the token gets a cookie for it."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from searcher.web.calls import read_form
from searcher.web.render import render
from searcher.web.security import COOKIE, cookie_of
from searcher.web.settings import Settings

_YEAR = 31_536_000  # seconds


def endpoint(settings: Settings) -> Callable[[Request], Awaitable[Response]]:
    """Returns the endpoint of ``/login`` for the token of ``settings``."""

    async def login(request: Request) -> Response:
        if request.method != "POST":
            return _page(_next(request.query_params.get("next", "")), 200, wrong=False)
        form = await read_form(request)
        wanted = _next(form.get("next", ""))
        given = form.get("token", "").strip().encode()
        if not settings.token or not hmac.compare_digest(given, settings.token.encode()):
            return _page(wanted, 401, wrong=True)
        response = RedirectResponse(wanted, 303)
        response.set_cookie(
            COOKIE,
            cookie_of(settings.token),
            max_age=_YEAR,
            httponly=True,
            samesite="strict",
            secure=settings.base_url.startswith("https:"),
        )
        return response

    return login


def _next(path: str) -> str:
    """A path of this server and nothing else."""
    parts = urlsplit(path)
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if safe and not parts.netloc and path.isprintable() else "/"


def _page(wanted: str, status: int, *, wrong: bool) -> Response:
    html = render("login.html", title="登录", next=wanted, wrong=wrong)
    headers = {"Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8"}
    return Response(html, status, headers)
