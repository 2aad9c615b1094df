from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.outline import outline
from indexer.documents.repeats import find_repeats

BODY = "\n".join(
    f"{number}、第{number}项工作由有关部门按照职责分工负责，{word}年底前完成并报送总结材料。"
    for number, word in zip("一二三四五六七八九", "甲乙丙丁戊己庚辛壬", strict=True)
)


def without_blanks(text: str) -> str:
    return "".join(text.split())


def test_a_body_that_stands_twice_is_found_with_both_its_places() -> None:
    text = f"标题\n{BODY}\n另起一行\n{BODY}\n"
    (repeat,) = find_repeats(text)
    assert repeat.original.of(text) == repeat.copy.of(text) == BODY
    assert repeat.original.start == text.index("一、")
    assert repeat.copy.start == text.rindex("一、")


def test_other_indentation_and_line_ends_do_not_hide_a_copy() -> None:
    copy = "\r\n\r\n".join("　　" + line.replace("，", "， ") for line in BODY.split("\n"))
    text = f"标题\n{BODY}\n{copy}\n"
    (repeat,) = find_repeats(text)
    assert without_blanks(repeat.copy.of(text)) == without_blanks(BODY)


def test_short_copies_are_no_repeats() -> None:
    assert find_repeats(f"{BODY[:150]}\n{BODY[:150]}\n") == ()


def test_a_small_part_of_the_text_that_stands_twice_belongs_to_it() -> None:
    rest = "\n".join(
        f"第{number}条　本条与其他各条不同，内容各异，各有规定。" for number in range(300)
    )
    assert find_repeats(f"{BODY}\n{rest}\n{BODY}\n") == ()


def test_articles_that_share_their_items_are_no_repeats() -> None:
    items = "（一）情节严重的；\n（二）造成重大损失的；\n（三）拒不改正的。"
    articles = "\n".join(
        f"第{number}条　违反第{number + 9}条的：\n{items}" for number in range(1, 30)
    )
    assert find_repeats(articles) == ()


def test_the_copy_is_one_section_and_originals_know_where_they_stand_again() -> None:
    copy = "\n".join("　　" + line.replace("，", "， ") for line in BODY.split("\n"))
    text = f"通知如下：\n{BODY}\n特此通知。\n{copy}\n"
    sections = outline(text)
    assert [s.kind for s in sections].count("repeat") == 1
    assert sections[-1].kind == "repeat"
    for section in sections:
        if section.kind == "heading" and section.path[0] != "九":
            (place,) = section.repeats
            assert without_blanks(place.of(text)) == without_blanks(section.span.of(text))


LINES = st.lists(st.sampled_from(["甲乙丙", "丁", "一二三四五" * 20, "六七" * 60, ""]), max_size=40)


@settings(max_examples=200)
@given(LINES)
def test_repeats_hold_the_same_characters_in_order_and_apart(lines: list[str]) -> None:
    text = "\n".join(lines)
    end = 0
    for repeat in find_repeats(text):
        assert without_blanks(repeat.original.of(text)) == without_blanks(repeat.copy.of(text))
        assert repeat.original.end <= repeat.copy.start
        assert end <= repeat.copy.start
        end = repeat.copy.end
