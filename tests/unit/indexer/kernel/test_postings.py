"""Lists of postings of every form are read as they were written, by the kernel and its plain
kernel.
"""

from __future__ import annotations

import random
from array import array
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.kernel.constants import GONE, TF_EIGHTHS
from indexer.kernel.plain import kernel as plain
from indexer.kernel.plain import postings
from indexer.kernel.plain.dictionary import terms_of
from indexer.kernel.plain.postings import RANGE, SHORT_LIST, SPARSE
from indexer.segments import Collection, Segment
from indexer.segments.writer import Builder, merge
from indexer.text.analysis import classes
from indexer.text.folding import strip_blank

kernel = pytest.importorskip("indexer.kernel._kernel", reason="the extension is not built")

BOTH = (kernel, plain)
Posting = tuple[int, int]  # section, code


def written(wanted: list[Posting], sections: int, implementation=kernel):
    """The postings of a term, its place in them, and the lengths of all sections."""
    log = implementation.inverter(7)
    eighths = {section: TF_EIGHTHS[code] for section, code in wanted}
    weights = bytes(range(1, 256))  # of a part each, which is a single word
    named = array("I")
    for section in range(sections):
        whole, rest = divmod(eighths.get(section, 0), 255)
        parts = [254] * whole + [rest - 1] * bool(rest)
        named.extend((len(parts), *parts))
    implementation.add_words(log, b"\1".join([b"x"] * 255), weights, named.tobytes())
    result = implementation.finish(log, array("I", range(sections)).tobytes())
    ((_, df, offset, size),) = terms_of(result[0], result[4])
    return result[2], (0, df, offset, size), result[3]


def read(implementation, data, place, sections) -> list[Posting]:
    docs, codes = implementation.decode(data, place[2], place[3], place[1], sections)
    return list(zip(array("I", docs), codes, strict=True))


def marked(wanted: list[Posting], sections: int) -> bytearray:
    bits = bytearray((sections + 7) // 8)
    for section, _ in wanted:
        bits[section >> 3] |= 1 << (section & 7)
    return bits


lists = st.lists(
    st.tuples(
        st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 300)),
        st.one_of(st.just(8), st.sampled_from([16, 24, 128, 136, 2, 255]), st.integers(1, 255)),
    ),
    min_size=1,
    max_size=400,
)


