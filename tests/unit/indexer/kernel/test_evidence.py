"""Evidence: both kernels say which words stand in texts, and that a damaged text is damaged."""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.kernel.plain import kernel as plain
from indexer.segments.writer import Builder
from indexer.text.analysis import classes
from indexer.text.folding import fold, strip_blank, strip_blanks

kernel = pytest.importorskip("indexer.kernel._kernel", reason="the extension is not built")
BOTH = (kernel, plain)
COLUMNS = ("text", "text.offsets", "text.symbols", "text.table")

characters = st.one_of(
    st.characters(), st.sampled_from("税法刑民国后。\n \u3000Ａab1\u200b\ud800\0")
)
texts = st.text(characters, max_size=40)


def columns_of(entries: Sequence[str]) -> Mapping[str, Any]:
    builder = Builder(("words", "bigrams"), classes(), strip_blank)
    builder.add([], [()] * len(entries), entries)
    columns = builder.finish(range(len(entries))).columns
    return {name: bytes(columns[name]) for name in COLUMNS}


def packed(needles: Sequence[str]) -> tuple[bytes, bytes]:
    each = [needle.encode("utf-8", "surrogatepass") for needle in needles]
    return b"".join(each), array("I", accumulate(map(len, each))).tobytes()


def numbers(*values: int) -> bytes:
    return array("I", values).tobytes()


def found(
    columns: Mapping[str, Any], sections: Sequence[int], needles: Sequence[str]
) -> list[bytes | None]:
    """What each kernel finds; None where it says that its arguments are damaged."""
    outcomes: list[bytes | None] = []
    for one in BOTH:
        try:
            outcomes.append(one.evidence(*columns.values(), numbers(*sections), *packed(needles)))
        except ValueError:
            outcomes.append(None)
    return outcomes


@given(
    st.lists(texts, min_size=1, max_size=5),
    st.lists(st.text("税法刑民国后ab1。\0", min_size=1, max_size=3), max_size=64),
)
@settings(max_examples=300)
@example(["第一条　Ａ税 法", "", "税税法"], ["a税", "税法", "税税", "法", "a", "1"])
@example(["ab", "a"], ["ab", "a", "b", "a"])
@example(["税法"], ["刑"] * 63 + ["税法"])
def test_a_bit_is_set_where_the_folded_text_holds_the_needle(
    entries: list[str], needles: list[str]
) -> None:
    sections = [*reversed(range(len(entries))), 0]  # any order, and again
    held = [strip_blanks(fold(entries[section])) for section in sections]
    expected = array(
        "Q", [sum((needle in text) << bit for bit, needle in enumerate(needles)) for text in held]
    )
    assert found(columns_of(entries), sections, needles) == [expected.tobytes()] * 2


@pytest.mark.parametrize(
    "given_to",
    [
        (numbers(0), b"ab", numbers(1)),  # not all letters are a needle's
        (numbers(0), b"ab", numbers(1, 3)),
        (numbers(0), b"ab", numbers(2, 2)),  # an empty one
        (numbers(0), b"ab", numbers(2, 1)),
        (numbers(0), b"", numbers(0)),
        (numbers(0), b"a" * 65, numbers(*range(1, 66))),  # too many
        (numbers(0), b"ab", numbers(2)[:3]),
        (numbers(2), b"ab", numbers(2)),  # no such section
        (numbers(2**32 - 1), b"ab", numbers(2)),
        (numbers(0)[:3], b"ab", numbers(2)),
    ],
)
def test_arguments_that_do_not_belong_together_are_refused(given_to: tuple[bytes, ...]) -> None:
    columns = columns_of(["税法ab", "刑法"])
    for one in BOTH:
        with pytest.raises(ValueError, match="damaged"):
            one.evidence(*columns.values(), *given_to)


@pytest.mark.parametrize("past", [1, 1000, 2**31, 2**32 - 1])
def test_no_text_is_read_past_the_codes(past: int) -> None:
    columns = columns_of(["第一条　为了规范税法，制定本条例。" * 3])
    end = len(columns["text"]) // 2
    codes = memoryview(columns["text"])[:end]  # more lie behind, as in a mapped file
    beyond = min(end + past, 2**32 - 1)
    for offsets in ((0, beyond), (beyond, beyond), (end, end - 1)):
        hurt = {**columns, "text": codes, "text.offsets": numbers(*offsets)}
        assert found(hurt, [0], ["税法"]) == [None, None]


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_column_is_the_same_to_both(seed: int) -> None:
    chance = random.Random(seed)
    entries = ["第一条　为了规范 Ａ类税 法，制定本条例。" * 3, "税法\u200b刑法；民\n法！" * 5]
    columns = {name: bytearray(column) for name, column in columns_of(entries).items()}
    for _ in range(3):
        column = columns[chance.choice(COLUMNS)]
        if chance.random() < 0.1:
            del column[chance.randrange(len(column)) :]
        elif column:
            column[chance.randrange(len(column))] = chance.randrange(256)
    ours, theirs = found(columns, [0, 1], ["税法", "民", "刑", "a"])
    assert ours == theirs
