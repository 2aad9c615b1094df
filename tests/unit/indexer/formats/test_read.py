"""Files -> text: encodings, bounds, and what is refused."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SourceError, SourceTooLarge, UndecodableText, UnsupportedFormat
from indexer.formats import DEFAULT_LIMITS, SUFFIXES, Limits, Source, read_source
from tests.support.make_formats import NOTICE as LINES
from tests.support.make_formats import notice_docx, notice_html, notice_ofd, notice_pdf

NOTICE = (
    "云岭省人民政府办公厅关于加强山区道路养护工作的通知\r\n"
    "云政办发〔2021〕17号\r\n"
    "各市、州人民政府，省直各部门：\r\n"
    "　　为进一步做好全省山区道路养护工作，经省人民政府同意，现就有关事项通知如下：\r\n"
    "一、明确养护责任\r\n"
    "（一）县级人民政府是本行政区域内山区道路养护的责任主体，应当落实人员和经费。\r\n"
)
TRADITIONAL = (
    "關於加強山區道路養護工作的通知\n各縣市政府：\n"
    "為進一步做好山區道路養護工作，經研究決定，現就有關事項通知如下。\n"
)
HAN = st.text(alphabet=st.sampled_from(NOTICE), min_size=1, max_size=80)


def read(data: bytes, name: str = "notice.txt", **limits: int) -> Source:
    return read_source(Path(name), data, limits=Limits(**limits))


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
        ("utf-32-be", b"\0\0\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("gb18030", b""),
        ("gb18030", b"\x84\x31\x95\x33"),
    ],
)
def test_text_comes_exactly_as_written_in_every_encoding(codec: str, mark: bytes) -> None:
    source = read(mark + NOTICE.encode(codec))
    assert source == Source(NOTICE, "text", codec)


def test_big5_is_told_from_gb18030() -> None:
    assert read(TRADITIONAL.encode("cp950")) == Source(TRADITIONAL, "text", "cp950")


def test_traditional_characters_in_gb18030_are_not_taken_for_big5() -> None:
    assert read(TRADITIONAL.encode("gb18030")) == Source(TRADITIONAL, "text", "gb18030")


def test_rare_characters_of_gb18030_survive_among_common_ones() -> None:
    text = NOTICE + "联系人：𬭚旸、㑇喆，䶮街道。\n"
    assert read(text.encode("gb18030")).text == text


def test_ascii_in_utf16_without_mark_is_not_taken_for_ascii_with_nuls() -> None:
    assert read("Article 1\r\n".encode("utf-16-le")).text == "Article 1\r\n"


@pytest.mark.parametrize("text", ["通知", "通知\n"])
def test_a_scrap_in_gb18030_that_passes_for_utf8_is_not_taken_for_it(text: str) -> None:
    text.encode("gb18030").decode("utf-8")
    assert read(text.encode("gb18030")).text == text


@pytest.mark.parametrize("text", ["Part 1 · § 2 © ×", "Постановление о дорогах", "café, naïve"])
def test_latin_and_cyrillic_in_utf8_are_not_taken_for_gb18030(text: str) -> None:
    assert read(text.encode()) == Source(text, "text", "utf-8")


def test_newlines_are_not_translated() -> None:
    assert read(b"a\r\nb\rc\nd\x0b\x0ce").text == "a\r\nb\rc\nd\x0b\x0ce"


def test_markdown_comes_as_is() -> None:
    assert read("# 第一章\n\n- 总则\n".encode(), "a.MD") == Source(
        "# 第一章\n\n- 总则\n", "markdown", "utf-8"
    )


def codes(source: Source) -> dict[str, int]:
    return {warning.code: warning.count for warning in source.warnings}


def test_one_stray_byte_costs_one_character_and_is_told_with_its_place() -> None:
    data = NOTICE.encode()
    where = data.index("养护".encode(), 100)
    source = read(data[:where] + b"\xff" + data[where + 1 :])
    assert source.text.replace("\ufffd", "养") == NOTICE
    assert codes(source) == {"replaced-bytes": 1}
    assert f"byte {where}" in source.warnings[0].message


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_text_cut_within_a_character_is_read_with_a_warning(codec: str) -> None:
    source = read(NOTICE.encode(codec).rstrip()[:-1])
    assert source.text == NOTICE.rstrip()[:-1] + "\ufffd"
    assert codes(source) == {"replaced-bytes": 1}
    assert source.encoding == codec


def test_a_stray_byte_in_gb18030_damages_one_line_at_most() -> None:
    data = NOTICE.encode("gb18030")
    where = (
        data.index("补".encode("gb18030"))
        if "补" in NOTICE
        else data.index("责任".encode("gb18030"))
    )
    source = read(data[:where] + b"\xff" + data[where:])
    assert codes(source) == {"replaced-bytes": 1}
    damaged = [
        (old, new)
        for old, new in zip(NOTICE.splitlines(), source.text.splitlines(), strict=True)
        if old != new
    ]
    assert len(damaged) == 1


def test_more_than_a_few_stray_bytes_are_refused_with_their_place() -> None:
    data = bytearray(NOTICE.encode())
    places = [data.index(word.encode()) for word in ("各市", "省直", "为进", "全省")]
    for place in places:
        data[place] = 0xFF
    with pytest.raises(UndecodableText, match=rf"UTF-8 at byte {places[0]} \(line 3\)"):
        read(bytes(data))


def test_a_lone_nul_is_dropped_with_a_warning() -> None:
    source = read((NOTICE * 3).encode() + b"\0")
    assert source.text == NOTICE * 3
    assert codes(source) == {"dropped-controls": 1}


def test_utf16_broken_after_its_mark_is_refused_with_its_place() -> None:
    with pytest.raises(UndecodableText, match="byte 6 is not valid"):
        read(b"\xff\xfe" + "通知".encode("utf-16-le") + b"\x00\xdc" + b"\x41\x00")


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(4096),
        b"\x7fELF\x02\x01\x01" + bytes(200),
        b"text\0with a NUL",
        bytes(range(1, 9)) * 20,
        b"\xff\xfe" + bytes(40),
    ],
)
def test_binary_named_txt_is_refused(data: bytes) -> None:
    with pytest.raises(UndecodableText):
        read(data)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Loi sur la sécurité numérique: les opérateurs agréés, après délibération", "cp1252"),
        ("Постановление правительства о дорогах", "cp1251"),
        ("道路の維持管理に関する通達について、下記のとおり定める。", "shift_jis"),
    ],
)
def test_an_encoding_that_would_give_mojibake_is_refused(text: str, codec: str) -> None:
    with pytest.raises(UndecodableText, match="save it as UTF-8"):
        read(text.encode(codec))


@given(HAN)
@settings(max_examples=200)
def test_utf8_is_never_altered(text: str) -> None:
    if text.isspace():
        return
    assert read(text.encode()).text == text


@given(st.lists(HAN, min_size=3, max_size=6), st.sampled_from(["gb18030", "utf-16-le"]))
@settings(max_examples=200)
def test_other_encodings_of_chinese_are_read_right_or_refused(lines: list[str], codec: str) -> None:
    text = "二〇二一年，" + "\n".join(lines)
    assert read(text.encode(codec)).text == text


@given(st.binary(max_size=300), st.sampled_from(sorted(SUFFIXES)))
@settings(max_examples=300)
def test_any_bytes_under_any_suffix_raise_source_errors_only(data: bytes, suffix: str) -> None:
    outcome: Source | SourceError
    try:
        outcome = read(data, "any" + suffix)
    except SourceError as error:
        outcome = error
    if isinstance(outcome, SourceError):
        assert "\n" not in str(outcome)
    else:
        assert outcome.text.strip()


@pytest.mark.parametrize("data", [b"", b"\n \t\r\n", "　\u00a0".encode(), b"\xef\xbb\xbf"])
def test_a_file_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read(data)
    assert caught.value.reason == "empty"


@pytest.mark.parametrize("name", ["a.txt", "a.jpg", "a.docx"])
def test_an_image_is_answered_with_what_reads_it(name: str) -> None:
    with pytest.raises(UnsupportedFormat, match="OCR"):
        read(b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(500), name)


@pytest.mark.parametrize("suffix", [".doc", ".wps", ".xls", ".ppt"])
def test_a_damaged_container_of_an_old_format_costs_a_message(suffix: str) -> None:
    with pytest.raises(SourceError):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a" + suffix)


@pytest.mark.parametrize("name", ["a.exe", "README", ".txt.bak"])
def test_unknown_suffixes_are_unsupported(name: str) -> None:
    with pytest.raises(UnsupportedFormat, match="nothing here reads"):
        read(b"text", name)


def test_size_and_length_are_bounded() -> None:
    with pytest.raises(SourceTooLarge, match="over 10 bytes"):
        read(b"x" * 11, file_bytes=10)
    with pytest.raises(SourceTooLarge, match="over 10 characters"):
        read(b"x" * 11, text_chars=10)
    assert DEFAULT_LIMITS.file_bytes > DEFAULT_LIMITS.text_chars


def test_a_large_file_is_not_read_past_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "sparse.txt"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(SourceTooLarge):
        read_source(path, limits=Limits(file_bytes=1000))


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_bytes(NOTICE.encode("gb18030"))
    assert read_source(path).text == NOTICE


@pytest.mark.parametrize("name", ["missing.txt", "folder.txt", "pipe.txt", "nul\0.txt"])
def test_what_cannot_be_opened_is_a_source_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(SourceError):
        read_source(tmp_path / name)


@pytest.mark.slow
def test_a_line_of_five_megabytes_is_read_in_linear_time() -> None:
    text = "山区道路养护" * 280_000
    assert read(text.encode("gb18030")).text == text


def test_the_seed_is_read_exactly() -> None:
    (seed,) = (Path(__file__).parents[4] / "seeds").glob("000_*.txt")
    source = read_source(seed)
    assert source.text.encode() == seed.read_bytes()


PRINTED = "".join(f"{line}\n" for line in LINES)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("n.txt", PRINTED.encode()),
        ("n.txt", PRINTED.encode("gb18030")),
        ("n.html", notice_html()),
        ("n.htm", notice_html(charset="gb2312")),
        ("n.docx", notice_docx()),
        ("n.pdf", notice_pdf()),
        ("n.ofd", notice_ofd()),
    ],
)
def test_a_document_has_the_same_lines_in_every_format(name: str, data: bytes) -> None:
    assert read(data, name).text == PRINTED


@pytest.mark.parametrize("make", [notice_pdf, notice_ofd])
def test_a_document_of_many_pages_has_its_lines_too(make: Callable[..., bytes]) -> None:
    suffix = make.__name__.removeprefix("notice_")
    assert read(make(LINES * 12), f"n.{suffix}").text == PRINTED * 12
