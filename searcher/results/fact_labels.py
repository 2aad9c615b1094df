"""The facts of a document with Chinese labels, in the order in which people read them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.documents.model import Fact, Metadata

_LABELS = {
    "title": "标题",
    "doc_number": "发文字号",
    "issuers": "发文机关",
    "date": "成文日期",
    "published": "发布日期",
    "effective": "施行日期",
    "doc_type": "文种",
    "addressee": "主送机关",
    "region": "地区",
    "attachments": "附件",
    "copied_to": "抄送",
    "revisions": "沿革",
    "status": "时效",
}


def labelled_facts(metadata: Metadata) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    """Yields the label of each fact that ``metadata`` has, with its values; the title is first."""
    for name, label in _LABELS.items():
        value: Fact | tuple[Fact, ...] | None = getattr(metadata, name)
        facts = value if isinstance(value, tuple) else (value,) if value else ()
        if facts:
            yield label, facts
