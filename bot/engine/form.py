"""Filling slots one after another: ask, read, correct, go back, sum up, and file only what was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.engine.conversation import CONFIRM, Progress
from bot.engine.corrections import find_correction
from bot.engine.intent import Intent, IntentMatch, weigh
from bot.engine.phrases import fold
from bot.engine.recognise import is_lone_question
from bot.engine.slots import LONGEST_ANSWER, PICK, Slot, is_story, passes
from bot.engine.turn import ChoiceDraft, Fact, Keyed, ReplyDraft, Step, Turn
from casework.commands import AddToCase, OpenCase

MORE = "more"
"""Asked after filing: is there anything to add?"""
FIX = "fix:"
_A_TALE = 12
"""Weight of words from which what is no answer tells of the matter itself."""
YES, SKIP, LEAVE, DONE = (ChoiceDraft(value, Keyed(f"choice.{value}")) for value in ("yes", "skip", "leave", "done"))
_MAY_I = ReplyDraft("form.unclear_confirmation", choices=(YES, LEAVE))

Slots = Mapping[str, str]


def _nothing(_turn: Turn) -> dict[str, Fact]:
    return {}


@dataclass(frozen=True, slots=True)
class Form:
    """A dialogue that fills slots and ends in a case."""

    name: str
    intent: Intent
    slots: tuple[Slot, ...]
    main: str
    """The slot that holds the matter itself: what is said beside the point is added there."""
    prefill: Callable[[Turn, IntentMatch | None], Slots]
    """What the first message already says."""
    command: Callable[[Slots, Turn], OpenCase]
    show: Callable[[str, str, Turn], Fact] | None = None
    """How a slot's value is shown in the summary, when not as it was written."""
    has_opening: bool = True
    """Says something before it asks for the first slot."""
    asks_more: bool = False
    """Keeps listening after filing, and adds what comes to the case."""
    facts: Callable[[Turn], dict[str, Fact]] = field(default=_nothing)
    """Further facts for the texts of this form."""

    def begin(self, turn: Turn, match: IntentMatch | None) -> Step:
        """Start, with what the first message already says."""
        progress = Progress(self.name, dict(self.prefill(turn, match)), began=turn.message.number)
        step = self._proceed(progress, turn)
        opening = (ReplyDraft(f"{self.name}.opening", self.facts(turn)),) if self.has_opening else ()
        return Step((*opening, *step.drafts), step.progress)

    def take(self, turn: Turn, progress: Progress) -> Step:
        """What the message does to the open question."""
        if turn.choice and turn.choice.startswith(FIX):
            return self.reopen(turn, progress, turn.choice.removeprefix(FIX))
        if progress.asking == MORE:
            return self._take_more(turn, progress)
        if progress.asking == CONFIRM:
            return self._take_confirmation(turn, progress)
        slot = self.slot(progress.asking)
        return self._take_answer(turn, progress, slot) if slot else self._proceed(progress, turn)

    def _take_answer(self, turn: Turn, progress: Progress, slot: Slot) -> Step:
        elsewhere = next((one for one in self.slots if slot.name in one.heard_at and one.heard(turn)), None)
        if elsewhere is not None:
            return self._hear(turn, progress, elsewhere)
        if turn.says(self.intent) and slot.is_free:
            return Step((self._ask_again(slot, turn),), progress)
        value = "" if passes(turn, slot) else slot.read(turn)
        if value is None and slot.name != self.main and self._tells(turn):
            return self._add_beside(turn, progress)
        if value is None:
            return Step((self._ask_again(slot, turn),), progress)
        return self._proceed(progress.fill(slot.name, value), turn)

    def ask(self, turn: Turn, progress: Progress) -> ReplyDraft:
        """The open question, as it is put to the citizen."""
        if progress.asking == CONFIRM:
            return self._summary(turn, progress)
        if progress.asking == MORE:
            return ReplyDraft(f"{self.name}.ask.more", self.facts(turn), choices=(DONE,))
        slot = self.slot(progress.asking) or self.slots[0]
        return ReplyDraft(f"{self.name}.ask.{slot.name}", self.facts(turn), choices=_choices(slot))

    def correct(self, turn: Turn, progress: Progress) -> Step | None:
        """The step that a correction in words leads to; None when the message is none."""
        known = [slot.name for slot in self.slots if slot.name in progress.slots or slot.name == progress.asking]
        later = [slot.name for slot in self.slots if slot.name not in known and not slot.is_free]
        found = find_correction(turn.text, [*known, *later], latest=progress.filled)
        if found is None or progress.asking == MORE:
            return None
        if found.value is None:
            return self.reopen(turn, progress, found.slot)
        if not found.names_it and found.slot == self.main:
            return self._add_beside(turn, progress)
        return self.amend(turn, progress, found.slot, found.value)

    def amend(self, turn: Turn, progress: Progress, name: str, value: str) -> Step | None:
        """Put another value into a filled slot; None when it cannot be read as one."""
        slot = self.slot(name)
        read = slot.read(turn.saying(value)) if slot else None
        if read is None:
            return None
        mended = progress.fill(name, read)
        noted = ReplyDraft("form.amended", {"label": Keyed(f"label.{name}"), "value": self._shown(name, read, turn)})
        step = self._proceed(mended, turn)
        return Step((noted, *step.drafts), step.progress)

    def reopen(self, turn: Turn, progress: Progress, name: str) -> Step:
        """Ask a slot again."""
        slot = self.slot(name)
        if slot is None:
            return Step((self.ask(turn, progress),), progress)
        again = progress.without(name).asks(name)
        return Step((self.ask(turn, again),), again)

    def back(self, turn: Turn, progress: Progress) -> Step:
        """Ask the slot before the open question again."""
        names = [slot.name for slot in self.slots if slot.name in progress.slots and slot.is_needed(progress.slots)]
        earlier = names[: names.index(progress.asking)] if progress.asking in names else names
        return self.reopen(turn, progress, earlier[-1] if earlier else progress.asking)

    def takes_free_text(self, progress: Progress) -> bool:
        """Whether the open question may be answered in any words."""
        slot = self.slot(progress.asking)
        return progress.asking == MORE or bool(slot and slot.is_free)

    def takes_questions(self, progress: Progress) -> bool:
        """Whether a question is itself the answer to the open question."""
        slot = self.slot(progress.asking)
        return bool(slot and slot.takes_questions)

    def slot(self, name: str) -> Slot | None:
        """The slot called `name`."""
        return next((slot for slot in self.slots if slot.name == name), None)

    def _proceed(self, progress: Progress, turn: Turn) -> Step:
        for idle in (slot.name for slot in self.slots if not slot.is_needed(progress.slots)):
            progress = progress.without(idle)
        missing = (slot for slot in self.slots if slot.name not in progress.slots and slot.is_needed(progress.slots))
        following = next(missing, None)
        progress = progress.asks(following.name if following else CONFIRM)
        return Step((self.ask(turn, progress),), progress)

    def _tells(self, turn: Turn) -> bool:
        """Whether the words tell of the matter itself, and are no mistyped answer to the open question."""
        match = turn.matches.get(self.intent)
        return weigh(fold(turn.text)) >= _A_TALE or is_story(turn.text) or (match is not None and match.states)

    def _hear(self, turn: Turn, progress: Progress, slot: Slot) -> Step:
        """Take what answers another question than the open one, and ask the open one again."""
        is_new = not progress.slots.get(slot.name)
        if not is_new and (step := self.amend(turn, progress, slot.name, turn.text)):
            return step
        value = slot.heard(turn) or ""
        noted = ReplyDraft(
            "form.noted", {"label": Keyed(f"label.{slot.name}"), "value": self._shown(slot.name, value, turn)}
        )
        step = self._proceed(progress.fill(slot.name, value), turn)
        return Step((noted, *step.drafts), step.progress)

    def _ask_again(self, slot: Slot, turn: Turn) -> ReplyDraft:
        return ReplyDraft(f"{self.name}.again.{slot.name}", self.facts(turn), choices=_choices(slot))

    def _take_confirmation(self, turn: Turn, progress: Progress) -> Step:
        if turn.choice == YES.value or turn.says(Intent.CONFIRM):
            return self._file(turn, progress)
        if turn.choice is None and turn.says(Intent.DONE, self.intent) and not turn.says(Intent.DENY):
            return Step((_MAY_I,), progress)
        if turn.choice or turn.says(Intent.DENY):
            fixes = tuple(
                ChoiceDraft(f"{FIX}{slot.name}", Keyed(f"label.{slot.name}"))
                for slot in self.slots
                if slot.name in progress.slots
            )
            return Step((ReplyDraft("form.what_to_change", choices=(*fixes, LEAVE)),), progress)
        for slot in self.slots:
            if (slot.is_telling or slot.heard(turn)) and (step := self.amend(turn, progress, slot.name, turn.text)):
                return step
        return self._add_beside(turn, progress)

    def _add_beside(self, turn: Turn, progress: Progress) -> Step:
        """Add what was said beside the point to the matter itself, and ask the open question again."""
        main = self.slot(self.main)
        more = main.read(turn) if main and not is_lone_question(turn.text) else None
        if more is None:
            return Step((_MAY_I if progress.asking == CONFIRM else self.ask(turn, progress),), progress)
        said = "\n".join(filter(None, (progress.slots.get(self.main), more)))[:LONGEST_ANSWER]
        longer = progress.fill(self.main, said)
        return Step((ReplyDraft("form.added"), self.ask(turn, longer)), longer)

    def _file(self, turn: Turn, progress: Progress) -> Step:
        command = self.command(progress.slots, turn)
        filed = ReplyDraft(f"{self.name}.filed", self.facts(turn), is_receipt=True)
        if not self.asks_more:
            return Step((filed,), None, (command,))
        after = Progress(self.name, asking=MORE, began=progress.began)
        return Step((filed, self.ask(turn, after)), after, (command,))

    def _take_more(self, turn: Turn, progress: Progress) -> Step:
        reference = turn.conversation.last_case
        is_over = turn.choice is not None or turn.says(Intent.DONE, Intent.LEAVE, Intent.THANKS, Intent.SKIP)
        if is_over or reference is None:
            return Step((ReplyDraft(f"{self.name}.done"),), None)
        added = ReplyDraft(f"{self.name}.added", case=reference, choices=(DONE,))
        return Step((added,), progress, (AddToCase(reference),))

    def _summary(self, turn: Turn, progress: Progress) -> ReplyDraft:
        change = ChoiceDraft("change", Keyed("choice.change"))
        facts = {**self.facts(turn), "summary": self.summary(turn, progress)}
        return ReplyDraft(f"{self.name}.summary", facts, choices=(YES, change, LEAVE))

    def summary(self, turn: Turn, progress: Progress) -> tuple[Keyed, ...]:
        """What was said so far, a line a slot."""
        return tuple(
            Keyed(
                "form.line", {"label": Keyed(f"label.{name}"), "value": self._shown(name, progress.slots[name], turn)}
            )
            for name in (slot.name for slot in self.slots)
            if name in progress.slots
        )

    def _shown(self, name: str, value: str, turn: Turn) -> Fact:
        slot = self.slot(name)
        if not value:
            return Keyed("form.passed")
        if slot and value in slot.choices:
            return Keyed(f"choice.{value}")
        return self.show(name, value, turn) if self.show else value


def _choices(slot: Slot) -> tuple[ChoiceDraft, ...]:
    values = tuple(ChoiceDraft(f"{PICK}{value}", Keyed(f"choice.{value}")) for value in slot.choices)
    return (*values, SKIP) if slot.may_pass else values
