"""The query language: what is an operator, what is text, what it means and what is refused."""

import pytest

from searcher.query.parser import (
    FIELDS,
    Boolean,
    DateRange,
    Everything,
    Near,
    Node,
    Phrase,
    Prefix,
    Words,
    parse,
)

A, B, C, D = map(Words, "abcd")


def words(*texts: str, field: str | None = None) -> tuple[Words, ...]:
    return tuple(Words(text, field) for text in texts)


def any_of(*parts: Node) -> Boolean:
    return Boolean(should=parts)


def all_of(*parts: Node) -> Boolean:
    return Boolean(must=parts)


def lacking(*parts: Node) -> Boolean:
    return Boolean(must=(Everything(),), must_not=parts)


def leaves(node: Node) -> list[Words | Phrase | Prefix | DateRange]:
    if isinstance(node, Near):
        return [*node.leaves]
    if isinstance(node, Boolean):
        parts = (*node.must, *node.should, *node.must_not)
        return [leaf for part in parts for leaf in leaves(part)]
    return [] if isinstance(node, Everything) else [node]


# What operators mean


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("廉政", Words("廉政")),
        ("廉政 建设", any_of(*words("廉政", "建设"))),
        ("a OR b", any_of(A, B)),
        ("a || b", any_of(A, B)),
        ("a OR b c", any_of(A, B, C)),
        ("a AND b", all_of(A, B)),
        ("a && b AND c", all_of(A, B, C)),
        ("a AND b OR c", any_of(all_of(A, B), C)),
        ("a b AND c", any_of(A, all_of(B, C))),
        ("a AND (b OR c)", all_of(A, any_of(B, C))),
        ("a AND(b OR c)", all_of(A, any_of(B, C))),
        ("a AND (b AND c)", all_of(A, B, C)),
        ("+a b -c", Boolean((A,), (B,), (C,))),
        ("b +a -c", Boolean((A,), (B,), (C,))),
        ("+a", A),
        ("+a AND b c", Boolean((A, B), (C,))),
        ("a OR +b", Boolean((B,), (A,))),
        ("a AND NOT b", Boolean((A,), (), (B,))),
        ("a AND -b", Boolean((A,), (), (B,))),
        ("a -b", Boolean((), (A,), (B,))),
        ("a -.NET", Boolean((), (A,), words(".NET"))),
        ("a -《b》", Boolean((), (A,), words("《b》"))),
        ("a -*", Boolean((), (A,), (Everything(),))),
        ("a !b", Boolean((), (A,), (B,))),
        ("a b NOT c", Boolean((), (A, B), (C,))),
        ("a OR b NOT c", Boolean((), (A, B), (C,))),
        ("a NOT b OR c", Boolean((), (A, C), (B,))),
        ("c NOT a AND NOT b", Boolean((), (C,), (A, B))),
        ("a AND b -c", Boolean((A, B), (), (C,))),
        ("(a b) -c", Boolean((), (A, B), (C,))),
        ("(a b -c) -d", Boolean((), (A, B), (D, C))),
        ("（a）-b", any_of(A, Words("-b"))),
        ("a -AND", Boolean((), (A,), words("AND"))),
        ("+(a b) c", Boolean((any_of(A, B),), (C,))),
        ("-(a b) c", Boolean((), (C,), (A, B))),
        ("NOT NOT a", A),
        ("NOT -a", A),
        ("(((a)))", A),
        ("(a)(b)", any_of(A, B)),
        ("（a　ＯＲ　b）", any_of(A, B)),
    ],
)
def test_operators_build_the_flattest_tree(query: str, meaning: Node) -> None:
    assert parse(query) == meaning


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("-a", lacking(A)),
        ("NOT a", lacking(A)),
        ("-a -b", lacking(A, B)),
        ("NOT a AND NOT b", lacking(A, B)),
        ("-(a b)", lacking(A, B)),
    ],
)
def test_a_purely_negative_query_stands_on_everything(query: str, meaning: Node) -> None:
    assert parse(query) == meaning


