"""Quotations are found in the corpus word for word, nearly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer import Store, sync
from indexer.errors import QueryError
from indexer.text.folding import fold, strip_blanks
from searcher import Quoted, Searcher
from searcher.cli.main import cli
from searcher.lookups.quotations import best_stretch
from tests.support.documents import LIBRARY, NOTICE, REGULATION

TRADITIONAL = str.maketrans("责条适内规划护围违监罚为应", "責條適內規劃護圍違監罰為應")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("quotes")
    for name, text in LIBRARY.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = Store(folder / ".policysearch")
    sync(store, [folder / "docs"])
    with Searcher.open(store.folder) as searcher:
        yield searcher


def marked(quotation: str, passage: Quoted) -> str:
    """The first stretch of a passage with its differences, read from its edits alone."""
    stretch = passage.stretches[0]
    parts, done, base = [], stretch.span.start, stretch.span.start
    for edit in stretch.edits:
        parts.append(stretch.text[done - base : edit.after.start - base])
        after = stretch.text[edit.after.start - base : edit.after.end - base]
        parts.append(f"[{edit.before.of(quotation)}>{after}]")
        done = edit.after.end
    return "".join((*parts, stretch.text[done - base :]))


def sections_of(text: str, searcher: Searcher) -> list[str]:
    (document,) = [
        searcher.document(row.id)
        for row in searcher.documents
        if searcher.document(row.id).text == text
    ]
    return [section.span.of(text) for section in document.search_sections()]


def piece_of(text: str, start: int, size: int) -> str:
    """A piece of ``size`` characters, from ``start`` on as far as that many are left there."""
    start %= max(1, len(text) - size + 1)
    return text[start : start + size]


sources = st.sampled_from([NOTICE, REGULATION])
numbers = st.integers(0, 500)


@settings(max_examples=60)
@given(sources, numbers, numbers, st.integers(2, 60), st.integers(0, 3))
def test_any_piece_of_any_section_stands_word_for_word_however_it_is_written(
    library: Searcher, text: str, number: int, start: int, size: int, manner: int
) -> None:
    sections = sections_of(text, library)
    quotation = piece_of(sections[number % len(sections)], start, size)
    without_blanks = strip_blanks(fold(quotation))
    assume(any(char.isalnum() for char in without_blanks))
    written = (
        quotation,
        "\n　".join(without_blanks),
        quotation.translate(FULL_WIDTH),
        quotation.translate(TRADITIONAL),
    )[manner]
    verification = library.verify(written, limit=100)
    assert verification.verdict == "verbatim"
    assert verification.total == len(verification.passages)
    for passage in verification.passages:
        (stretch,) = passage.stretches
        assert without_blanks.strip('"') in strip_blanks(fold(stretch.text))
        assert stretch.text == stretch.span.of(library.document(passage.hit.document).text)
        assert (passage.kept, stretch.edits) == (1.0, ())


@settings(max_examples=60)
@given(sources, numbers, numbers, st.integers(8, 60), numbers)
def test_of_a_piece_with_one_character_changed_just_that_is_shown(
    library: Searcher, text: str, number: int, start: int, size: int, place: int
) -> None:
    sections = ["".join(section.split()) for section in sections_of(text, library)]
    long = [section for section in sections if len(section) >= 8]
    original = piece_of(long[number % len(long)], start, size)
    place %= len(original)
    quotation = original[:place] + "龘" + original[place + 1 :]
    verification = library.verify(quotation)
    assert verification.verdict == "near"
    best = verification.passages[0]
    (edit,) = best.stretches[0].edits
    assert edit.before.of(quotation) == "龘"
    after = edit.after.of(library.document(best.hit.document).text)
    assert strip_blanks(fold(after)) == strip_blanks(fold(original[place]))


@settings(max_examples=40)
@given(st.text(alphabet="猫狗鱼鸟红黄蓝绿山羊跑跳", min_size=4, max_size=60))
def test_other_words_stand_nowhere(library: Searcher, quotation: str) -> None:
    verification = library.verify(quotation)
    assert (verification.verdict, verification.total, verification.passages) == ("absent", 0, ())


@pytest.mark.parametrize(
    ("quotation", "verdict"),
    [("擅自采砂", "verbatim"), ("校长为第一责任人", "near"), ("红黄蓝绿跑跳", "absent")],
)
def test_the_verdict_is_the_same_where_no_passage_is_asked_for(
    library: Searcher, quotation: str, verdict: str
) -> None:
    verification = library.verify(quotation, limit=0)
    assert (verification.verdict, verification.passages) == (verdict, ())


def test_a_passage_says_where_it_stands(library: Searcher) -> None:
    (passage,) = library.verify("校长是第一责任人").passages
    assert passage.hit.document == "docs/notice.txt"
    assert passage.hit.path == ("一",)
    assert passage.hit.line == 7
    assert passage.stretches[0].span.start == NOTICE.index("校长是")
    snippet = passage.hit.snippet
    assert [snippet.text[slice(*span)] for span in snippet.highlights] == ["校长是第一责任人"]


def test_a_quotation_runs_over_line_breaks_and_items(library: Searcher) -> None:
    (passage,) = library.verify("倾倒垃圾、渣土；（二）围垦河流").passages
    assert passage.hit.path[-1] == "第三条"
    assert passage.hit.line == 9


def test_quotation_marks_around_a_quotation_are_not_of_it(library: Searcher) -> None:
    for opened, closed in ("“”", '""', "「」", "『』"):
        assert library.verify(f"{opened}擅自采砂{closed}").verdict == "verbatim"


def test_what_an_ellipsis_leaves_out_may_be_anything(library: Searcher) -> None:
    for ellipsis in ("……", "…", "......", "⋯⋯"):
        verification = library.verify(f"由水行政主管部门{ellipsis}处一万元以上")
        assert verification.verdict == "verbatim"
        (passage,) = verification.passages
        assert [one.text for one in passage.stretches] == ["由水行政主管部门", "处一万元以上"]
    assert library.verify("……擅自采砂……").verdict == "verbatim"


def test_pieces_stand_in_their_order_and_in_one_section(library: Searcher) -> None:
    assert library.verify("处一万元以上……由水行政主管部门").verdict != "verbatim"
    assert library.verify("制定本条例……处一万元以上").verdict != "verbatim"


def test_an_edit_may_be_in_a_piece_after_an_ellipsis(library: Searcher) -> None:
    quotation = "由水行政主管部门……处二万元以上五万元以下的罚款"
    verification = library.verify(quotation)
    assert verification.verdict == "near"
    first, second = verification.passages[0].stretches
    assert first.edits == ()
    (edit,) = second.edits
    assert (edit.before.of(quotation), edit.after.of(REGULATION)) == ("二", "一")


def test_a_quotation_may_run_over_sections(library: Searcher) -> None:
    verification = library.verify("根据《中华人民共和国水法》，制定本条例。第二条 本条例适用于本市")
    assert verification.verdict == "verbatim"
    assert verification.passages[0].hit.path[-1] == "第一条"
    # over the heading of a chapter between two articles
    verification = library.verify("整治、利用和保护。第二章 保护 第三条 禁止在河道管理范围内")
    assert verification.verdict == "verbatim"
    assert verification.passages[0].hit.path[-1] == "第二条"


def test_among_many_that_share_what_is_common_the_one_border_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    common = "构成犯罪的，依法追究刑事责任。"
    exception = "另有规定的除外。"
    for number in range(100):
        first, second = f"{chr(0x4E00 + number)}违法行为{common}", exception
        if number == 99:
            first, second = second, first
        text = f"第一条 {first}\n第二条 {second}\n第三条 本办法自公布之日起施行。\n"
        (folder / f"{number:03}.txt").write_text("处罚办法\n\n" + text, encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        for quotation in (f"{common}第三条 本办", "任。第三条 本办法自公布之日起施行"):
            found = searcher.verify(quotation)
            assert (found.verdict, found.total) == ("verbatim", 1)
            assert found.passages[0].hit.document == "docs/099.txt"


@pytest.mark.parametrize(
    ("quotation", "shown"),
    [
        ("学校应当每学年开展两次自查，并建立台账", "学校应当每学[年>期]开展两次自查，并建立台账"),
        ("学校应当每学期开展自查，并建立台账", "学校应当每学期开展[>两次]自查，并建立台账"),
        ("学校应当每个学期开展两次自查，并建立台账", "学校应当每[个>]学期开展两次自查，并建立台账"),
    ],
)
def test_what_was_replaced_left_out_or_put_in_is_shown(
    library: Searcher, quotation: str, shown: str
) -> None:
    verification = library.verify(quotation)
    assert verification.verdict == "near"
    assert marked(quotation, verification.passages[0]) == shown


def test_the_newest_version_stands_first_and_copies_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    newer = REGULATION.replace("2015年6月30日", "2019年8月1日").replace("采砂", "采砂、取土")
    for name, text in (("a", REGULATION), ("b", newer), ("c", newer)):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    store = Store(tmp_path / ".policysearch")
    sync(store, [folder])
    with Searcher.open(store.folder) as searcher:
        found = searcher.verify("禁止在河道管理范围内从事下列活动")
        assert [one.hit.document for one in found.passages] == ["docs/b.txt", "docs/a.txt"]
        assert found.total == 2
        assert [place.document for place in found.passages[0].hit.copies] == ["docs/c.txt"]
        assert len(searcher.verify("禁止在河道管理范围内从事下列活动", limit=1).passages) == 1


@pytest.mark.parametrize("quotation", ["", "  ", "……", "，。", "“”", '"'])
def test_a_quotation_that_says_nothing_is_an_error(library: Searcher, quotation: str) -> None:
    with pytest.raises(QueryError):
        library.verify(quotation)


def test_a_quotation_of_more_than_ten_thousand_characters_is_an_error(library: Searcher) -> None:
    assert library.verify("牛" * 10_000).verdict == "absent"
    with pytest.raises(QueryError):
        library.verify("牛" * 10_001)


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_is_answered_or_refused(library: Searcher, quotation: str) -> None:
    try:
        verification = library.verify(quotation)
    except QueryError:
        return
    assert (verification.verdict == "absent") == (not verification.passages)


def edits_between(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (char != other))
    return row[-1]


@settings(max_examples=150)
@given(st.text("甲乙丙", min_size=1, max_size=8), st.text("甲乙丙丁", max_size=12))
def test_the_best_stretch_takes_as_few_edits_as_any(pattern: str, text: str) -> None:
    start, end, distance = best_stretch(pattern, text)
    assert edits_between(pattern, text[start:end]) == distance
    every = [text[i:j] for i in range(len(text) + 1) for j in range(i, len(text) + 1)]
    assert distance == min(edits_between(pattern, one) for one in every)


def test_the_command_tells_by_its_exit_code(library: Searcher) -> None:
    folder = str(library._now.backend.snapshot.folder)

    def verify(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["verify", *arguments, "--index", folder])
        return done.exit_code, done.output

    code, output = verify("校长是第一责任人")
    assert code == 0
    assert "notice.txt:7" in output
    code, output = verify("校长为第一责任人")
    assert code == 1
    assert "校长[-为-]{+是+}第一责任人" in output
    assert verify("红黄蓝绿跑跳")[0] == 1
    code, output = verify("校长为第一责任人", "--json")
    data = json.loads(output)
    assert data["verdict"] == "near"
    (stretch,) = data["passages"][0]["stretches"]
    assert stretch["text"] == "校长是第一责任人"
    assert stretch["edits"][0]["before"] == [2, 3]
