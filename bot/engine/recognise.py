"""What a message wants, by its words: pure, explained, and never a guess between two dialogues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from bot.engine.intent import Intent, IntentMatch
from bot.engine.phrases import bare, fold
from bot.engine.sentence_tables import EmergencySentences, IntentSentences, Sentences, sentences

LONGEST_WHOLE = 60
"""A message longer than this is never just a greeting or a yes."""
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_LATIN = re.compile(r"[a-z]")
_REMEMBERED = 256
"""Texts: several rows of a policy ask the same of the same words, and a letter of its every sentence."""
Matches = Mapping[Intent, IntentMatch]


@lru_cache(maxsize=_REMEMBERED)
def recognise(text: str) -> Matches:
    """Every intent that the words of `text` point to."""
    folded = fold(text)
    found: dict[Intent, IntentMatch] = {}
    for table in _tables(folded):
        for intent, forms in table.intents.items():
            if intent not in found and (match := _match(intent, forms, folded)):
                found[intent] = match
        if (danger := _emergency(table.emergency, folded)) and Intent.EMERGENCY not in found:
            found[Intent.EMERGENCY] = danger
    return MappingProxyType(found)


@lru_cache(maxsize=_REMEMBERED)
def is_question(text: str) -> bool:
    """Whether `text` has the shape of a question."""
    folded = fold(text).strip()
    return any(_asks(table, folded) for table in _tables(folded))


def is_lone_question(text: str) -> bool:
    """Whether `text` is one short question and nothing more, and not a story that has a question's words in it."""
    folded = fold(text).strip()
    clauses = [clause for clause in re.split(r"[,.。;!?\n]+", folded) if clause.strip()]
    is_short = len(folded) <= 40 if _HAN.search(folded) else len(folded.split()) <= 20
    return is_short and len(clauses) <= 2 and bool(clauses) and is_question(clauses[-1] + "?" * folded.endswith("?"))


def _tables(folded: str) -> tuple[Sentences, ...]:
    chosen = []
    if _HAN.search(folded):
        chosen.append(sentences("zh"))
    if _LATIN.search(folded):
        chosen.append(sentences("en"))
    return tuple(chosen)


def _asks(table: Sentences, folded: str) -> bool:
    if folded.rstrip(" .。!~").endswith(table.question_ends):
        return True
    if table.question_words and table.question_words.search(folded):
        return True
    return bool(table.question_start and table.question_start.match(folded.lstrip(" ,.!?")))


def _match(intent: Intent, forms: IntentSentences, folded: str) -> IntentMatch | None:
    if forms.whole and len(folded) <= LONGEST_WHOLE and (found := forms.whole.fullmatch(folded)):
        return IntentMatch(intent, (found["core"],), whole=True)
    found = (forms.start and forms.start.match(folded)) or (forms.contains and forms.contains.search(folded)) or None
    fact = forms.states.search(folded) if forms.states else None
    if not (found or fact) or (forms.unless and forms.unless.search(folded)):
        return None
    words = tuple(match[0] for match in (found, fact) if match)
    rest = folded.replace(found[0], " ", 1) if found else folded
    return IntentMatch(intent, words, states=fact is not None, rest=forms.courtesy.sub("", bare(rest)).strip())


def _emergency(table: EmergencySentences, folded: str) -> IntentMatch | None:
    if found := table.always.search(folded):
        return IntentMatch(Intent.EMERGENCY, (found[0],))
    now = table.now.search(folded)
    if not now and table.unless.search(folded):
        return None
    found = table.certain.search(folded)
    if found is None and now:
        found = table.likely.search(folded)
    if found is None:
        return None
    return IntentMatch(Intent.EMERGENCY, (found[0], now[0]) if now else (found[0],))
