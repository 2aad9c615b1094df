"""The JSON API: its answers are those of the command line, and as openapi.json describes them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from searcher.web.openapi import description
from tests.web.library import CITING_ID, HOSTILE_ID, NEW_ID, OLD_ID

V1 = "/api/v1"
ATOM = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}


def schema_of(path: str, status: int = 200, method: str = "get") -> Any:
    described = description()
    answers = described["paths"][path][method]["responses"]
    content = answers.get(str(status), answers["default"])["content"]
    schema = next(iter(content.values()))["schema"]
    return {**schema, "components": described["components"]}


def check(answer: Any, path: str, method: str = "get") -> Any:
    """The JSON of an answer, held against the description."""
    assert answer.headers["content-type"].startswith("application/")
    value = answer.json()
    Draft202012Validator(schema_of(path, answer.status_code, method)).validate(value)
    return value


def get(client: TestClient, path: str, /, status: int = 200, **parameters: object) -> Any:
    """The answer of an endpoint, held against the description."""
    answer = client.get(V1 + path, params=parameters)
    assert answer.status_code == status, answer.text
    return check(answer, path)


def of_document(
    client: TestClient, id: str, more: str = "", status: int = 200, **query: str
) -> Any:
    answer = client.get(f"{V1}/documents/{quote(id)}{more}", params=query)
    assert answer.status_code == status, answer.text
    return check(answer, "/documents/{id}" + more)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/search", {"q": "责任追究"}),
        ("/search", {"q": "青山市", "by": "document", "sort": "newest", "facets": 1}),
        ("/search", {"q": "青山市", "suggest": 0, "facets": 0, "limit": 1, "offset": 2}),
        ("/search", {"q": "绿化", "issuer": "青山", "from": "2001", "to": "2030-12"}),
        ("/suggest", {"q": "青山"}),
        ("/documents", {"limit": 3}),
        ("/documents", {"type": "条例", "region": "青山", "from": "2008-01-01"}),
        ("/diff", {"old": OLD_ID, "new": NEW_ID}),
        ("/diff", {"old": OLD_ID, "new": NEW_ID, "changes": "all"}),
        ("/verify", {"quotation": "不得擅自砍伐城市树木"}),
        ("/verify", {"quotation": "任何单位或个人都不得擅自砍伐城市树木"}),
        ("/verify", {"quotation": "本库里没有这样的一句话吧"}),
        ("/similar", {"ref": f"{OLD_ID}#tiao-4"}),
        ("/missing", {}),
        ("/status", {}),
    ],
)
def test_every_answer_is_as_described(
    client: TestClient, path: str, parameters: dict[str, object]
) -> None:
    get(client, path, **parameters)


def test_an_answer_with_a_member_that_is_not_described_would_be_found() -> None:
    validator = Draft202012Validator(schema_of("/status"))
    value = {"documents": 1, "sections": 1, "generation": 1, "version": "1"}
    assert validator.is_valid(value)
    assert not validator.is_valid(value | {"path": "/home"})
    assert not validator.is_valid({"documents": 1})


def test_the_description_is_what_is_served(client: TestClient) -> None:
    served = client.get(f"{V1}/openapi.json").json()
    assert served == json.loads(json.dumps(description()))
    assert served["openapi"].startswith("3.1")
    for name in served["components"]["schemas"]:
        Draft202012Validator.check_schema(
            schema_of("/status") | {"$ref": f"#/components/schemas/{name}"}
        )


def test_a_search_is_that_of_the_command_line(client: TestClient, web_index: Path) -> None:
    command = [sys.executable, "-m", "searcher", "search", "责任追究 绿化", "--json"]
    done = subprocess.run(
        [*command, "--index", web_index.name],
        cwd=web_index.parent,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    printed, served = json.loads(done.stdout), get(client, "/search", q="责任追究 绿化")
    added = {"offset", "limit", "next", "generation", "truncated_facets"}
    assert set(served) - set(printed) == added
    for values in printed["facets"].values():
        del values[10:]
    for hit in served["hits"]:
        del hit["ref"], hit["url"]
    for name in set(printed) - {"took_ms"}:
        assert served[name] == printed[name], name


def test_pages_of_a_search_follow_one_another_to_the_end(client: TestClient) -> None:
    whole = get(client, "/search", q="青山市", limit=100, suggest=0)
    seen: list[str] = []
    url = f"{V1}/search?q=青山市&limit=3&facets=0&suggest=0"
    while url:
        page = client.get(url).json()
        assert page["facets"] == {}
        seen += [hit["ref"] for hit in page["hits"]]
        url = page["next"]
    assert seen == [hit["ref"] for hit in whole["hits"]]
    assert len(seen) == whole["total"] > 6


def test_documents_are_listed_newest_first_and_each_once(client: TestClient) -> None:
    url: str | None = f"{V1}/documents?limit=2"
    rows: list[dict[str, Any]] = []
    while url:
        page = client.get(url).json()
        rows += page["documents"]
        url = page["next"]
    assert len(rows) == page["total"] == get(client, "/status")["documents"]
    dates = [row["date"] or "" for row in rows]
    assert dates == sorted(dates, reverse=True)
    dated = get(client, "/documents", **{"from": "2019-08", "to": "2020-06-07"})
    assert all("2019-08-01" <= row["date"] <= "2020-06-07" for row in dated["documents"])
    assert 0 < dated["total"] < len(rows)


def test_a_document_is_that_of_the_command_line_and_its_sections_tile_it(
    client: TestClient,
) -> None:
    for id in (OLD_ID, CITING_ID, HOSTILE_ID):
        found = of_document(client, id)
        assert found["document"] == id
        spans = [section["span"] for section in found["sections"]]
        assert spans[0][0] == 0
        assert all(a[1] == b[0] for a, b in pairwise(spans))
    one = of_document(client, OLD_ID, section="tiao-5", text="0")
    assert [section["anchor"] for section in one["sections"]] == ["tiao-5"]
    assert "text" not in one["sections"][0]
    of_document(client, OLD_ID, status=404, section="tiao-99")
    of_document(client, "docs/nothing.txt", status=404)


def test_what_hangs_on_a_document_is_found_behind_its_id(client: TestClient) -> None:
    cites = of_document(client, CITING_ID, "/cites")["cites"]
    assert {one["document"] for one in cites} >= {NEW_ID, None}
    cited_by = of_document(client, OLD_ID, "/cited-by")["cited_by"]
    assert [one["document"] for one in cited_by] == [CITING_ID]
    versions = of_document(client, OLD_ID, "/versions")["versions"]
    assert [one["document"] for one in versions] == [NEW_ID, OLD_ID]
    assert [one["document"] for one in of_document(client, CITING_ID, "/versions")["versions"]] == [
        CITING_ID
    ]
    of_document(client, "docs/nothing.txt", "/cites", status=404)


def test_a_change_leads_from_the_old_text_to_the_new(client: TestClient) -> None:
    changes = get(client, "/diff", old=OLD_ID, new=NEW_ID)
    assert changes["counts"]["changed"] >= 2
    assert changes["counts"]["added"] == 1
    assert "unchanged" not in {change["kind"] for change in changes["changes"]}
    every = get(client, "/diff", old=OLD_ID, new=NEW_ID, changes="all")
    assert len(every["changes"]) == sum(every["counts"].values())
    get(client, "/diff", 404, old=OLD_ID, new="docs/nothing.txt")


def test_a_quotation_is_verified_by_address_and_by_body_alike(client: TestClient) -> None:
    quotation = "任何单位和个人不得擅自砍伐城市树木"
    by_get = get(client, "/verify", quotation=quotation, limit=1)
    answer = client.post(f"{V1}/verify", json={"quotation": quotation, "limit": 1})
    by_post = check(answer, "/verify", "post")
    del by_get["took_ms"], by_post["took_ms"]
    assert by_get == by_post
    assert by_get["verdict"] == "verbatim"
    assert (by_get["total"], by_get["shown"]) == (2, 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"quotation": 5}', 422),
        (b'{"quotation": "\\u7b2c", "limit": true}', 422),
        (b'{"quotation": "\\u7b2c", "limit": 21}', 422),
        (b'{"quotation": "\\u7b2c", "more": "x"}', 422),
        (b"[" * 60_000, 422),
        (b'{"quotation": "' + b"a" * 70_000 + b'"}', 413),
    ],
)
def test_a_body_that_cannot_be_meant_is_a_problem(
    client: TestClient, body: bytes, status: int
) -> None:
    answer = client.post(f"{V1}/verify", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    check(answer, "/verify", "post")
    kind = {"content-type": "text/plain"}
    assert client.post(f"{V1}/verify", content=b"x", headers=kind).status_code == 415


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/search?q=a&offset=x", "offset"),
        ("/search?q=a&offset=-1", "offset"),
        ("/search?q=a&offset=10001", "offset"),
        ("/search?q=a&offset=１", "offset"),
        ("/search?q=a&limit=1e9", "limit"),
        ("/search?q=a&limit=0", "limit"),
        ("/search?q=a&limit=101", "limit"),
        ("/search?q=a&facets=101", "facets"),
        ("/search?q=a&sort=best", "sort"),
        ("/search?q=a&by=page", "by"),
        ("/search?q=a&from=2020-13", "from"),
        ("/search?q=a&to=then", "to"),
        ("/search?q=a&issuer=" + "x" * 101, "issuer"),
        ("/search?q=" + "a" * 513, "q"),
        ("/search?q=", "q"),
        ("/search", "q"),
        ("/search?q=a&q=b", "q"),
        ("/search?q=a&issure=b", "issure"),
        ("/search.csv?q=a&limit=1001", "limit"),
        ("/suggest?q=" + "a" * 61, "q"),
        ("/suggest?q=a&limit=21", "limit"),
        ("/documents?limit=101", "limit"),
        ("/verify?quotation=" + "a" * 2001, "quotation"),
        ("/verify?quotation=a&limit=21", "limit"),
        ("/similar?ref=nothing", "ref"),
        ("/similar?ref=a%23b&limit=51", "limit"),
        ("/missing?limit=1001", "limit"),
        ("/status?verbose=1", "verbose"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, path: str, wrong: str) -> None:
    answer = client.get(V1 + path)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = check(answer, path.partition("?")[0])
    assert wrong in {error["parameter"] for error in problem["errors"]}


def test_all_that_is_wrong_is_told_at_once_and_marks_of_other_sites_are_not(
    client: TestClient,
) -> None:
    errors = client.get(f"{V1}/search?offset=x&limit=y&zzz=1").json()["errors"]
    assert {error["parameter"] for error in errors} == {"q", "offset", "limit", "zzz"}
    assert client.get(f"{V1}/search?q=a&utm_source=x").status_code == 200


@pytest.mark.parametrize(
    ("query", "position"),
    [("食品 AND", 3), ("NEAR 食品", 0), ('"食品', 0), ("（食品 AND 学校", 0), ("……", 0)],
)
def test_a_malformed_query_is_a_problem_with_its_position(
    client: TestClient, query: str, position: int
) -> None:
    problem = get(client, "/search", 400, q=query)
    assert problem["type"] == "/problems/query"
    assert (problem["query"], problem["position"]) == (query, position)


@pytest.mark.parametrize(
    "query",
    [
        "的 NEAR 的",
        "的 NEAR 的 NEAR 的",
        '"的 河道"~5',
        "食品 AND (河道 NEAR 的)",
        " NEAR ".join(["河道", "管理", "食品", "学校", "安全"]),
        " ".join(f"“{n:03}”" for n in range(65)),
    ],
)
def test_a_query_that_would_hold_up_others_is_refused_before_it_runs(
    client: TestClient, query: str
) -> None:
    assert get(client, "/search", 400, q=query)["type"] == "/problems/costly"
    assert client.get("/search", params={"q": query}).status_code == 400
    assert client.get(f"{V1}/search.csv", params={"q": query}).status_code == 400


def test_nothing_tells_a_folder_of_the_server(client: TestClient, web_index: Path) -> None:
    for path in ("/search?q=青山市", "/verify?quotation=不得擅自砍伐城市树木", "/status"):
        assert str(web_index.parent) not in client.get(V1 + path).text


def test_a_table_opens_in_a_spreadsheet_and_runs_nothing(client: TestClient) -> None:
    answer = client.get(f"{V1}/search.csv", params={"q": "HYPERLINK 标记", "limit": 1000})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert any("HYPERLINK" in row["text"] for row in rows)
    assert not [
        cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))
    ]


def test_lines_of_json_are_the_hits_of_the_search(client: TestClient) -> None:
    answer = client.get(f"{V1}/search.jsonl", params={"q": "青山市", "limit": 1000})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == get(client, "/search", q="青山市", limit=100)["hits"]


def test_a_feed_is_atom_and_leads_on(client: TestClient) -> None:
    answer = client.get(f"{V1}/search.atom", params={"q": "青山市 <b>", "limit": 3})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for name in ("id", "title", "updated", "author/a:name"):
        assert feed.find(f"a:{name}", ATOM) is not None
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == 3
    ids = [entry.findtext("a:id", "", ATOM) for entry in entries]
    assert len(set(ids)) == 3
    assert all(one.startswith("tag:") for one in ids)
    total = int(feed.findtext("o:totalResults", "0", ATOM))
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert total > 3
    following = ElementTree.fromstring(client.get(str(links["next"])).content)
    assert following.findtext("a:entry/a:id", "", ATOM) not in ids


def test_a_browser_learns_how_to_search(client: TestClient) -> None:
    described = ElementTree.fromstring(client.get("/opensearch.xml").content)
    templates = [url.get("template") for url in described.findall("o:Url", ATOM)]
    assert "http://127.0.0.1:8765/search?q={searchTerms}" in templates


def test_every_public_path_of_the_description_is_served(client: TestClient) -> None:
    for path, methods in description()["paths"].items():
        for method in methods:
            answer = client.request(method, V1 + path.replace("{id}", quote(OLD_ID)))
            assert answer.status_code in (200, 415, 422), path


def test_an_id_with_a_sharp_and_blanks_is_reached(client: TestClient) -> None:
    hit = next(
        h for h in get(client, "/search", q="认识 绿化 意义")["hits"] if "#2" in h["document"]
    )
    assert hit["ref"] == f"{CITING_ID}#{hit['anchor']}"
    assert get(client, "/similar", ref=hit["ref"])["query"] == hit["ref"]
    assert client.get(hit["url"]).status_code == 200
