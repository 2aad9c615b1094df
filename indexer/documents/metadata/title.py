"""The title and the 文种 of a document. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from indexer.documents.labels import label_length
from indexer.documents.lexicon import STATE, alternatives
from indexer.documents.lexicon.document_types import OFFICIAL_TYPES, TYPE_WORD
from indexer.documents.lexicon.organ_names import ORGAN_END
from indexer.documents.lines import Line
from indexer.documents.metadata.doc_numbers import find_numbers
from indexer.documents.metadata.page_head import Head, ends_with_type, title_field
from indexer.documents.model import Fact, Span
from indexer.documents.organs import join_letters, part_organs

_MAX_LINES = 8
_LONGEST, _CLAUSES = 90, 3  # a title of more characters does not have as many commas
_REMARKS = re.compile(r"\s*(?:[（(〔【][^（）()〔〕【】]*[）)〕】]|20\d\d年第?\d*号?|第\d+号)\s*$")
_TYPE = re.compile(rf"(?:{TYPE_WORD})$")
_GOES_ON = re.compile(r"[的和与及等暨、，]|有关|实施|工作的|情况的|若干|（|\(")
_ENDS_ABOUT = re.compile(
    rf"(?:{alternatives(OFFICIAL_TYPES)}|的[^，。的]{{0,6}}(?:{TYPE_WORD}))(?:[（(][^（）()]*[）)])*$"
)
_STARTS_ANEW = re.compile(rf"关于|.{{2,40}}?(?:关于|印发|转发|批转)|{STATE}")
_OPENS = re.compile(r"关于|印发|转发|批转|发布|公布|对|令$|公告|通告|[（(]?第?\s*\d|《")
ET_AL = re.compile(r"等[一二三四五六七八九十\d]{0,3}(?:个)?部门")
_CASE = re.compile("[诉与].+案$|(?:纠纷|申请).*案$")  # 王某诉某公司买卖合同纠纷案
_WHOLE = re.compile(r"(?:详解|攻略|简介|问答|须知|解读|流程|\d问)$")
_REPRINT = re.compile(r"^[（(【\[](?:转载|转发|转)[)）】\]]")
_MENTION = re.compile(r"解读】.{0,4}?《(?P<title>.{6,150})》")
_SPACE = re.compile(r"[ \t\u3000\xa0\u2002\u2003]+")
_JOINED_ORGAN = re.compile(rf"(?:{ORGAN_END})$")


def read_title(head: Head) -> Fact | None:
    """Returns the title in ``head``: the last complete one, or a first line of words."""
    if head.given_title:
        return replace(head.given_title, value=clean_title(head.given_title.value))
    complete = [title for run in head.runs for title in _titles(run) if _is_complete(title)]
    complete = [title for title in complete if not _is_prose(title)]
    own = [title for title in complete if not _is_order_name(title)]
    complete = own or sorted(complete, key=lambda lines: "号" in lines[-1].text)
    if head.page_title:
        return _of_page(head.page_title, complete)
    if complete:
        return _fact(_fullest(complete))
    mentioned = next((found for line in head.mentions if (found := _mentioned(line))), None)
    if mentioned:
        return mentioned
    field = title_field(head)
    if field:
        return Fact(clean_title(field.value), field.span)
    case = next((line for run in head.runs for line in run if _CASE.search(line.text)), None)
    if case:
        return _fact([case])
    for run in head.runs:
        words = [line for line in run if not part_organs(line.text)]
        if words:
            return _fact(words if len(words) == len(run) == 2 and _halves(*words) else words[:1])
    return None


def _halves(one: Line, two: Line) -> bool:
    """Returns True if a headline without 文种 fills two lines: 春季开学延期⏎“云课堂”来救急."""
    return one.text != two.text and not _WHOLE.search(one.text)


def _fullest(complete: Sequence[Sequence[Line]]) -> Sequence[Line]:
    """Returns the last title, unless an earlier one is longer or separates authors by 、."""
    best = complete[-1]
    for other in complete[:-1]:
        if _letters(other).endswith(_letters(best)):
            more = len(_letters(other)) > len(_letters(best))
            return other if more or _key(other).count("、") > _key(best).count("、") else best
    return best


def _letters(lines: Sequence[Line]) -> str:
    return re.sub(r"\W", "", _key(lines))


def _of_page(page: Fact, complete: Sequence[Sequence[Line]]) -> Fact:
    """Returns the title of a web page, from the page's text if that has it with its spaces."""
    value = clean_title(page.value)
    for title in reversed(complete):
        if _key(title).endswith(re.sub(r"\s+", "", value)):
            return _fact(title)
    return Fact(value, page.span)


def _mentioned(line: Line) -> Fact | None:
    """Returns the title that a link beside the text gives: 【音频解读】《…的通知》政策解读."""
    match = _MENTION.search(line.text)
    if not match or not ends_with_type(match["title"]):
        return None
    return Fact(clean_title(match["title"]), line.span(*match.span("title")))


def _is_complete(lines: Sequence[Line]) -> bool:
    return ends_with_type(lines[-1].text)


