"""Document numbers (发文字号, 令, 公告) and their canonical form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.document import Span
from indexer.lexicon import ORGAN_SUFFIXES
from indexer.numerals import to_int

_GAP = r"[ \t\u3000\xa0\u2002\u200b]{0,3}"
_OPEN, _CLOSE = "〔﹝［\\[【〖（(﹙", "〕﹞］\\]】〗）)﹚"
_YEAR = r"(?:1[9９]|2[0０]|１[9９]|２[0０])[0-9０-９]{2}"
_SERIAL = r"[0-9０-９]{1,5}"
_HAN = "\u4e00-\u9fff"
_CODE = rf"[{_HAN}A-Za-z（）()〇·]"

# 〔2020〕1号, and 2020年1号 where a 代字 stands directly in front.
_TAIL = re.compile(
    rf"{_GAP}(?:[{_OPEN}]{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{_CLOSE}]|(?P<plain>{_YEAR})年)"
    rf"{_GAP}(?:字?{_GAP}第)?{_GAP}(?P<serial>{_SERIAL}){_GAP}号"
)
_CODE_BEFORE = re.compile(rf"(?:{_CODE}{{0,24}}[{_HAN}])$")
# Words of a sentence that lead up to a number and are no part of it.
_LEAD_IN = re.compile(
    r".*(?:根据|依据|按照|依照|遵照|贯彻|落实|执行|印发|转发|下发|发布|公布|参照|文件|文号|字号|通知|规定|"
    r"办法|意见|以及|废止|原文|详见|[的了和与及是以由即据将在于见《])"
)
_ENDS_LIKE_A_CODE = re.compile(
    r"(?:发|函|字|电|规|通|令|复|秘|办|政|委|综|释|告|明传|批|文|议|任|纪要|阅|号|简|呈|报|党|"
    r"[A-Za-z\u4e00-\u9fff])$"
)

_ORGAN_END = "|".join(sorted(map(re.escape, ORGAN_SUFFIXES), key=len, reverse=True))
_ISSUE = rf"(?:{_YEAR}年)?"
_ORDER = re.compile(
    rf"(?P<kind>令|公告|通告){_GAP}[{_OPEN}]?{_GAP}(?:(?P<year>{_YEAR}){_GAP}年?{_GAP}[{_CLOSE}]?)?"
    rf"{_GAP}[{_OPEN}]?{_GAP}第?{_GAP}(?P<serial>{_SERIAL}|[一二三四五六七八九十百〇○零]{{1,7}})"
    rf"{_GAP}号{_GAP}[{_CLOSE}]?"
    rf"|[{_OPEN}]?第{_GAP}(?P<serial2>{_SERIAL}|[一二三四五六七八九十百〇○零]{{1,7}}){_GAP}号"
    rf"[{_CLOSE}]?{_GAP}(?P<kind2>令)"
)
_ORGAN_BEFORE = re.compile(
    rf"(?:[{_HAN}]{{1,30}}(?:、|{_GAP}))?(?:[{_HAN}]{{1,30}}(?:、|{_GAP}))?[{_HAN}]{{1,40}}{_GAP}$"
)
_STATE = "中华人民共和国"


def canonical_number(text: str) -> str | None:
    """The canonical form of ``text`` if all of it, spaces aside, is a document number, else None.

    国发[2020]1号, 国发2020年1号, 国发﹝2020﹞１号 -> 国发〔2020〕1号; 交通部2004年第4号令 and
    令（第290号） keep the organ in front: 国务院令第290号. 中华人民共和国 before an organ is dropped.
    """
    stripped = text.strip(" \t\r\n\u3000\xa0\u200b（）()")
    candidates = list(find_numbers(stripped))
    if len(candidates) != 1:
        return None
    span, number = candidates[0]
    left = stripped[: span.start] + stripped[span.end :]
    return number if not left.strip(" 文）)") else None


def find_numbers(text: str) -> Iterator[tuple[Span, str]]:
    """Every document number in ``text``, in order of place, with its canonical form.

    国发〔2020〕1号 in any brackets, 法释〔2016〕25号, 国务院令第432号, 公告2021年第33号, 第14号令.
    """
    found = [*_coded(text), *_orders(text)]
    found.sort()
    yield from found


def _coded(text: str) -> Iterator[tuple[Span, str]]:
    for match in _TAIL.finditer(text):
        before = text[max(0, match.start() - 25) : match.start()]
        code = _CODE_BEFORE.search(before)
        if not code:
            continue
        word = _trim_code(code[0])
        if len(word) < 2 and not (word and match["year"]):
            continue
        if match["plain"] and not re.search(r"(?:发|函|字|电|规|办|通)$", word):
            continue
        start = match.start() - len(word)
        year = to_int(match["year"] or match["plain"])
        serial = to_int(match["serial"])
        yield Span(start, match.end()), f"{_tidy(word)}〔{year}〕{serial}号"


def _trim_code(word: str) -> str:
    """``word`` without the words of its sentence and unbalanced brackets in front."""
    lead = _LEAD_IN.match(word)
    if lead and lead.end() < len(word):
        word = word[lead.end() :]
    for opening, closing in ("（）", "()"):
        if word.count(opening) != word.count(closing):
            word = re.split(r"[（）()]", word)[-1]
    return word.lstrip("）)")


def _orders(text: str) -> Iterator[tuple[Span, str]]:
    for match in _ORDER.finditer(text):
        kind = match["kind"] or match["kind2"]
        serial = to_int(match["serial"] or match["serial2"])
        before = _ORGAN_BEFORE.search(text[max(0, match.start() - 90) : match.start()])
        organ = _trim_organ(before[0]) if before else ""
        year = f"{to_int(match['year'])}年" if match["year"] else ""
        number = f"{_tidy(organ.replace(_STATE, ''))}{kind}{year}第{serial}号"
        yield Span(match.start() - len(organ), match.end()), number


_ORGAN_LEAD = re.compile(
    r".*(?:根据|依据|按照|依照|经|由|以|的|和|及|与|日|次|[年月]|原(?!子)|发布|公布|《|号|，|。)"
)


def _trim_organ(words: str) -> str:
    lead = _ORGAN_LEAD.match(words)
    if lead and lead.end() < len(words.rstrip()):
        words = words[lead.end() :]
    return words.lstrip(" \t\u3000\xa0、")


def _tidy(word: str) -> str:
    return re.sub(r"\s+", "", word)
