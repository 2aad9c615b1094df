"""The command ``search``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from searcher.cli.exports import format_option, print_hits
from searcher.cli.options import (
    QueryCommand,
    color_option,
    index_option,
    json_option,
    limit_option,
    synonyms_option,
)
from searcher.cli.output import NOTHING_FOUND, finish, print_json, print_text

if TYPE_CHECKING:
    from searcher.engine import MatchMode, Searcher, Sort
    from searcher.results.model import By, Explanation, Results

_FAST_ENOUGH = 1_000  # sections that even the plain kernel searches at once


class SearchOptions(TypedDict):
    """The options that are passed to `Searcher.search` unchanged."""

    limit: int
    offset: int
    sort: Sort
    by: By
    match: MatchMode
    issuer: tuple[str, ...]
    doc_type: tuple[str, ...]
    region: tuple[str, ...]
    date_from: str | None
    date_to: str | None


@click.command("search", cls=QueryCommand)
@click.argument("query", nargs=-1, required=True)
@limit_option(10, "hits")
@click.option("--offset", type=click.IntRange(0), default=0, help="Skip this many hits.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="The order of the hits.",
)
@click.option(
    "--by",
    type=click.Choice(["section", "document"]),
    default="section",
    show_default=True,
    help="Find sections, or documents with the best sections of each.",
)
@click.option(
    "--match",
    type=click.Choice(["best", "all", "any"]),
    default="best",
    show_default=True,
    help="List sections with any of the words and count those with all; list only these; or count "
    "any.",
)
@click.option(
    "--issuer",
    multiple=True,
    help="Only documents of this issuer (发文机关), or with this in its name. Repeat for several.",
)
@click.option(
    "--type",
    "doc_type",
    multiple=True,
    help="Only documents of this kind (文种): 通知, 条例 … Repeat for several.",
)
@click.option(
    "--region",
    multiple=True,
    help="Only documents of this region (地区): 浙江省, 杭州, 全国 … Repeat for several.",
)
@click.option("--from", "date_from", metavar="DATE", help="Not before 2002, 2002-12 or 2002-12-31.")
@click.option("--to", "date_to", metavar="DATE", help="Not after this date; the day is included.")
@click.option("--explain", is_flag=True, help="Show the terms that make up each score.")
@synonyms_option
@color_option
@json_option
@format_option
@index_option
def search_command(
    query: tuple[str, ...],
    folder: Path,
    synonyms: Path | None,
    format: str | None,
    as_json: bool,
    color: str,
    explain: bool,
    **options: Unpack[SearchOptions],
) -> None:
    """Find the sections that answer QUERY, best first.

    A section may match any of the words. "phrase" or “phrase” finds exactly these characters.
    Operators: AND OR NOT NEAR NEAR/9 + - ( ) and prefix*. Fields: 标题: 发文机关: 文号: 类型:
    地区: 日期:2002..2003 全文: or title: issuer: number: type: region: date: document:.

    \b
    Example:
      policysearch search 党风廉政建设责任制 --type 通报
      policysearch search '"责任追究" -作风 日期:2002..'
    """
    results, explanations = _search(" ".join(query), folder, synonyms, explain, options)
    if format:
        print_hits(results, format)
    elif as_json:
        from searcher.results.as_json import results_json

        print_json(results_json(results, explanations))
    else:
        _print_results(results, explanations, color)
    if not results.found:
        finish(NOTHING_FOUND)


def _search(
    text: str, folder: Path, synonyms: Path | None, explain: bool, options: SearchOptions
) -> tuple[Results, list[Explanation] | None]:
    from searcher.engine import Searcher

    with Searcher.open(folder, synonyms=synonyms) as searcher:
        _warn_of_plain_kernel(searcher)
        try:
            results = searcher.search(text, **options)
        except ValueError as error:  # a filter is no date
            raise click.UsageError(str(error)) from None
        return results, [searcher.explain(text, hit) for hit in results] if explain else None


def _print_results(results: Results, explanations: list[Explanation] | None, color: str) -> None:
    from searcher.cli.terminal import plain, render_results

    for notice in results.notices:
        click.echo(f"note: {plain(notice.text)}", err=True)
    for suggestion in results.suggestions:
        click.echo(f"did you mean: {plain(suggestion)}", err=True)
    print_text(render_results(results, explanations), color)


def _warn_of_plain_kernel(searcher: Searcher) -> None:
    from indexer.kernel import COMPILED

    if COMPILED or not _is_terminal():
        return
    if sum(row.section_count for row in searcher.documents) > _FAST_ENOUGH:
        click.echo(
            "Searches take about 25 times as long as with the compiled kernel, which is not "
            "installed; `policysearch --version` says how to get it.",
            err=True,
        )


def _is_terminal() -> bool:
    return sys.stderr.isatty()
