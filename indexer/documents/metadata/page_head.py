"""The head of a document: everything before its body, line by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from indexer.documents.dates import DATE
from indexer.documents.labels import opens_section
from indexer.documents.lexicon import COUNTING, alternatives
from indexer.documents.lexicon.document_types import OFFICIAL_TYPES, TYPE_WORD
from indexer.documents.lexicon.page_labels import PAGE_LABELS, TITLE_LABELS
from indexer.documents.lines import Line, joined
from indexer.documents.metadata.doc_numbers import canonical_number, find_numbers
from indexer.documents.model import Fact
from indexer.documents.organs import part_organs

HEAD_LINES = 120  # crumbs, menus and links before a title seldom take more
_MENU_LINES = 80
_MAX_HEAD_LINE = 2000  # the longest note of a law; longer lines are text
_MAX_TITLE_LINE = 300
_MAX_NOTE = 400
_LONG = 90  # a line longer than this that names no 文种 is text

# What the keys of a front matter are called among the labels of a page.
_KEYS = {
    "title": "标题",
    "date": "成文日期",
    "author": "作者",
    "number": "文号",
    "issuer": "发文机关",
}
LineKind = Literal["noise", "number", "date", "note", "organs", "words", "body"]

_LABEL = re.compile(
    rf"(?P<label>{alternatives(PAGE_LABELS)}|标[ \u3000]+题|分[ \u3000]+类|名[ \u3000]+称)"
    r"[ \u3000]*(?:[:：]|\t)[ \u3000\xa0]*"
)
# A table of a page whose cells came as lines has its labels without a colon.
_BARE_LABELS = frozenset(label for label in PAGE_LABELS if len(label) > 2)
# 人脸识别办法_中央网络安全和信息化委员会办公室, 本月起… - 广州市人民政府门户网站
_SITE = re.compile(r"_[^_\s]{4,40}$|\s[-|–—]\s?\S{2,30}(?:网站|网|门户|图书馆|百科|文库)$")
_MENU_END = re.compile(r"【\s*(?:打印|纠错|字体|关闭|收藏)[^】]{0,12}】|^来源：|当前位置")
_NOISE = re.compile(
    r"[>›»]|当前位置|所在的位置|设为首页|加入收藏|^首\s*页$|手机版|^[\[【][^\]】]*[\]】]$|https?:|//www|-->|"
    r"^【[^】]*(?:解读|读懂|字体|打印|纠错|关闭|返回|分享|专题)[^】]*】|解读》?\s*\d{4}|[A-Z0-9]{6,}|"
    r"^[-—―_=*\s|.·]*(?:第?\s*\d+\s*页)?[-—―_=*\s|.·]*$|\s文件$|^\d{1,2}:\d{2}|^(?:分享|打印|关闭|正文|目\s*录|文件|特急|加急|急件|机密|秘密)$|"
    r"^(?:下载|全屏|收藏|加大|还原|减小|[大中小】>]|无障碍|登录|注册|繁体|简体|PDF格式下载.*|字号|字体|微信|微博|目录)$"
)
_NOISE_UNLESS_TITLE = re.compile(r"关注\s?·|扫码|扫一扫|二维码|点击查看")
_BARE_NUMBER = re.compile(
    r"[（(〔\[]?\s*(?:[12][09]\d\d\s*年?)?\s*[）)〕\]]?\s*第\s*[\d一二三四五六七八九十百〇零]{1,5}\s*号\s*(?:令)?\s*[）)]?"
)
_NEWS = re.compile(r"新华社|本报|.{0,8}(?:日报|晚报|网)?讯|[（(]?(?:首席|见习)?记者|原标题|题：")
_STEP = r"(?:通过|批准|公布|发布|颁布|修正|修订|修改|施行|实施|废止|公告)"
_NOTE = re.compile(
    rf"[（(【]?\s*(?:根据|经|自|于|《[^》]*》已)?.{{0,60}}?(?:会议|令|日|号).{{0,200}}{_STEP}"
)
_ORDER_SENTENCE = re.compile(r"现?(?:予以?|将)?(?:公布|发布)|现公布|公布施行")
_TELLING = re.compile(r"如下|以下|下列|说明|注意")


@dataclass(frozen=True, slots=True)
class Head:
    """The parts of a document before its body.

    ``start`` is the index of the first line after a page's menu, ``body`` that of the first line of
    text below the addressee. ``runs`` are the groups of lines in which a title may stand,
    ``mentions`` the links that name the document, and ``fields`` the values after labels of the
    page. ``given_title`` is the title from front matter or from the first heading of a Markdown
    text.
    """

    fields: Mapping[str, Fact]
    runs: Sequence[Sequence[Line]]
    numbers: Sequence[Line]
    dates: Sequence[Line]
    notes: Sequence[Line]
    addressee: Sequence[Line]
    start: int
    body: int
    mentions: Sequence[Line]
    page_title: Fact | None = None
    given_title: Fact | None = None


@dataclass(slots=True)
class _Collector:
    fields: dict[str, Fact] = field(default_factory=dict)
    runs: list[list[Line]] = field(default_factory=list)
    numbers: list[Line] = field(default_factory=list)
    dates: list[Line] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    mentions: list[Line] = field(default_factory=list)
    run: list[Line] = field(default_factory=list)
    depth: int = 0  # brackets that the notes have left open

    def end_run(self) -> None:
        if self.run:
            self.runs.append(self.run)
            self.run = []

    def put(self, kind: LineKind, line: Line) -> None:
        if kind in ("words", "organs"):
            self.run.append(line)
            return
        self.end_run()
        if kind == "note":
            text = line.text
            opened = sum(map(text.count, "（(")) - sum(map(text.count, "）)"))
            if self.depth and self.notes:  # 根据2016年⏎11月25日《…》修正
                line = joined(self.notes.pop(), line)
            self.depth = max(0, self.depth + opened)
        kept = {
            "number": self.numbers,
            "date": self.dates,
            "note": self.notes,
            "noise": self.mentions,
        }[kind]
        kept.append(line)


def read_head(
    lines: Sequence[Line],
    first: int = 0,
    given: Mapping[str, Fact] | None = None,
    marked: Line | None = None,
) -> Head:
    """Returns the head of a document of ``lines``, without the furniture of a web page.

    ``first`` is the line after front matter, whose facts are ``given``; ``marked`` is the line of a
    heading that is the title.
    """
    found = _Collector()
    for key, fact in (given or {}).items():
        found.fields[_KEYS.get(key, key)] = fact
    title = None if first or marked else _page_title(lines)
    start = index = _after_menu(lines) if title else first
    while index < min(len(lines), HEAD_LINES):
        line = lines[index]
        taken = _take_field(lines, index, found)
        if taken:
            found.end_run()
            index += taken
            continue
        if parts := _title_and_addressee(line):
            for part_kind, part in _parted("words", parts[0]):
                found.put(part_kind, part)
            lines = [*lines[:index], parts[1], *lines[index + 1 :]]
            break
        kind = classify(line.text, in_note=found.depth > 0)
        if _is_furniture(lines, index):
            kind = "noise"
        if kind == "body":
            break
        for part_kind, part in _parted(kind, line):
            found.put(part_kind, part)
        index += 1
    addressee = _addressee(lines, index, found)
    found.end_run()
    return Head(
        found.fields,
        found.runs,
        found.numbers,
        found.dates,
        found.notes,
        addressee,
        start,
        index + 1 if addressee else index,
        found.mentions,
        title,
        _given_title(found, marked) if first or marked else None,
    )


# …的通知各区财政局，市直各单位：
_ADDRESSED_TITLE = re.compile(
    rf"(?P<title>.{{0,40}}关于.{{4,120}}?的(?:{alternatives(OFFICIAL_TYPES)})(?![》〉])"
    r"(?:\s?[（(][^（()）]{2,30}[）)])?(?:[^\s》，。：:]{1,12}[〔\[]\d{4}[〕\]]\d+号)?)"
    r"\s*(?P<to>[^。]{2,300}[:：])"
)
_ANNEX = re.compile(rf"附\s*[件录表]\s*[{COUNTING}\d]{{0,3}}\s*[:：]?")
_SETTINGS = re.compile(r"【?\s*(?:字号|字体|打印|分享)\s*[:：]?|】|[大中小]{1,3}")
_CRUMB = 12  # characters of the name of a column of a site


def _title_and_addressee(line: Line) -> tuple[Line, Line] | None:
    """Returns the two parts of a line with both title and addressee, or None."""
    if line.text[-1] not in ":：":
        return None
    match = _ADDRESSED_TITLE.fullmatch(line.text)
    if not match or not _looks_addressed(match["to"][:-1]):
        return None
    return line.part(*match.span("title")), line.part(*match.span("to"))


def _is_furniture(lines: Sequence[Line], index: int) -> bool:
    """Returns True if line ``index`` is a row of a table, a red head (…文件), 附件1 or a crumb."""
    text = lines[index].text
    if _SETTINGS.fullmatch(text) or (
        "\t" in text and not part_organs(text) and not ends_with_type(text)
    ):
        return True
    if text.endswith("文件") and len(text) > 4 and part_organs(text[:-2].rstrip()):
        return True
    if _ANNEX.fullmatch(text):
        return index < 3
    crumb = index > 0 and lines[index - 1].text[-1] in ">›»" and len(text) <= _CRUMB
    return crumb and not ends_with_type(text)


def _given_title(found: _Collector, marked: Line | None) -> Fact | None:
    if marked:
        return Fact(marked.text, marked.span())
    return next((found.fields[label] for label in TITLE_LABELS if label in found.fields), None)


def _parted(kind: LineKind, line: Line) -> Iterator[tuple[LineKind, Line]]:
    """…的通知人社部发〔2020〕11号: a number that stands on the title's line, parted from it."""
    if kind == "words":
        for span, number in find_numbers(line.text):
            title = line.text[: span.start].rstrip()
            if "〔" in number and span.end == len(line.text) and ends_with_type(title):
                yield "words", line.part(0, len(title))
                yield "number", line.part(span.start, span.end)
                return
    yield kind, line


