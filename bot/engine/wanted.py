"""What the shell must look up before the engine can decide: nothing at all for a plain question."""

from __future__ import annotations

from dataclasses import dataclass

from bot.engine.choices import typed_choice
from bot.engine.conversation import Conversation
from bot.engine.dialogues.withdraw_case import is_wish
from bot.engine.grades import grade_of
from bot.engine.intent import Intent
from bot.engine.recognise import recognise
from bot.engine.steering import active_dialogue
from bot.engine.turn import Incoming
from casework.references import find_query_codes, find_references

_STATUS = "case_status"
_WITHDRAW = "withdraw_case"


@dataclass(frozen=True, slots=True)
class Wanted:
    """References and codes that a message names, and whether the citizen's own cases are needed."""

    reference: str | None = None
    codes: tuple[str, ...] = ()
    own_cases: bool = False


def wanted(conversation: Conversation, message: Incoming, prefix: str) -> Wanted:
    """What to look up for this message; a story in a dialogue that takes free text is not searched for references."""
    found = active_dialogue(conversation)
    in_status = found is not None and found[0].name == _STATUS
    in_withdrawal = found is not None and found[0].name == _WITHDRAW
    if message.is_letter or message.edit_of:
        return Wanted()
    if grade := grade_of(message.choice):
        return Wanted(grade.reference)
    choice = message.choice or typed_choice(conversation, message.text)
    asked = recognise(message.text) if choice is None else {}
    asks_status = (
        in_withdrawal
        or choice == f"start:{_STATUS}"
        or Intent.CASE_STATUS in asked
        or (choice is None and is_wish(message.text))
    )
    if found and not in_status and found[0].takes_free_text(found[1]):
        return Wanted(own_cases=asks_status)
    named = find_references(message.text, prefix)
    reference = named[0] if named else (found[1].slots.get("reference") if found and in_status else None)
    if reference is None:
        return Wanted(own_cases=asks_status)
    codes = find_query_codes(_without(message.text, prefix))
    if not named and not codes:
        return Wanted(own_cases=asks_status)
    return Wanted(reference, codes, own_cases=True)


def _without(text: str, prefix: str) -> str:
    """The text without the parts of a reference, whose letters could be taken for a code."""
    return text.replace(prefix, " ").replace(prefix.lower(), " ")
