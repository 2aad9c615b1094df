"""Fixtures: a folder of small documents, its index, the seed. No test depends on the clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from indexer import Store, sync
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import make_tables
from searcher import Searcher
from tests.support.documents import LIBRARY

settings.register_profile("policysearch", deadline=None)
settings.load_profile("policysearch")

SEEDS = Path(__file__).parent.parent / "seeds"


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
    """What a new index is cut by."""
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
