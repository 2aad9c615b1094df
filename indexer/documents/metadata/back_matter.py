"""附件, 抄送, 施行日期 and 时效, as a text states them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.documents.dates import DATE, find_dates, parse_date
from indexer.documents.lines import Line
from indexer.documents.metadata.page import Page
from indexer.documents.model import Fact

_FILE_END = re.compile(r"\.(?:docx?|xlsx?|pdf|wps|ofd|rar|zip|et|pptx?|jpg|ceb)$", re.IGNORECASE)
_MAX_NAME = 150

_COPIED = re.compile(r"(?:抄\s*送|抄\s*报)\s*(?:单位|机关)?\s*[:：]\s*")
_PARTS = re.compile(r"[^、。\s]+")
_GROUPS = re.compile(r"[^，,；;。\s]+")  # 各省、自治区，各部委: 、 stands inside a group

_EFFECT = r"(?:起?(?:正式)?(?:施行|实施|执行|生效|实行))"
_FROM_DATE = re.compile(rf"自\s*(?P<date>{DATE.pattern})\s*{_EFFECT}")
_FROM_ISSUE = re.compile(rf"自(?:公布|发布|印发|颁布|下发|发文|签发|通过|批准)之日{_EFFECT}")
_VALID = re.compile(
    r"有效期\s*(?:限)?\s*(?:暂定)?(?:为|至|到|截止)?\s*"
    r"(?:[一二三四五六七八九十两\d]{1,3}\s*个?[年月]|\d{4}年\d{1,2}月\d{1,2}日)(?:止)?"
)
_DEAD = re.compile(r"[（(【\[]\s*(?:已|现|全文)?\s*(?:废止|失效|停止执行)\s*[)）】\]]")
_COMPACT = re.compile("[12][0-9]{7}")
_PRINTED = re.compile(rf"(?P<date>{DATE.pattern})\s*印\s*发")
_NOT_SIGNED = "自至到于在从截止月据"
_TAIL_LINES = 14


def attachments(page: Page) -> tuple[Fact, ...]:
    """Returns the names of the attachments, in order, each once, without number and suffix."""
    found: dict[str, Fact] = {}
    for one in page.around.lists:
        if page.head.body <= one.line < len(page.lines):
            for line, start in one.names:
                _keep(found, page.around.lines[line], start)
    return tuple(found.values())


def _keep(found: dict[str, Fact], line: Line, start: int) -> None:
    name = line.text[start:].rstrip("。；; \xa0\u3000")
    if not 2 <= len(name) <= _MAX_NAME or "。" in name:
        return
    plain = _FILE_END.sub("", name)
    found.setdefault(plain, Fact(plain, line.span(start, start + len(plain))))


def copied_to(lines: Sequence[Line]) -> tuple[Fact, ...]:
    """Returns the organs that a copy is sent to (抄送, 抄报), in order."""
    facts: list[Fact] = []
    for line in lines:
        match = _COPIED.match(line.text)
        if match:
            grouped = re.search("[，,；;]", line.text)
            parts = (_GROUPS if grouped else _PARTS).finditer(line.text, match.end())
            facts.extend(Fact(part[0], line.span(*part.span())) for part in parts)
    return tuple(facts)


def closing_date(lines: Sequence[Line]) -> Fact | None:
    """Returns the date at the end of the last line of text, or one derived from the 印发 line."""
    for line in reversed(lines[-_TAIL_LINES:]):
        printed = _PRINTED.search(line.text[:200])
        if printed and (iso := parse_date(printed["date"])):
            return Fact(iso)
    if not lines:
        return None
    last = lines[-1]
    for span, iso in find_dates(last.text[-40:]):
        at = max(len(last.text) - 40, 0)
        ends = at + span.end == len(last.text) and "日" in last.text[-3:]
        if ends and at + span.start > 0 and last.text[at + span.start - 1] not in _NOT_SIGNED:
            return Fact(iso, last.span(at + span.start, at + span.end))
    return None


def effective(lines: Sequence[Line], issued: Fact | None) -> Fact | None:
    """Returns the date on which the text takes effect, or None.

    自公布之日起施行 gives ``issued``, derived.
    """
    for line in _ends(lines):
        match = _FROM_DATE.search(line.text)
        if match and _of_itself(line.text, match.start()):
            iso = parse_date(match["date"])
            if iso:
                return Fact(iso, line.span(match.start("date"), match.end("date")))
        if issued and _FROM_ISSUE.search(line.text):
            return Fact(issued.value)
    return None


def _of_itself(text: str, at: int) -> bool:
    """Returns True if the clause before ``at`` is about the document, not one it replaces."""
    clause = re.split(r"[。；]", text[:at])[-1]
    return "废止" not in clause and len(clause) < 120


def _ends(lines: Sequence[Line]) -> Iterator[Line]:
    yield from reversed(lines[-_TAIL_LINES:])
    yield from lines[: min(_TAIL_LINES, max(0, len(lines) - _TAIL_LINES))]


def status(lines: Sequence[Line], title: Fact | None) -> Fact | None:
    """Returns the 时效 that the text states: 已废止, 失效, 有效期5年; None if it states none."""
    if title and title.span:
        dead = _DEAD.search(title.value)
        if dead:
            return Fact(dead[0].strip("（()）【】[] "), title.span)
    for line in _ends(lines):
        valid = _VALID.search(line.text)
        if valid:
            return Fact(re.sub(r"\s+", "", valid[0]), line.span(valid.start(), valid.end()))
    return None


def first_date(fact: Fact | None) -> Fact | None:
    """Returns the date that a label of the page states, as ISO 8601; None if there is none."""
    if fact is None or fact.span is None:
        return None
    if _COMPACT.fullmatch(fact.value):  # 20161116
        iso = parse_date("-".join((fact.value[:4], fact.value[4:6], fact.value[6:])))
        return Fact(iso, fact.span) if iso else None
    for span, iso in find_dates(fact.value):
        start = fact.span.start
        return Fact(iso, fact.span._replace(start=start + span.start, end=start + span.end))
    return None