@pytest.mark.parametrize("query", ["a OR NOT b", "a OR -b", "NOT b OR a", "(NOT b) a"])
def test_an_alternative_with_not_adds_what_lacks_it(query: str) -> None:
    meaning = parse(query)
    assert isinstance(meaning, Boolean)
    assert not meaning.must
    assert set(meaning.should) == {A, lacking(B)}


def test_a_lone_asterisk_is_everything() -> None:
    assert parse("*") == parse(" ＊ ") == parse("* * *") == parse("标题:*") == Everything()
    assert parse("a OR *") == any_of(A, Everything())
    assert parse("* AND a") == A
    assert parse("* AND *") == Everything()
    assert parse("+* a") == Boolean((Everything(),), (A,))


def test_an_asterisk_as_bullet_says_nothing() -> None:
    assert parse("* a\n* b") == any_of(A, B)
    assert parse("* -a") == lacking(A)


# Near

NEAR_AB = Near(((A,), (B,)), 20)


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("a NEAR b", NEAR_AB),
        ("a NEAR/20 b", NEAR_AB),
        ("a ＮＥＡＲ／２０ b", NEAR_AB),
        ("a 近/20 b", NEAR_AB),
        ("(a) NEAR (b)", NEAR_AB),
        ("a NEAR/0 b", Near(((A,), (B,)), 0)),
        ("a NEAR/1000 b", Near(((A,), (B,)), 1000)),
        ("a NEAR b NEAR c", Near(((A,), (B,), (C,)), 20)),
        ("a NEAR (b OR c)", Near(((A,), (B, C)), 20)),
        ("a NEAR (b c)", Near(((A,), (B, C)), 20)),
        ("a NEAR “b c”", Near(((A,), (Phrase("b c"),)), 20)),
        ("a NEAR b“c”", Near(((A,), (B, Phrase("c"))), 20)),
        ('"a b"~9', Near(((Phrase("a"),), (Phrase("b"),)), 9)),
        ("“a　b”～9", Near(((Phrase("a"),), (Phrase("b"),)), 9)),
        ("「a ， b\nc」~9", Near(((Phrase("a"),), (Phrase("b"),), (Phrase("c"),)), 9)),
        ("a NEAR b c", any_of(NEAR_AB, C)),
        ("a NEAR b AND c", all_of(NEAR_AB, C)),
        ("c OR a NEAR b", any_of(C, NEAR_AB)),
        ("c -a NEAR b", Boolean((), (C,), (NEAR_AB,))),
        ("NOT a NEAR b", lacking(NEAR_AB)),
        ("+a NEAR b c", Boolean((NEAR_AB,), (C,))),
        ('c -"a b"~20', Boolean((), (C,), (Near(((Phrase("a"),), (Phrase("b"),)), 20),))),
        ("a NEAR b 日期:2002", all_of(NEAR_AB, DateRange(20020101, 20021231))),
    ],
)
def test_near_binds_before_everything_else(query: str, meaning: Node) -> None:
    assert parse(query) == meaning


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("最 近 三 年", ["最", "近", "三", "年"]),
        ("最近 三年", ["最近", "三年"]),
        ("近 三年来", ["近", "三年来"]),
        ("责任 近", ["责任", "近"]),
        ("责任 近 3", ["责任", "近", "3"]),
        ("责任 OR 近 OR 学校", ["责任", "近", "学校"]),
        ("责任 附近 学校", ["责任", "附近", "学校"]),
        ("NEARBY near a/NEAR", ["NEARBY", "near", "a/NEAR"]),
        ("“2011”～2013", ["2011", "～2013"]),
        ('"a b"~20岁', ["a b", "~20岁"]),
    ],
)
def test_near_is_text_where_it_ties_nothing(query: str, texts: list[str]) -> None:
    assert [leaf.text for leaf in leaves(parse(query))] == texts  # type: ignore[union-attr]


