"""The letter that a step is told by: composed of what the clerk gave, set before the step is taken, issued with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from admin_api.taking_steps import Given
from casework.actions.letter_dates import foresee_until
from casework.actions.lettering import Press
from casework.case import Case
from casework.events import CaseEvent
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letters import LetterText, compose_letter, endings_of
from casework.ports import UnitOfWork
from casework.standing import Standing, standing_of
from casework.steps import Step

LETTERS: Mapping[Step, LetterKind] = {
    Step.ASK_SUPPLEMENT: LetterKind.SUPPLEMENT,
    Step.GRANT_EXTENSION: LetterKind.EXTENSION,
    Step.ASK_FEE: LetterKind.FEE,
    Step.ASK_THIRD_PARTY: LetterKind.THIRD_PARTY,
    Step.ASK_ORGAN: LetterKind.ORGAN,
    Step.ACCEPT: LetterKind.ACCEPTANCE,
    Step.NOT_ACCEPT: LetterKind.NON_ACCEPTANCE,
    Step.APPROVE: LetterKind.DECISION,
    Step.APPROVE_OPINION: LetterKind.OPINION,
    Step.RECORD_REVIEW: LetterKind.REVIEW,
}
"""The steps that a letter of the bureau goes with."""


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Where letters are composed for one case."""

    press: Press
    case: Case
    standing: Standing
    party_name: str | None
    today: date
    events: Sequence[CaseEvent] = ()

    def compose(self, step: Step, given: Given) -> LetterText | None:
        """The letter of a step; None when the step has none, or the clerk wrote nothing that could be told.

        Where the bureau's wording has a blank that the form does not ask for, the letter says what the clerk wrote.
        """
        kind = LETTERS.get(step)
        if kind is None or (draft := self._drafted(kind)) is None:
            return None
        ending, words = draft
        if words:
            return self._text(kind, {}, ending).reworded(words)
        told = {name: value for name, value in _facts(step, given, self.standing).items() if value}
        if until := foresee_until(kind, self.case, self.events, told, bureau=self.press.bureau, today=self.today):
            told["until"] = until
        text = self._text(kind, told, self._review_ending(given) if kind is LetterKind.REVIEW else "")
        if text.is_complete or not given.words.strip():
            return text
        return text.reworded(given.words)

    def draft(self, given: Given) -> str:
        """The words of a reply as they go through the review: what the clerk wrote, in the frame of its letter."""
        kind = LetterKind.DECISION if self.case.kind is CaseKind.DISCLOSURE_APPLICATION else LetterKind.OPINION
        if not given.words.strip() or given.ending not in endings_of(kind, self.case.kind):
            return given.words
        told = {"answer": given.words} if kind is LetterKind.DECISION else {"found": given.words}
        text = self._text(kind, told, given.ending)
        if text.is_complete:
            return text.words
        return "\n".join(part for part in (given.words.strip(), text.remedies, text.closing) if part)

    def _drafted(self, kind: LetterKind) -> tuple[str, str] | None:
        """Ending and words of a reply that was reviewed, both empty for other letters; None when there is no draft."""
        if kind not in (LetterKind.DECISION, LetterKind.OPINION):
            return "", ""
        draft = self.standing.draft
        return None if draft is None or not draft.text else (str(draft.facts.get("ending", "")), draft.text)

    def _review_ending(self, given: Given) -> str:
        level = "first" if self.standing.reviews <= 1 else "second"
        return f"{level}_{'upheld' if given.upheld else 'changed'}"

    def _text(self, kind: LetterKind, told: Mapping[str, object], ending: str) -> LetterText:
        return compose_letter(
            kind,
            self.case,
            told,
            wording=self.press.wording,
            bureau=self.press.bureau,
            party_name=self.party_name,
            language=self.case.language,
            today=self.today,
            ending=ending,
        )


def open_letter_desk(case: Case, uow: UnitOfWork, *, press: Press, now: datetime) -> LetterDesk:
    """The desk for a case as it stands."""
    today = press.bureau.calendar.local_date(now)
    party = uow.parties.get(case.party_id)
    events = uow.cases.events(case.id)
    return LetterDesk(press, case, standing_of(events), party.name, today, events)


def _facts(step: Step, given: Given, standing: Standing) -> Mapping[str, object]:
    """What the clerk gave, as facts of the letter."""
    match step:
        case Step.ASK_SUPPLEMENT:
            return {"missing": given.words, "working_days": given.days}
        case Step.GRANT_EXTENSION:
            return {"reason": given.words, "days": standing.extension.get("days")}
        case Step.ASK_THIRD_PARTY | Step.ASK_ORGAN:
            return {"whom": given.whom, "about": given.about}
        case Step.ACCEPT:
            return {"way": given.words}
        case Step.NOT_ACCEPT:
            return {"reason": given.reason, "where": given.words}
        case Step.RECORD_REVIEW:
            return {"found": given.words}
    return {}
