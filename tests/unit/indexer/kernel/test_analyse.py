"""Texts are folded, numbered and cut by the kernel as its plain kernel does it, and as the rules
say.
"""

from __future__ import annotations

import re
from array import array
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.kernel import constants, kernel
from indexer.kernel.plain import kernel as plain
from indexer.text import characters
from indexer.text.analysis import Analyzer
from indexer.text.characters import HAN, TABLE, learn
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import make_tables
from indexer.text.folding import arabic, fold, strip_blanks

NUMERALS = "零〇○一二三四五六七八九十百千两万亿"
# What numbers, letter-spacing, blanks and kinds of characters are told by.
MARKS = "第条款项章节编号批期届次类年月日 　\t\n.,，_-·²½aZ９Ａ國後薴乾薹㑮\ud800"
TEXTS = st.lists(
    st.one_of(
        st.text(NUMERALS, max_size=5),
        st.text(st.sampled_from(MARKS), max_size=4),
        st.text(st.sampled_from("国务院 总则的 "), max_size=8),
        st.text(st.characters(), max_size=4),
    ),
    max_size=8,
).map("".join)


@pytest.fixture(scope="module")
def both() -> list[tuple[Any, Any]]:
    """The kernel in use and the plain kernel, each with its dictionary."""
    columns, facts = make_tables()
    names = ("characters", "children", "values")
    tables = [*(columns[f"trie.{name}"] for name in names)]
    tables += [columns[name] for name in ("weights", "model", "emissions")]
    return [(one, one.cutter(*tables, bool(facts["forced"]))) for one in (kernel, plain)]


def folded_by_rule(text: str) -> str:
    folded = text.translate(characters.table_for(text))
    spaced = f"(?<![{HAN}])[{HAN}](?: +[{HAN}](?![{HAN}]))+"
    return re.sub(spaced, lambda match: match[0].replace(" ", ""), folded)


def words_by_rule(folded: str, analyzer: Analyzer) -> list[str]:
    words: list[str] = []
    for match in re.finditer(rf"([{HAN}]+)|\d+(?:\.\d+)*|[^\W\d_{HAN}]+", arabic(folded)):
        words += analyzer.dictionary.cut(match[1]) if match[1] else [match[0]]
    return words


@pytest.mark.slow
@given(TEXTS)
@settings(max_examples=500)
def test_any_text_is_folded_by_the_rules(text: str) -> None:
    assert fold(text) == folded_by_rule(text) == plain.fold(TABLE, text)


@pytest.mark.slow
@given(TEXTS)
@settings(max_examples=500)
def test_the_words_of_any_text_are_those_of_the_rules(analyzer: Analyzer, text: str) -> None:
    for one in (text, fold(text)):
        assert analyzer.words(one) == words_by_rule(one, analyzer)


@pytest.mark.slow
@given(TEXTS)
@settings(max_examples=500)
def test_a_text_is_analysed_as_its_parts_are_made_one_by_one(
    both: list[tuple[Any, Any]], analyzer: Analyzer, text: str
) -> None:
    learn(text)
    folded = fold(text)
    expected = "\0".join(words_by_rule(folded, analyzer)), strip_blanks(folded)
    for one, cutter in both:
        assert one.analyse(TABLE, text, cutter) == expected
        assert one.words(TABLE, folded, cutter) == expected[0]


@pytest.mark.slow
@given(st.text(NUMERALS, max_size=23), st.sampled_from("条年月日个"))
@settings(max_examples=1000)
def test_numerals_of_any_length_are_put_in_digits_alike(
    both: list[tuple[Any, Any]], numeral: str, section: str
) -> None:
    text = f"第{numeral}{section}，{numeral}{section}"
    learn(text)
    folded = fold(text)
    digits = "".join(re.findall(r"\d+", arabic(folded)))
    for one, cutter in both:
        words = one.words(TABLE, folded, cutter).split("\0")
        assert "".join("".join(re.findall(r"\d+", word)) for word in words) == digits


