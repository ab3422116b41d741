"""What a clerk sees of a message that waits or was refused: who wrote, why, its words and files, and the guess."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from admin_api.console.case_view import SHOWN_AS_PICTURE
from admin_api.evidence import Proof, Weighing, proof_of, weighing_of
from admin_api.pages import Visit
from casework.actions.splitting import words_of
from casework.case import Case
from casework.errors import CaseworkError
from casework.inbox import InboxEntry, InboxState, Reading, files_of
from casework.message import Attachment, CaseId
from casework.ports import BlobStore, UnitOfWork
from casework.wording import Wording

_SHOWN_OF_SOURCE: Final = 8_000
_MOST_OF_PICTURES: Final = 6 * 2**20
"""Octets of all pictures that are put into the page of one letter."""
_PICTURE: Final = re.compile(r'<img src="cid:([A-Za-z0-9@%._~/-]*)">')
_POINTS: Final = "reason.match."


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits or was refused, as its row and its page show it."""

    entry: InboxEntry
    sender: str
    subject: str
    text: str
    """The new words, or all of it when it has none or they are not known."""
    reasons: Sequence[str]
    pointers: Sequence[str]
    """What points to the case that it may belong to."""
    guess: Case | None
    source: str
    """The beginning of the raw mail, when nothing could be read of it."""
    decided_by: str = ""
    weighing: Weighing | None = None
    """The evidence for a case."""
    proof: Proof | None = None
    """What was found out about who sent it."""

    @property
    def reading(self) -> Reading:
        """What could be read of it."""
        return self.entry.reading or Reading()

    @property
    def files(self) -> Sequence[Attachment]:
        """The files that came with it, with their types and sizes."""
        return files_of(self.entry)

    @property
    def answered(self) -> str:
        """Who would be answered."""
        return self.reading.answers_to or self.sender

    @property
    def was_refused_by_staff(self) -> bool:
        """Whether a clerk refused it, so that it can be put back."""
        return self.entry.state is InboxState.REFUSED and "refused_by" in self.entry.facts

    @property
    def may_be_split(self) -> bool:
        """Whether it is a letter that waits."""
        is_whole = self.entry.is_mail and self.entry.left_in is None
        return is_whole and self.entry.state is not InboxState.REFUSED and bool(words_of(self.entry))


def compose_waiting(entry: InboxEntry, uow: UnitOfWork, visit: Visit) -> Waiting:
    """The view of one entry in the visitor's language."""
    reading, message, raw = entry.reading, entry.message, entry.raw_mail
    said = [(reason, _say(reason, visit)) for reason in entry.reasons]
    reasons = [words for reason, words in said if not reason.startswith(_POINTS)]
    if entry.error and entry.state is not InboxState.REFUSED:
        reasons.append(visit.say("triage.our_failure", error=entry.error))
    source = ""
    if raw is not None and not (reading and (reading.text or reading.safe_html)):
        source = raw.data[:_SHOWN_OF_SOURCE].decode("utf-8", "replace")
    return Waiting(
        entry=entry,
        sender=(reading.sender if reading else "")
        or (message.sender_name or "" if message else "")
        or (entry.conversation if entry.is_mail else ""),
        subject=reading.subject if reading else "",
        text=words_of(entry),
        reasons=reasons,
        pointers=[words for reason, words in said if reason.startswith(_POINTS)],
        guess=_guess(entry, uow),
        source=source,
        decided_by=_name_of(entry, uow),
        weighing=weighing_of(entry.facts, lambda case_id: _reference_of(case_id, uow)),
        proof=proof_of(entry.facts),
    )


def reasons_for_choice(found: Mapping[str, int], visit: Visit) -> Sequence[tuple[str, str, int]]:
    """The reasons to filter by: key, words and how many, most first."""
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [(reason, _say(reason, visit), number) for reason, number in ordered]


def with_pictures(reading: Reading, blobs: BlobStore) -> str:
    """The sanitised HTML with the pictures that came in the letter in their places, so that nothing is fetched."""
    kinds = {one.sha256: one.content_type for one in reading.attachments}
    left = _MOST_OF_PICTURES

    def in_place(found: re.Match[str]) -> str:
        nonlocal left
        sha256 = reading.pictures.get(unquote(found[1]), "")
        if kinds.get(sha256) not in SHOWN_AS_PICTURE:
            return ""
        data = blobs.get(sha256)
        left -= len(data)
        if left < 0:
            return ""
        return f'<img alt="" src="data:{kinds[sha256]};base64,{base64.b64encode(data).decode()}">'

    return _PICTURE.sub(in_place, reading.safe_html)


def _say(reason: str, visit: Visit) -> str:
    words: Wording = visit.request.app.state.reasons
    return words.texts[visit.language].get(reason, reason)


def _name_of(entry: InboxEntry, uow: UnitOfWork) -> str:
    if entry.decided_by is None:
        return ""
    try:
        return uow.accounts.get_staff(entry.decided_by).display_name
    except CaseworkError:
        return ""


def _reference_of(case_id: CaseId, uow: UnitOfWork) -> str | None:
    try:
        return uow.cases.get(case_id).reference
    except CaseworkError:
        return None


def _guess(entry: InboxEntry, uow: UnitOfWork) -> Case | None:
    if entry.reading is None or entry.reading.guess is None:
        return None
    try:
        return uow.cases.get(entry.reading.guess)
    except CaseworkError:
        return None
