"""HTML from outside: made harmless for a clerk's screen, and turned into the text that its reader sees.

Nothing here fetches anything, and nothing that is kept makes a browser fetch anything: pictures are attachments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, unquote

import nh3
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

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

_TAGS = _STRUCTURE | {"a", "b", "i", "u", "s", "em", "strong", "span", "font", "sub", "sup", "code", "dl", "dt", "dd"}
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_SAFE = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED,
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)
_SAFE_WITH_PICTURES: dict[str, Any] = {
    "tags": _TAGS | {"img"},
    "clean_content_tags": _DROPPED,
    "attributes": {**_ATTRIBUTES, "img": {"src"}},
    "url_schemes": _SCHEMES | {"cid"},
    "url_relative": "deny",
    "link_rel": "noopener noreferrer nofollow",
}
_WANTED_PICTURE = re.compile(r"<(?:img|image)\b|\burl\s*\(|\sbackground\s*=", re.IGNORECASE)

_LAYOUT = ParserConfig(css=CSS_PROFILES["strict"], display_images=False, display_links=False)
_META_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4096
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(r"(?<![\w-])font(?:-size)?\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:;|!|/|$)", re.IGNORECASE)
_SOME_SIZE = re.compile(r"font(?:-size)?\s*:[^;]*[1-9]", re.IGNORECASE)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""lxml takes such characters in when it parses, and refuses them when a text is moved (XML 1.0 §2.2)."""
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^<>]*>?")
_NO_DEPTH = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "wbr"}
_NO_DEPTH |= {"p", "li", "tr", "td", "th", "tbody", "thead", "option", "dt", "dd"}
"""Elements without content, or ended by their like."""
_NEAR = 100
"""So many elements within are asked whether they have a size of their own."""
_MAX_NESTING = 150
"""inscriptis returns nothing at all for HTML nested about 300 deep, and nh3 takes seconds for 20,000."""


def declared_charset(data: bytes) -> str | None:
    """The charset that an HTML page names for itself (HTML Living Standard, "meta charset"), or None."""
    found = _META_CHARSET.search(data, 0, _META_WITHIN)
    return found[1].decode("ascii") if found else None


def sanitise(html: str) -> str:
    """The same letter without scripts, styles, forms, pictures and anything that a browser would fetch."""
    return _SAFE.clean(bounded(html)).strip()


@dataclass(frozen=True, slots=True)
class ShownHtml:
    """A letter's HTML for a clerk's screen, with the pictures that came in the letter itself."""

    html: str
    """Pictures have addresses such as `cid:…` alone, which no browser fetches."""
    pictures: Mapping[str, str]
    """Digests of the pictures that it shows, by their content id."""
    left_out: int
    """How many pictures it wanted that did not come with it."""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"ShownHtml({len(self.html)})"


def sanitise_with_pictures(html: str, pictures: Mapping[str, str]) -> ShownHtml:
    """The same as `sanitise`, but with places for `pictures`, which are named by content id (RFC 2392)."""
    if not html:
        return ShownHtml("", {}, 0)
    used: dict[str, str] = {}

    def own_picture(tag: str, name: str, value: str) -> str | None:
        if tag != "img" or name != "src":
            return value
        content_id = unquote(value[4:]) if value[:4].lower() == "cid:" else ""
        if content_id not in pictures or not content_id:
            return None
        used[content_id] = pictures[content_id]
        return f"cid:{quote(content_id, safe='@')}"

    html = bounded(html)
    cleaner = nh3.Cleaner(**_SAFE_WITH_PICTURES, attribute_filter=own_picture)
    # With one attribute and a quoted address a picture is written in one way alone: nothing else can be cut open here.
    shown = cleaner.clean(html).replace("<img>", "").strip()
    wanted = sum(1 for _ in _WANTED_PICTURE.finditer(html))
    return ShownHtml(shown, used, max(0, wanted - shown.count('src="cid:')))


def to_text(html: str) -> str:
    """The words that a reader of the HTML would see, as text with its lines."""
    tree = visible_tree(html)
    return "\n".join(rendered_lines(tree)).strip("\n") if tree is not None else ""


def visible_tree(html: str) -> HtmlElement | None:
    """The elements that a reader sees, with their attributes; None when there are none."""
    source = _NOT_IN_XML.sub("", bounded(html)).encode("utf-8", "replace")
    try:
        tree = document_fromstring(source, parser=HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True))
    except ParserError:  # nothing but blanks or comments
        return None
    for element in list(tree.iter()):
        if element.tag in _DROPPED or _is_hidden(element):
            _drop(element)
    return tree


def rendered_lines(tree: HtmlElement) -> list[str]:
    """The lines of text that elements make, without their common indentation and with one blank line at most."""
    text = Inscriptis(tree, _LAYOUT).get_text()
    lines = [line.replace("\u00a0", " ").rstrip() for line in text.split("\n")]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:] for place, line in enumerate(lines) if line or (place and lines[place - 1])]


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style")
    if style is None:
        return "hidden" in element.attrib and element.get("hidden") != "until-found"
    if _HIDDEN.search(style) or "hidden" in element.attrib:
        return True
    # Layouts set a container to nothing and its content to a size again.
    return _NO_SIZE.search(style) is not None and not any(
        _SOME_SIZE.search(inner.get("style") or "") for inner in islice(element.iterdescendants(), _NEAR)
    )


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def bounded(html: str) -> str:
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
