"""Rules for the names of documents and for whom a citation means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents.citations.find import find_citations
from indexer.documents.citations.resolve import (
    Catalogue,
    Missing,
    NamedDocument,
    base_name,
    is_generic,
    name_keys,
    split_issuer,
)

CATALOGUE = Catalogue(
    [
        NamedDocument("old.txt", "中华人民共和国甲法", date="2010-01-01"),
        NamedDocument("new.txt", "中华人民共和国甲法（2020年修正）", date="2020-01-01"),
        NamedDocument(
            "rule.txt", "国务院关于印发《乙规划》的通知", "国发〔2020〕1号", "2020-02-02"
        ),
        NamedDocument("east.txt", "东市人民政府关于停车的通知", "东政发〔2021〕2号"),
        NamedDocument("west.txt", "西市人民政府关于停车的通知", "西政发〔2021〕2号"),
    ]
)


def meant(text: str, source: str | None = None) -> tuple[str, ...] | None:
    found = CATALOGUE.resolve(find_citations(text)[0], source)
    return (found.id, *found.others) if found else None


def test_the_name_of_the_state_does_not_count() -> None:
    assert meant("《甲法》") == meant("《中华人民共和国甲法》") is not None


def test_of_several_versions_the_newest_is_meant_and_the_others_are_named() -> None:
    assert meant("《甲法》第三条") == ("new.txt", "old.txt")


def test_a_number_is_enough() -> None:
    assert meant("国发[2020]1号文件") == ("rule.txt",)


def test_what_a_notice_promulgates_is_found_under_its_own_name() -> None:
    assert meant("《乙规划》") == ("rule.txt",)
    assert meant("《关于印发〈乙规划〉的通知》") == ("rule.txt",)


def test_a_name_that_two_issuers_used_names_neither() -> None:
    assert meant("《关于停车的通知》") is None
    assert meant("《西市人民政府关于停车的通知》") == ("west.txt",)


def test_the_issuer_may_be_left_out_of_a_central_name_but_not_of_a_local_one() -> None:
    catalogue = Catalogue(
        [
            NamedDocument("c", "最高人民法院关于甲的解释"),
            NamedDocument("l", "甲市人民政府关于乙的通知"),
        ]
    )

    def found(text: str) -> str | None:
        resolution = catalogue.resolve(find_citations(text)[0])
        return resolution.id if resolution else None

    assert found("《关于甲的解释》") == "c"
    assert found("《关于乙的通知》") is None
    assert found("《国家乙局关于乙的通知》") is None
    assert found("《最高人民检察院关于甲的解释》") is None


def test_a_number_that_is_given_anew_names_no_document() -> None:
    catalogue = Catalogue(
        [
            NamedDocument("m", "处方办法", "甲部令第53号"),
            NamedDocument("s", "停车条例", "国务院令第432号"),
        ]
    )
    assert catalogue.resolve(find_citations("（甲部令第53号公布）")[0]) is None
    resolution = catalogue.resolve(find_citations("（国务院令第432号公布）")[0])
    assert resolution is not None
    assert resolution.id == "s"


def test_a_number_chooses_among_documents_of_one_name() -> None:
    assert meant("《关于停车的通知》（东政发〔2021〕2号）") == ("east.txt",)


def test_a_self_reference_means_the_source() -> None:
    assert meant("本法第三条", "old.txt") == ("old.txt",)
    assert meant("本法第三条") is None


def test_missing_documents_are_counted_once_for_all_their_spellings() -> None:
    text = "《丙法》《中华人民共和国丙法》《丙法》《丁条例》《条例》《驾驶证》《甲法》本法第三条"
    assert CATALOGUE.missing(find_citations(text)) == (
        Missing("丙法", None, 3),
        Missing("丁条例", None, 1),
    )


@pytest.mark.parametrize("name", ["条例", "实施办法", "暂行规定", "通知", "道路运输证", "甲部公告"])
def test_names_of_any_paper_name_none(name: str) -> None:
    assert is_generic(name)
    assert name_keys(name) == ()


def test_editions_share_their_base_name() -> None:
    assert base_name("甲办法（试行）") == base_name("甲办法(2019年修订)") == "甲办法"
    assert base_name("宪法修正案（1999年）") != base_name("宪法修正案（1993年）")


def test_an_issuer_is_split_off_only_in_front_of_a_subject() -> None:
    assert split_issuer("国务院关于停车的通知") == ("国务院", "关于停车的通知")
    assert split_issuer("甲市停车条例") == ("", "甲市停车条例")


@settings(max_examples=200)
@given(st.text(alphabet="甲关于印发的通知（）修正年2《》 国务院", max_size=60))
def test_keys_of_any_title_are_found_again(title: str) -> None:
    keys = name_keys(title)
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert name_keys(title + " ") == keys
