from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.model import Section
from indexer.documents.outline import outline

SEED = Path(__file__).parents[5] / "seeds" / "000_30e27826b6ec8c13.txt"
PROSE = "各地区、各部门要认真贯彻落实有关要求，结合实际细化工作措施，确保各项任务落到实处。"


def paths(text: str) -> list[str]:
    return ["/".join(s.path) for s in outline(text) if s.label]


def heads(text: str) -> dict[str, str]:
    return {"/".join(s.path): s.heading for s in outline(text) if s.label}


def at(text: str, path: str) -> Section:
    return next(s for s in outline(text) if "/".join(s.path) == path)


def kinds(text: str) -> list[str]:
    return [s.kind for s in outline(text)]


# ---- every text -------------------------------------------------------------------------------

PIECES = [
    *("第一条", "第二条", "第三章　总则", "（一）", "（二）", "1.", "２．", "①", "一、", "二、"),
    *("1.1", "#", "附件1", "附件：", "目录", "附则", "内容。", "，各级党委。", "：", "“", "”"),
    *("《", "》"),
    *("国务院办公厅", "2020年1月1日", "一是", "之一", "关于印发的通知", "😀", "\ue000", "\x00"),
]
BREAKS = ("\n", "\r\n", "\n\n", "　", " ", "")
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BREAKS)), max_size=60).map(
    lambda pairs: "".join(piece + gap for piece, gap in pairs)
)


def check_laws(text: str) -> None:
    sections = outline(text)
    assert "".join(s.span.of(text) for s in sections) == text
    assert all(s.span.start < s.span.end for s in sections)
    assert all(text.startswith(s.label, s.span.start) for s in sections)
    assert all(-1 <= s.parent < index for index, s in enumerate(sections))
    anchors = [s.anchor for s in sections]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"[\w./~-]+", anchor) for anchor in anchors)


@settings(max_examples=300)
@given(TEXTS)
def test_sections_tile_every_text_and_keep_the_laws_of_a_tree(text: str) -> None:
    check_laws(text)


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_no_text_crashes_the_outline(text: str) -> None:
    check_laws(text)


def test_the_empty_text_has_no_sections() -> None:
    assert outline("") == ()


def test_long_lines_of_blanks_and_brackets_take_linear_time() -> None:
    check_laws("附件" + " " * 300_000 + "甲")
    check_laws("（" * 300_000)
    check_laws("第" + "　" * 300_000 + "条")


# ---- labels and their parents -----------------------------------------------------------------


def test_parts_chapters_divisions_and_articles_nest() -> None:
    text = (
        "第一编　总则\n第一分编　通则\n第一章　基本规定\n第一节　目的\n第一条　为了甲，制定本法。\n"
        "第二节　范围\n第二条　本法适用于乙。\n第二章　其他\n第三条　丙。\n"
        "第二编　分则\n第一章　另起\n第四条　丁。\n"
    )
    assert paths(text) == [
        "第一编",
        "第一编/第一分编",
        "第一编/第一分编/第一章",
        "第一编/第一分编/第一章/第一节",
        "第一编/第一分编/第一章/第一节/第一条",
        "第一编/第一分编/第一章/第二节",
        "第一编/第一分编/第一章/第二节/第二条",
        "第一编/第一分编/第二章",
        "第一编/第一分编/第二章/第三条",
        "第二编",
        "第二编/第一章",
        "第二编/第一章/第四条",
    ]
    assert kinds(text)[:5] == ["part", "part", "chapter", "division", "article"]


def test_an_inserted_article_runs_on_from_the_one_before_it() -> None:
    text = "第一条　甲。\n第一条之一　乙。\n第一条之二　丙。\n第二条　丁。\n"
    assert paths(text) == ["第一条", "第一条之一", "第一条之二", "第二条"]
    assert at(text, "第一条之二").anchor == "tiao-1-2"


def test_a_citation_at_line_start_is_not_an_article() -> None:
    text = (
        "第一条　甲。\n第三十一条规定：“乙。”\n第二条　丙。\n第二条的规定，适用于丁。\n"
        "第三条　戊。\n"
    )
    assert paths(text) == ["第一条", "第二条", "第三条"]


def test_a_citation_of_the_first_article_does_not_start_a_text() -> None:
    assert paths("依据如下。\n第一条规定：“甲。”\n第二条规定：“乙。”\n") == []


