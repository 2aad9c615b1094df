"""Fixtures: a folder of small documents, its index, the seed. No test depends on the clock.

``pytest -m "not slow"`` is the quick run: it leaves out the tests that take a second or more, and
lets hypothesis draw a quarter of its examples unless ``--hypothesis-profile`` says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from indexer import Store, sync
from indexer.kernel import COMPILED
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import make_tables
from searcher import Searcher
from tests.support.documents import LIBRARY

settings.register_profile("full", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.load_profile("full")

SEEDS = Path(__file__).parent.parent / "seeds"


def pytest_configure(config: pytest.Config) -> None:
    if config.option.markexpr == "not slow" and not config.getoption("--hypothesis-profile"):
        settings.load_profile("quick")


@pytest.fixture(scope="session", autouse=True)
def bytecode_of_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Modules are compiled once for all processes that tests start, also where bytecode is off.

    A command takes a quarter more without it, and the suite starts hundreds.
    """
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("PYTHONDONTWRITEBYTECODE"):
            patch.delenv("PYTHONDONTWRITEBYTECODE")
            patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("bytecode")))
        yield


@pytest.hookimpl(trylast=True)
def pytest_report_header(config: pytest.Config) -> str:
    profile = config.getoption("--hypothesis-profile") or (
        "quick" if config.option.markexpr == "not slow" else "full"
    )
    kernel = "compiled" if COMPILED else "plain: many tests take 25 times as long"
    return f"kernel: {kernel}; examples: {profile}"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    for name, text in LIBRARY.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".policysearch")


@pytest.fixture
def searcher(sources: Path, store: Store) -> Iterator[Searcher]:
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        yield searcher


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """Returns what a new index is cut by."""
    return Analyzer(Dictionary(*make_tables()))


@pytest.fixture(scope="session")
def seed() -> Path:
    return next(SEEDS.glob("000_*.txt"))


@pytest.fixture(scope="session")
def seed_searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    store = Store(tmp_path_factory.mktemp("seed") / ".policysearch")
    sync(store, [SEEDS])
    with Searcher.open(store.folder) as searcher:
        yield searcher
