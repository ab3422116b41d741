"""The texts of the desk: every key that the engine can say exists in every language, and takes the same facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.engine import Keyed, ReplyDraft
from bot.engine.form import Form
from bot.engine.steering import DIALOGUES
from bot.rendering import Speaker
from casework.case import CaseStatus
from casework.disposition import Disposition
from casework.kinds import CaseKind
from casework.party import LANGUAGES
from casework.wording import Wording
from tests.architecture.source_tree import sources
from tests.architecture.text_keys import keys_in_python
from tests.bot.demo_desk import desk_wording


def forms() -> list[Form]:
    return [dialogue for dialogue in DIALOGUES.values() if isinstance(dialogue, Form)]


def keys_of_a_form(form: Form) -> set[str]:
    keys = {f"{form.name}.summary", f"{form.name}.filed", f"dialogue.{form.name}"}
    keys |= {f"{form.name}.opening"} if form.has_opening else set()
    keys |= {f"{form.name}.{end}" for end in ("ask.more", "added", "done")} if form.asks_more else set()
    for slot in form.slots:
        keys |= {f"{form.name}.ask.{slot.name}", f"{form.name}.again.{slot.name}", f"label.{slot.name}"}
        keys |= {f"choice.{value}" for value in slot.choices}
    return keys


def keys_by_enumeration() -> set[str]:
    """Keys that are put together while running, from what they are put together of."""
    keys = {f"case_kind.{kind.value}" for kind in CaseKind} | {f"letter.filed.{kind.value}" for kind in CaseKind}
    keys |= {f"disposition.{one.value}" for one in Disposition}
    keys |= {f"case_status.status.{status.value}" for status in CaseStatus}
    keys |= {f"moment.month.{number}" for number in range(1, 13)} | {f"moment.weekday.{day}" for day in range(7)}
    keys |= {f"dialogue.{name}" for name in DIALOGUES}
    return keys.union(*(keys_of_a_form(form) for form in forms()))


def missing(keys: Iterable[str], wording: Wording) -> list[str]:
    return sorted(f"{language}: {key}" for key in keys for language in LANGUAGES if key not in wording.texts[language])


def test_every_key_that_is_put_together_while_running_has_a_text() -> None:
    assert len(forms()) == 5
    assert missing(keys_by_enumeration(), desk_wording()) == []


def test_every_key_that_stands_in_the_code_has_a_text() -> None:
    used = [
        key
        for name, source in sources().items()
        if name.startswith("bot/engine")
        for key in keys_in_python(name, source)
    ]
    plain = {key.pattern.replace("\\", "") for key in used if "[A-Za-z" not in key.pattern}
    assert "emergency.card" in plain
    assert missing(plain, desk_wording()) == []


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    assert desk_wording().faults() == ()


def test_a_key_that_is_taken_away_is_missed() -> None:
    wording = desk_wording()
    english = {key: text for key, text in wording.texts["en"].items() if key != "emergency.card"}
    poorer = replace(wording, texts={**wording.texts, "en": english})
    assert missing({"emergency.card"}, poorer) == ["en: emergency.card"]
    assert poorer.faults() == ("emergency.card: missing in en",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_said_that_nobody_can_say(language: str) -> None:
    """Every text is reached by a key in the code or by enumeration: nothing is left over."""
    used = [
        key
        for name, source in sources().items()
        if name.startswith(("bot/", "runtime/"))
        for key in keys_in_python(name, source)
    ]
    patterns = [re.compile(key.pattern) for key in used] + [re.compile(re.escape(key)) for key in keys_by_enumeration()]
    texts = desk_wording().texts["zh" if language == "zh" else "en"]
    others = ("choice.", "label.", "why.", "trouble.", "small_talk.")
    idle = [key for key in texts if not any(one.fullmatch(key) for one in patterns) and not key.startswith(others)]
    assert idle == []


def test_a_nested_fact_is_put_into_words_of_the_language() -> None:
    draft = ReplyDraft("resume.where", {"dialogue": Keyed("dialogue.handoff"), "summary": (Keyed("form.passed"), "x")})
    said = {language: Speaker(desk_wording(), language, {}).reply(draft, None).text for language in LANGUAGES}
    assert "转人工" in said["zh"]
    assert "Talk to an officer" in said["en"]
    assert said["en"].endswith("not given\nx")


def test_a_fact_that_looks_like_a_placeholder_is_left_as_it_is() -> None:
    draft = ReplyDraft("answer.unknown", {"question": "{reference} {0}"})
    assert "{reference} {0}" in Speaker(desk_wording(), "zh", {}).reply(draft, None).text
