from __future__ import annotations

from indexer.documents.outline import outline

PROSE = "各地区、各部门要认真贯彻落实有关要求，结合实际细化工作措施，确保各项任务落到实处。"


def heads(text: str) -> dict[str, str]:
    return {"/".join(s.path): s.heading for s in outline(text) if s.label}


def test_run_in_headings_end_at_their_first_sentence() -> None:
    text = f"一、任务\n（一）加强领导。{PROSE}\n（二）强化监督。{PROSE}\n（三）抓好落实：{PROSE}\n"
    assert list(heads(text).values()) == ["任务", "加强领导", "强化监督", "抓好落实"]


def test_first_sentences_of_a_list_of_plain_paragraphs_are_no_headings() -> None:
    text = (
        "一、要求\n"
        "（一）各地要高度重视有关工作，明确责任分工，细化落实措施，加强组织领导和督促检查。\n"
        f"（二）问题依然突出。{PROSE}\n（三）{PROSE}\n（四）{PROSE}\n"
    )
    assert heads(text) == {
        "一": "要求",
        "一/（一）": "",
        "一/（二）": "",
        "一/（三）": "",
        "一/（四）": "",
    }


def test_a_slip_of_the_pen_does_not_end_a_heading_after_its_subject() -> None:
    text = f"一、成效\n（一）各级党委。政府的责任意识普遍增强。{PROSE}\n（二）健全了机制。{PROSE}\n"
    assert heads(text)["一/（一）"] == "各级党委。政府的责任意识普遍增强"


def test_a_line_that_is_one_sentence_is_a_heading_only_over_more_text() -> None:
    text = (
        f"一、原则\n（一）平等原则。\n{PROSE}\n（二）公开原则。\n{PROSE}\n二、清单\n"
        "1.身份证。\n2.申请表。\n"
    )
    assert heads(text) == {
        "一": "原则",
        "一/（一）": "平等原则",
        "一/（二）": "公开原则",
        "二": "清单",
        "二/1": "",
        "二/2": "",
    }


def test_lead_ins_and_amendments_are_no_headings() -> None:
    text = "一、将第三条修改为：“甲。”\n二、在第四条后增加一条：“乙。”\n三、删去第五条。\n"
    assert set(heads(text).values()) == {""}
    assert heads(f"一、企业应具备：\n1.甲；\n2.乙。\n二、应用{PROSE}\n")["一"] == ""


def test_articles_have_headings_only_in_brackets() -> None:
    text = (
        "第一条　【立法目的】为了甲。\n第二条（适用范围）本市适用。\n"
        "第三条　国家保护环境。违者受罚。\n"
    )
    assert list(heads(text).values()) == ["立法目的", "适用范围", ""]


def test_a_question_is_the_heading_of_its_answer() -> None:
    text = "一、问：为什么要制定办法？答：为了甲。\n二、问：办法有哪些内容？答：共有乙。\n"
    assert list(heads(text).values()) == ["为什么要制定办法？", "办法有哪些内容？"]


def test_a_heading_goes_on_over_a_line_broken_at_a_number() -> None:
    text = f"一、力争于\n2025\n年底前建成示范区\n{PROSE}\n二、保障措施\n{PROSE}\n"
    assert heads(text)["一"] == "力争于2025年底前建成示范区"
    text = f"一、全省累计新建的高标准农田\n1000\n万亩以上\n{PROSE}\n二、保障措施\n{PROSE}\n"
    assert heads(text)["一"] == "全省累计新建的高标准农田1000万亩以上"


def test_a_topic_is_not_joined_with_a_text_that_begins_with_a_year() -> None:
    text = "一、复核范围\n2016\n年认定的企业。\n二、联系方式\n电话\n010\n号。\n"
    assert heads(text)["一"] == "复核范围"


def test_a_single_character_is_no_heading_but_the_start_of_a_broken_line() -> None:
    text = f"一、各\n省级部门负责推荐。{PROSE}\n二、其他事项。{PROSE}\n"
    assert heads(text)["一"] == "各省级部门负责推荐"


