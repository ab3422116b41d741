"""Quotes and signatures in HTML, found by the elements in which mail programs put them.

Marks are set beside the elements before they are turned into text, so that each line of the text knows what it is.
What programs do not mark in the structure is found in the text afterwards, by `quoting`.
"""

from __future__ import annotations

import re

from lxml.html import Element, HtmlElement

from mail_gateway.folds import Fold
from mail_gateway.html_text import rendered_lines, visible_tree

_QUOTE, _END_QUOTE, _SIGN, _END_SIGN = "\ue0f0", "\ue0f1", "\ue0f2", "\ue0f3"
_MARKS = re.compile("[\ue0f0-\ue0f3]")

_CONTAINER = re.compile(
    r"yahoo_quoted|gmail_attr|gmail_quote|protonmail_quote|moz-cite-prefix|moz-email-headers"
    r"|moz-forward-container|tutanota_quote"
    r"|zmail_extra|alimail-quote|__aliyun\w*(?:quote|previous)|isreplycontent|isforwardcontent|reply-intro"
    r"|replybody\d|forwardbody\d"
    r"|olk_src_body_section|xm_compose_origin|lark-mail-quote|history-quote|messagereplysection|airmail_ext_on"
    r"|airmail_on"
    r"|bloop_original|edo-original|edo-message|edo-meta|mail-editor-reference-message|ms-outlook-mobile-reference"
    r"|origin-reply-container|original[-_]?(?:message|mail|content)\b|quoted[-_]?text|mail[-_]?quote|reply[-_]?quote"
    r"|aolmsgpart|outlookmessageheader|wordsection_quote|acompli_reply|mimecast_quote|(?:^|\s)quote(?:\s|$)",
    re.IGNORECASE,
)
"""Names (class, id, name) of elements that hold a quote or the line that introduces it."""
_TO_THE_END = re.compile(r"appendonsend|divrplyfwdmsg|stopspelling|zwchr|__divider__", re.IGNORECASE)
"""Names of elements after which everything is quoted."""
_DIVIDER_STYLE = re.compile(
    r"border-top\s*:\s*(?:solid\s+#?(?:b5c4df|e1e1e1)|#?(?:b5c4df|e1e1e1)\s+[\d.]+(?:pt|px)\s+solid)", re.IGNORECASE
)
"""How Outlook, Foxmail and Windows Mail draw the line above the header block of a quoted mail."""
_INDENTED = re.compile(r"border(?:-left)?\s*:\s*(?:none|0|medium none)", re.IGNORECASE)
_SIGNATURE = re.compile(r"signature|foxsign|foxmailsign|bloop_sign|ntes\w*-sign|mail-sign", re.IGNORECASE)
_NO_SIGNATURE = re.compile(r"applemailsignature|beginningofsignature|signature_?prefix_?none", re.IGNORECASE)
_FOXMAIL_RULE = re.compile(r"width\s*:\s*210px", re.IGNORECASE)
_MAX_SIGNATURE = 1_500
MAX_MARKS = 500
"""No more marks are set: a letter made to be slow has more."""
_MAX_ATTRIBUTION = 500
_ANY_QUOTE = re.compile(
    rf"<blockquote|<includetail|{_CONTAINER.pattern}|{_TO_THE_END.pattern}|{_DIVIDER_STYLE.pattern}", re.IGNORECASE
)


def has_quotes(html: str) -> bool:
    """Whether there is an element that programs put quotes in."""
    return _ANY_QUOTE.search(html) is not None


def marked_lines(html: str, *, signatures: bool = True) -> list[tuple[str, Fold]]:
    """The lines of text that a reader of the HTML sees, each with what the elements around it make it."""
    tree = visible_tree(_MARKS.sub("", html))
    if tree is None:
        return []
    marked = 0
    for element in list(tree.iter()):
        if isinstance(element.tag, str) and element.getparent() is not None:
            marked += _mark(element, signatures=signatures)
        if marked > MAX_MARKS:
            break
    return _read_marks(rendered_lines(tree))


def _mark(element: HtmlElement, *, signatures: bool) -> bool:
    """Set marks beside an element if it asks for them; whether it did."""
    names = _names(element)
    if _begins_the_end(element, names):
        element.addprevious(_sentinel(_QUOTE))
    elif _is_quote(element, names):
        _mark_quote(element, names)
    elif signatures and _is_signature(element, names):
        _enclose(element, element, _SIGN, _END_SIGN)
    else:
        return False
    return True


def _names(element: HtmlElement) -> str:
    attributes = element.attrib
    return " ".join(attributes[name] for name in ("class", "id", "name", "data-marker") if name in attributes)


def _begins_the_end(element: HtmlElement, names: str) -> bool:
    if names and _TO_THE_END.search(names):
        return True
    if element.tag == "hr":
        return str(element.get("tabindex", "")) == "-1"
    style = element.get("style")
    return style is not None and element.tag == "div" and _DIVIDER_STYLE.search(style) is not None


def _is_quote(element: HtmlElement, names: str) -> bool:
    if element.tag == "blockquote":
        return not _INDENTED.search(element.get("style") or "") or "cite" in str(element.get("type", ""))
    return element.tag == "includetail" or (bool(names) and _CONTAINER.search(names) is not None)


def _mark_quote(element: HtmlElement, names: str) -> None:
    first = next(element.iterdescendants("blockquote"), None) if "gmail_quote" in names.lower() else None
    if element.tag == "blockquote" or first is None:
        _enclose(element, element, _QUOTE, _END_QUOTE)
        return
    # Answers between the quotes are in Gmail's container too: only what introduces the first of them is a quote here.
    introduction = _sentinel(_QUOTE)
    introduction.tail, element.text = element.text, None
    element.insert(0, introduction)
    first.addprevious(_sentinel(_END_QUOTE))


def _is_signature(element: HtmlElement, names: str) -> bool:
    if element.tag == "sign":
        return True
    if element.tag == "hr":
        color = str(element.get("color", "")).lower()
        return color == "#b5c4df" and _FOXMAIL_RULE.search(str(element.get("style", ""))) is not None
    if not names or not _SIGNATURE.search(names) or _NO_SIGNATURE.search(names):
        return False
    holds_quote = any(
        _is_quote(inner, _names(inner)) for inner in element.iterdescendants() if isinstance(inner.tag, str)
    )
    return not holds_quote and len(element.text_content()) <= _MAX_SIGNATURE


def _enclose(first: HtmlElement, last: HtmlElement, begin: str, end: str) -> None:
    if first.tag == "hr" and (following := first.getnext()) is not None and following.tag != "blockquote":
        last = following
    first.addprevious(_sentinel(begin))
    after = _sentinel(end)
    after.tail, last.tail = last.tail, None
    last.addnext(after)


def _sentinel(mark: str) -> HtmlElement:
    element = Element("div")
    element.text = mark
    return element


def _read_marks(lines: list[str]) -> list[tuple[str, Fold]]:
    """The lines without the marks, and what the marks before them say."""
    read: list[tuple[str, Fold]] = []
    quotes = signs = 0
    for line in lines:
        marks = _MARKS.findall(line)
        opened = quotes
        for mark in marks:
            quotes += (mark == _QUOTE) - (mark == _END_QUOTE)
            signs += (mark == _SIGN) - (mark == _END_SIGN)
        words = _MARKS.sub("", line).rstrip() if marks else line
        if not words.strip() and (marks or not read or not read[-1][0]):
            continue
        fold = Fold.QUOTED if max(quotes, opened) > 0 else Fold.SIGNATURE if signs > 0 else Fold.NEW
        read.append((words, fold))
    return read
