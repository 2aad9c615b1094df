"""The Chinese of the pages for what the engine says in English. Pure."""

from __future__ import annotations

import re

from searcher.web.problems import Problem

TITLES = {
    "query": "检索式有误",
    "costly": "检索式代价过大",
    "parameters": "参数有误",
    "not-found": "本库没有收录",
    "method": "不支持这种请求",
    "host": "服务器不使用这个名称",
    "origin": "不接受其他网站发来的请求",
    "token": "需要登录",
    "body": "内容过长",
    "media-type": "内容类型不符",
    "url": "网址过长",
    "rate": "请求过于频繁",
    "busy": "服务繁忙，请稍后再试",
    "budget": "检索用时过长",
    "index": "索引无法读取",
    "request": "请求有误",
    "bug": "服务器出错",
}
HINTS = {
    "query": "请在标出的地方修改检索式，或查看使用说明。",
    "costly": "请换用更少见、更长的词，或减少用 NEAR 连接的词。",
    "parameters": "请检查网址中的参数。",
    "not-found": "没有收录不等于不存在。可以换一个名称或文号检索。",
    "busy": "等待的请求太多。",
    "budget": "请换用更少见的词，或缩小范围。",
    "index": "请联系管理员；原因已写入服务器日志。",
}
_REASONS = (
    (r"empty query.*", "检索式里没有文字、字母或数字"),
    (r"an empty quotation.*", "引文里没有文字、字母或数字"),
    (r"the quotation is not closed: (.+) is missing", r"引号没有闭合，缺少 \1"),
    (r"the parenthesis is not closed: \) is missing", "括号没有闭合，缺少右括号"),
    (r"(\S+) has nothing before it", r"\1 前面缺少检索词"),
    (r"(\S+) has nothing after it", r"\1 后面缺少检索词"),
    (r"longer than ([\d,]+) characters", r"超过 \1 个字符"),
    (r"more than ([\d,]+) clauses", r"超过 \1 个检索词"),
    (r"more than (\d+) (?:parentheses|groups) within each other", r"括号嵌套超过 \1 层"),
    (r"NEAR joins at most (\d+) items", r"NEAR 最多连接 \1 项"),
    (r"NEAR joins at most (\d+) words.*", r"NEAR 最多连接 \1 个词"),
    (r"NEAR joins only words.*", "NEAR 只能连接词、引文和它们的组合"),
    (r"NEAR looks within sections.*", "NEAR 不能与字段一起使用"),
    (r"NEAR allows ([\d,]+) characters at most", r"NEAR 的距离最多 \1 个字符"),
    (r"all NEAR in a row must have the same distance", "一组 NEAR 只能有一个距离"),
    (r"more than ([\d,]+) words begin with (.+)", r"以 \2 开头的词超过 \1 个"),
    (r"a quotation of more than ([\d,]+) characters", r"引文超过 \1 个字符"),
    (r"beside NEAR stand (\d+) characters or more here", r"NEAR 两边至少各有 \1 个字"),
    (r"a query has at most (\d+) words.*", r"检索式最多 \1 个词"),
    (r"([\d,]+) sections have all that NEAR.*", r"NEAR 连接的词同时出现在 \1 个条款中，太多"),
    (r"not a date.*", "不是日期：请写作 2002、2002-12 或 2002-12-31"),
    (r"there is no such date: (.+)", r"没有这一天：\1"),
    (r"the range of dates ends before it begins", "起始日期晚于截止日期"),
)


def reason(text: str) -> str:
    """A reason of the engine in Chinese; as it is where this knows no Chinese for it."""
    for pattern, chinese in _REASONS:
        if found := re.fullmatch(pattern, text):
            return found.expand(chinese)
    return text


def title(problem: Problem) -> str:
    """Returns the Chinese title of the kind of ``problem``, or its own where there is none."""
    return TITLES.get(problem.kind, problem.title)


def detail(problem: Problem) -> str:
    """Returns the Chinese detail of ``problem``; it is empty where title and hint say all."""
    if problem.kind in ("query", "costly"):
        return reason(problem.members["reason"])
    return "" if problem.kind in ("busy", "budget", "index") else problem.detail
