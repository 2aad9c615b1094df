"""The commands that hold a text against the corpus: ``verify`` and ``similar``."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import (
    NOTHING_FOUND,
    QueryCommand,
    color_option,
    find_named,
    index_option,
    json_option,
    print_json,
    wants_color,
)


@click.command("verify", cls=QueryCommand)
@click.argument("quotation", nargs=-1, required=True)
@click.option(
    "-n", "--limit", type=click.IntRange(0), default=5, show_default=True, help="Places to show."
)
@color_option
@json_option
@index_option
def verify_command(
    quotation: tuple[str, ...], limit: int, color: str, as_json: bool, folder: Path
) -> None:
    """Say whether QUOTATION stands in the corpus word for word, nearly, or not at all, and where.

    Blanks, line breaks, width and traditional characters make no difference; …… stands for what
    was left out. Nearly: what only the quotation has stands in [-…-], what only the source has in
    {+…+}. Exit codes: 0 word for word, 1 nearly or not at all, 2 error.

    \b
    Example:
      policysearch verify 全省共有785名领导干部受到责任追究
    """
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        verification = searcher.verify(" ".join(quotation), limit)
    if as_json:
        print_json(verification.to_dict())
    else:
        from searcher.cli.terminal import render_verification

        click.echo(render_verification(verification), nl=False, color=wants_color(color))
    if verification.verdict != "verbatim":
        click.get_current_context().exit(NOTHING_FOUND)


@click.command("similar")
@click.argument("name", metavar="DOCUMENT#ANCHOR")
@click.option(
    "-n", "--limit", type=click.IntRange(0), default=10, show_default=True, help="Sections to show."
)
@color_option
@json_option
@index_option
def similar_command(name: str, limit: int, color: str, as_json: bool, folder: Path) -> None:
    """Find sections of other documents that say the like of a section, best first.

    DOCUMENT is named as for ``show``; ``show --outline`` lists the anchors. Copies of the document
    and other versions of the law are left out.

    \b
    Example:
      policysearch similar 000_30e27826b6ec8c13#1.3
    """
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        document, anchor = find_named(searcher, name)
        if not anchor:
            raise click.UsageError(f"{name} names a document: add #ANCHOR")
        results = searcher.similar(document.id, anchor, limit)
    if as_json:
        print_json(results.to_dict())
    else:
        from searcher.cli.terminal import render_results

        click.echo(render_results(results), nl=False, color=wants_color(color))
    if not results.total:
        click.get_current_context().exit(NOTHING_FOUND)
