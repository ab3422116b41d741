"""Taking a matter back: only one of the citizen's own, and only after they said once more that they mean it."""

from __future__ import annotations

import re

from bot.engine.conversation import CONFIRM, Progress
from bot.engine.intent import Intent, IntentMatch
from bot.engine.recognise import recognise
from bot.engine.turn import ChoiceDraft, Keyed, ReplyDraft, Step, Turn
from casework.case import Case, CaseStatus
from casework.commands import WithdrawCase
from casework.references import find_references

_NO_WORDS = re.compile(
    r"[A-Za-z]{2,8}[\s-]?20[0-9]{2}[\s-]?[0-9]{4,9}([\s-]?[0-9])?|[A-Za-z0-9]{5}-[A-Za-z0-9]{5}|编号|查询码|query code"
)
_PICK = "pick:"
_KEEP = "pick:keep"
_MOST = 5


def is_wish(text: str) -> bool:
    """Whether a text wants a matter taken back; a reference or a code in it is no word."""
    return Intent.WITHDRAW_CASE in recognise(_NO_WORDS.sub(" ", text).strip())


class WithdrawCaseDialogue:
    """Finds the case that is meant, asks whether it is to be taken back, and takes it back."""

    name = "withdraw_case"
    intent = Intent.WITHDRAW_CASE

    def begin(self, turn: Turn, _match: IntentMatch | None) -> Step:
        """Ask about the case that is named, or about the only one that is open."""
        return self._find(turn, Progress(self.name, began=turn.message.number))

    def take(self, turn: Turn, progress: Progress) -> Step:
        """Which case is meant, or whether it is meant."""
        if progress.asking != CONFIRM:
            if turn.says(Intent.DENY, Intent.SKIP):
                return Step((ReplyDraft("withdraw_case.kept"),), None)
            return self._find(turn, progress)
        if turn.choice == _KEEP or turn.says(Intent.DENY):
            return Step((ReplyDraft("withdraw_case.kept"),), None)
        if turn.choice != "yes" and not turn.says(Intent.CONFIRM):
            return Step((self.ask(turn, progress),), progress)
        reference = progress.slots["reference"]
        if reference not in {case.reference for case in _open(turn)}:
            return Step((ReplyDraft("withdraw_case.closed", {"reference": reference}),), None)
        done = ReplyDraft("withdraw_case.done", {"reference": reference}, case=reference, is_receipt=True)
        return Step((done,), None, (WithdrawCase(reference),))

    def ask(self, turn: Turn, progress: Progress) -> ReplyDraft:
        """The open question."""
        if progress.asking == CONFIRM:
            sure = (ChoiceDraft("yes", Keyed("choice.withdraw")), ChoiceDraft(_KEEP, Keyed("choice.keep_case")))
            return ReplyDraft("withdraw_case.ask", {"reference": progress.slots["reference"]}, choices=sure)
        choices = tuple(
            ChoiceDraft(f"{_PICK}{case.reference}", Keyed("withdraw_case.one", {"reference": case.reference}))
            for case in _open(turn)[:_MOST]
        )
        return ReplyDraft("withdraw_case.which", choices=choices)

    def correct(self, _turn: Turn, _progress: Progress) -> Step | None:
        """There is nothing to correct."""
        return None

    def amend(self, _turn: Turn, _progress: Progress, _name: str, _value: str) -> Step | None:
        """An edited message is read anew."""
        return None

    def back(self, turn: Turn, progress: Progress) -> Step:
        """Ask again."""
        return Step((self.ask(turn, progress),), progress)

    def takes_free_text(self, _progress: Progress) -> bool:
        """A yes or a reference is no free text."""
        return False

    def takes_questions(self, _progress: Progress) -> bool:
        """Nor a question."""
        return False

    def summary(self, _turn: Turn, progress: Progress) -> tuple[Keyed, ...]:
        """The reference, when it is known."""
        return tuple(
            Keyed("form.line", {"label": Keyed(f"label.{name}"), "value": value})
            for name, value in progress.slots.items()
        )

    def _find(self, turn: Turn, progress: Progress) -> Step:
        """The case that is named or picked; nothing is told of one that is not the citizen's own."""
        picked = turn.choice.removeprefix(_PICK) if turn.choice and turn.choice.startswith(_PICK) else ""
        named = (picked,) if picked else find_references(turn.text, turn.known.bureau.reference_prefix)
        still_open = _open(turn)
        if named:
            return self._named(named[0], turn, progress)
        if len(still_open) == 1:
            return self._sure(still_open[0].reference, turn, progress)
        if not still_open:
            return Step((ReplyDraft("withdraw_case.none"),), None)
        asking = progress.asks("reference")
        return Step((self.ask(turn, asking),), asking)

    def _named(self, reference: str, turn: Turn, progress: Progress) -> Step:
        own = {case.reference: case for case in turn.known.own_cases}
        if reference not in own:
            return Step((ReplyDraft("withdraw_case.not_own"),), None)
        if own[reference].status is CaseStatus.CLOSED:
            return Step((ReplyDraft("withdraw_case.closed", {"reference": reference}),), None)
        return self._sure(reference, turn, progress)

    def _sure(self, reference: str, turn: Turn, progress: Progress) -> Step:
        asking = progress.fill("reference", reference).asks(CONFIRM)
        return Step((self.ask(turn, asking),), asking)


def _open(turn: Turn) -> tuple[Case, ...]:
    return tuple(case for case in turn.known.own_cases if case.status is not CaseStatus.CLOSED)


DIALOGUE = WithdrawCaseDialogue()
