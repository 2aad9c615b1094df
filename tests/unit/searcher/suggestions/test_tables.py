"""The tables of characters: whole, and with nothing in them that cannot be meant."""

from __future__ import annotations

import re

from searcher.suggestions.pinyin import characters_read, syllables_of
from searcher.suggestions.tables import read_table


def test_every_syllable_has_its_line_and_no_character_twice() -> None:
    table = read_table("pinyin.txt")
    syllables = [line[0] for line in table]
    assert len(set(syllables)) == len(syllables) > 390
    for syllable, characters in table:
        assert re.fullmatch("[a-z]{1,6}", syllable)
        assert len(set(characters)) == len(characters)
        assert all("\u4e00" <= char <= "\u9fff" for char in characters)


def test_every_common_character_has_a_reading() -> None:
    level = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low))
    common = level.decode("gb2312", "ignore")
    assert len(common) == 3755
    assert [char for char in common if not syllables_of(char)] == []


def test_the_common_characters_of_a_syllable_stand_in_the_order_of_the_standard() -> None:
    assert characters_read("fa").startswith("发罚筏伐乏阀法珐")


def test_every_group_of_similar_shapes_has_two_characters_or_more_and_none_twice() -> None:
    groups = [group for line in read_table("similar_shapes.txt") for group in line]
    assert len(groups) > 400
    for group in groups:
        assert len(set(group)) == len(group) > 1
