"""Reads the notes under a law's title, which tell how it was passed and amended. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.documents.dates import find_dates
from indexer.documents.lexicon import IDEOGRAPHS
from indexer.documents.lines import Line
from indexer.documents.metadata.doc_numbers import find_numbers
from indexer.documents.model import Fact, Span
from indexer.documents.organs import is_organ, usual_name

_VERB = re.compile(
    r"通过|批准|公布|发布|颁布|公告|修正|修订|修改|审议|废止|施行|实施|实行|执行|生效|印发"
)
_ASIDE = re.compile(r"《[^》]*》?|现予以?公布|现公布|予以公布")
_EFFECT = frozenset({"施行", "实施", "实行", "执行", "生效"})
_PUBLICATION = frozenset({"公布", "发布", "颁布", "公告"})
_EDGES = " \t\u3000\xa0\u2002（()）。，,；;、"

_BODY = r"(?:人民代表大?会|人大)(?:常务委员会|常务员会|常务委员|常委会|常委)?"
_SESSION = r"第[一二三四五六七八九十百零〇\d]{1,6}次"
_PASSED = re.compile(
    rf"(?P<assembly>[{IDEOGRAPHS}]{{0,30}}?{_BODY}){_SESSION}"
    rf"|(?P<council>国务院|政务院){_SESSION}"
    rf"|(?P<court>最高人民法院)[{IDEOGRAPHS}]{{0,10}}{_SESSION}"
    rf"|(?P<procurator>最高人民检察院)[{IDEOGRAPHS}]{{0,16}}{_SESSION}"
    rf"|(?P<office>(?!次)[{IDEOGRAPHS}]{{1,24}}?(?:部|局|署|委|会|院|办公室|政府))(?:\d{{4}}年)?(?:{_SESSION})?"
    r"(?:部|局|署|总局|委|室|办)?(?:务|长办公|主任办公|办公|常务|党组)会"
)
_ENDS = "部局委会署院府室厅社行"
_SERIAL = r"第?\d{1,5}号文?"  # 交通部交公路发〔1998〕349号公布, 交通运输部第16号发布
_ISSUED = re.compile(
    rf"(?:日|^|[\s\u3000，,（(])\s*(?P<organs>[{IDEOGRAPHS}、 ]{{1,59}}?[{IDEOGRAPHS}])"
    rf"(?:(?<=[{_ENDS}])(?!员会)\s*(?:[（(]\d{{2,4}}[)）])?[{IDEOGRAPHS}]{{0,6}}(?:[〔（(\[]\d{{2,4}}[〕）)\]])?{_SERIAL})?"
    r"\s*(?:令|公告)?(?:修订)?(?:发布|公布|颁布|印发)"
)
_APPROVED = re.compile(rf"日[\s\u3000，,]*(?:经|由)?(?P<organ>[{IDEOGRAPHS}]{{2,30}}?)批准")
_OFFICES = frozenset({"council", "office"})
_ENTRY = re.compile(r"^(?:根据|已经|已于|经|于|由|日(?!照))+")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a law's history: a date (ISO 8601), the event, and the words of the note."""

    date: str
    verb: str
    fact: Fact
    date_span: Span

    @property
    def is_publication(self) -> bool:
        """Returns True if the text was published on this date."""
        return self.verb in _PUBLICATION


def read_steps(notes: Sequence[Line]) -> list[Step]:
    """Returns the dated steps in ``notes``, in the order of the text."""
    return [step for line in notes for step in _steps(line)]


def _steps(line: Line) -> Iterator[Step]:
    dates = list(find_dates(line.text))
    for index, (span, iso) in enumerate(dates):
        end = dates[index + 1][0].start if index + 1 < len(dates) else len(line.text)
        words = line.text[span.end : end]
        verbs = _VERB.findall(_ASIDE.sub("", words))
        starts = words.lstrip(" \u3000起开始正式")
        effective = line.text[: span.start].rstrip().endswith("自") or any(
            starts.startswith(verb) for verb in _EFFECT
        )
        verb = "施行" if effective else _main_verb(verbs)
        told = line.text[span.start : end].rstrip(_EDGES + "自根据经")
        stop = span.start + len(told)
        fact = Fact(told, line.span(span.start, stop))
        yield Step(iso, verb, fact, line.span(span.start, span.end))


