"""Rich text (RTF): striprtf decodes it; table rows are put back together here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from striprtf import striprtf

from indexer.errors import SourceError
from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings
from indexer.formats.text import everyday_share

# striprtf shows a cell's end as "|" and a paragraph's end in a cell as a line break. Marks from the
# private use area, behind a control word without effect, keep the rows of tables recognisable.
_ROW, _CELL, _END = "\ue0f1", "\ue0f2", "\ue0f3"
_MARKS = {"trowd": _ROW, "cell": _CELL, "nestcell": _CELL, "row": _END, "nestrow": _END}
_CONTROL = re.compile(r"\\(trowd|nestcell|cell|nestrow|row)(?![a-zA-Z])-?\d* ?")
_TABLE_ROW = re.compile(f"{_ROW}([^{_END}]*){_END}")
# A destination that striprtf skips too: its search for links takes quadratic time.
_FIELD = re.compile(r"\\fldinst(?![a-zA-Z])")
_DEFAULT_CHARSET = re.compile(r"\\fcharset0(?!\d)")
_rtf_to_text: Any = striprtf.rtf_to_text  # its package states no types
_FOOTNOTE = re.compile(r"\\footnote(?![a-zA-Z])")
_READABLE = 0.5  # least share of everyday characters


def read_rtf(data: bytes, path: Path, limits: Limits) -> Source:  # noqa: ARG001
    """Return the text of the RTF ``data``, one line per paragraph or table row.

    Headers, footers and footnotes are left out; footnotes are counted in a warning. Raises
    SourceError for damage that striprtf stumbles over.
    """
    warnings = Warnings()
    raw = data.decode("latin-1").translate({0xE0F1: None, 0xE0F2: None, 0xE0F3: None, 0: None})
    raw = _FIELD.sub(r"\\fldtype", raw)
    raw = _CONTROL.sub(lambda found: f"\\intbl{_MARKS[found[1]]}", raw)
    text = _converted(raw, path)
    if everyday_share(text) < _READABLE:  # Chinese under a font that is declared as Western
        text = max(
            text, _converted(_DEFAULT_CHARSET.sub(r"\\fcharset134", raw), path), key=everyday_share
        )
    warnings.add("no-notes", count=len(_FOOTNOTE.findall(raw)))
    warnings.add("replaced-bytes", count=text.count("\ufffd"), detail="an unknown place")
    lines = (line.strip(" \t|") for line in _TABLE_ROW.sub(_row, text).split("\n"))
    marks = dict.fromkeys(map(ord, (_ROW, _CELL, _END)), "\t")
    kept = (line.translate(marks).strip() for line in lines)
    return Source("".join(f"{line}\n" for line in kept if line), "rtf", warnings=warnings.all())


def _row(found: re.Match[str]) -> str:
    cells = found[1].replace(_ROW, "").split(_CELL)  # Word repeats the properties behind the cells
    shown = (" ".join(cell.split()) for cell in cells)
    return "\t".join(shown).rstrip() + "\n"


def _converted(raw: str, path: Path) -> str:
    try:
        text = str(_rtf_to_text(raw, encoding="gb18030", errors="replace"))
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
        raise SourceError(path, f"broken RTF ({error})") from error
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
