"""In which language to speak: by what the citizen asks for, else by the script of the words, else as before."""

from __future__ import annotations

import re

from bot.engine.intent import Intent
from bot.engine.recognise import Matches
from casework.party import Language

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(r"\b[A-Za-z]{1,8}\s\d[\w-]*")
"""Letters with a number behind them, as `G 123`; what stands in one piece falls with its digits."""
_NO_WORD = re.compile(r"\d|@|https?://|^/\w|\b[A-Za-z]{5}-[A-Za-z]{5}\b")
"""Numbers, addresses, commands, and query codes, one of which in twenty has no digit."""
_SMALL_TALK = frozenset({Intent.GREETING, Intent.HELP, Intent.THANKS})


def wished_language(matches: Matches) -> Language | None:
    """The language that the message asks for and wants nothing else."""
    for intent, language in ((Intent.SPEAK_ZH, "zh"), (Intent.SPEAK_EN, "en")):
        if intent in matches and matches[intent].whole:
            return "zh" if language == "zh" else "en"
    return None


def language_of(text: str, matches: Matches, *, before: Language | None, in_dialogue: bool) -> Language | None:
    """The language of a message; None when its script does not tell, as with digits or a smiley.

    In the middle of a dialogue a name or an address in the other script changes nothing.
    """
    words = " ".join(word for word in _CODE.sub(" ", text).split() if not _NO_WORD.search(word))
    han, latin = len(_HAN.findall(words)), len(_LATIN_WORD.findall(words))
    if not han and not latin:
        return None
    spoken: Language = "en" if latin > han else "zh"
    if before is None or spoken == before:
        return spoken
    is_clear = (latin if spoken == "en" else han) >= (4 if in_dialogue else 2)
    is_small_talk = any(match.whole and match.intent in _SMALL_TALK for match in matches.values())
    return spoken if is_clear or is_small_talk else before
