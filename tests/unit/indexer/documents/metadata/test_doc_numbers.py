from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.metadata import canonical_number, find_dates, find_numbers, parse_date


@pytest.mark.parametrize(
    "written",
    [
        "国发〔2020〕1号",
        "国发[2020]1号",
        "国发2020年1号",
        "国发〔2020〕１号",
        "国发﹝2020﹞1号",
        "国发【2020】1号",
        "国发［2020］第1号",
        "国发(2020)1号",
        "国发 〔 2020 〕 1 号",
        "（国发〔2020〕1号）",
        "国发﹝2020）1号",
    ],
)
def test_a_number_has_one_canonical_form(written: str) -> None:
    assert canonical_number(written) == "国发〔2020〕1号"


def test_a_short_code_that_opens_the_text_is_whole() -> None:
    assert canonical_number("和政发〔2020〕1号") == "和政发〔2020〕1号"
    assert canonical_number("根据国发〔2020〕1号") is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("国务院令第432号", "国务院令第432号"),
        ("中华人民共和国国务院令（第432号）", "国务院令第432号"),
        ("国务院第432号令", "国务院令第432号"),
        ("财政部公告2021年第33号", "财政部公告2021年第33号"),
        ("公安部令第一二五号", "公安部令第125号"),
        ("法释〔2016〕25号", "法释〔2016〕25号"),
        ("2001年1月1日对外贸易经济合作部令第12号", "对外贸易经济合作部令第12号"),
        ("经公安部令第125号", "公安部令第125号"),
        ("生态环境部部令第4号", "生态环境部令第4号"),
    ],
)
def test_orders_and_announcements_have_canonical_forms(written: str, number: str) -> None:
    assert [found for _, found in find_numbers(written)] == [number]


@pytest.mark.parametrize(
    "text", ["", "2020年1月", "国发", "第12号", "刑法264条", "见国发〔2020〕1号及附件"]
)
def test_what_is_no_number_has_no_canonical_form(text: str) -> None:
    assert canonical_number(text) is None


def test_numbers_are_found_in_running_text_without_the_words_before_them() -> None:
    text = (
        "根据国发〔2020〕1号和《通知》（江政办发[2019] 7号）、国务院令第432号的规定，"
        "以法释〔2016〕25号为准"
    )
    found = list(find_numbers(text))
    assert [number for _, number in found] == [
        "国发〔2020〕1号",
        "江政办发〔2019〕7号",
        "国务院令第432号",
        "法释〔2016〕25号",
    ]
    assert [span.of(text) for span, _ in found] == [
        "国发〔2020〕1号",
        "江政办发[2019] 7号",
        "国务院令第432号",
        "法释〔2016〕25号",
    ]


@pytest.mark.parametrize(
    "written",
    [
        "2002年12月31日",
        "二○○二年十二月三十一日",
        "二〇〇二年十二月卅一日",
        "2002-12-31",
        "2002.12.31",
        "2002/12/31",
        "２００２年１２月３１日",
        " 2002 年 12 月 31 日 ",
    ],
)
def test_a_date_is_read_in_every_form(written: str) -> None:
    assert parse_date(written) == "2002-12-31"


@pytest.mark.parametrize(
    "text", ["", "2002年2月30日", "2002年12月", "12月31日", "2002-12.31", "发于2002年1月1日"]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert parse_date(text) is None


def test_dates_are_found_in_order_with_their_spans() -> None:
    text = "自2001年1月1日起，至二〇〇二年二月三日止（2002年2月31日不算）"
    found = list(find_dates(text))
    assert [iso for _, iso in found] == ["2001-01-01", "2002-02-03"]
    assert [span.of(text) for span, _ in found] == ["2001年1月1日", "二〇〇二年二月三日"]


# --- any text ----------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *"\n\n\n　 ：:。、，；（）()〔〕《》“”号年月日第令章条0123456789一二十〇○",
        *("关于", "通知", "各市：", "国务院", "2020年1月1日", "国发〔2020〕1号", "公告", "附件："),
        *("\r\n", "\x00", "😀", "\ue000", "\u200b", "\u2028", "发布日期：", "【打印】", "通过"),
    ]
)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_numbers_and_dates_found_lie_in_the_text_in_order(text: str) -> None:
    for found in (list(find_numbers(text)), list(find_dates(text))):
        starts = [span.start for span, _ in found]
        assert starts == sorted(starts)
        assert all(0 <= span.start < span.end <= len(text) for span, _ in found)


@settings(max_examples=100)
@given(
    st.sampled_from(["国发", "浙委办发", "法释", "工信部联科", "京人社办发"]),
    st.integers(1980, 2029),
    st.integers(1, 9999),
)
def test_a_canonical_number_is_its_own_canonical_form(code: str, year: int, serial: int) -> None:
    number = f"{code}〔{year}〕{serial}号"
    assert canonical_number(number) == number
