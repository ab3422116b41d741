"""The letter that a step is told by: composed of what the clerk gave, set before the step is taken, issued with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from admin_api.taking_steps import Given
from casework.actions.applications import earlier_in_month
from casework.actions.letter_dates import foresee_until
from casework.actions.lettering import SENT_ALONE, Press
from casework.case import Case
from casework.case_clock import regime_of
from casework.events import CaseEvent, EventName
from casework.fees import ChargedBy, reckon_fee
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letter_facts import write_reckoning, write_withheld
from casework.letters import LetterText, compose_letter, endings_of, kinds_for
from casework.ports import UnitOfWork
from casework.redaction import name_redacted, redacted_in
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
    earlier_in_month: int = 0
    """Applications of the same applicant that came earlier in the month, with which a fee by piece is reckoned."""

    def compose(self, step: Step, given: Given) -> LetterText | None:
        """The letter of a step; None when the step has none, or the clerk wrote nothing that could be told.

        Where the bureau's wording has a blank that the form does not ask for, the letter says what the clerk wrote.
        """
        kind = self._kind(step, given)
        if kind is None or (draft := self._drafted(kind)) is None:
            return None
        ending, words = draft
        if words:
            return self._text(kind, {}, ending).reworded(words)
        told = {name: value for name, value in self._facts(kind, given).items() if value}
        if until := foresee_until(kind, self.case, self.events, told, bureau=self.press.bureau, today=self.today):
            told["until"] = until
        text = self._text(kind, told, self._review_ending(given) if kind is LetterKind.REVIEW else "")
        if text.is_complete or not given.words.strip():
            return text
        return text.reworded(given.words)

    def foresee(self, step: Step, given: Given) -> LetterText | None:
        """The letter that a step sends or leads to; None when it has none, or still has a blank."""
        if step is Step.DRAFT:
            kind = self._reply_kind
            if not given.words.strip() or given.ending not in endings_of(kind, self.case.kind):
                return None
            return self._text(kind, {}, given.ending).reworded(self.draft(given))
        text = self.compose(step, given)
        return text if text is not None and text.is_complete else None

    @property
    def _reply_kind(self) -> LetterKind:
        is_application = self.case.kind is CaseKind.DISCLOSURE_APPLICATION
        return LetterKind.DECISION if is_application else LetterKind.OPINION

    def draft(self, given: Given) -> str:
        """The words of a reply as they go through the review: what the clerk wrote, in the frame of its letter."""
        kind = self._reply_kind
        if not given.words.strip() or given.ending not in endings_of(kind, self.case.kind):
            return given.words
        given = replace(given, words="\n".join([given.words.strip(), *self._withheld(given)]))
        if kind is LetterKind.DECISION:
            told = {"answer": given.words}
        else:
            # An opinion that finds nothing says in its words what is decided.
            told = {"found": given.words, "decision": given.decision.strip() or given.words, "basis": given.basis}
        text = self._text(kind, {name: words for name, words in told.items() if words.strip()}, given.ending)
        if text.is_complete:
            return text.words
        said = (given.words.strip(), given.decision.strip(), given.basis.strip(), text.remedies, text.closing)
        return "\n".join(part for part in said if part)

    def _withheld(self, given: Given) -> list[str]:
        """What was covered in the documents that go with the reply, under which article (art. 37 wants the reasons)."""
        regime = regime_of(self.case.kind, self.case.regime, self.press.bureau)
        files = {
            name_redacted(self.case.reference, one.document, self.events): one.withheld
            for digest, one in redacted_in(self.events).items()
            if digest in given.redacted
        }
        if regime is None or not files:
            return []
        return write_withheld(files, regime, self.press.wording, self.case.language)

    def _kind(self, step: Step, given: Given) -> LetterKind | None:
        """The kind of letter of a step; one that is sent alone is chosen, if this kind of case knows it."""
        if step is not Step.SEND_LETTER:
            return LETTERS.get(step)
        known = kinds_for(self.case.kind)
        return next((kind for kind in SENT_ALONE if kind in known and kind.value == given.letter_kind), None)

    def _drafted(self, kind: LetterKind) -> tuple[str, str] | None:
        """Ending and words of a reply that was reviewed, both empty for other letters; None when there is no draft."""
        if kind not in (LetterKind.DECISION, LetterKind.OPINION):
            return "", ""
        draft = self.standing.draft
        return None if draft is None or not draft.text else (str(draft.facts.get("ending", "")), draft.text)

    def _review_ending(self, given: Given) -> str:
        level = "first" if self.standing.reviews <= 1 else "second"
        return f"{level}_{'upheld' if given.upheld else 'changed'}"

    def _facts(self, kind: LetterKind, given: Given) -> Mapping[str, object]:
        """What the clerk gave, and what the case and its ledger say, as facts of the letter."""
        facts: Mapping[LetterKind, Mapping[str, object]] = {
            LetterKind.SUPPLEMENT: {"missing": given.words, "working_days": given.days},
            LetterKind.EXTENSION: {"reason": given.words, "days": self.standing.extension.get("days")},
            LetterKind.THIRD_PARTY: {"whom": given.whom, "about": given.about},
            LetterKind.ORGAN: {"whom": given.whom, "about": given.about},
            LetterKind.FEE: self._fee(given),
            LetterKind.ACCEPTANCE: {"way": given.words},
            LetterKind.NON_ACCEPTANCE: {"reason": given.reason, "where": given.words},
            LetterKind.REVIEW: {"found": given.words},
            LetterKind.TRANSFER: {"to": self.press.bureau.unit(self.case.unit).name.in_(self.case.language)},
            LetterKind.NOT_PROCESSED_AGAIN: {"earlier": given.words},
            LetterKind.WITHDRAWN: {"on": self._withdrawn_on()},
        }
        return facts.get(kind, {})

    def _fee(self, given: Given) -> Mapping[str, object]:
        """The amount with how it comes about; nothing while it is not said what is charged."""
        if given.charged_by not in set(ChargedBy):
            return {}
        by, earlier = ChargedBy(given.charged_by), self.earlier_in_month
        reckoning = write_reckoning(by, given.count, earlier, self.press.wording, self.case.language)
        return {"amount": reckon_fee(by, given.count, earlier), "reckoning": reckoning, "payment": given.payment}

    def _withdrawn_on(self) -> date | None:
        taken_back = [event for event in self.events if event.name is EventName.WITHDRAWN]
        return date.fromisoformat(str(taken_back[-1].facts["on"])) if taken_back else None

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


def open_letter_desk(case: Case, uow: UnitOfWork, *, step: Step, press: Press, now: datetime) -> LetterDesk:
    """The desk for a step of a case as it stands."""
    today = press.bureau.calendar.local_date(now)
    party = uow.parties.get(case.party_id)
    events = uow.cases.events(case.id)
    earlier = earlier_in_month(case, uow) if step is Step.ASK_FEE else 0
    return LetterDesk(press, case, standing_of(events), party.name, today, events, earlier_in_month=earlier)
