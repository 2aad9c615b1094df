"""Runs the application under uvicorn."""

from __future__ import annotations

import os
from typing import Any

import uvicorn

from searcher.web.app import ENVIRONMENT, make_app
from searcher.web.settings import Settings

_FORMAT = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "policysearch.web": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}


def serve(settings: Settings, workers: int = 1) -> None:
    """Serve until a signal ends it.

    Raises what `Searcher.open` does where the index cannot be opened.
    """
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": "h11",
        "ws": "none",
        "access_log": False,
        "log_config": _FORMAT,
        "server_header": False,
        "date_header": True,
        "timeout_keep_alive": 5,
        "limit_concurrency": 256,
        "h11_max_incomplete_event_size": 16 * 1024,
        "proxy_headers": False,
        "timeout_graceful_shutdown": 5,
    }
    if workers == 1:
        uvicorn.run(make_app(settings), **options)
        return
    os.environ[ENVIRONMENT] = settings.to_json()
    uvicorn.run("searcher.web.app:from_environment", factory=True, workers=workers, **options)
