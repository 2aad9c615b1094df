"""The JSON API, ``/api/v1``: a function for each endpoint. `searcher.web.openapi` describes it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from indexer._version import __version__
from indexer.documents.model import Document
from indexer.documents.regions import regions_of
from searcher.exports.citations import permalink
from searcher.query.dates import LAST_DAY, read_range
from searcher.results.as_json import (
    change_json,
    cited_by_json,
    completion_json,
    document_json,
    hit_json,
    missing_json,
    verification_json,
)
from searcher.results.model import Hit, Results
from searcher.web.answers import Answer, json_answer
from searcher.web.calls import Call
from searcher.web.corpus import Edition, shown_source
from searcher.web.limits import check_cost, check_near
from searcher.web.parameters import (
    MAX_LIMIT,
    MAX_OFFSET,
    MAX_QUOTATION,
    MAX_REF,
    Parameters,
    SearchRequest,
    filters_only,
    search_request,
    split_ref,
)
from searcher.web.problems import not_found, wrong_parameters
from searcher.web.reading import below

if TYPE_CHECKING:
    from searcher.ranking.statistics import DocumentFacts

_FACETS = 10
_RELATIONS = ("cites", "cited-by", "versions")
_MOST_QUOTED = 20


def run_search(edition: Edition, request: SearchRequest, *, suggest: bool) -> Results:
    """Returns the results of ``request``. Raises Problem if it costs too much, and QueryError."""
    if near := check_cost(request.q):
        check_near(edition.searcher, request.q, near)
    return edition.searcher.search(
        request.q,
        limit=request.limit,
        offset=request.offset,
        issuer=request.issuer or None,
        doc_type=request.type or None,
        region=request.region or None,
        date_from=request.date_from or None,
        date_to=request.date_to or None,
        sort=request.sort,
        by=request.by,
        suggest=suggest,
    )


def hit_dict(hit: Hit) -> dict[str, Any]:
    """A hit as ``search --json`` prints it, with its ``ref`` and ``url``, no folder named."""
    value: dict[str, Any] = {**hit_json(hit)}
    value["source"] = shown_source(hit.source, hit.document)
    for place in (*value["copies"], *value["versions"]):
        place["source"] = shown_source(place["source"], place["document"])
    value["ref"] = f"{hit.document}#{hit.anchor}"
    value["url"] = permalink(hit.document, hit.anchor)
    return value


def search(edition: Edition, call: Call) -> Answer:
    """Returns a page of ``/search``. Raises Problem where a parameter is wrong, QueryError."""
    parameters = call.parameters
    request = search_request(parameters)
    facets = parameters.number("facets", _FACETS, 0, MAX_LIMIT)
    suggest = parameters.choice("suggest", ("1", "0")) == "1"
    parameters.finish()
    results = run_search(edition, request, suggest=suggest)
    value = _results(results, facets)
    end = request.offset + (
        len(results.matching) if request.by == "document" else len(results.hits)
    )
    more = request.offset < end < results.total and end <= MAX_OFFSET
    changed: dict[str, object] = {"offset": end}
    if facets != _FACETS:
        changed["facets"] = str(facets)  # a text: 0 is not the default of this one
    if not suggest:
        changed["suggest"] = "0"
    value |= {
        "offset": request.offset,
        "limit": request.limit,
        "next": request.url("/api/v1/search", **changed) if more else None,
        "generation": edition.generation,
    }
    return json_answer(value)


def _results(results: Results, most: int) -> dict[str, Any]:
    """Results as ``search --json`` prints them, each facet cut at its ``most`` frequent values."""
    facets = {name: results.facets[name] for name in results.facets} if most else {}
    return {
        "query": results.query,
        "total": results.total,
        "took_ms": round(results.took * 1000, 3),
        "by": results.by,
        "matching": dict(results.matching),
        "suggestions": list(results.suggestions),
        "hits": [hit_dict(hit) for hit in results.hits],
        "facets": {
            name: [{"value": one.value, "count": one.count} for one in values[:most]]
            for name, values in facets.items()
        },
        "truncated_facets": {
            name: len(values) - most for name, values in facets.items() if len(values) > most
        },
    }


def suggest(edition: Edition, call: Call) -> Answer:
    """Returns ``/suggest``, the best first. Raises Problem where a parameter is wrong."""
    prefix = call.parameters.text("q", 60, required=True)
    limit = call.parameters.number("limit", 10, 1, 20)
    call.parameters.finish()
    return json_answer([completion_json(one) for one in edition.searcher.suggest(prefix, limit)])


def documents(edition: Edition, call: Call) -> Answer:
    """Returns a page of ``/documents``, the newest first. Raises Problem for a wrong parameter."""
    parameters = call.parameters
    request = filters_only(parameters)
    offset = parameters.number("offset", 0, 0, 9_999_999)
    limit = parameters.number("limit", 10, 1, MAX_LIMIT)
    parameters.finish()
    rows = [row for row in edition.rows.values() if _passes(row, request)]
    end = offset + limit
    url = request.url("/api/v1/documents", limit=limit, offset=end)
    return json_answer(
        {
            "total": len(rows),
            "documents": [row_dict(row) for row in rows[offset:end]],
            "next": url if end < len(rows) else None,
        }
    )


def row_dict(row: DocumentFacts) -> dict[str, Any]:
    """Returns a document as a list of documents has it; null is what ``row`` has empty."""
    return {
        "document": row.id,
        "title": row.title or None,
        "doc_number": row.doc_number or None,
        "issuers": list(row.issuers),
        "date": row.date or None,
        "doc_type": row.doc_type or None,
        "url": permalink(row.id),
    }


def _passes(row: DocumentFacts, request: SearchRequest) -> bool:
    if request.issuer and not any(request.issuer in issuer for issuer in row.issuers):
        return False
    if request.type and request.type != row.doc_type:
        return False
    if request.date_from or request.date_to:
        first = read_range(request.date_from)[0] if request.date_from else 0
        last = read_range(request.date_to)[1] if request.date_to else LAST_DAY
        # A date may be a year or a month: then its first day counts.
        if not row.date or not first <= read_range(row.date)[0] <= last:
            return False
    regions = regions_of(row.title, row.issuers) if request.region else ()
    return not request.region or any(request.region in region for region in regions)


def document(edition: Edition, call: Call) -> Answer:
    """Returns ``/documents/{id}``, or what hangs on it: an id may hold slashes and end in /cites.

    Raises Problem where there is no such document.
    """
    if call.rest in edition.rows:
        return _document(edition, call, call.rest)
    id, _, relation = call.rest.rpartition("/")
    if relation in _RELATIONS and id in edition.rows:
        call.parameters.finish()
        return json_answer(_relation(edition, id, relation))
    raise not_found(f"no document {call.rest[:200]!r} in the index")


def _document(edition: Edition, call: Call, id: str) -> Answer:
    anchor = call.parameters.text("section", MAX_REF)
    with_text = call.parameters.choice("text", ("1", "0")) == "1"
    call.parameters.finish()
    found = edition.searcher.document(id)
    return json_answer(document_value(found, anchor, text=with_text) | {"url": permalink(id)})


def document_value(document: Document, anchor: str, *, text: bool = True) -> dict[str, Any]:
    """A document, or its section ``anchor`` with those below, as ``show --json`` prints it.

    Raises Problem where there is no such section.
    """
    if not anchor:
        return {**document_json(document, text=text)}
    require_anchor(document, anchor)
    sections = [document.sections[number] for number in below(document, anchor)]
    return {**document_json(document, sections, text=text)}


def require_anchor(document: Document, anchor: str) -> None:
    """Raise a Problem unless the document has a section of this name."""
    if all(section.anchor != anchor for section in document.sections):
        raise not_found(f"no section {anchor[:100]!r} in {document.id}")


def _relation(edition: Edition, id: str, relation: str) -> dict[str, Any]:
    if relation == "cites":
        return {"document": id, "cites": [one.to_dict() for one in edition.searcher.cites(id)]}
    if relation == "cited-by":
        citing = edition.once(("cited-by", id), lambda: edition.searcher.cited_by(id))
        return {"document": id, "cited_by": [cited_by_json(one) for one in citing]}
    versions = edition.versions.get(id, (id,))
    known = (edition.rows[one] for one in versions)
    listed = [{"document": row.id, "title": row.title, "date": row.date or None} for row in known]
    return {"document": id, "versions": listed}


def diff(edition: Edition, call: Call) -> Answer:
    """Returns ``/diff``, the changes in the order of the new text.

    Raises Problem for an unknown document.
    """
    old = call.parameters.text("old", MAX_REF, required=True)
    new = call.parameters.text("new", MAX_REF, required=True)
    every = call.parameters.choice("changes", ("changed", "all")) == "all"
    call.parameters.finish()
    before, after = (edition.searcher.document(known(edition, id)) for id in (old, new))
    changes = edition.searcher.diff(old, new)
    shown = [change for change in changes if every or change.kind != "unchanged"]
    return json_answer(
        {
            "old": old,
            "new": new,
            "counts": dict(Counter(change.kind for change in changes)),
            "changes": [change_json(before, after, change) for change in shown],
        }
    )


def known(edition: Edition, id: str) -> str:
    """Returns ``id`` if the index has exactly that. Raises Problem otherwise."""
    if id not in edition.rows:
        raise not_found(f"no document {id[:200]!r} in the index")
    return id


def verify(edition: Edition, call: Call) -> Answer:
    """Returns ``/verify``, asked by the address or by a body.

    Raises Problem where a parameter is wrong, QueryError for a quotation that says nothing.
    """
    parameters = call.parameters if call.body is None else _of_body(call.body, call.parameters)
    quotation = parameters.text("quotation", MAX_QUOTATION, required=True)
    limit = parameters.number("limit", 5, 1, _MOST_QUOTED)
    parameters.finish()
    verification = edition.searcher.verify(quotation, limit)
    value: dict[str, Any] = {**verification_json(verification)}
    for passage in value["passages"]:
        passage["source"] = shown_source(passage["source"], passage["document"])
        for place in (*passage["copies"], *passage["versions"]):
            place["source"] = shown_source(place["source"], place["document"])
        passage["ref"] = f"{passage['document']}#{passage['anchor']}"
        passage["url"] = permalink(passage["document"], passage["anchor"])
    return json_answer(value | {"shown": len(value["passages"])})


def _of_body(body: dict[str, Any], given: Parameters) -> Parameters:
    given.finish()  # none beside a body
    errors = []
    for name, value in body.items():
        if not isinstance(value, str) and (not isinstance(value, int) or isinstance(value, bool)):
            errors.append({"parameter": str(name)[:40], "reason": "must be a text or a number"})
    if isinstance(body.get("quotation"), int):
        errors.append({"parameter": "quotation", "reason": "must be a text"})
    if errors:
        raise wrong_parameters(errors)
    return Parameters([(name, str(value)) for name, value in body.items()])


def similar(edition: Edition, call: Call) -> Answer:
    """Returns ``/similar``, the best first. Raises Problem where ``ref`` names no section."""
    ref = call.parameters.text("ref", MAX_REF, required=True)
    limit = call.parameters.number("limit", 10, 1, 50)
    call.parameters.finish()
    document, anchor = split_ref(ref, edition.rows)
    results = edition.searcher.similar(known(edition, document), anchor, limit)
    return json_answer(_results(results, 0) | {"generation": edition.generation})


def missing(edition: Edition, call: Call) -> Answer:
    """Returns ``/missing``, the most cited first. Raises Problem for a wrong ``limit``."""
    limit = call.parameters.number("limit", 50, 1, 1_000)
    call.parameters.finish()
    every = edition.once("missing", edition.searcher.missing)
    return json_answer([missing_json(one) for one in every[:limit]])


def status(edition: Edition, call: Call) -> Answer:
    """Returns ``/status``. Raises Problem where there is a parameter."""
    call.parameters.finish()
    return json_answer(
        {
            "documents": len(edition.rows),
            "sections": edition.sections,
            "generation": edition.generation,
            "version": __version__,
        }
    )
