"""Rules for what is the same document, another version, or another document."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.versions.duplicates import Item, group_duplicates, group_versions
from indexer.documents.versions.fingerprint import Fingerprint, fingerprint
from tests.support.work import lines_run

_SUBJECTS = [
    "停车场经营者",
    "车辆所有人",
    "街道办事处",
    "区人民政府",
    "公安机关",
    "价格部门",
    "物业",
    "道路管理者",
]
_DUTIES = [
    "公示收费标准",
    "保存进出记录",
    "接受监督检查",
    "报告异常情况",
    "设置明显标志",
    "配备人员",
]


def law(
    name: str = "甲市停车条例", articles: int = 30, changed: dict[int, str] | None = None
) -> str:
    lines = [name, "（2015年3月1日甲市人民代表大会常务委员会通过）"]
    for number in range(1, articles + 1):
        subject, duty = _SUBJECTS[number % 8], _DUTIES[number // 8 % 6]
        text = f"{subject}应当在{number}日内{duty}，并由{_SUBJECTS[(number + 3) % 8]}备查。"
        lines.append(f"第{number}条　{(changed or {}).get(number, text)}")
    return "\n".join(lines)


def item(key: str, text: str, title: str | None = "甲市停车条例", **facts: str) -> Item:
    return Item(
        key, fingerprint(text), title, facts.get("date"), tuple(facts.get("by", "").split())
    )


def groups(**texts: str) -> tuple[tuple[str, ...], ...]:
    return group_duplicates([item(key, text) for key, text in texts.items()], texts.__getitem__)


def paged(text: str) -> str:
    """``text`` as a PDF gives it: lines of 20 characters, a page number after every tenth."""
    lines = [text[start : start + 20] for start in range(0, len(text), 20)]
    return "\n".join(
        line if place % 10 else f"{line}\n— {place // 10} —" for place, line in enumerate(lines, 1)
    )


def test_spaces_line_breaks_and_brackets_do_not_make_another_document() -> None:
    text = law()
    spaced = text.replace("\n", "\r\n\r\n　　").replace("（", "(").replace("）", ")")
    assert fingerprint(text).digest == fingerprint(spaced.replace("，", ", ")).digest
    assert groups(a=text, b=spaced) == (("a", "b"),)


def test_full_width_digits_are_the_same_wording() -> None:
    wide = law().translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert fingerprint(wide).digest == fingerprint(law()).digest


def test_a_repost_with_other_header_and_footer_is_a_duplicate_and_the_fullest_comes_first() -> None:
    repost = "首页 > 政策法规\n来源：某网站\n" + law() + "\n责任编辑：某某 打印 关闭 分享到微信"
    assert groups(a=law(), b=repost) == (("b", "a"),)


def test_page_numbers_do_not_make_another_document() -> None:
    assert groups(a=law(), b=paged(law())) == (("b", "a"),)


def test_an_amended_article_makes_another_document() -> None:
    amended = law(changed={12: "街道办事处应当在5日内报告异常情况，并由区人民政府备查。"})
    assert groups(a=law(), b=amended) == ()


def test_an_amended_figure_makes_another_document() -> None:
    assert groups(a=law(), b=law().replace("在17日内", "在18日内")) == ()


def test_a_removed_article_makes_another_document() -> None:
    shorter = "\n".join(line for line in law().split("\n") if not line.startswith("第15条"))
    assert groups(a=law(), b=shorter) == ()


def test_a_slip_of_the_pen_is_the_same_document_unless_the_dates_differ() -> None:
    slip = law().replace("公安机关应当在4日内", "公安机构应当在4日内")
    assert slip != law()
    assert groups(a=law(), b=slip) == (("a", "b"),)
    texts = {"a": law(), "b": slip}
    dated = [item("a", law(), date="2015-03-01"), item("b", slip, date="2019-03-01")]
    assert group_duplicates(dated, texts.__getitem__) == ()


def with_slips(count: int) -> str:
    """The law with ``count`` slips of the pen, each in an article of its own."""
    text = law()
    for number in range(10, 10 + count):
        article = f"第{number}条　"
        at = text.index("应当", text.index(article))
        text = text[:at] + "甲乙丙丁戊己"[number - 10] + text[at + 1 :]
    return text


@pytest.mark.parametrize(("slips", "same"), [(3, True), (4, False)])
def test_three_slips_of_the_pen_are_the_same_document_and_four_are_not(
    slips: int, same: bool
) -> None:
    assert groups(a=law(), b=with_slips(slips)) == ((("a", "b"),) if same else ())


@pytest.mark.parametrize(("day", "same"), [("2015-06-09", True), ("2015-06-10", False)])
def test_with_a_slip_dates_are_at_most_a_hundred_days_apart(day: str, same: bool) -> None:
    texts = {"a": law(), "b": with_slips(1)}
    items = [item("a", texts["a"], date="2015-03-01"), item("b", texts["b"], date=day)]
    assert group_duplicates(items, texts.__getitem__) == ((("a", "b"),) if same else ())


@pytest.mark.parametrize(("extra", "same"), [(60, True), (90, False)])
def test_what_encloses_a_document_of_its_name_is_less_than_two_thirds(
    extra: int, same: bool
) -> None:
    pages = "".join(f"附录第{n}项，乙市公园第{n}号绿地由园林部门养护。\n" for n in range(extra))
    assert groups(a=law(), b=law() + "\n" + pages) == ((("b", "a"),) if same else ())


@pytest.mark.parametrize(("kept", "same"), [(24, True), (12, False)])
def test_papers_of_other_issuers_are_versions_where_four_clauses_in_ten_agree(
    kept: int, same: bool
) -> None:
    other = {n: f"乙市第{n}类车位由业主自行管理，费用由第{n}组承担。" for n in range(kept + 1, 31)}
    one = item("a", law(), by="甲市人民政府")
    two = item("b", law(changed=other), by="乙市人民政府")
    assert group_versions([one, two]) == ((("a", "b"),) if same else ())


def test_an_enclosing_compilation_is_not_the_document_it_holds() -> None:
    assert groups(a=law(articles=12), b="汇编\n" + law(articles=12) + law("乙市养犬规定", 90)) == ()


def test_documents_under_other_titles_must_agree_almost_wholly() -> None:
    long_head = "本通知的说明，" + "".join(f"第{n}点说明内容如此这般，" for n in range(40))
    texts = {"a": law(articles=25), "b": long_head + law(articles=25)}
    titled = [item("a", texts["a"], "甲市停车条例"), item("b", texts["b"], "乙县养犬规定")]
    assert group_duplicates(titled, texts.__getitem__) == ()
    assert groups(**texts) == (("b", "a"),)


def test_many_copies_are_one_group_and_texts_are_not_all_compared() -> None:
    texts = {f"copy{number:03}": law() + f"\n编号{number}" for number in range(80)}
    texts |= {f"other{number:03}": law(f"{number}号规定", 3) * 2 for number in range(80)}
    asked: list[str] = []

    def text_of(key: str) -> str:
        asked.append(key)
        return texts[key]

    found = group_duplicates([item(key, text, None) for key, text in texts.items()], text_of)
    assert [len(group) for group in found if group[0].startswith("copy")] == [80]


def test_empty_documents_are_no_duplicates() -> None:
    assert groups(a="", b="", c=" \n，。") == ()


def test_versions_of_a_law_are_grouped_newest_first() -> None:
    items = [
        item("b", law(), "甲市停车条例", date="2015-03-01"),
        item("a", law(articles=28), "甲市停车条例（2019年修正）", date="2019-03-01"),
        item("c", law(), "甲市停车条例（试行）"),
        item("d", law(), "乙市停车条例", date="2020-03-01"),
    ]
    assert group_versions(items) == (("a", "b", "c"),)


def test_duplicates_count_as_one_version_known_by_the_names_of_all() -> None:
    items = [
        item("a", law(), "甲市停车条例", date="2015-03-01"),
        item("b", law(articles=28), "关于修改部分条例的决定", date="2019-03-01"),
        item("c", law(articles=28), "甲市停车条例", date="2019-03-01"),
    ]
    assert group_versions(items, [("b", "c")]) == (("b", "a"),)
    assert group_versions(items[1:], [("b", "c")]) == ()


def test_papers_of_one_name_are_versions_only_where_the_wording_is_alike() -> None:
    one, other = law(articles=20), "".join(f"决定第{n}项完全不同的内容，" for n in range(40))
    named = [
        item("a", one, "国务院关于修改部分法规的决定"),
        item("b", other, "国务院关于修改部分法规的决定"),
    ]
    assert group_versions(named) == ()


def test_papers_of_other_issuers_are_not_versions() -> None:
    one, other = law(articles=20), "".join(f"规定第{n}项完全不同的内容，" for n in range(40))
    apart = [item("a", one, "停车若干规定", by="甲局"), item("b", other, "停车若干规定", by="乙局")]
    assert group_versions(apart) == ()
    titled = [item("a", one, "甲局关于停车的规定"), item("b", other, "乙局关于停车的规定")]
    assert group_versions(titled) == ()


def test_similarity_estimates_the_share_of_common_clauses() -> None:
    clauses = [f"其中第{number}个分句" for number in range(900)]
    one, other = "，".join(clauses[:600]), "，".join(clauses[300:])
    assert fingerprint(one).similarity(fingerprint(other)) == pytest.approx(1 / 3, abs=0.2)
    assert fingerprint(one).similarity(fingerprint(one)) == 1.0
    assert fingerprint(one).similarity(fingerprint("毫不相干的话")) == 0.0


def test_a_fingerprint_is_small_and_comes_back_from_its_bytes() -> None:
    made = fingerprint(law(articles=400))
    assert len(made.to_bytes()) <= 200
    assert Fingerprint.from_bytes(made.to_bytes()) == made
    with pytest.raises(ValueError, match="no fingerprint"):
        Fingerprint.from_bytes(b"too short")


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = (
        "import sys; from indexer.documents.versions.fingerprint import fingerprint; "
        "sys.stdout.write(fingerprint('甲，乙，丙' * 9).to_bytes().hex())"
    )
    made = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert made.stdout == fingerprint("甲，乙，丙" * 9).to_bytes().hex()


@settings(max_examples=100)
@given(st.text(max_size=80))
def test_any_text_has_a_fingerprint_that_survives(text: str) -> None:
    made = fingerprint(text)
    assert Fingerprint.from_bytes(made.to_bytes()) == made
    assert list(made.sketch) == sorted(set(made.sketch))


def test_the_work_grows_with_the_text_alone() -> None:
    source = random.Random(3)
    letters = "一二三的了在，。国法条人大市"
    for text in ("".join(source.choice(letters) for _ in range(400_000)), "，" * 400_000):
        assert lines_run(fingerprint, text) < 16 * lines_run(fingerprint, text[:50_000])