def test_a_lone_near_in_chinese_stands_between_words_quotations_and_groups() -> None:
    near = Near((words("责任"), words("学校")), 20)
    assert parse("责任 近 学校") == parse("责任　近\n学校") == parse("(责任) 近 (学校)") == near
    assert parse("“责” 近 “校”") == Near(((Phrase("责"),), (Phrase("校"),)), 20)


# What is text


@pytest.mark.parametrize(
    "text",
    [
        "C#",
        "C++",
        "9704-2012",
        "e-mail",
        "2020-2025",
        "0.1MPa",
        "（一）",
        "(一)进一步健全",
        "(12)",
        "（２）",
        "(2020)浙01民终123号",
        "国发[2020]1号",
        "国发〔2020〕1号",
        "国发﹝2020﹞1号",
        "第三条（二）",
        "关于印发《规划》（试行）的通知",
        "《中华人民共和国刑法》第二百六十四条",
        "各市、县(市、区)党委",
        "f(x)",
        "main()",
        "f(g(x))",
        "县（市、区)",
        "主送：各市",
        "foo:bar",
        "12:30",
        "http://www.gov.cn/zhengce?id=1",
        "a-b+c!d",
        "与",
        "或",
        "非",
        "and",
        "Or",
        "廉政AND建设",
        "a&&b",
        "标题",
        "小标题:a",
        "a*b",
        "*a",
        "--help",
        "+-a",
        "！注意",
        "—摘自人民日报",
        "国务\u200b院",
        "😀廉政",
        "‘将来’",
        "𠮷野家",
    ],
)
def test_pasted_text_is_one_run_of_words(text: str) -> None:
    node = parse(text)
    assert node == Words(text)
    assert (node.start, node.end) == (0, len(text))


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("hello :)", ["hello"]),
        ("1) 申请", ["1", "申请"]),
        ("县(市 区)", ["县", "市", "区"]),
        ("(县(市 OR b)", ["县", "市", "b"]),
        ("a ) b", ["a", "b"]),
        ("a () b", ["a", "b"]),
        ("-*- a -> b", ["a", "b"]),
        ("正确的是（　　）", ["正确的是"]),
        ("a ， b 。", ["a", "b"]),
        ("a - b --- c + d", ["a", "b", "c", "d"]),
        ("a\0b\x1fc\x85d", ["a", "b", "c", "d"]),
        ("a\u3000b\u00a0c", ["a", "b", "c"]),
        ("\ufeffa\u200b", ["a"]),
        ("a”b", ["a", "b"]),
        ("a“”b", ["a", "b"]),
        ("（此件公开发布）", ["此件公开发布"]),
        ("（试行）的通知", ["试行", "的通知"]),
    ],
)
def test_stray_punctuation_and_controls_only_separate(query: str, texts: list[str]) -> None:
    assert leaves(parse(query)) == list(words(*texts))


def test_text_within_a_group_keeps_its_own_parentheses() -> None:
    query = "(县(市、区) OR 关于（“三农”工作）的) AND b"
    group = any_of(*words("县(市、区)", "关于"), Phrase("三农"), *words("工作", "的"))
    assert parse(query) == all_of(group, B)
    assert parse("(关于（“三农”） OR a) AND b") == all_of(
        any_of(Words("关于"), Phrase("三农"), A), B
    )


