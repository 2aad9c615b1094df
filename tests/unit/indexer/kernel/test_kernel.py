"""The compiled kernel does what its plain-Python plain kernel does, to the bit, and never trusts a
file.
"""

from __future__ import annotations

import random
from array import array
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.kernel import bm25
from indexer.kernel.constants import CHARACTERS, GONE, TF_EIGHTHS
from indexer.kernel.plain import dictionary, postings
from indexer.kernel.plain import kernel as plain
from indexer.kernel.plain.pack import SAMPLE
from indexer.kernel.plain.scan import WIDE_CODES
from indexer.kernel.plain.sets import members

kernel = pytest.importorskip("indexer.kernel._kernel", reason="the extension is not built")

CLASSES = bytearray(CHARACTERS)
CLASSES[ord("a") : ord("z") + 1] = b"\1" * 26
CLASSES[0x4E00:0x9FFF] = b"\3" * (0x9FFF - 0x4E00)

characters = st.sampled_from("国家法院a1，。\U00020000\U0001f600\ud800é")
texts = st.text(characters, max_size=12)
words = st.lists(st.text(st.characters(exclude_characters="\0\1"), max_size=4), max_size=6)
weights = st.integers(1, 255)
sections = st.lists(st.tuples(words, weights), max_size=30)


@st.composite
def batches(draw, texts):
    """Sections and the parts they name, as they are given to an inverter batch by batch."""
    made = []
    for _ in range(draw(st.integers(0, 3))):
        parts = draw(st.lists(st.tuples(texts, weights), max_size=6))
        named = st.lists(st.integers(0, len(parts) - 1), max_size=4) if parts else st.just([])
        made.append((parts, draw(st.lists(named, max_size=10))))
    return made


def inverted_batches(implementation, batches, order=None, classes=None):
    """The terms of parts: their bigrams by some ``classes``, else the words NUL lies between."""
    log = implementation.inverter(7)
    add = implementation.add_bigrams if classes else implementation.add_words
    for parts, sections in batches:
        text = "\1".join(text for text, _ in parts).encode("utf-8", "surrogatepass")
        named = array("I", (number for section in sections for number in (len(section), *section)))
        more = (classes,) if classes else ()
        add(log, text, bytes(weight for _, weight in parts), named.tobytes(), *more)
    count = sum(len(sections) for _, sections in batches)
    return implementation.finish(log, array("I", order or range(count)).tobytes())


def inverted(implementation, sections):
    """Sections of words, each of one weight."""
    parts = [("\0".join(section_words), weight) for section_words, weight in sections]
    return inverted_batches(implementation, [(parts, [[n] for n in range(len(sections))])])


def many(seed=1, count=1500, vocabulary=40):
    """Sections enough for lists with blocks, with frequencies of every mode."""
    rng = random.Random(seed)
    for number in range(count):
        ranks = [int(rng.expovariate(0.2)) for _ in range(rng.randint(0, 9))]
        chosen = [f"w{min(rank, vocabulary)}" for rank in ranks]
        if number % 400 < 300:
            chosen += ["steady"] * 2
        yield chosen, rng.choice([8, 8, 8, 20, 255])


@pytest.fixture(scope="module")
def segment():
    return inverted(kernel, list(many()))


def terms_of(result):
    return {term: place for term, *place in dictionary.terms_of(result[0], result[4])}


@given(batches(words.map("\0".join)), batches(texts), st.randoms())
@settings(max_examples=200)
def test_both_invert_to_the_same_bytes(of_words, of_texts, rng):
    for made, classes in ((of_words, None), (of_texts, CLASSES)):
        order = list(range(sum(len(sections) for _, sections in made)))
        rng.shuffle(order)
        mine = inverted_batches(kernel, made, order, classes)
        assert mine == inverted_batches(plain, made, order, classes)


@given(batches(texts))
def test_sections_are_the_same_whatever_they_are_given_with(made):
    apart = [
        ([parts[number] for number in section], [range(len(section))])
        for parts, sections in made
        for section in sections
    ]
    assert inverted_batches(kernel, made, None, CLASSES) == inverted_batches(
        kernel, apart, None, CLASSES
    )


