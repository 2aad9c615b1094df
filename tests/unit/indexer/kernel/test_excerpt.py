"""Excerpts: the compiled kernel finds and shows what its plain kernel does, and never trusts a
file.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.kernel.plain import kernel as plain
from indexer.kernel.plain.find import find_matches
from indexer.kernel.types import Match, Needles, pack_matches
from indexer.segments.writer import Builder
from indexer.text.analysis import classes
from indexer.text.folding import gaps, strip_blank, without_blanks

kernel = pytest.importorskip("indexer.kernel._kernel", reason="the extension is not built")
BOTH = (kernel, plain)

characters = st.one_of(
    st.characters(), st.sampled_from("税法刑民国後。；！，\n \u3000Ａ\u200b\ud800")
)
texts = st.text(characters, max_size=60)
needle_groups = st.lists(st.lists(st.text("税法刑民国后a。", max_size=4), max_size=5), max_size=3)


def columns_of(entries: list[str]) -> Mapping[str, Any]:
    builder = Builder(("words", "bigrams"), classes(), strip_blank)
    builder.add([], [()] * len(entries), entries)
    return builder.finish(range(len(entries))).columns


def located(
    implementation: Any, columns: Mapping[str, Any], needles: Needles
) -> list[tuple[str, bytes]]:
    codes, offsets = columns["text"], array("I", columns["text.offsets"])
    table = columns["text.symbols"], columns["text.table"]
    return [
        (text, implementation.find(*folded, *needles))
        for start, stop in pairwise(offsets)
        for text, *folded in [implementation.fold_codes(codes[start:stop], *table, gaps())]
    ]


@given(st.lists(texts, min_size=1, max_size=4), needle_groups)
@settings(max_examples=200)
@example(["第一条　Ａ税 法" * 9, "第一条　ｂ"], [["税法", "一条a"], ["a"]])
def test_needles_are_located_where_folding_has_them(
    entries: list[str], groups: list[list[str]]
) -> None:
    columns, needles = columns_of(entries), Needles.of(groups)
    found = located(kernel, columns, needles)
    assert found == located(plain, columns, needles)
    for entry, (text, matches) in zip(entries, found, strict=True):
        folding = without_blanks(entry)
        first, expected = 0, []
        for group in groups:
            expected += (
                Match(*folding.source(match.start, match.end), first + match.needle)
                for match in find_matches(folding.text, group)
            )
            first += len(group)
        assert (text, matches) == (entry, pack_matches(sorted(expected)))


@given(
    texts,
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.integers(0, 3)), max_size=12),
    st.lists(st.integers(0, 1_000_000), min_size=4, max_size=4),
    st.integers(1, 70),
)
@settings(max_examples=500)
def test_both_show_the_same_snippet(
    text: str, places: list[tuple[int, int, int]], weights: list[int], width: int
) -> None:
    matches = sorted(
        {
            Match(start, min(start + size, len(text)), needle)
            for start, size, needle in places
            if start < len(text)
        }
    )
    arguments = text, pack_matches(matches), array("I", weights).tobytes(), width
    assert kernel.snippet(*arguments) == plain.snippet(*arguments)


@pytest.mark.parametrize(
    "matches",
    [[(0, 5, 0)], [(2, 2, 0)], [(3, 2, 0)], [(2, 3, 0), (1, 2, 0)], [(0, 1, 2)], [(9, 10, 0)]],
)
def test_matches_outside_their_text_are_refused(matches: list[tuple[int, int, int]]) -> None:
    packed = pack_matches(Match(*one) for one in matches)
    for implementation in BOTH:
        with pytest.raises(ValueError, match="outside their text"):
            implementation.snippet("某税法。", packed, array("I", [1, 1]).tobytes(), 3)


@given(texts, needle_groups, st.integers(1, 70))
@settings(max_examples=200)
def test_an_excerpt_is_the_snippet_of_what_is_found(
    entry: str, groups: list[list[str]], width: int
) -> None:
    columns, needles = columns_of([entry]), Needles.of(groups)
    weights = array("I", [number % 3 for number, _ in enumerate(needles.ends[::4])]).tobytes()
    arguments = *(columns[f"text{name}"] for name in ("", ".symbols", ".table")), gaps()
    text, *folded = kernel.fold_codes(*arguments)
    matches = kernel.find(*folded, *needles)
    expected = kernel.snippet(text, matches, weights, width) if matches else None
    for implementation in BOTH:
        found = implementation.excerpt(*arguments, *needles, weights, width)
        assert found == expected


@pytest.mark.parametrize("ends", [[1], [3], [2, 1, 2], [2, 4]])
def test_needles_that_do_not_end_with_their_text_are_refused(ends: list[int]) -> None:
    letters, groups = "税法".encode("utf-32-le"), bytes(4 * len(ends))
    for implementation in BOTH:
        with pytest.raises(ValueError, match="belong together"):
            implementation.find("", b"", b"", letters, array("I", ends).tobytes(), groups)


@pytest.mark.parametrize("places", [(4, 8), (8, 4), (0, 0), (12, 12)])
def test_places_that_are_not_those_of_the_text_are_refused(places: tuple[int, int]) -> None:
    for implementation in BOTH:
        with pytest.raises(ValueError, match="belong together"):
            implementation.find("税法", *map(bytes, places), *Needles.of([["税"]]))


@given(st.binary(max_size=12), st.binary(max_size=20), st.lists(st.integers(0, 6000), max_size=10))
@settings(max_examples=400)
@example(b"\0", b"\xed\xa0\x80\xc1\x80\xf4\x90\x80\x80", [3, 3])
@example(b"\0", b"\xed\xa0\x80\xc1\x80\xf4\x90\x80\x80", [(3 << 8) + 2, 3])
@example(b"\0", b"\xed\xa0\x80\xc1\x80\xf4\x90\x80\x80", [(5 << 8) + 4, 3])
def test_codes_of_no_text_are_damage_to_both(
    codes: bytes, symbols: bytes, places: list[int]
) -> None:
    outcomes: list[object] = []
    for implementation in BOTH:
        try:
            table = array("I", places).tobytes()
            outcomes.append(tuple(implementation.fold_codes(codes, symbols, table, gaps())))
        except ValueError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("seed", range(100))
def test_a_damaged_column_is_the_same_to_both(seed: int) -> None:
    chance = random.Random(seed)
    entries = ["第一条　为了规范 Ａ类税 法，制定本条例。" * 3, "税法\u200b刑法；民\n法！" * 5]
    columns = {name: bytearray(column) for name, column in columns_of(entries).items()}
    for _ in range(3):
        column = columns[chance.choice(["text", "text.symbols", "text.table"])]
        column[chance.randrange(len(column))] = chance.randrange(256)
    outcomes: list[object] = []
    for implementation in BOTH:
        try:
            outcomes.append(located(implementation, columns, Needles.of([["税法", "民"], ["刑"]])))
        except ValueError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]
