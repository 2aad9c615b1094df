"""The form of a file that was read: a Document with its metadata and its tree of sections.

All offsets are characters of ``Document.text``, counted from 0; spans are half-open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from indexer.formats.source import ReadWarning

Kind = Literal[
    "preamble",  # what stands before the first heading: number, addressee, opening words
    "part",  # 编, 分编, 第一部分
    "chapter",  # 章
    "division",  # 节
    "article",  # 条, 条之一
    "heading",  # 一、 （一） 1. of a 公文, a Markdown heading
    "item",  # 项 and 目 under a 条; （1） and ① anywhere: read together with its parent
    "passage",  # a piece of a long section that has no structure of its own
    "signature",  # 落款: issuers, 成文日期 and what follows them
    "attachment",  # the head of an enclosed text: 附件1, or the rules a 通知 promulgates
    "contents",  # 目录: a table of contents, not searched
    "repeat",  # text that already stands earlier in the file, not searched
]

# Kinds that are read, ranked and shown as part of the section that holds them.
FOLDED: frozenset[Kind] = frozenset({"item"})
# Kinds that are kept (sections tile the text) but never indexed.
UNINDEXED: frozenset[Kind] = frozenset({"contents", "repeat"})


class Span(NamedTuple):
    """The characters ``start`` to ``end`` (exclusive) of a document's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Returns the characters of ``text`` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Section:
    """A node of a document's outline. Sections are in reading order and tile the text.

    ``span`` covers the section's own text, from its label to the next section of any level, so that
    the joined spans of all sections are the whole text. ``label`` is the label as written ("(一)",
    "第十条"), empty if there is none. ``path`` has the labels from the root in normal form ("一",
    "（一）", "1", "第十条"). ``heading`` is the text of the heading, even of a run-in one, without
    label, inner spaces and closing stop. ``anchor`` names the section within its document and does
    not change with other parts. ``parent`` is an index into the same tuple, -1 at the root.
    ``repeats`` are other places of the file with the same text.
    """

    kind: Kind
    label: str
    path: tuple[str, ...]
    heading: str
    span: Span
    anchor: str
    parent: int = -1
    repeats: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and the span it was read from; the span is None if the value was derived."""

    value: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The facts that a document states about itself. Dates are ISO 8601 (YYYY-MM-DD)."""

    title: Fact | None = None
    doc_number: Fact | None = None  # 发文字号, canonical: 浙委办发〔2002〕32号
    issuers: tuple[Fact, ...] = ()
    date: Fact | None = None  # 成文日期
    doc_type: Fact | None = None  # 文种: 通知 意见 条例 …
    addressee: Fact | None = None  # 主送机关, without the colon
    published: Fact | None = None  # 发布日期
    effective: Fact | None = None  # 施行日期
    region: Fact | None = None  # 地区, a province or city
    attachments: tuple[Fact, ...] = ()  # 附件
    copied_to: tuple[Fact, ...] = ()  # 抄送
    revisions: tuple[Fact, ...] = ()  # each step of a law's history, in the text's order
    status: Fact | None = None  # 时效 as the text states it: 废止 失效 有效期…


class SearchSection(NamedTuple):
    """The unit of retrieval: a section with the sections folded into it, as one stretch of text."""

    section: Section
    headings: tuple[str, ...]  # of the section and those that hold it, from the root
    span: Span
    repeats: tuple[Span, ...] = ()  # where else in the file the same text stands


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file with its facts and sections; ``id`` begins with its root's name."""

    id: str
    digest: str  # SHA-256 of the file's bytes, in hex
    text: str = field(repr=False)
    metadata: Metadata
    sections: tuple[Section, ...] = field(repr=False)
    warnings: tuple[ReadWarning, ...] = ()  # what the reader of the file left out or guessed
    _sections: list[SearchSection] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def search_sections(self) -> Iterator[SearchSection]:
        """The document's units of retrieval, in reading order. They are found once."""
        if not self._sections:
            self._sections[:] = self._find_sections()
        return iter(self._sections)

    def _find_sections(self) -> Iterator[SearchSection]:
        sections, text, count = self.sections, self.text, len(self.sections)
        headings: dict[int, tuple[str, ...]] = {}
        index = 0
        while index < count:
            section = sections[index]
            start = index
            index += 1
            while index < count and sections[index].kind in FOLDED:
                index += 1
            if section.kind in UNINDEXED:
                continue
            last = sections[index - 1]
            span = Span(section.span.start, last.span.end)
            if (body := span.of(text)).isspace() or not body:
                continue
            pairs = zip(section.repeats, last.repeats, strict=False)
            repeats = tuple(Span(first.start, final.end) for first, final in pairs)
            yield SearchSection(section, self._headings(start, headings), span, repeats)

    def _headings(self, index: int, known: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
        """The headings from the root to a section; those ``known`` are not looked up again."""
        below = []
        while index >= 0 and index not in known:
            below.append(index)
            index = self.sections[index].parent
        headings = known.get(index, ())
        for one in reversed(below):
            if heading := self.sections[one].heading:
                headings = (*headings, heading)
            known[one] = headings
        return headings
