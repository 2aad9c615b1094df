from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text import characters
from indexer.text.folding import (
    arabic,
    fold,
    strip_blank,
    strip_blanks,
    with_arabic,
    without_blanks,
)

# What policy texts are made of, with the characters folding is about.
TEXT = st.text(
    st.one_of(
        st.sampled_from(
            "党风廉政責任製〇○零一二十百千万第条年月日"
            " 　\t\n\r\u200b\ue000（）()〔〕[]“”，,：Ａａ１1-－"
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("国发〔２０２０〕１号", "国发[2020]1号"),
        ("国发﹝2020﹞1号", "国发[2020]1号"),
        ("国发【2020】1号", "国发[2020]1号"),
        ("國務院關於", "国务院关于"),
        ("总　　则", "总则"),
        ("国 务 院", "国务院"),
        ("第一章　总　则", "第一章 总则"),
        ("党委　政府", "党委 政府"),
        ("ＧＢ／Ｔ 9704", "gb/t 9704"),
        ("“三农”", '"三农"'),
        ("廉\u200b政\ufeff", "廉政"),
        ("二○○二年", "二〇〇二年"),
        ("⼈⺠⽅案", "人民方案"),
        ("變\uf901", "变更"),
        ("SO₂、m²", "so2、m2"),
        ("cafe\u0301 café CAFÉ", "cafe cafe cafe"),
        ("ﾃﾞｰﾀ データ", "テータ テータ"),
        ("葛\U000e0100城", "葛城"),
        ("36º", "36°"),
        ("①一〇 ㈠", "①一〇 ㈠"),
        ("90㎡", "90㎡"),
    ],
)
def test_what_reads_the_same_folds_to_the_same(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("十七个检查组", "17个检查组"),
        ("二〇〇二年十二月三十一日", "2002年12月31日"),
        ("第二百六十四条", "第264条"),
        ("一九九六年五月", "1996年5月"),
        ("第一书记", "第一书记"),
        ("十分重要", "十分重要"),
        ("千方百计", "千方百计"),
        ("一是加强", "一是加强"),
        ("三千万元", "3000万元"),
    ],
)
def test_numbers_become_digits_and_words_stay(written: str, digits: str) -> None:
    assert arabic(written) == digits


@given(TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_the_way_back_agrees_with_the_fold(text: str) -> None:
    folding = without_blanks(text)
    assert folding.text == strip_blanks(fold(text))
    for index, char in enumerate(folding.text):
        start, end = folding.source(index, index + 1)
        assert end == start + 1
        assert strip_blanks(fold(text[start:end])) == char


@given(TEXT, TEXT, TEXT)
def test_a_part_of_a_text_folds_to_a_part_of_it(before: str, part: str, after: str) -> None:
    assert without_blanks(part).text in without_blanks(before + part + after).text


@given(TEXT)
def test_digits_lead_back_to_the_number_they_stand_for(text: str) -> None:
    plain = without_blanks(text)
    folding = with_arabic(plain)
    assert folding.text == arabic(plain.text)
    assert len(folding.starts) == len(folding.ends) == len(folding.text)
    assert list(folding.starts) == sorted(folding.starts)
    assert all(start < end for start, end in zip(folding.starts, folding.ends, strict=True))


@given(TEXT, TEXT)
def test_a_character_folds_alike_whatever_stands_around_it(before: str, after: str) -> None:
    for char in "乾著薹後於國":
        alone = without_blanks(char).text
        assert without_blanks(f"{before}，{char}，{after}").text.count(alone) >= 1
        assert without_blanks(f"\u3400{char}薹國").text[1] == alone


def test_digits_of_a_number_lead_back_to_all_of_it() -> None:
    text = "依照第二百 六十四条"
    folding = with_arabic(without_blanks(text))
    at = folding.text.index("264")
    assert text[slice(*folding.source(at, at + 1))] == "二百 六十四"


@given(TEXT)
def test_characters_are_squeezed_one_by_one_as_in_their_text(text: str) -> None:
    assert "".join(map(strip_blank, text)) == strip_blanks(fold(text))


def test_the_table_of_traditional_characters_is_opencc_s() -> None:
    pytest.importorskip("opencc_purepy")
    import traditional

    lines = characters.TRADITIONAL.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line[0] != "#"] == list(traditional.pairs())


def test_what_a_traditional_character_folds_to_is_folded_already() -> None:
    table = characters.full_table()
    assert len(table) - len(characters.BASE) > 3000
    assert all(folded is None or fold(folded) == folded for folded in table.values())


def test_a_character_folds_by_the_short_table_as_by_the_full_one() -> None:
    full = characters.full_table()
    every = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x20000))]
    different = [c for c in every if characters.table_for(c).get(ord(c), c) != full.get(ord(c), c)]
    assert not different
    assert all(code in characters.BASE for code, folded in full.items() if not folded)


def test_threads_that_learn_characters_at_once_fold_as_one_does() -> None:
    rng = random.Random(2)
    texts = ["".join(chr(rng.randrange(0x3400, 0xA000)) for _ in range(300)) for _ in range(40)]
    expected = [text.translate(characters.table_for(text)) for text in texts]
    characters.TABLE[:] = bytes(len(characters.TABLE))
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(fold, texts * 4)) == expected * 4
