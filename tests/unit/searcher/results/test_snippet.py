"""Matches, windows and snippets: what is marked, what is shown, and that it is harmless."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.kernel.plain.find import find_matches, merge_matches
from indexer.kernel.plain.snippet import best_window, snippet
from indexer.kernel.types import Match, pack_matches
from searcher.results.snippet import Snippet, make_snippet, pack_weights
from tests.support.work import lines_run


def spans(text: str, *needles: str) -> list[tuple[int, int]]:
    return merge_matches(find_matches(text, needles))


def marked(snippet: Snippet) -> str:
    return "".join(f"[{piece}]" if lit else piece for piece, lit in snippet.pieces())


def shown(text: str, *needles: str, width: int = 120, weights: tuple[float, ...] = ()) -> str:
    equal = weights or (1.0,) * len(needles)
    return marked(make_snippet(text, find_matches(text, needles), equal, width))


# Matches


def test_matches_come_in_the_order_of_the_text_with_their_needle() -> None:
    assert find_matches("税法与刑法", ["刑法", "税法"]) == [Match(0, 2, 1), Match(3, 5, 0)]


def test_touching_and_overlapping_matches_are_marked_as_one() -> None:
    assert spans("党风廉政建设责任", "廉政", "建设", "政建", "责任") == [(2, 8)]
    assert spans("廉政与建设", "廉政", "建设") == [(0, 2), (3, 5)]


def test_a_match_within_a_match_does_not_end_the_run() -> None:
    assert spans("中华人民共和国刑法", "中华人民共和国", "人民", "刑法") == [(0, 9)]


def test_a_single_character_counts_only_where_it_touches_a_longer_match() -> None:
    assert spans("第32号令，第一号", "第", "号", "32") == [(0, 4)]
    assert spans("的确是第号", "第", "号", "32") == []


def test_single_characters_count_where_there_is_nothing_longer() -> None:
    assert spans("税与法", "税", "法") == [(0, 1), (2, 3)]


def test_an_empty_needle_matches_nowhere() -> None:
    assert find_matches("税法", [""]) == find_matches("税法", []) == find_matches("", ["税"]) == []


# Windows


def test_the_window_with_more_different_needles_wins() -> None:
    text = "税法税法税法。" + "某" * 50 + "刑法和民法。" + "某" * 50
    assert "[刑法]和[民法]。" in shown(text, "税法", "刑法", "民法", width=20)


def test_the_window_with_the_heavier_needle_wins() -> None:
    text = "税法。" + "某" * 50 + "。刑法。"
    assert shown(text, "税法", "刑法", width=10, weights=(1, 2)) == "…[刑法]。"
    assert shown(text, "税法", "刑法", width=10, weights=(2, 1)).startswith("[税法]。")


def test_of_equal_windows_the_earliest_wins() -> None:
    text = "某税法。" + "某" * 50 + "。某税法。"
    assert shown(text, "税法", width=6).startswith("某[税法]。")
    # 0.1 + 0.2 weighs no more than 0.3.
    text = "甲乙。" + "某" * 30 + "丙丁戊己。"
    parts = shown(text, "甲乙", "丙丁", "戊己", width=6, weights=(0.3, 0.1, 0.2))
    assert parts.startswith("[甲乙]")


def test_a_window_begins_with_a_sentence() -> None:
    text = "某" * 40 + "。其次要加强税法宣传，" + "某" * 80
    assert shown(text, "税法", width=30).startswith("…其次要加强[税法]宣传，")


def test_a_window_ends_with_a_sentence_near_its_limit() -> None:
    text = "税法" + "某" * 20 + "。" + "某" * 80
    assert shown(text, "税法", width=26) == "[税法]" + "某" * 20 + "。…"
    assert shown(text, "税法", width=80) == "[税法]" + "某" * 20 + "。" + "某" * 57 + "…"


def test_a_window_in_a_long_sentence_begins_with_a_clause() -> None:
    text = "某" * 60 + "，加强税法宣传" + "某" * 60
    assert shown(text, "税法", width=30).startswith("…加强[税法]宣传")


def test_a_text_that_fits_is_shown_whole() -> None:
    text = "某。税法。某\n某"
    assert best_window(text, find_matches(text, ["税法"]), [1], len(text)) == (0, len(text))


def test_context_is_left_after_a_highlight_far_into_its_sentence() -> None:
    text = "。" + "某" * 58 + "税法" + "某" * 80
    assert shown(text, "税法", width=62) == "…" + "某" * 30 + "[税法]" + "某" * 30 + "…"


def test_a_window_uses_its_width_at_the_end_of_the_text() -> None:
    text = "某" * 100 + "税法"
    assert shown(text, "税法", width=20) == "…" + "某" * 18 + "[税法]"


def test_a_highlight_at_the_edge_is_left_out_rather_than_cut() -> None:
    text = "税法" + "某" * 7 + "国家税务总局" + "某" * 50
    assert shown(text, "税法", "国家税务总局", width=12) == "[税法]" + "某" * 7 + "…"


def test_a_highlight_wider_than_the_window_is_cut() -> None:
    assert shown("某。" + "税法" * 50, "税法", width=10) == "…[" + "税法" * 5 + "]…"


def test_without_matches_the_beginning_is_shown() -> None:
    assert shown("第一条为了规范。第二条", "税法", width=9) == "第一条为了规范。…"
    assert shown("", "税法") == ""


# Snippets


def test_blanks_and_controls_become_one_space_and_highlights_stay_right() -> None:
    text = "某\r\n\t 税\n法\x00\x1b[31m\u3000，刑法\n"
    assert shown(text, "税\n法", "刑法") == "某 [税 法] [31m ，[刑法]"


def test_what_has_no_width_is_dropped() -> None:
    assert shown("国务\u200b院\ufeff与\u202e税\u00ad法", "国务\u200b院", "税\u00ad法") == (
        "[国务院]与[税法]"
    )


def test_a_lone_surrogate_is_replaced() -> None:
    assert shown("\ud800税法", "税法") == "\ufffd[税法]"


def test_blanks_at_the_edge_of_a_highlight_are_not_marked() -> None:
    snippet = make_snippet("某 税法 某", [Match(1, 5, 0)], [1.0])
    assert marked(snippet) == "某 [税法] 某"


def test_an_ellipsis_stands_only_where_text_was_cut() -> None:
    assert shown(" 税法 \n", "税法") == "[税法]"
    assert shown("某。税法。某" * 30, "税法", width=4).endswith("…")


def test_html_is_escaped() -> None:
    snippet = Snippet("<b>\"a\" & 'c'</b>\x00", ((3, 6),))
    expected = "&lt;b&gt;<em>&quot;a&quot;</em> &amp; &#x27;c&#x27;&lt;/b&gt;\ufffd"
    assert snippet.html("em") == expected


def test_terminal_controls_of_the_text_have_no_effect() -> None:
    snippet = Snippet("a\x1b]0;x\x07\x9b2J\r\u202eb", ((0, 1),))
    assert snippet.ansi() == "\x1b[1;33ma\x1b[0m\ufffd]0;x\ufffd\ufffd2J\ufffd\ufffdb"


# Laws

texts = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="税法刑民国。；！\n \u200b\x00<&某某某", max_size=200),
)
needle_lists = st.lists(
    st.text(alphabet="税法刑民国。\n<", min_size=1, max_size=4), max_size=5, unique=True
)
widths = st.integers(1, 60)


@settings(max_examples=200)
@given(texts, needle_lists)
def test_matches_are_the_needles_and_sorted(text: str, needles: list[str]) -> None:
    matches = find_matches(text, needles)
    assert all(text[match.start : match.end] == needles[match.needle] for match in matches)
    assert matches == sorted(matches)
    if any(len(needle) > 1 for needle in needles):
        longer = [needle for needle in needles if len(needle) > 1]
        assert bool(matches) == any(needle in text for needle in longer)
    covered = {place for start, end in merge_matches(matches) for place in range(start, end)}
    assert covered == {place for match in matches for place in range(match.start, match.end)}


@settings(max_examples=400)
@given(texts, needle_lists, widths, st.lists(st.integers(0, 9), min_size=5, max_size=5))
@example("某某某税法国。法某刑民某某某", ["税法国。法", "刑民"], 7, [0, 1])
def test_a_window_fits_and_cuts_no_highlight(
    text: str, needles: list[str], width: int, weights: list[int]
) -> None:
    matches = find_matches(text, needles)
    start, end = best_window(text, matches, weights, width)
    assert 0 <= start <= end <= len(text)
    assert end - start <= width
    inside = [s for s in merge_matches(matches) if s[0] < end and start < s[1]]
    assert bool(inside) == bool(matches)
    for left, right in inside:
        assert start <= left
        assert right <= end or (start == left and right - left > width)


@settings(max_examples=200)
@given(texts, needle_lists, widths, st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_no_window_weighs_more(
    text: str, needles: list[str], width: int, weights: list[int]
) -> None:
    matches = find_matches(text, needles)
    whole = [s for s in merge_matches(matches) if s[1] - s[0] <= width]
    start, end = best_window(text, matches, weights, width)

    def weight(left: int, right: int) -> int:
        runs = [s for s in whole if left <= s[0] and s[1] <= right]
        within = {m.needle for m in matches for s in runs if s[0] <= m.start and m.end <= s[1]}
        return sum(weights[needle] for needle in within)

    if whole and len(whole) == len(merge_matches(matches)):
        assert weight(start, end) >= max(weight(left, left + width) for left, _ in whole)


@settings(max_examples=300)
@given(texts, needle_lists, widths)
def test_a_snippet_is_clean_and_its_highlights_are_disjoint(
    text: str, needles: list[str], width: int
) -> None:
    matches = find_matches(text, needles)
    snippet = make_snippet(text, matches, [1.0] * len(needles), width)
    assert "".join(piece for piece, _ in snippet.pieces()) == snippet.text
    assert len(snippet.text) <= width + 2
    assert "  " not in snippet.text
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in snippet.text)
    done = 0
    for start, end in snippet.highlights:
        assert done <= start < end <= len(snippet.text)
        done = end
    if "\n" not in "".join(needles):
        assert bool(snippet.highlights) == bool(matches)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.read: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag + str(attrs))

    def handle_data(self, data: str) -> None:
        self.read.append(data)


@settings(max_examples=200)
@given(texts, needle_lists, widths)
def test_html_reads_as_the_text_and_holds_only_marks(
    text: str, needles: list[str], width: int
) -> None:
    snippet = make_snippet(text, find_matches(text, needles), [1.0] * len(needles), width)
    reader = Reader()
    reader.feed(snippet.html())
    reader.close()
    assert "".join(reader.read) == snippet.text
    assert reader.tags == ["mark[]"] * len(snippet.highlights)


@pytest.mark.parametrize("section", ["税", "税法", "某", "税 ", "。", "\n", "\x00", "税法某"])
def test_the_work_is_linear_in_a_line_however_long(section: str) -> None:
    def show(text: str) -> None:
        needles = ["税法", "法税", "税", "税税税税"]
        snippet(text, pack_matches(find_matches(text, needles)), pack_weights([1.0] * 4), 120)

    def work(length: int) -> int:
        return lines_run(show, (section * length)[:length])

    # Eight times the text: quadratic work would be 64 times as much.
    assert work(160_000) < 16 * work(20_000)