@pytest.mark.parametrize("implementation", [kernel, plain])
def test_parts_weights_and_sections_that_do_not_belong_together_are_refused(implementation):
    log = implementation.inverter(7)
    for text, part_weights, named in (
        (b"a\1b", b"\10", []),  # two parts, one weight
        (b"", b"\10\10", []),
        (b"a", b"", []),
        (b"a", b"\0", []),  # weighs nothing
        (b"a", b"\10", [1, 1]),  # no such part
        (b"a", b"\10", [2, 0]),  # cut off
    ):
        with pytest.raises(ValueError, match="belong together"):
            implementation.add_words(log, text, part_weights, array("I", named).tobytes())
    assert implementation.finish(log, b"")[4] == 0


def test_an_inverter_serves_one_thread_at_a_time():
    log = kernel.inverter(7)
    part = "\0".join(f"{n:x}" for n in range(1000))
    many_parts = "\1".join([part] * 2000).encode()
    named = array("I", (number for n in range(2000) for number in (1, n))).tobytes()
    with ThreadPoolExecutor(1) as thread:
        adding = thread.submit(kernel.add_words, log, many_parts, b"\10" * 2000, named)
        said = set()
        while not adding.done():
            try:
                kernel.add_words(log, b"", b"\0", b"")  # never taken, and so never in the way
            except (RuntimeError, ValueError) as error:
                said.add(type(error))
        adding.result()
    assert RuntimeError in said
    order = array("I", range(2000)).tobytes()
    assert kernel.finish(log, order)[4] == 1000


def test_both_invert_long_lists_to_the_same_bytes(segment):
    assert segment == inverted(plain, list(many()))
    assert max(df for df, _, _ in terms_of(segment).values()) > 4 * postings.SHORT_LIST


def test_term_frequencies_are_exact_below_sixteen_and_never_grow():
    for eighths in range(1, 128):
        assert TF_EIGHTHS[postings.tf_encode(eighths)] == eighths
    for eighths in range(128, 4000):
        assert 0.93 * min(eighths, 2016) < TF_EIGHTHS[postings.tf_encode(eighths)] <= eighths


@given(sections, st.text(max_size=3))
@settings(max_examples=150)
def test_every_term_is_found_and_no_other(sections, other):
    result = inverted(kernel, sections)
    terms, index, _, _, count = result
    known = terms_of(result)
    for ordinal, (term, place) in enumerate(known.items()):
        expected = (ordinal, *(place[i] for i in (0, 1, 2)))
        assert kernel.lookup(terms, index, count, term) == expected
        assert plain.lookup(terms, index, count, term) == expected
    for absent in (other.encode("utf-8", "surrogatepass"), b"", b"\xff"):
        if absent not in known:
            assert kernel.lookup(terms, index, count, absent) is None
            assert plain.lookup(terms, index, count, absent) is None


def test_every_term_of_a_large_dictionary_is_found():
    result = inverted(kernel, [([f"{n:x}" for n in range(3000)], 8)])
    terms, index, _, _, count = result
    for ordinal, term in enumerate(sorted(f"{n:x}".encode() for n in range(3000))):
        assert kernel.lookup(terms, index, count, term)[0] == ordinal
        assert kernel.lookup(terms, index, count, term + b"g") is None
        assert kernel.lookup(terms, index, count, term[:-1] + b"/") is None


def test_terms_that_begin_alike_are_told_apart():
    stems = ["", "\x7f" * 7, "法律法规", "prefix-of-", "prefix-of-many-terms-"]
    names = sorted(f"{stem}{n:03}".encode() for stem in stems for n in range(200))
    result = inverted(kernel, [([name.decode() for name in names], 8)])
    terms, index, _, _, count = result
    assert result == inverted(plain, [([name.decode() for name in names], 8)])
    for implementation in (kernel, plain):
        for ordinal, name in enumerate(names):
            assert implementation.lookup(terms, index, count, name)[0] == ordinal
            assert implementation.lookup(terms, index, count, name[:-1]) is None


@pytest.mark.parametrize("gap", [1, 3, 200, 256 * 6, 256 * 7, 256 * 8, 256 * 140])
@pytest.mark.parametrize("others", [0, 1, 2, 3, 4, 150])
def test_blocks_of_any_size_and_distance_are_read_as_they_were_written(gap, others):
    places = [0, *range(gap, gap + 150), gap + 600]
    rare = set(places[1 : 1 + others])
    sections = [(["x"] if n in places else [], 24 if n in rare else 8) for n in range(gap + 601)]
    result = inverted(kernel, sections)
    df, offset, size = terms_of(result)[b"x"]
    for implementation in (kernel, plain):
        docs, codes = implementation.decode(result[2], offset, size, df, len(sections))
        assert list(array("I", docs)) == places
        assert list(codes) == [24 if place in rare else 8 for place in places]


