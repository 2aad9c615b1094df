"""Segments and collections of them find what a plain count over the sections finds."""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexDamaged, IndexIncompatible
from indexer.kernel import kernel
from indexer.kernel.plain import kernel as plain
from indexer.segments import GONE, Collection, Segment
from indexer.segments.format import ColumnFile, write_columns
from indexer.segments.writer import Builder, merge
from indexer.text.analysis import bigrams, classes, ranked
from indexer.text.folding import strip_blank

FIELDS = ("words", "bigrams")
KERNELS = [plain] if kernel is plain else [plain, kernel]


class Unit(NamedTuple):
    words: list[str]
    body: str
    title: str  # weighs one and a half, and is not part of the body


words = st.lists(st.sampled_from(["法院", "罚款", "条例", "a", "12"]), max_size=5)
bodies = st.text("国家法院条例,。a1😀", max_size=10)
sections = st.builds(Unit, words, bodies, st.text("国家法院", max_size=3))
indexes = st.lists(st.lists(sections, min_size=1, max_size=12), min_size=1, max_size=3)


def build(sections: list[Unit], implementation: ModuleType = kernel) -> Builder:
    builder = Builder(FIELDS, classes(), strip_blank, kernel=implementation)
    for section in sections:
        parts = [("\0".join(section.words), section.body, 8), ("", section.title, 12)]
        builder.add(parts, [(0, 1)], [section.body])
    return builder


def open_segment(sections: list[Unit], path: Path) -> Segment:
    build(sections).finish(range(len(sections))).write(path)
    return Segment(path)


def counts(section: Unit) -> dict[tuple[str, str], float]:
    found: Counter[tuple[str, str]] = Counter()
    for word in section.words:
        found["words", word] += 1
    for text, weight in ((section.body, 1), (section.title, 1.5)):
        for pair in ranked(bigrams(text)):
            found["bigrams", pair] += weight  # type: ignore[assignment]
    return found


def brute_force(sections: dict[int, Unit], terms: list[tuple[str, str]]) -> list[tuple[float, int]]:
    """BM25 by its definition."""
    every = {number: counts(section) for number, section in sections.items()}
    lengths = {
        field: {n: sum(v for (f, _), v in c.items() if f == field) for n, c in every.items()}
        for field in FIELDS
    }
    scores: dict[int, float] = {}
    for field, text in terms:
        df = sum((field, text) in c for c in every.values())
        idf = math.log(1 + (len(sections) - df + 0.5) / (df + 0.5))
        average = sum(lengths[field].values()) / len(sections) or 1.0
        for number, c in every.items():
            if tf := c.get((field, text)):
                norm = 1.2 * (1 - 0.75 + 0.75 * lengths[field][number] / average)
                part = idf * 2.2 * tf / (tf + norm)
                scores[number] = scores.get(number, 0.0) + part
    return sorted(
        ((score, number) for number, score in scores.items()), key=lambda h: (-h[0], h[1])
    )


