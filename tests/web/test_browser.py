"""The pages in a real browser: the acceptance of the face."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from tests.web.browsing import FLAGS, Visit, chromium, visiting
from tests.web.library import CITING_ID, HOSTILE_ID, NEW_ID, OLD_ID

api = pytest.importorskip("playwright.sync_api", reason="the extra browser is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium(), reason="there is no Chromium here"),
]

LAW = f"/d/{quote(NEW_ID)}"
PAGES = {
    "home": "/",
    "search": "/search?q=青山市",
    "documents": "/search?q=青山市&by=document",
    "none": "/search?q=zzzqqq",
    "error": "/search?q=食品 AND",
    "law": f"{LAW}?q=绿化#tiao-4",
    "notice": f"/d/{quote(CITING_ID)}",
    "hostile": f"/d/{quote(HOSTILE_ID)}",
    "section": f"{LAW}?section=tiao-5",
    "diff": f"/diff?old={quote(OLD_ID)}&new={quote(NEW_ID)}",
    "diff form": "/diff",
    "verify": "/verify?quotation=任何单位或个人不得擅自砍伐城市树木",
    "absent": "/verify?quotation=本库里没有这样的一句话吧",
    "missing": "/missing",
    "about": "/about",
    "help": "/help",
    "login": "/login",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    with visiting(browser, address) as visit:
        yield visit


def suggestions_asked(visit: Visit) -> int:
    return sum("/suggest?" in url for url in visit.asked)


def below_the_bar(page: Any, selector: str) -> bool:
    """Whether an element begins below the bar and within the window."""
    return bool(
        page.evaluate(
            """selector => {
              const top = document.querySelector(selector).getBoundingClientRect().top;
              const bar = document.querySelector('.bar').getBoundingClientRect().bottom;
              return top >= bar - 1 && top < innerHeight;
            }""",
            selector,
        )
    )


# ---- the way of a reader


def test_from_the_first_page_to_the_section_and_back(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    page.fill("#q", "擅自砍伐城市树木")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit")
    results = page.url
    page.click(".hit .go >> nth=0")
    page.wait_for_selector(".block:target")
    page.wait_for_timeout(700)  # it scrolls smoothly
    assert page.url.endswith("#tiao-4")
    assert below_the_bar(page, ".block:target")
    assert page.locator(".block:target mark").count() > 0
    page.go_back()
    page.wait_for_selector(".hit")
    assert page.url == results
    assert page.input_value("#q") == "擅自砍伐城市树木"


def test_every_facet_narrows_the_page_and_its_address_says_it_all(visit: Visit) -> None:
    page = visit.page
    visit.go("/search?q=青山市&limit=2")
    total = page.inner_text("h1")
    names = page.locator(".facets section").count()
    for number in range(names):
        links = page.locator(f".facets section >> nth={number} >> a:has(.n)")
        if not links.count():
            continue
        links.last.click()
        page.wait_for_load_state()
        assert page.locator('.facets [aria-current="true"]').count() >= 1
        shown, url = page.inner_text(".results"), page.url
        page.goto(url)
        assert page.inner_text(".results") == shown
        if page.locator("a[rel=next]").count():
            page.click("a[rel=next]")
            assert page.locator(".chips a").count() >= 1
            page.go_back()
        page.click(".chips a >> nth=0")
        page.wait_for_load_state()
        while page.locator(".chips a").count():
            page.click(".chips a >> nth=0")
            page.wait_for_load_state()
        assert page.inner_text("h1") == total


def test_all_of_it_works_without_scripts(browser: Any, address: str) -> None:
    with visiting(browser, address, java_script_enabled=False) as visit:
        page = visit.page
        visit.go("/")
        page.fill("#q", "青山市")
        page.click("button[type=submit]")
        assert page.locator(".hit").count() >= 3
        page.click(".facets a:has(.n) >> nth=0")
        assert page.locator(".chips a").count() == 1
        visit.go("/search?q=青山市&limit=2")
        page.click("a[rel=next]")
        assert page.locator(".hit").count() >= 1
        page.click(".hit .go >> nth=0")
        assert page.locator(".block").count() > 1
        visit.go("/verify")
        page.fill("#quotation", "任何单位和个人不得擅自砍伐城市树木")
        page.click("main button[type=submit]")
        assert "一字不差" in page.inner_text("main")
        visit.go(LAW)
        page.click("text=与本版比较")
        assert page.locator("ins").count() > 0


# ---- typing


def test_an_input_method_is_left_alone_until_it_has_done(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    page.focus("#q")
    cdp = page.context.new_cdp_session(page)
    for text in ("q", "qi", "qing", "青山"):
        cdp.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
        page.wait_for_timeout(150)
    assert suggestions_asked(visit) == 0
    key = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    cdp.send("Input.dispatchKeyEvent", key)
    page.wait_for_timeout(200)
    assert page.url.endswith("/")
    cdp.send("Input.insertText", {"text": "青山"})
    page.wait_for_selector("#suggestions li")
    page.wait_for_timeout(300)
    assert suggestions_asked(visit) == 1


def test_a_key_of_an_input_method_chooses_nothing(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    page.fill("#q", "青山")
    page.wait_for_selector("#suggestions li")
    page.evaluate(
        """() => document.querySelector('#q').dispatchEvent(new KeyboardEvent('keydown',
             {key: 'ArrowDown', keyCode: 229, bubbles: true, cancelable: true}))"""
    )
    assert page.get_attribute("#q", "aria-activedescendant") is None


def test_suggestions_are_chosen_by_keys(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    page.focus("#q")
    page.keyboard.type("青山")
    page.wait_for_selector("#suggestions li")
    assert page.get_attribute("#q", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    first = page.get_attribute("#q", "aria-activedescendant")
    assert page.get_attribute(f"#{first}", "aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    assert page.get_attribute("#q", "aria-activedescendant") is None
    page.keyboard.press("Escape")
    assert not page.is_visible("#suggestions")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "q"
    page.focus("#q")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#suggestions li")
    page.keyboard.press("ArrowDown")
    text = page.inner_text('#suggestions [aria-selected="true"] span >> nth=0')
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert page.input_value("#q") == text


def test_a_late_answer_never_overwrites_a_newer_one(visit: Visit) -> None:
    page = visit.page
    visit.go("/")

    def answer(route: Any) -> None:
        late = quote("青") == route.request.url.rpartition("q=")[2]
        if late:
            time.sleep(0.8)
        text = "late" if late else "newer"
        route.fulfill(json=[{"text": text, "kind": "term", "count": 1}])

    page.route("**/api/v1/suggest**", answer)
    page.focus("#q")
    page.keyboard.type("青")
    page.wait_for_timeout(150)
    page.keyboard.type("山")
    page.wait_for_selector("#suggestions li")
    page.wait_for_timeout(1_200)
    assert page.inner_text("#suggestions li span >> nth=0") == "newer"


def test_single_keys_move_about_and_are_text_in_a_box(visit: Visit) -> None:
    page = visit.page
    focused = "document.activeElement.textContent"
    visit.go("/search?q=青山市")
    titles = page.locator(".hit .go").all_inner_texts()
    page.keyboard.press("j")
    assert page.evaluate(focused) == titles[0]
    page.keyboard.press("j")
    assert page.evaluate(focused) == titles[1]
    page.keyboard.press("k")
    assert page.evaluate(focused) == titles[0]
    page.keyboard.press("Control+j")
    assert page.evaluate(focused) == titles[0]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("jk/?")
    assert page.input_value("#q") == "jk/?"
    visit.go(f"{LAW}?q=绿化")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.closest('.outline') !== null")
    page.keyboard.press("?")
    page.wait_for_url("**/help**")


def test_single_keys_can_be_turned_off(visit: Visit) -> None:
    page = visit.page
    visit.go("/help")
    page.check("#keys-off")
    visit.go("/search?q=青山市")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"
    visit.go("/help")
    assert page.is_checked("#keys-off")
    page.uncheck("#keys-off")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


# ---- what is read is what stands in the source


@pytest.mark.parametrize("id", [NEW_ID, CITING_ID, "docs/notice.txt", "docs/law/regulation.txt"])
def test_what_is_copied_from_a_section_is_verbatim(visit: Visit, id: str) -> None:
    page = visit.page
    visit.go(f"/d/{quote(id)}?q=绿化")
    anchors = page.evaluate("[...document.querySelectorAll('.block')].map(block => block.id)")
    assert len(anchors) > 3
    for anchor in anchors:
        copied = page.evaluate(
            """id => {
              getSelection().selectAllChildren(document.getElementById(id));
              return getSelection().toString();
            }""",
            anchor,
        )
        body = {"quotation": copied[:2_000]}
        answer = page.request.post(f"{visit.address}/api/v1/verify", data=body)
        assert answer.json()["verdict"] == "verbatim", (anchor, copied)


def test_both_sides_of_a_comparison_read_as_the_texts(visit: Visit) -> None:
    page = visit.page
    visit.go(PAGES["diff"] + "&changes=all")
    for id, side in ((OLD_ID, "old"), (NEW_ID, "new")):
        shown = page.evaluate(
            """side => [...document.querySelectorAll(`[data-side=${side}]`)].map(box => {
              const copy = box.cloneNode(true);
              copy.querySelectorAll('.hidden').forEach(one => one.remove());
              return copy.textContent;
            }).join('')""",
            side,
        )
        text = page.request.get(f"{visit.address}/d/{quote(id)}?format=txt").text()
        assert sorted(re.sub(r"\s+", "", shown)) == sorted(re.sub(r"\s+", "", text))


def test_hostile_text_does_nothing(visit: Visit) -> None:
    visit.go(PAGES["hostile"] + "?q=<script>alert(1)</script>")
    visit.go("/search?q=<script>alert(1)</script>")
    visit.page.wait_for_timeout(200)
    assert visit.page.locator("img").count() == 0


# ---- for everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 640, 375, 320])
def test_every_page_can_be_used_by_everybody(
    browser: Any, address: str, width: int, scheme: str
) -> None:
    """No violation that axe finds, and nothing to scroll sideways (640: 1280 at 200 %)."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    view = {"width": width, "height": 800}
    with visiting(browser, address, viewport=view, color_scheme=scheme) as visit:
        for name, path in PAGES.items():
            visit.go(path)
            found = axe.run(visit.page, options=options).response["violations"]
            told = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]
            assert told == [], name
            wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, name


