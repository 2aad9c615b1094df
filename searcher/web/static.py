"""The style sheet, the script and the icon, each under a name that changes with its content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from importlib import resources
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class StaticFiles:
    """The files by the names they are served under; nothing else is served."""

    kinds: ClassVar = {
        "style.css": "text/css; charset=utf-8",
        "app.js": "text/javascript; charset=utf-8",
        "icon.svg": "image/svg+xml",
    }

    @cached_property
    def files(self) -> dict[str, tuple[bytes, str]]:
        """Content and kind of each, by its served name."""
        return {self.name(name): (self._content[name], kind) for name, kind in self.kinds.items()}

    @cached_property
    def _content(self) -> dict[str, bytes]:
        folder = resources.files("searcher.web") / "static"
        return {name: (folder / name).read_bytes() for name in self.kinds}

    @cached_property
    def digest(self) -> bytes:
        """A digest of all of them and of the templates: with these, pages change."""
        folder = resources.files("searcher.web") / "templates"
        pages = sorted((file.name, file.read_bytes()) for file in folder.iterdir())
        every = [*self._content.values(), *(content for _, content in pages)]
        return blake2b(b"\0".join(every), digest_size=8).digest()

    def name(self, name: str) -> str:
        """The name a file is served under: ``style-0123abcd.css``."""
        stem, _, suffix = name.rpartition(".")
        return f"{stem}-{blake2b(self._content[name], digest_size=4).hexdigest()}.{suffix}"

    def url(self, name: str) -> str:
        """Returns the address of the file ``name``, which changes with its content."""
        return f"/static/{self.name(name)}"


STATIC = StaticFiles()


async def serve_static(request: Request) -> Response:
    """Returns the file of ``/static/{name}``, or 404 where there is none."""
    found = STATIC.files.get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("no such file", 404)
    return Response(found[0], headers={**_FOREVER, "Content-Type": found[1]})


async def serve_favicon(_: Request) -> Response:
    """Returns the icon at ``/favicon.ico``, where browsers look for it first."""
    content, kind = STATIC.files[STATIC.name("icon.svg")]
    return Response(content, headers={"Cache-Control": "max-age=86400", "Content-Type": kind})
