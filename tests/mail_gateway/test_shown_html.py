"""A letter's HTML for a clerk's screen: its own pictures in their places, and nothing that a browser would fetch."""

from __future__ import annotations

import re
import time

import pytest

from mail_gateway.html_text import MAX_HTML_CHARACTERS, sanitise_with_pictures

OWN = {"logo@x": "a" * 64, "ein bild": "b" * 64, "": "c" * 64}


def test_a_picture_of_the_letter_keeps_its_place() -> None:
    shown = sanitise_with_pictures('<p>甲<img src="CID:logo@x" alt="徽" width="9" onerror="x()">乙</p>', OWN)
    assert shown.html == '<p>甲<img src="cid:logo@x">乙</p>'
    assert shown.pictures == {"logo@x": "a" * 64}
    assert shown.left_out == 0


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="><script>x()</script>">',
        '<img src="cid:logo@x" alt="><script>x()</script>">',
        '<a href="https://a.example/<img><script>">看</a>',
        '<im<img>g src="https://a.example/t.png">',
        "<p title='<img>'><img>script>x()<img></p>",
    ],
)
def test_leaving_pictures_out_opens_no_way_for_scripts(html: str) -> None:
    shown = sanitise_with_pictures(html, OWN).html
    assert sanitise_with_pictures(shown, OWN).html == shown
    assert "<script" not in re.sub(r'"[^"]*"', "", shown)


def test_content_ids_are_percent_encoded_in_addresses() -> None:
    """RFC 2392 §2."""
    shown = sanitise_with_pictures('<img src="cid:ein%20bild">', OWN)
    assert shown.html == '<img src="cid:ein%20bild">'
    assert set(shown.pictures) == {"ein bild"}


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://t.example/a.png">',
        '<img src="//t.example/a.png">',
        '<img src="a.png">',
        '<img src="data:image/svg+xml,x">',
        '<img srcset="https://t.example/a.png 1x">',
        '<img src="cid:">',
        '<img src="cid:another@x">',
        '<img src="cid:https://t.example/a.png">',
        '<p style="background:url(https://t.example/a.png)">甲</p>',
        '<table background="https://t.example/a.png"><tr><td>甲</td></tr></table>',
        '<svg><image href="https://t.example/a.png"/></svg>',
    ],
)
def test_every_other_picture_is_left_out_and_counted(html: str) -> None:
    shown = sanitise_with_pictures(f"<p>信</p>{html}", OWN)
    assert shown.html.startswith("<p>信</p>")
    assert "img" not in shown.html
    assert "t.example" not in shown.html
    assert (shown.left_out, shown.pictures) == (1, {})


def test_what_fetches_is_gone_and_links_stay_words() -> None:
    html = (
        '<base href="https://t.example/"><link rel=stylesheet href="https://t.example/s.css">'
        '<meta http-equiv=refresh content="0;url=https://t.example"><form action="https://t.example"><input></form>'
        '<a href="https://t.example/x" ping="https://t.example/p">看</a><video src="https://t.example/v"></video>'
    )
    shown = sanitise_with_pictures(html, OWN).html
    assert re.findall(r"t\.example", shown) == ["t.example"]
    assert shown.startswith('<a href="https://t.example/x" rel="noopener noreferrer nofollow">看</a>')


def test_no_html_is_no_html() -> None:
    shown = sanitise_with_pictures("", OWN)
    assert (shown.html, shown.left_out) == ("", 0)
    assert "信" not in repr(sanitise_with_pictures("<p>信</p>", OWN))


@pytest.mark.parametrize("piece", ["<img ", "<img src=", '<img src="cid:logo@x">', "<x background=", "url(", "<a <a "])
def test_html_made_to_be_slow_is_read_in_time(piece: str) -> None:
    html = piece * (MAX_HTML_CHARACTERS // len(piece))
    began = time.perf_counter()
    sanitise_with_pictures(html, OWN)
    assert time.perf_counter() - began < 5
