"""A real Chromium for the tests of the pages, that notes whatever a page does amiss."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# Nothing that reaches beyond this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """The path of the system's Chromium, "" where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")


@dataclass
class Visit:
    """A page that is open, and what was noted of it."""

    page: Any
    address: str
    amiss: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        """Open a path of the server."""
        return self.page.goto(self.address + path)


@contextmanager
def visiting(browser: Any, address: str, **options: Any) -> Iterator[Visit]:
    """A new page in a context of its own, which must keep to its origin and its policy."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    page = context.new_page()
    page.set_default_timeout(20_000)
    visit = Visit(page, address)
    origin = urlsplit(address).netloc

    def on_request(request: Any) -> None:
        visit.asked.append(request.url)
        if urlsplit(request.url).netloc not in (origin, ""):
            visit.amiss.append(f"left the origin: {request.url}")

    def on_console(message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            visit.amiss.append(message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: visit.amiss.append(str(error)))
    page.on("dialog", lambda dialog: (visit.amiss.append("a dialog"), dialog.dismiss()))
    try:
        yield visit
        assert visit.amiss == []
    finally:
        context.close()
