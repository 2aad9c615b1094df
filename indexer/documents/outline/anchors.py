"""Names for sections that do not change with other parts of the document."""

from __future__ import annotations

import re

from indexer.documents.labels import Label, Style
from indexer.documents.model import Kind, Section
from indexer.documents.surroundings import Mark
from indexer.numerals import to_int

_UNITS = {
    Style.PART: "bian",
    Style.SUBPART: "fenbian",
    Style.CHAPTER: "zhang",
    Style.DIVISION: "jie",
    Style.ARTICLE: "tiao",
}
_FIXED: dict[Kind, str] = {
    "preamble": "head",
    "signature": "sign",
    "contents": "toc",
    "repeat": "copy",
    "passage": "rest",
}


class Anchors:
    """Gives each section of one document a unique anchor."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._attachment = ""
        self._attachments = 0

    def labelled(self, label: Label, kind: Kind, above: Section | None) -> str:
        """Returns the anchor of a section with ``label`` under ``above``."""
        number = "-".join(map(str, label.number)) if label.number[1:] else str(label.number[0])
        unit = _UNITS.get(label.style)
        if unit == "bian" and "部" in label.name:
            unit = "bufen"
        if label.number == (0,):
            number = "fuze" if label.name == "附则" else "zongze"
        if label.style == Style.ARTICLE:
            return self._unique(f"{self._attachment}{unit}-{number}")
        if label.style in (Style.DECIMAL, Style.SUBDECIMAL):
            number = str(label.number[-1]) if above else ".".join(map(str, label.number))
        if label.style == Style.TITLE:
            number = re.sub(r"[\W_]+", "", label.name.lower())[:24] or "untitled"
        if above is None:
            return self._unique(f"{unit}-{number}" if unit else number)
        if unit:
            return self._unique(f"{above.anchor}/{unit}-{number}")
        joint = "." if kind == above.kind == "heading" else "/"
        return self._unique(f"{above.anchor}{joint}{number}")

    def unlabelled(self, mark: Mark, above: Section | None) -> str:
        """Returns the anchor of a section that ``mark`` starts."""
        if mark.kind == "attachment":
            self._attachments += 1
            parts = [to_int(part) for part in re.split("[-—]", mark.number[2:])]
            number = "-".join(str(part) for part in parts if part) or str(self._attachments)
            anchor = self._unique(f"att-{number}")
            self._attachment = f"{anchor}/"
            return anchor
        name = _FIXED[mark.kind]
        return self._unique(f"{above.anchor}/{name}" if above else name)

    def _unique(self, anchor: str) -> str:
        count = self._seen.get(anchor, 0) + 1
        self._seen[anchor] = count
        if count == 1:
            return anchor
        return self._unique(f"{anchor}~{count}")
