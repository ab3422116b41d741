"""A reply on its way through the review: drafted, reviewed, cleared, approved, and only then sent.

An application passes three levels (unit, disclosure office, leader), a complaint two (unit, leader); nobody lets
pass what they drafted or passed before. What is approved goes out in the words that were reviewed, and ends the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casework.actions.closure import end
from casework.actions.correspondence import write_to_citizen
from casework.actions.stepping import Walker, said
from casework.case import Case
from casework.disposition import Disposition, disposition_of, is_allowed
from casework.errors import Refusal
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import Attachment
from casework.ports import UnitOfWork
from casework.redaction import Redacted, redacted_in
from casework.reply_kinds import ReplyKind
from casework.standing import Draft, Standing
from casework.steps import Step

LONGEST_REPLY = 20_000


def draft_reply(
    case: Case, ending: str, words: str, walker: Walker, *, reason: str = "", redacted: Sequence[str] = ()
) -> Case:
    """Draft the reply: how the case ends, what the citizen will read, and the redacted documents that go with it.

    `ending` is a reply kind for an application and a disposition for everything else.
    """
    walker.require(Step.DRAFT, case)
    text = said(words, "words")
    if len(text) > LONGEST_REPLY:
        raise Refusal("reply_long", f"the reply has {len(text)} characters; at most {LONGEST_REPLY} go out in one")
    facts: dict[str, object] = {"ending": ending_of(case, ending)}
    if reason.strip():
        facts["because"] = reason.strip()
    if redacted:
        facts["redacted"] = [one.sha256 for one in redacted_for(case, facts["ending"], redacted, walker.uow)]
    return walker.note(case, EventName.DRAFTED, facts, text=text)


def redacted_for(case: Case, ending: object, wanted: Sequence[str], uow: UnitOfWork) -> list[Redacted]:
    """The redacted documents of these digests, in the order in which they were begun; Refusal when one is not known."""
    if not wanted:
        return []
    if ending != ReplyKind.PARTLY_DISCLOSED:
        raise Refusal(
            "redacted_ending", "redacted documents go with a reply that discloses in part: choose that ending"
        )
    known = redacted_in(uow.cases.events(case.id))
    if strangers := set(wanted) - set(known):
        digest = min(strangers)[:12]
        raise Refusal("no_redacted", f"{digest} is no redacted document of this case, or was made anew", digest=digest)
    return [one for digest, one in known.items() if digest in wanted]


def lacks_redacted(draft: Draft | None) -> bool:
    """Whether a draft discloses in part and no redacted document goes with it, which its reviewers are warned of."""
    return (
        draft is not None and draft.facts.get("ending") == ReplyKind.PARTLY_DISCLOSED and "redacted" not in draft.facts
    )


def ending_of(case: Case, ending: str) -> str:
    """The ending as it is kept; CaseworkRejected when this kind of case does not know it."""
    if case.kind is CaseKind.DISCLOSURE_APPLICATION:
        if ending not in set(ReplyKind):
            raise Refusal("ending", f"{ending!r} is no kind of reply to an application: choose one of the list")
        return ReplyKind(ending).value
    if ending not in set(Disposition) or not is_allowed(case.kind, Disposition(ending)):
        raise Refusal("ending", f"a {case.kind.value} cannot end as {ending!r}: choose one of the list")
    return Disposition(ending).value


def review_draft(case: Case, walker: Walker, *, note: str = "") -> Case:
    """The first level lets the draft pass."""
    walker.require(Step.REVIEW, case)
    return walker.note(case, EventName.DRAFT_REVIEWED, text=note.strip() or None)


def clear_draft(case: Case, walker: Walker, *, note: str = "") -> Case:
    """The disclosure office has examined the draft, secrecy too (art. 17), and lets it pass."""
    walker.require(Step.CLEAR, case)
    return walker.note(case, EventName.DRAFT_CLEARED, text=note.strip() or None)


def return_draft(case: Case, reason: str, walker: Walker) -> Case:
    """Give a draft back to be made anew, with the reason."""
    walker.require(Step.RETURN_DRAFT, case)
    return walker.note(case, EventName.DRAFT_RETURNED, text=said(reason, "reason"))


def approve(case: Case, walker: Walker, *, attachments: Sequence[Attachment] = ()) -> Case:
    """The last level: the reply is sent as it was reviewed, and the case ends with it."""
    step = Step.APPROVE if case.kind is CaseKind.DISCLOSURE_APPLICATION else Step.APPROVE_OPINION
    draft = draft_in(walker.require(step, case))
    ending = str(draft.facts["ending"])
    files = (*attachments, *_redacted_files(case, draft, walker.uow))
    message = write_to_citizen(
        case, draft.text or "", walker.uow, staff=walker.staff, now=walker.now, attachments=files
    )
    facts = {
        "ending": ending,
        "draft": draft.number,
        "drafted_by": draft.by,
        "passed_by": list(draft.passed_by),
        "message": message.id,
        "on": walker.today.isoformat(),
    }
    walker.note(case, EventName.DECIDED, facts, changes=_changes(case, ending))
    return end(case, _disposition(case, ending), walker)


def draft_in(standing: Standing) -> Draft:
    """The draft under review; CaseworkConflict when there is none or its words were erased."""
    if standing.draft is None or standing.draft.text is None:
        raise Refusal("no_draft", "there is no draft to decide on: it was returned, or its words were erased")
    return standing.draft


def _redacted_files(case: Case, draft: Draft, uow: UnitOfWork) -> list[Attachment]:
    """The redacted documents as they were reviewed; Refusal when one was made anew since."""
    named = draft.facts.get("redacted")
    wanted = [str(digest) for digest in named] if isinstance(named, list) else []
    found = redacted_for(case, draft.facts["ending"], wanted, uow)
    return [uow.threads.get_attachment(one.message, one.sha256) for one in found]


def _changes(case: Case, ending: str) -> Mapping[str, object]:
    return {"reply_kind": ending} if case.kind is CaseKind.DISCLOSURE_APPLICATION else {}


def _disposition(case: Case, ending: str) -> Disposition:
    if case.kind is CaseKind.DISCLOSURE_APPLICATION:
        return disposition_of(ReplyKind(ending))
    return Disposition(ending)