def test_an_article_without_a_blank_is_one_where_its_number_runs_on() -> None:
    assert paths("第一条　甲。\n第二条来华人员，适用本办法。\n第三条　乙。\n")[1] == "第二条"


def test_articles_run_into_one_line_are_told_apart() -> None:
    text = (
        "第一章　总则　　第一条　为了甲，制定本办法。 第二条　乙。\n第二章　附则　　第三条　丙。\n"
    )
    assert paths(text) == ["第一章", "第一章/第一条", "第一章/第二条", "第二章", "第二章/第三条"]
    assert heads(text)["第一章"] == "总则"
    assert paths("第一条 甲。 第二条 乙。\n第三条 丙。\n") == ["第一条", "第二条", "第三条"]


def test_a_numbered_line_is_an_item_under_an_article_and_a_heading_elsewhere() -> None:
    law = outline("第一条　有下列情形的：\n（一）甲；\n1．乙；\n（1）丙；\n（二）丁。\n")
    assert [s.kind for s in law] == ["article", "item", "item", "item", "item"]
    notice = outline("一、任务\n（一）甲任务\n1.乙。\n（1）丙；\n①丁。\n")
    assert [s.kind for s in notice] == ["heading", "heading", "heading", "item", "item"]


def test_a_list_inside_articles_whose_numbers_go_on_stays_in_its_article() -> None:
    text = "第一条　甲。\n第二条　分为：\n一、乙；\n二、丙。\n第三条　丁。\n第四条　戊。\n"
    assert paths(text) == ["第一条", "第二条", "第二条/一", "第二条/二", "第三条", "第四条"]


def test_lists_turned_upside_down_stay_so_to_the_end_of_the_text() -> None:
    text = "1.甲\n（一）子；\n（二）丑。\n2.乙\n（一）寅；\n（二）卯。\n"
    assert paths(text) == ["1", "1/（一）", "1/（二）", "2", "2/（一）", "2/（二）"]


def test_a_list_behind_a_colon_stands_under_what_announces_it() -> None:
    assert paths("1.条件如下：\n（一）子；\n（二）丑。\n") == ["1", "1/（一）", "1/（二）"]


def test_bracketed_numbers_over_articles_stand_above_them() -> None:
    text = (
        "一、总论\n第一条　甲。\n二、物权\n（一）一般规定\n第二条　乙：\n（一）子；\n（二）丑。\n"
        "（二）抵押\n第三条　丙。\n"
    )
    assert paths(text) == [
        "一",
        "一/第一条",
        "二",
        "二/（一）",
        "二/（一）/第二条",
        "二/（一）/第二条/（一）",
        "二/（一）/第二条/（二）",
        "二/（二）",
        "二/（二）/第三条",
    ]


def test_numbers_that_run_through_several_parents_are_kept() -> None:
    text = "一、甲\n1.子。\n2.丑。\n3.寅。\n4.卯。\n5.辰。\n6.巳。\n二、乙\n7.午。\n"
    assert paths(text)[-3:] == ["一/6", "二", "二/7"]


def test_a_gap_of_the_text_is_kept_but_a_number_whose_turn_comes_later_is_not() -> None:
    assert paths("一、甲\n二、乙\n四、丁\n五、戊\n") == ["一", "二", "四", "五"]
    assert paths("一、甲\n四、见下文。\n二、乙\n三、丙\n四、丁\n") == ["一", "二", "三", "四"]


def test_counting_words_are_not_labels() -> None:
    text = (
        "一、产业\n一、二、三产业融合发展。\n一、二审均败诉。\n1.5倍以下的，不予处罚。\n二、人才\n"
    )
    assert paths(text) == ["一", "二"]


def test_a_year_may_follow_the_dot_of_a_number() -> None:
    assert paths("一、目标\n1.2025年底前完成。\n2.2027年底前见效。\n") == ["一", "一/1", "一/2"]


def test_full_width_and_mixed_forms_have_one_normal_form() -> None:
    text = "一、甲\n(一）子\n１．寅。\n⑴卯；\n（二)丑\n㈢辰\n"
    assert paths(text) == [
        "一",
        "一/（一）",
        "一/（一）/1",
        "一/（一）/1/（1）",
        "一/（二）",
        "一/（三）",
    ]
    assert at(text, "一/（一）").label == "(一）"