@pytest.mark.slow
@pytest.mark.parametrize("implementation", KERNELS)
@settings(max_examples=60)
@given(index=indexes, data=st.data())
def test_a_collection_ranks_as_the_definition_says(
    tmp_path_factory: pytest.TempPathFactory,
    implementation: ModuleType,
    index: list[list[Unit]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("segments")
    segments = []
    deleted = []
    live: dict[int, Unit] = {}
    base = 0
    for number, part in enumerate(index):
        build(part, implementation).finish(range(len(part))).write(folder / str(number))
        segments.append(Segment(folder / str(number), kernel=implementation))
        gone = data.draw(st.sets(st.integers(0, len(part) - 1), max_size=len(part)))
        deleted.append([range(section, section + 1) for section in sorted(gone)])
        live |= {base + n: section for n, section in enumerate(part) if n not in gone}
        base += len(part)
    collection = Collection(segments, deleted, kernel=implementation)
    known = sorted({term for section in live.values() for term in counts(section)})
    terms = data.draw(
        st.lists(st.sampled_from([*known, ("words", "none")]), max_size=4, unique=True)
    )
    expected = brute_force(live, terms) if live else []
    assert set(collection.having(terms)) == {section for _, section in expected}
    for k in (1, 3, 100):
        hits = collection.top(k, terms, lambda section: section)
        assert [score for score, _ in hits] == pytest.approx([s for s, _ in expected[:k]])
    for score, section in collection.top(100, terms, lambda section: section):
        total = 0.0
        for term in collection.by_weight(dict.fromkeys(terms, 1.0)):
            part = collection.contribution(term, section)
            total += part.score if part else 0.0
        assert total == score
    text = data.draw(st.text("国家法院,。a1😀", min_size=1, max_size=3))
    pairs = [("bigrams", pair) for pair in ranked(bigrams(text))]
    holding = collection.holding(text, pairs)
    assert set(holding) == {section for section, found in live.items() if text in found.body}
    assert len(holding) == len(set(holding))
    assert set(collection.all()) == live.keys()
    assert set(collection.all() - holding) == live.keys() - set(holding)
    within = collection.top(100, terms, lambda section: section, holding)
    assert {section for _, section in within} == set(holding)
    assert within == sorted(within, key=lambda hit: (-hit[0], hit[1]))


@settings(max_examples=40)
@given(st.lists(sections, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_merged_segments_are_the_bytes_of_one_built_at_once(
    sections: list[Unit], rng: random.Random
) -> None:
    owner = [rng.randrange(4) for _ in sections]  # 3: deleted
    kept = [number for number in range(len(sections)) if owner[number] < 3]
    new = {number: place for place, number in enumerate(kept)}
    sources = []
    for part in range(3):
        mine = [
            n for n in range(len(sections)) if owner[n] == part or (owner[n] == 3 and part == 0)
        ]
        columns = build([sections[n] for n in mine]).finish(range(len(mine)))
        sources.append((columns, array("I", (new.get(n, GONE) for n in mine))))
    at_once = build([sections[n] for n in kept]).finish(range(len(kept)))
    assert merge(sources, strip_blank) == at_once


def test_sections_can_be_sorted_when_all_are_known(tmp_path: Path) -> None:
    sections = [Unit([f"w{n}"], f"第{n}条国家", "") for n in range(40)]
    order = list(range(40))
    random.Random(1).shuffle(order)
    shuffled = build([sections[n] for n in order]).finish([order.index(n) for n in range(40)])
    assert shuffled == build(sections).finish(range(40))
    shuffled.write(tmp_path / "a")
    segment = Segment(tmp_path / "a")
    assert [segment.text(n) for n in range(40)] == [section.body for section in sections]
    segment.close()


def test_the_same_sections_make_the_same_file(tmp_path: Path) -> None:
    sections = [Unit(["法院", "条例"], "国家法院条例", "国家")] * 20
    for name in ("a", "b"):
        open_segment(sections, tmp_path / name).close()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_terms_are_listed_in_order_from_any_point(tmp_path: Path) -> None:
    names = sorted(f"{n * 7919 % 1000:x}" for n in range(400))
    segment = open_segment([Unit(names, "", "")], tmp_path / "a")
    for first in ("", "1", "8f", "zz", names[32], names[31] + "0"):
        found = [term.decode() for term, _ in segment.terms("words", first.encode())]
        assert found == [name for name in sorted(set(names)) if name >= first]
    segment.close()


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_is_a_typed_error_or_another_answer(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = tmp_path / "a"
    sections = [Unit(["法院", f"w{n}"], f"国家法院{n}", "条例") for n in range(300)]
    open_segment(sections, path).close()
    data = bytearray(path.read_bytes())
    if seed % 3:
        for _ in range(rng.choice([1, 20])):
            data[rng.randrange(len(data))] = rng.randrange(256)
    else:
        del data[rng.randrange(len(data)) :]
    path.write_bytes(data)
    try:
        segment = Segment(path)
        collection = Collection([segment], [[]])
        terms = [("words", "法院"), ("bigrams", "国家"), ("words", "w7")]
        collection.top(5, terms, lambda section: section)
        collection.holding("家法", terms[1:2])
        list(segment.terms("words"))
        [segment.text(section) for section in range(300)]
        segment.source(0, 300)
        merge([(segment.as_columns(), range(300))], strip_blank)
    except (IndexDamaged, IndexIncompatible) as error:
        assert path.name in str(error) or "damaged" in str(error) or "merged" in str(error)


@pytest.mark.parametrize("forged", [None, -1, 33, 1 << 70, "x", [1]])
@pytest.mark.parametrize("fact", ["units", "counts", "totals", "words"])
def test_facts_that_are_none_are_a_typed_error_though_their_checksum_is_right(
    tmp_path: Path, fact: str, forged: Any
) -> None:
    open_segment([Unit(["法院"], "国家法院", "条例")], tmp_path / "a").close()
    whole = ColumnFile(tmp_path / "a")
    facts = {**whole.facts, fact: forged}
    if fact == "words":
        facts = {**whole.facts, "counts": {**whole.facts["counts"], "words": forged}}
    write_columns(tmp_path / "b", whole.columns, facts)
    with pytest.raises(IndexDamaged):
        list(Segment(tmp_path / "b").terms("words"))


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    open_segment([Unit(["a"], "国家", "")], path).close()
    data = bytearray(path.read_bytes())
    data[6] = 99
    path.write_bytes(data)
    with pytest.raises(IndexIncompatible, match="format 99"):
        Segment(path)


def test_columns_begin_at_multiples_of_64_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    segment = open_segment([Unit(["a"], "国家", "")], path)
    places = segment._file._directory()["columns"]
    assert len(places) == 12
    assert all(offset % 64 == 0 for offset, _ in places.values())
    segment.close()
