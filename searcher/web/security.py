"""The gate before every request: names, sizes, rates, who may come in; headers on every answer.

A web page anywhere can send a browser to this machine. It is kept out by the name it must use
(Host), by what it must not do from elsewhere (Origin, Sec-Fetch-Site), and by a policy under which
no page of ours runs or shows anything of another origin.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from searcher.web.answers import Answer, problem_response, response
from searcher.web.limits import Rates
from searcher.web.problems import Problem
from searcher.web.settings import LOOPBACK_NAMES, Settings, is_loopback

MAX_URL = 8 * 1024
MAX_BODY = 64 * 1024
COOKIE = "policysearch"
_OPEN = ("/health", "/login", "/static/", "/robots.txt", "/favicon.ico")

_POLICY = (
    b"default-src 'none'",
    b"style-src 'self'",
    b"script-src 'self'",
    b"connect-src 'self'",
    b"img-src 'self' data:",
    b"form-action 'self'",
    b"base-uri 'none'",
    b"frame-ancestors 'none'",
)
_HEADERS = [
    (
        b"content-security-policy",
        b"; ".join(_POLICY),
    ),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: under that a browser calls the origin of our own forms null.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]


def cookie_of(token: str) -> str:
    """Returns the value of a browser's cookie for a token, which cannot be read back from it.

    It is 64 characters of hex.
    """
    return hmac.new(token.encode(), b"policysearch browser", sha256).hexdigest()


class Gate:
    """ASGI middleware that lets in what may come in, and dresses what goes out."""

    def __init__(self, app: ASGIApp, settings: Settings, page: Callable[[Problem], Answer]) -> None:
        """``page`` shows a problem to a reader; programs get it as JSON."""
        self._app = app
        self._page = page
        self._settings = settings
        self._names = LOOPBACK_NAMES | {name.lower() for name in settings.allowed_hosts}
        self._rates = Rates(per_second=20, burst=60)
        self._cookie = cookie_of(settings.token) if settings.token else ""
        self._cors = settings.cors.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        allowed_origin = self._cors and headers.get("origin", "").encode() == self._cors

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [*_HEADERS]
                if allowed_origin and scope["path"].startswith("/api/"):
                    own = [(k, b"cross-origin" if b"resource" in k else v) for k, v in own]
                    own.append((b"access-control-allow-origin", self._cors))
                    own.append((b"vary", b"Origin"))
                message["headers"] = [*message["headers"], *own]
            await send(message)

        try:
            self._check(scope, headers)
            await self._app(scope, self._bounded(receive, headers), dressed)
        except Problem as problem:
            if scope["path"].startswith("/api/"):
                await problem_response(problem)(scope, receive, dressed)
            elif problem.status == 401 and scope["method"] in ("GET", "HEAD"):
                await _to_login(scope, dressed)
            else:
                more = {"Cache-Control": "no-store", **problem.headers}
                await response(self._page(problem), more)(scope, receive, dressed)

    def _check(self, scope: Scope, headers: Headers) -> None:
        self._check_host(headers)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL:
            raise Problem(414, "url", "The URL is too long", f"{MAX_URL:,} bytes are the most")
        client = (scope.get("client") or ("",))[0]
        if client and not is_loopback(client) and not self._rates.allows(client, monotonic()):
            raise Problem(
                429,
                "rate",
                "Too many requests",
                "20 requests a second are served to one address",
                headers={"Retry-After": "1"},
            )
        if scope["method"] not in ("GET", "HEAD"):
            self._check_origin(headers)
        if self._settings.token and not self._is_known(scope["path"], headers):
            raise Problem(
                401,
                "token",
                "A token is needed",
                "send it as Authorization: Bearer TOKEN, or sign in at /login",
                headers={"WWW-Authenticate": 'Bearer realm="policysearch"'},
            )

    def _check_host(self, headers: Headers) -> None:
        if _name_of(headers.get("host", "")) not in self._names:
            raise Problem(
                421,
                "host",
                "The server does not answer to this name",
                "who runs the server allows names with --allowed-host NAME",
            )

    def _check_origin(self, headers: Headers) -> None:
        """Raises Problem unless a body comes from a page of ours, or from no page at all."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        same = origin is None or (
            origin != "null" and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
        )
        if not same or site not in ("none", "same-origin"):
            raise Problem(
                403, "origin", "Another site may not do this", "the request came from another page"
            )

    def _is_known(self, path: str, headers: Headers) -> bool:
        if path.startswith(_OPEN):
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        token = self._settings.token.encode()
        if scheme.lower() == "bearer":
            return hmac.compare_digest(given.strip().encode(), token)
        kept = _cookie(headers)
        return bool(kept) and hmac.compare_digest(kept.encode(), self._cookie.encode())

    def _bounded(self, receive: Receive, headers: Headers) -> Receive:
        """``receive`` that gives up on a body that is too long."""
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or len(declared) > 9 or int(declared) > MAX_BODY:
            raise _too_large()
        length = 0

        async def bounded() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > MAX_BODY:
                raise _too_large()
            return message

        return bounded


def _too_large() -> Problem:
    return Problem(413, "body", "The body is too large", f"{MAX_BODY:,} bytes are the most")


def _name_of(host: str) -> str:
    """The name in a Host header, in lower case; its port says nothing of who is meant."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _cookie(headers: Headers) -> str:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", "")[:4096])
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


async def _to_login(scope: Scope, send: Send) -> None:
    wanted = scope["path"]
    if scope["query_string"]:
        wanted += "?" + scope["query_string"].decode("latin-1")
    location = f"/login?next={quote(wanted, safe='/', errors='replace')}".encode()
    start: dict[str, Any] = {
        "type": "http.response.start",
        "status": 303,
        "headers": [(b"location", location), (b"cache-control", b"no-store")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": b""})
