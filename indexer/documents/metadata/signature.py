"""The 落款 of a document: its signers and its date. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.documents.lines import Line
from indexer.documents.metadata.page import Page
from indexer.documents.model import Fact
from indexer.documents.organs import (
    is_organ,
    join_letters,
    part_organs,
    region_of,
    usual_name,
)
from indexer.documents.surroundings import Closing

_MAX_DATED = 100  # characters of a line that may close a 落款: organs and date together
_MAX_SIGNERS = 40  # lines: as many ministries have signed one notice
_JUNK = re.compile(r"&\w*;?\s*$")
_STAMP = re.compile(r"[（(](?:代\s*章|盖\s*章|公\s*章|章|印章|代)[)）]$")
_POSTS = (
    *("总理", "主席", "省长", "市长", "州长", "县长", "区长", "旗长", "部长", "主任", "局长"),
    *("署长", "行长", "院长", "检察长", "委员长", "会长", "厅长", "司令员", "社长", "书记", "校长"),
)
_POST = "|".join(r"[\s\u3000]*".join(post) for post in _POSTS)  # 局　长　王某某
_PERSON = re.compile(
    rf"(?:{_POST})\s*[:：]?[\s\u3000]*(?:[\u4e00-\u9fff·]{{1,4}}[\s\u3000]*){{0,2}}$"
)
_NAME = re.compile(r"[\u4e00-\u9fff·][\s\u3000]{0,4}[\u4e00-\u9fff·]{1,3}$")
_REST_OF_NAME = re.compile(
    r"(?:工作委员会|委员会|办公室|领导小组|指挥部|总指挥部|工作组|专家组|秘书处)+$"
)
_HALF_NAME = re.compile(r"[\u4e00-\u9fff（）、“”]{4,40}$")
_LAST_LINES = 14


@dataclass(frozen=True, slots=True)
class Signature:
    """Signers in order, the date and its line's index (-1: none); if a person signed."""

    issuers: tuple[Fact, ...] = ()
    date: Fact | None = None
    line: int = -1
    personal: bool = False


def read_signature(page: Page, stop: int) -> Signature:
    """Returns the first 落款 of ``page`` before line ``stop``; an empty one if there is none.

    A date without organs counts where a person signs, or in the body right below the end of a
    sentence or near the end of the text.
    """
    start, fallback = page.head.start, Signature()
    for closing in page.around.closings.values():
        if not start <= closing.line < min(stop, len(page.lines)):
            continue
        found = _signed(page.lines, closing, start)
        if found.issuers:
            return found
        if _outweighs(found, fallback) and _closes(page, closing, found):
            fallback = found
    return fallback


def _outweighs(found: Signature, fallback: Signature) -> bool:
    return fallback.line < 0 or (found.personal and not fallback.personal)


def _closes(page: Page, closing: Closing, found: Signature) -> bool:
    if found.personal:
        return True
    lines, index = page.lines, closing.line
    if index < page.head.body or len(lines[index].text) > 24:
        return False
    return index >= len(lines) - _LAST_LINES or lines[index - 1].text[-1] in "。！"


def _signed(lines: Sequence[Line], closing: Closing, start: int) -> Signature:
    index, line = closing.line, lines[closing.line]
    date = Fact(closing.date, line.span(closing.start, closing.end))
    if closing.front:
        return Signature(_organs(line, closing.front), date, index)
    personal = index > start and _is_person(lines[index - 1].text)
    return Signature(_signers(lines, index, start), date, index, personal)


def _signers(lines: Sequence[Line], index: int, start: int) -> tuple[Fact, ...]:
    """Returns the organs on the lines directly above line ``index``, without persons."""
    signers: list[Fact] = []
    above = index - 1
    while above >= start and not signers and _is_person(lines[above].text):
        above -= 1
    lowest = max(start, above - _MAX_SIGNERS)
    while above >= lowest:
        organs = _organs(lines[above])
        if not organs:
            break
        joined = _joined_name(lines, above, lowest)
        if joined:
            organs = (joined,)
            above -= 1
        signers[:0] = organs
        above -= 1
    return tuple(signers)


def _is_person(text: str) -> bool:
    return (
        len(text) <= 40
        and bool(_PERSON.search(text) or _NAME.fullmatch(text))
        and not is_organ(text)
    )


def _joined_name(lines: Sequence[Line], index: int, lowest: int) -> Fact | None:
    """共青团北京市委经济技术开发区⏎工作委员会: a name over two lines, the first no name."""
    if index - 1 < lowest:
        return None
    text, before = _unstamped(lines[index].text), lines[index - 1]
    if not _HALF_NAME.fullmatch(before.text) or part_organs(before.text):
        return None
    if not (_REST_OF_NAME.fullmatch(text) or region_of(before.text)):
        return None
    span = before.span()._replace(end=lines[index].span().end)
    return Fact(usual_name(before.text + text), span)


def _unstamped(text: str) -> str:
    return _STAMP.sub("", _JUNK.sub("", text)).rstrip()


def _organs(line: Line, end: int | None = None) -> tuple[Fact, ...]:
    text = _unstamped(line.text[:end])
    return tuple(
        Fact(usual_name(join_letters(text[first:last])), line.span(first, last))
        for first, last in part_organs(text)
    )


def read_last_organ(lines: Sequence[Line], start: int) -> tuple[Fact, ...]:
    """Returns the organs that close a text without a date, if any."""
    for index in range(len(lines) - 1, max(start, len(lines) - 6), -1):
        text = lines[index].text
        if len(text) > _MAX_DATED:
            break
        organs = _organs(lines[index])
        if organs:
            return organs
        if not _is_furniture(text):
            break
    return ()


def _is_furniture(text: str) -> bool:
    return len(text) < 30 and not text.endswith("。")
