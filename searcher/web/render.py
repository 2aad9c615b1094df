"""Text and templates to HTML: the one place where a text of a document becomes markup."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from searcher.exports.citations import permalink
from searcher.results.snippet import HARMLESS, Snippet
from searcher.web.static import STATIC

_ENTITIES = HARMLESS | str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)


def escape(text: str) -> Markup:
    """Returns ``text`` as HTML without markup, controls and marks of direction."""
    return Markup(text.translate(_ENTITIES))


def lit(text: str, pattern: re.Pattern[str] | None) -> Markup:
    """Returns ``text`` as HTML, with the matches of a ``pattern`` in ``<mark>``."""
    if pattern is None:
        return escape(text)
    parts: list[str] = []
    done = 0
    for found in pattern.finditer(text):
        parts += text[done : found.start()].translate(_ENTITIES), "<mark>"
        parts += found[0].translate(_ENTITIES), "</mark>"
        done = found.end()
    parts.append(text[done:].translate(_ENTITIES))
    return Markup("".join(parts))


def _harmless(value: Any) -> Any:
    """Returns a value that a template prints, a text without controls; Jinja escapes the rest."""
    return value.translate(HARMLESS) if type(value) is str else value


def _snippet(snippet: Snippet) -> Markup:
    return Markup(snippet.html())


def _grouped(number: int) -> str:
    return f"{number:,}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("searcher.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"snippet": _snippet, "grouped": _grouped}
    made.globals |= {"static": STATIC.url, "permalink": permalink}
    return made


def render(template: str, /, **values: Any) -> bytes:
    """A template of ``templates/`` with values, as the bytes of a page.

    ``title`` is the page's; ``q`` what stands in the box of the head.
    """
    shared = {"q": "", "alternates": (), "canonical": "", "page": template.partition(".")[0]}
    return _environment().get_template(template).render(shared | values).encode("utf-8", "replace")
