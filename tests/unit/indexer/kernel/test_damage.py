"""Whatever the columns of a file hold, both kernels say the same: that they are damaged, or one
answer; and neither reads or writes outside its arguments.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from indexer.kernel.constants import GONE
from indexer.kernel.plain import kernel as plain
from indexer.kernel.types import Needles
from indexer.segments.writer import Builder
from indexer.text.analysis import classes
from indexer.text.dictionary_build import make_tables
from indexer.text.folding import gaps, strip_blank

kernel = pytest.importorskip("indexer.kernel._kernel", reason="the extension is not built")
BOTH = (kernel, plain)
SECTIONS = 600
Attempt = Callable[[Any], object]


def numbers(*values: int) -> bytes:
    return array("I", values).tobytes()


@pytest.fixture(scope="module")
def columns() -> Mapping[str, Any]:
    rng = random.Random(4)
    builder = Builder(("words", "bigrams"), classes(), strip_blank)
    for number in range(SECTIONS):
        text = "，".join(rng.choices(["未经批准 ", "擅自从事", "国家规定的", "处罚款"], k=4))
        words = "\0".join(["每", f"w{number % 90:02}", *rng.choices("甲乙丙丁", k=3)])
        builder.add([(words, strip_blank(text[0]) + text[1:], 8)], [(0,)], [f"第{number}条 {text}"])
    return builder.finish(range(SECTIONS)).columns


def damaged(column: bytes, rng: random.Random, width: int) -> bytes:
    """A column with numbers of some bytes changed, or a piece of it cut off."""
    data = bytearray(column)
    if rng.random() < 0.15:
        del data[rng.randrange(len(data) + 1) :]
        return bytes(data)
    for _ in range(rng.choice([1, 1, 4, 30])):
        at = rng.randrange(len(data) // width) * width
        value = rng.choice([0, 255, rng.randrange(256), rng.randrange(1 << 8 * width)])
        data[at : at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(data)


def outcome(attempt: Attempt, implementation: Any) -> object:
    try:
        return attempt(implementation)
    except ValueError:
        return ValueError


def agree(attempt: Attempt) -> object:
    ours, theirs = (outcome(attempt, implementation) for implementation in BOTH)
    assert ours == theirs
    return ours


def changed(operation: str, bits: bytes, *arguments: Any, first: bool = False) -> Attempt:
    """Returns what an operation makes of a set, which is its last argument, or its first."""

    def attempt(implementation: Any) -> object:
        result = bytearray(bits)
        given = (result, *arguments) if first else (*arguments, result)
        getattr(implementation, operation)(*given)
        return result

    return attempt


@pytest.mark.parametrize("seed", range(150))
def test_a_scan_of_damaged_texts_is_an_error_or_one_answer(
    columns: Mapping[str, Any], seed: int
) -> None:
    rng = random.Random(seed)
    names = {"text": 1, "text.offsets": 4, "text.symbols": 1, "text.table": 4}
    given = {name: columns[name] for name in names}
    hurt = rng.choice([*names])
    given[hurt] = damaged(given[hurt], rng, names[hurt])
    bits = rng.randbytes((SECTIONS + 7) // 8 - (seed % 20 == 0))
    for needle in ("规定的", "处罚款，擅", "无"):
        agree(changed("scan", bits, *given.values(), needle.encode()))


@pytest.mark.parametrize("past", [1, 2, 1000, 2**31, 2**32 - 1])
def test_a_scan_never_reads_past_the_codes(columns: Mapping[str, Any], past: int) -> None:
    codes = memoryview(columns["text"])[:40]  # more lie behind, as in a mapped file
    table = columns["text.symbols"], columns["text.table"]
    for offsets in ((0, min(40 + past, 2**32 - 1)), (min(40 + past, 2**32 - 1),) * 2, (20, 19)):
        attempt = changed("scan", b"\1", codes, numbers(*offsets), *table, b"x")
        assert agree(attempt) is ValueError


@pytest.mark.parametrize("seed", range(150))
def test_a_snippet_of_damaged_texts_is_an_error_or_one_answer(
    columns: Mapping[str, Any], seed: int
) -> None:
    rng = random.Random(seed)
    offsets = array("I", columns["text.offsets"])
    section = rng.randrange(SECTIONS)
    given = [columns["text"][offsets[section] : offsets[section + 1]]]
    given += [columns["text.symbols"], columns["text.table"], gaps()]
    hurt = rng.randrange(4)
    given[hurt] = damaged(bytes(given[hurt]), rng, 4 if hurt == 2 else 1)
    needles = Needles.of([["规定的", "罚"], ["条"]])
    weights = numbers(1, 2, 3) if seed % 9 else numbers(1)
    agree(lambda one: tuple(one.fold_codes(*given)))
    width = rng.randrange(1, 60)
    agree(lambda one: one.excerpt(*given, *needles, weights, width))
    for folded in (False, True):
        agree(lambda one, folded=folded: one.unpack(*given[:3], folded))


@pytest.mark.parametrize("seed", range(150))
def test_needles_and_places_that_are_damaged_are_an_error_or_one_answer(seed: int) -> None:
    rng = random.Random(seed)
    text = "税法刑法民法" * 3
    places = [numbers(*range(len(text))), numbers(*range(1, len(text) + 1))]
    needles = [*Needles.of([["税法", "法"], ["刑", "民法刑"]])]
    hurt = rng.randrange(4)
    if hurt < 2:
        places[hurt] = damaged(places[hurt], rng, 4)
    else:
        needles[1] = damaged(needles[1], rng, 4)
    agree(lambda one: one.find(text, *places, *needles))


@pytest.mark.parametrize("seed", range(150))
def test_a_term_in_a_damaged_dictionary_is_an_error_or_one_answer(
    columns: Mapping[str, Any], seed: int
) -> None:
    rng = random.Random(seed)
    terms, index = columns["words.terms"], columns["words.index"]
    count = 95
    assert plain.lookup(terms, index, count, "每".encode()) is not None
    if seed % 2:
        terms = damaged(terms, rng, 1)
    else:
        index = damaged(index, rng, 8)
    for term in (b"w00", b"w17", b"w31", b"w89", "每".encode(), "甲".encode(), b"w", b"", b"\xff"):
        agree(lambda one, term=term: one.lookup(terms, index, count, term))


@pytest.mark.parametrize("seed", range(150))
def test_a_set_of_damaged_postings_is_an_error_or_one_answer(
    columns: Mapping[str, Any], seed: int
) -> None:
    rng = random.Random(seed)
    place = plain.lookup(
        columns["words.terms"],
        columns["words.index"],
        95,
        rng.choice(["每", "甲", "w07"]).encode(),
    )
    assert place is not None
    _, df, offset, size = place
    postings = columns["words.postings"]
    hurt = damaged(postings[offset : offset + size], rng, 1)
    sections = rng.choice([SECTIONS, SECTIONS, SECTIONS - 1, 257, 100])
    df = rng.choice([df, df, df + 1, sections + 1])
    where = (hurt, 0, rng.choice([len(hurt), size, max(len(hurt) - 1, 0)]), df, sections)
    bits = rng.randbytes((sections + 7) // 8)
    for operation in ("fill", "narrow"):
        agree(changed(operation, bits, *where))
    agree(lambda one: one.overlap(*where, bits))
    agree(lambda one: sorted(array("I", one.decode(*where)[0])))
    agree(lambda one: sorted(one.decode(*where)[1]))


@pytest.mark.parametrize("seed", range(100))
def test_damaged_documents_of_sections_are_an_error_or_one_answer(seed: int) -> None:
    rng = random.Random(seed)
    cuts = sorted(rng.sample(range(100), 20))
    first = bytearray(numbers(0, *cuts, 100))
    for _ in range(seed % 4):
        at = 4 * rng.randrange(len(first) // 4)
        first[at : at + 4] = numbers(rng.choice([0, 5, 100, 101, 3000]))
    if seed % 5 == 0:
        del first[rng.randrange(len(first)) :]
    agree(lambda one: one.expand(bytes([165] * (3 - seed % 2)), first))
    agree(lambda one: one.tally(bytes([165] * 13), first))
    totals = numbers(*range(8))
    entries, groups = numbers(*(n % 25 for n in cuts)), numbers(*(n % 9 for n in cuts))
    counts = numbers(*[2**32 - 1, *range(23)])
    agree(changed("group", totals, counts, entries, groups[: len(groups) - seed % 3]))


@pytest.mark.parametrize("seed", range(30))
def test_a_run_cut_by_a_damaged_dictionary_is_an_error_or_one_answer(seed: int) -> None:
    rng = random.Random(seed)
    made, _ = make_tables()
    names = {"trie.characters": 2, "trie.children": 4, "trie.values": 2, "weights": 8}
    given = [bytes(made[name]) for name in (*names, "model", "emissions")]
    text = "国务院关于印发规定的通知中华人民共和国合同法研究生命起源"
    hurt = rng.randrange(3)
    width = [*names.values()][hurt]
    data = bytearray(given[hurt])
    for char in text if seed % 3 else text[:1]:
        at = (ord(char) - 0x4E00) * width
        data[at : at + width] = rng.randbytes(width)
    given[hurt] = bytes(data[: len(data) - (seed % 7 == 0)])
    agree(lambda one: one.cut(one.cutter(*given, bool(seed % 2)), text))


@pytest.mark.parametrize("new", [(0, 1, 1), (0, 0, GONE), (0, 3, 1), (2, 2, 2)])
def test_a_merge_that_gives_two_sections_one_number_is_refused(new: tuple[int, int, int]) -> None:
    def source(implementation: Any, words: list[str], *numbered: int) -> Any:
        log = implementation.inverter(7)
        named = numbers(*(n for part in range(len(words)) for n in (1, part)))
        implementation.add_words(log, "\1".join(words).encode(), b"\10" * len(words), named)
        order = numbers(*range(len(words)))
        terms, _, postings, _, count = implementation.finish(log, order)
        return terms, count, postings, numbers(*numbered)

    def attempt(implementation: Any) -> object:
        one = source(implementation, ["a", "a"], *new[:2])
        other = source(implementation, ["a"], new[2])
        return implementation.merge((one, other), numbers(8, 8, 8))

    assert agree(attempt) is ValueError


def test_a_merge_of_more_postings_than_sections_is_refused() -> None:
    def attempt(implementation: Any) -> object:
        log = implementation.inverter(7)
        named = numbers(*[1, 0] * 20_000)
        implementation.add_words(log, b"a", b"\10", named)
        terms, _, postings, _, count = implementation.finish(log, numbers(*range(20_000)))
        return implementation.merge(((terms, count, postings, bytes(80_000)),), numbers(8))

    assert agree(attempt) is ValueError


@pytest.mark.parametrize("order", [(), (0, 1), (0, 0, 1), (0, 1, 3), (0, 1, 2, 3), (0, 1, GONE)])
def test_an_order_that_is_no_permutation_is_refused(order: tuple[int, ...]) -> None:
    def attempt(implementation: Any) -> object:
        log = implementation.inverter(7)
        implementation.add_words(log, b"a", b"\10", numbers(*[1, 0] * 3))
        return implementation.finish(log, numbers(*order))

    assert agree(attempt) is ValueError
