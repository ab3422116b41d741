"""Issuing a letter: set under the number that is next, then kept in one unit of work with the step that it tells of.

Setting takes a fifth of a second, so it happens before the transaction. The number is given within it: when somebody
else took it meanwhile, nothing is kept and the letter is set anew. So numbers have no gaps, and none is ever void.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, TypeVar

from casework.actions.correspondence import write_to_citizen
from casework.actions.stepping import Walker, day_of, said
from casework.attaching import keep_file
from casework.bureau import Bureau
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkUnavailable, Refusal
from casework.events import CaseEvent, EventName
from casework.letter import Letter, LetterKind
from casework.letters import Letterhead, LetterText, compose_letterhead, number_letter
from casework.message import Attachment, MessageId
from casework.party import ON_PAPER
from casework.ports import BlobStore, Store, UnitOfWork
from casework.rights import Right, RightMissing, may
from casework.standing import Mark, standing_of
from casework.steps import Step
from casework.wording import Wording

T = TypeVar("T")
Setting = Callable[[LetterText, Letterhead], bytes]
TRIES: Final = 20
"""So often a letter is set anew because others took its number; as many clerks would have to issue at one moment."""


@dataclass(frozen=True, slots=True)
class _Act:
    """What a letter tells of: the mark that must be on the case, and the right of whoever set it."""

    right: Right
    mark: Mark | None = None


_ACTS: Final[Mapping[LetterKind, _Act]] = {
    LetterKind.RECEIPT: _Act(Right.ISSUE_LETTER),
    LetterKind.SUPPLEMENT: _Act(Right.ASK_SUPPLEMENT, Mark.SUPPLEMENT_ASKED),
    LetterKind.EXTENSION: _Act(Right.GRANT_EXTENSION, Mark.EXTENDED),
    LetterKind.THIRD_PARTY: _Act(Right.CONSULT, Mark.THIRD_PARTY_OPEN),
    LetterKind.ORGAN: _Act(Right.CONSULT, Mark.ORGAN_OPEN),
    LetterKind.FEE: _Act(Right.ASK_FEE, Mark.FEE_OPEN),
    LetterKind.TRANSFER: _Act(Right.TRANSFER, Mark.TRANSFERRED),
    LetterKind.ACCEPTANCE: _Act(Right.ACCEPT, Mark.ACCEPTED),
    LetterKind.NON_ACCEPTANCE: _Act(Right.ACCEPT, Mark.NOT_ACCEPTED),
    LetterKind.DECISION: _Act(Right.APPROVE, Mark.DECIDED),
    LetterKind.OPINION: _Act(Right.APPROVE, Mark.DECIDED),
    LetterKind.REVIEW: _Act(Right.APPROVE),
    LetterKind.NOT_PROCESSED_AGAIN: _Act(Right.ISSUE_LETTER),
    LetterKind.WITHDRAWN: _Act(Right.WITHDRAW, Mark.WITHDRAWN),
}

_SAME: Final[Mapping[str, tuple[EventName, str]]] = {
    "working_days": (EventName.SUPPLEMENT_ASKED, "working_days"),
    "days": (EventName.EXTENSION_GRANTED, "days"),
    "amount": (EventName.FEE_ASKED, "fen"),
}
"""What a letter tells and its step knows too: the event, and the fact of it."""


SENT_ALONE: Final = (LetterKind.RECEIPT, LetterKind.TRANSFER, LetterKind.NOT_PROCESSED_AGAIN, LetterKind.WITHDRAWN)
"""Letters that go out by themselves, at the wish of whoever handles the case: every other one goes with its step."""


class NumberTaken(CaseworkConflict):
    """Somebody else issued a letter under this number meanwhile: set it under the next one."""


@dataclass(frozen=True, slots=True)
class SetLetter:
    """A letter that is set under a number, its files kept, and not issued yet."""

    text: LetterText
    place: int
    """The number within its series and year."""
    pdf: Attachment
    docx: Attachment

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"SetLetter({self.text.number})"


@dataclass(frozen=True, slots=True)
class Press:
    """What letters are set with: the bureau's wording, and how each kind of file is made."""

    wording: Wording
    bureau: Bureau
    blobs: BlobStore
    pdf: Setting
    docx: Setting
    pages: Callable[[LetterText, Letterhead], Sequence[bytes]]
    """The pages as pictures."""

    def show_pages(self, text: LetterText, case: Case) -> Sequence[bytes]:
        """The pages as they would go out today, as PNG; the number is still to come."""
        return self.pages(*self._unnumbered(text, case))

    def show_pdf(self, text: LetterText, case: Case) -> bytes:
        """The same as PDF."""
        return self.pdf(*self._unnumbered(text, case))

    def _unnumbered(self, text: LetterText, case: Case) -> tuple[LetterText, Letterhead]:
        later = text.numbered(self.wording.say("letter.number_later", text.language))
        return later, compose_letterhead(case, wording=self.wording, bureau=self.bureau, language=text.language)

    def set_letter(self, text: LetterText, case: Case, *, place: int) -> SetLetter:
        """Set a letter under a number and keep its files; nothing refers to them before it is issued."""
        number = number_letter(
            text.kind, place, text.on.year, wording=self.wording, bureau=self.bureau, language=text.language
        )
        numbered = text.numbered(number)
        head = compose_letterhead(case, wording=self.wording, bureau=self.bureau, language=text.language)
        return SetLetter(
            numbered,
            place,
            keep_file(f"{number}.pdf", self.pdf(numbered, head), self.blobs),
            keep_file(f"{number}.docx", self.docx(numbered, head), self.blobs),
        )


