"""Rules for finding citations in a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.citations.find import Citation, find_citations
from tests.support.work import lines_run


def one(text: str) -> Citation:
    found = find_citations(text)
    assert len(found) == 1, found
    return found[0]


def articles(citation: Citation) -> list[tuple[str, int | None, int | None]]:
    return [(each.label, each.paragraph, each.item) for each in citation.articles]


def test_a_name_in_brackets_is_a_citation_and_its_span_covers_the_brackets() -> None:
    text = "根据《甲市停车条例》，制定本办法。"
    citation = one(text)
    assert citation.name == "甲市停车条例"
    assert citation.span.of(text) == "《甲市停车条例》"
    assert not citation.self_reference


def test_articles_after_a_name_belong_to_it() -> None:
    text = "依照《刑法》第二百六十四条、第二百六十六条的规定处罚。"
    citation = one(text)
    assert articles(citation) == [("第二百六十四条", None, None), ("第二百六十六条", None, None)]
    assert citation.span.of(text) == "《刑法》第二百六十四条、第二百六十六条"
    assert [each.span.of(text) for each in citation.articles] == [
        "第二百六十四条",
        "第二百六十六条",
    ]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("第1165条", "第一千一百六十五条"),
        ("第１２条", "第十二条"),
        ("第 5 条", "第五条"),
        ("第二百八十七条之一", "第二百八十七条之一"),
        ("第一百〇二条", "第一百零二条"),
    ],
)
def test_article_labels_take_the_normal_chinese_form(written: str, label: str) -> None:
    assert articles(one(f"违反《民法典》{written}的"))[0][0] == label


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("第三条第二款", [("第三条", 2, None)]),
        ("第三条第一款、第二款", [("第三条", 1, None), ("第三条", 2, None)]),
        ("第三条第一款第（二）项", [("第三条", 1, 2)]),
        ("第三条（四）项", [("第三条", None, 4)]),
        ("第三条第四项或者第五条第一款", [("第三条", None, 4), ("第五条", 1, None)]),
        ("第三条第（一）、（二）项", [("第三条", None, 1), ("第三条", None, 2)]),
        ("第三、四条", [("第三条", None, None), ("第四条", None, None)]),
    ],
)
def test_paragraphs_and_items_are_read_with_their_article(
    written: str, expected: list[tuple[str, int | None, int | None]]
) -> None:
    assert articles(one(f"违反《甲条例》{written}规定的")) == expected


def test_a_range_lists_what_lies_between_with_the_span_of_the_range() -> None:
    text = "适用《甲条例》第三条至第五条。"
    citation = one(text)
    assert [each.label for each in citation.articles] == ["第三条", "第四条", "第五条"]
    assert citation.articles[1].span.of(text) == "第三条至第五条"
    items = one("《甲条例》第九条第（一）项至第（四）项").articles
    assert [each.item for each in items] == [1, 2, 3, 4]


def test_an_absurd_range_keeps_its_two_ends() -> None:
    assert len(one("《甲条例》第一条至第九千条").articles) == 2


def test_nested_names_stay_inside_their_title() -> None:
    angle = one("见《国务院关于印发〈乙规划〉的通知》。")
    double = one("见《国务院关于印发《乙规划》的通知》。")
    assert angle.name == double.name == "国务院关于印发〈乙规划〉的通知"


def test_a_title_broken_over_lines_is_one_name() -> None:
    assert one("根据《甲市人民政府\n关于停车的　通知》执行").name == "甲市人民政府关于停车的通知"


def test_a_bracket_that_never_closes_does_not_hide_the_next_name() -> None:
    assert [each.name for each in find_citations("《甲条例。见《乙条例》。")] == ["乙条例"]
    assert find_citations("《" * 50) == ()


def test_name_and_number_together_are_one_citation() -> None:
    text = "按照《关于做好甲工作的意见》（国办发[2020]1号）执行。"
    citation = one(text)
    assert citation.number == "国办发〔2020〕1号"
    assert citation.name == "关于做好甲工作的意见"
    assert citation.span.of(text).endswith("1号）")


def test_a_number_alone_is_a_citation() -> None:
    citation = one("根据国发〔2020〕1号文件精神")
    assert (citation.name, citation.number) == (None, "国发〔2020〕1号")


def test_numbers_are_found_however_far_apart() -> None:
    gaps = ["。" * width for width in (1, 9, 150, 199, 201, 1000)]
    text = "".join(f"{gap}国发〔2020〕{n}号" for n, gap in enumerate(gaps, 1))
    assert [each.number for each in find_citations(text)] == [
        f"国发〔2020〕{n}号" for n in range(1, 7)
    ]


@pytest.mark.parametrize(
    "definition",
    [
        "（以下简称《办法》）",
        "(以下简称“办法”)",
        "（以下称办法）",
        "（甲发〔2020〕3号，以下简称《办法》）",
    ],
)
def test_a_short_name_stands_for_the_long_one_from_then_on(definition: str) -> None:
    found = find_citations(f"《甲市停车管理办法》{definition}已印发。违反《办法》第三条的")
    assert [each.target for each in found] == ["甲市停车管理办法"] * 2
    assert (found[0].full_name, found[1].name) == (None, "办法")


def test_a_short_name_is_known_without_brackets_where_an_article_follows() -> None:
    found = find_citations("《中华人民共和国甲法》（以下简称甲法）。当事人以甲法第三条为由")
    assert found[1].name == "甲法"
    assert found[1].target == "中华人民共和国甲法"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("应当认定为刑法第三百条规定的", "刑法"),
        ("依照民事诉讼法第二百条", "民事诉讼法"),
        ("中华人民共和国宪法第三条", "中华人民共和国宪法"),
        ("不符合对外贸易法第三条", "对外贸易法"),
    ],
)
def test_a_law_named_without_brackets_is_found_by_its_article(text: str, name: str) -> None:
    citation = one(text)
    assert citation.name == name
    assert citation.span.of(text).startswith(name)


@pytest.mark.parametrize(
    "text", ["违反本条例第三条", "依照本实施办法第三条", "违反第三条的", "前款规定的"]
)
def test_references_without_another_name_are_to_the_document_itself(text: str) -> None:
    citation = one(text)
    assert citation.self_reference
    assert citation.name is None


def test_relative_references_keep_their_word_as_label() -> None:
    assert articles(one("有前款第三项情形")) == [("前款", None, 3)]
    assert articles(one("适用本条第二款")) == [("本条", 2, None)]


def test_that_law_is_the_one_named_last() -> None:
    found = find_citations("依照《甲法》处罚；该法第三条另有规定的")
    assert found[1].target == "甲法"


@pytest.mark.parametrize(
    "text",
    [
        "第三条 国家保护。",
        "　　第三条国家保护。",
        "# 第三条 总则",
        "结束。 第三条 国家保护。",
        "增加一条：“第三条 国家保护。”",
    ],
)
def test_an_article_heading_is_not_a_citation(text: str) -> None:
    assert find_citations(text) == ()


def test_a_line_that_begins_with_a_citation_is_not_a_heading() -> None:
    assert articles(one("第三条规定的期限为三日。")) == [("第三条", None, None)]
    assert len(one("第三条、第四条所称单位").articles) == 2


@pytest.mark.parametrize("text", ["第三条款的合同", "第一条件是", "本条例自公布之日起施行"])
def test_other_words_are_not_articles(text: str) -> None:
    assert find_citations(text) == ()


_WORDS = "《》〈〉（）第条款项三、至和“。\n😀\ue000"
_PHRASES = [
    "十二",
    "之一",
    "本条例",
    "刑法",
    "该法",
    "前款",
    "以下简称",
    "国发〔2020〕1号",
    "令第5号",
]
_PIECES = st.lists(st.sampled_from([*_WORDS, *_PHRASES]), max_size=40).map("".join)


@settings(max_examples=300)
@given(_PIECES)
def test_any_text_gives_ordered_disjoint_citations_with_spans_inside(text: str) -> None:
    end = 0
    for citation in find_citations(text):
        assert end <= citation.span.start < citation.span.end <= len(text)
        end = citation.span.end
        for each in citation.articles:
            assert citation.span.start <= each.span.start < each.span.end <= citation.span.end


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["《", "第一、", "第一", "《刑法》（", "法法法第一条", "第一条第（一）"]
)
def test_the_work_is_linear_in_the_text(piece: str) -> None:
    small, large = (lines_run(find_citations, piece * count) for count in (2_500, 20_000))
    assert large < 16 * small
