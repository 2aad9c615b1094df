"""The names by which a document is known, and the document that a citation refers to. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.documents.lexicon import STATE
from indexer.documents.lexicon.document_types import TYPE_WORD

if TYPE_CHECKING:
    from indexer.documents.citations.find import Citation

_MARKS = re.compile(r"[\s\u200b《》〈〉<>＜＞“”\"‘’'「」『』、,，·•_＿;；]")
_MAX_TITLE = 400
_NO_ISSUER = 3  # the rank of a key without the issuer
_LOCAL = re.compile("[省市县区州旗盟]")
# 部门 and mayors start again with 第1号; only the 国务院 numbers its orders consecutively.
_LASTING_NUMBER = re.compile(r"国务院令|.*[〔年]")
_ROUND = dict(zip("()﹙﹚[]﹝﹞［］【】", "（）（）〔〕〔〕〔〕〔〕", strict=True))
_BRACKET = re.compile(r"[()﹙﹚\[\]﹝﹞［］【】]")
# （2018年修正） （试行） (2020-12-29) （国务院令第5号）: which edition, not which document.
_EDITION = re.compile(
    r"（(?:[^（）]*(?:修正|修订|修改|试行|暂行|草案|征求意见稿|送审稿|公布|发布|施行|版|号|文本|节选|摘录|废止|失效)"
    r"[^（）]*|[\d年月日.\-/]+)）$"
)
_PROMULGATES = re.compile(
    r"(?:关于|^)(?:印发|发布|公布|颁布|转发|批转|批准|实施|施行|颁发|下发)(?:实施|试行|执行)?(?P<what>.{2,}?)的(?:通知|公告|决定|命令|函|批复)$"
)
# An organ before 关于, or before 转发: the front of a title as an organ signs it.
_ISSUER = re.compile(
    r"^[\u4e00-\u9fff（）\s]{2,60}?(?:国|院|部|委|局|会|厅|府|办|室|署|行|处|社|中心|公司|组|央|军|团|庭|法院|总队|联|区|州|市|县|省)"
    r"(?=关于|印发|转发|批转)"
)
_TYPE_ONLY = re.compile(
    f"(?:实施|暂行|试行|管理|若干|有关|补充|工作|指导|本|该|新|旧|原)*(?:{TYPE_WORD})"
)
# 某部公告, 某市人民政府令: a series of one organ, whose documents differ only by number.
_SERIES = re.compile(
    r"[^关于]*(?:部|院|委|局|会|府|厅|办|署|行|公司)(?:公告|通告|公报|通报|通知|令|函)"
)
# Papers that are issued for single cases under a rule: they are never documents of a corpus.
_FORM = re.compile(
    r"(?:证|证书|执照|证明|簿|手册|批准书|申请书|通知书|决定书|告知书|证明书|登记书|申请表|审批表|登记表|报告表)$"
)


def name_keys(title: str) -> tuple[str, ...]:
    """Returns the normal forms by which a document titled ``title`` is known, most exact first.

    Brackets, quotes, spaces and 中华人民共和国 never count. Further forms, if they apply, leave out
    notes of the edition (（2018年修正）, （试行）) and the issuer before 关于, or are the document
    that a 关于印发…的通知 promulgates. The result is empty for a title that could be that of many
    documents (实施办法, 通知). Only the first 400 characters count.
    """
    return tuple(name_ranks(title))


def name_ranks(title: str) -> dict[str, int]:
    """Returns the keys of ``title`` with a number that says what they leave out.

    It is 0 for nothing, 1 for the edition, 2 for the frame (关于印发…的通知), and 3 for the issuer.
    """
    whole = _normal(title)
    bare = _without_editions(whole)
    keys = [(whole, 0), (bare, 1), (split_issuer(bare)[1], _NO_ISSUER)]
    promulgated = _PROMULGATES.search(bare)
    if promulgated:
        inner = _without_editions(promulgated["what"])
        keys += [(inner, 2), (split_issuer(inner)[1], _NO_ISSUER)]
    ranks: dict[str, int] = {}
    for key, rank in keys:
        ranks.setdefault(key, rank)
    return {key: rank for key, rank in ranks.items() if not is_generic(key)}


def base_name(title: str) -> str:
    """Returns the form of ``title`` that all editions share: 《中华人民共和国刑法》 is 刑法."""
    return _without_editions(_normal(title))


def without_marks(titles: str) -> str:
    """Returns joined titles without the marks and words that never count in a name.

    The separator of the titles remains. Every key of a title is a part of the result, as far as its
    first 400 characters go.
    """
    return _with_round_brackets(_MARKS.sub("", titles)).replace(STATE, "")


def split_issuer(name: str) -> tuple[str, str]:
    """Returns ``name``, which `base_name` gave, as the organ before 关于, if any, and the rest."""
    found = _ISSUER.match(name)
    return (found[0], name[found.end() :]) if found else ("", name)


def is_generic(name: str) -> bool:
    """Returns True if ``name`` (实施办法, 通知, 道路运输证) could be that of many documents."""
    if name == "宪法":
        return False
    return len(name) < 2 or any(
        (_TYPE_ONLY.fullmatch(name), _SERIES.fullmatch(name), _FORM.search(name))
    )


def _normal(title: str) -> str:
    plain = _with_round_brackets(_MARKS.sub("", title[:_MAX_TITLE]))
    short = plain.replace(STATE, "")
    return short if len(short) > 1 else plain


def _with_round_brackets(text: str) -> str:
    return _BRACKET.sub(lambda match: _ROUND[match[0]], text)


def _without_editions(key: str) -> str:
    while found := _EDITION.search(key):
        # 宪法修正案（1999年） is not another edition of 宪法修正案（1993年）.
        if key[: found.start()].endswith("修正案"):
            break
        key = key[: found.start()]
    return key


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document with the names by which it is found; ``date`` is ISO 8601."""

    id: str
    title: str | None = None
    number: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The document that a citation refers to: ``id``, which is the newest of several versions.

    ``others`` are the other versions, newest first.
    """

    id: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A document that is cited ``count`` times but not at hand, by its name or else its number."""

    name: str | None
    number: str | None
    count: int


