from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.metadata.metadata import read_metadata
from indexer.documents.model import Fact, Metadata
from tests.support.work import lines_run

SEED = Path(__file__).parents[5] / "seeds" / "000_30e27826b6ec8c13.txt"

LETTER = """江河省人民政府办公厅关于
加强乡村图书室建设的通知
江政办发[2019]7号

各市、县（市、区）人民政府，省政府直属各单位：
为方便群众读书，现就有关事项通知如下：
一、总体要求
各地要因地制宜。
二、主要任务
（一）完善设施。
附件：1.图书室建设标准
2.任务分工表.doc
江河省人民政府办公厅
2019年3月5日
（此件公开发布）
抄送：省委办公厅，省人大常委会办公厅。
"""

LAW = """清溪市河湖保护条例

2015年6月26日 清溪市第七届人民代表大会常务委员会第三次会议通过

2015年9月30日 江西省第十二届人民代表大会常务委员会第二十次会议批准

2020年11月27日 清溪市第八届人民代表大会常务委员会第九次会议《关于修改部分法规的决定》修正

2016年1月1日 施行

第一章 总则

第一条 为了保护河湖，制定本条例。

第二条 本条例自2016年1月1日起施行。
"""

ORDER = """中华人民共和国林业部
国家渔业局
令
第12号
《湿地巡护办法》已经2018年4月2日林业部部务会议审议通过，现予公布，自2018年6月1日起施行。
部长 王某某
局长 李某某
2018年4月20日
湿地巡护办法
第一条 为了规范湿地巡护，制定本办法。
"""


def values(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.value for fact in facts]


def value(fact: Fact | None) -> str | None:
    return fact.value if fact else None


def facts_of(metadata: Metadata) -> Iterator[Fact]:
    for name in Metadata.__slots__:
        found = getattr(metadata, name)
        yield from found if isinstance(found, tuple) else [found] if found else []


# --- the seed ---------------------------------------------------------------------------------


def test_the_seed_says_what_it_is() -> None:
    text = SEED.read_text(encoding="utf-8")
    metadata = read_metadata(text)
    assert values(metadata.issuers) == ["中共浙江省委办公厅", "浙江省人民政府办公厅"]
    assert value(metadata.doc_number) == "浙委办发〔2002〕32号"
    assert value(metadata.date) == "2002-12-31"
    assert value(metadata.doc_type) == "通报"
    assert value(metadata.region) == "浙江省"
    assert value(metadata.addressee) == "各市、县(市、区)党委和人民政府,省直属各单位"
    assert metadata.addressee is not None
    assert metadata.addressee.span is not None
    assert metadata.addressee.span.of(text) == metadata.addressee.value


def test_a_text_without_a_title_gets_one_that_says_what_it_is_about() -> None:
    metadata = read_metadata(SEED.read_text(encoding="utf-8"))
    assert metadata.title is not None
    assert metadata.title.span is None, "a derived title was read from nowhere"
    assert metadata.title.value.endswith("关于落实党风廉政建设责任制情况的通报")
    assert metadata.doc_type == Fact("通报"), "derived from 通报如下"


# --- 公文 --------------------------------------------------------------------------------------


def test_a_letter_gives_each_element_with_the_span_it_was_read_from() -> None:
    metadata = read_metadata(LETTER)
    assert value(metadata.title) == "江河省人民政府办公厅关于加强乡村图书室建设的通知"
    assert metadata.title is not None
    assert metadata.title.span is not None
    assert metadata.title.span.of(LETTER) == LETTER[: LETTER.index("\n江政")]
    assert value(metadata.doc_number) == "江政办发〔2019〕7号"
    assert values(metadata.issuers) == ["江河省人民政府办公厅"]
    assert value(metadata.date) == "2019-03-05"
    assert value(metadata.doc_type) == "通知"
    assert value(metadata.addressee) == "各市、县（市、区）人民政府，省政府直属各单位"
    assert values(metadata.attachments) == ["图书室建设标准", "任务分工表"]
    assert values(metadata.copied_to) == ["省委办公厅", "省人大常委会办公厅"]


def test_names_of_attachments_may_stand_on_the_lines_after_their_numbers() -> None:
    text = LETTER.replace(
        "1.图书室建设标准\n2.任务分工表.doc", "1.\n图书室建设标准\n2.\n任务分工表"
    )
    assert values(read_metadata(text).attachments) == ["图书室建设标准", "任务分工表"]


