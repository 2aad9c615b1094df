"""A plan is made of plain values: it can be printed, compared, pickled, and sent elsewhere."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys

import pytest

from searcher import Searcher
from searcher.query.parser import parse
from searcher.ranking.plan import Plan, SectionRef
from searcher.ranking.planner import Planner
from searcher.ranking.synonyms import Synonyms

QUERIES = (
    "食品安全责任",
    "低保 国办",
    '"责任追究"~9 类型:通知',
    "校园 NEAR 食品 -罚款",
    "河道管理条例第三条 日期:2015..",
    "全文:低保 app* OR *",
    "青教办〔2019〕8号",
)
PLAIN = (str, int, float, bool, type(None), range)


def leaves(value: object) -> list[object]:
    """Every value in a plan that holds no other."""
    if dataclasses.is_dataclass(value):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, (tuple, frozenset)):
        parts = list(value)
    else:
        return [value]
    return [leaf for part in parts for leaf in leaves(part)]


def plan_of(searcher: Searcher, query: str) -> Plan:
    backend = searcher._now.backend
    return Planner(backend, backend.analyzer, Synonyms.open()).plan(query, parse(query))


@pytest.mark.parametrize("query", QUERIES)
def test_a_plan_holds_plain_values_only(searcher: Searcher, query: str) -> None:
    plan = plan_of(searcher, query)
    assert {type(leaf) for leaf in leaves(plan)} <= set(PLAIN)


@pytest.mark.parametrize("query", QUERIES)
def test_a_plan_can_be_compared_hashed_printed_and_pickled(searcher: Searcher, query: str) -> None:
    plan = plan_of(searcher, query)
    again = pickle.loads(pickle.dumps(plan))
    assert again == plan == plan_of(searcher, query)
    assert hash(again) == hash(plan)
    assert repr(again) == repr(plan)
    assert plan != plan_of(searcher, f"{query} 别的")


def test_a_plan_that_was_pickled_finds_the_same(searcher: Searcher) -> None:
    backend = searcher._now.backend
    for query in QUERIES:
        plan = plan_of(searcher, query)
        again = pickle.loads(pickle.dumps(plan))
        assert backend.carry_out(again).top(100) == backend.carry_out(plan).top(100)


def test_the_plans_module_knows_of_no_storage() -> None:
    code = (
        "import sys, searcher.ranking.plan;"
        "print([name for name in sys.modules if name.startswith(('indexer', 'searcher.backends'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # `searcher` itself has the errors of the indexer.
    assert all("storage" not in name for name in eval(run.stdout))
    assert all("segments" not in name for name in eval(run.stdout))


def test_references_sort_by_document_then_by_place() -> None:
    refs = [SectionRef("b", 0), SectionRef("a", 10), SectionRef("a", 9)]
    assert sorted(refs) == [SectionRef("a", 9), SectionRef("a", 10), SectionRef("b", 0)]
