"""Applying for government information, with what the Regulations on Open Government Information (art. 29) ask for."""

from __future__ import annotations

from bot.engine.form import Form, Slots
from bot.engine.intent import Intent, IntentMatch
from bot.engine.slots import Slot, free_text, identity, name, one_of
from bot.engine.turn import Fact, Turn
from casework.commands import OpenCase
from casework.kinds import CaseKind

FORMS = ("electronic", "paper", "inspect")
"""How the information may be given (art. 40)."""
_ENOUGH_TO_DESCRIBE = 6


def _prefill(turn: Turn, match: IntentMatch | None) -> Slots:
    says_what = match is not None and not match.whole and match.weight >= _ENOUGH_TO_DESCRIBE
    return {"description": turn.text} if says_what and not turn.choice else {}


def _command(slots: Slots, _turn: Turn) -> OpenCase:
    description = slots["description"]
    return OpenCase(
        CaseKind.DISCLOSURE_APPLICATION,
        subject=description.splitlines()[0][:80],
        details={name: value for name, value in slots.items() if value},
        party_name=slots.get("applicant") or None,
    )


def _show(name: str, value: str, _turn: Turn) -> Fact:
    return mask_numbers(value) if name == "identity" else value


def mask_numbers(text: str) -> str:
    """Digits of a document's number, all but the last four covered, so that a screen does not give it away."""
    at = [place for place, character in enumerate(text) if character.isdigit()]
    covered = set(at[:-4])
    return "".join("*" if place in covered else character for place, character in enumerate(text))


DIALOGUE = Form(
    name="start_application",
    intent=Intent.START_APPLICATION,
    slots=(
        Slot("description", free_text(shortest=4), is_free=True),
        Slot(
            "form",
            one_of(*FORMS),
            choices=FORMS,
            heard=one_of(*FORMS, in_these_words_alone=True),
            heard_at=frozenset({"applicant"}),
        ),
        Slot("applicant", name),
        Slot("identity", identity, is_telling=True),
    ),
    main="description",
    prefill=_prefill,
    command=_command,
    show=_show,
)
