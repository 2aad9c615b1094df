"""Laws of the query language, for any text and for queries composed at random."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.errors import QueryError
from searcher.query.parser import (
    MAX_LENGTH,
    Boolean,
    DateRange,
    Everything,
    Near,
    Node,
    Phrase,
    Prefix,
    Words,
    parse,
    to_string,
)
from tests.support.work import lines_run


def leaves(node: Node) -> list[Words | Phrase | Prefix | Near | DateRange]:
    if isinstance(node, Boolean):
        parts = (*node.must, *node.should, *node.must_not)
        return [leaf for part in parts for leaf in leaves(part)]
    return [] if isinstance(node, Everything) else [node]


MARKS = """“ ” “a” " 「 」 『 』 ( ) （ ） (a b) (一) + - ! * ＋ － ＊ : ： # | & < 《 》 +( .. ~"""
WORDS = "a 一 二 市 AND OR NOT NEAR NEAR/5 近 近/5 ~5 && || 标题: 全文: 日期： type: 2002 -12"
WORDS += " 2002年 20021231 日期:2002 日期:2001.."
BLANKS = [" ", " ", "　", "\n", "\0", "\u200b", "\ud800", "😀", "，", "。"]
fragments = st.sampled_from([*MARKS.split(), *WORDS.split(), *BLANKS])
pasted = st.one_of(st.text(max_size=40), st.lists(fragments, max_size=25).map("".join))


@st.composite
def well_formed(draw: st.DrawFn, depth: int = 2) -> str:
    """Queries that parse, to reach what random text seldom does."""
    leaf = st.sampled_from(
        [
            "a",
            "b",
            "廉政",
            "c*",
            "“d e”",
            '「f"g」',
            "*",
            "日期:2002",
            "title:h",
            "甲“乙”丙",
            "(一)",
            "甲乙 近 丙丁",
            "i NEAR/3 (j OR “kl”)",
            '"m n o"~5',
            "全文:p",
        ]
    )
    if depth == 0:
        return draw(leaf)
    inner = well_formed(depth=depth - 1)
    item = st.one_of(leaf, inner.map(lambda query: f"({query})"))
    sign = st.sampled_from(["", "", "+", "-", "NOT ", "标题:"])
    parts = draw(st.lists(st.tuples(sign, item), min_size=1, max_size=4))
    fieldless = ("日期", "近", "NEAR", "~")  # what no field can stand before
    texts = [
        mark + ("z" if mark == "标题:" and any(map(part.__contains__, fieldless)) else part)
        for mark, part in parts
    ]
    joins = st.sampled_from([" ", " OR ", " AND "])
    return texts[0] + "".join(draw(joins) + text for text in texts[1:])


def parsed(query: str) -> Node | None:
    try:
        return parse(query)
    except QueryError as error:
        failure = error
    assert 0 <= failure.position <= len(query)
    assert failure.reason
    assert failure.query == query
    return None


def is_flat(node: Node) -> bool:
    """Returns True if no Boolean of the tree could be merged into the one that holds it."""
    if not isinstance(node, Boolean):
        return True
    parts = (*node.must, *node.should, *node.must_not)
    mergeable = [
        *(part for part in node.must if isinstance(part, Boolean) and part.must),
        *(
            part
            for part in (*node.should, *node.must_not)
            if isinstance(part, Boolean) and not part.must and not part.must_not
        ),
    ]
    lone = len(parts) == 1
    return (
        not mergeable and not lone and bool(node.must or node.should) and all(map(is_flat, parts))
    )


@pytest.mark.slow
@settings(max_examples=500)
@given(pasted)
@example("“" * 5 + "(" * 5)
@example("日期:((“")
def test_any_text_is_a_query_or_a_query_error(query: str) -> None:
    node = parsed(query)
    assert node is None or is_flat(node)


def matches(node: Node, document: set[Node]) -> bool:
    """Returns what a tree means, for a document given as the leaves that match it."""
    if not isinstance(node, Boolean):
        return isinstance(node, Everything) or node in document
    if any(matches(part, document) for part in node.must_not):
        return False
    if node.must:
        return all(matches(part, document) for part in node.must)
    return any(matches(part, document) for part in node.should)


