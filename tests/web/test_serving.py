"""The server: who may come in, what it says on every answer, how it keeps up and holds out."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer import Store, sync
from searcher.web.app import make_app
from searcher.web.calls import Call
from searcher.web.corpus import Corpus, shown_source
from searcher.web.limits import Pool, Rates
from searcher.web.problems import Problem
from searcher.web.settings import Settings, objection, read_token
from tests.support.documents import LIBRARY
from tests.web.conftest import client_of
from tests.web.library import NEW_ID

TOKEN = "t" * 43
EVERY_PAGE = [
    "/",
    "/search?q=食品",
    f"/d/{NEW_ID}",
    "/verify",
    "/missing",
    "/about",
    "/help",
    "/diff",
]


@pytest.fixture(scope="module")
def guarded(web_index: Path) -> Iterator[TestClient]:
    settings = Settings(index=str(web_index), token=TOKEN, allowed_hosts=("policy.example",))
    with client_of(settings) as client:
        yield client


# ---- names and origins


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8765", 200),
        ("localhost", 200),
        ("LOCALHOST:9", 200),
        ("[::1]:8765", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:8765", 421),
        ("", 421),
    ],
)
def test_only_names_that_are_allowed_are_answered_to(
    client: TestClient, host: str, status: int
) -> None:
    for path in ("/health", "/", "/api/v1/status", "/static/x"):
        answer = client.get(path, headers={"host": host})
        assert (answer.status_code == 421) == (status == 421)
        assert host == "" or host not in str(answer.headers)


def test_an_allowed_name_is_answered_to(guarded: TestClient) -> None:
    assert guarded.get("/health", headers={"host": "policy.example"}).text == "ok"
    assert guarded.get("/health", headers={"host": "other.example"}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:8765"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_what_is_posted_comes_from_a_page_of_ours(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/api/v1/verify", json={"quotation": "食品"}, headers=headers)
    assert answer.status_code == status


def test_only_the_one_other_origin_that_is_named_may_read_the_api(web_index: Path) -> None:
    other = "https://paper.example"
    with client_of(Settings(index=str(web_index), cors=other)) as client:
        allowed = client.get("/api/v1/status", headers={"origin": other})
        assert allowed.headers["access-control-allow-origin"] == other
        for path, origin in (("/api/v1/status", "https://evil.example"), ("/", other)):
            headers = client.get(path, headers={"origin": origin}).headers
            assert "access-control-allow-origin" not in headers


# ---- tokens


def test_without_the_token_nothing_but_health_and_the_login_is_served(
    guarded: TestClient,
) -> None:
    assert guarded.get("/health").status_code == 200
    assert guarded.get("/login").status_code == 200
    for path in ("/api/v1/status", "/api/v1/openapi.json", "/api/v1/search?q=a"):
        answer = guarded.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for path in EVERY_PAGE:
        answer = guarded.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
    ],
)
def test_the_token_opens_the_api(guarded: TestClient, authorization: str, status: int) -> None:
    headers = {"authorization": authorization}
    assert guarded.get("/api/v1/status", headers=headers).status_code == status


def test_a_browser_signs_in_once_and_its_cookie_is_not_the_token(web_index: Path) -> None:
    with client_of(Settings(index=str(web_index), token=TOKEN)) as client:
        wanted = client.get("/search?q=食品").headers["location"]
        form = {"token": "wrong", "next": "/search?q=食品"}
        assert client.post("/login", data=form).status_code == 401
        answer = client.post("/login", data=form | {"token": TOKEN})
        assert (answer.status_code, "/login?next=" in wanted) == (303, True)
        assert answer.headers["location"].startswith("/search?q=")
        cookie = answer.headers["set-cookie"]
        assert TOKEN not in cookie
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert client.get("/").status_code == 200
        client.cookies.clear()
        client.cookies.set("policysearch", "0" * 64)
        assert client.get("/").status_code == 303


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil", "x", "/\n/"])
def test_a_login_leads_nowhere_else(web_index: Path, next: str) -> None:
    with client_of(Settings(index=str(web_index), token=TOKEN)) as client:
        answer = client.post("/login", data={"token": TOKEN, "next": next})
        assert answer.headers["location"] == "/"


def test_an_open_address_demands_a_token_or_a_word_and_a_name() -> None:
    def says(host: str, token: bool = False, no_auth: bool = False, *names: str) -> str:
        return objection(host, has_token=token, no_auth=no_auth, allowed_hosts=names)

    assert says("127.0.0.1") == says("localhost") == says("::1") == ""
    assert "--no-auth" in says("0.0.0.0")
    assert "--no-auth" in says("192.168.1.5", False, False, "a.example")
    assert "--allowed-host" in says("0.0.0.0", True)
    assert "--allowed-host" in says("::", False, True)
    assert says("0.0.0.0", True, False, "a.example") == ""
    assert says("0.0.0.0", False, True, "a.example") == ""
    assert "contradict" in says("127.0.0.1", True, True)


def test_a_token_that_can_be_guessed_is_none(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for text in ("", "short", "x" * 31, "密" * 40, "a b" * 20):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="holds no token"):
            read_token(file)
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert read_token(file) == TOKEN


# ---- headers


@pytest.mark.parametrize(
    "path", [*EVERY_PAGE, "/api/v1/status", "/nothing", "/search?q=AND", "/health", "/favicon.ico"]
)
def test_every_answer_bears_the_headers_that_keep_a_browser_safe(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("path", [*EVERY_PAGE, "/search?q=AND", "/nothing"])
def test_no_page_has_a_script_or_a_style_of_its_own(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert page.count("<script") == page.count('<script src="/static/app-')
    for sign in ("<style", " style=", " onclick=", " onload=", "javascript:"):
        assert sign not in page


def test_static_files_never_change_under_their_name_and_others_are_not_there(
    client: TestClient,
) -> None:
    page = client.get("/").text
    for stem in ("style", "app", "icon"):
        url = page[page.index(f"/static/{stem}-") :].partition('"')[0]
        answer = client.get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    for url in ("/static/style.css", "/static/..%2fapp.py", "/static/%2e%2e", "/static/"):
        assert client.get(url).status_code == 404


# ---- hostile requests


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/d/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/d/..%2f..%2fetc%2fpasswd", 404),
        ("/d/%00", 404),
        ("/d//etc/passwd", 404),
        ("/api/v1/documents/%2e%2e%2fsecret", 404),
        ("/api/v1/documents/%00/cites", 404),
        ("/id/%ff%fe", 404),
        ("/search?q=%ff%00%f0%9f", 400),
        ("/search?q=" + "a" * 10_000, 414),
        ("/search?q=a&offset=x", 422),
        ("/search?q=a&limit=1e9", 422),
        ("/search?q=的%20NEAR%20的%20NEAR%20的", 400),
        ("/cite?ref=nothing", 422),
        ("/cite?ref=nothing%23at-all", 404),
        ("/d/docs/notice.txt?format=exe", 422),
        ("/nothing", 404),
    ],
)
def test_hostile_addresses_are_answered_with_what_they_are(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert "root:" not in answer.text


def test_another_method_is_refused_and_the_right_ones_named(client: TestClient) -> None:
    answer = client.delete("/api/v1/search")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.head("/").status_code == 200


def test_one_address_has_so_many_requests_and_this_machine_any_number(
    web_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searcher.web.security.monotonic", lambda: 5.0)
    with client_of(Settings(index=str(web_index)), "192.0.2.7") as client:
        statuses = [client.get("/health").status_code for _ in range(75)]
        assert statuses[:60] == [200] * 60
        assert statuses[60:] == [429] * 15
    with client_of(Settings(index=str(web_index))) as client:
        assert {client.get("/health").status_code for _ in range(75)} == {200}


def test_tokens_of_a_bucket_come_back_and_many_addresses_take_no_memory() -> None:
    rates = Rates(per_second=2, burst=3, addresses=100)
    assert [rates.allows("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert rates.allows("a", 0.5)
    assert not rates.allows("a", 0.6)
    assert all(rates.allows("a", 100.0 + n) for n in range(3))
    for number in range(1_000):
        assert rates.allows(str(number), 200.0)
    assert len(rates._buckets) == 100


# ---- threads


def test_a_call_over_its_budget_is_answered_and_keeps_its_place() -> None:
    async def scenario() -> None:
        pool = Pool(threads=1, queue=1)
        release = threading.Event()
        started = time.monotonic()
        with pytest.raises(Problem) as slow:
            await pool.run(0.05, release.wait)
        assert time.monotonic() - started < 1
        assert (slow.value.status, slow.value.kind) == (503, "budget")
        waiting = asyncio.create_task(pool.run(5, lambda: "done"))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem) as full:
            await pool.run(5, lambda: "refused")
        assert (full.value.status, full.value.kind) == (503, "busy")
        assert full.value.headers["Retry-After"]
        release.set()
        assert await waiting == "done"
        assert await pool.run(5, lambda: "again") == "again"
        pool.close()

    asyncio.run(scenario())


def test_a_call_that_waited_too_long_is_not_made_any_more() -> None:
    async def scenario() -> None:
        pool = Pool(threads=1, queue=4)
        release = threading.Event()
        made: list[int] = []
        first = asyncio.create_task(pool.run(5, release.wait))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem):
            await pool.run(0.05, lambda: made.append(1))
        release.set()
        await first
        await pool.run(5, lambda: None)
        assert made == []
        pool.close()

    asyncio.run(scenario())


def test_what_a_call_raises_reaches_who_waits() -> None:
    async def scenario() -> None:
        pool = Pool(threads=1, queue=1)
        with pytest.raises(KeyError):
            await pool.run(5, lambda: {}["x"])
        assert pool._pending == 0
        pool.close()

    asyncio.run(scenario())


def test_a_failure_of_ours_says_nothing_of_the_server(
    web_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object, __: Call) -> None:
        raise RuntimeError("secret of /home/somebody")

    monkeypatch.setattr("searcher.web.api.status", fail)
    app = make_app(Settings(index=str(web_index)))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/status")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


# ---- generations


@pytest.fixture
def growing(tmp_path: Path) -> tuple[Store, Path]:
    sources = tmp_path / "docs"
    sources.mkdir()
    (sources / "one.txt").write_text(LIBRARY["notice.txt"], encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [sources])
    return store, sources


def test_the_next_request_after_a_commit_has_the_new_generation(
    growing: tuple[Store, Path],
) -> None:
    store, sources = growing
    with client_of(Settings(index=str(store.folder))) as client:
        before = client.get("/api/v1/status")
        permalink = client.get("/d/docs/one.txt")
        (sources / "two.txt").write_text(LIBRARY["law/reply.md"], encoding="utf-8")
        sync(store, [sources])
        after = client.get("/api/v1/status")
        assert (before.json()["documents"], after.json()["documents"]) == (1, 2)
        assert after.json()["generation"] > before.json()["generation"]
        assert before.headers["etag"] != after.headers["etag"]
        assert client.get("/d/docs/one.txt").text == permalink.text
        assert client.get("/api/v1/search?q=高新技术").json()["total"] > 0


def test_another_index_under_the_same_number_is_another_state(
    growing: tuple[Store, Path],
) -> None:
    store, sources = growing
    with client_of(Settings(index=str(store.folder))) as client:
        before = client.get("/api/v1/status")
        shutil.rmtree(store.folder)
        (sources / "one.txt").write_text(LIBRARY["law/reply.md"], encoding="utf-8")
        sync(store, [sources])
        after = client.get("/api/v1/status")
        assert before.json()["generation"] == after.json()["generation"]
        assert before.headers["etag"] != after.headers["etag"]
        assert client.get("/api/v1/search?q=高新技术").json()["total"] > 0


def test_a_restored_state_is_served(growing: tuple[Store, Path]) -> None:
    store, sources = growing
    with client_of(Settings(index=str(store.folder))) as client:
        (sources / "two.txt").write_text(LIBRARY["law/reply.md"], encoding="utf-8")
        sync(store, [sources])
        assert client.get("/api/v1/status").json()["documents"] == 2
        store.restore()
        assert client.get("/api/v1/status").json()["documents"] == 1


def test_a_state_that_cannot_be_read_leaves_the_old_one_in_use(
    growing: tuple[Store, Path], caplog: pytest.LogCaptureFixture
) -> None:
    store, sources = growing
    with client_of(Settings(index=str(store.folder))) as client:
        manifest = store.folder / "manifest.json"
        whole = manifest.read_bytes()
        manifest.write_bytes(b"garbage")
        assert client.get("/api/v1/status").json()["documents"] == 1
        assert "old one stays" in caplog.text
        manifest.unlink()
        assert client.get("/api/v1/search?q=食品").json()["total"] > 0
        manifest.write_bytes(whole)
        (sources / "two.txt").write_text(LIBRARY["law/reply.md"], encoding="utf-8")
        sync(store, [sources])
        assert client.get("/api/v1/status").json()["documents"] == 2


def test_an_edition_is_closed_when_its_last_request_is_over(growing: tuple[Store, Path]) -> None:
    store, sources = growing

    async def scenario() -> None:
        corpus = Corpus(store.folder)
        with corpus.turn() as old:
            (sources / "two.txt").write_text(LIBRARY["law/reply.md"], encoding="utf-8")
            sync(store, [sources])
            await corpus.refresh()
            assert old.searcher.search("食品").total > 0
            with corpus.turn() as new:
                assert new is not old
        with pytest.raises(ValueError, match="closed"):
            old.searcher.search("食品")
        corpus.close()

    asyncio.run(scenario())


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    for path in ("/", "/api/v1/search?q=食品", f"/d/{NEW_ID}"):
        first = client.get(path)
        assert first.headers["cache-control"] == "private, no-cache"
        again = client.get(path, headers={"if-none-match": f'"x", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert client.get(path, headers={"if-none-match": '"x"'}).content == first.content


def test_problems_are_never_kept(client: TestClient) -> None:
    for path in ("/search?q=AND", "/api/v1/search?q=AND", "/nothing"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert "etag" not in headers


# ---- logs


def test_the_log_has_no_query_unless_it_is_asked_for(
    web_index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "policysearch.web")
    with client_of(Settings(index=str(web_index))) as client:
        client.get("/search?q=verysecret")
        client.get("/id/verysecret")
    assert caplog.messages
    assert "verysecret" not in caplog.text
    with client_of(Settings(index=str(web_index), log_queries=True)) as client:
        client.get("/search?q=not%0asecret")
    assert "not%0asecret" in caplog.text
    assert all("\n" not in message for message in caplog.messages)


def test_the_settings_of_a_worker_are_those_of_its_server() -> None:
    settings = Settings("x", token=TOKEN, allowed_hosts=("a", "b"), log_queries=True, threads=3)
    assert Settings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("docs/a.txt", "docs/a.txt"),
        ("/home/x/docs/a.txt", "docs/a.txt"),
        ("../x/a.txt", "docs/a.txt"),
        ("C:\\x\\a.txt", "docs/a.txt"),
    ],
)
def test_a_source_is_shown_without_the_folders_of_the_server(source: str, shown: str) -> None:
    assert shown_source(source, "docs/a.txt") == shown
