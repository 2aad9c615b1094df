"""Names of organs: recognising them, splitting joined ones, their usual form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.documents.lexicon import IDEOGRAPHS, STATE
from indexer.documents.lexicon.organ_names import CENTRAL_ORGAN, ORGAN_END, PROVINCE

_NAME = re.compile(
    rf"[{IDEOGRAPHS}A-Za-z0-9（）()“”\"·]{{1,70}}(?:{ORGAN_END})(?:（[{IDEOGRAPHS}]{{2,40}}）)?"
)
# Words that stand in sentences and titles, never in the name of an organ.
_NOT_A_NAME = re.compile(
    r"[的请将为《》个]|如下|关于|同意|对(?!外|口|台)|按照|根据|为了|以下|自(?!治|然|由|贸)|"
    r"(?:执行|进行|举行|试行|实行|施行|运行|通知|公告|召开|印发|现予公布|会商|机会|社会|(?<!代表)大会|部署|"
    r"晚会|处处|到处|内部|全部|部分|北部|南部|西部|东部|中部|干部|一部|年会|音乐会|发布会|处理|好处)$"
)
_SEPARATOR = re.compile(r"[、,，；; \t\u3000\xa0\u2002]+")
_CENTRAL = re.compile(CENTRAL_ORGAN)
_PROVINCE = re.compile(PROVINCE)
_LETTERS = re.compile(rf"[{IDEOGRAPHS}](?:[ \t\u3000\xa0\u2002\u200b]+[{IDEOGRAPHS}])+")
_SESSION = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,5}届")
_SHORT_SESSION = re.compile(r"[一二三四五六七八九十]{1,4}届")
# The council of a court that passed a text stands for the court.
_COUNCIL = re.compile("^(最高人民法院)审判委员会$|^(最高人民检察院)检察委员会$")
_OFFICES = ("省", "市", "自治区", "州", "县", "区")


def is_organ(text: str) -> bool:
    """Returns True if ``text``, inner spaces aside, is the name of one organ."""
    without_blanks = join_letters(text)
    return bool(_NAME.fullmatch(without_blanks)) and not _NOT_A_NAME.search(without_blanks)


def join_letters(text: str) -> str:
    """Returns ``text`` without the spaces of letter-spaced words: 商   务   部 -> 商务部."""
    if _LETTERS.fullmatch(text.strip()):
        return re.sub(r"[ \t\u3000\xa0\u2002\u200b]+", "", text)
    return text


def part_organs(text: str) -> list[tuple[int, int]]:
    """Returns the spans of the organs in ``text``, in order; none unless it is nothing but organs.

    They are separated by 、, commas or spaces, or are names of central organs side by side.
    """
    if is_organ(text):
        return list(_side_by_side(text)) or [(0, len(text))]
    parts = []
    for start, end in _pieces(text):
        if not is_organ(text[start:end]):
            return []
        parts.append((start, end))
    return parts


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SEPARATOR.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _side_by_side(text: str) -> Iterator[tuple[int, int]]:
    """财政部国家标准委 is two central organs; nothing where ``text`` is anything else."""
    letters = [place for place, letter in enumerate(text) if not _SEPARATOR.match(letter)]
    plain = "".join(text[place] for place in letters)
    spans = [match.span() for match in _CENTRAL.finditer(plain)]
    if len(spans) > 1 and sum(end - start for start, end in spans) == len(plain):
        yield from ((letters[start], letters[end - 1] + 1) for start, end in spans)


def usual_name(name: str, region: str = "") -> str:
    """Returns the usual name of an organ, without spaces, 届次 and 中华人民共和国.

    第十三届全国人大常委会 becomes 全国人民代表大会常务委员会; 省政府 becomes ``region`` + 人民政府.
    """
    without_blanks = re.sub(r"[\s\u200b]+|&\w*;?", "", name)
    usual = _SESSION.sub("", without_blanks)
    usual = usual.removeprefix(STATE) or without_blanks
    if re.search("人大|届|人民代表会|常委会$", usual):
        usual = _SHORT_SESSION.sub("", usual)
        usual = re.sub(r"人大(?!代表|财政|环|法)", "人民代表大会", usual)
        usual = usual.replace("常委会", "常务委员会").replace("人民代表会", "人民代表大会")
    usual = re.sub(r"(人民代表大会)常务(?:员会|委员)$", r"\1常务委员会", usual)
    usual = _COUNCIL.sub(r"\1\2", usual)
    return _with_region(usual, region)


def _with_region(name: str, region: str) -> str:
    """省政府, 市人民政府, 政府, 省人民代表大会… of a text about ``region``, in full."""
    short = re.fullmatch(
        r"(?:省|市|自治区|州|县|区)?((?:人民)?政府|人民代表大会(?:常务委员会)?)(办公[厅室])?", name
    )
    if not short or not region:
        return name
    body = "人民政府" if "政府" in short[1] else short[1]
    return region + body + (short[2] or "")


def region_of(name: str) -> str:
    """Returns the province, city or county with which ``name`` begins, or "".

    The name is that of an organ or a title: 浙江省杭州市… gives 浙江省杭州市, 丽水市… gives 丽水市,
    国务院… gives "".
    """
    name = name.removeprefix("中共").removeprefix("中国共产党")
    province = _PROVINCE.match(name)
    start = province.end() if province else 0
    place = _PLACE.match(name, start)
    if place and not (province and place[0].endswith("区") and len(place[0]) < 3):
        return name[: place.end()]
    return name[:start]


_PLACE = re.compile(
    r"(?!中国|国家|全国|中央|国务|人民|关于|城市|农村|自治|地方|直辖|集市|都市|超市|上市|股市|各市|本市|全市|"
    r"社区|园区|景区|校区|灾区|牧区|辖区|地区|保护区|开发区)"
    rf"[{IDEOGRAPHS}]{{2,3}}市|(?!各|本|全)[{IDEOGRAPHS}]{{2,10}}(?:自治州|自治县|自治旗)|[{IDEOGRAPHS}]{{2,3}}州(?=人民政府|政府|人大)"
)
