"""The command ``index``, which brings an index up to date with its sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from searcher.cli.options import index_option
from searcher.cli.output import ERROR, finish

if TYPE_CHECKING:
    from indexer.storage.store import Store
    from indexer.updating.sync import Plan, Report

_LISTED = 20  # the most changed documents named before "and N more"


class SyncOptions(TypedDict):
    """The options that are passed to `indexer.sync` unchanged."""

    forget: tuple[Path, ...]
    rebuild: bool
    dry_run: bool
    user_dictionary: Path | None
    exclude: tuple[str, ...]


@click.command("index")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--rebuild", is_flag=True, help="Read all sources anew and replace the index.")
@click.option("--restore", is_flag=True, help="First go back to the state before the last change.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--watch", is_flag=True, help="Keep running, and index sources when they change.")
@click.option(
    "--forget",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Drop a source and its documents, or the user dictionary. May be given several times.",
)
@click.option(
    "--user-dictionary",
    type=click.Path(path_type=Path),
    help="A file of further words, in jieba's format. The index remembers it.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave out files by name or path, such as '*.ppt'. May be given several times.",
)
@index_option
def index_command(
    folder: Path,
    paths: tuple[Path, ...],
    restore: bool,
    watch: bool,
    **options: Unpack[SyncOptions],
) -> None:
    """Bring the index up to date with its sources.

    PATHS are files or folders. The index remembers them, so that later runs need not name them. If
    no path is given, a new index uses the folder "seeds". Unchanged files are recognised by their
    content and not read again.

    \b
    Example:
      policysearch index seeds ~/documents/laws
      policysearch index
    """
    from indexer.storage.store import Store

    store = Store(folder)
    if restore and (options["rebuild"] or options["dry_run"]):
        raise click.UsageError("--restore cannot be combined with --rebuild or --dry-run")
    if restore:
        store.restore()
    report = _sync(store, paths, options)
    if watch and not options["dry_run"]:
        _watch(store, options["exclude"])
    if report.failed:
        finish(ERROR)


def _sync(store: Store, paths: tuple[Path, ...], options: SyncOptions) -> Report:
    from indexer.updating.sync import sync
    from searcher.cli.progress import print_idle_words, showing_progress

    if not paths and not options["forget"] and not store.exists() and Path("seeds").is_dir():
        paths = (Path("seeds"),)
    with showing_progress() as progress:
        report = sync(store, paths, progress=progress, **options)
    _print_report(report, options["dry_run"])
    if options["user_dictionary"]:
        print_idle_words(options["user_dictionary"])
    if report.plan and not options["dry_run"]:
        store.merge()  # after the report, so that nobody waits for it
    return report


def _watch(store: Store, exclude: tuple[str, ...]) -> None:
    from indexer.updating.watch import watch

    click.echo("Watching the sources; stop with Ctrl-C.", err=True)
    for report in watch(store, exclude=exclude):
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
    for id, warnings in list(report.warned.items())[:_LISTED]:
        for warning in warnings:
            click.echo(plain(f"warning: {id}: {warning.message}"), err=True)
    if len(report.warned) > _LISTED:
        click.echo(f"warning: … and {len(report.warned) - _LISTED:,} more documents", err=True)
    if report.ignored:
        kinds = ", ".join(
            f"{count:,} {suffix or 'without suffix'}" for suffix, count in report.ignored.items()
        )
        click.echo(plain(f"ignored files of other kinds: {kinds}"), err=True)
    click.echo(_summary(plan, dry_run))


def _summary(plan: Plan, dry_run: bool) -> str:
    total = len(plan.added) + len(plan.changed) + len(plan.unchanged)
    documents = f"{total:,} document" + ("" if total == 1 else "s")
    if not plan:
        return f"{'nothing to do' if dry_run else 'up to date'}; {documents}"
    counts = (
        f"{len(plan.added):,} added, {len(plan.changed):,} changed, {len(plan.removed):,} removed"
    )
    return f"{'would be: ' if dry_run else ''}{counts}; {documents}"
