from __future__ import annotations

import itertools
from array import array

from hypothesis import given
from hypothesis import strategies as st

from indexer.kernel.plain import kernel as plain
from indexer.text.analysis import Analyzer, bigrams, classes, ranked
from indexer.text.folding import fold, strip_blanks


def test_numbers_and_latin_words_are_cut_before_the_dictionary_is_asked(analyzer: Analyzer) -> None:
    assert analyzer.words(fold("GB/T 9704-2012，PM2.5为0.1MPa，e-mail")) == [
        "gb", "t", "9704", "2012", "pm", "2.5", "为", "0.1", "mpa", "e", "mail",
    ]  # fmt: skip


def test_numbers_are_words_in_digits_however_written(analyzer: Analyzer) -> None:
    words = analyzer.words
    assert words(fold("二○○二年十二月三十一日")) == words(fold("2002年12月31日"))


@given(st.text(max_size=40))
def test_a_bigram_begins_at_every_character_but_the_last(text: str) -> None:
    without_blanks = strip_blanks(fold(text))
    assert bigrams(without_blanks) == ["".join(pair) for pair in itertools.pairwise(without_blanks)]


def test_punctuation_and_bare_digits_do_not_rank() -> None:
    assert ranked(bigrams("第3条,785名a")) == ["第3", "3条", "5名", "名a"]


@given(st.text(st.one_of(st.characters(exclude_characters="\1"), st.sampled_from("国法3a_，𠀀𝐀"))))
def test_the_table_of_classes_says_what_ranks(text: str) -> None:
    log = plain.inverter(0)
    section = array("I", (1, 0)).tobytes()
    plain.add_bigrams(log, text.encode("utf-8", "surrogatepass"), b"\10", section, classes())
    pairs = {pair.encode("utf-8", "surrogatepass") for pair in ranked(bigrams(text))}
    assert log.sections[0].keys() == pairs


def test_a_section_ranks_by_body_title_and_headings(analyzer: Analyzer) -> None:
    body, title, headings, opening = analyzer.analyse(
        "河道管理条例", ["保护", "奖惩"], "河道保护， 保护河道", opening="各县区"
    )
    assert body.without_blanks == "河道保护,保护河道"
    assert body.words.split("\0") == ["河道", "保护", "保护", "河道"]
    assert title.without_blanks == "河道管理条例"
    assert headings.words.split("\0") == ["保护", "奖惩"]
    assert ranked(bigrams(headings.without_blanks)) == ["保护", "护奖", "奖惩"]
    assert opening.without_blanks == "各县区"
    assert 0 < opening.weight < body.weight == title.weight == headings.weight


def test_a_bare_heading_weighs_less_than_a_section_that_says_as_much(analyzer: Analyzer) -> None:
    own, headings = "六、责任追究", ("法律责任", "责任追究")
    body, _, above, _ = analyzer.analyse("河道管理条例", headings, "六、责任追究。", own=own)
    assert above.words.split("\0") == ["法律责任"]
    fuller, _, above, _ = analyzer.analyse("河道管理条例", headings, "六、责任追究。另", own=own)
    assert above.words.split("\0") == ["法律责任", "责任", "追究"]
    assert 0 < body.weight < fuller.weight == analyzer.analyse("", (), "责任追究")[0].weight


@given(st.text(st.one_of(st.characters(), st.sampled_from("国法3a_，𠀀𝐀\n"))))
def test_pieces_joined_are_the_text(analyzer: Analyzer, text: str) -> None:
    assert "".join(analyzer.pieces(text)) == text
