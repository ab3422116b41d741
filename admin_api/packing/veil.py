"""What is left out of a pack that goes to other hands: whatever tells who wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from admin_api.access import shown_details
from casework.case import Case
from casework.events import CaseEvent
from casework.message import Attachment, Direction, Message
from casework.party import Party
from casework.redaction import redactions_of
from knowledge.masking import MARK, masked

NAMES_KEPT_OUT = (
    "raw mails: they hold the sender",
    "files that the writer sent, and files of letters: they may hold the name",
    "originals of redacted documents: they hold what is not disclosed",
)


@dataclass(frozen=True, slots=True)
class Veil:
    """Leaves the writer's name, addresses and whatever points to one person out of texts; open, it leaves all in."""

    words: tuple[str, ...] = ()
    is_open: bool = False
    originals: frozenset[str] = frozenset()
    """Files of which a part is covered when they are given out, by SHA-256."""

    def text(self, text: str) -> str:
        """The text as it may be read."""
        if self.is_open:
            return text
        for word in self.words:
            text = text.replace(word, MARK)
        return masked(text)

    def hides(self, text: str) -> bool:
        """Whether anything of the text would be left out."""
        return self.text(text) != text

    def shown_files(self, message: Message) -> Sequence[Attachment]:
        """The files of a message that are handed out: notes among colleagues carry none of the writer's."""
        if self.is_open:
            return message.attachments
        if message.direction is not Direction.NOTE:
            return ()
        return [file for file in message.attachments if file.sha256 not in self.originals]


def veil_over(case: Case, party: Party, events: Iterable[CaseEvent], *, names: bool) -> Veil:
    """The veil for a case; with `names` there is none."""
    if names:
        return Veil(is_open=True)
    shown = shown_details(case, named=False)
    hidden = {words for slot, words in case.details.items() if slot not in shown}
    known = {party.name or "", *(point.address.value for point in party.contact_points), *hidden}
    # The longest first: a name may be the beginning of an address.
    words = sorted((word for word in known if len(word.strip()) > 1), key=lambda word: (-len(word), word))
    return Veil(tuple(words), originals=frozenset(redactions_of(events)))
