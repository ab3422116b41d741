"""What citizens do in a case of their own, as the page of the status and the conversation let them.

Whoever calls this has made sure that the case is theirs: they hold its query code, or wrote from its address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.actions.complaints import next_round
from casework.actions.intake import add_to_case
from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.errors import Refusal
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import Attachment, Author, Direction, Message
from casework.ports import UnitOfWork
from casework.standing import Mark, Standing, standing_of

LONGEST_FACTS = 20_000


def confirm_as_citizen(case: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """The citizen confirms the receipt; the time to reply counts from that day (art. 31)."""
    if not may_confirm(case, standing_of(uow.cases.events(case.id))):
        raise Refusal("nothing_to_confirm", "the receipt of this case is settled already")
    today = office.bureau.calendar.local_date(now)
    confirmed = uow.cases.append(
        case.id,
        EventName.RECEIPT_CONFIRMED,
        at=now,
        actor=_actor(case),
        facts={"on": today.isoformat()},
        changes={"received_on": today},
    )
    return reckon(confirmed, uow, office=office, now=now)


def ask_review_as_citizen(case: Case, words: str, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """The citizen asks for a review of the opinion, or after it for a re-review; each once (arts. 35 and 36)."""
    if case.kind is not CaseKind.COMPLAINT:
        raise Refusal("no_opinion", "only the opinion on a complaint is reviewed here")
    facts = {
        "on": office.bureau.calendar.local_date(now).isoformat(),
        "round": next_round(uow.cases.events(case.id)),
    }
    asked = uow.cases.append(
        case.id, EventName.REVIEW_ASKED, at=now, actor=_actor(case), facts=facts, text=words.strip() or None
    )
    return reckon(asked, uow, office=office, now=now)


def add_facts(
    case: Case, words: str, uow: UnitOfWork, *, office: Office, now: datetime, attachments: Sequence[Attachment] = ()
) -> Message:
    """Words and files from the citizen become an inbound message of the case's correspondence; its unit is told."""
    if not may_add(case):
        raise Refusal("goes_on_elsewhere", "this case goes on in another one, or was taken back")
    if not words.strip() and not attachments:
        raise Refusal("missing_words", "write what is to be added, or choose a file")
    if len(words) > LONGEST_FACTS:
        raise Refusal("facts_long", f"at most {LONGEST_FACTS} characters go into one message")
    thread = uow.threads.get(case.thread_id, lock=True)
    message = uow.threads.add_message(
        thread.id, Direction.INBOUND, Author.CITIZEN, words.strip(), now=now, attachments=attachments
    )
    add_to_case(case, message, uow, office=office, now=now)
    return message


def decide_publication(case: Case, uow: UnitOfWork, *, office: Office, given: bool, now: datetime) -> Case:
    """The citizen says whether the result may be made public without names; the last word counts.

    What is public by that consent alone is taken back with it.
    """
    said = uow.cases.append(
        case.id, EventName.PUBLICATION_CONSENTED, at=now, actor=_actor(case), facts={"given": given}
    )
    if given or said.published_at is None or said.kind in office.bureau.published_kinds:
        return said
    uow.results.withdraw(case.id, now=now)
    facts = {"because": "consent_taken_back"}
    return uow.cases.append(
        case.id,
        EventName.RESULT_WITHDRAWN,
        at=now,
        actor=_actor(case),
        facts=facts,
        changes={"published_at": None},
    )


def may_confirm(case: Case, standing: Standing) -> bool:
    """Whether the case waits for the citizen to confirm the receipt."""
    return case.status is not CaseStatus.CLOSED and standing.has(Mark.UNCONFIRMED)


def may_add(case: Case) -> bool:
    """Whether something can be added; what was taken back or goes on in another case is over."""
    return case.disposition not in (Disposition.WITHDRAWN, Disposition.DUPLICATE)


def may_rate(case: Case, standing: Standing) -> bool:
    """Whether this ending can be rated and was not yet."""
    return case.status is CaseStatus.CLOSED and may_add(case) and not standing.has(Mark.RATED)


def _actor(case: Case) -> str:
    return f"citizen:{case.party_id}"