def test_a_label_alone_on_its_line_takes_its_heading_from_the_next() -> None:
    assert heads(f"第一章\n总　则\n第一条\n为了甲，制定本法。\n第二章\n附　则\n{PROSE}\n") == {
        "第一章": "总则",
        "第一章/第一条": "",
        "第二章": "附则",
    }


def test_closing_provisions_without_a_number_stand_at_the_root() -> None:
    text = "第一编　分则\n第一章　甲罪\n第一条　乙。\n附　则\n第二条　本法自公布之日起施行。\n"
    assert at(text, "附则").kind == "chapter"
    assert at(text, "附则").label == ""
    assert paths(text)[-1] == "附则/第二条"


def test_decimal_numbers_find_their_parents() -> None:
    text = "1　总则\n1.1　目的\n甲。\n1.2　依据\n1.2.1　法律\n乙。\n2　职责\n2.1　机构\n丙。\n"
    assert paths(text) == ["1", "1/1.1", "1/1.2", "1/1.2/1.2.1", "2", "2/2.1"]


def test_bare_numbers_are_labels_only_over_decimals() -> None:
    assert paths("一、指标\n1　指标名称\n2　指标数值\n二、说明\n") == ["一", "二"]


def test_decimal_numbers_need_no_blank_but_measures_are_none() -> None:
    text = "1总则\n1.1目的\n1.5倍以下。\n1.2依据\n3个工作日\n2职责\n2.1机构\n"
    assert paths(text) == ["1", "1/1.1", "1/1.2", "2", "2/2.1"]


def test_markdown_headings_nest_by_their_rank() -> None:
    text = "# 上\n## 一、总体要求\n正文。\n### 目标\n正文。\n## 二、任务\n正文。\n# 下\n正文。\n"
    assert paths(text) == ["上", "上/一", "上/一/目标", "上/二", "下"]
    assert heads(text)["上/一"] == "总体要求"


def test_the_title_of_a_markdown_text_is_not_a_part_of_its_outline() -> None:
    text = "# 某条例\n## 第一章 总则\n**第一条** 甲。\n## 第二章 附则\n**第二条** 乙。\n"
    assert paths(text) == ["第一章", "第一章/第一条", "第二章", "第二章/第二条"]
    assert at(text, "第二章/第二条").label == "第二条"


def test_quoted_provisions_are_not_part_of_the_outline() -> None:
    text = (
        "一、将第五条修改为：“第五条 有下列情形的：\n（一）甲；\n（二）乙。”\n"
        "二、增加一条：\n“第六条 丙：\n（一）丁；\n“（二）戊。”\n三、本决定自公布之日起施行。\n"
    )
    assert paths(text) == ["一", "二", "三"]


def test_a_quotation_mark_left_open_does_not_swallow_the_list() -> None:
    text = "一、落实“三项制度。\n（一）甲。\n二、乙。\n三、加强“四项工作”。\n四、丙”。\n"
    assert [path for path in paths(text) if "（" not in path] == ["一", "二", "三", "四"]


def test_a_flat_page_is_read_like_one_with_its_lines() -> None:
    filler = PROSE * 20
    text = (
        f"某办法_某网站 首 页 互动 2025年03月21日 17:00 来源： 某网 {filler} "
        "某办公室 2025年3月13日 "
        "某管理办法 第一条 为了甲，制定本办法。 第二条 依照《价格法》 第十四条的规定处理： "
        "（一）乙； （二）丙。 第三条 丁。"
    )
    assert paths(text) == [
        "某管理办法/第一条",
        "某管理办法/第二条",
        "某管理办法/第二条/（一）",
        "某管理办法/第二条/（二）",
        "某管理办法/第三条",
    ]
    assert kinds(text)[:3] == ["preamble", "signature", "attachment"]


# ---- what stands around the outline -----------------------------------------------------------

NOTICE = (
    "某省政府关于印发《某管理办法》的通知\n各市政府：\n"
    f"现将《某管理办法》印发给你们，请认真执行。\n{PROSE}\n"
)
SIGNED = "某省人民政府\n二○○四年三月二十二日\n"