def classify(text: str, in_note: bool = False) -> LineKind:
    """Returns the kind of a line of a head; ``in_note`` is True inside the brackets of a note."""
    if len(text) > _MAX_HEAD_LINE or opens_section(text) or _NEWS.match(text):
        return "body"
    if text[-1] in ":：":
        return "body"
    if _is_number(text):
        return "number"
    if _is_note(text) or (in_note and len(text) <= _MAX_NOTE):
        return "note"
    date = DATE.match(text.lstrip("（(—"))
    if date and (text[0] == "—" or len(text) - date.end() <= 12):
        return "date"
    if len(text) <= _LONG and _is_noise(text):
        return "noise"
    if "。" in text or text[-1] in "；;" or _too_long(text):
        return "body"
    return "organs" if part_organs(text) else "words"


def _is_noise(text: str) -> bool:
    if _NOISE.search(text):
        return True
    return bool(_NOISE_UNLESS_TITLE.search(text)) and not ends_with_type(text)


def _too_long(text: str) -> bool:
    return len(text) > _MAX_TITLE_LINE or (len(text) > _LONG and not ends_with_type(text))


_TYPE_AT_END = re.compile(
    rf"(?:{TYPE_WORD})(?:\s*[（(〔【][^（）()]*[）)〕】]){{0,3}}》?(?:\s*(?:[12]\d{{3}}年)?\s*第?\d+号)?$"
)


