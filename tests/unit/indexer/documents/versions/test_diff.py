"""Rules for telling how the wording of a document changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.model import Document, Metadata, Section, Span
from indexer.documents.versions.diff import SectionChange, diff_documents
from tests.support.work import lines_run

_LABEL = re.compile(r"^(第(?:[一二三四五六七八九十]+)条)", re.MULTILINE)


def document(text: str) -> Document:
    """``text`` with a section for every 条 at the start of a line, and one for what precedes."""
    heads = list(_LABEL.finditer(text))
    starts = [head.start() for head in heads]
    sections = []
    if not starts or starts[0]:
        end = starts[0] if starts else len(text)
        sections.append(Section("preamble", "", (), "", Span(0, end), "p0"))
    for head, start, end in zip(heads, starts, [*starts[1:], len(text)], strict=False):
        span = Span(start, end)
        sections.append(Section("article", head[1], (head[1],), "", span, head[1]))
    return Document("doc", "", text, Metadata(), tuple(sections))


OLD = """甲市停车条例
第一条 为了规范停车秩序，制定本条例。
第二条 工商行政管理部门负责停车收费的监督检查。
第三条 停车场应当公示收费标准。
第四条 违反本条例的，处五百元以上一千元以下罚款。
"""


def changes(old: str, new: str) -> list[tuple[str, str, str]]:
    found = diff_documents(document(old), document(new))
    return [(each.kind, label(each, "before"), label(each, "after")) for each in found]


def label(change: SectionChange, side: str) -> str:
    section = getattr(change, side)
    return section.section.label if section else "-"


def edits(old: str, new: str) -> list[tuple[str, str]]:
    return [
        (edit.before.of(old), edit.after.of(new))
        for change in diff_documents(document(old), document(new))
        for edit in change.edits
    ]


def test_the_same_text_is_unchanged_throughout() -> None:
    assert {kind for kind, _, _ in changes(OLD, OLD)} == {"unchanged"}


def test_layout_and_width_of_characters_are_not_wording() -> None:
    laid_out = (
        OLD.replace("。\n", "。\r\n\r\n").replace("，", ",").replace("停车场", "停 车\n场\u200b")
    )
    assert {kind for kind, _, _ in changes(OLD, laid_out)} == {"unchanged"}


def test_a_changed_word_is_told_as_spans_of_both_texts() -> None:
    new = OLD.replace("工商行政管理部门", "市场监督管理部门")
    assert changes(OLD, new)[2] == ("changed", "第二条", "第二条")
    assert edits(OLD, new) == [("工商行政", "市场监督")]


def test_numbers_are_not_cut_to_pieces() -> None:
    new = OLD.replace("五百元以上一千元", "一千五百元以上三千元")
    assert edits(OLD, new) == [("五百", "一千五百"), ("一千", "三千")]


def test_an_inserted_article_is_added_and_those_behind_it_are_moved() -> None:
    new = (
        OLD.replace("第四条", "第五条")
        .replace("第三条", "第四条")
        .replace("第四条 停车场", "第三条 夜间停车免收费用，具体时段由区政府公布。\n第四条 停车场")
    )
    assert changes(OLD, new)[3:] == [
        ("added", "-", "第三条"),
        ("moved", "第三条", "第四条"),
        ("moved", "第四条", "第五条"),
    ]


def test_a_renumbered_article_is_found_although_it_changed() -> None:
    new = OLD.replace("第四条 违反本条例的，处五百元", "第九条 违反本条例的，处八百元")
    assert changes(OLD, new)[4] == ("changed", "第四条", "第九条")
    assert edits(OLD, new) == [("五百", "八百")]


def test_a_removed_article_stands_after_the_one_it_followed() -> None:
    new = "".join(line for line in OLD.splitlines(True) if not line.startswith("第三条"))
    assert changes(OLD, new)[2:] == [
        ("unchanged", "第二条", "第二条"),
        ("removed", "第三条", "-"),
        ("unchanged", "第四条", "第四条"),
    ]


def test_an_article_carried_to_another_place_is_moved() -> None:
    lines = OLD.splitlines(True)
    new = "".join([lines[0], lines[4].replace("第四条", "第一条"), *lines[1:4]])
    found = changes(OLD, new)
    assert ("moved", "第四条", "第一条") in found
    assert "added" not in {kind for kind, _, _ in found}


def test_a_replaced_article_is_removed_and_added_not_changed() -> None:
    new = OLD.replace("停车场应当公示收费标准", "本市建立信用档案并向社会开放查询")
    assert {("removed", "第三条", "-"), ("added", "-", "第三条")} <= set(changes(OLD, new))


def test_with_words_edits_begin_and_end_between_words() -> None:
    old, new = "第一条 由行政区域负责。", "第一条 由行政机关负责。"

    def words(text: str) -> list[str]:
        return re.findall(r"行政区域|行政机关|负责|.", text, re.DOTALL)

    (change,) = diff_documents(document(old), document(new), words)
    assert [(e.before.of(old), e.after.of(new)) for e in change.edits] == [("行政区域", "行政机关")]


def test_an_empty_document_has_all_added() -> None:
    assert {kind for kind, _, _ in changes("", OLD)} == {"added"}
    assert changes("", "") == []


_ARTICLES = st.lists(
    st.sampled_from(
        ["甲乙丙丁戊己庚", "子丑寅卯辰巳午", "东南西北中发白", "春夏秋冬，梅兰竹菊", "", "一"]
    ),
    max_size=8,
)


def numbered(articles: list[str]) -> str:
    return "".join(f"第{'一二三四五六七八'[n]}条 {text}\n" for n, text in enumerate(articles))


@settings(max_examples=150)
@given(_ARTICLES, _ARTICLES)
def test_every_section_is_told_once_and_edits_turn_the_old_wording_into_the_new(
    before: list[str], after: list[str]
) -> None:
    a, b = document(numbered(before)), document(numbered(after))
    found = diff_documents(a, b)
    assert [c.after for c in found if c.after] == list(b.search_sections())
    olds = sorted((c.before for c in found if c.before), key=lambda section: section.span.start)
    assert olds == list(a.search_sections())
    for change in found:
        if change.before and change.after and change.kind == "changed":
            assert change.edits
            assert rewritten(a.text, b.text, change) == wording(change.after.span.of(b.text))


def wording(text: str) -> str:
    return "".join(_LABEL.sub("", text).split())


def rewritten(a: str, b: str, change: SectionChange) -> str:
    assert change.before is not None
    place, parts = change.before.span.start, []
    for edit in change.edits:
        parts += [a[place : edit.before.start], edit.after.of(b)]
        place = edit.before.end
    return wording("".join([*parts, a[place : change.before.span.end]]))


def articles_with_little_in_common(count: int) -> tuple[Document, Document]:
    old = "".join(f"第一条 {'甲乙' * (n % 9)}条文{n}内容各不相同\n" for n in range(count))
    new = "".join(f"第一条 {'丙丁' * (n % 7)}规定{n}另有说法如下\n" for n in range(count))
    return document(old), document(new)


def long_articles(size: int) -> tuple[Document, Document]:
    return document("第一条 " + "甲乙丙丁" * size), document("第一条 " + "甲丙乙丁" * size)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "size"), [(articles_with_little_in_common, 1_600), (long_articles, 20_000)]
)
def test_the_work_is_linear_in_documents_with_little_in_common(
    make: Callable[[int], tuple[Document, Document]], size: int
) -> None:
    def work(size: int) -> int:
        return lines_run(lambda pair: diff_documents(*pair), make(size))

    assert work(size) < 16 * work(size // 8)
