"""The options and arguments that commands share, each declared once."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.errors import DocumentNotFound, QueryError

if TYPE_CHECKING:
    from indexer.documents.model import Document
    from searcher.engine import Searcher

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

index_option = click.option(
    "--index",
    "folder",
    type=click.Path(path_type=Path),
    default=".policysearch",
    envvar="POLICYSEARCH_INDEX",
    show_default=True,
    show_envvar=True,
    help="The folder of the index.",
)

synonyms_option = click.option(
    "--synonyms",
    type=click.Path(path_type=Path),
    envvar="POLICYSEARCH_SYNONYMS",
    show_envvar=True,
    help="A file of further synonyms, a group on each line: 低保 = 最低生活保障.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour the output; auto does so on a terminal, unless NO_COLOR is set.",
)


def limit_option(default: int, things: str) -> Decorator:
    """Returns the option ``-n``, which limits the number of ``things`` to ``default``."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(0),
        default=default,
        show_default=True,
        help=f"Show at most this many {things}.",
    )


class QueryCommand(click.Command):
    """A command whose words are a query; ``-作风`` belongs to it, because options are ASCII."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Moves such arguments after a ``--``, where click reads them as words."""
        if "--" not in args:
            excluded = [arg for arg in args if re.match(r'[-+][^\x00-\x7f"(]|-["(]', arg)]
            args = [arg for arg in args if arg not in excluded] + ["--", *excluded]
        return super().parse_args(ctx, args)


def find_named(searcher: Searcher, name: str) -> tuple[Document, str]:
    """Returns the document and the anchor ("" if there is none) that DOCUMENT[#ANCHOR] names.

    A law may be named as in a query (公司法第26条), an article by its number (公司法#26). The name
    of a file may itself contain a ``#``. Raises DocumentNotFound for an unknown document, but not
    for an unknown anchor.
    """
    from searcher.lookups.articles import anchor_of

    with suppress(DocumentNotFound):
        return searcher.document(name), ""
    id, mark, anchor = name.rpartition("#") if "#" in name else (name, "", "")
    try:
        document = searcher.document(id)
    except DocumentNotFound:
        named = _named(searcher, id)
        if not named:
            raise
        document = searcher.document(named[0])
        anchor = anchor if mark else named[1]
    return document, anchor_of(document, anchor) if anchor else ""


def _named(searcher: Searcher, text: str) -> tuple[str, str] | None:
    try:
        return searcher.named(text)
    except QueryError:
        return None
