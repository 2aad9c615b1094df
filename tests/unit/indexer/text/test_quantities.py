from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.folding import fold
from indexer.text.quantities import (
    MARK,
    find_quantities,
    has_quantity,
    join_numbers,
    quantity_terms,
)

TEXT = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789,./-~%‰¥年月日号第条之款一二三十百千万亿点分余多几以上至到元个倍廿两零〇"
            " \ngbtaπ级类ⅱ㎡名户"
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


def terms(text: str) -> list[str]:
    return quantity_terms(join_numbers(fold(text)))


@pytest.mark.parametrize(
    "forms",
    [
        ("50000元", "50,000元", "5万元", "五万元", "伍万元", "５万元", "5 万元", "50000圆"),
        ("28.7亿元", "287000万元", "二十八点七亿元"),
        ("1亿2000万元", "一亿二千万元", "12000万元"),
        ("30%", "30％", "百分之三十", "百分之30", "30个百分点"),
        ("三倍", "百分之三百", "300%", "3倍"),
        ("5‰", "千分之五", "0.5%"),
        ("60日", "六十日", "60天", "六十天", "60个自然日"),
        ("2020-05-01", "2020年5月1日", "2020/5/1", "2020.5.1", "20200501", "二○二○年五月一日"),
        ("3月15日", "三月十五日", "3 月 15 日", "03月15日"),
        ("第三条", "第3条"),
        ("第十条之一", "第10条之一"),
        ("105万亩", "一〇五万亩", "一百零五万亩"),
        ("90m2", "90平方米", "九十平方米"),
        ("GB/T 9704-2012", "gb/t9704-2012", "GB/T 9704—2012"),
        ("三分之二", "2/3"),
        ("III类", "ⅲ类"),
        ("3-5年", "3—5年", "三至五年", "3到5年"),
        ("5000余人", "5000人", "五千多人"),
        ("1,234", "1234"),
    ],
)
def test_forms_that_mean_the_same_have_the_same_terms(forms: tuple[str, ...]) -> None:
    first, *others = map(terms, forms)
    assert first
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5万元", ["#50000元", "#50000"]),
        ("12.5日", ["#12.5日"]),
        ("3万元至5万元", ["#30000元", "#30000", "#50000元", "#50000"]),
        ("3至5万元", ["#30000元", "#50000元", "#50000"]),
        ("2020年5月1日", ["#2020-5-1", "#2020-5"]),
        ("PM2.5和SO2", ["#pm2.5", "#so2"]),
        ("5A景区、4A级、D级危房", ["#5a", "#4a", "#d级"]),
        ("三年以上七年以下", ["#3年", "#7年"]),
        ("COVID-19", ["#covid19"]),
        ("GDP5%", ["#5%"]),
        ("785名", ["#785名", "#785"]),
    ],
)
def test_a_quantity_has_these_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("60日", "第六十条"),
        ("5日", "25日"),
        ("5%", "15%"),
        ("315", "3月15日"),
        ("127", "第一百二十七条"),
        ("5元", "2.5元"),
        ("000元", "50,000元"),
        ("SO2", "types of 2"),
        ("30元", "百分之三十"),
    ],
)
def test_what_means_something_else_has_other_terms(text: str, other: str) -> None:
    assert not {*terms(text)} & {*terms(other)}


@pytest.mark.parametrize(
    "text",
    ["十分重要", "千万不要", "一方面", "十二五", "二〇二〇年", "2020年", "一带一路", "共和国"],
)
def test_words_with_numerals_are_no_quantities(text: str) -> None:
    assert terms(text) == []


@given(TEXT)
def test_quantities_lie_in_their_text_in_order_and_apart(text: str) -> None:
    joined, last = join_numbers(fold(text)), 0
    for start, end, found in find_quantities(joined):
        assert last <= start < end <= len(joined)
        assert found
        assert all(term.startswith(MARK) for term in found)
        last = end
    assert quantity_terms(joined) == [t for one in find_quantities(joined) for t in one.terms]
    assert has_quantity(joined) or not last


@given(TEXT)
def test_blanks_stay_only_between_letters_and_digits(text: str) -> None:
    folded = fold(text)
    joined = join_numbers(folded)
    assert joined.split() == [] or "".join(joined.split()) == "".join(folded.split())
    assert join_numbers(joined) == joined


@given(st.integers(1, 10**9), st.sampled_from(["元", "亩", "吨"]))
def test_a_number_with_and_without_commas_is_one(number: int, unit: str) -> None:
    assert terms(f"{number}{unit}") == terms(f"{number:,}{unit}")
