"""Results are values: they can be pickled, copied, compared and hashed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer import Store, sync
from searcher import (
    Completion,
    Document,
    Explanation,
    Facet,
    Facets,
    Hit,
    Matches,
    Results,
    Searcher,
    Verification,
)
from tests.support.documents import NOTICE

Copy = Callable[[Any], Any]


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


COPIES = pytest.mark.parametrize("again", [pickled, copy.deepcopy, copy.copy])


@COPIES
def test_results_stay_what_they_are(searcher: Searcher, again: Copy) -> None:
    for by in ("section", "document"):
        results = searcher.search("食品 河道 园区", limit=2, by=by)  # type: ignore[arg-type]
        other = again(results)
        assert type(other) is Results
        assert other == results
        assert hash(other) == hash(results)
        assert other.found == results.found > 1
        assert other.total == results.total
        assert dict(other.facets) == dict(results.facets)
        assert other.to_dict() == results.to_dict()
        assert [hit.snippet.html() for hit in other] == [hit.snippet.html() for hit in results]


def test_pickled_results_keep_the_counts_of_the_index_that_was_searched(
    searcher: Searcher, sources: Path, store: Store
) -> None:
    results = searcher.search("食品")
    data = pickle.dumps(results)
    total, facets = results.total, dict(results.facets)
    (sources / "more.txt").write_text(NOTICE.replace("校园", "工地"), encoding="utf-8")
    sync(store, [sources])
    searcher.refresh()
    searcher.close()
    again = pickle.loads(data)
    assert (again.total, dict(again.facets)) == (total, facets)
    assert facets["doc_type"] == (Facet("通知", total),)


def test_results_can_be_pickled_after_the_searcher_is_closed(sources: Path, store: Store) -> None:
    sync(store, [sources])
    with Searcher.open(store.folder) as searcher:
        results = searcher.search("河道")
    assert pickled(results).total == results.total > 1


def test_two_answers_are_equal_if_all_but_their_time_is(searcher: Searcher) -> None:
    first, second = searcher.search("食品"), searcher.search("食品")
    assert first.took != second.took
    assert first == second
    assert len({first, second}) == 1
    assert first != searcher.search("食品", limit=1)
    assert first != searcher.search("食品", issuer="教育局", suggest=False, offset=1)


def test_equal_hits_of_queries_with_different_totals_are_not_equal(searcher: Searcher) -> None:
    def results(total: int) -> Results:
        return Results("食品", 0.1, 0, (), Matches(lambda: total))

    assert results(1) == results(1)
    assert results(1) != results(2)
    assert Matches(lambda: 1) != 1


def test_copying_and_hashing_results_counts_nothing() -> None:
    def never() -> int:
        raise AssertionError("counted")

    results = Results(
        "食品", 0.1, 0, (), Matches(never, Facets({"year": lambda: [("x", never())]}))
    )
    assert hash(copy.copy(results)) == hash(results)
    assert results != Results("药品", 0.1, 0, (), Matches(never))


@COPIES
def test_every_other_answer_stays_what_it_is(searcher: Searcher, again: Copy) -> None:
    hit = searcher.search("采砂 罚款").hits[0]
    answers: list[tuple[type, Any]] = [
        (Hit, hit),
        (Explanation, searcher.explain("采砂 罚款", hit)),
        (Verification, searcher.verify("校长是第一个责任人")),
        (Document, searcher.document("notice")),
        (tuple, searcher.diff("notice", "reply")),
        (Completion, searcher.suggest("河道")[0]),
        (list, searcher.cites("regulation")),
        (list, searcher.cited_by("regulation")),
        (list, list(searcher.missing())),
        (tuple, searcher.documents),
        (Facets, searcher.search("食品").facets),
    ]
    for kind, answer in answers:
        other = again(answer)
        assert type(other) is kind
        assert other == answer
        if kind not in (list, Facets, Document):
            assert hash(other) == hash(answer)
    assert {hit: "a"}[again(hit)] == "a"


def test_a_facet_is_counted_once_and_only_if_it_is_asked_for() -> None:
    asked: list[str] = []

    def years() -> list[tuple[str, int]]:
        asked.append("year")
        return [("2002", 1), ("2003", 2), ("2001", 1)]

    facets = Facets({"year": years, "region": lambda: [("全国", 1)]})
    assert list(facets) == ["year", "region"]
    assert not asked
    assert (
        facets["year"] == facets["year"] == (Facet("2003", 2), Facet("2001", 1), Facet("2002", 1))
    )
    assert asked == ["year"]
    assert pickled(facets) == facets
    assert asked == ["year"]
