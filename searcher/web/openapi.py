"""``/api/v1/openapi.json``: the API described by hand, in OpenAPI 3.1.

The tests hold every answer against it. An object has exactly the members that stand here.
"""

from __future__ import annotations

from typing import Any

from indexer._version import __version__
from searcher.web.parameters import (
    MAX_FILTER,
    MAX_LIMIT,
    MAX_OFFSET,
    MAX_QUERY,
    MAX_QUOTATION,
    MAX_REF,
    MAX_ROWS,
)

Schema = dict[str, Any]


def _text(description: str = "", **more: Any) -> Schema:
    return {"type": "string", **({"description": description} if description else {}), **more}


def _whole(description: str = "", least: int = 0, **more: Any) -> Schema:
    return {"type": "integer", "minimum": least, "description": description, **more}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(description: str, optional: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": members,
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }


_SPAN = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0},
    "minItems": 2,
    "maxItems": 2,
    "description": "Characters of the source text, half-open.",
}
_NULL_SPAN = {"anyOf": [_SPAN, {"type": "null"}]}
_DATE = _or_null(_text("ISO 8601, or a beginning of it; null where the document states none."))
_URL = _text("A path of this server.")

_HIT: dict[str, Schema] = {
    "document": _text("The id of the document."),
    "anchor": _text("The name of the section within it."),
    "path": _list(_text(), description="Labels from the root, in normal form."),
    "heading": _text(),
    "title": _text(),
    "doc_number": _or_null(_text("发文字号")),
    "issuers": _list(_text("发文机关")),
    "date": _DATE,
    "doc_type": _or_null(_text("文种")),
    "score": {"type": "number"},
    "source": _text("The file, relative to its source."),
    "line": _whole("Of the file, where the first highlight stands.", 1),
    "span": _SPAN,
    "snippet": _object("Where the words stand.", text=_text(), highlights=_list(_SPAN)),
    "context": _or_null(
        _object(
            "Where the query stands outside the section's own text.",
            field=_text(),
            text=_text(),
            highlights=_list(_SPAN),
        )
    ),
    "repeats": _list(_SPAN, description="Other places of the file with the same text."),
    "copies": _list(_ref("Place"), description="Other files of the document."),
    "versions": _list(_ref("Place"), description="All versions of the law, newest first."),
    "ref": _text("DOCUMENT#ANCHOR."),
    "url": _URL,
}
_FACTS = (
    "title",
    "doc_number",
    "date",
    "published",
    "effective",
    "doc_type",
    "addressee",
    "region",
    "status",
)
_LISTS = ("issuers", "attachments", "copied_to", "revisions")
_SIDE: Schema = {
    "anyOf": [
        _object(
            "A section as one document has it.",
            anchor=_text(),
            path=_list(_text()),
            span=_SPAN,
            text=_text(),
        ),
        {"type": "null"},
    ]
}
_EDITS = _list(_object("A change of wording.", before=_SPAN, after=_SPAN))


def _facet_map(value: Schema) -> Schema:
    names = ("issuer", "doc_type", "year", "region")
    return {
        "type": "object",
        "properties": dict.fromkeys(names, value),
        "additionalProperties": False,
    }


_RESULTS: dict[str, Schema] = {
    "query": _text(),
    "total": _whole("Sections, or documents, with all that is asked for."),
    "partial": _whole("Sections, or documents, with only some of it."),
    "took_ms": {"type": "number", "minimum": 0},
    "by": _text(enum=["section", "document"]),
    "matching": {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 1},
        "description": "How many sections match by document, where by is document.",
    },
    "suggestions": _list(_text(), maxItems=3),
    "notices": _list(_object("What should be known beside the hits.", kind=_text(), text=_text())),
    "hits": _list(_ref("Hit")),
    "facets": _facet_map(
        _list(_object("A value and how many have it.", value=_text(), count=_whole()))
    ),
    "truncated_facets": {
        **_facet_map(_whole("", 1)),
        "description": "How many values of a facet are left out.",
    },
    "generation": _whole("The state of the index."),
}


def _schemas() -> Schema:
    return _schemas_of_results() | _schemas_of_documents() | _schemas_of_texts()


def _schemas_of_results() -> Schema:
    return {
        "Problem": {
            "type": "object",
            "description": "RFC 9457.",
            "properties": {
                "type": _text(),
                "title": _text(),
                "status": _whole("", 400),
                "detail": _text(),
                "position": _whole("The character of the query, from 0."),
                "reason": _text(),
                "query": _text(),
                "errors": _list(
                    _object("A parameter that is wrong.", parameter=_text(), reason=_text())
                ),
            },
            "required": ["type", "title", "status", "detail"],
        },
        "Place": _object(
            "Another document.", document=_text(), title=_text(), date=_text(), source=_text()
        ),
        "Hit": _object("A section that answers.", **_HIT),
        "Results": _object("What a section is like.", **_RESULTS),
        "SearchResults": _object(
            "A page of results.",
            **_RESULTS,
            offset=_whole(),
            limit=_whole("", 1),
            next=_or_null(_URL),
        ),
        "Completion": _object(
            "What begins so.",
            text=_text(),
            kind=_text(enum=["title", "number", "term", "heading"]),
            count=_whole(),
        ),
    }