def test_a_request_in_an_interview_is_a_heading_without_its_stop() -> None:
    assert heads("一、问：请介绍出台的背景。答：为了甲。\n")["一"] == "请介绍出台的背景"


def test_a_list_numbered_on_across_its_parents_is_one_list() -> None:
    long = "建立和完善公共图书室藏书更新、流通与剔旧的工作制度和旧书的定期清理制度"
    text = (
        f"一、建设\n1.完善设施。{PROSE}\n2.充实藏书。{PROSE}\n3.培训人员。{PROSE}\n"
        f"二、管理\n4.{long}。{PROSE}\n5.{long[:-6]}。{PROSE}\n"
    )
    assert heads(text)["二/4"] == long
    afresh = text.replace("\n4.", "\n1.").replace("\n5.", "\n2.")
    assert heads(afresh)["二/1"] == ""


def test_a_question_is_a_heading_even_where_it_says_may() -> None:
    text = (
        "一、借书需要办证吗？\n需要。\n"
        "二、借书期间读者搬离本市的，家人可以申请退还押金和图书证工本费吗？能退多少？\n可以。\n"
    )
    assert heads(text)["二"].endswith("能退多少？")


def test_a_conditional_sentence_is_no_heading() -> None:
    rule = "读者将本人的借书证转借他人并造成馆藏图书遗失的，由读者本人照价赔偿"
    text = f"一、退证\n（一）{rule}。\n{PROSE}\n"
    assert heads(text)["一/（一）"] == ""


def test_what_readers_are_asked_to_do_is_no_heading() -> None:
    text = f"一、请于8月31日前报送材料\n{PROSE}\n二、请示办理\n{PROSE}\n"
    assert list(heads(text).values()) == ["", "请示办理"]


def test_a_chapters_heading_may_take_two_lines() -> None:
    text = "第一章 听取工作报告和\n审议预算\n第一条 甲。\n第二章 附则\n第二条 乙。\n"
    assert heads(text)["第一章"] == "听取工作报告和审议预算"


def test_a_sentence_torn_before_the_name_of_a_paper_is_no_heading() -> None:
    text = (
        "一、申报\n（一）\n各\n单位如实填写\n《推荐申请\n表》，做到实事求是、逻辑清晰、重点\n"
        f"突出。\n（二）\n{PROSE}\n"
    )
    assert heads(text)["一/（一）"] == ""
    assert heads("一、抓好落实\n《办法》印发后，要抓好落实。\n")["一"] == "抓好落实"


def test_a_year_alone_is_no_heading() -> None:
    text = f"一、\n2018\n年\n计划\n{PROSE}\n二、总结\n{PROSE}\n"
    assert heads(text)["一"] == "2018年计划"


def test_the_subject_of_a_torn_sentence_is_no_heading() -> None:
    text = f"一、要求\n（一）\n各\n单位\n要高度重视复核工作。\n（二）推荐部门\n{PROSE}\n"
    assert heads(text) == {"一": "要求", "一/（一）": "", "一/（二）": "推荐部门"}
    assert heads(f"一、我部将组织评审，遴选\n20\n个项目。\n{PROSE}\n") == {"一": ""}


def test_fragments_of_a_heading_are_put_together_in_a_torn_text() -> None:
    body = (
        "工业部门将加强对推广工作的组织协调\n，\n持续完善工作\n机制\n。\n以及其他\n、\n相关工作。\n"
    )
    text = f"一、加强组织\n保障\n{body}二、推进标准的\n海外\n应用\n{body}三、公布\n在部网站\n{body}"
    assert list(heads(text).values()) == ["加强组织保障", "推进标准的海外应用", "公布"]
    whole = f"一、适用范围\n全国\n{PROSE}\n二、期限\n{PROSE}\n"
    assert heads(whole)["一"] == "适用范围"
