"""What looks like an operator and is none is text, and is said to be."""

from __future__ import annotations

import pytest

from searcher.query.nodes import Boolean, Phrase, Words
from searcher.query.parser import parse
from searcher.query.read_as_text import read_as_text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("劳*法", "劳*法 was read as text: * stands for"),
        ("食品 *安全", "*安全 was read as text: * stands for"),
        ("食品^2 安全", "食品^2 was read as text: words have no weights"),
        ("食品＾２ 安全", "食品＾２ was read as text: words have no weights"),
        ("食品~1", "食品~1 was read as text: ~ stands only behind"),
        ("/食.*品/", "/食.*品/ was read as text: there are no patterns"),
        ("[2002 TO 2003] 食品", "[2002 TO 2003] was read as text: dates are ranges"),
        ("食品|药品", "食品|药品 was read as text: write AND or OR"),
        ("年份:2020 食品", "no field is called 年份, it was read as text; the fields are 标题、"),
        ("食品 效力级别：法律", "no field is called 效力级别, "),
        ("+intitle:食品", "no field is called intitle, "),
        ('"食品安全', "a quotation mark that nothing closes was read as text"),
        ("食品「安全", "a quotation mark that nothing closes was read as text"),
        ('"食品" "安全', "a quotation mark that nothing closes was read as text"),
    ],
)
def test_a_sign_of_another_language_is_told(query: str, said: str) -> None:
    parse(query)
    (notice, *others) = read_as_text(query)
    assert (notice.kind, others) == ("read as text", [])
    assert notice.text.startswith(said)


@pytest.mark.parametrize(
    "query",
    [
        "食品安全",
        "食品* 安全",
        "*",
        "C++ e-mail 9704-2012",
        "GB/T 9704",
        "和/或",
        "主送：各市人民政府",
        "标题:食品安全*",
        "title:(a b) 日期:2002..2003",
        '"食品 安全"~5',
        "“食品” 「安全」",
        "https://www.gov.cn",
        "2019~2020年",
        "国发[2020]1号",
        "第一条 依照本法：" + "略" * 60,
    ],
)
def test_nothing_is_told_of_text_and_of_operators(query: str) -> None:
    parse(query)
    assert read_as_text(query) == ()


def test_a_lone_quotation_mark_is_text_without_operators() -> None:
    assert parse('"食品安全') == Words("食品安全")
    assert parse('食品 "安全') == Boolean(should=(Words("食品"), Words("安全")))
    assert parse('"食品" "安全') == Boolean(should=(Phrase("食品"), Words("安全")))