def issue_with(
    store: Store, press: Press, case: Case, text: LetterText, work: Callable[[UnitOfWork, SetLetter], T]
) -> T:
    """Set the letter, then do `work` in one unit of work, which takes its step and issues the letter.

    When somebody takes the number in between, the letter is set anew and `work` begins again; what it had done is
    undone. Refusal while the letter has a blank.
    """
    return with_number(store, press, case, text, lambda letter: store.write(partial(_do, work, letter)))


def with_number(store: Store, press: Press, case: Case, text: LetterText, run: Callable[[SetLetter], T]) -> T:
    """Set the letter under the next number and `run`, which issues it; again under another one when that is taken."""
    if not text.is_complete:
        raise Refusal("letter_blank", "the letter still has a blank: fill it in")
    for _ in range(TRIES):
        with store.read() as reading:
            place = reading.letters.last_number(text.kind.value, text.on.year) + 1
        letter = press.set_letter(text, case, place=place)
        try:
            return run(letter)
        except NumberTaken:
            # Whoever took it may not have committed yet; a write of ours ends behind theirs.
            store.write(lambda _: None)
    raise CaseworkUnavailable("many letters are being issued at this moment: try again")


def issue_letter(case: Case, letter: SetLetter, walker: Walker) -> Letter:
    """Give the letter its number, keep it, and write it into the ledger.

    It must tell of what is so: the step comes first, in the same unit of work. Where the step attached the PDF to a
    message that leaves over a channel, the letter went out with it; otherwise it is to be printed.
    RightMissing, Refusal, or NumberTaken when the number was given to another letter.
    """
    text, uow = letter.text, walker.uow
    _require(case, text, walker)
    if uow.letters.next_number(text.kind.value, text.on.year) != letter.place:
        raise NumberTaken
    message = _message_with(letter.pdf, case, uow)
    kept = uow.letters.add(
        case.id,
        text.kind,
        text.number,
        language=text.language,
        title=text.title,
        body=text.plain(),
        facts={**text.told, "ending": text.ending} if text.ending else text.told,
        issued_at=walker.now,
        issued_by=walker.staff.id,
        pdf_sha256=letter.pdf.sha256,
        docx_sha256=letter.docx.sha256,
        message_id=message,
    )
    facts = {
        "letter": kept.id,
        "kind": text.kind.value,
        "number": text.number,
        "language": text.language,
        "pdf_sha256": letter.pdf.sha256,
        "docx_sha256": letter.docx.sha256,
    }
    walker.note(case, EventName.LETTER_ISSUED, facts if message is None else {**facts, "message": message})
    return kept


def send_letter(case: Case, words: str, walker: Walker, *, attachments: Sequence[Attachment]) -> Case:
    """Send one of `SENT_ALONE` over the citizen's channel; it is issued next, in the same unit of work.

    Refusal when there is nothing to send: the letter still has a blank.
    """
    walker.require(Step.SEND_LETTER, case)
    if not attachments:
        raise Refusal("letter_blank", "the letter still has a blank: fill it in")
    write_to_citizen(case, words, walker.uow, staff=walker.staff, now=walker.now, attachments=attachments)
    return walker.uow.cases.get(case.id)