def _schemas_of_documents() -> Schema:
    return {
        "Row": _object(
            "A document of a list.",
            document=_text(),
            title=_or_null(_text()),
            doc_number=_or_null(_text()),
            issuers=_list(_text()),
            date=_DATE,
            doc_type=_or_null(_text()),
            url=_URL,
        ),
        "Section": _object(
            "A node of the outline.",
            ("text",),
            kind=_text(),
            label=_text(),
            path=_list(_text()),
            heading=_text(),
            span=_SPAN,
            anchor=_text(),
            repeats=_list(_SPAN),
            text=_text(),
        ),
        "Document": _object(
            "What the text states, and where; what was concluded is in derived.",
            document=_text(),
            **{name: _or_null(_text()) for name in _FACTS},
            **{name: _list(_text()) for name in _LISTS},
            spans={
                "type": "object",
                "properties": dict.fromkeys(_FACTS, _NULL_SPAN)
                | dict.fromkeys(_LISTS, _list(_SPAN)),
                "additionalProperties": False,
            },
            derived={"type": "object"},
            sections=_list(_ref("Section")),
            url=_URL,
        ),
        "Cited": _object(
            "A document that is cited.",
            name=_or_null(_text()),
            number=_or_null(_text()),
            articles=_list(_text()),
            span=_SPAN,
            line=_whole("", 1),
            document=_or_null(_text("Null where the index does not hold it.")),
            versions=_list(_text()),
        ),
        "CitedBy": _object(
            "A document that cites.",
            document=_text(),
            title=_text(),
            date=_text(),
            count=_whole("", 1),
        ),
    }


def _schemas_of_texts() -> Schema:
    return {
        "Change": _object(
            "What became of a section.",
            kind=_text(enum=["unchanged", "changed", "moved", "added", "removed"]),
            before=_SIDE,
            after=_SIDE,
            edits=_EDITS,
        ),
        "Passage": _object(
            "Where a quotation may be from.",
            **_HIT,
            kept={"type": "number", "minimum": 0, "maximum": 1},
            stretches=_list(_object("A piece of it.", span=_SPAN, text=_text(), edits=_EDITS)),
        ),
        "Verification": _object(
            "Whether a quotation stands in the index.",
            quotation=_text(),
            verdict=_text(enum=["verbatim", "near", "absent"]),
            total=_whole("Sections in which it stands word for word; 0 of one that is near."),
            took_ms={"type": "number", "minimum": 0},
            passages=_list(_ref("Passage")),
            shown=_whole("How many passages are given."),
        ),
        "Missing": _object(
            "A document that is cited and not held.",
            name=_or_null(_text()),
            number=_or_null(_text()),
            count=_whole("", 1),
        ),
        "Status": _object(
            "What the index holds.",
            documents=_whole(),
            sections=_whole(),
            generation=_whole(),
            version=_text(),
        ),
    }


def _parameter(name: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _number(name: str, default: int, least: int, most: int) -> Schema:
    return _parameter(name, _whole("", least, maximum=most, default=default))


def _choice(name: str, *values: str) -> Schema:
    return _parameter(name, _text(enum=list(values), default=values[0]))


_FILTERS = [
    _parameter("issuer", _text("Part of the name of an issuer (发文机关).", maxLength=MAX_FILTER)),
    _parameter("type", _text("The kind of document (文种).", maxLength=MAX_FILTER)),
    _parameter("region", _text("Part of the name of a region (地区).", maxLength=MAX_FILTER)),
    _parameter("from", _text("Not before: 2002, 2002-12, 2002-12-31.", maxLength=20)),
    _parameter("to", _text("Not after.", maxLength=20)),
]


def _search_parameters(most: int) -> list[Schema]:
    return [
        _parameter(
            "q",
            _text("In the language of queries.", minLength=1, maxLength=MAX_QUERY),
            required=True,
        ),
        *_FILTERS,
        _choice("sort", "relevance", "newest", "oldest"),
        _choice("by", "section", "document"),
        _number("offset", 0, 0, MAX_OFFSET),
        _number("limit", 10, 1, most),
    ]


_REF = _parameter("ref", _text("DOCUMENT#ANCHOR.", minLength=1, maxLength=MAX_REF), required=True)
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": _text("The id of a document, percent-encoded; its slashes may stand.", minLength=1),
}
_CODES = {
    "400": "The query is malformed or costs too much.",
    "404": "The index does not hold it.",
    "413": "The body is too large.",
    "415": "The body is of another kind.",
    "422": "A parameter is wrong.",
    "503": "Too many requests wait, this one took too long, or the index is damaged.",
}


