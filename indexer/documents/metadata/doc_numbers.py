"""Document numbers (发文字号, 令, 公告) and their canonical form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.documents.lexicon import IDEOGRAPHS, STATE
from indexer.documents.lexicon.organ_names import CENTRAL_ORGAN
from indexer.documents.model import Span
from indexer.numerals import to_int

_GAP = r"[ \t\u3000\xa0\u2002\u200b]{0,3}"
_OPEN, _CLOSE = "〔﹝［\\[【〖（(﹙", "〕﹞］\\]】〗）)﹚"
_YEAR = r"(?:1[89]|20|１[８９]|２０)[0-9０-９]{2}"
_SERIAL = r"[0-9０-９]{1,5}"
_HAN_SERIAL = r"[一二三四五六七八九十百〇○零]{1,7}"

# 〔2020〕1号; 2020年1号 only where a 代字 that ends like one stands directly in front.
_YEAR_AND_SERIAL = re.compile(
    rf"{_GAP}(?:[{_OPEN}]{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{_CLOSE}]|(?P<plain>{_YEAR})年)"
    rf"{_GAP}(?:字?{_GAP}第)?{_GAP}(?P<serial>{_SERIAL}){_GAP}号(?!令)"
)
_CODE_LENGTH = 25
_CODE = re.compile(rf"[{IDEOGRAPHS}A-Za-z（）()〇·]*[{IDEOGRAPHS}]$")
_CODE_END = re.compile(r"(?:发|函|字|电|规|办|通|释|令|复|秘|综|政|委)$")
# Words of a sentence that lead up to a number and are no part of it.
_STRONG_WORDS = (
    "根据|依据|按照|依照|遵照|贯彻|落实|执行|印发|转发|下发|发布|公布|参照|文件|文号|字号|通知|规定|办法|"
    "意见|以及|废止|原文|详见|简称|作出|出台|制发|收到|来文"
)
_BEFORE_LONE_CODE = re.compile(rf".*(?:{_STRONG_WORDS})")
_BEFORE_CODE = re.compile(rf".*(?:{_STRONG_WORDS}|[的了和与及是以由即据将在于见《对])")
_ALONE = 8
# 交通部交基发〔1995〕97号: the organ's name, then the code
_ORGAN_AND_CODE = re.compile(
    rf"(?:{CENTRAL_ORGAN})令?(?=[{IDEOGRAPHS}]{{2,6}}$)(?![函办发秘综厅]+$)"
)
_ORDER = re.compile(
    rf"(?P<kind>令|公告|通告){_GAP}[{_OPEN}]?{_GAP}(?:(?P<year>{_YEAR}){_GAP}年?{_GAP}[{_CLOSE}]?)?"
    rf"{_GAP}[{_OPEN}]?{_GAP}第?{_GAP}(?P<serial>{_SERIAL}|{_HAN_SERIAL}){_GAP}号"
    rf"(?:{_GAP}[{_CLOSE}]|令)?"
    rf"|(?:(?P<year2>{_YEAR}){_GAP}年{_GAP})?第?{_GAP}(?P<serial2>{_SERIAL}|{_HAN_SERIAL})"
    rf"{_GAP}号{_GAP}(?P<kind2>令)"
)
# No number is longer before its 号 (from its year or its 令 on) and after it (）令).
_BEFORE_SERIAL, _AFTER_SERIAL = 48, 8
_ORGAN_LENGTH = 160
# Up to the organ: a sentence's words, a date, a quotation. The organ itself may hold 、 and spaces.
_BEFORE_ORGAN = re.compile(
    r".*(?:根据|依据|按照|依照|经(?!济|贸)|(?<!自)由|以|日(?!照)|[号。；：:，,《》〈〉（）()“”]|[0-9]次|发布|公布|会议|"
    r"原(?!子)|的(?!士))",
    re.DOTALL,
)
_ORGANS = re.compile(rf"[{IDEOGRAPHS}、 \t\u3000\xa0\u2002]*$")
_SPACES = re.compile(r"[\s\u3000\u200b]+")


def canonical_number(text: str) -> str | None:
    """Returns the canonical form of ``text`` if it is nothing but a document number, else None.

    国发[2020]1号, 国发2020年1号 and 国发﹝2020﹞１号 become 国发〔2020〕1号; 国务院令（第290号）
    and 国务院第290号令 become 国务院令第290号. 中华人民共和国 before an organ is dropped.
    """
    stripped = text.strip(" \t\r\n\u3000\xa0\u2002\u200b")
    if len(stripped) > 2 and stripped[0] in "（(" and stripped[-1] in "）)":
        stripped = stripped[1:-1].strip(" \u3000\xa0")
    if len(stripped) > _ORGAN_LENGTH:
        return None
    for span, number in find_numbers(stripped):
        if span.start == 0 and not stripped[span.end :].strip(" 文"):
            return number
    return None


def find_numbers(text: str) -> Iterator[tuple[Span, str]]:
    """Yields every document number in ``text``, in order, with its canonical form.

    Numbers are 国发〔2020〕1号 with any brackets, 法释〔2016〕25号, 国务院令第432号,
    公告2021年第33号, 第14号令. The joint organs of an order are separated by 、:
    国家互联网信息办公室、公安部令第19号.
    """
    for start, end in _near_serials(text):
        yield from sorted([*_coded(text, start, end), *_orders(text, start, end)])


def _near_serials(text: str) -> Iterator[tuple[int, int]]:
    """Yields the stretches of ``text`` around each 号; all others are skipped quickly."""
    start = end = 0
    at = text.find("号")
    while at >= 0:
        if at - _BEFORE_SERIAL > end:
            if end:
                yield start, end
            start = at - _BEFORE_SERIAL
        end = at + _AFTER_SERIAL
        at = text.find("号", at + 1)
    if end:
        yield max(start, 0), end


def _coded(text: str, start: int, end: int) -> Iterator[tuple[Span, str]]:
    for match in _YEAR_AND_SERIAL.finditer(text, start, end):
        before = text[max(0, match.start() - _CODE_LENGTH) : match.start()]
        code = _CODE.search(before)
        alone = code is not None and match.start() == len(code[0]) <= _ALONE
        word = _trim_code(code[0], before, alone) if code else ""
        if len(word) < 2 or (match["plain"] and not _CODE_END.search(word)):
            continue
        if word.endswith(("公告", "通告", "令")) and len(word) > 3:
            continue  # an order: 财政部令〔2004〕第4号
        year = to_int(match["year"] or match["plain"])
        span = Span(match.start() - len(word), match.end())
        yield span, f"{_SPACES.sub('', word)}〔{year}〕{to_int(match['serial'])}号"


def _trim_code(word: str, before: str, alone: bool) -> str:
    """Returns ``word``, which ends ``before``, without words, dates and organs before the code.

    A short word that opens the text (``alone``) is a code as it stands: 和政发 of 和县.
    """
    if word[0] in "年月日" and before[: -len(word)][-1:].isdigit():
        word = word[1:]
    lead = (_BEFORE_LONE_CODE if alone else _BEFORE_CODE).match(word)
    word = word[lead.end() :] if lead else word
    if any(word.count(opening) != word.count(closing) for opening, closing in ("（）", "()")):
        word = re.split(r"[（）()]", word)[-1]
    word = word.lstrip("）)")
    organ = _ORGAN_AND_CODE.match(word)
    return word[organ.end() :] if organ else word


def _orders(text: str, start: int, end: int) -> Iterator[tuple[Span, str]]:
    for match in _ORDER.finditer(text, start, end):
        kind = match["kind"] or match["kind2"]
        serial = to_int(match["serial"] or match["serial2"])
        year = match["year"] or match["year2"]
        organs = _organs_before(text, match.start())
        issue = f"{to_int(year)}年" if year else ""
        number = f"{_join_organs(organs)}{kind}{issue}第{serial}号"
        yield Span(match.start() - len(organs), match.end()), number


def _organs_before(text: str, end: int) -> str:
    before = text[max(0, end - _ORGAN_LENGTH) : end]
    lead = _BEFORE_ORGAN.match(before)
    found = _ORGANS.search(before[lead.end() :] if lead else before)
    organs = found[0] if found else ""
    return organs.lstrip(" \t\u3000\xa0\u2002、")


def _join_organs(organs: str) -> str:
    parts = [part.replace(STATE, "", 1) or part for part in _organ_parts(organs)]
    parts = [re.sub("部部$", "部", part) for part in parts]  # 生态环境部部令
    return "、".join(part for part in parts if part)


def _organ_parts(organs: str) -> list[str]:
    parts = [part for part in re.split(r"[、\s\u3000\xa0]+", organs) if part]
    if parts and all(len(part) == 1 for part in parts):
        return ["".join(parts)]
    return parts
