"""A paper as one HTML page, which needs nothing but the charts beside it."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined

from casework.papers.document import Chart, Document, Grid, Heading, Paragraph

_PAGES = Environment(
    loader=PackageLoader("casework", "papers"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def compose_page(document: Document, *, chart_file: Callable[[str], str]) -> str:
    """The page; `chart_file` says where the chart of a key lies, seen from the page."""
    kinds = {Heading: "heading", Paragraph: "paragraph", Grid: "grid", Chart: "chart"}
    blocks = [(kinds[type(block)], block) for block in document.blocks]
    page = _PAGES.get_template("paper.html")
    return page.render(document=document, blocks=blocks, chart_file=chart_file)