def _is_prose(lines: Sequence[Line]) -> bool:
    """Returns True if ``lines`` are a hard-wrapped sentence of the body that ends in a 文种."""
    text = "".join(line.text for line in lines)
    return len(text) > _LONGEST and text.count("，") >= _CLAUSES


def _is_order_name(lines: Sequence[Line]) -> bool:
    """Returns True if ``lines`` only name an order: 国务院令, 财政部 税务总局公告2020年第8号."""
    key = _key(lines)
    named = re.fullmatch(r"(.*?)第?\d+号令|(.*?)(?:令|公告|通告)(?:[（(\d第].*)?", key)
    organs = (named[1] or named[2]) if named else None
    return named is not None and (not organs or bool(part_organs(organs)))


def _key(lines: Sequence[Line]) -> str:
    return re.sub(r"\s+", "", clean_title("".join(line.text for line in lines)))


def _titles(run: Sequence[Line]) -> Iterator[list[Line]]:
    """Yields the titles in a run of lines: each ends at a 文种 after which no title goes on."""
    current: list[Line] = []
    for index, line in enumerate(run):
        if current and _begins_title(current, line):
            yield _without_heading_organs(current)
            current = []
        current.append(line)
        following = run[index + 1].text if index + 1 < len(run) else ""
        joined = "".join(part.text for part in current)
        if ends_with_type(line.text) and _balanced(joined) and not _goes_on(joined, following):
            yield _without_heading_organs(current)
            current = []
    if current:
        yield _without_heading_organs(current)


def _begins_title(current: Sequence[Line], line: Line) -> bool:
    """Returns True if ``line`` begins a title below a headline that has no 文种."""
    above = current[-1].text
    if above[-1] in "！？!?":
        return True
    about = line.text.startswith("关于") and len(above) > 12 and _balanced(above)
    return about and not part_organs(above) and not _JOINED_ORGAN.search(above)


def _goes_on(so_far: str, following: str) -> bool:
    if not following:
        return False
    if re.fullmatch(r"[\u4e00-\u9fff\s]{4,30}(?:令|公\s*告)", so_far):
        return False
    if so_far.endswith("》") and not _STARTS_ANEW.match(following):
        return ends_with_type(following)
    if _GOES_ON.match(following) and not following.startswith("关于"):
        return True
    # 关于全面推行⏎行政执法公示制度⏎…的指导意见: 制度 ends the line, not the title
    about = "关于" in so_far and not _ENDS_ABOUT.search(so_far)
    return about and ends_with_type(following) and not _STARTS_ANEW.match(following)


def _balanced(text: str) -> bool:
    return text.count("《") == text.count("》") and text.count("“") == text.count("”")


def _without_heading_organs(lines: list[Line]) -> list[Line]:
    """Returns ``lines`` without leading organs that the title repeats or that head the page."""
    lines = lines[-_MAX_LINES:]
    while len(lines) > 1 and part_organs(lines[0].text):
        rest = next((line for line in lines[1:] if not part_organs(line.text)), None)
        if rest is None:
            break
        organs = [line.text for line in lines[: lines.index(rest)]]
        repeated = any(rest.text.startswith(join_letters(organ)) for organ in organs)
        goes_on = _OPENS.match(rest.text) or _has_organ_before_about(rest.text)
        if goes_on and not repeated and not _REPRINT.match(rest.text):
            break
        lines = lines[1:]
    return lines


def _has_organ_before_about(text: str) -> bool:
    front = re.match(r"(.{2,40}?)(?:关于|印发|转发)", text)
    return bool(front and part_organs(front[1]) and not ET_AL.search(text))


def _fact(lines: Sequence[Line]) -> Fact:
    parts: list[str] = []
    for line in lines:
        text = join_letters(line.text)
        glue = " " if parts and part_organs(parts[-1]) and part_organs(_front(text)) else ""
        parts.append(glue + text)
    value = "".join(parts)
    skipped = _prefix_length(lines[0].text)
    span = Span(lines[0].at(min(skipped, len(lines[0].text) - 1)), lines[-1].span().end)
    return Fact(clean_title(value), span)


def _prefix_length(text: str) -> int:
    """Returns the length of the number or remark before the title in ``text``."""
    reprint = _REPRINT.match(text)
    start = reprint.end() if reprint else 0
    number = next(iter(find_numbers(text[start : start + 60])), None)
    if number and number[0].start == 0 and "〔" in number[1] and number[0].end < len(text) - start:
        start += number[0].end
        start += len(text[start:]) - len(text[start:].lstrip(" \u3000"))
    return start


_OWN_NUMBER = re.compile(
    r"\s*[（(]\s*[^（()）\s]{1,12}[〔\[［﹝（(]\d{4}[〕\]］﹞）)]\s*第?\s*\d{1,5}\s*号\s*[）)]$"
)


def _closes_at_end(text: str) -> bool:
    """Returns True if the 《 that begins ``text`` is closed by its last character."""
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "《") - (char == "》")
        if depth == 0:
            return index == len(text) - 1
    return False