def _main_verb(verbs: list[str]) -> str:
    plain = [verb for verb in verbs if verb not in _EFFECT]
    return plain[-1] if plain else ""


def adoption_date(steps: Sequence[Step]) -> Fact | None:
    """Returns the latest of ``steps`` that passed, issued or amended the text, or None."""
    past = [step for step in steps if step.verb != "施行"]
    latest = max(past, key=lambda step: step.date, default=None)
    return Fact(latest.date, latest.date_span) if latest else None


def effective_date(steps: Sequence[Step]) -> Fact | None:
    """Returns the last date of 施行 in ``steps``, or None."""
    dates = [step for step in steps if step.verb == "施行"]
    return Fact(dates[-1].date, dates[-1].date_span) if dates else None


def publication_date(steps: Sequence[Step]) -> Fact | None:
    """Returns the last date of 公布 or 发布 in ``steps``, or None."""
    dates = [step for step in steps if step.is_publication]
    return Fact(dates[-1].date, dates[-1].date_span) if dates else None


def revisions(steps: Sequence[Step]) -> tuple[Fact, ...]:
    """Returns all steps except 施行, in the order of the text."""
    return tuple(step.fact for step in steps if step.verb != "施行")


def first_number(notes: Sequence[Line]) -> Fact | None:
    """Returns the number of the order or notice that first issued the text, or None."""
    for line in notes:
        amended = re.search(r"根据|修改[〈《<]", line.text)
        for span, number in find_numbers(line.text):
            if amended and amended.start() < span.start:
                break
            return Fact(number, line.span(span.start, span.end))
    return None


def assemblies(notes: Sequence[Line], region: str) -> tuple[Fact, ...]:
    """Returns the assemblies or courts that passed the text according to ``notes``, in order.

    Organs that only approved it are left out. ``region`` completes names such as 省人大.
    """
    return _first(_passed(line, region, offices=False) for line in notes)


def adopters(notes: Sequence[Line], region: str) -> tuple[Fact, ...]:
    """Returns the organs that passed the text in a session; else those that issued it."""
    passed = _first(_passed(line, region, offices=True) for line in notes)
    return passed or _first(_issued(line, region) for line in notes)


def approvers(notes: Sequence[Line], region: str) -> tuple[Fact, ...]:
    """Returns the organs that approved the text by its ``notes`` (1995年6月6日 国务院批准)."""
    return _first(_approved(line, region) for line in notes)


def _first(found: Iterator[tuple[Fact, ...]]) -> tuple[Fact, ...]:
    return next((facts for facts in found if facts), ())


def _passed(line: Line, region: str, offices: bool) -> tuple[Fact, ...]:
    first = re.search(r"通过|修[正订]|批准", line.text)
    if not first or first[0] == "批准":
        return ()
    facts: dict[str, Fact] = {}
    for match in _PASSED.finditer(line.text, 0, first.end()):
        group = match.lastgroup or ""
        start, end = match.span(group)
        entry = _ENTRY.match(line.text[start:end])
        start += entry.end() if entry else 0
        name = usual_name(line.text[start:end], region)
        if group not in _OFFICES or (offices and is_organ(name)):
            facts.setdefault(name, Fact(name, line.span(start, end)))
    return tuple(facts.values())


def _approved(line: Line, region: str) -> tuple[Fact, ...]:
    match = _APPROVED.search(line.text)
    name = usual_name(match["organ"], region) if match else ""
    return (Fact(name, line.span(*match.span("organ"))),) if match and is_organ(name) else ()


def _issued(line: Line, region: str) -> tuple[Fact, ...]:
    match = _ISSUED.search(line.text)
    if not match:
        return ()
    facts = []
    for part in re.finditer(r"[^、\s]+", match["organs"]):
        start = match.start("organs") + part.start()
        name = usual_name(part[0], region)
        if not is_organ(name):
            return ()
        facts.append(Fact(name, line.span(start, start + len(part[0]))))
    return tuple(facts)