def test_an_empty_quotation_makes_text_of_what_touches_it() -> None:
    assert parse('""+a') == Words("+a")
    assert parse('""AND') == Words("AND")
    assert parse('-""(a)') == lacking(Words("(a)"))


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("“责任追究", ["责任追究"]),
        ("落实“责任追究 规定", ["落实", "责任追究", "规定"]),
        ("「三农", ["三农"]),
        ("『「三农", ["三农"]),
        ("「三农『工作", ["三农", "工作"]),
        ("（试行", ["试行"]),
        ("关于（试行 的通知", ["关于", "试行", "的通知"]),
        ("（甲（一）乙 丙", ["甲（一）乙", "丙"]),
        ("“三农”工作和“乡村", ["三农", "工作和", "乡村"]),
    ],
)
def test_a_text_cut_within_a_quotation_or_bracket_is_text(query: str, texts: list[str]) -> None:
    assert [leaf.text for leaf in leaves(parse(query))] == texts  # type: ignore[union-attr]


# Phrases and prefixes


@pytest.mark.parametrize(
    "query",
    [
        '"三农 工作"',
        "“三农 工作”",
        "＂三农 工作＂",
        "”三农 工作”",
        "“三农 工作“",
        '“三农 工作"',
        "「三农 工作」",
        "『三农 工作』",
        "“ 三农\n工作 ”",
    ],
)
def test_quotation_marks_of_any_kind_make_a_phrase(query: str) -> None:
    node = parse(query)
    assert node == Phrase("三农 工作")
    assert (node.start, node.end) == (0, len(query))


def test_a_phrase_is_read_to_its_own_closing_mark() -> None:
    assert parse('「甲“乙"丙』」') == Phrase('甲“乙"丙』')
    assert parse("“a AND (b”") == Phrase("a AND (b")


def test_a_closing_mark_that_closes_nothing_is_punctuation() -> None:
    assert parse("a”b“c”") == any_of(A, B, Phrase("c"))


def test_text_and_quotations_that_touch_are_one_item() -> None:
    run = any_of(Words("推出的"), Phrase("惠企"), Words("政策"))
    assert parse("推出的“惠企”政策") == run
    assert parse("推出的“惠企”政策 AND a") == all_of(run, A)
    assert parse("-推出的“惠企”政策") == lacking(*run.should)
    assert parse("“a”AND“b”") == all_of(Phrase("a"), Phrase("b"))
    assert parse("“互联网”+医疗") == any_of(Phrase("互联网"), Words("+医疗"))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("廉政*", "廉政"),
        ("廉政＊", "廉政"),
        ("*廉政**", "廉政"),
        ("C#*", "C#"),
        ("(廉政*)", "廉政"),
    ],
)
def test_an_asterisk_at_the_end_of_a_word_makes_a_prefix(query: str, text: str) -> None:
    assert parse(query) == Prefix(text)


# Fields


@pytest.mark.parametrize(
    ("name", "alias"),
    [(name, alias) for name, aliases in FIELDS.items() if name != "date" for alias in aliases],
)
def test_every_alias_names_its_field(name: str, alias: str) -> None:
    for head in (f"{alias}:", f"{alias}：", f"{alias.upper()}: "):
        assert parse(f"{head}廉政") == Words("廉政", name)
        assert parse(f"{head}“廉政”") == Phrase("廉政", name)
        assert parse(f"{head}廉政*") == Prefix("廉政", name)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("標題", "标题"), ("發文機關", "发文机关"), ("發佈部門", "发布部门"), ("類型", "类型")],
)
def test_the_names_of_fields_may_be_traditional(traditional: str, simplified: str) -> None:
    assert parse(f"{traditional}：條例") == parse(f"{simplified}:條例") != Words("條例")


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("标题:a b", all_of(B, Words("a", "title"))),
        ("标题:(a OR b) c", all_of(C, any_of(*words("a", "b", field="title")))),
        ("标题:(a b)", any_of(*words("a", "b", field="title"))),
        ("标题:a OR b", any_of(Words("a", "title"), B)),
        ("标题:(a 类型:b)", any_of(Words("a", "title"), Words("b", "type"))),
        ("标题:a“b”", any_of(Words("a", "title"), Phrase("b", "title"))),
        ("-标题:a", lacking(Words("a", "title"))),
        ("+标题:a b", Boolean((Words("a", "title"),), (B,))),
        ("标题:-a", Words("-a", "title")),
        ("标题:标题:a", Words("标题:a", "title")),
        ("标题:(一)进一步", Words("(一)进一步", "title")),
        ("全文:a b", all_of(B, Words("a", "document"))),
        ("b -document:a", Boolean((), (B,), (Words("a", "document"),))),
        ("同篇:(“a” b*)", any_of(Phrase("a", "document"), Prefix("b", "document"))),
        ("标题:", Words("标题:")),
        ("日期:..", Words("日期:")),
        ("文号：\n标题：a", all_of(Words("文号："), Words("a", "title"))),
        ("标题: AND a", all_of(Words("标题:"), A)),
        ("(标题:) a", any_of(Words("标题:"), A)),
    ],
)
def test_a_field_holds_for_the_next_item_only(query: str, meaning: Node) -> None:
    assert parse(query) == meaning