def ends_with_type(text: str) -> bool:
    """Returns True if ``text`` ends with a 文种, apart from remarks in brackets."""
    return bool(_TYPE_AT_END.search(text[-80:]))


def _is_number(text: str) -> bool:
    if len(text) > 80:
        return False
    if _BARE_NUMBER.fullmatch(text):
        return True
    number = canonical_number(text.removesuffix("文件"))
    if number:
        return "〔" in number  # 工业和信息化部公告2019年第61号 is a title, too
    date = DATE.search(text)  # 交政法发〔2010〕251号  2010年6月2日
    return bool(date and date.start() > 6 and canonical_number(text[: date.start()]))


def _is_note(text: str) -> bool:
    if text[0] in "（(" and len(text) < 120 and (_names_order(text) or _opens_note(text)):
        return True
    if not _NOTE.match(text[:300]):
        return False
    if text[0] in "（(【":
        return bool(re.search(_STEP, text))
    if DATE.match(text):
        return True
    if _ORDER_SENTENCE.search(text[:400]) and len(text) < 400:
        return text.startswith(("《", "现", "经", "根据"))
    return "。" not in text and len(text) < 160 and bool(re.search(_STEP + r"[）)]?$", text))


def _opens_note(text: str) -> bool:
    """Returns True if ``text`` begins a note that goes on below.

    An example is （2003年12月27日第十届全国人民代表大会⏎….
    """
    return not any(map(text.count, "）)")) and DATE.match(text, 1) is not None