def test_what_has_the_focus_is_never_behind_the_bar(visit: Visit) -> None:
    page = visit.page
    visit.go("/search?q=青山市")
    for _ in range(60):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const one = document.activeElement, bar = document.querySelector('.bar');
              if (one === document.body || bar.contains(one) || one.matches('.skip')) return false;
              return one.getBoundingClientRect().bottom <= bar.getBoundingClientRect().bottom;
            }"""
        )
        assert not covered


def test_colours_of_the_system_show_the_page_too(browser: Any, address: str) -> None:
    with visiting(browser, address, forced_colors="active") as visit:
        visit.go(PAGES["law"])
        style = "getComputedStyle(document.body)"
        ink, paper = visit.page.evaluate(f"[{style}.color, {style}.backgroundColor]")
        assert ink != paper


def test_on_paper_there_is_the_document_and_where_it_is_from(visit: Visit) -> None:
    from pypdf import PdfReader

    visit.go(f"{LAW}?q=绿化")
    pages = PdfReader(BytesIO(visit.page.pdf(prefer_css_page_size=True))).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    assert len(pages) == 1
    width, height = (round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    assert "第七条" in text
    assert "[A/OL]" in text
    for chrome in ("版本比较", "引文核对", "文件信息", "目录"):
        assert chrome not in text