# Dates


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2002", 20020101, 20021231),
        ("2002-12", 20021201, 20021231),
        ("2002-2", 20020201, 20020228),
        ("2004-02", 20040201, 20040229),
        ("2000-02", 20000201, 20000229),
        ("1900-02", 19000201, 19000228),
        ("2002-12-31", 20021231, 20021231),
        ("2002/12/31", 20021231, 20021231),
        ("2002.12.31", 20021231, 20021231),
        ("20021231", 20021231, 20021231),
        ("2002年", 20020101, 20021231),
        ("2002年12月", 20021201, 20021231),
        ("2002年12月31日", 20021231, 20021231),
        ("2002 年 12 月 31 日", 20021231, 20021231),
        ("２００２年１２月", 20021201, 20021231),
        ("2002..2003", 20020101, 20031231),
        ("2002 .. 2003", 20020101, 20031231),
        ("2002-12..2003-02", 20021201, 20030228),
        ("2002..", 20020101, 99991231),
        ("..2002", 0, 20021231),
        ("..9999", 0, 99991231),
        ("2002～2003", 20020101, 20031231),
        ("2002~2003", 20020101, 20031231),
        ("2002年1月1日至2003年2月1日", 20020101, 20030201),
        ("2002年1月1日 至 2003年2月1日", 20020101, 20030201),
        ("2002—2003年", 20020101, 20031231),
        ("2002-2003", 20020101, 20031231),
        ("20020101-20030201", 20020101, 20030201),
        ("2002-01-01-2003-02-01", 20020101, 20030201),
        ("2002..2002", 20020101, 20021231),
        ("0001", 10101, 11231),
    ],
)
def test_dates_are_read_in_every_form(written: str, first: int, last: int) -> None:
    for query in (f"日期:{written}", f"DATE：  {written} ", f"(date:{written})"):
        node = parse(query)
        assert node == DateRange(first, last)
        assert query[node.start : node.end] == written


@pytest.mark.parametrize("query", ["日期:(2002)", '日期:"2002"', "成文日期：2002", "发文日期:2002"])
def test_a_date_may_be_wrapped(query: str) -> None:
    assert parse(query) == DateRange(20020101, 20021231)


def test_dates_beside_other_clauses_are_required() -> None:
    year = DateRange(20020101, 20021231)
    assert parse("a 日期:2002") == parse("日期:2002 a") == all_of(A, year)
    assert parse("a b 日期:2002") == all_of(any_of(A, B), year)
    assert parse("+a b 日期:2002") == Boolean((A, year), (B,))
    assert parse("日期:2002 -a") == Boolean((year,), (), (A,))
    assert parse("日期:2002 -2003") == Boolean((year,), (), words("2003"))
    assert parse("a -日期:2002") == Boolean((), (A,), (year,))
    assert parse("a OR 日期:2002") == any_of(A, year)
    either = any_of(year, DateRange(20040101, 20041231))
    assert parse("a 日期:(2002 OR 2004)") == parse("a 日期:2002 OR 日期:2004") == all_of(A, either)
