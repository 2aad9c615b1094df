"""Articles of a document by their numbers."""

from __future__ import annotations

import re

from indexer.documents.model import Document
from indexer.numerals import to_chinese

_NUMBER = re.compile(r"第?(\d{1,4})条?")


def anchor_of(document: Document, name: str) -> str:
    """Returns the anchor of a section of ``document`` that is ``name`` or the article called so.

    An article is called 26, 第26条 or 第二十六条. Without such a section ``name`` is returned.
    """
    if any(one.anchor == name for one in document.sections):
        return name
    number = _NUMBER.fullmatch(name)
    label = f"第{to_chinese(int(number[1]))}条" if number else name
    for section in document.sections:
        if section.kind == "article" and section.path[-1] == label:
            return section.anchor
    return name
