"""Near search: what lies close together, by definition and in an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.text.folding import fold, strip_blanks
from searcher import Searcher
from searcher.ranking.proximity import is_near, near_groups

EVERY = 10_000


def smallest_gap(text: str, items: Sequence[Sequence[str]]) -> int | None:
    """The gap of the tightest group, by trying all of them."""
    places = [
        [(at, at + len(one)) for one in item for at in range(len(text)) if text.startswith(one, at)]
        for item in items
    ]
    gaps = [
        sum(after[0] - before[1] for before, after in pairwise(group))
        for group in map(sorted, product(*places))
        if all(before[1] <= after[0] for before, after in pairwise(group))
    ]
    return min(gaps, default=None)


texts = st.text("甲乙丙", max_size=14)
item = st.lists(st.text("甲乙丙", min_size=1, max_size=3), min_size=1, max_size=2)


@pytest.mark.slow
@settings(max_examples=400)
@given(texts, st.lists(item, min_size=2, max_size=4), st.integers(0, 5))
def test_near_is_what_trying_all_occurrences_says(
    text: str, items: list[list[str]], distance: int
) -> None:
    gap = smallest_gap(text, items)
    assert is_near(text, items, distance) == (gap is not None and gap <= distance)


@settings(max_examples=200)
@given(texts, st.lists(item, min_size=2, max_size=3), st.integers(0, 5))
def test_every_group_has_one_occurrence_of_each_item_within_the_distance(
    text: str, items: list[list[str]], distance: int
) -> None:
    for group in near_groups(text, items, distance):
        assert sorted(one.item for one in group) == [*range(len(items))]
        assert all(text[one.start : one.end] == one.text in items[one.item] for one in group)
        gaps = [after.start - before.end for before, after in pairwise(group)]
        assert min(gaps) >= 0
        assert sum(gaps) <= distance


def test_the_distance_is_what_stands_between() -> None:
    assert is_near("责任某某干部", [["责任"], ["干部"]], 2)
    assert is_near("干部某某责任", [["责任"], ["干部"]], 2)
    assert not is_near("责任某某某干部", [["责任"], ["干部"]], 2)
    assert is_near("责任干部", [["责任"], ["干部"]], 0)


def test_what_lies_between_several_counts_together() -> None:
    items = [["甲甲"], ["乙乙"], ["丙丙"]]
    assert is_near("甲甲某乙乙某丙丙", items, 2)
    assert not is_near("甲甲某乙乙某丙丙", items, 1)


def test_one_occurrence_does_not_serve_two_items() -> None:
    assert not is_near("责任追究", [["责任"], ["责任追究"]], 20)
    assert not is_near("责任", [["责任"], ["责任"]], 20)
    assert is_near("责任与责任", [["责任"], ["责任"]], 20)


def test_equal_items_are_found_in_one_order_only() -> None:
    groups = [*near_groups("甲某甲某甲", [["甲"], ["甲"], ["甲"]], 20)]
    assert [[one.start for one in group] for group in groups] == [[0, 2, 4]]


def test_items_are_equal_whatever_the_order_of_their_alternatives() -> None:
    assert len([*near_groups("甲某乙", [["甲", "乙"], ["乙", "甲"]], 20)]) == 1


def sections(searcher: Searcher) -> Iterator[tuple[tuple[str, str], str]]:
    for row in searcher.documents:
        document = searcher.document(row.id)
        for section in document.search_sections():
            text = strip_blanks(fold(section.span.of(document.text)))
            yield (row.id, section.section.anchor), text


PIECES = (
    "学校",
    "食品安全",
    "台账",
    "河道",
    "本条例",
    "第三条",
    "园区",
    "应当",
    "安全",
    "的",
    "设立",
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=2), min_size=2, max_size=3),
    st.integers(0, 40),
)
def test_a_near_search_misses_nothing_and_invents_nothing(
    searcher: Searcher, items: list[list[str]], distance: int
) -> None:
    written = [f'("{one[0]}" OR {one[-1]})' for one in items]
    found = searcher.search(f" NEAR/{distance} ".join(written), limit=EVERY)
    expected = {
        place
        for place, text in sections(searcher)
        if (gap := smallest_gap(text, items)) is not None and gap <= distance
    }
    assert {(hit.document, hit.anchor) for hit in found} == expected
    assert found.total == len(expected)
    assert sum(facet.count for facet in found.facets["doc_type"]) == len(expected)


@pytest.mark.parametrize(
    "query",
    [
        "自查 NEAR 台账",
        "台账 NEAR/4 自查",
        "自查 近 台账",
        "自查 近/4 台账",
        "自 查 近/4 台账",
        '"台账 自查"~4',
        "「台账　自查」~4",
        "“台账 自查”～4",
        "(自查 OR 罚款) NEAR 台账",
        "学期 NEAR 自查 NEAR 台账",
    ],
)
def test_every_way_to_write_it_finds_the_section(searcher: Searcher, query: str) -> None:
    found = searcher.search(query, limit=EVERY)
    assert ("docs/notice.txt", "1.1") in {(hit.document, hit.anchor) for hit in found}


def test_farther_apart_than_asked_is_not_found(searcher: Searcher) -> None:
    assert searcher.search("自查 NEAR/4 台账").total == 1  # 自查，并建立台账
    assert searcher.search("自查 NEAR/3 台账").total == 0
    assert searcher.search("自查 NEAR 健康证").total == 0  # in the next section
    with_it, without = searcher.search('"学校"'), searcher.search('"学校" -自查 NEAR 台账')
    assert without.total == with_it.total - 1


def test_only_the_occurrences_that_are_near_are_marked(searcher: Searcher) -> None:
    (hit,) = searcher.search("第三条 NEAR/3 本条例 AND 罚款").hits
    text = hit.snippet.text
    marked = [text[start:end] for start, end in hit.snippet.highlights]
    assert marked == ["本条例第三条", "罚款"]


def test_a_near_score_is_explained_and_does_not_depend_on_the_distance(searcher: Searcher) -> None:
    (near,) = searcher.search("自查 NEAR 台账").hits
    (nearer,) = searcher.search("自查 NEAR/4 台账").hits
    both = {hit.anchor: hit.score for hit in searcher.search("自查 AND 台账")}
    assert near.score == nearer.score == both[near.anchor]
    assert searcher.explain("自查 NEAR 台账", near).score == near.score
