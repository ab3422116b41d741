"""HTML from outside: made harmless for a clerk's screen, and turned into text when a letter has no other.

Nothing here fetches anything, and nothing that is kept makes a browser fetch anything: pictures are attachments.
"""

from __future__ import annotations

import re

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

MAX_HTML_CHARACTERS = 500_000
"""HTML is read so far; the whole stays in the raw mail."""

_STRUCTURE = {
    "p",
    "br",
    "div",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "ul",
    "ol",
    "li",
    "blockquote",
    "hr",
    "pre",
}
_STRUCTURE |= {"h1", "h2", "h3", "h4", "h5", "h6"}
_DROPPED = {"script", "style", "head", "title", "noscript", "template", "svg", "math", "object", "iframe"}

_SAFE = nh3.Cleaner(
    tags=_STRUCTURE | {"a", "b", "i", "u", "s", "em", "strong", "span", "font", "sub", "sup", "code", "dl", "dt", "dd"},
    clean_content_tags=_DROPPED,
    attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)

_FLAT = nh3.Cleaner(
    tags=_STRUCTURE - {"div", "tbody", "thead"} | {"div", "span"},
    clean_content_tags=_DROPPED,
    attributes={"*": {"style"}},
    filter_style_properties={"display"},
)
"""Flattens what inscriptis cannot follow; `display` is kept so that hidden text is not taken for words."""

_LAYOUT = ParserConfig(css=CSS_PROFILES["strict"], display_images=False, display_links=False)
_META_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4096
_BLANK_LINES = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*){2,}")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^<>]*>?")
_NO_DEPTH = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "wbr"}
_NO_DEPTH |= {"p", "li", "tr", "td", "th", "tbody", "thead", "option", "dt", "dd"}
"""Elements without content, or ended by their like."""
_MAX_NESTING = 150
"""inscriptis returns nothing at all for HTML nested about 300 deep, and nh3 takes seconds for 20,000."""


def declared_charset(data: bytes) -> str | None:
    """The charset that an HTML page names for itself (HTML Living Standard, "meta charset"), or None."""
    found = _META_CHARSET.search(data, 0, _META_WITHIN)
    return found[1].decode("ascii") if found else None


def sanitise(html: str) -> str:
    """The same letter without scripts, styles, forms, pictures and anything that a browser would fetch."""
    return _SAFE.clean(_bounded(html)).strip()


def to_text(html: str) -> str:
    """The words that a reader of the HTML would see, as text with its lines."""
    flat = _FLAT.clean(_bounded(html))
    text = get_text(flat, _LAYOUT) if flat.strip() else ""
    lines = [line.replace("\u00a0", " ").rstrip() for line in text.split("\n")]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return _BLANK_LINES.sub("\n\n", "\n".join(line[indent:] for line in lines)).strip("\n")


def _bounded(html: str) -> str:
    """HTML of bearable length and depth; what is nested beyond all reason is taken apart into lines."""
    html = html[:MAX_HTML_CHARACTERS]
    depth = 0
    if html.count("<") <= _MAX_NESTING:
        return html
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _NO_DEPTH:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _MAX_NESTING:
            return _TAG.sub(_as_line, html)
    return html


def _as_line(tag: re.Match[str]) -> str:
    return "<br>" if tag[2].lower() in _STRUCTURE and not tag[1] else ""