def test_the_heading_of_an_attachment_is_no_name_in_the_list() -> None:
    text = LETTER + "附件1\n图书室建设标准\n第一条 略。\n"
    assert values(read_metadata(text).attachments) == ["图书室建设标准", "任务分工表"]


def test_a_number_cited_in_the_body_is_not_the_documents_own() -> None:
    text = LETTER.replace("江政办发[2019]7号\n", "").replace(
        "因地制宜", "落实江政发〔2018〕2号文件"
    )
    assert read_metadata(text).doc_number is None


def test_several_issuers_keep_the_order_they_signed_in() -> None:
    text = LETTER.replace("\n江河省人民政府办公厅\n2019", "\n省民政厅\n省财政厅　省教育厅\n2019")
    assert values(read_metadata(text).issuers) == ["省民政厅", "省财政厅", "省教育厅"]


def test_the_signature_of_the_letter_wins_over_that_of_an_enclosed_report() -> None:
    text = LETTER + "附件1\n关于图书室的报告\n省文化厅\n二〇一八年十二月一日\n"
    metadata = read_metadata(text)
    assert values(metadata.issuers) == ["江河省人民政府办公厅"]
    assert value(metadata.date) == "2019-03-05"


@pytest.mark.parametrize(
    "written",
    ["二○一九年三月五日", "２０１９年３月５日", "2019\n年\n3\n月\n5\n日", "2019年 3月 5日"],
)
def test_the_date_of_a_signature_is_read_in_every_form(written: str) -> None:
    text = LETTER.replace("2019年3月5日", written)
    metadata = read_metadata(text)
    assert value(metadata.date) == "2019-03-05"
    assert metadata.date is not None
    assert metadata.date.span is not None
    assert metadata.date.span.of(text) == written
    assert values(metadata.issuers) == ["江河省人民政府办公厅"]


def test_a_printing_date_is_no_date_of_the_document() -> None:
    text = LETTER.replace("2019年3月5日\n", "2019年3月5日\n省政府办公厅秘书处 2019年3月9日印发\n")
    assert value(read_metadata(text).date) == "2019-03-05"


def test_issuers_are_taken_from_the_title_where_nobody_signed() -> None:
    text = "省民政厅 省财政厅关于发放补贴的通知\n各市民政局：\n现将补贴发放。\n"
    metadata = read_metadata(text)
    assert values(metadata.issuers) == ["省民政厅", "省财政厅"]
    assert metadata.date is None


def test_a_letter_spaced_name_is_put_together() -> None:
    text = LETTER.replace("\n江河省人民政府办公厅\n2019", "\n商　务　部\n2019")
    assert values(read_metadata(text).issuers) == ["商务部"]


def test_a_line_that_tells_of_what_follows_is_no_addressee() -> None:
    text = "关于图书室的通知\n现将有关要求通知如下：\n一、按时开放。\n"
    assert read_metadata(text).addressee is None


def test_labels_of_a_page_are_used_but_the_signature_wins() -> None:
    page = (
        "发文机关：\n科技司\n发文字号：\n江工函〔2020〕3号\n成文日期：\n2020-01-02\n"
        "发布日期：\n2020-01-09\n江河省工业厅关于开展评估的函\n各有关单位：\n请予支持。\n"
    )
    metadata = read_metadata(page)
    assert value(metadata.doc_number) == "江工函〔2020〕3号"
    assert value(metadata.date) == "2020-01-02"
    assert value(metadata.published) == "2020-01-09"
    signed = read_metadata(page + "江河省工业厅\n2020年1月3日\n")
    assert value(signed.date) == "2020-01-03"
    assert values(signed.issuers) == ["江河省工业厅"]


def test_a_page_flattened_to_one_line_is_read_like_its_lines() -> None:
    body = "为了方便群众，" * 60
    page = (
        "关于开放图书室的通知_江河省图书馆 设为首页 加入收藏 手机版 首 页 新闻 互动 "
        "当前位置： 首页 > 正文 "
        "关于开放图书室的通知 2021年05月06日 17:00 来源： 本站 【打印】 【纠错】 "
        f"各市图书馆： {body}现通知如下。 江河省图书馆 江河省文化厅 2021年5月1日 关闭 版权所有"
    )
    metadata = read_metadata(page)
    assert value(metadata.title) == "关于开放图书室的通知"
    assert value(metadata.addressee) == "各市图书馆"
    assert value(metadata.date) == "2021-05-01"
    assert value(metadata.published) == "2021-05-06"
    assert values(metadata.issuers) == ["江河省图书馆", "江河省文化厅"]


