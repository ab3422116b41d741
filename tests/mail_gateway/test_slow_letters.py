"""Letters made to be slow to read are read in time, and no line of theirs is lost."""

from __future__ import annotations

import time

import pytest

from mail_gateway.forwarded import unwrap
from mail_gateway.quoting import split_html, split_words

SECONDS = 5.0
"""A wide bound for a busy machine: what these letters must not do is take minutes, as patterns that backtrack would."""

SLOW = {
    "attributions": "On Fri, Nov 20, 2026 at 10:00 a@b.example x:\n" * 20_000,
    "broken attributions": "On Nov 21, 2026,\n\n<a\n" * 10_000,
    "labels": "From: a\nSubject: b\nx\n" * 10_000,
    "marked lines": "> x\n" * 100_000,
    "marked and not": "> x\ny\n" * 30_000,
    "one long line": "x" * 1_000_000,
    "one long attribution": "On 2026-11-20 10:00 " + "x " * 500_000 + "wrote:",
    "one long mark": ">" + " <" * 500_000,
    "one long rule": "-" * 1_000_000,
    "rules": "-----\n" * 50_000,
    "rules with words": ("-" * 70 + " x " + "-" * 70 + "\n") * 5_000,
    "delimiters": "-- \n" * 50_000,
    "rules above a card": "\n----------\n" * 20_000 + "a@b.example",
    "signatures": "Sent from my iPhone\n\n" * 20_000,
    "table lines": "|\n" * 50_000 + "网易邮箱大师",
    "notices": "x\n\nthis message " * 20_000,
    "at signs": ("@" * 200 + ":\n") * 3_000,
    "addresses": "(a@b " * 200_000 + ":",
    "verbs": "写道" * 300_000 + ":",
    "blank lines": "\n" * 300_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_a_letter_made_to_be_slow_is_split_in_time(text: str) -> None:
    begun = time.process_time()
    words = split_words(text)
    unwrap(text)
    assert time.process_time() - begun < SECONDS
    assert (
        sum(len(part) - part.count("\n") for part in (words.new, words.quoted, words.signature)) > 0 or not text.strip()
    )


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>" * 20_000,
        "<blockquote>x</blockquote>" * 10_000,
        "<div id=signature>x</div>" * 10_000,
        '<div style="font-size:0">' * 140 + "<b>x</b>" * 10_000,
        "<div class=gmail_quote>" * 145 + "<b>x</b>" * 10_000,
        "<hr tabindex=-1>" * 10_000,
    ],
    ids=["deep", "quotes", "signatures", "sizes", "containers", "rules"],
)
def test_html_made_to_be_slow_is_split_in_time(html: str) -> None:
    begun = time.process_time()
    split_html(html)
    assert time.process_time() - begun < SECONDS
