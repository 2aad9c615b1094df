from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.numerals import to_chinese, to_int


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一百二十三", 123),
        ("十七", 17),
        ("二十", 20),
        ("一百零五", 105),
        ("一百一十", 110),
        ("二千零二十", 2020),
        ("一千二百六十", 1260),
        ("两", 2),
        ("卅", 30),
        ("卅一", 31),
        ("廿四", 24),
        ("零", 0),
        ("三万二千", 32000),
        ("一亿零五万", 100_050_000),
        ("十万", 100_000),
        ("伍佰", 500),
    ],
)
def test_a_numeral_with_units_is_read(numeral: str, value: int) -> None:
    assert to_int(numeral) == value


@pytest.mark.parametrize(
    "numeral", ["二○○二", "二〇〇二", "二零零二", "2002", "２００２", "二0０二"]
)
def test_digits_without_units_are_read_by_place_whatever_their_zero(numeral: str) -> None:
    assert to_int(numeral) == 2002


def test_digits_and_units_may_be_mixed() -> None:
    assert to_int("3万") == 30_000
    assert to_int("1千2百") == 1200


def test_a_last_digit_after_a_hundred_is_one_place_lower() -> None:
    assert to_int("二百五") == 250
    assert to_int("二百零五") == 205


@pytest.mark.parametrize("text", ["", "条", "第三", "三条", "十 一", "二十廿", "1" * 21, "一.五"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert to_int(text) is None


@pytest.mark.parametrize(
    ("value", "numeral"),
    [
        (0, "零"),
        (10, "十"),
        (12, "十二"),
        (102, "一百零二"),
        (110, "一百一十"),
        (264, "二百六十四"),
        (1260, "一千二百六十"),
        (1002, "一千零二"),
        (10_005, "一万零五"),
        (100_000, "十万"),
    ],
)
def test_a_number_is_written_as_articles_are_numbered(value: int, numeral: str) -> None:
    assert to_chinese(value) == numeral


@pytest.mark.parametrize("value", [-1, 10**8])
def test_a_number_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        to_chinese(value)


@settings(max_examples=300)
@given(st.integers(min_value=0, max_value=10**8 - 1))
def test_what_is_written_reads_back(value: int) -> None:
    assert to_int(to_chinese(value)) == value


@settings(max_examples=300)
@given(st.text(alphabet="一二两十百千万亿零〇廿卅09２条 ", max_size=30))
def test_no_text_raises(text: str) -> None:
    value = to_int(text)
    assert value is None or value >= 0
