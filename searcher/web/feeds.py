"""Searches as tables and feeds: CSV, JSON lines, Atom; and how a browser is told of the search."""

from __future__ import annotations

from searcher.exports.citations import permalink
from searcher.exports.tables import COLUMNS, hit_row, to_csv, to_jsonl
from searcher.results.model import Hit
from searcher.results.snippet import HARMLESS
from searcher.web.answers import Answer
from searcher.web.api import hit_dict, run_search
from searcher.web.calls import Call
from searcher.web.corpus import Edition, shown_source
from searcher.web.parameters import MAX_ROWS, SearchRequest, search_request

_XML = (
    HARMLESS
    | dict.fromkeys((0x7F, 0xFFFE, 0xFFFF), "\ufffd")
    | str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
)
_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_EPOCH = "1970-01-01"  # Atom demands a whole date of every entry


def _request(call: Call) -> SearchRequest:
    request = search_request(call.parameters, MAX_ROWS)
    call.parameters.finish()
    return request


def _named(kind: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="policysearch.{kind}"'}


def search_csv(edition: Edition, call: Call) -> Answer:
    """Returns ``/search.csv``: the hits in order, as a table. Raises Problem, QueryError."""
    results = run_search(edition, _request(call), suggest=False)
    rows = [
        hit_row(hit) | {"source": shown_source(hit.source, hit.document)} for hit in results.hits
    ]
    body = to_csv(COLUMNS, rows).encode("utf-8", "replace")
    return Answer(body, "text/csv; charset=utf-8", headers=_named("csv"))


def search_jsonl(edition: Edition, call: Call) -> Answer:
    """Returns ``/search.jsonl``: a hit on each line, in order. Raises Problem, QueryError."""
    results = run_search(edition, _request(call), suggest=False)
    body = to_jsonl(hit_dict(hit) for hit in results.hits).encode("utf-8", "backslashreplace")
    return Answer(body, "application/jsonl; charset=utf-8", headers=_named("jsonl"))


def search_atom(edition: Edition, call: Call) -> Answer:
    """Returns ``/search.atom``: the hits in order, as RFC 4287 and OpenSearch 1.1 have them.

    Raises Problem, QueryError.
    """
    request = _request(call)
    results = run_search(edition, request, suggest=False)
    base = call.settings.base_url
    here = base + request.url("/api/v1/search.atom")
    links = [("self", here), ("alternate", base + request.url("/search", limit=10))]
    end = request.offset + len(results.hits)
    if results.hits and end < results.total and request.by == "section" and end <= 10_000:
        links.append(("next", base + request.url("/api/v1/search.atom", offset=end)))
    if request.offset:
        before = max(0, request.offset - request.limit)
        links.append(("previous", base + request.url("/api/v1/search.atom", offset=before)))
    updated = _day(max((hit.date for hit in results.hits), default=""))
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="{_ATOM}" xmlns:opensearch="{_OPENSEARCH}" xml:lang="zh-Hans">',
        f"<id>tag:policysearch,2026:search/{_xml(request.url('', limit=10, offset=0))}</id>",
        f"<title>{_xml(f'检索：{request.q}')}</title>",
        f"<updated>{updated}T00:00:00Z</updated>",
        "<author><name>policysearch</name></author>",
        *(f'<link rel="{rel}" href="{_xml(url)}"/>' for rel, url in links),
        f"<opensearch:totalResults>{results.total}</opensearch:totalResults>",
        f"<opensearch:startIndex>{request.offset}</opensearch:startIndex>",
        f"<opensearch:itemsPerPage>{request.limit}</opensearch:itemsPerPage>",
    ]
    entries = [_entry(hit, base) for hit in results.hits]
    text = "\n".join((*head, *entries, "</feed>\n"))
    return Answer(text.encode("utf-8", "replace"), "application/atom+xml; charset=utf-8")


def _entry(hit: Hit, base: str) -> str:
    """A hit as an entry; its id is its place, which no address of a server is part of."""
    path = permalink(hit.document, hit.anchor)
    where = " / ".join(filter(None, ("/".join(hit.path), hit.heading)))
    title = f"{hit.title or hit.document}{f'（{where}）' if where else ''}"
    authors = "".join(f"<author><name>{_xml(one)}</name></author>" for one in hit.issuers)
    return (
        f"<entry><id>tag:policysearch,2026:{_xml(path)}</id><title>{_xml(title)}</title>"
        f"<updated>{_day(hit.date)}T00:00:00Z</updated>{authors}"
        f'<link rel="alternate" type="text/html" href="{_xml(base + path)}"/>'
        f'<content type="html">{_xml(hit.snippet.html())}</content></entry>'
    )


def _day(date: str) -> str:
    """A whole date for one that may be a year, a month or nothing."""
    return date + _EPOCH[len(date) :]


def _xml(text: str) -> str:
    return text.translate(_XML)


def opensearch(_: Edition, call: Call) -> Answer:
    """Returns ``/opensearch.xml``, which tells a browser how to search here.

    Raises Problem where there is a parameter.
    """
    call.parameters.finish()
    base = call.settings.base_url or f"http://127.0.0.1:{call.settings.port}"
    words, start = "q={searchTerms}", "&amp;offset={startIndex?}"
    urls = {
        "text/html": f"/search?{words}",
        "application/atom+xml": f"/api/v1/search.atom?{words}{start}",
        "application/json": f"/api/v1/search?{words}{start}",
    }
    text = "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<OpenSearchDescription xmlns="{_OPENSEARCH}">',
            "<ShortName>政策检索</ShortName>",
            "<Description>公文与法规全文检索</Description>",
            "<InputEncoding>UTF-8</InputEncoding>",
            *(f'<Url type="{k}" template="{_xml(base)}{url}"/>' for k, url in urls.items()),
            "</OpenSearchDescription>\n",
        )
    )
    return Answer(text.encode(), "application/opensearchdescription+xml; charset=utf-8")
