"""How the new words of letters are told from quotes and signatures, by three suites of reply parsers.

Each function takes its source's folder and says of every expectation that concerns this whether we meet it. Where a
source cuts otherwise than we do on purpose, its function says how the two are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.mail_corpora.expectation import Expectation, collapsed, compare, expected_of
from mail_gateway.forwarded import Forwarded, unwrap
from mail_gateway.html_text import to_text
from mail_gateway.parsing import parse
from mail_gateway.quoting import Words, split_letter, split_words


def crisp_replies(folder: Path) -> Iterator[Expectation]:
    """`reply_text` and `reply_first_fragment` are the new words; fragments are looked for in their part."""
    for path, name, fields in expected_of(folder):
        words = split_words(_text_of(path))
        for field in ("reply_text", "reply_first_fragment"):
            if field in fields:
                yield compare(name, field, fields[field], words.new)
        for pattern in fields.get("reply_matches", ()):
            yield _matches(name, "reply_matches", pattern, words.new)
        for pattern in fields.get("quoted_matches", ()):
            yield _matches(name, "quoted_matches", pattern, words.quoted)
        folded = words.signature if fields.get("fragment_flags", {}).get("1.isSignature") else words.quoted
        for pattern in fields.get("fragment1_matches", ()):
            yield _matches(name, "fragment1_matches", pattern, folded)
        if fields.get("fragment_flags", {}).get("0.isSignature") is False and fields.get("fragment_count") == 1:
            yield compare(name, "one fragment, no signature", _text_of(path).strip(), words.new)


def talon_replies(folder: Path) -> Iterator[Expectation]:
    """Its replies are what is left when quotes are taken away, so a signature is still among them."""
    for path, name, fields in expected_of(folder):
        words = _words_of(path)
        for field in ("reply_text", "reply_text_exact", "reply_text_collapsed"):
            if field in fields:
                yield _without_blanks(name, field, fields[field], words)
        if "text_without_signature" in fields:
            yield compare(name, "text_without_signature", fields["text_without_signature"], words.new)
            yield compare(name, "signature", fields["signature"], words.signature)


def quotequail_replies(folder: Path) -> Iterator[Expectation]:
    """HTML answers are compared as the text that their reader sees."""
    for path, name, fields in expected_of(folder):
        words = _words_of(path)
        if "reply_text" in fields:
            yield compare(name, "reply_text", fields["reply_text"], words.new)
        if "reply_html" in fields:
            yield compare(name, "reply_html", to_text(fields["reply_html"]), words.new)
        if "segments_intro_in_quote" in fields:
            yield _segments(name, fields["segments_intro_in_quote"], words)
        if "unwrapped" in fields:
            text = _text_of(path)
            yield from _unwrapped(name, fields["unwrapped"], unwrap(to_text(text) if path.suffix == ".html" else text))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def _words_of(path: Path) -> Words:
    if path.suffix == ".eml":
        mail = parse(path.read_bytes())
        return split_letter(mail.own_text, mail.raw_html)
    return split_letter("", _text_of(path)) if path.suffix == ".html" else split_words(_text_of(path))


def _matches(file: str, field: str, pattern: str, seen: str) -> Expectation:
    return Expectation(file, field, re.search(pattern, seen) is not None, pattern, seen)


def _without_blanks(file: str, field: str, wanted: str, words: Words) -> Expectation:
    seen = (words.new, f"{words.new}\n{words.signature}")
    is_met = any("".join(wanted.split()) == "".join(text.split()) for text in seen)
    return Expectation(file, field, is_met, wanted, words.new)


def _segments(file: str, segments: list[tuple[bool, str]], words: Words) -> Expectation:
    wanted = ["\n".join(_as_text(text) for is_shown, text in segments if is_shown is shown) for shown in (True, False)]
    seen = [f"{words.new}\n{words.signature}", words.quoted]
    is_met = ["".join(part.split()) for part in wanted] == ["".join(part.split()) for part in seen]
    return Expectation(file, "segments_intro_in_quote", is_met, str(wanted), str(seen))


def _as_text(segment: str) -> str:
    return to_text(segment) if segment.lstrip().startswith("<") else segment


def _unwrapped(file: str, wanted: Mapping[str, Any] | None, seen: Forwarded | None) -> Iterator[Expectation]:
    if wanted is None or seen is None:
        yield Expectation(file, "unwrapped", wanted is None and seen is None, str(wanted), str(seen))
        return
    found = {
        "type": seen.kind,
        "from": seen.author,
        "to": seen.to,
        "cc": seen.cc,
        "date": seen.date,
        "subject": seen.subject,
        "reply-to": seen.reply_to,
        "text": seen.text,
        "text_top": seen.text_top,
        "text_bottom": seen.text_bottom,
    }
    for field, value in wanted.items():
        if field.startswith("html"):
            text_field = field.replace("html", "text")
            yield compare(file, field, to_text(value), found[text_field])
        elif collapsed(value):
            yield compare(file, field, value, found[field])