def test_an_enclosed_text_has_an_outline_of_its_own() -> None:
    text = (
        f"{NOTICE}一、高度重视\n{PROSE}\n{SIGNED}（此件公开发布）\n某管理办法\n"
        "第一条　甲。\n第二条　乙。\n"
    )
    assert [(s.kind, s.anchor, "/".join(s.path)) for s in outline(text)] == [
        ("preamble", "head", ""),
        ("heading", "1", "一"),
        ("signature", "sign", ""),
        ("attachment", "att-1", "某管理办法"),
        ("article", "att-1/tiao-1", "某管理办法/第一条"),
        ("article", "att-1/tiao-2", "某管理办法/第二条"),
    ]


def test_an_enclosed_text_is_known_by_its_name_where_no_signature_parts_it() -> None:
    text = f"{NOTICE}某管理办法\n一、总体要求\n{PROSE}\n"
    assert paths(text) == ["某管理办法/一"]


def test_numbers_start_afresh_behind_a_signature() -> None:
    text = f"一、甲\n{PROSE}\n二、乙\n{PROSE}\n{SIGNED}第一条　丙。\n第二条　丁。\n"
    assert paths(text) == ["一", "二", "第一条", "第二条"]


def test_numbered_attachments_restart_the_path() -> None:
    text = (
        f"{NOTICE}一、甲\n{PROSE}\n{SIGNED}附件1\n某方案\n一、乙\n{PROSE}\n附件2\n某要点\n"
        f"一、丙\n{PROSE}\n"
    )
    assert paths(text) == ["一", "附件1/一", "附件2/一"]
    assert at(text, "附件2").heading == "某要点"
    assert at(text, "附件2/一").anchor == "att-2/1"


def test_an_attachment_may_have_a_number_of_two_parts() -> None:
    text = f"{NOTICE}{SIGNED}附件1-2\n某要点\n一、丙\n{PROSE}\n"
    assert at(text, "附件1-2").heading == "某要点"
    assert at(text, "附件1-2/一").anchor == "att-1-2/1"


def test_a_list_of_attachments_is_not_part_of_the_outline() -> None:
    text = f"一、甲\n{PROSE}\n附件：1.申请表\n2.汇总表.doc\n3.名单\n{SIGNED}"
    assert paths(text) == ["一"]
    assert outline(text)[-1].span.of(text).startswith("附件：1.申请表")


def test_a_list_of_attachments_that_lost_its_title_is_known_by_the_signature_below() -> None:
    text = f"一、甲\n{PROSE}\n1．收入标准\n2．申请表\n{SIGNED}"
    assert paths(text) == ["一"]


def test_a_date_in_the_head_of_a_page_is_no_signature() -> None:
    text = (
        f"某局关于某事的通知\n某规〔2021〕19号\n2021年12月6日\n某局\n各区政府：\n{PROSE}\n"
        f"一、甲\n{PROSE}\n"
    )
    assert kinds(text) == ["preamble", "heading"]


def test_a_table_of_contents_is_not_taken_for_the_text() -> None:
    text = (
        "某条例\n目　录\n第一章　总则\n第一节　一般规定\n第二章　分则\n第一节　一般规定\n"
        "第三章　附则\n"
        "第一章　总则\n第一节　一般规定\n第一条　甲。\n第二章　分则\n第一节　一般规定\n"
        "第二条　乙。\n"
        "第三章　附则\n第三条　丙。\n"
    )
    assert kinds(text)[:3] == ["preamble", "contents", "chapter"]
    assert paths(text)[:3] == ["第一章", "第一章/第一节", "第一章/第一节/第一条"]
    assert at(text, "第一章").anchor == "zhang-1"


def test_a_table_of_contents_without_its_title_is_known_by_its_repetition() -> None:
    text = (
        f"某规划\n一、背景\n二、目标\n三、任务\n四、保障\n一、背景\n{PROSE}\n二、目标\n"
        f"{PROSE}\n三、任务\n{PROSE}\n四、保障\n{PROSE}\n"
    )
    assert kinds(text)[:2] == ["preamble", "contents"]
    assert paths(text) == ["一", "二", "三", "四"]


# ---- passages and anchors ---------------------------------------------------------------------


def test_long_sections_are_cut_at_their_enumeration() -> None:
    clause = PROSE * 12
    text = f"一、任务。一是{clause}二是{clause}三是{clause}\n二、保障\n{PROSE}\n"
    first, second, third, last = outline(text)
    assert [s.kind for s in (first, second, third)] == ["heading", "passage", "passage"]
    assert second.span.of(text).startswith("二是")
    assert third.span.of(text).startswith("三是")
    assert (second.anchor, third.anchor, second.parent, second.path) == ("1/p2", "1/p3", 0, ("一",))
    assert (last.anchor, last.parent) == ("2", -1)