def _get(
    summary: str,
    schema: Schema,
    parameters: list[Schema],
    *errors: str,
    media_type: str = "application/json",
    **more: Any,
) -> Schema:
    answers: Schema = {
        "200": {"description": summary, "content": {media_type: {"schema": schema}}},
        "304": {"description": "As before: the ETag is that of If-None-Match."},
    }
    for code in (*errors, "422", "503"):
        answers[code] = _problem(_CODES[code])
    answers["default"] = _problem("Any other problem.")
    return {"summary": summary, "parameters": parameters, "responses": answers, **more}


def _problem(description: str) -> Schema:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {"description": description, "content": content}


def _paths() -> Schema:
    return _paths_of_searches() | _paths_of_documents() | _paths_of_texts()


def _paths_of_searches() -> Schema:
    search = [
        *_search_parameters(MAX_LIMIT),
        _number("facets", 10, 0, MAX_LIMIT),
        _choice("suggest", "1", "0"),
    ]
    prefix = _parameter("q", _text(minLength=1, maxLength=60), required=True)
    completions, typed = _list(_ref("Completion")), [prefix, _number("limit", 10, 1, 20)]
    return {
        "/search": {"get": _get("The sections that answer", _ref("SearchResults"), search, "400")},
        "/search.csv": _table("a table", "text/csv"),
        "/search.jsonl": _table("JSON lines", "application/jsonl"),
        "/search.atom": _table("an Atom feed", "application/atom+xml"),
        "/suggest": {"get": _get("Completions", completions, typed)},
        "/status": {"get": _get("What the index holds", _ref("Status"), [])},
    }


def _table(kind: str, media_type: str) -> Schema:
    parameters = _search_parameters(MAX_ROWS)
    summary = f"The sections that answer, as {kind}"
    return {"get": _get(summary, _text(), parameters, "400", media_type=media_type)}


def _paths_of_documents() -> Schema:
    pages = [*_FILTERS, _number("offset", 0, 0, 9_999_999), _number("limit", 10, 1, MAX_LIMIT)]
    listed = _object(
        "A page of documents.",
        total=_whole(),
        documents=_list(_ref("Row")),
        next=_or_null(_URL),
    )
    one = [_ID, _parameter("section", _text(maxLength=MAX_REF)), _choice("text", "1", "0")]
    version = _object("A version of a law.", document=_text(), title=_text(), date=_DATE)
    summary = "A document, or a section of it with those below"
    return {
        "/documents": {"get": _get("The documents, newest first", listed, pages)},
        "/documents/{id}": {"get": _get(summary, _ref("Document"), one, "404")},
        "/documents/{id}/cites": _of_document("What it cites", "cites", _ref("Cited")),
        "/documents/{id}/cited-by": _of_document("What cites it", "cited_by", _ref("CitedBy")),
        "/documents/{id}/versions": _of_document("Its versions", "versions", version),
    }


def _of_document(summary: str, name: str, items: Schema) -> Schema:
    schema = _object("", document=_text(), **{name: _list(items)})
    return {"get": _get(summary, schema, [_ID], "404")}


def _paths_of_texts() -> Schema:
    quotation = _text(minLength=1, maxLength=MAX_QUOTATION)
    few = _whole("", 1, maximum=20, default=5)
    asked = [_parameter("quotation", quotation, required=True), _parameter("limit", few)]
    body = _object("A quotation to check.", ("limit",), quotation=quotation, limit=few)
    content = {"required": True, "content": {"application/json": {"schema": body}}}
    verified = ("Whether a quotation stands in the index", _ref("Verification"))
    id = _text(minLength=1, maxLength=MAX_REF)
    both = [_parameter(name, id, required=True) for name in ("old", "new")]
    diff = _object(
        "How one document became another.",
        old=_text(),
        new=_text(),
        counts={"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
        changes=_list(_ref("Change")),
    )
    changes = _choice("changes", "changed", "all")
    alike = "Sections of other documents that say the like"
    lacking = "Documents that are cited and not held"
    return {
        "/diff": {
            "get": _get("How one wording became another", diff, [*both, changes], "404"),
        },
        "/verify": {
            "get": _get(*verified, asked, "400"),
            "post": _get(*verified, [], "400", "413", "415", requestBody=content),
        },
        "/similar": {
            "get": _get(alike, _ref("Results"), [_REF, _number("limit", 10, 1, 50)], "404"),
        },
        "/missing": {
            "get": _get(lacking, _list(_ref("Missing")), [_number("limit", 50, 1, 1_000)]),
        },
    }


def description() -> Schema:
    """Returns the whole document, with its paths in the order of their subjects."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "policysearch",
            "version": __version__,
            "description": "Full-text search over Chinese policy documents. Names are those of the "
            "command line's --json. Unknown parameters are refused, but for utm_*.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }
