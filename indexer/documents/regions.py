"""Which regions a document is of, by its issuers and its title. Pure.

A region is a province-level unit (浙江省) or a prefecture-level one behind its province
(浙江省杭州市); places of lower rank stand as the name has them (义乌市), behind their province if
that is said. What organs of the whole state issue is of NATION. Names are those of the
administrative divisions of 2023, which are public (中华人民共和国行政区划).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from indexer.documents.lexicon import CENTRAL_ORGANS, PROVINCES, alternatives
from indexer.text.folding import HAN

NATION = "全国"

# Prefecture-level units by province: cities by name alone, others (地区, 盟, 自治州) in full.
_PREFECTURES = {
    "河北省": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水",
    "山西省": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古自治区": (
        "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒盟 "
        "阿拉善盟"
    ),
    "辽宁省": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "吉林省": "长春 吉林 四平 辽源 通化 白山 松原 白城 延边朝鲜族自治州",
    "黑龙江省": (
        "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭地区"
    ),
    "江苏省": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "浙江省": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "安徽省": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "福建省": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "江西省": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东省": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "河南省": (
        "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店"
    ),
    "湖北省": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施土家族苗族自治州",
    "湖南省": (
        "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西土家族苗族自治州"
    ),
    "广东省": (
        "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 "
        "潮州 揭阳 云浮"
    ),
    "广西壮族自治区": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "海南省": "海口 三亚 三沙 儋州",
    "四川省": (
        "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 "
        "资阳 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州"
    ),
    "贵州省": (
        "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南布依族苗族自治州 黔东南苗族侗族自治州 "
        "黔南布依族苗族自治州"
    ),
    "云南省": (
        "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄彝族自治州 红河哈尼族彝族自治州 "
        "文山壮族苗族自治州 西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 "
        "怒江傈僳族自治州 迪庆藏族自治州"
    ),
    "西藏自治区": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里地区",
    "陕西省": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "甘肃省": (
        "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏回族自治州 "
        "甘南藏族自治州"
    ),
    "青海省": (
        "西宁 海东 海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 "
        "海西蒙古族藏族自治州"
    ),
    "宁夏回族自治区": "银川 石嘴山 吴忠 固原 中卫",
    "新疆维吾尔自治区": (
        "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉回族自治州 博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 "
        "阿克苏地区 克孜勒苏柯尔克孜自治州 喀什地区 和田地区 伊犁哈萨克自治州 塔城地区 阿勒泰地区"
    ),
}
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
    for province, names in _PREFECTURES.items():
        for name in names.split():
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
_WHOLE = ("中华人民共和国", "中国共产党")
_BEFORE_PLACE = re.compile("^(?:中华人民共和国|中国共产党|中共|共青团)")
_CENTRAL = re.compile(
    f"(?:{alternatives(CENTRAL_ORGANS)})"
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
    """The regions of a document, each behind its province where that is a region of its own.

    浙江省杭州市 comes as 浙江省 and 浙江省杭州市, so that counts by region are those of a search
    for it. By its issuers, or else by the beginning of its title; empty where neither tells.
    """
    found = [region for issuer in issuers for region in _lineage(_of_name(issuer, organ=True))]
    return tuple(dict.fromkeys(found)) or _lineage(_of_name(title, organ=False))


@lru_cache(16_384)
def _of_name(name: str, *, organ: bool) -> str:
    """The region that the name of an organ or a title begins with, or ""."""
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
