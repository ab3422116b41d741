"""What staff make of a gap: nothing, one more phrasing of an entry, or a new entry. Proposals go the way of all drafts.

Questions are settled in the transaction that keeps the draft, so that neither is there without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from admin_api.access import Context
from admin_api.errors import AdminRejected
from admin_api.gaps import Gap
from casework.enquiry import EnquiryId, Settled, Settlement
from casework.party import Language
from casework.ports import UnitOfWork
from casework.staff import Staff
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.proposing import check_phrasing, entry_from_answer, with_phrasing
from knowledge.publication import Classification, Stage
from knowledge.revisions import Revision, Subject

LONGEST_REASON = 500
_OPEN = frozenset({Stage.DRAFT, Stage.REVIEWED})


@dataclass(frozen=True, slots=True)
class Closer:
    """Somebody who closes gaps, within one transaction."""

    uow: UnitOfWork
    context: Context
    staff: Staff

    def dismiss(self, gap: Gap, reason: str, *, up_to: int | None = None) -> int:
        """Nothing is to be published: the gap comes back only when it is asked again. How many questions it was."""
        said = reason.strip()
        if not said or len(said) > LONGEST_REASON:
            raise AdminRejected(f"say in at most {LONGEST_REASON} characters why nothing is to be published")
        return self._settle(gap, Settled.DISMISSED, up_to=up_to, because=said)

    def add_phrasing(
        self, gap: Gap, slug: str, phrasing: str, language: Language, *, up_to: int | None = None
    ) -> Revision:
        """A draft of the entry with one more phrasing; PhrasingRefused, KnowledgeNotFound."""
        library = self.context.library()
        library.get(slug)
        said = check_phrasing(phrasing, slug, library)
        revisions = self.context.revisions(self.uow)
        base, latest = self._base(slug)
        body, now = with_phrasing(base.body, language, said), self.context.clock()
        if base.standing.stage is Stage.DRAFT:
            kept = revisions.amend(replace(base, body=body), by=self.staff.name, now=now)
        else:
            kept = revisions.draft(
                Subject.ENTRY,
                slug,
                title=base.title,
                unit=base.unit,
                body=body,
                classification=base.standing.classification,
                by=self.staff.name,
                now=now,
                note=said,
                after=latest,
            )
        self._settle(gap, Settled.PHRASING, up_to=up_to, procedure=slug)
        return kept

    def draft_entry(
        self,
        slug: str,
        *,
        unit: str,
        question: str,
        answer: str,
        language: Language,
        gap: Gap | None = None,
        up_to: int | None = None,
    ) -> Revision:
        """A new entry as a draft to be completed; KnowledgeRejected, KnowledgeConflict for a taken name."""
        self.context.office.bureau.unit(unit)
        now = self.context.clock()
        today = self.context.office.bureau.calendar.local_date(now)
        body = entry_from_answer(slug, unit=unit, question=question, answer=answer, language=language, today=today)
        revisions = self.context.revisions(self.uow)
        if slug in self.context.library() or revisions.history(Subject.ENTRY, slug):
            raise KnowledgeConflict(f"there is an entry {slug!r} already: choose another name, or add a phrasing to it")
        kept = revisions.draft(
            Subject.ENTRY,
            slug,
            title=" ".join(question.split()),
            unit=unit,
            body=body,
            classification=Classification(),
            by=self.staff.name,
            now=now,
        )
        if gap is not None:
            self._settle(gap, Settled.ENTRY, up_to=up_to, procedure=slug)
        return kept

    def _base(self, slug: str) -> tuple[Revision, int]:
        """What is edited: the revision that is on its way, else what is published; and the number of the latest."""
        revisions = self.context.revisions(self.uow)
        history = revisions.history(Subject.ENTRY, slug)
        if history and history[0].standing.stage in _OPEN:
            return history[0], history[0].number
        published = revisions.find_published(Subject.ENTRY, slug)
        if published is None:
            raise KnowledgeNotFound(f"no revision of entry {slug!r} is published: choose another entry")
        return published, history[0].number

    def _settle(
        self, gap: Gap, outcome: Settled, *, up_to: int | None, procedure: str | None = None, because: str = ""
    ) -> int:
        """Settle what was seen: questions that came after the gap was looked at stay open."""
        settlement = Settlement(outcome, self.staff.id, self.context.clock(), procedure, because)
        seen: Sequence[EnquiryId] = [q.enquiry for q in gap.questions if up_to is None or q.enquiry <= up_to]
        return self.uow.enquiries.settle(seen, settlement)
