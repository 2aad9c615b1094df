"""The commands that look after an index: what it holds, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import ERROR, index_option, json_option, print_json

MENDING = (
    "`policysearch index --restore` goes back to the state before the last change, and from there "
    "to that of its sources; `--rebuild` reads everything anew"
)


@click.command("status")
@json_option
@index_option
def status_command(as_json: bool, folder: Path) -> None:
    """Say what the index holds and where it comes from.

    \b
    Example:
      policysearch status --json
    """
    from indexer.storage.snapshot import Snapshot

    with Snapshot.open(folder) as snapshot:
        manifest = snapshot.manifest
        status = {
            "index": str(folder),
            "generation": manifest.generation,
            "documents": len(snapshot.rows),
            "sections": snapshot.numbering.section_count,
            "segments": len(manifest.segments),
            "bytes": sum(file.size for file in manifest.files),
            "analyzer": manifest.analyzer,
            "sources": [{"name": root.name, "path": root.path} for root in manifest.sources],
        }
    if as_json:
        print_json(status)
        return
    for name, value in status.items():
        if isinstance(value, list):
            value = ", ".join(source["path"] for source in value)
        click.echo(f"{name:<11} {value:,}" if isinstance(value, int) else f"{name:<11} {value}")


@click.command("check")
@json_option
@index_option
@click.pass_context
def check_command(ctx: click.Context, as_json: bool, folder: Path) -> None:
    """Verify that the index is whole: checksums, and every document against its sections.

    Says too whether the generation before it is, to which `index --restore` goes back.

    \b
    Example:
      policysearch check && echo whole
    """
    from indexer.storage.check import check, check_previous

    problems = list(check(folder))
    previous = check_previous(folder)
    if as_json:
        print_json({"problems": problems, "before": previous})
    else:
        for problem in problems or ["whole"]:
            click.echo(problem)
        if previous is not None:
            click.echo(f"the generation before: {'; '.join(previous) or 'whole'}")
    if problems:
        click.echo(f"damaged: {MENDING}", err=True)
        ctx.exit(ERROR)
