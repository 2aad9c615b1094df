"""Workbooks: .xlsx by openpyxl, .xls and .et by xlrd; a line per row, tabs between its cells."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.archive import Archive
from indexer.formats.limits import Limits
from indexer.formats.source import Source

_Sheet = tuple[str, Iterable[Iterable[str]]]  # its name and the shown cells of its rows


def read_xlsx(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the rows of every sheet of the .xlsx ``data``.

    Formulas give the values that were saved with them. Raises SourceError for a broken or protected
    workbook, SourceTooLarge at a limit.
    """
    import openpyxl

    Archive(data, path, limits).check()
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = ((sheet.title, _xlsx_rows(sheet)) for sheet in book.worksheets)
        return Source(_text(sheets, path, limits), "xlsx")
    except SourceError:
        raise
    except Exception as error:  # openpyxl states no errors for broken workbooks
        raise SourceError(path, f"broken workbook ({_said(error)})") from error


def _xlsx_rows(sheet: Any) -> Iterator[Iterable[str]]:
    sheet.reset_dimensions()  # a stated dimension may be wrong, and pads every row to its width
    for row in sheet.iter_rows():
        yield (
            _shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row
        )


def read_xls(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns the rows of every sheet of the Excel 97 or WPS workbook ``data``.

    Raises SourceError for a broken or protected workbook, SourceTooLarge at a limit.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
        sheets = ((name, _xls_rows(book, book.sheet_by_name(name))) for name in book.sheet_names())
        return Source(_text(sheets, path, limits), "xls")
    except SourceError:
        raise
    except Exception as error:  # xlrd states few of its errors
        if "encrypted" in str(error):
            raise SourceError(path, "protected with a password; save it without") from error
        raise SourceError(path, f"broken workbook ({_said(error)})") from error


def _xls_rows(book: Any, sheet: Any) -> Iterator[Iterable[str]]:
    import xlrd

    for number in range(sheet.nrows):
        cells = sheet.row(number)
        shown: list[str] = []
        for cell in cells:
            if cell.ctype == xlrd.XL_CELL_DATE:
                shown.append(_shown(_date(cell.value, book.datemode), ""))
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                shown.append(_shown(bool(cell.value), ""))
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                shown.append("")
            else:
                shown.append(_shown(cell.value, ""))
        yield shown


def _date(value: float, mode: int) -> Any:
    import xlrd

    try:
        return xlrd.xldate_as_datetime(value, mode)
    except (ValueError, OverflowError, xlrd.XLDateError):
        return value


def _shown(value: Any, number_format: str) -> str:
    """Returns a cell's value as a person reads it, with blanks for tabs and line ends."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime():
            return value.isoformat(" ", "minutes")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case int() | float() if number_format.endswith("%"):
            return f"{round(100 * value, 6):g}%"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{value:.12g}"
    return " ".join(str(value).split())


def _text(sheets: Iterable[_Sheet], path: Path, limits: Limits) -> str:
    """Returns the sheets, each under its name where there are several with text."""
    shown: list[tuple[str, list[str]]] = []
    cells = chars = rows = 0
    for name, found in sheets:
        lines: list[str] = []
        for row in found:
            values = list(row)
            rows += 1
            cells += len(values)
            line = "\t".join(values).rstrip()
            chars += len(line)
            if rows + cells > limits.cells:
                raise SourceTooLarge(path, f"over {limits.cells:,} cells")
            if chars > limits.text_chars:
                raise SourceTooLarge(path, f"over {limits.text_chars:,} characters of text")
            if line:
                lines.append(line.lstrip())
        if lines:
            shown.append((name, lines))
    titled = len(shown) > 1
    parts = ([name, *lines] if titled else lines for name, lines in shown)
    return "".join(f"{line}\n" for lines in parts for line in lines)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
