"""Sentence templates, compiled once into patterns over folded text.

`(a|b)` is either, `[a]` perhaps, `…` some words between, `#` a number, `$` the end, `{name}` a slot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.errors import BotRejected
from casework.message import MAX_CHAT_CHARACTERS
from knowledge.normalise import fold as fold_script

_SIGNS = {"(": "(?:", "|": "|", ")": ")", "[": "(?:", "]": ")?", "#": "[0-9]+", "$": "$"}
_GAP_OF_HAN = r"[^。!?;\n]{0,15}?"
_GAP_OF_LATIN = r"[^.!?;。\n]{0,30}?"
_TOKEN = re.compile(r"\{(?P<slot>\w+)\}|(?P<sign>[(|)\[\]#$…])|(?P<words>[^(|)\[\]#$…{}]+)")
_NOT_WORDS = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[a-z0-9]")


@lru_cache(maxsize=64)
def fold(text: str) -> str:
    """`text` in one width, case, script and spacing, with plain apostrophes."""
    return fold_script(text.replace("’", "'").replace("‘", "'"), limit=MAX_CHAT_CHARACTERS)


def bare(folded: str) -> str:
    """Letters and digits alone, single-spaced."""
    return _NOT_WORDS.sub(" ", folded).strip()


def pattern_of(template: str, slots: Mapping[str, str] | None = None) -> str:
    """The regular expression of one template; `slots` says what `{name}` matches. BotRejected when it is malformed."""
    gap = _GAP_OF_LATIN if template.isascii() or _is_latin(template) else _GAP_OF_HAN
    body = "".join(_part(token, gap, slots or {}) for token in _TOKEN.finditer(template))
    try:
        re.compile(body)
    except re.error as error:
        raise BotRejected(f"the sentence {template!r} is malformed: {error}") from error
    before = r"(?<![a-z0-9])" if _LATIN.match(template.lstrip("([").casefold()) else ""
    after = r"(?![a-z0-9])" if _LATIN.match(template.rstrip(")]")[-1:].casefold()) else ""
    return f"{before}(?:{body}){after}"


def any_of(templates: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for any of the templates, the longest first; None when there are none."""
    longest_first = sorted(set(templates), key=lambda template: (-len(template), template))
    return re.compile("|".join(pattern_of(template) for template in longest_first)) if longest_first else None


def _is_latin(template: str) -> bool:
    return not any("㐀" <= character <= "鿿" for character in template)


def _part(token: re.Match[str], gap: str, slots: Mapping[str, str]) -> str:
    if token["slot"]:
        return f"(?P<{token['slot']}>{slots.get(token['slot'], '.+')})"
    if token["sign"]:
        return gap if token["sign"] == "…" else _SIGNS[token["sign"]]
    words: str = token["words"]
    middle = re.escape(fold_script(words)).replace(r"\ ", " ")
    return f"{' ' * words.startswith(' ')}{middle}{' ' * (words.endswith(' ') and bool(words.strip()))}"