def test_passages_end_with_sentences_and_are_neither_short_nor_long() -> None:
    text = f"一、任务\n{PROSE * 60}\n"
    pieces = outline(text)
    assert len(pieces) > 2
    assert all(300 <= s.span.end - s.span.start <= 800 for s in pieces)
    assert all(s.span.of(text).rstrip().endswith("。") for s in pieces)


def test_sections_that_are_not_long_stay_whole() -> None:
    assert kinds(f"一、任务\n{PROSE * 20}\n") == ["heading"]


def test_anchors_stay_when_other_parts_of_the_document_change() -> None:
    tail = f"二、乙\n（一）子\n{PROSE}\n三、丙\n{PROSE}\n"
    before = outline(f"一、甲\n{PROSE}\n{tail}")
    after = outline(f"抬头\n一、甲\n（一）另有\n{PROSE * 40}\n{tail}")
    assert [s.anchor for s in after][-3:] == [s.anchor for s in before][-3:] == ["2", "2.1", "3"]


def test_anchors_of_repeated_numbers_are_told_apart() -> None:
    text = "第一条　甲：\n（一）子；\n（二）丑。\n另有：\n（一）寅；\n（二）卯。\n"
    assert [s.anchor for s in outline(text)] == [
        "tiao-1",
        "tiao-1/1",
        "tiao-1/2",
        "tiao-1/1~2",
        "tiao-1/2~2",
    ]


# ---- the seed ---------------------------------------------------------------------------------


def test_the_seed_is_outlined_once_and_its_copy_set_aside() -> None:
    text = SEED.read_text(encoding="utf-8")
    sections = outline(text)
    assert [("/".join(s.path), s.kind) for s in sections if s.kind != "passage"] == [
        ("", "preamble"),
        ("一", "heading"),
        ("一/（一）", "heading"),
        ("一/（二）", "heading"),
        ("一/（三）", "heading"),
        ("一/（四）", "heading"),
        ("二", "heading"),
        ("二/（一）", "heading"),
        ("二/（二）", "heading"),
        ("二/（三）", "heading"),
        ("二/（四）", "heading"),
        ("", "signature"),
        ("", "repeat"),
    ]
    found = heads(text)
    assert found["一"] == "贯彻落实党风廉政建设责任制工作的主要成效"
    assert found["一/（二）"] == "进一步健全了反腐败领导体制和工作机制"
    assert found["一/（一）"].endswith("抓党风廉政建设的责任意识普遍增强")
    copy = sections[-1]
    assert copy.span.of(text).startswith("发布文号: 浙委办发[2002]32号")
    third = at(text, "一/（三）")
    assert "785名" in third.span.of(text)
    assert [span.of(text) for span in third.repeats] == [third.span.of(text).rstrip()]
    assert copy.span.start <= third.repeats[0].start < copy.span.end


def test_a_dash_typed_for_one_labels_the_first_chapter() -> None:
    text = "第—章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。\n"
    assert paths(text) == ["第一章", "第一章/第一条", "第二章", "第二章/第二条"]
    assert outline(text)[0].label == "第—章"


def test_an_age_behind_a_number_is_no_decimal() -> None:
    text = "第一条 优待下列读者：\n1.80周岁及以上的；\n2.残疾读者。\n第二条 圆周率约为：\n3.14。\n"
    assert paths(text) == ["第一条", "第一条/1", "第一条/2", "第二条"]


def test_a_list_of_attachments_on_the_line_of_its_word_is_no_attachment() -> None:
    text = f"一、任务\n{PROSE}\n附件：1.建设标准（2023年）\n2.分工表\n建设标准\n{PROSE}\n"
    assert all("：" not in s.heading for s in outline(text))


def test_a_label_parted_by_a_blank_is_whole_in_a_page_of_one_line() -> None:
    filler = "单位应当及时报告，并协助其他单位按照规定开展有关工作。 " * 30
    text = f"办法 第一条 {filler}第二 条 鼓励报告，并给予奖励。 第三条 本办法自公布之日起施行。"
    assert paths(text) == ["第一条", "第二条", "第三条"]