@given(lists, st.integers(1, 300))
@settings(max_examples=100, deadline=None)
def test_both_write_the_same_bytes_and_read_back_what_was_written(gaps, more):
    places = accumulate((gap for gap, _ in gaps), lambda section, gap: section + 1 + gap)
    wanted = [(section, code) for section, (_, code) in zip(places, gaps, strict=True)]
    sections = wanted[-1][0] + more
    data, place, lengths = written(wanted, sections)
    assert (data, place, lengths) == written(wanted, sections, plain)
    for implementation in BOTH:
        assert read(implementation, data, place, sections) == wanted
        bits = bytearray((sections + 7) // 8)
        implementation.fill(data, place[2], place[3], place[1], sections, bits)
        assert bits == marked(wanted, sections)
        kept = bytearray(b"\x55" * len(bits))
        implementation.narrow(data, place[2], place[3], place[1], sections, kept)
        assert list(kept) == [mine & 0x55 for mine in bits]
        found = implementation.overlap(data, place[2], place[3], place[1], sections, bits)
        assert found == len(wanted)


@pytest.mark.parametrize("width", range(18))
def test_gaps_of_any_width_are_read_as_they_were_written(width):
    wanted = [(0, 8)]
    for gap in ((1 << width) - 1, 1 << width, (2 << width) - 2):
        wanted.append((wanted[-1][0] + 1 + gap, 24))
    sections = wanted[-1][0] + 1
    data, place, _ = written(wanted, sections)
    for implementation in BOTH:
        assert read(implementation, data, place, sections) == wanted


@pytest.mark.parametrize("df", [SHORT_LIST, SHORT_LIST + 1, 200, 201])
def test_a_list_is_blocks_from_a_share_of_the_sections_on(df):
    wanted = [(190 * number, 8) for number in range(df)]
    sections = 200 * SPARSE + 1
    data, place, _ = written(wanted, sections)
    assert (data, place) == written(wanted, sections, plain)[:2]
    assert postings.is_sparse(df, sections) == (df <= 200)
    assert (len(data) > 2 * df) == (df > 200)  # a block has an entry of two bytes
    for implementation in BOTH:
        assert read(implementation, data, place, sections) == wanted


@pytest.mark.parametrize("ones", [0, 1, 31, 32, 200])
@pytest.mark.parametrize("others", [0, 1, 6, 7, 56])
def test_blocks_of_any_size_are_read_as_they_were_written(ones, others):
    rng = random.Random(ones * 256 + others)
    codes = [8] * ones + rng.choices([2, 16, 255], k=others)
    if not codes:
        return
    wanted = [(section, 8) for section in range(RANGE)]  # enough to have blocks
    lows = sorted(rng.sample(range(RANGE), len(codes)))
    rng.shuffle(codes)
    wanted += [(RANGE + low, code) for low, code in zip(lows, codes, strict=True)]
    sections = wanted[-1][0] + 1
    data, place, lengths = written(wanted, sections)
    assert (data, place, lengths) == written(wanted, sections, plain)
    fields = ((data, lengths, 0.3, 0.1, 1.0),)
    rankings = [
        implementation.topk(sections, 2 * RANGE, None, False, 0.0, fields, ((0, place, 1.5),))
        for implementation in BOTH
    ]
    assert rankings[0] == rankings[1]
    assert len(rankings[0]) == len(wanted)
    for implementation in BOTH:
        assert read(implementation, data, place, sections) == wanted


def test_sections_past_the_last_are_damage_to_both():
    wanted = [(section, 8) for section in range(100, RANGE + 100)]
    data, place, _ = written(wanted, wanted[-1][0] + 1)
    for sections in (RANGE + 99, RANGE + 1):
        for implementation in BOTH:
            with pytest.raises(ValueError, match="damaged"):
                read(implementation, data, place, sections)


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_stream_that_is_cut_off_is_damage_to_both(cut):
    wanted = [(section, 16) for section in range(3, 300, 11)]
    data, (_, df, offset, size), _ = written(wanted, 300)
    for implementation in BOTH:
        with pytest.raises(ValueError, match=r"damaged|outside"):
            implementation.decode(data[: size - cut], offset, size - cut, df, 300)


def test_rankings_do_not_depend_on_the_width_of_lengths():
    wanted = [(section, 8 + section % 3 * 8) for section in range(0, 900, 3)]
    data, place, wide = written(wanted, 1000)
    narrow = array("H", array("I", wide)).tobytes()
    assert len(narrow) < len(wide)
    rankings = [
        implementation.topk(
            1000, 50, None, False, 0.0, ((data, lengths, 0.3, 0.1, 1.0),), ((0, place, 2.0),)
        )
        for lengths in (narrow, wide)
        for implementation in BOTH
    ]
    assert all(ranking == rankings[0] for ranking in rankings)


@pytest.mark.parametrize("count", [5, 3])
def test_lengths_that_are_cut_off_are_damage_to_both(count):
    data, place, _ = written([(0, 8)], 2)
    fields = ((data, bytes(count), 0.3, 0.1, 1.0),)
    for implementation in BOTH:
        with pytest.raises(ValueError, match="cut off"):
            implementation.topk(2, 1, None, False, 0.0, fields, ((0, place, 1.0),))


def test_a_section_longer_than_16_bits_keeps_its_length(tmp_path: Path):
    builder = Builder(("words", "bigrams"), classes(), strip_blank)
    parts = [("\0".join(["法院"] * 8192), "", 8), ("法院", "", 8)]
    builder.add(parts, [(0,), (1,)], ["法院", "法院"])
    columns = builder.finish([0, 1])
    merged = merge([(columns, [1, 0])], strip_blank)
    shorter = merge([(columns, [GONE, 0])], strip_blank)
    for name, made, expected in (("built", columns, [65536, 8]), ("merged", merged, [8, 65536])):
        made.write(tmp_path / name)
        segment = Segment(tmp_path / name)
        assert list(segment.lengths("words")) == expected
        assert len(segment.columns["bigrams.lengths"]) == 4  # of 16 bits: all are short
        collection = Collection([segment], [[]])
        for score, section in collection.top(2, [("words", "法院")], int):
            found = collection.contribution(("words", "法院"), section)
            assert found is not None
            assert score == found.score
    assert len(shorter.columns["words.lengths"]) == 2
