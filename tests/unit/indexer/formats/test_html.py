"""Web pages: the article and nothing of the site, whatever the markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats import Limits, Source, read_source
from tests.support.make_formats import NOTICE, notice_html
from tests.support.work import lines_run

BODY = (
    "为进一步做好山区道路养护工作，保障群众出行安全，经研究同意，现就有关事项通知如下：请认真执行。"
)


def read(page: str | bytes, **limits: int) -> Source:
    data = page if isinstance(page, bytes) else page.encode()
    return read_source(Path("page.html"), data, limits=Limits(**limits))


def lines(page: str) -> list[str]:
    return read(page).text.splitlines()


def test_the_article_comes_without_the_site_around_it() -> None:
    assert lines(notice_html().decode()) == list(NOTICE)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("gbk", "gb18030"), ("gb18030", "gb18030")],
)
def test_the_charset_a_page_names_is_used(charset: str, codec: str) -> None:
    source = read(notice_html(charset=charset))
    assert source == Source("".join(f"{line}\n" for line in NOTICE), "html", codec)


def test_a_byte_order_mark_outdoes_the_named_charset() -> None:
    page = f"<meta charset=gb2312><p>{BODY}</p>"
    assert read(b"\xff\xfe" + page.encode("utf-16-le")).encoding == "utf-16-le"


@pytest.mark.parametrize("charset", ["gb2312", "no-such-charset", "base64", "utf-16", "\xff\xfe"])
def test_a_charset_that_is_wrong_does_no_harm(charset: str) -> None:
    source = read(f'<meta charset="{charset}"><p>{BODY}</p>')
    assert (source.text, source.encoding) == (BODY + "\n", "utf-8")


def test_a_japanese_page_that_says_so_is_not_taken_for_big5() -> None:
    text = "道路の維持管理に関する通達について、下記のとおり定める。"
    source = read(f"<meta charset=euc-jp><p>{text}</p>".encode("euc-jp"))
    assert (source.text, source.encoding) == (text + "\n", "euc_jp")


def test_a_single_byte_charset_is_not_believed() -> None:
    source = read(f"<meta charset=iso-8859-1><p>{BODY}</p>".encode("gb18030"))
    assert (source.text, source.encoding) == (BODY + "\n", "gb18030")


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="ArticleTitle" content="关于养护的通知"><title>网站</title>',
        "<title>关于养护的通知_云岭省人民政府</title>",
        "<title>关于养护的通知 - 政策文件 - 云岭省</title>",
        "<title>\n关于养护的通知|云岭</title>",
    ],
)
def test_a_title_the_article_lacks_comes_first(head: str) -> None:
    assert lines(f"<head>{head}</head><body><p>{BODY}</p></body>") == ["关于养护的通知", BODY]


def test_a_title_that_only_names_the_site_is_left_out() -> None:
    assert lines(f"<title>云岭省人民政府门户网站</title><p>{BODY}</p>") == [BODY]


def test_a_title_broken_over_lines_becomes_one() -> None:
    page = f"<title>关于山区道路养护的通知</title><h1>关于山区道路<br>养护的通知</h1><p>{BODY}</p>"
    assert lines(page) == ["关于山区道路养护的通知", BODY]


def test_inline_markup_does_not_break_a_line() -> None:
    page = f"<p>到<span>2025</span>\n年，<b>优良</b>路<font color=red>率</font>达标。</p><p>{BODY}"
    assert lines(page) == ["到2025 年，优良路率达标。", BODY]


def test_markup_of_word_is_not_taken_for_paragraphs() -> None:
    assert lines(f"<p>甲<o:p></o:p>乙<o:p>丙</o:p></p><p>{BODY}") == ["甲乙丙", BODY]


def test_breaks_blocks_and_lists_are_lines() -> None:
    page = f"<div>{BODY}<br>第二行<ul><li>甲<li>乙</ul>尾<hr>末<p>段</p>余</div>"
    assert lines(page) == [BODY, "第二行", "甲", "乙", "尾", "末", "段", "余"]


def test_rows_of_a_table_are_lines_with_tabs() -> None:
    table = "<table><tr><th>类<th>标准<tr><td>县道<td><p>一万</p><p>元</p></table>"
    assert lines(f"<p>{BODY}</p>{table}") == [BODY, "类\t标准", "县道\t一万 元"]


def test_a_table_that_lays_out_the_page_is_read_as_paragraphs() -> None:
    nested = f"<tr><td><a href=/>菜单</a></td><td><p>{BODY}</p><p>{BODY[:30]}</p></td></tr>"
    page = f"<table><tr><td><table>{nested}</table></td></tr></table>"
    assert lines(page) == [BODY, BODY[:30]]


def test_each_entry_of_a_documents_card_is_a_line() -> None:
    row = "<tr><td><b>{}</b><td>{}<td><b>{}</b><td>{}</tr>"
    card = row.format("索 引 号：", "0001/2021", "主题分类：", "")
    card += row.format("发文机关：", "云岭省人民政府", "成文日期：", "2021年6月18日")
    page = f"<div><table>{card}</table></div><table><tr><td><p>通知</p><p>{BODY}</p></table>"
    assert lines(page) == [
        "索引号：0001/2021", "发文机关：云岭省人民政府", "成文日期：2021年6月18日", "通知", BODY,
    ]  # fmt: skip


def test_entities_are_read_and_blanks_at_the_edges_dropped() -> None:
    page = f"<p>&emsp;&emsp;&#12298;公路法&#x300b;&nbsp;&lt;一&gt;&nbsp;</p><p>{BODY}\u200b</p>"
    assert lines(page) == ["《公路法》\u00a0<一>", BODY]


def test_scripts_comments_and_hidden_elements_are_not_text() -> None:
    page = (
        "<script>if (a<b) document.write('<p>脚本</p>')</script><style>p:after{}</style>"
        f"<!-- <p>注释</p> --><div style='display: none'>藏<div>藏</div>藏</div><p>{BODY}</p>"
        "<textarea><p>框</p></textarea><noscript>无</noscript><nav>导航</nav><footer>页脚</footer>"
    )
    assert lines(page) == [BODY]


def test_links_within_the_text_stay() -> None:
    page = f"<p>根据<a href='/law'>《公路法》</a>第十条，{BODY}</p>"
    assert lines(page) == ["根据《公路法》第十条，" + BODY]


def test_enclosed_files_stay_and_other_pages_go() -> None:
    page = (
        f"<div><p>{BODY}</p><p><a href='/a/b.docx'>附件：标准表</a></p><p>云岭省人民政府</p>"
        "<p><a href='/next.html'>下一篇：关于防汛的通知</a></p></div>"
    )
    assert lines(page) == [BODY, "附件：标准表", "云岭省人民政府"]


def test_the_signature_beside_a_long_paragraph_is_kept() -> None:
    page = (
        "<div><a href='/'>首页</a></div><div><div>关于养护的通知</div>"
        f"<div><div>{BODY * 5}</div></div><div>云岭省人民政府</div><div>2021年6月18日</div></div>"
    )
    assert lines(page) == ["关于养护的通知", BODY * 5, "云岭省人民政府", "2021年6月18日"]


@pytest.mark.parametrize(
    "widget",
    [
        "【字体：大 中 小】", "字体： [大] [中] [小]", "【打印】 【关闭】", "打印本页 | 关闭窗口",
        "分享到：", "返回顶部", "上一篇：没有了", "当前位置：首页 > 文件", "阅读次数：128次",
    ],
)  # fmt: skip
def test_widgets_of_the_site_are_dropped(widget: str) -> None:
    assert lines(f"<div><p>{widget}</p><p>{BODY}</p><p>{widget}</p></div>") == [BODY]


def test_a_line_that_also_has_a_date_loses_only_the_widget() -> None:
    page = (
        f"<div><p>发布时间：2021-06-18 来源：办公厅 字体：大 中 小 【打印】</p><p>{BODY}</p></div>"
    )
    assert lines(page) == ["发布时间：2021-06-18 来源：办公厅", BODY]


@pytest.mark.parametrize(
    "text", ["打印机采购管理办法", "关闭小煤矿的通知", "字体管理规定", "分享经济"]
)
def test_words_of_the_text_are_not_taken_for_widgets(text: str) -> None:
    assert lines(f"<div><p>{text}</p><p>{BODY}</p></div>") == [text, BODY]


def test_missing_and_stray_end_tags_do_not_lose_text() -> None:
    page = f"<div><p>甲<p>乙</b></font></div></div><div>{BODY}</p>丙</td></div>丁"
    assert lines(page) == ["甲", "乙", BODY, "丙", "丁"]


def test_a_page_without_text_is_empty() -> None:
    with pytest.raises(SourceError, match="empty"):
        read("<html><body><script>x</script><img src=a.png></body></html>")


def test_tags_are_bounded() -> None:
    with pytest.raises(SourceTooLarge, match="over 10 tags"):
        read("<p>" * 11, html_tags=10)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 25_000,
        "<ul><li>" * 12_000,
        "<table><tr><td>x" * 10_000,
        "<b><p>" * 12_000 + "x" + "</b>" * 12_000,
        "<p " + "a=1 " * 50_000 + ">",
        "<" * 80_000,
        '<a "' * 25_000,
        "<a '\"" * 25_000,
        '<a ">"' * 25_000,
        "<!--" * 25_000,
        "<script>" * 25_000,
        "</p>" * 25_000,
        "<p style='display:none'>" * 12_000,
        "【字体" + "大 " * 50_000,
        "打印" * 50_000,
        "<p>一" + "　" * 100_000 + "二",
        "<p>" + " " * 200_000 + "。" * 9,
    ],
)
def test_hostile_markup_is_read_by_few_steps_a_character(page: str) -> None:
    swallows = page.endswith(("<!--", "<script>"))
    page = BODY + page if swallows else page + "<p>" + BODY
    texts: list[str] = []
    assert lines_run(lambda page: texts.append(read(page).text), page) < 200 * len(page)
    assert BODY in texts[0]


MARKUP = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<td>", "<table>", "</table>", "<tr>", "<a href=x>", "</a>",
     "<br>", "<!--", "-->", "<", "&#0;", "&#xD800;", "&bad;", "<title>", "</title>", "<li>", "文。",
     "<script>", "</script>", "<meta charset=", '"', "'", ">", "<p style='display:none'>", "</td>"]
)  # fmt: skip


@given(st.lists(MARKUP, max_size=40))
@settings(max_examples=120)
def test_any_markup_raises_source_errors_only(parts: list[str]) -> None:
    try:
        text = read("".join(parts)).text
    except SourceError:
        return
    assert text.strip()


@given(
    st.lists(st.text(alphabet="甲乙丙丁，。一二", min_size=1, max_size=30), min_size=1, max_size=8)
)
@settings(max_examples=60)
def test_paragraphs_of_an_article_are_never_lost(texts: list[str]) -> None:
    page = "".join(f"<p>{text}</p>" for text in texts)
    assert lines(f"<div id=top><a href=/>首页</a></div><div>{page}</div>") == texts


def shown(page: str) -> list[str]:
    return read(page.encode()).text.splitlines()


def test_a_cell_that_spans_rows_stands_in_each_of_them() -> None:
    table = (
        "<table><tr><td>序号<td>任务<td>单位</tr>"
        "<tr><td>1<td>修复湿地，种植植物<td rowspan=2>市林业局</tr>"
        "<tr><td>2<td>清理岸线，拆除设施</tr>"
        "<tr><td>3<td>划定红线<td>市水利局</tr></table>"
    )
    assert shown(table) == [
        "序号\t任务\t单位",
        "1\t修复湿地，种植植物\t市林业局",
        "2\t清理岸线，拆除设施\t市林业局",
        "3\t划定红线\t市水利局",
    ]


def test_a_cell_that_spans_more_rows_than_there_are_costs_nothing() -> None:
    rows = "".join(f"<tr><td rowspan=9999>甲{n}，</td><td>乙</td></tr>" for n in range(3))
    assert shown(f"<table>{rows}</table>")[0] == "甲0，\t乙"


def test_line_ends_count_within_pre() -> None:
    assert shown("<p>甲，\n乙。</p><pre>丙，\n\n丁。\n</pre><p>戊，\n己。</p>") == [
        *("甲， 乙。", "丙，", "丁。", "戊， 己。")
    ]


def test_lines_of_the_site_below_the_article_are_left_out() -> None:
    foot = "<p>分享：微信 微博</p><p>主办单位：某局 备案号：江ICP备050号</p>"
    page = f"<div><p>正文，第一段。</p>{foot}</div>"
    assert shown(page) == ["正文，第一段。"]
    assert shown("<p>各单位：</p><p>主办单位：某局，承办单位：某处。</p>")[-1].startswith(
        "主办单位"
    )