def record_posting(letter: Letter, on: date | None, how: str, walker: Walker) -> Letter:
    """Record on which day and how a printed letter was handed over or posted; CaseworkConflict the second time."""
    case = walker.uow.cases.get(letter.case_id)
    _require_right(case, _ACTS[letter.kind].right, walker)
    day = day_of(on, walker, case)
    if day < (issued := walker.office.bureau.calendar.local_date(letter.issued_at)):
        raise Refusal("day_early_letter", f"{day} lies before the letter was issued, {issued}", day=day, issued=issued)
    delivered = walker.uow.letters.record_delivery(letter.id, on=day, how=said(how, "words"), by=walker.staff.id)
    facts = {"letter": letter.id, "number": letter.number, "on": day.isoformat()}
    walker.note(case, EventName.LETTER_POSTED, facts, text=how.strip())
    return delivered


def _do(work: Callable[[UnitOfWork, SetLetter], T], letter: SetLetter, uow: UnitOfWork) -> T:
    return work(uow, letter)


def _require(case: Case, text: LetterText, walker: Walker) -> None:
    """Refuse a letter with a blank, without the right, or that tells of what is not so."""
    if not text.is_complete:
        raise Refusal("letter_blank", "the letter still has a blank: fill it in")
    act = _ACTS[text.kind]
    _require_right(case, act.right, walker)
    events = walker.uow.cases.events(case.id)
    if act.mark is not None and not standing_of(events).has(act.mark):
        raise Refusal("letter_early", f"a letter of kind {text.kind.value} tells of a step: take the step first")
    _require_same_facts(text, events)
    if text.kind in (LetterKind.DECISION, LetterKind.OPINION):
        _require_reviewed(text, events)
    elif text.kind is LetterKind.REVIEW:
        _require_review(text, events)


def _require_right(case: Case, right: Right, walker: Walker) -> None:
    """Whoever may take the step may issue its letter, and so may who issues letters at all."""
    bureau = walker.office.bureau
    if not any(may(walker.staff, one, case, bureau) for one in (right, Right.ISSUE_LETTER)):
        raise RightMissing(Right.ISSUE_LETTER, case.unit)


def _require_same_facts(text: LetterText, events: Sequence[CaseEvent]) -> None:
    """Days and amounts are those of the step."""
    for told, (name, fact) in _SAME.items():
        step = next((event for event in reversed(events) if event.name is name), None)
        if told in text.told and step is not None and step.facts.get(fact) != text.told[told]:
            raise Refusal("letter_other_facts", f"the letter says {text.told[told]}, the step {step.facts.get(fact)}")


def _require_reviewed(text: LetterText, events: Sequence[CaseEvent]) -> None:
    """A reply leaves as it was reviewed, word for word."""
    decided = next(event for event in reversed(events) if event.name is EventName.DECIDED)
    draft = next((event for event in events if event.number == decided.facts["draft"]), None)
    if draft is None or draft.text != text.words or decided.facts["ending"] != text.ending:
        raise Refusal("letter_other_words", "the letter must say what was reviewed and approved, word for word")


def _require_review(text: LetterText, events: Sequence[CaseEvent]) -> None:
    decided = next((event for event in reversed(events) if event.name is EventName.REVIEW_DECIDED), None)
    if decided is None:
        raise Refusal("letter_early", "the letter tells of a review: decide on it first")
    level = "first" if decided.facts["round"] == 1 else "second"
    if text.ending != f"{level}_{'upheld' if decided.facts['upheld'] else 'changed'}":
        raise Refusal("letter_other_words", "the letter must say what was decided")


def _message_with(file: Attachment, case: Case, uow: UnitOfWork) -> MessageId | None:
    """The message that the file goes out with; None when none does, or it leaves on paper."""
    channel = uow.threads.get(case.thread_id).address
    if channel is None or channel.channel in ON_PAPER:
        return None
    messages = uow.threads.messages_of_case(case.id)
    return next(
        (one.id for one in reversed(messages) if file.sha256 in {kept.sha256 for kept in one.attachments}), None
    )
