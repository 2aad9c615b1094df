"""The heading of a section: on its own line, or run in before the text."""

from __future__ import annotations

import re

from indexer.outline.labels import Label, Style

_OWN_LINE = 60
_RUN_IN = 40
_SENTENCE = re.compile("应当|应该|不得|可以|有下列|以下|下列")
_STOP = re.compile("[。：:]")


def heading_of(label: Label, next_line: str) -> str:
    """Return the heading that stands behind ``label``, or an empty string."""
    rest = label.rest
    if label.style == Style.ARTICLE:
        found = re.match(r"[（(【]([^（）()【】]{2,30})[)）】]", rest)
        return found[1] if found else ""
    if label.style <= Style.DIVISION or label.style == Style.TITLE:
        return squeeze(rest or (next_line if len(next_line) < _OWN_LINE else ""))
    if not rest or label.style >= Style.PAREN_ARABIC:
        return ""
    if len(rest) <= _OWN_LINE and rest[-1] not in "。；;：:，,":
        return "" if _SENTENCE.search(rest) else squeeze(rest)
    stop = _STOP.search(rest)
    if stop and stop.start() <= _RUN_IN and stop.end() < len(rest):
        return "" if _SENTENCE.search(rest[: stop.start()]) else squeeze(rest[: stop.start()])
    return ""


def squeeze(heading: str) -> str:
    """Drop the blanks that spread a heading (总　则) and its closing stop."""
    return re.sub(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])", "", heading).strip("。：: ")
