"""Rich text (RTF): striprtf decodes it; table rows are put back together here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from striprtf import striprtf

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings
from indexer.formats.text import everyday_share

# striprtf shows a cell's end as "|" and a paragraph's end in a cell as a line break. Marks from the
# private use area, behind a control word without effect, keep the rows of tables recognisable.
_ROW, _CELL, _END = "\ue0f1", "\ue0f2", "\ue0f3"
_MARKS = {"trowd": _ROW, "cell": _CELL, "nestcell": _CELL, "row": _END, "nestrow": _END}
_CONTROL = re.compile(r"\\(trowd|nestcell|cell|nestrow|row)(?![a-zA-Z])-?\d* ?")
# A destination that striprtf skips too: its search for links takes quadratic time.
_FIELD = re.compile(r"\\fldinst(?![a-zA-Z])")
_DEFAULT_CHARSET = re.compile(r"\\fcharset0(?!\d)")
_rtf_to_text: Any = striprtf.rtf_to_text  # its package states no types
_FOOTNOTE = re.compile(r"\\footnote(?![a-zA-Z])")
_FONT_TABLE = 65_536  # most characters of a table of fonts
_READABLE = 0.5  # least share of everyday characters


def read_rtf(data: bytes, path: Path, limits: Limits) -> Source:  # noqa: ARG001
    """Returns the text of the RTF ``data``, one line per paragraph or table row.

    Headers, footers and footnotes are left out; footnotes are counted in a warning. Raises
    SourceError for damage that striprtf stumbles over, SourceTooLarge for a table of fonts that is
    too long.
    """
    warnings = Warnings()
    raw = data.decode("latin-1").translate({0xE0F1: None, 0xE0F2: None, 0xE0F3: None, 0: None})
    _check_fonts(raw, path)
    raw = _FIELD.sub(r"\\fldtype", raw)
    raw = _CONTROL.sub(lambda found: f"\\intbl{_MARKS[found[1]]}", raw)
    text = _converted(raw, path)
    if everyday_share(text) < _READABLE:  # Chinese under a font that is declared as Western
        text = max(
            text, _converted(_DEFAULT_CHARSET.sub(r"\\fcharset134", raw), path), key=everyday_share
        )
    warnings.add("no-notes", count=len(_FOOTNOTE.findall(raw)))
    warnings.add("replaced-bytes", count=text.count("\ufffd"), detail="an unknown place")
    *rows, rest = text.split(_END)
    lines = (line.strip(" \t|") for line in "".join((*map(_row, rows), rest)).split("\n"))
    marks = dict.fromkeys(map(ord, (_ROW, _CELL, _END)), "\t")
    kept = (line.translate(marks).strip() for line in lines)
    return Source("".join(f"{line}\n" for line in kept if line), "rtf", warnings=warnings.all())


def _row(text: str) -> str:
    """Returns ``text``, which the end of a row ended, with the row's cells on one line."""
    before, _, row = text.partition(_ROW)
    cells = row.replace(_ROW, "").split(_CELL)  # Word repeats the properties behind the cells
    shown = (" ".join(cell.split()) for cell in cells)
    return before + "\t".join(shown).rstrip() + "\n"


def _check_fonts(raw: str, path: Path) -> None:
    """Raise SourceTooLarge for a table of fonts that striprtf would take minutes over."""
    start = raw.find("\\fonttbl")
    if start < 0:
        return
    depth = 1
    for brace in re.finditer("[{}]", raw[start : start + _FONT_TABLE]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return
    raise SourceTooLarge(path, f"a table of fonts over {_FONT_TABLE:,} bytes")


def _converted(raw: str, path: Path) -> str:
    try:
        text = str(_rtf_to_text(raw, encoding="gb18030", errors="replace"))
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
        raise SourceError(path, f"broken RTF ({error})") from error
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
