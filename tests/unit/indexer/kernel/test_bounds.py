"""Sections at the edge of a bound are hits, or are kept, as the definition says."""

from __future__ import annotations

import random
from array import array
from typing import Any

import pytest

from indexer.kernel import bm25
from indexer.kernel.constants import GONE
from indexer.kernel.plain import kernel as plain
from indexer.kernel.plain.dictionary import terms_of
from indexer.kernel.types import ScoredField, ScoredTerm

kernel = pytest.importorskip("indexer.kernel._kernel", reason="the extension is not built")
BOTH = (kernel, plain)


def numbers(*values: int) -> bytes:
    return array("I", values).tobytes()


def inverted(sections: dict[int, list[str]], count: int) -> Any:
    """Sections of words; those that are not given have none."""
    log = kernel.inverter(7)
    parts = "\1".join("\0".join(words) for words in sections.values()).encode()
    place = {section: number for number, section in enumerate(sections)}
    named = [[1, place[n]] if n in place else [0] for n in range(count)]
    flat = numbers(*(number for one in named for number in one))
    kernel.add_words(log, parts, b"\10" * len(sections), flat)
    return kernel.finish(log, numbers(*range(count)))


def test_a_frequency_beyond_32_bits_is_the_highest_and_does_not_start_anew() -> None:
    # (2^32 - 1) / 255 = 257 * 65537 occurrences of weight 255, and one more.
    log = kernel.inverter(7)
    parts = b"\0".join([b"x"] * 65537) + b"\1x"
    kernel.add_words(log, parts, b"\xff\xff", numbers(258, *[0] * 257, 1))
    terms, _, postings, lengths, count = kernel.finish(log, numbers(0))
    ((_, df, offset, size),) = terms_of(terms, count)
    _, codes = kernel.decode(postings, offset, size, df, 1)
    assert codes == b"\xff"
    assert list(array("I", lengths)) == [GONE]


@pytest.mark.parametrize("sections", [1, 7, 8, 9, 255, 257, 1500, 1501])
def test_the_last_sections_of_a_filter_count_like_others(sections: int) -> None:
    terms, _, postings, lengths, count = inverted({n: ["x"] for n in range(sections)}, sections)
    ((_, df, offset, size),) = terms_of(terms, count)
    filter = bytearray((sections + 7) // 8)
    filter[-1] = 1 << (sections - 1) % 8
    fields: tuple[ScoredField, ...] = ((postings, lengths, 0.3, 0.1, 1.0),)
    term: ScoredTerm = (0, (0, df, offset, size), 1.0)
    for implementation in BOTH:
        hits = implementation.topk(sections, 5, bytes(filter), False, 0.0, fields, (term,))
        assert [section for _, section in hits] == [sections - 1]


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_of_equal_scores_the_earlier_section_wins_whatever_the_bounds(
    seed: int, dense: bool
) -> None:
    # The later range is visited first, for one of its sections has a term twice; then a section of
    # the earlier one, whose bounds are its very score, must still be let in.
    rng = random.Random(seed)
    names = [f"t{n}" for n in range(rng.choice([2, 3, 8, 20]))]
    sections = {40: names, 300: names, 301: [rng.choice(names)] * 9}
    if dense:
        sections |= dict.fromkeys(range(600, 900), names)
    terms, _, postings, lengths, count = inverted(sections, 1000)
    a, c = bm25.norm_of_lengths(array("I", lengths))
    fields: tuple[ScoredField, ...] = ((postings, lengths, a, c, 1 + 1e-12),)
    scored = tuple(
        (0, (0, df, offset, size), rng.choice([rng.random(), 1.0, 1e-3 * rng.random()]))
        for _, df, offset, size in terms_of(terms, count)
    )
    for k in (1, 2, 3):
        expected = plain.topk(1000, k, None, False, 0.0, fields, scored)
        assert kernel.topk(1000, k, None, False, 0.0, fields, scored) == expected