@pytest.mark.slow
@settings(max_examples=150)
@given(well_formed(), well_formed(), st.randoms(use_true_random=False))
def test_operators_mean_what_logic_says(one: str, other: str, random: Random) -> None:
    a, b = parse(one), parse(other)
    composed = [f"({one}) {join} ({other})" for join in ("AND", "OR", "NOT", "AND NOT", "OR NOT")]
    nodes = [parse(query) for query in [*composed, f"NOT ({one})"]]
    for _ in range(8):
        document = {leaf for leaf in [*leaves(a), *leaves(b)] if random.random() < 0.5}
        p, q = matches(a, document), matches(b, document)
        expected = [p and q, p or q, p and not q, p and not q, p or not q, not p]
        assert [matches(node, document) for node in nodes] == expected


@pytest.mark.slow
@settings(max_examples=300)
@given(st.one_of(pasted, well_formed()))
@example("“a”(b) “c”+d “e”标题:f “g”AND“h” x(OR y")
@example("+a OR 日期:2002 *")
@example("+日期:2002.. 2003 日期:2002-01-01 至2003")
@example('""NEAR NEAR ""近 OR 近 OR 近 ""近')
@example("“a “b”c”~3 NEAR/3 (d OR 「e”」)")
def test_the_canonical_query_means_the_same(query: str) -> None:
    node = parsed(query)
    if node is not None:
        canonical = to_string(node)
        assert parse(canonical) == node
        assert to_string(parse(canonical)) == canonical


@settings(max_examples=100)
@given(well_formed())
def test_a_composed_query_always_parses(query: str) -> None:
    assert is_flat(parse(query))


@pytest.mark.slow
@settings(max_examples=150)
@given(st.one_of(pasted, well_formed()))
def test_every_node_stands_where_its_span_says(query: str) -> None:
    node = parsed(query)
    found = leaves(node) if node is not None else []
    near = [leaf for one in found if isinstance(one, Near) for leaf in one.leaves]
    for leaf in [*near, *(one for one in found if not isinstance(one, Near))]:
        read = query[leaf.start : leaf.end]
        if isinstance(leaf, Words):
            assert read == leaf.text
        elif isinstance(leaf, Prefix):
            assert leaf.text in read
            assert read[-1] in "*＊"
        else:
            assert read.strip()


HALF_TO_FULL = {
    ord(half): ord(full) for half, full in zip('()":+-*', "（）＂：＋－＊", strict=True)
}


@pytest.mark.slow
@settings(max_examples=100)
@given(well_formed(), st.sampled_from([" ", "　", "\t\n", "\0", "\u00a0 "]))
def test_blanks_and_widths_do_not_matter(query: str, blank: str) -> None:
    changed = query.replace("「", "“").replace("」", "”").replace('f"g', "fg").replace("d e", "de")
    wide = changed.translate(HALF_TO_FULL).replace(" ", blank)
    expected = to_string(parse(changed)).translate(HALF_TO_FULL)
    assert to_string(parse(wide)).translate(HALF_TO_FULL) == expected


UNITS = ["(", ")", "“", "”", "「", "+", "-", "*", "!", "《", "-《", "a(", "(a", "a)", "a(“b", "(一"]
UNITS += [
    "a ",
    "a*",
    "AND",
    "aa 近 ",
    "a NEAR ",
    "a 近/5 ",
    '"a a a a"~5 ',
    "（",
    "NOT ",
    "a OR ",
    "日期:",
    "日期:2002 ",
    "日期:2002年 ",
    "标题:",
    "\u200b",
    "\0",
]


@pytest.mark.slow
@pytest.mark.parametrize("section", UNITS)
def test_the_work_is_linear_in_the_query(section: str) -> None:
    def work(length: int) -> int:
        return lines_run(parsed, (section * length)[:length])

    # Eight times the text: quadratic work would be 64 times as much.
    assert work(MAX_LENGTH) < 16 * work(MAX_LENGTH // 8)


def test_the_parser_needs_no_index() -> None:
    """It is what a command line loads first."""
    script = (
        "import sys, searcher.query.parser; print(sorted({'whoosh', 'jieba'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