def test_decoded_postings_are_what_was_added(segment):
    sections = list(many())
    for term in (b"w0", b"w3", b"w40", b"steady"):
        df, offset, size = terms_of(segment)[term]
        name = term.decode()
        expected = {
            doc: postings.tf_encode(section_words.count(name) * weight)
            for doc, (section_words, weight) in enumerate(sections)
            if name in section_words
        }
        for implementation in (kernel, plain):
            docs, codes = implementation.decode(segment[2], offset, size, df, len(sections))
            assert dict(zip(array("I", docs), codes, strict=True)) == expected


def query(result, names, rng):
    known = terms_of(result)
    total = sum(array("I", result[3]))
    a, c = (
        bm25.K1 * 0.25,
        bm25.K1 * 0.75 * (len(result[3]) // 4) / total * rng.choice([0.5, 1, 2]),
    )
    scale = max(1.0, 0.5 if c == 0 else bm25.K1 * 0.75 * (len(result[3]) // 4) / total / c)
    fields = ((result[2], result[3], a, c, scale * (1 + 1e-12)),)
    terms = []
    for name in names:
        df, offset, size = known[name]
        terms.append((0, (0, df, offset, size), rng.choice([1.0, rng.random() * 5])))
    return fields, tuple(terms)


@pytest.mark.parametrize("seed", range(40))
def test_both_rank_alike_to_the_bit(segment, seed):
    rng = random.Random(seed)
    sections = len(segment[3]) // 4
    names = rng.sample(sorted(terms_of(segment)), rng.choice([0, 1, 3, 6, 30]))
    fields, terms = query(segment, names, rng)
    filter = rng.choice([None, rng.randbytes((sections + 7) // 8), bytes((sections + 7) // 8)])
    if filter:
        spare = (1 << sections % 8) - 1 if sections % 8 else 255
        filter = filter[:-1] + bytes([filter[-1] & spare])
    for k in (0, 1, 10, 700, 5000):
        for floor in (0.0, 1.0, 3.0):
            arguments = (sections, k, filter, rng.random() < 0.5, floor, fields, terms)
            assert kernel.topk(*arguments) == plain.topk(*arguments)


def test_equal_scores_come_in_the_order_of_documents():
    result = inverted(kernel, [(["x", "y"], 8)] * 1000)
    fields, terms = query(result, [b"x"], random.Random(1))
    hits = kernel.topk(1000, 20, None, False, 0.0, fields, terms)
    assert [doc for _, doc in hits] == list(range(20))


@pytest.mark.parametrize("seed", range(10))
def test_both_treat_sets_alike(segment, seed):
    rng = random.Random(seed)
    sections = len(segment[3]) // 4
    name = rng.choice(sorted(terms_of(segment)))
    df, offset, size = terms_of(segment)[name]
    width = (sections + 7) // 8
    start = rng.randbytes(width - 1) + bytes([rng.getrandbits(sections % 8)])
    cuts = sorted(rng.sample(range(1, sections), 60))
    first = array("I", [0, *cuts, sections]).tobytes()
    documents = rng.randbytes(8)
    for operation in ("fill", "narrow"):
        results = []
        for implementation in (kernel, plain):
            bits = bytearray(start)
            getattr(implementation, operation)(segment[2], offset, size, df, sections, bits)
            results.append(bits)
        assert results[0] == results[1]
    for operation in ("conjoin", "disjoin", "subtract"):
        results = []
        for implementation in (kernel, plain):
            bits = bytearray(start)
            getattr(implementation, operation)(bits, rng.randbytes(0) + bytes(reversed(start)))
            results.append(bits)
        assert results[0] == results[1]
    arguments = (segment[2], offset, size, df, sections, start)
    assert kernel.overlap(*arguments) == plain.overlap(*arguments)
    assert kernel.count(start) == plain.count(start) == len(list(members(start)))
    assert kernel.tally(start, first) == plain.tally(start, first)
    assert kernel.expand(documents, first) == plain.expand(documents, first)


def test_both_group_counts_alike():
    counts, entries = array("I", [3, 4, 5]).tobytes(), array("I", [0, 1, 1, 2]).tobytes()
    groups = array("I", [1, 0, 1, 1]).tobytes()
    for implementation in (kernel, plain):
        totals = bytearray(8)
        implementation.group(counts, entries, groups, totals)
        assert list(array("I", totals)) == [4, 12]
        with pytest.raises(ValueError, match="out of range"):
            implementation.group(counts, entries, array("I", [9] * 4).tobytes(), totals)


def packed(implementation, entries):
    """Codes, offsets, symbols and a table by which "，" folds to "," and "a" to nothing."""
    encoded = [entry.encode("utf-8", "surrogatepass") for entry in entries]
    ends = array("I", accumulate(map(len, encoded))).tobytes()
    symbols, sizes, codes, offsets = implementation.pack(7, b"".join(encoded), ends)
    table = array("I")
    for end, size in zip(accumulate(sizes), sizes, strict=True):
        string = symbols[end - size : end]
        folded = string.replace("，".encode(), b",").replace(b"a", b"")
        table.extend(((end - size) << 8 | size, len(symbols) << 8 | len(folded)))
        symbols += folded
    return codes, offsets, symbols, table.tobytes()


def folded(text):
    return text.replace("，", ",").replace("a", "")


def articles(count=300):
    """Texts that say the same over and over, as laws do."""
    rng = random.Random(3)
    for number in range(count):
        acts = "，".join(rng.choices(["未经批准", "擅自从事", "国家规定的", "处罚款"], k=5))
        yield f"第{number}条 {acts}。{chr(rng.randrange(0x3400, 0x9FFF))}"


entry_lists = st.one_of(st.lists(texts, max_size=20), st.lists(st.sampled_from(list(articles(30)))))


@given(entry_lists)
@settings(max_examples=100)
def test_both_pack_to_the_same_bytes(entries):
    assert packed(kernel, entries) == packed(plain, entries)


@given(entry_lists)
@settings(max_examples=100)
def test_packed_texts_are_read_as_they_were_and_folded(entries):
    codes, offsets, symbols, table = packed(kernel, entries)
    places = array("I", offsets)
    for implementation in (kernel, plain):
        for entry, start, stop in zip(entries, places, places[1:], strict=False):
            for fold, expected in ((False, entry), (True, folded(entry))):
                found = implementation.unpack(codes[start:stop], symbols, table, fold)
                assert found.decode("utf-8", "surrogatepass") == expected


def test_texts_that_repeat_themselves_are_packed_small_and_alike_by_both():
    entries = list(articles())
    codes, offsets, symbols, table = packed(kernel, entries)
    assert (codes, offsets, symbols, table) == packed(plain, entries)
    assert len(codes) < len("".join(entries)) / 2
    assert max(place & 255 for place in array("I", table)) > len("未经批准，".encode())


def test_symbols_are_learnt_from_a_sample_of_what_is_long():
    entries = list(articles(40))
    entries[1] = "国家规定的" * (SAMPLE // 15 + 1)  # each second entry is looked at
    entries[2] = "擅自从事采砂" * 20
    codes, offsets, symbols, table = packed(kernel, entries)
    assert (codes, offsets, symbols, table) == packed(plain, entries)
    assert "擅自从事采砂".encode() in symbols
    start, stop = array("I", offsets)[1:3]
    assert kernel.unpack(codes[start:stop], symbols, table, False).decode() == entries[1]


@given(st.lists(st.binary(max_size=30) | st.sampled_from([b"\0", b"\xc0\x80", b"\xe5"])))
def test_packing_what_is_not_utf8_is_an_error_or_goes_well_but_is_never_a_crash(entries):
    ends = array("I", accumulate(map(len, entries))).tobytes()
    _tolerant(lambda: kernel.pack(7, b"".join(entries), ends))


def test_characters_spelt_in_two_ways_are_not_utf8():
    entries = [b"\0", b"\xc0\x80"]
    with pytest.raises(ValueError, match="not UTF-8"):
        kernel.pack(7, b"".join(entries), array("I", [1, 3]).tobytes())


def test_rare_symbols_have_codes_of_two_and_four_bytes():
    letters = "".join(map(chr, range(0x10000, 0x18100)))  # none of them twice
    codes, _, symbols, table = packed(kernel, [letters])
    assert len(codes) == 128 + 2 * 127 * 256 + 4 * (len(letters) - WIDE_CODES)
    for implementation in (kernel, plain):
        assert implementation.unpack(codes, symbols, table, False).decode() == letters
    assert packed(plain, [letters])[0] == codes


@given(entry_lists, texts.filter(folded))
@settings(max_examples=150)
def test_a_scan_finds_the_entries_that_hold_the_needle(entries, needle):
    columns = packed(kernel, entries)
    wanted = folded(needle).encode("utf-8", "surrogatepass")
    expected = [
        number
        for number, entry in enumerate(entries)
        if wanted in folded(entry).encode("utf-8", "surrogatepass")
    ]
    for implementation in (kernel, plain):
        bits = bytearray(b"\xff" * ((len(entries) + 7) // 8))
        implementation.scan(*columns, wanted, bits)
        assert [i for i in members(bits) if i < len(entries)] == expected


@given(st.binary(max_size=12), st.binary(max_size=20), st.binary(max_size=40), st.booleans())
@settings(max_examples=300)
def test_codes_of_no_symbols_are_damage_to_both(codes, symbols, table, fold):
    outcomes = []
    for implementation in (kernel, plain):
        try:
            outcomes.append(implementation.unpack(codes, symbols, table, fold))
        except ValueError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("ends", [[4], [2], [3, 2, 3], []])
def test_entries_that_do_not_end_with_their_text_are_refused(ends):
    for implementation in (kernel, plain):
        with pytest.raises(ValueError, match="end in order"):
            implementation.pack(7, b"abc", array("I", ends).tobytes())


@pytest.mark.parametrize("seed", range(5))
def test_merging_is_the_same_as_building_at_once(seed):
    rng = random.Random(seed)
    sections = list(many(seed))
    parts = [[], [], []]
    for number in range(len(sections)):
        parts[rng.randrange(3)].append(number)
    gone = set(rng.sample(range(len(sections)), 100))
    kept = [number for number in range(len(sections)) if number not in gone]
    new = {number: place for place, number in enumerate(kept)}
    sources = []
    for part in parts:
        terms, _, postings, _, count = inverted(kernel, [sections[n] for n in part])
        numbers = array("I", (new.get(n, GONE) for n in part)).tobytes()
        sources.append((terms, count, postings, numbers))
    whole = inverted(kernel, [sections[n] for n in kept])
    assert kernel.merge(tuple(sources), whole[3]) == whole
    assert plain.merge(tuple(sources), whole[3]) == whole


@pytest.mark.parametrize("seed", range(300))
def test_damage_is_an_error_or_a_wrong_answer_but_never_a_crash(segment, seed):
    rng = random.Random(seed)
    columns = [bytearray(column) for column in segment[:4]]
    for _ in range(rng.choice([1, 3, 50])):
        column = rng.choice(columns)
        if rng.random() < 0.2:
            del column[rng.randrange(len(column) + 1) :]
        elif column:
            column[rng.randrange(len(column))] = rng.choice([0, 255, rng.randrange(256)])
    terms, index, postings, lengths = map(bytes, columns)
    sections, count = len(segment[3]) // 4, segment[4]
    names = [b"w0", b"w1", b"w20", b"steady", "国家".encode()]
    places = []
    for name in names:
        try:
            place = kernel.lookup(terms, index, count, name)
        except ValueError:
            continue
        if place:
            places.append(place)
    for _, df, offset, size in places:
        for attempt in (
            lambda o=offset, s=size, d=df: kernel.decode(postings, o, s, d, sections),
            lambda o=offset, s=size, d=df: kernel.fill(postings, o, s, d, sections, bytearray(188)),
            lambda o=offset, s=size, d=df: kernel.overlap(postings, o, s, d, sections, bytes(188)),
            lambda o=offset, s=size, d=df: kernel.narrow(
                postings, o, s, d, sections, bytearray(188)
            ),
        ):
            _tolerant(attempt)
    scored = tuple((0, place, 1.5) for place in places)
    fields = ((postings, lengths, 0.3, 0.1, 1.0),)
    _tolerant(lambda: kernel.topk(sections, 10, None, False, 0.0, fields, scored))
    numbers = array("I", range(sections)).tobytes()
    _tolerant(lambda: kernel.merge(((terms, count, postings, numbers),), segment[3]))


def _tolerant(attempt):
    try:
        attempt()
    except (ValueError, MemoryError) as error:
        assert str(error) or isinstance(error, MemoryError)
