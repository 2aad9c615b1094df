"""The commands of the server: ``serve`` and ``token``."""

from __future__ import annotations

from pathlib import Path

import click

from searcher.cli.options import index_option, synonyms_option


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8765,
    show_default=True,
    help="The port to listen at.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who comes in must know the token in this file.",
)
@click.option("--no-auth", is_flag=True, help="Let everybody in who reaches the address.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A name the server answers to, besides localhost.",
)
@click.option("--base-url", default="", help="The address for citations and feeds.")
@click.option("--cors", default="", metavar="ORIGIN", help="Another site that may read the API.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes."
)
@click.option("--log-queries", is_flag=True, help="Write what is searched to the log.")
@synonyms_option
@index_option
def serve_command(
    host: str,
    port: int,
    token_file: Path | None,
    no_auth: bool,
    allowed_hosts: tuple[str, ...],
    base_url: str,
    cors: str,
    workers: int,
    log_queries: bool,
    synonyms: Path | None,
    folder: Path,
) -> None:
    """Serve the index: pages for readers, a JSON API for programs.

    Only this machine reaches it, unless --host says otherwise; then a token is needed, or
    --no-auth. New states of the index are served from the next request on.

    \b
    Example:
      policysearch serve
      policysearch serve --host 0.0.0.0 --allowed-host policy.example --token-file token
    """
    from searcher.web.calls import default_threads
    from searcher.web.serving import serve
    from searcher.web.settings import Settings, is_loopback, objection, read_token

    wrong = objection(
        host, has_token=token_file is not None, no_auth=no_auth, allowed_hosts=allowed_hosts
    )
    if wrong:
        raise click.UsageError(wrong)
    try:
        token = read_token(token_file) if token_file else ""
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    settings = Settings(
        index=str(folder),
        host=host,
        port=port,
        synonyms=str(synonyms or ""),
        token=token,
        allowed_hosts=(*allowed_hosts, *(() if is_loopback(host) else (host,))),
        base_url=base_url.rstrip("/"),
        cors=cors.rstrip("/"),
        log_queries=log_queries,
        threads=default_threads(),
    )
    click.echo(f"Serving {folder} at http://{host}:{port}; stop with Ctrl-C.", err=True)
    serve(settings, workers)


@click.command("token")
def token_command() -> None:
    """Print a new token for ``serve --token-file``.

    \b
    Example:
      policysearch token > token && chmod 600 token
    """
    import secrets

    click.echo(secrets.token_urlsafe(32))