def clean_title(text: str) -> str:
    """Returns ``text`` without its number, letter-spacing and needless spaces."""
    text = text[_prefix_length(text) :] or text
    text = re.sub("[\u200b\u200c\u200d\u2060\ufeff]", "", text)
    text = _OWN_NUMBER.sub("", text.strip()) or text
    if text[:1] == "《" and _closes_at_end(text):
        text = text[1:-1]
    words = [word for word in _SPACE.split(text.strip()) if word]
    if len(words) > 2 and all(len(word) == 1 for word in words):
        return "".join(words)
    title = ""
    for word in words:
        between = title and _JOINED_ORGAN.search(title) and part_organs(_front(word))
        ascii_words = title and title[-1].isascii() and word[0].isascii()
        title += (" " if between or ascii_words else "") + word
    return title


def _front(word: str) -> str:
    return re.split(r"关于|印发|转发|令|公告|[、，]", word, maxsplit=1)[0]


_AUTHORS = re.compile(
    r"(?:等\S{0,3}部门)?(?:联合)?(?:关于|转发|印发|批转|公告|令|发布|通告|公布|对)"
)


def title_authors(title: Fact) -> list[tuple[int, int]]:
    """Returns the spans of the organs that open the value of ``title`` (国务院办公厅关于…)."""
    found = _AUTHORS.search(title.value)
    return part_organs(title.value[: found.start()].rstrip()) if found else []


def type_of(title: str) -> str | None:
    """Returns the 文种 that ends ``title``, apart from remarks in brackets and numbers, or None."""
    bare = re.sub(r"\s+", "", title)
    for _ in range(4):
        bare, count = _REMARKS.subn("", bare)
        if not count:
            break
    if bare.endswith("》"):
        quoted = _TYPE.search(bare.rstrip("》"))
        return quoted[0] if quoted and quoted[0] in ("通知", "意见", "公告", "通告") else None
    if re.search(r"民法典.{1,6}编$|法典$|民法典(?:总则|附则)$", bare):
        return "法"
    match = _TYPE.search(bare)
    if not match:
        return None
    return {"会议纪要": "纪要", "便函": "函"}.get(match[0], match[0])


_TOLD = re.compile(
    r"(?:通报|通知|通告|公告|批复|函复|答复|报告|公示|公布|决定|规定|解释)(?=如下|：|:)|"
    r"(?:提出|作出|做出)(?:如下|以下)?(意见|决定|规定|解释)"
)
_TOLD_WITHIN = 1000  # characters of a paragraph
_TOLD_TYPES = {"函复": "复函", "公布": "公告"}
_SELF = re.compile(r"本(条例|办法|规定|细则|规则|章程|准则|规范|通知|意见|决定|公告|通告|法|解释)")


def told_type(lines: Iterable[Line]) -> Fact | None:
    """Returns the 文种 that the opening ``lines`` mention (现将…通报如下), derived, or None."""
    for line in lines:
        words = line.text[:_TOLD_WITHIN]
        told = _TOLD.search(words)
        if told and "如下" in words[told.start() :]:
            word = told[1] or told[0]
            return Fact(_TOLD_TYPES.get(word, word))
        own = _SELF.search(words)
        if own:
            return Fact(own[1])
    return None


_NOW = re.compile(
    r"现(?:将|就|把)([^，。；：]{4,60}?)(?:有关(?:事项|事宜|情况|问题|工作|要求))?"
    r"(?:通报|通知|通告|公告|批复|函复|答复|报告|公示|提出|作出|公布)(?:如下|以下)?"
)
_VAGUE = re.compile(r"^(?:这次|此次|本次|有关|具体|相关|检查|如下|以下|调整后的|该)")
_TOPIC = re.compile(
    r"(?:对|就)?[^，。；]{0,40}?((?:落实|贯彻|执行|开展|实施)[^，。；]{4,40}?)的?情况"
)

_WORK = re.compile(r"((?:开展|启动|做好|加强|推进|规范|推动)[^，。；“”《》]{4,40}?工作)")


def derive_title(text: str, kind: str | None, issuers: Sequence[Fact]) -> Fact | None:
    """Returns a title for a text without one: 关于 its subject, or its first line; span None.

    ``text`` is the opening of the body.
    """
    authors = "、".join(fact.value for fact in issuers[:3])
    about = _topic(text)
    if about and kind:
        return Fact(f"{authors}关于{about}的{kind}")
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if not first:
        return None
    if kind and authors:
        return Fact(f"{authors}{kind}")
    first = first[label_length(first) :].strip(" 、\u3000\xa0")
    sentence = re.split(r"(?<=.)[。；！？]", first, maxsplit=1)[0] or first
    if not sentence:
        return None
    return Fact(sentence if len(sentence) <= 50 else sentence[:49] + "…")


def _topic(text: str) -> str | None:
    now = _NOW.search(text)
    if now and not _VAGUE.match(now[1]):
        return now[1].removeprefix("关于")
    topic = _TOPIC.search(text)
    if topic:
        return topic[1].rstrip("的") + "情况"
    work = _WORK.search(text)
    return work[1] if work else None
