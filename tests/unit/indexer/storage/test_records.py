"""Records that were written are read back, and anything else is refused."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import Document, Fact, IndexDamaged, IndexIncompatible, Metadata, parse_document
from indexer.storage.links import decode_fingerprints, decode_links, encode_links, links_of
from indexer.storage.manifest import File, Manifest, Root, Segment
from indexer.storage.records import (
    DocumentRow,
    decode_card,
    decode_document,
    decode_rows,
    encode_document,
    encode_rows,
)
from tests.support.documents import LIBRARY, REGULATION

TEXT = st.text(max_size=80)
# Names of files in the folder of the index.
NAMES = st.from_regex(r"[\w.-]{1,20}", fullmatch=True).filter(lambda name: name.strip("."))
MANIFESTS = st.builds(
    Manifest,
    generation=st.integers(0, 10**9),
    analyzer=TEXT,
    sources=st.lists(st.builds(Root, TEXT, TEXT), max_size=3).map(tuple),
    segments=st.lists(
        st.builds(
            Segment,
            id=NAMES,
            section_count=st.integers(0, 10**6),
            files=st.lists(
                st.builds(File, NAMES, st.integers(0, 10**12), st.integers(0, 2**32 - 1)),
                max_size=3,
            ).map(tuple),
            deleted=st.lists(st.integers(0, 10**6), max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


@given(st.one_of(TEXT, st.sampled_from(list(LIBRARY.values()))))
def test_a_document_is_read_as_it_was_written(text: str) -> None:
    document = parse_document(text, "docs/a.txt", "00ff")
    sections = "".join(section.span.of(document.text) for section in document.search_sections())
    assert decode_document(encode_document(document), sections) == document


@given(st.lists(st.sampled_from(list(LIBRARY.values())), min_size=1, max_size=3).map("\n".join))
def test_a_section_is_shown_as_its_document_has_it(text: str) -> None:
    document = parse_document(text, "docs/a.txt", "00ff")
    record = encode_document(document)
    for number, section in enumerate(document.search_sections()):
        passage = decode_card(record, number)
        assert (passage.anchor, passage.path) == (section.section.anchor, section.section.path)
        assert (passage.heading, passage.headings) == (section.section.heading, section.headings)
        assert (passage.span, passage.repeats) == (section.span, section.repeats)
        assert passage.line == document.text.count("\n", 0, section.span.start) + 1
        assert len(passage.repeat_lines) == len(section.repeats)


def test_sections_and_sections_of_every_block_are_read() -> None:
    articles = [f"第{n}条 河道的管理。\n（一）清淤；\n（二）护岸。" for n in range(1, 50)]
    document = parse_document("\n".join(["河道管理条例", *articles]), "docs/a.txt", "00ff")
    sections = list(document.search_sections())
    assert len(sections) > 48
    record = encode_document(document)
    assert decode_document(record, document.text) == document
    for number, section in enumerate(sections):
        passage = decode_card(record, number)
        assert (passage.path, passage.span) == (section.section.path, section.span)


def test_text_outside_the_sections_is_kept() -> None:
    document = parse_document("\n".join([REGULATION] * 3), "docs/a.txt", "00ff")
    sections = "".join(section.span.of(document.text) for section in document.search_sections())
    assert len(sections) < len(document.text) / 2  # what repeats is no section
    assert decode_document(encode_document(document), sections) == document


def test_every_kind_of_fact_is_read_as_it_was_written() -> None:
    facts = {
        field.name: (Fact("甲"), Fact("乙")) if "tuple" in str(field.type) else Fact(field.name)
        for field in dataclasses.fields(Metadata)
    }
    document = Document("a", "", "甲", Metadata(**facts), ())  # type: ignore[arg-type]
    assert decode_document(encode_document(document), "").metadata == Metadata(**facts)  # type: ignore[arg-type]


@given(st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=3).map(tuple), st.integers(0, 9))))
def test_rows_are_read_as_they_were_written(values: list[tuple[str, tuple[str, ...], int]]) -> None:
    rows = [
        DocumentRow(name, "d", name, "", issuers, "2002-12-31", "", sections, 0, sections)
        for name, issuers, sections in values
    ]
    assert decode_rows(encode_rows(rows)) == rows


@given(st.binary(max_size=200))
def test_bytes_that_are_no_record_are_damage(data: bytes) -> None:
    passage = partial(decode_card, number=3)
    for decode in (partial(decode_document, text=""), passage, decode_rows, Manifest.decode):
        with pytest.raises((IndexDamaged, IndexIncompatible)):
            decode(data)


@pytest.mark.slow
@given(MANIFESTS)
def test_a_manifest_is_read_as_it_was_written(manifest: Manifest) -> None:
    assert Manifest.decode(manifest.encode()) == manifest


@pytest.mark.slow
@given(MANIFESTS, st.data())
def test_a_manifest_with_any_byte_changed_is_refused(
    manifest: Manifest, data: st.DataObject
) -> None:
    written = bytearray(manifest.encode())
    at = data.draw(st.integers(0, len(written) - 2))  # but the newline at its end
    written[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((IndexDamaged, IndexIncompatible)):
        Manifest.decode(bytes(written))


@given(st.binary(min_size=1, max_size=3), st.integers(0))
def test_a_record_with_bytes_changed_is_damage_or_what_was_written(data: bytes, at: int) -> None:
    document = parse_document(REGULATION, "docs/a.txt", "00ff")
    whole = encode_document(document)
    record = bytearray(whole)
    record[at % len(whole) : at % len(whole) + len(data)] = data
    for number, section in enumerate(document.search_sections()):
        try:
            passage = decode_card(bytes(record), number)
        except IndexDamaged:
            continue
        assert (passage.anchor, passage.span) == (section.section.anchor, section.span)


LINKS = [links_of("根据《道路交通安全法》第三条、国发〔2020〕1号，制定本办法。"), links_of("无")]


def test_links_are_read_as_they_were_written_and_fingerprints_without_the_rest() -> None:
    data = encode_links(LINKS)
    assert LINKS[0].cites
    assert decode_links(data) == LINKS
    uncited = data[: data.rindex(b"\x78\x9c")]  # where what is cited begins, compressed
    assert decode_fingerprints(uncited) == [one.fingerprint for one in LINKS]


@given(st.integers(0, 1000), st.integers(0, 255), st.booleans())
def test_damaged_links_are_an_error_or_others_but_never_a_crash(
    place: int, byte: int, cut: bool
) -> None:
    data = bytearray(encode_links(LINKS))
    place %= len(data)
    data[place] = byte
    damaged = bytes(data[:place] if cut else data)
    for decode in (decode_links, decode_fingerprints):
        with suppress(IndexDamaged):
            assert len(decode(damaged)) == len(LINKS) or place < 4
