"""Bars on logarithmic scales as an SVG that shows on a light and on a dark page: pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from peers.figures import Row

_PANELS = (  # figure, title, how values are shown
    ("rank_p50", "ranking alone, ms (median)", "{:.2g}"),
    ("hits_p50", "string in, ten hits out, ms (median)", "{:.3g}"),
    ("index_terms", "sections indexed a second, ready terms", "{:,.0f}"),
    ("disk_stored", "MB on disk, text stored", "{:,.3g}"),
)
_WIDTH, _LABEL, _BAR, _STEP = 430, 86, 14, 22
_LONGEST = _WIDTH - _LABEL - 110
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .small { font-size: 11px; fill: #59636e }
.bar { fill: #9aa4b0 } .ours { fill: #1a7f64 } .line { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 }
  .bar { fill: #5f6b79 } .ours { fill: #3fb98f } .line { stroke: #30363d }
}
"""


def svg(rows: Mapping[str, Row], corpus: str, run: str) -> str:
    """Four panels, two by two; engines with fewer sections say so, and have no bar of a size."""
    panels = [panel for panel in _PANELS if any(panel[0] in row.values for row in rows.values())]
    height = 58 + _STEP * len(rows)
    parts = [
        f'<g transform="translate({20 + index % 2 * (_WIDTH + 20)},'
        f'{10 + index // 2 * height})">{_panel(*panel, list(rows.values()))}</g>'
        for index, panel in enumerate(panels)
    ]
    fewer = any(row.sections != next(iter(rows.values())).sections for row in rows.values())
    note = f"{corpus}; logarithmic scales" + ("; * fewer sections" if fewer else "")
    total = 10 + height * math.ceil(len(panels) / 2) + 40
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDTH + 60} {total}" '
        f'role="img"><title>policysearch beside other engines</title><style>{_STYLE}</style>'
        f"{''.join(parts)}"
        f'<text class="small" x="20" y="{total - 24}">{escape(note)}</text>'
        f'<text class="small" x="20" y="{total - 8}">{escape(run)}</text></svg>\n'
    )


def _panel(key: str, title: str, shown: str, rows: Sequence[Row]) -> str:
    values = [row.values[key] for row in rows if key in row.values]
    low = 10 ** math.floor(math.log10(min(values)) - 0.3)
    decades = max(math.log10(max(values) / low), 1e-9)
    parts = [f'<text class="title" x="{_LABEL}" y="14">{escape(title)}</text>']
    bottom = 26 + _STEP * len(rows)
    for decade in range(math.floor(decades) + 1):
        x = _LABEL + _LONGEST * decade / decades
        parts.append(
            f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="22" y2="{bottom}"/>'
            f'<text class="small" x="{x:.1f}" y="{bottom + 11}" text-anchor="middle">'
            f"{low * 10**decade:,g}</text>"
        )
    for index, row in enumerate(rows):
        y = 26 + _STEP * index
        name = row.engine if row.sections == rows[0].sections else f"{row.engine} *"
        parts.append(f'<text x="{_LABEL - 6}" y="{y + 11}" text-anchor="end">{escape(name)}</text>')
        if key not in row.values or (key.startswith("disk") and name != row.engine):
            parts.append(f'<text class="small" x="{_LABEL + 4}" y="{y + 11}">–</text>')
            continue
        length = _LONGEST * math.log10(row.values[key] / low) / decades
        kind = "bar" if index else "bar ours"
        without = "" if row.highlights or key != "hits_p50" else ", no snippets"
        parts.append(
            f'<rect class="{kind}" x="{_LABEL}" y="{y}" width="{length:.1f}" height="{_BAR}" '
            f'rx="2"/>'
            f'<text x="{_LABEL + length + 5:.1f}" y="{y + 11}">'
            f"{shown.format(row.values[key])}{without}</text>"
        )
    return "".join(parts)
