"""More time: proposed by whoever handles the case, consented to by whom the law names, told to the citizen.

Regulations on Open Government Information (2019), art. 33; Regulations on Petition Work (2022), art. 34.
"""

from __future__ import annotations

from collections.abc import Sequence

from casework.actions.correspondence import write_to_citizen
from casework.actions.reckoning import longest_extension
from casework.actions.stepping import Walker, said
from casework.case import Case
from casework.errors import Refusal
from casework.events import EventName
from casework.message import Attachment
from casework.steps import Step


def propose_extension(case: Case, days: int, reason: str, walker: Walker) -> Case:
    """Ask for so many days more, in the unit of the rule; CaseworkRejected beyond what the law allows."""
    walker.require(Step.PROPOSE_EXTENSION, case)
    most = longest_extension(case, walker.office)
    if not 1 <= days <= most:
        raise Refusal("extension_days", f"{days} days are not possible: the law allows 1 to {most}", most=most)
    return walker.note(case, EventName.EXTENSION_PROPOSED, {"days": days}, text=said(reason, "reason"))


def grant_extension(case: Case, words: str, walker: Walker, *, attachments: Sequence[Attachment] = ()) -> Case:
    """Consent to what was proposed, and tell the citizen; without the notice it would not hold."""
    standing = walker.require(Step.GRANT_EXTENSION, case)
    message = write_to_citizen(
        case, said(words, "words"), walker.uow, staff=walker.staff, now=walker.now, attachments=attachments
    )
    facts = {
        "days": standing.extension["days"],
        "on": walker.today.isoformat(),
        "proposed_by": standing.proposer,
        "message": message.id,
    }
    return walker.note(case, EventName.EXTENSION_GRANTED, facts)


def refuse_extension(case: Case, reason: str, walker: Walker) -> Case:
    """Do not consent: the deadline stays."""
    walker.require(Step.REFUSE_EXTENSION, case)
    return walker.note(case, EventName.EXTENSION_REFUSED, text=said(reason, "reason"))
