"""Charts as SVG files. A page shows them with `<img>`; they never become part of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from unicodedata import east_asian_width

import pygal
from pygal.style import Style

# pygal leaves an importer for its plug-ins behind, of a kind at which every later import warns; we have no plug-ins.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

_FONTS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif"
_STYLE = Style(
    font_family=_FONTS,
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1c2733",
    foreground_strong="#1c2733",
    foreground_subtle="#b8c4ce",
    opacity="1",
    colors=("#1f5f8b", "#b5482a", "#3f7d4e", "#8a6d1d", "#6a4c93"),
    value_colors=("#1c2733",) * 5,
    label_font_size=13,
    major_label_font_size=13,
    value_font_size=13,
    title_font_size=16,
    legend_font_size=13,
    guide_stroke_color="#e3e9ee",
    guide_stroke_dasharray="0",
    major_guide_stroke_color="#e3e9ee",
    major_guide_stroke_dasharray="0",
)
_CSS = ("file://style.css", "file://graph.css")
_BAR = 34
_LETTER = 6
_WIDTH = 760


def bars(title: str, numbers: Mapping[str, float], *, top: float | None = None) -> str:
    """One bar for each name, the first at the top, its number beside it; the whole width is `top`, or the largest."""
    chart = pygal.HorizontalBar(
        style=_STYLE,
        title=title,
        show_legend=False,
        width=_WIDTH,
        height=90 + _BAR * max(len(numbers), 2),
        print_values=True,
        print_values_position="top",
        show_x_labels=False,
        margin_right=60,
        margin_left=20 + _wider(numbers),
        css=(*_CSS, "inline:.text-overlay text { text-anchor: start !important; }"),
        range=(0, (top or max([*numbers.values(), 1])) * 1.08),
        truncate_label=-1,
        formatter=_plain,
        js=(),
    )
    chart.x_labels = list(reversed(list(numbers)))
    chart.add("", list(reversed(list(numbers.values()))))
    return _rendered(chart)


def lines(title: str, labels: list[str], series: Mapping[str, list[float | None]], *, top: float) -> str:
    """One line for each name over the labels; what is not known is left out of the line."""
    chart = pygal.Line(
        style=_STYLE,
        title=title,
        width=_WIDTH,
        height=340,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        range=(0, top),
        formatter=_plain,
        truncate_label=-1,
        truncate_legend=-1,
        js=(),
    )
    chart.x_labels = labels
    for name, values in series.items():
        chart.add(name, values)
    return _rendered(chart)


def _wider(names: Iterable[str]) -> int:
    """How much wider the longest name is than its letters would be, as which its Chinese ones are measured."""
    return max((sum(_LETTER for sign in name if east_asian_width(sign) in "WF") for name in names), default=0)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _rendered(chart: pygal.graph.graph.Graph) -> str:
    chart.uuid = "chart"  # equal numbers make an equal file
    return str(chart.render(is_unicode=True))
