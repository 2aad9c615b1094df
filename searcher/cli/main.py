"""The command line: ``policysearch``. Thin: it reads options, calls, prints.

Exit codes: 0 found or done, 1 nothing found, 2 error. What is found goes to standard output,
everything else to standard error. Modules are imported when a command needs them.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from indexer._version import __version__
from indexer.errors import IndexDamaged, PolicySearchError, QueryError
from searcher.cli.options import (
    ERROR,
    NOTHING_FOUND,
    Commands,
    QueryCommand,
    color_option,
    find_named,
    index_option,
    json_option,
    print_json,
    synonyms_option,
    wants_color,
)
from searcher.cli.status import MENDING, check_command, status_command
from searcher.cli.suggest import suggest_command
from searcher.cli.verify_similar import similar_command, verify_command

if TYPE_CHECKING:
    from indexer.updating.sync import Report
    from searcher.engine import Searcher
    from searcher.results.model import Results

_LISTED = 20  # changed documents named on the terminal before "and N more"


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="policysearch")
def cli() -> None:
    """Full-text search over Chinese policy documents.

    \b
    Example:
      policysearch index seeds
      policysearch search 785名领导干部受到责任追究
    """


@cli.command("index")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--rebuild", is_flag=True, help="Read everything anew, replacing the index.")
@click.option("--restore", is_flag=True, help="Go back to the state before the last change first.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--watch", is_flag=True, help="Stay, and keep the index in step with its sources.")
@click.option(
    "--forget",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A source to drop, with its documents; or the user dictionary.",
)
@click.option(
    "--user-dictionary",
    type=click.Path(path_type=Path),
    help="Words of your own, in jieba's format; remembered.",
)
@index_option
@click.pass_context
def index_command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    rebuild: bool,
    restore: bool,
    dry_run: bool,
    watch: bool,
    forget: tuple[Path, ...],
    user_dictionary: Path | None,
    folder: Path,
) -> None:
    """Bring the index to the state of its sources.

    PATHs are files or folders; the index remembers them, so that later runs need none. Without
    any, a new index takes the folder seeds. Unchanged files are recognised by content.

    \b
    Example:
      policysearch index seeds ~/documents/laws
      policysearch index
    """
    from indexer.storage.store import Store
    from indexer.updating.sync import sync
    from searcher.cli.progress import show_idle_words, showing_progress

    store = Store(folder)
    if not paths and not forget and not store.exists() and Path("seeds").is_dir():
        paths = (Path("seeds"),)
    if restore and (rebuild or dry_run):
        raise click.UsageError("--restore goes with neither --rebuild nor --dry-run")
    if restore:
        store.restore()
    with showing_progress() as progress:
        report = sync(
            store,
            paths,
            forget=forget,
            rebuild=rebuild,
            dry_run=dry_run,
            user_dictionary=user_dictionary,
            progress=progress,
        )
    _print_report(report, dry_run)
    if user_dictionary:
        show_idle_words(user_dictionary)
    if report.plan and not dry_run:
        store.merge()  # nobody waits for it
    if watch and not dry_run:
        _watch(store)
    if report.failed:
        ctx.exit(ERROR)


def _watch(store: Any) -> None:
    from indexer.updating.watch import watch

    click.echo("Watching; stop with Ctrl-C.", err=True)
    for report in watch(store):
        _print_report(report, dry_run=False)


def _print_report(report: Report, dry_run: bool) -> None:
    from searcher.cli.terminal import plain

    plan = report.plan
    for mark, ids in (("+", plan.added), ("~", plan.changed), ("-", plan.removed)):
        for id in ids[:_LISTED]:
            click.echo(f"{mark} {plain(id)}")
        if len(ids) > _LISTED:
            click.echo(f"{mark} … and {len(ids) - _LISTED:,} more")
    for error in report.failed:
        click.echo(plain(f"skipped {error}"), err=True)
    if report.ignored:
        kinds = ", ".join(
            f"{n:,} {suffix or 'without suffix'}" for suffix, n in report.ignored.items()
        )
        click.echo(plain(f"ignored files of other kinds: {kinds}"), err=True)
    counts = (
        f"{len(plan.added):,} added, {len(plan.changed):,} changed, {len(plan.removed):,} removed"
    )
    if not plan:
        counts = "nothing to do" if dry_run else "up to date"
    total = len(plan.added) + len(plan.changed) + len(plan.unchanged)
    verb = "would be: " if dry_run and plan else ""
    plural = "" if total == 1 else "s"
    click.echo(f"{verb}{counts}; {total:,} document{plural}")


@cli.command("search", cls=QueryCommand)
@click.argument("query", nargs=-1, required=True)
@click.option(
    "-n", "--limit", type=click.IntRange(0), default=10, show_default=True, help="Hits to show."
)
@click.option("--offset", type=click.IntRange(0), default=0, help="Hits to skip.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
)
@click.option(
    "--by",
    type=click.Choice(["section", "document"]),
    default="section",
    show_default=True,
    help="What a hit is; of a document its best sections are shown.",
)
@click.option("--issuer", help="Part of the name of an issuer (发文机关).")
@click.option("--type", "doc_type", help="The kind of document (文种): 通知, 条例 …")
@click.option("--region", help="Part of the name of a region: 浙江省, 杭州, 全国 (地区).")
@click.option("--from", "date_from", metavar="DATE", help="Not before: 2002, 2002-12, 2002-12-31.")
@click.option("--to", "date_to", metavar="DATE", help="Not after.")
@click.option("--explain", is_flag=True, help="Show how each score comes about.")
@synonyms_option
@color_option
@json_option
@index_option
def search_command(
    query: tuple[str, ...],
    folder: Path,
    synonyms: Path | None,
    as_json: bool,
    color: str,
    explain: bool,
    **options: Any,
) -> None:
    """Find the sections that answer QUERY, best first.

    Words: any may match. "phrase" or “phrase”: exact. AND OR NOT NEAR NEAR/9 + - ( ), prefix*,
    and fields: 标题: 发文机关: 文号: 类型: 地区: 日期:2002..2003 全文: (title: issuer: number:
    type: region: date: document:).

    \b
    Example:
      policysearch search 党风廉政建设责任制 --type 通报
      policysearch search '"责任追究" -作风 日期:2002..'
    """
    from searcher.engine import Searcher

    text = " ".join(query)
    with Searcher.open(folder, synonyms=synonyms) as searcher:
        try:
            results = searcher.search(text, **options)
        except ValueError as error:  # a filter that is no date
            raise click.UsageError(str(error)) from None
        explanations = [searcher.explain(text, hit) for hit in results] if explain else None
    if as_json:
        print_json(_with_explanations(results, explanations))
    else:
        from searcher.cli.terminal import plain, render_results

        for suggestion in results.suggestions:
            click.echo(f"did you mean: {plain(suggestion)}", err=True)
        click.echo(render_results(results, explanations), nl=False, color=wants_color(color))
    if not results.total:
        click.get_current_context().exit(NOTHING_FOUND)


def _with_explanations(results: Results, explanations: list[Any] | None) -> dict[str, Any]:
    from dataclasses import asdict

    data = results.to_dict()
    for hit, explanation in zip(data["hits"], explanations or (), strict=False):
        hit["explanation"] = asdict(explanation)
    return data


@cli.command("show")
@click.argument("name", metavar="DOCUMENT[#ANCHOR]")
@click.option("--outline", "only_outline", is_flag=True, help="Show the outline, not the text.")
@click.option("--cites", is_flag=True, help="Show what it cites instead.")
@click.option("--cited-by", is_flag=True, help="Show what cites it instead.")
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
    """Show a document of the index, or a section of it with those below.

    DOCUMENT is its id, the end of one with or without suffix, its 文号, its title, or a part of
    these that only one document has.

    \b
    Example:
      policysearch show 000_30e27826b6ec8c13#1.3
    """
    from searcher.cli.terminal import document_dict, render_document
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        document, anchor = find_named(searcher, name)
        if anchor:
            searcher.section(document.id, anchor)
        if cites or cited_by:
            _print_relations(searcher, document.id, cites, cited_by, as_json)
            return
    if as_json:
        print_json(document_dict(document, anchor))
    else:
        text = render_document(document, anchor, only_outline=only_outline)
        click.echo(text, nl=False, color=wants_color(color))


def _print_relations(
    searcher: Searcher, id: str, cites: bool, cited_by: bool, as_json: bool
) -> None:
    from dataclasses import asdict

    from searcher.cli.terminal import render_cited, render_citing

    cited = searcher.cites(id) if cites else []
    citing = searcher.cited_by(id) if cited_by else []
    if as_json:
        shown = {"cites": [one.to_dict() for one in cited]} if cites else {}
        print_json(shown | ({"cited_by": [asdict(one) for one in citing]} if cited_by else {}))
    else:
        click.echo(render_cited(cited) + render_citing(citing), nl=False)
    if not cited and not citing:
        click.get_current_context().exit(NOTHING_FOUND)


@cli.command("missing")
@click.option("-n", "--limit", type=click.IntRange(0), default=50, show_default=True, help="Lines.")
@json_option
@index_option
def missing_command(limit: int, as_json: bool, folder: Path) -> None:
    """List the documents that others cite and the index does not hold, the most cited first.

    \b
    Example:
      policysearch missing -n 20
    """
    from dataclasses import asdict

    from searcher.cli.terminal import plain
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        missing = searcher.missing()
    if as_json:
        print_json([asdict(one) for one in missing[:limit]])
    else:
        for one in missing[:limit]:
            click.echo(f"{one.count:6,}  {plain(one.name or one.number or '')}")
    if not missing:
        click.get_current_context().exit(NOTHING_FOUND)


cli.add_command(suggest_command)
cli.add_command(verify_command)
cli.add_command(similar_command)


@cli.command("diff")
@click.argument("old")
@click.argument("new")
@color_option
@json_option
@index_option
def diff_command(old: str, new: str, color: str, as_json: bool, folder: Path) -> None:
    """Show how the wording of document OLD became that of NEW, section by section.

    Words taken out stand in [-…-], words put in in {+…+}. The exit code is 1 if nothing changed.

    \b
    Example:
      policysearch diff law-2012 law-2023
    """
    from searcher.cli.terminal import change_dict, render_changes
    from searcher.engine import Searcher

    with Searcher.open(folder) as searcher:
        before, after = searcher.document(old), searcher.document(new)
        changes = searcher.diff(old, new)
    if as_json:
        print_json([change_dict(before, after, change) for change in changes])
    else:
        text = render_changes(before, after, changes)
        click.echo(text, nl=False, color=wants_color(color))
    if all(change.kind == "unchanged" for change in changes):
        click.get_current_context().exit(NOTHING_FOUND)


@cli.command("outline")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@color_option
@json_option
@click.pass_context
def outline_command(ctx: click.Context, files: tuple[Path, ...], color: str, as_json: bool) -> None:
    """Show how FILEs are read, without an index: metadata and sections.

    With --json one object a file and line; offsets are characters of the file's text, newlines
    counted as they are.

    \b
    Example:
      policysearch outline seeds/*.txt
    """
    from indexer.documents.read import read_document
    from searcher.cli.terminal import document_dict, render_document

    failed = False
    for file in files:
        try:
            document = read_document(file)
        except PolicySearchError as error:
            _print_error(error)
            failed = True
            continue
        if as_json:
            print_json(document_dict(document, "", text=False))
        else:
            text = render_document(document, "", only_outline=True)
            click.echo(text, nl=False, color=wants_color(color))
    if failed:
        ctx.exit(ERROR)


cli.add_command(status_command)
cli.add_command(check_command)


@cli.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that completes policysearch's words in a shell.

    \b
    Example:
      eval "$(policysearch completion bash)"
    """
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(completion(cli, {}, "policysearch", "_POLICYSEARCH_COMPLETE").source())


def _print_error(error: object) -> None:
    from searcher.cli.terminal import plain

    click.echo(plain(f"policysearch: {error}"), err=True)


def main() -> NoReturn:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever its encoding lacks is escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(prog_name="policysearch", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(ERROR)
    except QueryError as error:
        from searcher.cli.terminal import caret

        _print_error(error)
        for line in caret(error.query, error.position):
            click.echo(line, err=True)
    except IndexDamaged as error:
        _print_error(f"{error}; {MENDING}")
    except (PolicySearchError, OSError) as error:  # OSError: a full disk, behind standard output
        _print_error(error)
    sys.exit(ERROR)
