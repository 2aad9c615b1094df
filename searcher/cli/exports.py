"""Results for other programs: ``--format``, and the command ``cite``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from searcher.cli.options import find_named, index_option

if TYPE_CHECKING:
    from searcher.results.model import Results

_TABLES = ("csv", "jsonl", "xlsx")
_REFERENCES = ("gbt7714", "bibtex", "ris")


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Returns ``command`` with ``--format``: tables, and references if it finds documents."""
    # `missing` finds none: a reference needs a document at hand.
    formats = _TABLES if command.__name__ == "missing_command" else (*_TABLES, *_REFERENCES)
    return click.option(
        "--format",
        type=click.Choice(formats),
        help="Print for another program; redirect xlsx into a file.",
    )(command)


def print_hits(results: Results, format: str) -> None:
    """Print results in a format of `format_option`; of several hits of a document each."""
    if format in _REFERENCES:
        _print_references(results, format)
        return
    from searcher.exports.tables import COLUMNS, hit_row
    from searcher.results.as_json import hit_json

    if format == "jsonl":
        _print_text(_lines(dict(hit_json(hit)) for hit in results.hits))
    else:
        print_rows(COLUMNS, [hit_row(hit) for hit in results.hits], format)


def print_rows(columns: Sequence[str], rows: Sequence[Mapping[str, object]], format: str) -> None:
    """Prints ``rows`` as csv, jsonl or xlsx, with the first line or row naming the ``columns``."""
    from searcher.exports.tables import to_csv

    if format == "jsonl":
        _print_text(_lines(rows))
    elif format == "csv":
        _print_text(to_csv(columns, rows))
    else:
        _print_workbook(columns, rows)


def _lines(values: Iterable[Mapping[str, Any]]) -> str:
    from searcher.exports.tables import to_jsonl

    return to_jsonl(values)


def _print_workbook(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    out = sys.stdout.buffer
    if out.isatty():
        raise click.UsageError("xlsx is no text: redirect it, as in --format xlsx > table.xlsx")
    try:
        from searcher.exports.workbook import to_xlsx
    except ModuleNotFoundError:
        raise click.UsageError(
            "xlsx needs openpyxl: pip install 'policysearch[xlsx]', or take --format csv"
        ) from None
    out.write(to_xlsx(columns, rows))


def _print_references(results: Results, format: str) -> None:
    from typing import cast

    from searcher.exports.citations import Style, cite, reference_to_hit, today

    gap = "\n\n" if format == "bibtex" else "\r\n\r\n" if format == "ris" else "\n"
    style = cast(Style, format)
    references = [cite(reference_to_hit(hit), style, today()) for hit in results.hits]
    _print_text("".join(reference + gap for reference in dict.fromkeys(references)))


def _print_text(text: str) -> None:
    """Print in UTF-8, whatever the locale: the formats say so, and line ends are theirs."""
    out = sys.stdout.buffer
    out.write(text.encode("utf-8", "backslashreplace"))
    out.flush()


@click.command("cite")
@click.argument("name", metavar="DOCUMENT[#ANCHOR]")
@click.option(
    "--style",
    type=click.Choice([*_REFERENCES, "text"]),
    default="gbt7714",
    show_default=True,
    help="GB/T 7714, BibTeX, RIS, or as one says it.",
)
@click.option("--base-url", default="", help="Where the documents are served, for the URL.")
@index_option
def cite_command(name: str, style: Any, base_url: str, folder: Path) -> None:
    """Print the reference to a document, or to a section of it.

    DOCUMENT is named as for ``show``; ``show --outline`` lists the anchors.

    \b
    Example:
      policysearch cite 000_30e27826b6ec8c13#1.3
    """
    from searcher.engine import Searcher
    from searcher.exports.citations import cite, reference_to_document, today

    with Searcher.open(folder) as searcher:
        document, anchor = find_named(searcher, name)
        if anchor:
            searcher.section(document.id, anchor)
    reference = reference_to_document(document, anchor, base_url.rstrip("/"))
    _print_text(cite(reference, style, today()) + "\n")