def test_a_headline_that_is_no_title_names_no_type() -> None:
    metadata = read_metadata("三地图书室恢复开放\n新华社江河2月3日电（记者 王某）图书室开放了。\n")
    assert value(metadata.title) == "三地图书室恢复开放"
    assert metadata.doc_type is None
    assert metadata.issuers == ()


def test_an_announcement_is_numbered_by_all_who_make_it() -> None:
    text = "省财政厅\n省海关\n省税务局公告2020年第6号\n现公布免税物资。\n2020年2月1日\n"
    metadata = read_metadata(text.replace("省海关", "省教育厅"))
    assert value(metadata.doc_number) == "省财政厅、省教育厅、省税务局公告2020年第6号"


def test_a_bare_number_under_an_announcement_is_the_announcements() -> None:
    text = (
        "江河省税务局公告（第6号）\n（2020年第6号）\n现公布免税物资。\n江河省税务局\n2020年2月1日\n"
    )
    assert value(read_metadata(text).doc_number) == "江河省税务局公告2020年第6号"


def test_a_signers_name_may_take_two_lines() -> None:
    text = LETTER.replace("\n江河省人民政府办公厅\n2019", "\n江河省防汛抗旱\n指挥部（代章）\n2019")
    assert values(read_metadata(text).issuers) == ["江河省防汛抗旱指挥部"]


def test_a_date_below_the_body_counts_without_a_name() -> None:
    text = LETTER.replace("江河省人民政府办公厅\n2019", "2019")
    metadata = read_metadata(text)
    assert value(metadata.date) == "2019-03-05"
    assert values(metadata.issuers) == ["江河省人民政府办公厅"], "from the title"


def test_a_link_beside_the_text_may_give_the_title() -> None:
    text = (
        "【文字解读】《江河省教育厅关于开学的通知》政策解读 2021-05-06\n江教〔2021〕2号\n"
        "各市教育局：\n按时开学。\n2021年5月1日\n"
    )
    metadata = read_metadata(text)
    assert value(metadata.title) == "江河省教育厅关于开学的通知"
    assert values(metadata.issuers) == ["江河省教育厅"]


def test_a_newspapers_copy_names_the_issuers_in_its_first_words() -> None:
    text = (
        "乡村图书室建设规划\n新华社北京1月10日电 近日，省委办公厅、省政府办公厅印发了"
        "《乡村图书室建设规划》，并发出通知。\n一、总体要求\n"
    )
    assert values(read_metadata(text).issuers) == ["省委办公厅", "省政府办公厅"]


# --- laws and orders ---------------------------------------------------------------------------


def test_a_law_is_dated_by_its_latest_step_and_issued_by_those_who_passed_it() -> None:
    metadata = read_metadata(LAW)
    assert value(metadata.title) == "清溪市河湖保护条例"
    assert value(metadata.doc_type) == "条例"
    assert value(metadata.date) == "2020-11-27"
    assert values(metadata.issuers) == ["清溪市人民代表大会常务委员会"], "approval is not issuing"
    assert value(metadata.effective) == "2016-01-01"
    assert value(metadata.region) == "清溪市"
    assert [fact.value[:10] for fact in metadata.revisions] == [
        "2015年6月26日",
        "2015年9月30日",
        "2020年11月27",
    ]


def test_an_order_gives_number_and_date_and_the_rules_it_issues_the_title() -> None:
    metadata = read_metadata(ORDER)
    assert value(metadata.title) == "湿地巡护办法"
    assert value(metadata.doc_type) == "办法"
    assert value(metadata.doc_number) == "林业部、国家渔业局令第12号"
    assert value(metadata.date) == "2018-04-20"
    assert values(metadata.issuers) == ["林业部", "国家渔业局"]
    assert value(metadata.effective) == "2018-06-01"


def test_a_bracketed_note_names_the_first_order_and_the_last_amendment() -> None:
    text = (
        "渡口管理规定\n（2009年5月1日江河省人民政府令第20号公布　根据2019年7月2日省政府令第31号"
        "《关于修改部分规章的决定》修正　自2009年7月1日起施行）\n第一条　为了安全，制定本规定。\n"
    )
    metadata = read_metadata(text)
    assert value(metadata.doc_number) == "江河省人民政府令第20号"
    assert value(metadata.date) == "2019-07-02"
    assert values(metadata.issuers) == ["江河省人民政府"]
    assert value(metadata.effective) == "2009-07-01"


