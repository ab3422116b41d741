"""How a case stands: the citizen's own cases, or any case by its reference and query code."""

from __future__ import annotations

import re

from bot.engine.conversation import Progress
from bot.engine.intent import Intent, IntentMatch
from bot.engine.moments import day
from bot.engine.turn import ChoiceDraft, Fact, Keyed, LookUp, ReplyDraft, Step, Turn
from bot.engine.units import unit_name
from casework.case import Case, CaseStatus
from casework.references import find_references

MOST_CASES = 5
STEPS = frozenset(
    {
        "confirmation",
        "supplement",
        "third_party",
        "other_organ",
        "fee",
        "reply",
        "acceptance",
        "conclusion",
        "review",
        "re_review",
    }
)
"""Next steps that have a sentence of their own."""
OWES = frozenset({"applicant", "third_party", "other_organ"})
_OFFICER = ChoiceDraft("start:handoff", Keyed("choice.handoff"))
_LIKE_A_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2,8}[\s-]?20[0-9]{2}[\s-]?[0-9]{4,9}([\s-]?[0-9])?(?![A-Za-z0-9])"
)
_LIKE_A_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{5}-[A-Za-z0-9]{5}")


def names_a_case(text: str) -> bool:
    """Whether a text means a case by something that has the shape of a reference or a query code, valid or not."""
    return bool(_LIKE_A_REFERENCE.search(text) or _LIKE_A_CODE.fullmatch(text.strip()))


class CaseStatusDialogue:
    """Asks for what is missing and tells the status; never whether a reference exists."""

    name = "case_status"
    intent = Intent.CASE_STATUS

    def begin(self, turn: Turn, _match: IntentMatch | None) -> Step:
        """Tell at once what can be told."""
        known = turn.known
        if known.look_up is LookUp.NOT_ASKED and known.own_cases:
            return Step((_list(turn, known.own_cases),), None)
        return self._tell(turn, Progress(self.name, began=turn.message.number))

    def take(self, turn: Turn, progress: Progress) -> Step:
        """A reference or a query code, as it was asked for."""
        if turn.says(Intent.SKIP, Intent.DENY):
            return Step((ReplyDraft("case_status.no_reference", choices=(_OFFICER,)),), None)
        return self._tell(turn, progress)

    def ask(self, turn: Turn, progress: Progress) -> ReplyDraft:
        """The open question."""
        if progress.asking == "query_code":
            return ReplyDraft("case_status.ask.query_code")
        return ReplyDraft("case_status.ask.reference", {"prefix": turn.known.bureau.reference_prefix})

    def correct(self, _turn: Turn, _progress: Progress) -> Step | None:
        """Another reference is read as one: there is nothing else to correct."""
        return None

    def amend(self, _turn: Turn, _progress: Progress, _name: str, _value: str) -> Step | None:
        """An edited message is read anew."""
        return None

    def back(self, turn: Turn, progress: Progress) -> Step:
        """Ask for the reference again."""
        fresh = Progress(self.name, began=progress.began, asking="reference")
        return Step((self.ask(turn, fresh),), fresh)

    def takes_free_text(self, _progress: Progress) -> bool:
        """A reference is no free text."""
        return False

    def takes_questions(self, _progress: Progress) -> bool:
        """Nor a question."""
        return False

    def summary(self, _turn: Turn, progress: Progress) -> tuple[Keyed, ...]:
        """The reference, when it was given."""
        return tuple(
            Keyed("form.line", {"label": Keyed(f"label.{name}"), "value": value})
            for name, value in progress.slots.items()
        )

    def _tell(self, turn: Turn, progress: Progress) -> Step:
        known = turn.known
        if known.look_up is LookUp.FOUND and known.found:
            return Step((tell(known.found, turn),), None)
        if known.look_up is LookUp.TOO_MANY:
            return Step((ReplyDraft("case_status.too_many"),), None)
        named = find_references(turn.text, known.bureau.reference_prefix)
        if named:
            progress = progress.fill("reference", named[0])
        if known.look_up is LookUp.REFUSED:
            again = Progress(self.name, asking="reference", began=progress.began)
            return Step((ReplyDraft("case_status.refused"),), again)
        if "reference" not in progress.slots:
            unread = progress.asking == "reference" or names_a_case(turn.text)
            progress = progress.asks("reference")
            return Step((ReplyDraft("case_status.again.reference") if unread else self.ask(turn, progress),), progress)
        unread = progress.asking == "query_code" and not named
        progress = progress.asks("query_code")
        return Step((ReplyDraft("case_status.again.query_code") if unread else self.ask(turn, progress),), progress)


def tell(case: Case, turn: Turn) -> ReplyDraft:
    """How one case stands, and what is next in it."""
    return ReplyDraft("case_status.one", _facts(case, turn), case=case.reference)


def _list(turn: Turn, cases: tuple[Case, ...]) -> ReplyDraft:
    if len(cases) == 1:
        return tell(cases[0], turn)
    lines = tuple(Keyed("case_status.line", _facts(case, turn)) for case in cases[:MOST_CASES])
    return ReplyDraft("case_status.several", {"cases": lines, "number": len(cases)})


def _facts(case: Case, turn: Turn) -> dict[str, Fact]:
    unit = unit_name(case.unit, turn.known.bureau, turn.language)
    return {
        "reference": case.reference,
        "kind": Keyed(f"case_kind.{case.kind.value}"),
        "status": _status(case),
        "unit": unit,
        "due": _ahead(case, turn, unit),
    }


def _ahead(case: Case, turn: Turn, unit: str) -> Fact:
    """The next step, who owes it and by when; where it was not looked up, the day alone."""
    outlook = turn.known.outlooks.get(case.reference)
    if outlook is None:
        return Keyed("case_status.due", {"due_on": day(case.due_on)}) if _is_running(case) and case.due_on else ""
    step = outlook.step
    if step is None:
        return ""
    facts: dict[str, Fact] = {
        "step": Keyed(f"case_step.{step.name if step.name in STEPS else 'other'}"),
        "who": _who(step.owed_by, unit),
    }
    if step.due_on is None:
        return Keyed("case_status.next", facts)
    return Keyed("case_status.next_by", {**facts, "due_on": day(step.due_on)})


def _who(owed_by: str, unit: str) -> Fact:
    if owed_by == "bureau":
        return unit
    if owed_by == "both":
        return Keyed("owes.both", {"unit": unit})
    return Keyed(f"owes.{owed_by if owed_by in OWES else 'other'}")


def _is_running(case: Case) -> bool:
    return case.status is not CaseStatus.CLOSED


def _status(case: Case) -> Keyed:
    if case.status is CaseStatus.CLOSED and case.disposition:
        return Keyed("case_status.closed_as", {"disposition": Keyed(f"disposition.{case.disposition.value}")})
    return Keyed(f"case_status.status.{case.status.value}")


DIALOGUE = CaseStatusDialogue()
