"""The commands that compare a text with the corpus: ``verify`` and ``similar``."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import (
    QueryCommand,
    color_option,
    find_named,
    index_option,
    json_option,
    limit_option,
)
from searcher.cli.output import NOTHING_FOUND, finish, print_json, print_text


@click.command("verify", cls=QueryCommand)
@click.argument("quotation", nargs=-1, required=True)
@limit_option(5, "places")
@color_option
@json_option
@index_option
def verify_command(
    quotation: tuple[str, ...], limit: int, color: str, as_json: bool, folder: Path
) -> None:
    """Check whether QUOTATION stands in the corpus.

    It may stand there word for word, nearly, or not at all. Blanks, line breaks, the width of
    characters and traditional characters make no difference. …… stands for words that the quotation
    leaves out. Where the wording differs, words that only the quotation has stand in [-…-], and
    words that only the source has in {+…+}. Exit codes: 0 word for word, 1 nearly or not at all, 2
    error.

    \b
    Example:
      policysearch verify 全省共有785名领导干部受到责任追究
    """
    from searcher.cli.terminal import render_verification
    from searcher.engine import Searcher
    from searcher.results.as_json import verification_json

    with Searcher.open(folder) as searcher:
        verification = searcher.verify(" ".join(quotation), limit)
    if as_json:
        print_json(verification_json(verification))
    else:
        print_text(render_verification(verification), color)
    if verification.verdict != "verbatim":
        finish(NOTHING_FOUND)


@click.command("similar")
@click.argument("name", metavar="DOCUMENT#ANCHOR")
@limit_option(10, "sections")
@color_option
@json_option
@index_option
def similar_command(name: str, limit: int, color: str, as_json: bool, folder: Path) -> None:
    """Find sections of other documents that say much the same.

    The best come first. DOCUMENT is named as for "show"; "show --outline" lists the anchors. Copies
    of the document and other versions of its law are left out.

    \b
    Example:
      policysearch similar 000_30e27826b6ec8c13#1.3
    """
    from searcher.cli.terminal import render_results
    from searcher.engine import Searcher
    from searcher.results.as_json import results_json

    with Searcher.open(folder) as searcher:
        document, anchor = find_named(searcher, name)
        if not anchor:
            raise click.UsageError(f"{name} names a document; add #ANCHOR to name a section")
        results = searcher.similar(document.id, anchor, limit)
    if as_json:
        print_json(results_json(results))
    else:
        print_text(render_results(results), color)
    if not results.found:
        finish(NOTHING_FOUND)
