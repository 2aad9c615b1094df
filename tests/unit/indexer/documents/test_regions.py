"""Which regions a document is of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents.lexicon import groups
from indexer.documents.lexicon.organ_names import PROVINCES
from indexer.documents.regions import NATION, regions_of
from searcher import Searcher

_HANGZHOU = ("浙江省", "浙江省杭州市")


@pytest.mark.parametrize(
    ("issuer", "regions"),
    [
        ("浙江省人民政府", ("浙江省",)),
        ("中共浙江省委办公厅", ("浙江省",)),
        ("杭州市教育局", _HANGZHOU),
        ("浙江省杭州市人民政府", _HANGZHOU),
        ("中国共产党杭州市委员会", _HANGZHOU),
        ("北京市人民代表大会常务委员会", ("北京市",)),
        ("内蒙古自治区人民政府", ("内蒙古自治区",)),
        ("广西自治区卫生健康委员会", ("广西壮族自治区",)),
        ("延边朝鲜族自治州人民政府", ("吉林省", "吉林省延边朝鲜族自治州")),
        ("延边州人民政府", ("吉林省", "吉林省延边朝鲜族自治州")),
        ("国家税务总局浙江省税务局", ("浙江省",)),
        ("中国人民银行杭州市中心支行", _HANGZHOU),
        ("国务院", (NATION,)),
        ("最高人民法院", (NATION,)),
        ("全国人民代表大会常务委员会", (NATION,)),
        ("化学工业部", (NATION,)),
        ("新闻出版署", (NATION,)),
        ("义乌市人民政府", ("义乌市",)),
        ("浙江省义乌市人民政府", ("浙江省", "浙江省义乌市")),
        ("中国石油天然气集团公司", ()),
        ("学校食堂管理部门", ()),
    ],
)
def test_an_issuer_is_of_the_region_its_name_begins_with(
    issuer: str, regions: tuple[str, ...]
) -> None:
    assert regions_of("关于某事的通知", [issuer]) == regions


@pytest.mark.parametrize(
    ("title", "regions"),
    [
        ("浙江省消防条例", ("浙江省",)),
        ("杭州市城市绿化条例", _HANGZHOU),
        ("上海：筑牢两张网", ("上海市",)),
        ("关于四川省纳税人办理发票业务的通告", ("四川省",)),
        ("中华人民共和国刑法", (NATION,)),
        ("中华人民共和国香港特别行政区基本法", (NATION,)),
        ("中国共产党纪律处分条例", (NATION,)),
        ("台湾同胞投资保护法", ()),
        ("上海合作组织成员国协定", ()),
        ("在本市行政区域内开展的活动", ()),
        ("城市绿化条例", ()),
        ("关于召开会议的通知", ()),
    ],
)
def test_without_issuers_the_beginning_of_a_title_tells(
    title: str, regions: tuple[str, ...]
) -> None:
    assert regions_of(title, []) == regions


def test_issuers_count_before_the_title_and_each_region_once() -> None:
    issuers = ["浙江省人民政府", "浙江省教育厅", "杭州市教育局", "教育部"]
    assert regions_of("上海市教育条例", issuers) == (*_HANGZHOU, NATION)


def test_every_province_has_its_prefectures_and_no_name_stands_twice() -> None:
    names = [name for names in groups("prefectures").values() for name in names]
    assert set(groups("prefectures")) < set(PROVINCES)
    assert len(names) == len(set(names)) == 333


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_no_name_fails(title: str, issuers: list[str]) -> None:
    found = regions_of(title, issuers)
    assert len(found) == len(set(found))


def test_the_facet_counts_what_the_filter_finds(searcher: Searcher) -> None:
    results = searcher.search("*")
    counts = {facet.value: facet.count for facet in results.facets["region"]}
    assert counts["青山市"] > 0
    for value, count in counts.items():
        assert searcher.search("*", region=value).total == count
        assert searcher.search(f"* 地区:{value}").total == count
    assert searcher.search("* region:青山").total == counts["青山市"]
    assert searcher.search("*", region="浙江省").total == 0
