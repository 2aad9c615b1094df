"""Signs in a query that mean something to other engines and are text here, to be told. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from searcher.query.lexer import FIELDS, Token, fold, has_unclosed_quotation, tokenize
from searcher.query.notices import Notice

_LONGEST_TYPED = 60  # characters of a query that may be typed: a longer one is pasted
_INNER_STAR = re.compile(r"\w\*+\w|^\*+\w")
_BOOST = re.compile(r"[\w)]\^\d+(?:\.\d+)?$")
_FUZZY = re.compile(r"^[^\W\d]+~\d?(?:\.\d+)?$")
_PATTERN = re.compile(r"^/.{2,}/$")
_EITHER = re.compile(r"^(?:\w+[|&])+\w+$|^[|&]$")
_RANGE = re.compile(r"[\[{]\s*\S+\s+TO\s+\S+\s*[\]}]")
_NAME = re.compile(
    r"(?:^|(?<=[\s(+-]))(?P<name>[a-z_]{2,20}|[\u4e00-\u9fff]{2,6})(?P<colon>[:：])(?!//)(?=\S)",
    re.I,
)
# What people call fields that other collections have: told even before a full-width colon.
_LIKELY = re.compile(
    "(?:发文)?年[份度]?|时间|作者|机[关构]|部门|单位|城市|省份|地域|关键[词字]|主题|正文|内容|分类|类别|状态|时效性?|"
    "效力(?:级别)?|来源|文件|名称|标签|级别"
)
_KNOWN = frozenset(name for names in FIELDS.values() for name in names)
_FIELDS = "、".join(names[1] for names in FIELDS.values())


def read_as_text(query: str) -> tuple[Notice, ...]:
    """Returns a notice for each sign of ``query`` that looks like an operator and was none.

    ``query`` is one that `searcher.query.parser.parse` takes.
    """
    folded = fold(query)
    told = dict.fromkeys(_unclosed(query))
    if re.search(r"[*^~/|&]", folded):
        told |= dict.fromkeys(text for token in tokenize(query) for text in _in_word(token))
    if found := _RANGE.search(folded):
        told[f"{found[0]} was read as text: dates are ranges as in 日期:2002..2003"] = None
    if len(query) <= _LONGEST_TYPED:
        told |= dict.fromkeys(_unknown_fields(query))
    return tuple(Notice("read as text", text) for text in told)


def _unclosed(query: str) -> Iterator[str]:
    if has_unclosed_quotation(query):
        yield "a quotation mark that nothing closes was read as text"


def _in_word(token: Token) -> Iterator[str]:
    if token.kind not in ("word", "prefix"):
        return
    text = fold(token.text)
    if _INNER_STAR.search(text):
        yield f"{token.text} was read as text: * stands for what follows only at the end of a word"
    elif _BOOST.search(text):
        yield f"{token.text} was read as text: words have no weights here"
    elif _FUZZY.search(text):
        yield f"{token.text} was read as text: ~ stands only behind a quotation"
    elif _PATTERN.search(text):
        yield f"{token.text} was read as text: there are no patterns here"
    elif _EITHER.search(text):
        yield f"{token.text} was read as text: write AND or OR between blanks"


def _unknown_fields(query: str) -> Iterator[str]:
    for found in _NAME.finditer(query):
        name = found["name"]
        if name.lower() in _KNOWN or (found["colon"] == "：" and not _LIKELY.fullmatch(name)):
            continue
        yield f"no field is called {name}, it was read as text; the fields are {_FIELDS}"
