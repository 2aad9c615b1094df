"""References in the styles that readers cite by."""

from __future__ import annotations

import pytest

from searcher.exports.citations import STYLES, Reference, cite, permalink, place_in_words

NOTICE = Reference(
    "docs/notice.txt",
    "1.2",
    "北京市人民政府办公厅关于转发市体育局竞赛改革方案的通知",
    "京政办发〔2005〕37号",
    ("北京市人民政府办公厅",),
    "2005-06-01",
    ("一", "（二）"),
    "https://policy.example",
)


def test_an_official_document_is_cited_as_the_standard_does() -> None:
    assert cite(NOTICE, "gbt7714", "2026-01-02") == (
        "北京市人民政府办公厅. 北京市人民政府办公厅关于转发市体育局竞赛改革方案的通知: "
        "京政办发〔2005〕37号[A/OL]. (2005-06-01)[2026-01-02]. "
        "https://policy.example/d/docs/notice.txt#1.2"
    )


def test_what_a_document_does_not_state_leaves_no_trace() -> None:
    bare = Reference("a.txt", "", "某法", "", (), "", ())
    assert cite(bare, "gbt7714", "2026-01-02") == "某法[A/OL]. [2026-01-02]. a.txt"
    for style in STYLES:
        shown = cite(bare, style, "2026-01-02")
        assert "None" not in shown
        assert "{}" not in shown


def test_of_many_issuers_three_are_named() -> None:
    many = Reference("a.txt", "", "某通知", "", ("甲", "乙", "丙", "丁"), "", ())
    assert cite(many, "gbt7714", "2026-01-02").startswith("甲, 乙, 丙, 等. 某通知")
    assert "{丁}" in cite(many, "bibtex", "2026-01-02")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ((), ""),
        (("第二章", "第四条"), "第四条"),
        (("第四条", "（二）"), "第四条（二）"),
        (("第二章", "第十条之一"), "第十条之一"),
        (("一", "（三）", "2"), "一、（三）2"),
        (("一",), "一"),
        (("第二章",), "第二章"),
    ],
)
def test_a_place_is_named_as_one_says_it(path: tuple[str, ...], words: str) -> None:
    assert place_in_words(path) == words


def test_the_text_names_title_number_and_place() -> None:
    assert cite(NOTICE, "text", "") == (
        "《北京市人民政府办公厅关于转发市体育局竞赛改革方案的通知》（京政办发〔2005〕37号）一、（二）"
    )


def test_an_entry_for_latex_keeps_its_braces_and_its_key() -> None:
    hostile = Reference("a.txt", "", r"50%的{甲}_乙\丙#~^&$", "", ("甲{",), "", ())
    entry = cite(hostile, "bibtex", "2026-01-02")
    plain = entry.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    assert r"50\%的\{甲\}\_乙\textbackslash{}丙" in entry
    key = entry.partition("{")[2].partition(",")[0]
    assert key == cite(hostile, "bibtex", "2030-01-01").partition("{")[2].partition(",")[0]
    other = Reference("b.txt", "", "同", "", (), "", ())
    assert key not in cite(other, "bibtex", "2026-01-02")


def test_an_entry_of_ris_has_a_line_a_value_and_ends() -> None:
    broken = Reference("a.txt", "tiao-4", "甲\nER  - \n乙", "", ("丙",), "2020-01-02", ("第四条",))
    lines = cite(broken, "ris", "2026-01-02").split("\r\n")
    assert lines[0] == "TY  - GOVDOC"
    assert [line[:2] for line in lines].count("ER") == 1
    assert lines[-1] == "ER  - "
    assert "DA  - 2020/01/02" in lines


def test_a_permalink_is_one_path_whatever_the_id_holds() -> None:
    assert permalink("docs/第1#2号 意见.txt", "tiao-6/1") == (
        "/d/docs/%E7%AC%AC1%232%E5%8F%B7%20%E6%84%8F%E8%A7%81.txt#tiao-6/1"
    )
    assert permalink("a?b") == "/d/a%3Fb"
    assert permalink("\udcff.txt") == "/d/%FF.txt"
