"""Words to a poor grade: what went wrong, which whoever handles the case reads."""

from __future__ import annotations

from bot.engine.conversation import Progress
from bot.engine.intent import Intent, IntentMatch
from bot.engine.turn import Keyed, ReplyDraft, Step, Turn
from casework.commands import AddToCase


class RateCaseDialogue:
    """Takes the next message as the reason of a poor grade; only pressing a grade begins it."""

    name = "rate_case"
    intent = Intent.ADD_TO_CASE

    def begin(self, _turn: Turn, _match: IntentMatch | None) -> Step:
        """Nothing was graded."""
        return Step((ReplyDraft("input.stale_choice"),), None)

    def asked(self, turn: Turn, reference: str) -> Step:
        """Thank for a poor grade and ask for its reason."""
        progress = Progress(self.name, {"reference": reference}, asking="words", began=turn.message.number)
        return Step((self.ask(turn, progress),), progress)

    def take(self, turn: Turn, progress: Progress) -> Step:
        """The reason, or none."""
        if turn.says(Intent.SKIP, Intent.DENY, Intent.DONE):
            return Step((ReplyDraft("rate_case.thanks"),), None)
        reference = progress.slots["reference"]
        added = ReplyDraft("rate_case.heard", {"reference": reference}, case=reference, is_receipt=True)
        return Step((added,), None, (AddToCase(reference, reopens=False),))

    def ask(self, _turn: Turn, _progress: Progress) -> ReplyDraft:
        """Ask what went wrong."""
        return ReplyDraft("rate_case.what_went_wrong")

    def correct(self, _turn: Turn, _progress: Progress) -> Step | None:
        """There is nothing to correct."""
        return None

    def amend(self, _turn: Turn, _progress: Progress, _name: str, _value: str) -> Step | None:
        """There is nothing to amend."""
        return None

    def back(self, turn: Turn, progress: Progress) -> Step:
        """Ask again."""
        return Step((self.ask(turn, progress),), progress)

    def takes_free_text(self, _progress: Progress) -> bool:
        """Anything may be a reason."""
        return True

    def takes_questions(self, _progress: Progress) -> bool:
        """A question too."""
        return True

    def summary(self, _turn: Turn, _progress: Progress) -> tuple[Keyed, ...]:
        """Nothing was said yet."""
        return ()


DIALOGUE = RateCaseDialogue()
