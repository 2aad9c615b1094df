"""The commands that show documents: ``show``, ``outline``, ``diff`` and ``missing``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.errors import PolicySearchError
from searcher.cli.exports import format_option, print_rows
from searcher.cli.options import (
    color_option,
    find_named,
    index_option,
    json_option,
    limit_option,
)
from searcher.cli.output import (
    ERROR,
    NOTHING_FOUND,
    finish,
    print_error,
    print_json,
    print_text,
)

if TYPE_CHECKING:
    from indexer.documents.model import Document, Section
    from searcher.engine import Searcher


@click.command("show")
@click.argument("name", metavar="DOCUMENT[#ANCHOR]")
@click.option("--outline", "only_outline", is_flag=True, help="Show the outline, not the text.")
@click.option("--cites", is_flag=True, help="Show the documents that this one cites instead.")
@click.option("--cited-by", is_flag=True, help="Show the documents that cite this one instead.")
@color_option
@json_option
@index_option
def show_command(
    name: str,
    only_outline: bool,
    cites: bool,
    cited_by: bool,
    color: str,
    as_json: bool,
    folder: Path,
) -> None:
    """Show a document of the index, or one of its sections.

    A section is shown with the sections below it. DOCUMENT is an id or the end of one, with or
    without the suffix of the file; a document number (文号); a title; or a part of these that only
    one document has.

    \b
    Example:
      policysearch show 000_30e27826b6ec8c13#1.3
    """
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        document, anchor = find_named(searcher, name)
        if anchor:
            searcher.section(document.id, anchor)  # raises an error that names it
        if cites or cited_by:
            _print_relations(searcher, document.id, cites, cited_by, as_json)
        else:
            _print_document(document, anchor, only_outline, color, as_json)


def _print_document(
    document: Document, anchor: str, only_outline: bool, color: str, as_json: bool
) -> None:
    from searcher.cli.terminal import render_document, render_sections
    from searcher.results.as_json import document_json

    sections = section_with_those_below(document, anchor) if anchor else document.sections
    if as_json:
        print_json(document_json(document, sections))
    elif anchor:
        print_text(render_sections(document, sections), color)
    else:
        print_text(render_document(document, only_outline=only_outline), color)


def section_with_those_below(document: Document, anchor: str) -> list[Section]:
    """Returns the section ``anchor`` and all sections below it, in the order of the text."""
    sections = document.sections
    top = next(i for i, section in enumerate(sections) if section.anchor == anchor)
    below = {top}
    for index in range(top + 1, len(sections)):
        if sections[index].parent in below:
            below.add(index)
    return [sections[index] for index in sorted(below)]


def _print_relations(
    searcher: Searcher, id: str, cites: bool, cited_by: bool, as_json: bool
) -> None:
    from searcher.cli.terminal import render_cited, render_citing
    from searcher.results.as_json import relations_json

    cited = searcher.cites(id) if cites else None
    citing = searcher.cited_by(id) if cited_by else None
    if as_json:
        print_json(relations_json(cited, citing))
    else:
        click.echo(render_cited(cited or ()) + render_citing(citing or ()), nl=False)
    if not cited and not citing:
        finish(NOTHING_FOUND)


@click.command("outline")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@color_option
@json_option
def outline_command(files: Sequence[Path], color: str, as_json: bool) -> None:
    """Show the facts and the outline of FILES, without an index.

    With --json, each file gives one line with one object. Offsets count the characters of a file's
    text, with line breaks as they are in the file. Warnings say what could not be read or was
    guessed.

    \b
    Example:
      policysearch outline seeds/*.txt
    """
    from indexer.documents.read import read_document
    from searcher.cli.terminal import plain, render_document
    from searcher.results.as_json import document_json

    failed = False
    for file in files:
        try:
            document = read_document(file)
        except PolicySearchError as error:
            print_error(error)
            failed = True
            continue
        if as_json:
            print_json(document_json(document, text=False))
        else:
            for warning in document.warnings:
                click.echo(plain(f"warning: {file}: {warning.message}"), err=True)
            print_text(render_document(document, only_outline=True), color)
    if failed:
        finish(ERROR)


@click.command("diff")
@click.argument("old")
@click.argument("new")
@color_option
@json_option
@index_option
def diff_command(old: str, new: str, color: str, as_json: bool, folder: Path) -> None:
    """Show how the wording changed from OLD to NEW.

    OLD and NEW are documents, named as for "show", which are compared section by section. Deleted
    words stand in [-…-], inserted words in {+…+}. The exit code is 1 if nothing changed.

    \b
    Example:
      policysearch diff law-2012 law-2023
    """
    from searcher.cli.terminal import render_changes
    from searcher.engine import Searcher
    from searcher.results.as_json import change_json

    with Searcher.open(folder) as searcher:
        before, after = searcher.document(old), searcher.document(new)
        changes = searcher.diff(old, new)
    if as_json:
        print_json([change_json(before, after, change) for change in changes])
    else:
        print_text(render_changes(before, after, changes), color)
    if all(change.kind == "unchanged" for change in changes):
        finish(NOTHING_FOUND)


@click.command("missing")
@limit_option(50, "documents")
@json_option
@format_option
@index_option
def missing_command(limit: int, as_json: bool, format: str | None, folder: Path) -> None:
    """List documents that are cited but not in the index.

    The most cited documents come first.

    \b
    Example:
      policysearch missing -n 20
    """
    from searcher.cli.terminal import plain
    from searcher.engine import Searcher
    from searcher.results.as_json import missing_json

    with Searcher.open(folder) as searcher:
        missing = searcher.missing()
    rows = [missing_json(one) for one in missing[:limit]]
    if format:
        print_rows(("name", "number", "count"), rows, format)
    elif as_json:
        print_json(rows)
    else:
        for one in missing[:limit]:
            click.echo(f"{one.count:6,}  {plain(one.name or one.number or '')}")
    if not missing:
        finish(NOTHING_FOUND)