class Catalogue:
    """The documents at hand, by name and number; ``resolve`` takes a few look-ups."""

    def __init__(self, entries: Iterable[NamedDocument]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._bases = {key: base_name(entry.title or "") for key, entry in self._entries.items()}
        self._names: dict[str, dict[str, int]] = {}
        self._numbers: dict[str, list[str]] = {}
        for entry in self._entries.values():
            for key, rank in name_ranks(entry.title or "").items():
                self._names.setdefault(key, {})[entry.id] = rank
            if entry.number:
                self._numbers.setdefault(entry.number, []).append(entry.id)

    def resolve(self, citation: Citation, source: str | None = None) -> Resolution | None:
        """Returns the document that ``citation`` refers to; None if it is missing or ambiguous.

        ``source`` is the id of the citing document, which a self reference stands for. A name
        counts before a number, which then only chooses among the documents with this name. A name
        that documents of different titles share refers to none of them; nor does the number of an
        order without a year, unless the 国务院 issued it.
        """
        if citation.self_reference:
            return Resolution(source) if source in self._entries else None
        numbered = self._numbers.get(citation.number or "", [])
        chosen = self._by_name(citation.target, numbered) if citation.target else []
        lasting = _LASTING_NUMBER.match(citation.number or "")
        if not chosen and lasting and self._one_document(numbered):
            chosen = numbered
        if not chosen:
            return None
        base = self._bases[chosen[0]]
        versions = [key for key in self._names.get(base, ()) if self._bases[key] == base]
        rest = self._newest_first([key for key in versions if key not in chosen])
        first, *others = self._newest_first(chosen)
        return Resolution(first, (*others, *rest))

    def missing(self, citations: Iterable[Citation]) -> tuple[Missing, ...]:
        """Returns the documents that ``citations`` name but are not at hand, the most cited first.

        All spellings of a name are counted together under the most frequent one. Names that could
        be those of many documents (条例, 道路运输证) are left out.
        """
        counts: dict[str, Counter[tuple[str | None, str | None]]] = {}
        for citation in citations:
            name, number = citation.target, citation.number
            key = base_name(name) if name else number
            if not key or (name and is_generic(key)) or citation.self_reference:
                continue
            if self.resolve(citation) is None:
                counts.setdefault(key, Counter())[name, None if name else number] += 1
        found = [Missing(*each.most_common(1)[0][0], each.total()) for each in counts.values()]
        return tuple(sorted(found, key=lambda one: (-one.count, one.name or one.number or "")))

    def _by_name(self, name: str, numbered: list[str]) -> list[str]:
        for key, rank in name_ranks(name).items():
            ranks = self._names.get(key, {})
            if agreed := [document for document in ranks if document in numbered]:
                return agreed
            likely = {
                document: its_rank
                for document, its_rank in ranks.items()
                if its_rank < _NO_ISSUER or (rank < _NO_ISSUER and not self._is_local(document))
            }
            if not likely:
                continue
            exact = [document for document, its_rank in likely.items() if its_rank < 2]
            found = exact or list(likely)
            return found if self._one_document(found) else []
        return []

    def _is_local(self, document: str) -> bool:
        """Returns True if a local organ issued it: these copy the names of central papers."""
        return bool(_LOCAL.search(split_issuer(self._bases[document])[0]))

    def _one_document(self, ids: list[str]) -> bool:
        return len({self._bases[key] for key in ids}) == 1

    def _newest_first(self, ids: list[str]) -> list[str]:
        return sorted(sorted(ids), key=lambda key: self._entries[key].date or "", reverse=True)
