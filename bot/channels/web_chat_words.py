"""The texts of the web chat, and the language in which a visitor reads them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from starlette.requests import HTTPConnection

from casework.party import LANGUAGES, Language
from casework.wording import Wording, load_wording

LANGUAGE_COOKIE = "sunwindow_language"
"""Shared with the bureau's other pages, so that a choice made there holds here."""


@cache
def load_texts() -> Wording:
    """Every sentence of the chat page, of its script and of its refusals, in both languages."""
    return load_wording(files("bot.channels") / "web_chat_texts")


def language_of(request: HTTPConnection) -> Language:
    """The language asked for in the address, else the remembered one, else what the browser reads."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return "zh" if wish == "zh" else "en"
    first = re.search(r"\b(zh|en)\b", request.headers.get("accept-language", "").lower())
    return "en" if first and first[1] == "en" else "zh"
