"""A table as a workbook of Excel, with openpyxl (the extra ``xlsx``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from searcher.exports.tables import Row
from searcher.results.snippet import HARMLESS

_LONGEST = 32_767  # characters that a cell can hold


def to_xlsx(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A workbook of one sheet, its first row the names of the columns.

    Text is text, also where it begins with a sign of a formula. A text that is too long for a cell
    ends in … where it is cut.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("policysearch")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_cell(sheet, row[name]) for name in columns])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: object) -> object:
    if value is None or isinstance(value, (int, float)):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value).translate(HARMLESS))
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # a formula begins with =, and so may a text
    return cell
