"""The errors of the query language, and the characters that they point at."""

import pytest

from indexer.errors import QueryError
from searcher.query.parser import MAX_CLAUSES, MAX_DEPTH, MAX_LENGTH, Boolean, Words, parse


@pytest.mark.parametrize(
    ("query", "position", "reason"),
    [
        ("", 0, "empty query"),
        (" \t\0\u3000", 0, "empty query"),
        ("，。！", 0, "empty query"),
        ("😀", 0, "empty query"),
        (":)", 0, "empty query"),
        ("()", 0, "empty query"),
        ("）", 0, "empty query"),
        ("“”", 0, "empty query"),
        ('a "b', 2, '" is missing'),
        ("a AND “b", 6, "” is missing"),
        ("a「b -c", 1, "」 is missing"),
        ("（a OR b", 0, ") is missing"),
        ('“a" "b', 4, '" is missing'),
        ("(", 0, ") is missing"),
        ("a AND (b OR c", 6, ") is missing"),
        ("a AND", 2, "AND has nothing after it"),
        ("AND a", 0, "AND has nothing before it"),
        ("a OR OR b", 2, "OR has nothing after it"),
        ("a OR AND b", 2, "OR has nothing after it"),
        ("a AND OR b", 2, "AND has nothing after it"),
        ("(OR a)", 1, "OR has nothing before it"),
        ("a AND ()", 2, "AND has nothing after it"),
        ("() AND a", 3, "AND has nothing before it"),
        ("a NOT", 2, "NOT has nothing after it"),
        ("a AND 。", 2, "AND has nothing after it"),
        ("a NEAR", 2, "NEAR has nothing after it"),
        ("NEAR a", 0, "NEAR has nothing before it"),
        ("a NEAR -b", 2, "NEAR has nothing after it"),
        ("a AND NEAR b", 2, "AND has nothing after it"),
        ("a 近/5", 2, "NEAR has nothing after it"),
        ("a NEAR/5 b NEAR/6 c", 11, "the same distance"),
        ("a NEAR/1001 b", 2, "1,000 characters at most"),
        ('"a b"~99999999999999999999', 5, "1,000 characters at most"),
        ("a NEAR b*", 2, "words, quotations and groups"),
        ("a NEAR (b AND c)", 2, "words, quotations and groups"),
        ("a NEAR *", 2, "words, quotations and groups"),
        ("标题:a NEAR b", 5, "a field cannot be used"),
        ("标题:(a NEAR b)", 6, "a field cannot be used"),
        (" NEAR ".join("abcdefghi"), 7 * 7 + 2, "at most 8 items"),
        (" ".join(["a NEAR b"] * 33), 32 * 9 + 2, "at most 64 words and quotations"),
        (f"a NEAR ({' '.join('b' * 64)})", 2, "at most 64 words and quotations"),
        ("日期:见附件", 3, "not a date"),
        ("日期: 200", 4, "not a date"),
        ("日期:2002*", 3, "not a date"),
        ("日期:2002-02-30", 3, "no such date"),
        ("日期:2002-13", 3, "no such date"),
        ("日期:20021301", 3, "no such date"),
        ("日期:0000", 3, "no such date"),
        ("日期:2002-00", 3, "no such date"),
        ("a 日期:2001..2002-02-30", 11, "no such date"),
        ("日期:2003..2002", 3, "ends before it begins"),
        ("日期:(2002 x)", 9, "not a date"),
    ],
)
def test_a_query_without_meaning_is_an_error_with_its_position(
    query: str, position: int, reason: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert reason in caught.value.reason
    assert (caught.value.query, caught.value.position) == (query, position)


def test_length_is_limited() -> None:
    assert parse("政" * MAX_LENGTH) == Words("政" * MAX_LENGTH)
    with pytest.raises(QueryError) as caught:
        parse("政" * (MAX_LENGTH + 1))
    assert caught.value.position == MAX_LENGTH


def test_clauses_are_limited() -> None:
    every = parse("a " * MAX_CLAUSES)
    assert isinstance(every, Boolean)
    assert len(every.should) == MAX_CLAUSES
    with pytest.raises(QueryError) as caught:
        parse("a " * (MAX_CLAUSES + 1))
    assert caught.value.position == 2 * MAX_CLAUSES


def test_depth_is_limited() -> None:
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == Words("a")
    for depth in (MAX_DEPTH + 1, 3_000):
        with pytest.raises(QueryError) as caught:
            parse("(" * depth + "a" + ")" * depth)
        assert caught.value.position == MAX_DEPTH


def test_depth_of_the_tree_is_limited_too() -> None:
    # Each group makes two levels: OR, and AND within it.
    query = "a OR b AND (" * MAX_DEPTH + "c" + ")" * MAX_DEPTH
    with pytest.raises(QueryError, match="within each other"):
        parse(query)