def _names_order(text: str) -> bool:
    """Returns True for a note that only names an order: （1996年10月14日林业部令第10号）."""
    inside = text.strip("（()） ")
    return any(
        span.end == len(inside) and "〔" not in number and not number.startswith(("令", "公告"))
        for span, number in find_numbers(inside)
    )


def _page_title(lines: Sequence[Line]) -> Fact | None:
    if not lines:
        return None
    first = lines[0]
    site = _SITE.search(first.text)
    if not site or site.start() < 4 or len(lines) < 3:
        return None
    return Fact(first.text[: site.start()], first.span(0, site.start()))


def _after_menu(lines: Sequence[Line]) -> int:
    ends = [i for i, line in enumerate(lines[:_MENU_LINES]) if _MENU_END.search(line.text)]
    return ends[-1] + 1 if ends else 1


def _take_field(lines: Sequence[Line], index: int, found: _Collector) -> int:
    """Puts the labelled values at ``index`` into ``found``; returns how many lines they take."""
    line = lines[index]
    label = _LABEL.match(line.text)
    if line.text in _BARE_LABELS and index + 1 < len(lines):
        value = lines[index + 1]
        if value.text not in _BARE_LABELS and not _LABEL.match(value.text):
            found.fields.setdefault(line.text, Fact(value.text, value.span()))
            return 2
        return 1
    if not label or len(line.text) > 200:
        return 0
    if label.end() < len(line.text):
        for name, start, end in _labelled(line.text):
            found.fields.setdefault(name, Fact(line.text[start:end], line.span(start, end)))
        return 1
    if index + 1 < len(lines):
        value = lines[index + 1]
        if not _LABEL.match(value.text) and len(value.text) <= 200:
            found.fields.setdefault(_plain(label), Fact(value.text, value.span()))
            return 2
    return 1


def _labelled(text: str) -> Iterator[tuple[str, int, int]]:
    labels = list(_LABEL.finditer(text))
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        end = following.start() if following else len(text)
        value = text[label.end() : end].rstrip(" \u3000\xa0|")
        if value:
            yield _plain(label), label.end(), label.end() + len(value)


def _plain(label: re.Match[str]) -> str:
    return re.sub(r"\s+", "", label["label"])


_ADDRESSED = re.compile(
    r"(?:政府|机构|单位|部门|机关|企业|公司|集团|协会|组织|团体|部队|军区|学校|院校|高校|医院|银行|兵团|"
    r"同志|朋友|市民|居民|群众|代表|委员|主席|总理|部长|省长|市长|书记|同胞|用户|客户|员工|职工|考生|家长|"
    r"[局厅委办会部院署处所社行府区县市省站中心]|[员民者们友人户商])等?(?:[（(][^（）()]{1,40}[)）])?$"
)

_ALL_OF = re.compile(r"各[省市区县州部地]|各有关|有关(?:单位|部门)|各(?:相关)?(?:单位|部门)")


def _addressee(lines: Sequence[Line], index: int, found: _Collector) -> Sequence[Line]:
    """Returns the lines of the 主送机关, if any; the last one ends with a colon."""
    if index >= len(lines) or lines[index].text[-1] not in ":：":
        return ()
    text = lines[index].text[:-1].rstrip()
    if not _looks_addressed(text):
        return ()
    taken = [lines[index]]
    while found.run and found.run[-1].text[-1] in "、，,":
        taken.insert(0, found.run.pop())
    return taken


def _looks_addressed(text: str) -> bool:
    if "。" in text or len(text) > 500 or opens_section(text) or _TELLING.search(text):
        return False
    return bool(_ADDRESSED.search(text) or _ALL_OF.match(text))


def title_field(head: Head) -> Fact | None:
    """Returns the title after a label of the page, or None."""
    return next((head.fields[label] for label in TITLE_LABELS if label in head.fields), None)
