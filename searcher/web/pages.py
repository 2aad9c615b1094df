"""The pages, in Chinese: a function for each. All of them work without JavaScript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from indexer._version import __version__
from searcher.query.parser import FIELDS
from searcher.results.model import Results
from searcher.web import chinese
from searcher.web.answers import HTML, Answer, problem_response, redirect, response
from searcher.web.api import run_search
from searcher.web.calls import Call, Handler
from searcher.web.corpus import Edition, shown_source
from searcher.web.document_pages import cite, diff, document, identifier, verify
from searcher.web.parameters import (
    MAX_FILTER,
    MAX_LIMIT,
    MAX_OFFSET,
    SearchRequest,
    search_request,
)
from searcher.web.problems import Problem, not_found
from searcher.web.render import render

__all__ = [
    "about",
    "cite",
    "diff",
    "document",
    "help_page",
    "home",
    "identifier",
    "missing",
    "problem_kind",
    "problem_page",
    "respond",
    "search",
    "verify",
]

Page = Handler
Endpoint = Callable[[Request], Awaitable[Response]]

_SHOWN = 8  # values of a facet, before "more"
_MORE = 40
_NEWEST = 10
_FACETS = {"doc_type": "文种", "issuer": "发文机关", "region": "地区", "year": "年份"}
_SORTS = {"relevance": "按相关度", "newest": "最新在前", "oldest": "最早在前"}
_BYS = {"section": "按条款", "document": "按文件"}


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go: ``text`` at ``url``, how many are there, and whether one is there now."""

    text: str
    url: str
    count: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class FacetBox:
    """A facet: the values shown at once, those behind "more", and how many are left out."""

    name: str
    links: list[Link]
    more: list[Link]
    left_out: int


def home(edition: Edition, call: Call) -> Answer:
    """Returns ``/``, the first page. Raises Problem where there is a parameter."""
    call.parameters.finish()
    newest = list(islice(edition.rows.values(), _NEWEST))
    html = render(
        "home.html",
        title="政策检索",
        documents=len(edition.rows),
        sections=edition.sections,
        newest=newest,
    )
    return Answer(html, HTML)


def search(edition: Edition, call: Call) -> Answer:
    """Returns ``/search``, a page of results, or the way to ``/`` where the query is empty.

    Raises Problem where a parameter is wrong or the query costs too much.
    """
    if not call.parameters.has("q"):
        return redirect("/")
    request = search_request(call.parameters, MAX_LIMIT)
    call.parameters.finish()
    results = run_search(edition, request, suggest=request.offset == 0)
    shown = len(results.matching) if request.by == "document" else len(results.hits)
    html = render(
        "search.html",
        title=f"{request.q} - 检索",
        q=request.q,
        request=request,
        results=results,
        groups=results.by_document(),
        shown=shown,
        source=shown_source,
        facets=_facets(request, results),
        chips=_chips(request),
        hidden=_hidden(request),
        sorts=[_choice(request, "sort", k, v) for k, v in _SORTS.items()],
        bys=[_choice(request, "by", k, v) for k, v in _BYS.items()],
        suggestions=[Link(s, request.url("/search", q=s, offset=0)) for s in results.suggestions],
        pages=_paging(request, results, shown),
        exports=_exports(request),
        alternates=_alternates(request),
        document_url=_document_url,
    )
    return Answer(html, HTML)


def _document_url(url: str, q: str) -> str:
    """The permalink of a hit that carries the query along, for its highlights."""
    path, mark, anchor = url.partition("#")
    return f"{path}?q={quote(q, errors='replace')}{mark}{anchor}"


def _choice(request: SearchRequest, name: str, value: str, text: str) -> Link:
    url = request.url("/search", offset=0, **{name: value})
    return Link(text, url, current=getattr(request, name) == value)


def _facets(request: SearchRequest, results: Results) -> list[FacetBox]:
    boxes = []
    for name, title in _FACETS.items():
        values = results.facets[name]
        links = [_facet_link(request, name, one.value, one.count) for one in values[:_MORE]]
        left_out = max(0, len(values) - _MORE)
        if links:
            boxes.append(FacetBox(title, links[:_SHOWN], links[_SHOWN:], left_out))
    return boxes


def _facet_link(request: SearchRequest, name: str, value: str, count: int) -> Link:
    """A click narrows the search to the value, or widens it again where it is set."""
    changes = {"from": value, "to": value} if name == "year" else {_parameter(name): value}
    current = all(_set(request, key) == value for key in changes)
    if current:
        changes = dict.fromkeys(changes, "")
    # A filter that is too long would be refused: its beginning says enough.
    cut = {key: text[:MAX_FILTER] for key, text in changes.items()}
    return Link(value, request.url("/search", offset=0, **cut), count, current)


def _parameter(facet: str) -> str:
    return "type" if facet == "doc_type" else facet


def _set(request: SearchRequest, parameter: str) -> str:
    names = {"from": "date_from", "to": "date_to"}
    return str(getattr(request, names.get(parameter, parameter)))


def _chips(request: SearchRequest) -> list[Link]:
    """The filters that are set, each with the search without it."""
    names = {"issuer": "发文机关", "type": "文种", "region": "地区", "from": "自", "to": "至"}
    return [
        Link(f"{title}：{_set(request, name)}", request.url("/search", offset=0, **{name: ""}))
        for name, title in names.items()
        if _set(request, name)
    ]