def test_effect_from_the_day_of_issue_is_derived() -> None:
    text = LETTER.replace("（一）完善设施。", "本通知自印发之日起施行，有效期5年。")
    metadata = read_metadata(text)
    assert metadata.effective == Fact("2019-03-05")
    assert value(metadata.status) == "有效期5年"


def test_a_rule_this_one_repeals_says_nothing_of_its_own_status() -> None:
    text = LAW.rstrip() + "《清溪市河道管理办法》同时废止。\n"
    assert read_metadata(text).status is None


# --- titles ------------------------------------------------------------------------------------


def test_a_title_that_says_and_others_has_them_from_the_first_sentence() -> None:
    text = (
        "财政部、水利部等四部门联合公布《湿地巡护办法》\n近日，财政部、水利部、教育部、公安部"
        "等四部门联合公布《湿地巡护办法》，自6月1日起施行。\n"
    )
    issuers = values(read_metadata(text).issuers)
    assert issuers == ["财政部", "水利部", "教育部", "公安部"]


def test_the_organ_that_approved_a_text_issues_it_where_no_other_is_named() -> None:
    head = "湿地管理规定\n1995年6月6日 国务院批准\n"
    body = "第一条 为了保护湿地，制定本规定。\n"
    assert values(read_metadata(head + body).issuers) == ["国务院"]
    published = head + "1995年7月1日 国家林业局发布\n" + body
    assert values(read_metadata(published).issuers) == ["国家林业局"]


def test_the_council_of_a_court_stands_for_the_court() -> None:
    text = (
        "关于审理湿地案件的规定\n（2021年6月8日最高人民法院审判委员会\n第1841次会议通过，"
        "自2021年8月1日起施行）\n第一条 为了正确审理案件，制定本规定。\n"
    )
    assert values(read_metadata(text).issuers) == ["最高人民法院"]


def test_an_assembly_in_the_title_is_an_issuer() -> None:
    text = "清溪市人民代表大会关于代表议案的规定\n第一条 为了办理议案，制定本规定。\n"
    assert values(read_metadata(text).issuers) == ["清溪市人民代表大会"]


def test_an_order_signed_in_person_dates_the_rules_unless_amended_later() -> None:
    order = (
        "湿地巡护办法\n《湿地巡护办法》已经2021年12月1日国家林业总局局务会议审议通过，现予公布，"
        "自公布之日起施行。\n局 长  王某某\n2021年12月10日\n"
    )
    body = "第一条 为了规范湿地巡护，制定本办法。\n"
    assert value(read_metadata(order + body).date) == "2021-12-10"
    amended = "（根据2023年5月6日国家林业总局令第3号修订）\n"
    assert value(read_metadata(order + amended + body).date) == "2023-05-06"


def test_a_headline_ends_before_a_numbered_line_and_is_not_taken_twice() -> None:
    asked = "2025年度入户热点13问\n1.2025年度指标有多少个？\n答：1.6万个。\n"
    assert value(read_metadata(asked).title) == "2025年度入户热点13问"
    twice = "创业补贴，请查收\n创业补贴，请查收\n1、资助\n每户一万元。\n"
    assert value(read_metadata(twice).title) == "创业补贴，请查收"
    halves = "春季开学延期\n云课堂来救急\n各校已经开课。\n"
    assert value(read_metadata(halves).title) == "春季开学延期云课堂来救急"


def test_a_case_is_called_by_its_name_and_issued_by_who_published_it() -> None:
    text = (
        "预付卡余额应当返还\n消费者权益保护典型案例\n最高人民法院发布\n2022-03-15\n"
        "张某诉某销售公司服务合同纠纷案\n基本案情\n张某办卡。\n"
    )
    case = read_metadata(text)
    assert (value(case.title), values(case.issuers)) == (
        "张某诉某销售公司服务合同纠纷案",
        ["最高人民法院"],
    )
    joint = "湿地条例\n1984年1月7日 国务院\n中央军委发布\n第一条 制定本条例。\n"
    assert values(read_metadata(joint).issuers) == ["国务院", "中央军委"]
    question = "打印遗嘱如何写才有效\n案情回顾\n李某写了遗嘱。\n"
    assert value(read_metadata(question).title) == "打印遗嘱如何写才有效"


