"""Gaps: citizens' questions that were not well answered, grouped by likeness, as far as somebody may see them.

The API and the console share this room. Whatever it shows is masked: numbers that point to one person are struck out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from admin_api.access import Context, may_see, units_seen_by
from casework.enquiry import EnquiryId, OpenQuestion, Shortfall
from casework.errors import CaseworkNotFound
from casework.message import Author, Direction, Message
from casework.party import Language
from casework.ports import UnitOfWork
from casework.staff import Staff
from knowledge.gaps import asked_in, group_alike
from knowledge.masking import masked, without_personal
from knowledge.proposing import LONGEST_PHRASING
from knowledge.retrieval import Decision

PERIODS: Final = (7, 30, 90, 365)
"""Days that a list may reach back."""
USUAL_PERIOD: Final = 90
MOST_NEAR: Final = 5
_MOST_QUESTIONS_WITH_ANSWERS: Final = 20
_READ_ON: Final = 40
"""Messages after a question among which the answer of staff is looked for."""


@dataclass(frozen=True, slots=True)
class GapWording:
    """One wording of a gap."""

    text: str
    """Masked."""
    count: int
    last_asked_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that are alike, the most frequent wording first."""

    questions: tuple[OpenQuestion, ...]

    @property
    def key(self) -> EnquiryId:
        """The first enquiry of the group: it stays while others join."""
        return min(question.enquiry for question in self.questions)

    @property
    def newest(self) -> EnquiryId:
        """The latest enquiry: what was asked after it has not been seen by who looks at this gap."""
        return max(question.enquiry for question in self.questions)

    @property
    def text(self) -> str:
        """The most frequent wording, masked."""
        return masked(self.questions[0].text)

    @property
    def language(self) -> Language:
        """Of the most frequent wording."""
        return self.questions[0].language

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.questions)

    @property
    def last_asked_at(self) -> datetime:
        """When it was asked last."""
        return max(question.asked_at for question in self.questions)

    @property
    def confidence(self) -> float:
        """How sure the assistant was at most."""
        return max(question.confidence for question in self.questions)

    @property
    def kinds(self) -> dict[Shortfall, int]:
        """In which ways it was not well answered, and how often each."""
        counted = Counter(question.shortfall for question in self.questions)
        return {kind: counted[kind] for kind in Shortfall if counted[kind]}

    @property
    def wordings(self) -> tuple[GapWording, ...]:
        """Every wording once, the most frequent first."""
        asked: dict[str, list[datetime]] = {}
        for question in self.questions:
            asked.setdefault(" ".join(masked(question.text).split()), []).append(question.asked_at)
        found = [GapWording(text, len(times), max(times)) for text, times in asked.items()]
        return tuple(sorted(found, key=lambda wording: -wording.count))

    @property
    def proposal(self) -> str:
        """What a phrasing may begin with."""
        return without_personal(self.questions[0].text)[:LONGEST_PHRASING]


@dataclass(frozen=True, slots=True)
class NearEntry:
    """An entry that came near."""

    slug: str
    title: str
    was_shown: bool
    """It was the answer that did not help."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """What the assistant makes of a question now, which may be more than when it was asked."""

    decision: Decision
    confidence: float
    entries: tuple[NearEntry, ...]


def since(context: Context, days: int) -> datetime:
    """The beginning of a period."""
    return context.clock() - timedelta(days=days if days in PERIODS else USUAL_PERIOD)


def find_gaps(
    uow: UnitOfWork, context: Context, staff: Staff, *, days: int, kind: Shortfall | None = None
) -> tuple[Gap, ...]:
    """The gaps of the last `days` that `staff` may see, the most asked first; with `kind` of those questions alone."""
    units = units_seen_by(staff, context.office.bureau)
    found = uow.enquiries.open_questions(since=since(context, days), units=units)
    wanted = (question for question in reversed(found) if kind is None or question.shortfall is kind)
    questions = [replace(question, text=asked_in(question.text)) for question in wanted]
    groups = group_alike([question.text for question in questions])
    return tuple(Gap(tuple(questions[place] for place in group)) for group in groups)


def get_gap(uow: UnitOfWork, context: Context, staff: Staff, key: int, *, days: int) -> Gap:
    """The gap that holds an enquiry; CaseworkNotFound when there is none, or somebody dealt with it."""
    for gap in find_gaps(uow, context, staff, days=days):
        if any(question.enquiry == key for question in gap.questions):
            return gap
    raise CaseworkNotFound(f"there is no gap {key} that this account can see: it may have been dealt with")


def look_near(gap: Gap, context: Context, language: Language) -> Nearness:
    """What the published entries say to the gap now: the entry that did not help first, then what comes near."""
    knowledge = context.knowledge()
    finding = knowledge.find(gap.questions[0].text, gap.language)
    shown = [slug for slug, _ in Counter(q.procedure for q in gap.questions if q.procedure).most_common()]
    slugs = dict.fromkeys(slug for slug in (*shown, *(m.slug for m in finding.matches)) if slug in knowledge.library)
    entries = tuple(
        NearEntry(slug, knowledge.library.get(slug).title.in_(language), was_shown=slug in shown)
        for slug in list(slugs)[:MOST_NEAR]
    )
    return Nearness(finding.decision, finding.confidence, entries)


def answers_of_staff(uow: UnitOfWork, context: Context, staff: Staff, gap: Gap) -> Sequence[Message]:
    """What staff answered to the questions of a gap, the first answer to each: any may become an entry."""
    found: dict[int, Message] = {}
    for question in gap.questions[:_MOST_QUESTIONS_WITH_ANSWERS]:
        after = uow.threads.messages(question.thread_id, after=question.number, limit=_READ_ON)
        answer = next((message for message in after if is_answer_for(message, uow, context, staff)), None)
        if answer is not None:
            found[answer.id] = answer
    return tuple(found.values())


def is_answer_for(message: Message, uow: UnitOfWork, context: Context, staff: Staff) -> bool:
    """Whether a message is an answer of staff to a citizen that `staff` may see."""
    if message.direction is not Direction.OUTBOUND or message.author is not Author.STAFF:
        return False
    if units_seen_by(staff, context.office.bureau) is None:
        return True
    return message.case_id is not None and may_see(staff, uow.cases.get(message.case_id), context.office.bureau)