def _hidden(request: SearchRequest) -> list[tuple[str, str]]:
    """Returns what the form of the head carries along; a new query begins at page one."""
    kept = ("issuer", "type", "region", "from", "to")
    values = [(name, _set(request, name)) for name in kept]
    values += [("sort", request.sort), ("by", request.by)]
    return [(k, v) for k, v in values if v and v not in ("relevance", "section")]


def _paging(request: SearchRequest, results: Results, shown: int) -> dict[str, Link | None]:
    pages: dict[str, Link | None] = {"previous": None, "next": None}
    end = request.offset + shown
    if request.offset:
        before = max(0, request.offset - request.limit)
        pages["previous"] = Link("上一页", request.url("/search", offset=before))
    if shown > 0 and end < results.total and end <= MAX_OFFSET:
        pages["next"] = Link("下一页", request.url("/search", offset=end))
    return pages


def _exports(request: SearchRequest) -> list[Link]:
    names = {"csv": "CSV 表格", "jsonl": "JSON Lines", "atom": "Atom 订阅"}
    links = [
        Link(text, request.url(f"/api/v1/search.{kind}", offset=0, limit=100))
        for kind, text in names.items()
    ]
    return [*links, Link("JSON", request.url("/api/v1/search"))]


def _alternates(request: SearchRequest) -> list[tuple[str, str]]:
    return [
        ("application/atom+xml", request.url("/api/v1/search.atom")),
        ("application/json", request.url("/api/v1/search")),
    ]


def missing(edition: Edition, call: Call) -> Answer:
    """Returns ``/missing``, the most cited first. Raises Problem for a wrong ``limit``."""
    limit = call.parameters.number("limit", 100, 1, 1_000)
    call.parameters.finish()
    every = edition.once("missing", edition.searcher.missing)
    html = render("missing.html", title="缺失文件", missing=every[:limit], total=len(every))
    return Answer(html, HTML)


def about(edition: Edition, call: Call) -> Answer:
    """Returns ``/about``: the documents of the index by year, by kind and by source.

    Raises Problem where there is a parameter.
    """
    call.parameters.finish()
    rows = edition.rows.values()
    years = sorted(Counter(row.date[:4] for row in rows if row.date).items())
    types = Counter(row.doc_type for row in rows if row.doc_type).most_common(20)
    sources = Counter(row.id.partition("/")[0] for row in rows).most_common()
    html = render(
        "about.html",
        title="关于本库",
        documents=len(rows),
        sections=edition.sections,
        generation=edition.generation,
        version=__version__,
        years=years,
        bars=_bars(years),
        undated=sum(not row.date for row in rows),
        types=types,
        sources=sources,
    )
    return Answer(html, HTML)


def _bars(years: list[tuple[str, int]]) -> list[tuple[float, float, float, str]]:
    """(x, width, height, what it says) of the bars of a chart of 100 by 30."""
    if not years:
        return []
    first, last = int(years[0][0]), int(years[-1][0])
    step = 100 / (last - first + 1)
    most = max(count for _, count in years)
    return [
        (
            round((int(year) - first) * step, 3),
            round(step * 0.8, 3),
            round(30 * n / most, 3),
            f"{year}: {n}",
        )
        for year, n in years
    ]


def help_page(_: Edition, call: Call) -> Answer:
    """Returns ``/help``. Raises Problem where there is a parameter."""
    call.parameters.finish()
    fields = [names[1] for names in FIELDS.values()]
    return Answer(render("help.html", title="使用说明", fields=fields), HTML)


def problem_kind(_: Edition, call: Call) -> Answer:
    """Returns ``/problems/{kind}``, to which the type of a problem leads.

    Raises Problem where there is no such kind.
    """
    call.parameters.finish()
    if call.rest not in chinese.TITLES:
        raise not_found("there is no such kind of problem")
    html = render(
        "problem.html",
        title=chinese.TITLES[call.rest],
        detail="",
        hint=chinese.HINTS.get(call.rest, ""),
        marked=(),
        similar=(),
    )
    return Answer(html, HTML)


def problem_page(problem: Problem, q: str = "") -> Answer:
    """A problem as a page: what happened, where in the query, what to do."""
    marked: tuple[str, str, str] | tuple[()] = ()
    if "position" in problem.members:
        query, at = problem.members["query"][:2_000], problem.members["position"]
        marked = (query[:at], query[at : at + 1], query[at + 1 :])
    html = render(
        "problem.html",
        title=chinese.title(problem),
        q=q[:512],
        detail=chinese.detail(problem),
        hint=chinese.HINTS.get(problem.kind, ""),
        marked=marked,
        similar=problem.members.get("candidates", ()),
    )
    return Answer(html, HTML, problem.status)


def respond(problem: Problem, request: Request) -> Response:
    """A problem as JSON to a program, as a page to a reader."""
    if request.url.path.startswith("/api/"):
        return problem_response(problem)
    headers = {"Cache-Control": "no-store", **problem.headers}
    return response(problem_page(problem, request.query_params.get("q", "")), headers)
