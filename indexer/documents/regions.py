"""Finds the regions of a document by its issuers and its title. Pure.

A region is a province-level unit (浙江省), or a prefecture-level one after its province
(浙江省杭州市). Places of lower rank stand as they are named (义乌市), after their province if it is
stated. Documents of organs of the whole state belong to NATION. Names are those of the
administrative divisions of 2023, which are public (中华人民共和国行政区划).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from indexer.documents.lexicon import STATE, alternatives, groups
from indexer.documents.lexicon.organ_names import CENTRAL_ORGAN, PROVINCES
from indexer.text.folding import HAN

NATION = "全国"

_FULL = re.compile("(?:市|地区|盟|自治州)$")
_PEOPLES = re.compile(
    "(?:朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|蒙古族?|柯尔克孜|哈萨克)+"
    "自治州$"
)
_BARE = re.compile("(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)$")


@cache
def _places() -> dict[str, str]:
    """Every spelling of a province or prefecture to its region; provinces without suffix too."""
    found = {name: name for name in PROVINCES}
    found |= {_BARE.sub("", name): name for name in PROVINCES}
    found |= {f"{_BARE.sub('', name)}自治区": name for name in PROVINCES if "自治区" in name}
    for province, names in groups("prefectures").items():
        for name in names:
            full = name if _FULL.search(name) else f"{name}市"
            found[full] = province + full
            if full.endswith("自治州"):
                found[f"{_PEOPLES.sub('', full)}州"] = province + full
    return found


@cache
def _place() -> re.Pattern[str]:
    return re.compile(alternatives(tuple(_places())))


# Of a title these begin names of other things, or laws of the state about a place.
_NO_PLACE = re.compile(
    "上海合作组织|台湾(?!省)|香港(?!特别行政区政府)|澳门(?!特别行政区政府)|吉林大学|北京时间|海南自由贸易港法|"
    "(?:[京津沪渝]|北京|上海|天津|重庆)(?:奥运|冬奥|世博|大学)"
)
_WHOLE = (STATE, "中国共产党")
_BEFORE_PLACE = re.compile(f"^(?:{STATE}|中国共产党|中共|共青团)")
_CENTRAL = re.compile(
    f"(?:{CENTRAL_ORGAN})"
    "|(?:国务院|国家|中央|全国|最高人民|中国人民|中国证券|中国银行|中国保险|中国民用|中国共产党中央)"
)
# Ministries of their time: 化学工业部, 新闻出版署.
_MINISTRY = re.compile(f"(?![省市区县州本各])[{HAN}]{{2,12}}?(?:部|总局|总署|署)(?!门|分|队)")
_LOWER = re.compile(
    "(?![在对向各本全该]|有关|关于|城市|农村|中国|国家|超大)"
    f"(?:[{HAN}]{{2,3}}市|[{HAN}]{{2,3}}县|[{HAN}]{{2,10}}(?:自治县|自治旗))"
    "(?=[^场县区民级政]|人民|政府|政协|市|$)"
)


def regions_of(title: str, issuers: Iterable[str]) -> tuple[str, ...]:
    """Returns the regions of a document; a region within a province comes after the province.

    浙江省杭州市 gives 浙江省 and 浙江省杭州市, so that counts by region agree with searches for
    them. The regions are those of the issuers, or else the one with which the title begins; none if
    neither names one.
    """
    found = [region for issuer in issuers for region in _lineage(_of_name(issuer, organ=True))]
    return tuple(dict.fromkeys(found)) or _lineage(_of_name(title, organ=False))


@lru_cache(16_384)
def _of_name(name: str, *, organ: bool) -> str:
    """Returns the region with which the name of an organ or a title begins, or ""."""
    name = "".join(name.split()).removeprefix("《").removeprefix("关于")
    state = name.startswith(_WHOLE)
    name = _BEFORE_PLACE.sub("", name)
    if not organ and _NO_PLACE.match(name):
        return NATION if state else ""
    central = _CENTRAL.match(name)
    if organ and not central and not _local(name):
        central = _MINISTRY.match(name)
    # 国家税务总局浙江省税务局 is of the province.
    rest = name[central.end() :] if central and organ else name
    return _local(rest) or (NATION if state or central else "")


def _local(name: str) -> str:
    place = _place().match(name)
    if not place:
        lower = _LOWER.match(name)
        return lower[0] if lower else ""
    region = _places()[place[0]]
    rest = name[place.end() :]
    below = _place().match(rest)
    if below and _places()[below[0]].startswith(region):
        return _places()[below[0]]
    lower = _LOWER.match(rest)
    return region + lower[0] if lower and region in PROVINCES else region


def _lineage(region: str) -> tuple[str, ...]:
    for province in PROVINCES:
        if region.startswith(province) and region != province:
            return province, region
    return (region,) if region else ()
