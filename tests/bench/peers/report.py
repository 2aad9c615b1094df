"""Figures as tables and as CSV: pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from peers.figures import FIGURES, Figure, Goal, Row


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, columns aligned; numbers of figures to the right."""
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(3, *map(len, column)) for column in columns]

    def line(cells: Sequence[str]) -> str:
        first, *rest = (cell.ljust(w) for cell, w in zip(cells[:1], widths, strict=False))
        rest = [cell.rjust(w) for cell, w in zip(cells[1:], widths[1:], strict=True)]
        return "| " + " | ".join((first, *rest)) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join((line(heads), line(rule), *map(line, rows)))


def figures_table(rows: Mapping[str, Row]) -> str:
    """A line a figure, a column an engine: the value and, in brackets, how often ours it is.

    A value that depends on how many sections there are is not set beside ours where an engine had
    fewer.
    """
    ours = next(iter(rows.values()))
    heads = ["", *(row.engine for row in rows.values())]
    lines = [
        ["sections", *(f"{row.sections:,}" for row in rows.values())],
        ["queries a round", *(f"{row.queries:,}" for row in rows.values())],
        ["snippets", *("yes" if row.highlights else "no" for row in rows.values())],
    ]
    for figure in FIGURES:
        if any(figure.key in row.values for row in rows.values()):
            cells = [_cell(figure, row, ours) for row in rows.values()]
            lines.append([f"{figure.label}, {figure.section}", *cells])
    return table(heads, lines)


def _cell(figure: Figure, row: Row, ours: Row) -> str:
    value = row.values.get(figure.key)
    if value is None:
        return "–"
    shown = f"{value:,.{figure.digits}f}"
    ratio = _ratio(figure, row, ours)
    return shown if ratio is None or row is ours else f"{shown} ({ratio:.2g}x)"


def _ratio(figure: Figure, row: Row, ours: Row) -> float | None:
    comparable = row.sections == ours.sections or figure.section == "sections/s"
    mine = ours.values.get(figure.key)
    return row.values[figure.key] / mine if comparable and mine else None


def goals_table(found: Sequence[Goal]) -> str:
    """A line a goal."""
    lines = [[goal.label, goal.goal, goal.measured, "yes" if goal.met else "NO"] for goal in found]
    return table(["goal", "to be", "is", "met"], lines)


def csv_text(rows: Mapping[str, Row], run: str) -> str:
    """A line for every figure of every engine; ``run`` says when and where."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["engine", "version", "figure", "unit", "value", "of ours", "sections", "queries", "run"]
    )
    ours = next(iter(rows.values()))
    for row in rows.values():
        for figure in FIGURES:
            if figure.key in row.values:
                ratio = _ratio(figure, row, ours)
                writer.writerow(
                    [
                        row.engine,
                        row.version,
                        figure.key,
                        figure.section,
                        f"{row.values[figure.key]:.6g}",
                        "" if ratio is None else f"{ratio:.4g}",
                        row.sections,
                        row.queries,
                        run,
                    ]
                )
    return out.getvalue()