@pytest.mark.parametrize(
    ("note", "issuers"),
    [
        ("1998年6月12日交通部交公路发〔1998〕349号公布", ["交通部"]),
        ("2014年9月30日交通运输部第16号发布", ["交通运输部"]),
        ("1989年7月10日国家环保局、地矿部（89）环管字第201号发布", ["国家环保局", "地矿部"]),
        (
            "2009年7月15日商务部、中国银行业监督管理委员会第10号公布",
            ["商务部", "中国银行业监督管理委员会"],
        ),
    ],
)
def test_a_note_names_the_issuers_before_the_number(note: str, issuers: list[str]) -> None:
    text = f"湿地巡护办法\n（{note} 自2015年1月1日起施行）\n第一条 制定本办法。\n"
    assert values(read_metadata(text).issuers) == issuers


def test_a_date_alone_below_the_title_is_the_documents() -> None:
    text = "国务院关于湿地巡护的暂行规定\n1955年12月29日\n一、湿地应当巡护。\n二、其他。\n"
    assert value(read_metadata(text).date) == "1955-12-29"


def test_a_note_in_brackets_is_read_over_its_line_breaks() -> None:
    text = (
        "湿地巡护办法\n（2001年7月25日林业部令第7号发布 根据2016年\n11月25日《林业部关于修改"
        "〈湿地巡护办法〉的\n决定》修正）\n第一条 制定本办法。\n"
    )
    assert value(read_metadata(text).date) == "2016-11-25"


def test_the_day_before_a_name_is_not_part_of_it_unless_the_name_begins_so() -> None:
    text = (
        "日照市公园条例\n2020年12月1日 日照市第十八届人民代表大会常务委员会第三次会议通过\n"
        "第一条 制定本条例。\n"
    )
    assert values(read_metadata(text).issuers) == ["日照市人民代表大会常务委员会"]


def test_an_order_without_a_name_is_the_order_of_who_passed_the_text() -> None:
    text = (
        "湿地名录\n部令 第33号\n《湿地名录》已于2015年3月19日由环境保护部部务会议通过，"
        "现予公布，自2015年6月1日起施行。\n部长 王某某\n2015年4月9日\n第一条 制定本名录。\n"
    )
    order = read_metadata(text)
    assert value(order.doc_number) == "环境保护部令第33号"
    assert values(order.issuers) == ["环境保护部"]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("省政府办公厅\n关于修路的函", "省政府办公厅关于修路的函"),
        ("省教育厅\n省教育厅关于开学的通知", "省教育厅关于开学的通知"),
        ("关于开学的通知\n关于开学的通知", "关于开学的通知"),
        ("江政发〔2020〕1号江河省人民政府关于开学的决定", "江河省人民政府关于开学的决定"),
        ("关于建立巡查制度\n值班制度的指导意见", "关于建立巡查制度值班制度的指导意见"),
        ("关于停止执行《修路法\n实施条例》的决定", "关于停止执行《修路法实施条例》的决定"),
        ("工 作 规 则", "工作规则"),
    ],
)
def test_a_title_ends_where_its_type_word_does(lines: str, title: str) -> None:
    assert value(read_metadata(f"{lines}\n各单位：\n请执行。\n").title) == title


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于开学的若干意见", "意见"),
        ("关于开学问题的复函", "复函"),
        ("开学管理办法（试行）", "办法"),
        ("开学法修正案（七）", "修正案"),
        ("中华人民共和国道路法", "法"),
        ("道路法实施细则", "细则"),
    ],
)
def test_the_type_is_the_word_that_ends_the_title(title: str, kind: str) -> None:
    assert value(read_metadata(f"{title}\n第一条 略。\n").doc_type) == kind


# --- any text ----------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *"\n\n\n　 ：:。、，；（）()〔〕《》“”号年月日第令章条0123456789一二十〇○",
        *("关于", "通知", "各市：", "国务院", "2020年1月1日", "国发〔2020〕1号", "公告", "附件："),
        *("\r\n", "\x00", "😀", "\ue000", "\u200b", "\u2028", "发布日期：", "【打印】", "通过"),
    ]
)


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_is_read_and_every_span_lies_in_it(text: str) -> None:
    for fact in facts_of(read_metadata(text)):
        assert fact.value
        if fact.span is not None:
            assert 0 <= fact.span.start < fact.span.end <= len(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["，\n", "科\n技\n部\n", "1\n", "关于", "（", "2020年1月1日\n", "国务院 "]
)
def test_the_work_is_linear_however_long_the_text(piece: str) -> None:
    small, large = (
        lines_run(read_metadata, piece * (size // len(piece))) for size in (25_000, 200_000)
    )
    assert large < 16 * small
