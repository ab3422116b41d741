"""What publishing a revision would do to the answers, and why it must be confirmed when they would become worse."""

from __future__ import annotations

from admin_api.access import Context
from admin_api.errors import AdminRejected
from admin_api.trials import Accepted
from casework.ports import UnitOfWork
from knowledge.effect import Effect
from knowledge.gaps import asked_in
from knowledge.revisions import Revision


class DropNotAccepted(AdminRejected):
    """Answers would become worse, and nobody said that this is accepted."""

    def __init__(self, effect: Effect) -> None:
        """Say how much worse, and how to publish all the same."""
        self.effect = effect
        before, after = effect.before, effect.after
        super().__init__(
            f"of {effect.questions} labelled questions {after.right} would be answered rightly instead of "
            f"{before.right}, and {after.wrong} wrongly instead of {before.wrong}: look at the effect, mend the draft, "
            "or publish with accept_drop"
        )


def foresee(revision: Revision, context: Context, uow: UnitOfWork) -> Effect:
    """The effect of publishing `revision` on every labelled question: the bureau's own and those that were accepted.

    It takes an index: call it outside the transaction that publishes, which then finds the result kept.
    KnowledgeRejected when the revision has faults still.
    """
    accepted = [
        Accepted(asked_in(question), slug, phrasing) for question, slug, phrasing in uow.enquiries.answered_by()
    ]
    return context.trials.effect(context.knowledge(), revision, context.labelled, accepted)


def require_no_drop(revision: Revision, context: Context, uow: UnitOfWork) -> None:
    """DropNotAccepted when publishing `revision` would make answers worse."""
    effect = foresee(revision, context, uow)
    if effect.is_drop:
        raise DropNotAccepted(effect)
