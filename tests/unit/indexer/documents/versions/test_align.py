"""Rules for what two sequences have in common."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.versions.align import common_runs
from tests.support.work import lines_run


def longest(a: str, b: str) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        before = row[:]
        for j, y in enumerate(b):
            row[j + 1] = before[j] + 1 if x == y else max(row[j], before[j + 1])
    return row[-1]


@settings(max_examples=300)
@given(st.text("abcd", max_size=30), st.text("abcd", max_size=30))
def test_runs_are_a_longest_common_subsequence(a: str, b: str) -> None:
    runs = common_runs(a, b)
    i = j = 0
    for run in runs:
        assert run.a >= i
        assert run.b >= j
        assert run.size > 0
        assert a[run.a : run.a + run.size] == b[run.b : run.b + run.size]
        i, j = run.a + run.size, run.b + run.size
    assert sum(run.size for run in runs) == longest(a, b)


def test_runs_that_touch_are_one() -> None:
    assert [tuple(run) for run in common_runs("abXcd", "abcd")] == [(0, 0, 2), (3, 2, 2)]
    assert [tuple(run) for run in common_runs("abcd", "abcd")] == [(0, 0, 4)]


def test_long_sequences_are_cut_at_unique_elements() -> None:
    a = [f"clause {number}" for number in range(60_000)]
    b = [*a[:20_000], "new", *a[20_001:40_000], *a[40_500:]]
    runs = common_runs(a, b)
    assert sum(run.size for run in runs) == len(a) - 501


def test_the_work_is_linear_without_unique_elements() -> None:
    source = random.Random(7)
    a = [source.randrange(4) for _ in range(40_000)]
    b = [source.randrange(4) for _ in range(40_000)]

    def work(size: int) -> int:
        return lines_run(lambda most: common_runs(a[:most], b[:most]), size)

    assert work(40_000) < 16 * work(5_000)
    assert lines_run(lambda few: common_runs(few, b), a[:3]) < work(40_000)
