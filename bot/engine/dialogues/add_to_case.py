"""Something to add to the case that was filed last in this conversation."""

from __future__ import annotations

from bot.engine.conversation import Progress
from bot.engine.intent import Intent, IntentMatch
from bot.engine.turn import Keyed, ReplyDraft, Step, Turn
from casework.commands import AddToCase

_ENOUGH_TO_ADD = 4


class AddToCaseDialogue:
    """Adds the message itself, or the next one."""

    name = "add_to_case"
    intent = Intent.ADD_TO_CASE

    def begin(self, turn: Turn, match: IntentMatch | None) -> Step:
        """Add what the message says beside the wish to add; ask for it when it says nothing more."""
        reference = turn.conversation.last_case
        if reference is None:
            return Step((ReplyDraft("add_to_case.no_case"),), None)
        if match and not match.whole and match.weight >= _ENOUGH_TO_ADD:
            return self._add(reference)
        progress = Progress(self.name, asking="more", began=turn.message.number)
        return Step((self.ask(turn, progress),), progress)

    def take(self, turn: Turn, _progress: Progress) -> Step:
        """The words to add."""
        reference = turn.conversation.last_case
        if reference is None or turn.says(Intent.DONE, Intent.LEAVE):
            return Step((ReplyDraft("add_to_case.nothing"),), None)
        return self._add(reference)

    def ask(self, turn: Turn, _progress: Progress) -> ReplyDraft:
        """Ask what is to be added."""
        return ReplyDraft("add_to_case.ask", {"reference": turn.conversation.last_case or ""})

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
        """Anything may be added."""
        return True

    def takes_questions(self, _progress: Progress) -> bool:
        """A question may be added too."""
        return True

    def summary(self, _turn: Turn, _progress: Progress) -> tuple[Keyed, ...]:
        """Nothing was said yet."""
        return ()

    def _add(self, reference: str) -> Step:
        added = ReplyDraft("add_to_case.added", {"reference": reference}, case=reference, is_receipt=True)
        return Step((added,), None, (AddToCase(reference),))


DIALOGUE = AddToCaseDialogue()
