"""The pages without a browser: what stands in them, and that hostile text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from starlette.testclient import TestClient

from indexer.documents.read import parse_document
from searcher.engine import Searcher
from searcher.web import chinese
from searcher.web.comparing import pairs
from searcher.web.reading import blocks, outline, words_pattern
from searcher.web.render import escape
from tests.web.library import CITING, CITING_ID, HOSTILE_ID, NEW_ID, NEW_LAW, OLD_ID

BLANK = re.compile(r"\s+")


class Page(HTMLParser):
    """The text of each block by its id, every link, every tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.blocks: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if href := values.get("href"):
            self.links.append(href)
        block = "block" in (values.get("class") or "").split() or values.get("class") == "folded"
        if tag in ("div", "details"):
            self._open.append((tag, values.get("id") or "" if block else ""))
            if block:
                self.blocks[values.get("id") or ""] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("div", "details") and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, id in self._open:
            if id:
                self.blocks[id] += data


def squeezed(text: str) -> str:
    return BLANK.sub("", text)


def page(client: TestClient, path: str, status: int = 200, **parameters: str) -> str:
    answer = client.get(path, params=parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.count("<h1") == 1
    return answer.text


def test_the_text_of_each_section_is_that_of_the_source(
    client: TestClient, web_index: Path
) -> None:
    with Searcher.open(web_index) as searcher:
        for row in searcher.documents:
            document = searcher.document(row.id)
            shown = Page(page(client, f"/d/{quote(row.id)}")).blocks
            for section in document.sections:
                text = squeezed(section.span.of(document.text))
                harmless = text.translate({0x202E: "\ufffd", 0x202C: "\ufffd"})
                assert squeezed(shown.get(section.anchor, "")) == harmless, section.anchor


def test_the_same_text_stands_there_with_highlights(client: TestClient) -> None:
    plain = Page(page(client, f"/d/{quote(NEW_ID)}")).blocks
    marked = page(client, f"/d/{quote(NEW_ID)}", q="城市绿化 罚款")
    assert marked.count("<mark>") > 3
    assert Page(marked).blocks == plain


def test_a_search_leads_to_the_hit_and_carries_its_words_along(client: TestClient) -> None:
    shown = page(client, "/search", q="擅自砍伐城市树木")
    links = [unquote(link) for link in Page(shown).links]
    assert f"/d/{NEW_ID}?q=擅自砍伐城市树木#tiao-4" in links
    assert "<mark>" in shown


def test_every_link_of_every_page_leads_somewhere(client: TestClient) -> None:
    done: set[str] = set()
    ahead = [
        "/",
        "/search?q=青山市",
        f"/d/{quote(CITING_ID)}",
        f"/diff?old={quote(OLD_ID)}&new={quote(NEW_ID)}",
    ]
    while ahead and len(done) < 400:
        url = ahead.pop().partition("#")[0]
        if url in done or not url.startswith("/"):
            continue
        done.add(url)
        answer = client.get(url)
        assert answer.status_code in (200, 300, 303), url
        if answer.headers["content-type"].startswith("text/html"):
            found = Page(answer.text).links
            assert all(link.startswith(("/", "#")) for link in found)
            ahead += found
    assert len(done) > 60


def test_every_fragment_of_a_document_is_there(client: TestClient) -> None:
    text = page(client, f"/d/{quote(NEW_ID)}")
    ids = set(re.findall(r' id="([^"]*)"', text))
    fragments = {link[1:] for link in Page(text).links if link.startswith("#")}
    assert fragments
    assert fragments <= ids


def test_hostile_text_stays_text(client: TestClient) -> None:
    pages = [
        page(client, f"/d/{quote(HOSTILE_ID)}", q="<script> 标记 </mark>"),
        page(client, "/search", q="<script>alert(1)</script> 标记"),
        page(client, "/verify", quotation="严禁使用</mark><img src=x onerror=alert(2)>等标记"),
        page(client, "/search", 400, q='"<img src=x onerror=alert(3)>'),
        page(client, "/d/<script>alert(4)</script>", 404),
        page(client, "/", 422, **{"<script>": "1"}),
        page(client, "/search", q="zzz\u202eqqq\u2066"),
    ]
    for shown in pages:
        tags = Page(shown).tags
        assert "img" not in tags
        assert tags.count("script") == 1
        assert "\u202e" not in shown
    assert "&amp;amp;实体" in pages[0]


@pytest.mark.parametrize("text", ["<a>", "&amp;", "\"'", "\u202e\x00\x1b\ud800"])
def test_escaped_text_has_no_markup_and_no_control(text: str) -> None:
    shown = str(escape(text))
    assert not set(shown) & set("<>\"'\u202e\x00\x1b\ud800")


def test_facets_narrow_the_search_and_widen_it_again(client: TestClient) -> None:
    shown = page(client, "/search", q="青山市")
    narrow = [link for link in Page(shown).links if "type=" in link and link.startswith("/search")]
    assert narrow
    narrowed = client.get(narrow[0]).text
    assert 'aria-current="true"' in narrowed
    total = re.compile(r"：([\d,]+) 个条款")
    before, after = (int(total.search(text)[1]) for text in (shown, narrowed))  # type: ignore[index]
    assert 0 < after < before
    chips = re.search(r'<ul class="chips".*?href="([^"]*)"', narrowed, re.DOTALL)
    assert chips
    assert total.search(client.get(chips[1].replace("&amp;", "&")).text)[1] == str(before)  # type: ignore[index]


def test_a_new_query_keeps_the_filters_and_begins_anew(client: TestClient) -> None:
    shown = page(client, "/search", q="青山市", type="条例", sort="newest", offset="1")
    form = shown[shown.index('<form class="box"') :].partition("</form>")[0]
    assert 'name="type" value="条例"' in form
    assert 'name="sort" value="newest"' in form
    assert "offset" not in form


def test_paging_goes_on_and_back(client: TestClient) -> None:
    first = page(client, "/search", q="青山市", limit="3")
    following = re.search(r'rel="next" href="([^"]*)"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text
    back = re.search(r'rel="prev" href="([^"]*)"', second)
    assert back
    again = client.get(back[1].replace("&amp;", "&")).text
    assert re.findall(r'class="go" href="[^"]*"', again) == re.findall(
        r'class="go" href="[^"]*"', first
    )


def test_nothing_found_is_not_said_to_be_nowhere(client: TestClient) -> None:
    assert "不等于不存在" in page(client, "/search", q="zzzqqqxxx")
    assert "不表示它不存在" in page(client, "/verify", quotation="本库里绝对没有这样的一句话吧")
    assert client.get("/search?q=").headers["location"] == "/"


def test_an_error_points_at_the_character_in_chinese(client: TestClient) -> None:
    shown = page(client, "/search", 400, q="食品 AND")
    assert "AND 后面缺少检索词" in shown
    assert "<code>食品 <mark>A</mark>ND</code>" in shown


def test_every_reason_of_the_parser_has_chinese() -> None:
    from indexer.errors import QueryError
    from searcher.query.parser import parse

    queries = [
        *("", "“”", '"食品', "(食品 AND 学校", "AND 食品", "食品 AND", "NOT", "食品 OR OR 学校"),
        *(
            "食品 NEAR/9 学校 NEAR/8 药品",
            "食品 NEAR",
            "标题:食品 NEAR 学校",
            "食品 NEAR/9999 学校",
        ),
        *("日期:2020-13", "日期:2020..2019", "日期:明天", "x" * 10_001, "(" * 33 + "a" + ")" * 33),
        *(" NEAR ".join("食品" for _ in range(9)), "-" + " -".join(f"“{n}”" for n in range(1025))),
        *("食品 NEAR 廉政*", "食品 NEAR (" + " OR ".join(f"食{n}" for n in range(65)) + ")"),
    ]
    told = 0
    for query in queries:
        try:
            parse(query)
        except QueryError as error:
            told += 1
            assert re.search("[\u4e00-\u9fff]", chinese.reason(error.reason)), error.reason
    assert told > 14


def test_a_name_or_a_number_leads_to_the_document(client: TestClient) -> None:
    def leads(path: str, **parameters: str) -> str:
        answer = client.get(path, params=parameters)
        assert answer.status_code == 303, answer.text
        return unquote(answer.headers["location"])

    assert leads("/id/青山市城市绿化条例") == f"/d/{NEW_ID}"
    assert leads("/id/青山市城市绿化条例/4") == f"/d/{NEW_ID}#tiao-4"
    assert leads("/id/青山市城市绿化条例/第四条") == f"/d/{NEW_ID}#tiao-4"
    assert leads("/id/青山市城市绿化条例", date="2015-01-01") == f"/d/{OLD_ID}"
    assert leads("/id/青教办〔2019〕8号") == leads("/id/青教办[2019]8号") == "/d/docs/notice.txt"
    page(client, "/id/没有这个文件", 404)
    page(client, "/id/青山市城市绿化条例/99", 404)
    page(client, "/id/青山市城市绿化条例", 404, date="1999")


def test_the_end_of_an_id_leads_to_the_whole_of_it(client: TestClient) -> None:
    answer = client.get("/d/notice")
    assert answer.status_code == 301
    assert answer.headers["location"] == "/d/docs/notice.txt"
    assert "本库没有收录" in page(client, "/d/otice", 404)


def test_versions_cites_and_what_cites_are_named(client: TestClient) -> None:
    new = page(client, f"/d/{quote(NEW_ID)}")
    assert "/diff?old=" in new
    assert CITING[:20] in new[new.index("被引用") :]
    citing = page(client, f"/d/{quote(CITING_ID)}")
    assert "《中华人民共和国城乡规划法》 <span" in citing
    assert "未收录" in citing


def test_a_section_stands_alone_with_its_citations(client: TestClient) -> None:
    shown = page(client, f"/d/{quote(NEW_ID)}", section="tiao-5")
    assert list(Page(shown).blocks) == ["tiao-5"]
    assert "《青山市城市绿化条例》第五条" in shown
    assert "[A/OL]. (2019-08-01)" in shown
    assert f'rel="canonical" href="/d/{quote(NEW_ID)}#tiao-5"' in shown
    links = Page(shown).links
    assert [link for link in links if link.endswith("section=tiao-4")]
    assert [link for link in links if link.endswith("section=tiao-6")]
    page(client, f"/d/{quote(NEW_ID)}", 404, section="tiao-77")


def test_files_of_a_document_are_its_text(client: TestClient) -> None:
    text = client.get(f"/d/{quote(NEW_ID)}?format=txt")
    assert text.text == NEW_LAW
    assert "attachment" in text.headers["content-disposition"]
    one = client.get(f"/d/{quote(NEW_ID)}?format=txt&section=tiao-5").text
    assert one.startswith("第五条")
    assert "第六条" not in one
    shown = client.get(f"/d/{quote(NEW_ID)}?format=json").json()
    assert shown["document"] == NEW_ID


def test_both_sides_of_a_comparison_are_the_two_texts(client: TestClient, web_index: Path) -> None:
    with Searcher.open(web_index) as searcher:
        old, new = searcher.document(OLD_ID), searcher.document(NEW_ID)
        changes = searcher.diff(OLD_ID, NEW_ID)
    every = pairs(old, new, changes)
    assert {pair.kind for pair in every} >= {"changed", "added", "unchanged"}
    for change, pair in zip(changes, every, strict=True):
        for side, pieces, document in (
            (change.before, pair.before, old),
            (change.after, pair.after, new),
        ):
            text = "".join(piece for _, piece in pieces)
            assert text == (side.span.of(document.text) if side else "")
    shown = page(client, "/diff", old=OLD_ID, new=NEW_ID)
    assert "<del>" in shown
    assert "（增：" in shown
    page(client, "/diff", 404, old=OLD_ID, new="docs/none")


def test_a_verdict_is_in_words_and_its_differences_are_marked(client: TestClient) -> None:
    assert "一字不差" in page(client, "/verify", quotation="任何单位和个人不得擅自砍伐城市树木")
    near = page(client, "/verify", quotation="任何单位或个人不得擅自砍伐城市树木")
    assert "有出入" in near
    assert re.search(r"<del>.*或.*</del>", near)
    posted = client.post("/verify", data={"quotation": "任何单位和个人不得擅自砍伐城市树木"})
    assert "一字不差" in posted.text
    page(client, "/verify", 422, quotation="x" * 2001)


@pytest.mark.parametrize("style", ["gbt7714", "bibtex", "ris", "text"])
def test_citations_are_plain_text(client: TestClient, style: str) -> None:
    answer = client.get("/cite", params={"ref": f"{NEW_ID}#tiao-5", "style": style})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "青山市城市绿化条例" in answer.text


def test_only_lines_that_are_headings_are_headings() -> None:
    text = (
        "关于甲的通知\n各单位：\n一、落实责任\n各单位要负责。\n"
        "（一）健全制度。各单位应当建立台账。\n（二）有的工作不够理想。\n二、加强检查\n按月检查。\n"
    )
    document = parse_document(text, "a.txt")
    found = {block.name: block.level for block in blocks(document) if block.level != 1}
    headed = [name for name, level in found.items() if level]
    assert headed == ["一、落实责任", "二、加强检查"]
    levels = [block.level for block in blocks(document) if block.level > 1]
    assert levels == [2, 2]


def test_levels_of_headings_never_jump() -> None:
    document = parse_document(NEW_LAW, "law.txt")
    levels = [block.level for block in blocks(document) if block.level]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    top = outline(document)
    assert [entry.text for entry in top] == ["第一章 总则", "第二章 管理"]
    assert [entry.text for entry in top[0].below] == ["第一条", "第二条", "第三条"]


def test_the_second_copy_in_a_file_is_folded(seed_searcher: Searcher) -> None:
    document = seed_searcher.document(seed_searcher.documents[0].id)
    folded = [block for block in blocks(document) if block.folded]
    assert folded
    assert all(block.kind in ("repeat", "contents") for block in folded)


def test_the_longest_form_of_a_word_is_marked() -> None:
    pattern = words_pattern(["责任", "责任追究", "", " "])
    assert pattern
    assert pattern.findall("责任追究与责任") == ["责任追究", "责任"]
    assert words_pattern([""]) is None


def test_an_index_without_documents_says_so(tmp_path: Path) -> None:
    from indexer import Store, sync
    from searcher.web.settings import Settings
    from tests.web.conftest import client_of

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("甲乙丙丁\n", encoding="utf-8")
    store = Store(tmp_path / "ix")
    sync(store, [tmp_path / "docs"])
    (tmp_path / "docs" / "a.txt").unlink()
    sync(store, [tmp_path / "docs"])
    with client_of(Settings(index=str(store.folder))) as client:
        assert "还没有文件" in client.get("/").text
        for path in ("/search?q=食品", "/about", "/missing", "/api/v1/documents"):
            assert client.get(path).status_code == 200
