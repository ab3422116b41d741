"""What staff make of a gap: nothing, one more phrasing of an entry, or a new entry. Proposals go the way of all drafts.

Questions are settled in the transaction that keeps the draft, so that neither is there without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from admin_api.access import Context
from admin_api.errors import AdminRejected
from admin_api.gaps import Gap
from admin_api.publishing import UNDER_WAY, Contents, Editor, amend_entry, draft_entry
from casework.enquiry import EnquiryId, Settled, Settlement
from casework.party import Language
from casework.ports import UnitOfWork
from casework.staff import Staff
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.proposing import check_phrasing, entry_from_answer, with_phrasing
from knowledge.publication import Stage
from knowledge.revisions import Revision, Subject

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what staff answered, as it may become an entry."""

    slug: str
    unit: str
    question: str
    answer: str
    language: Language


@dataclass(frozen=True, slots=True)
class Closer:
    """Somebody who closes gaps, within one transaction."""

    uow: UnitOfWork
    context: Context
    staff: Staff

    @property
    def editor(self) -> Editor:
        """The same person at work on entries, with no more rights than anywhere else."""
        return Editor(self.staff, self.context, self.uow, self.context.clock())

    def dismiss(self, gap: Gap, reason: str, *, up_to: int | None = None) -> int:
        """Nothing is to be published: the gap comes back only when it is asked again. How many questions it was."""
        said = reason.strip()
        if not said or len(said) > LONGEST_REASON:
            raise AdminRejected(f"say in at most {LONGEST_REASON} characters why nothing is to be published")
        return self._settle(gap, Settled.DISMISSED, up_to=up_to, because=said)

    def add_phrasing(
        self, gap: Gap, slug: str, phrasing: str, language: Language, *, up_to: int | None = None
    ) -> Revision:
        """A draft of the entry with one more phrasing; PhrasingRefused, KnowledgeNotFound, RightMissing.

        A draft that is under way takes the phrasing up, so that none waits behind another.
        """
        library, editor = self.context.library(), self.editor
        said = check_phrasing(phrasing, slug, library)
        base, latest = self._base(slug)
        contents = Contents(with_phrasing(base.body, language, said), said)
        if base.standing.stage is Stage.DRAFT:
            kept = amend_entry(editor, slug, base.number, contents, edits=base.edits)
        else:
            kept = draft_entry(editor, slug, contents, after=latest)
        self._settle(gap, Settled.PHRASING, up_to=up_to, procedure=slug, because=said)
        return kept

    def draft_entry(self, answer: Answer, *, gap: Gap | None = None, up_to: int | None = None) -> Revision:
        """A new entry as a draft to be completed; KnowledgeConflict for a taken name, KnowledgeRejected."""
        editor = self.editor
        body = entry_from_answer(
            answer.slug,
            unit=answer.unit,
            question=answer.question,
            answer=answer.answer,
            language=answer.language,
            today=editor.today,
        )
        if answer.slug in self.context.library() or editor.revisions.history(Subject.ENTRY, answer.slug):
            raise KnowledgeConflict(f"there is an entry {answer.slug!r} already: choose another name")
        kept = draft_entry(editor, answer.slug, Contents(body), after=0)
        if gap is not None:
            self._settle(gap, Settled.ENTRY, up_to=up_to, procedure=answer.slug)
        return kept

    def _base(self, slug: str) -> tuple[Revision, int]:
        """What is edited: the revision that is on its way, else what is published; and the number of the latest."""
        history = self.editor.revisions.history(Subject.ENTRY, slug)
        if history and history[0].standing.stage in UNDER_WAY:
            return history[0], history[0].number
        published = next((one for one in history if one.standing.stage is Stage.PUBLISHED), None)
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
