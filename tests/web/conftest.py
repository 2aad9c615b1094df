"""Fixtures: an index of small documents of every kind, and the server that serves it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from starlette.testclient import TestClient

from indexer import Store, sync
from searcher.web.app import make_app
from searcher.web.settings import Settings
from tests.support.documents import LIBRARY
from tests.web.library import WEB_LIBRARY


def write_library(folder: Path) -> Path:
    for name, text in (LIBRARY | WEB_LIBRARY).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def web_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index that no test changes."""
    folder = tmp_path_factory.mktemp("web")
    store = Store(folder / ".policysearch")
    sync(store, [write_library(folder / "docs")])
    return store.folder


@pytest.fixture(scope="session")
def client(web_index: Path) -> Iterator[TestClient]:
    """A browser on this machine that follows no redirect."""
    with client_of(Settings(index=str(web_index))) as client:
        yield client


@contextmanager
def serving(index: Path, *options: str) -> Iterator[str]:
    """The address of ``policysearch serve`` in a process of its own, which ends with this."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "searcher", "serve", "--index", str(index)]
    with subprocess.Popen(
        [*command, "--port", str(port), *options], stderr=subprocess.DEVNULL
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                assert server.poll() is None, "the server has ended"
                try:
                    urlopen(f"{address}/health").close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield address
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def address(web_index: Path) -> Iterator[str]:
    """Where the index that no test changes is served."""
    with serving(web_index) as found:
        yield found


def client_of(settings: Settings, address: str = "127.0.0.1") -> TestClient:
    """Somebody at an address who talks to a server of their own."""
    return TestClient(
        make_app(settings),
        base_url="http://127.0.0.1:8765",
        follow_redirects=False,
        client=(address, 5),
    )
