"""What is left out of a pack that goes to other hands: whatever tells who wrote."""

from __future__ import annotations

from dataclasses import dataclass

from admin_api.access import shown_details
from casework.case import Case
from casework.message import Direction, Message
from casework.party import Party
from knowledge.masking import MARK, masked

NAMES_KEPT_OUT = (
    "raw mails: they hold the sender",
    "files that the writer sent, and files of letters: they may hold the name",
)


@dataclass(frozen=True, slots=True)
class Veil:
    """Leaves the writer's name, addresses and whatever points to one person out of texts; open, it leaves all in."""

    words: tuple[str, ...] = ()
    is_open: bool = False

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

    def shows_files(self, message: Message) -> bool:
        """Whether the files of a message are handed out: notes among colleagues carry none of the writer's."""
        return self.is_open or message.direction is Direction.NOTE


def veil_over(case: Case, party: Party, *, names: bool) -> Veil:
    """The veil for a case; with `names` there is none."""
    if names:
        return Veil(is_open=True)
    shown = shown_details(case, named=False)
    hidden = {words for slot, words in case.details.items() if slot not in shown}
    known = {party.name or "", *(point.address.value for point in party.contact_points), *hidden}
    # The longest first: a name may be the beginning of an address.
    return Veil(tuple(sorted((word for word in known if len(word.strip()) > 1), key=lambda word: (-len(word), word))))