def test_a_long_text_is_cut_to_its_end(both: list[tuple[Any, Any]]) -> None:
    text = "第十二条国务院关于印发规定的通知二〇〇二年 ＧＢ 9704.1 " * 40 + "千" * 25 + "条"
    learn(text)
    compiled, plain = (one.analyse(TABLE, text, cutter) for one, cutter in both)
    assert compiled == plain
    assert compiled[0].count("9704.1") == 40


def test_an_unknown_character_is_said_to_be_one(both: list[tuple[Any, Any]]) -> None:
    empty = bytearray(len(TABLE))
    for one, cutter in both:
        assert one.fold(empty, "国") is None
        assert one.words(empty, "国", cutter) is None
        assert one.analyse(empty, "国", cutter) is None
        assert one.fold(empty, "") == one.fold(empty, "\U00020000")[1:] == ""
        assert one.analyse(empty, "\U00020000", cutter) == ("\U00020000", "\U00020000")
        with pytest.raises(ValueError, match="a table of 131072 characters is wanted"):
            one.fold(empty[4:], "")


@pytest.mark.slow
def test_characters_behind_the_table_are_what_it_leaves_out() -> None:
    for code in range(constants.CHARACTERS, 0x110000):
        han = re.match(f"[{HAN}]", chr(code)) is not None
        assert han == (code < 0x40000)
        assert han or not (chr(code).isalnum() or chr(code).isspace())
    beyond = [code for code in characters.full_table() if code >= constants.CHARACTERS]
    assert beyond == [*range(0xE0100, 0xE01F0)]  # variation selectors, which fold to nothing


@pytest.mark.slow
def test_every_character_is_learnt_as_the_rules_have_it() -> None:
    text = "".join(map(chr, range(constants.CHARACTERS)))
    learn(text)
    marks = "".join(_mark(char) for char in text)
    for pattern, kind in ((f"[{HAN}]", "h"), (r"\d", "n"), (rf"[^\W\d_{HAN}]", "l"), (r"\s", "b")):
        found = {match.start() for match in re.finditer(pattern, text)}
        if kind == "l":  # signs such as ㎡ stand for letters
            others = re.compile(rf"[{HAN}]|\d|\s")
            signs = {n for n, char in enumerate(text) if characters.is_sign(char)}
            found |= {n for n in signs if not others.match(text[n])}
        assert found == {place for place, mark in enumerate(marks) if mark == kind}
    for char in text:
        assert fold(char) == folded_by_rule(char)


def _mark(char: str) -> str:
    entry = memoryview(TABLE).cast("I")[ord(char)]
    return "-lnhb"[entry >> constants.KIND & 7]


def test_a_damaged_dictionary_is_an_error(both: list[tuple[Any, Any]]) -> None:
    columns, facts = make_tables()
    damaged = {**columns, "trie.children": b"\xff" * len(columns["trie.children"])}
    for one in (kernel, plain):
        dictionary = Dictionary(damaged, facts, kernel=one)
        with pytest.raises(Exception, match="dictionary cannot be read"):
            dictionary.words("国务院")
        with pytest.raises(Exception, match="dictionary cannot be read"):
            dictionary.analyse("国务院")


@pytest.mark.slow
@given(st.one_of(TEXTS, st.text(st.sampled_from("国法a１ \n\u200b\ufeff，。_\ud800\U00020000"))))
@settings(max_examples=500)
def test_the_wording_of_any_text_is_what_stands_between_its_marks(text: str) -> None:
    learn(text)
    whole = re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", text)
    clauses = [clause for clause in re.split(rf"[^\w{HAN}]+|_+", whole) if clause]
    encoded = [clause.encode("utf-8", "replace") for clause in clauses]
    hashes = array("I", map(crc32, encoded)).tobytes()
    for one in (kernel, plain):
        assert one.wording(TABLE, text) == (b"".join(encoded), hashes, sum(map(len, clauses)))
        assert one.wording(bytearray(len(TABLE)), "国") is None
        with pytest.raises(ValueError, match="a table of 131072 characters is wanted"):
            one.wording(TABLE[4:], text)
