"""What casework keeps of people and matters: parties, correspondence, cases, enquiries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from casework.case import Case, CaseStatus
from casework.commands import RecordEnquiry
from casework.enquiry import Enquiry, EnquiryId, OpenQuestion, Settlement
from casework.events import CaseEvent, EventName
from casework.filing import Filing
from casework.kinds import CaseKind
from casework.message import (
    Attachment,
    Author,
    CaseId,
    Direction,
    InboxId,
    MailFacts,
    Message,
    MessageId,
    Reply,
    StaffId,
    ThreadId,
)
from casework.party import Address, ChannelName, FailedAddress, Language, Party, PartyId
from casework.rights import Sight
from casework.thread import Audience, Thread


class Parties(Protocol):
    """Who writes to us."""

    def ensure(self, address: Address, *, language: Language, name: str | None, now: datetime) -> Party:
        """The party behind `address`, made when it is new."""
        ...

    def find(self, address: Address) -> Party | None:
        """The party behind `address`."""
        ...

    def get(self, party_id: PartyId) -> Party:
        """The party; CaseworkNotFound."""
        ...

    def name_unnamed(self, party_id: PartyId, name: str) -> None:
        """Record what a party calls itself, unless it has a name already."""
        ...

    def set_undeliverable(self, address: Address, since: datetime | None) -> None:
        """Tell staff that nothing arrives at an address any more, or with None that it does."""
        ...

    def undeliverable_since(self, address: Address) -> datetime | None:
        """Since when nothing arrives at an address; None when it does, or is not known here."""
        ...

    def note_failure(self, address: Address, detail: str, *, permanent: bool, now: datetime) -> None:
        """Remember that a message did not reach an address, and what the other side said."""
        ...

    def list_failed(self, *, limit: int, before: tuple[datetime, int] | None = None) -> Sequence[FailedAddress]:
        """Addresses that were not reached, latest failure first; those older than `before`, a time and an id."""
        ...

    def get_failed(self, failed_id: int) -> FailedAddress:
        """One of them; CaseworkNotFound."""
        ...

    def allow_again(self, failed_id: int, staff_id: StaffId, *, now: datetime) -> None:
        """Take back that nothing arrives at an address, on a clerk's word."""
        ...

    def search(self, words: str, *, limit: int, after: int) -> Sequence[Party]:
        """Parties whose name or address contains `words`, by id."""
        ...


class Threads(Protocol):
    """Correspondence and its messages."""

    def ensure_chat(self, address: Address, party_id: PartyId, *, language: Language, now: datetime) -> Thread:
        """The one thread of a chat address, made when it is new, locked for this unit of work."""
        ...

    def open(
        self,
        audience: Audience,
        *,
        language: Language,
        now: datetime,
        party_id: PartyId | None = None,
        address: Address | None = None,
        subject: str = "",
        case_id: CaseId | None = None,
    ) -> Thread:
        """A new thread."""
        ...

    def find_chat(self, address: Address, *, lock: bool = False) -> Thread | None:
        """The thread of a chat address; with `lock` nobody else speaks in it until this unit of work ends."""
        ...

    def get(self, thread_id: ThreadId, *, lock: bool = False) -> Thread:
        """The thread; CaseworkNotFound."""
        ...

    def of_party(self, party_id: PartyId, *, since: datetime, limit: int) -> Sequence[Thread]:
        """The correspondence with a party that began since then, latest first."""
        ...

    def internal_of(self, case_id: CaseId) -> Thread | None:
        """The internal thread of a case."""
        ...

    def set_case(self, thread_id: ThreadId, case_id: CaseId) -> None:
        """Join a mail thread to a case."""
        ...

    def set_taken_over(self, thread_id: ThreadId, staff_id: StaffId | None, now: datetime) -> None:
        """Record that a person speaks here now, or with None that the assistant may again."""
        ...

    def add_message(
        self,
        thread_id: ThreadId,
        direction: Direction,
        author: Author,
        text: str,
        *,
        now: datetime,
        reply: Reply | None = None,
        case_id: CaseId | None = None,
        staff_id: StaffId | None = None,
        inbox_id: InboxId | None = None,
        attachments: Sequence[Attachment] = (),
        mail: MailFacts | None = None,
        edit_of: MessageId | None = None,
    ) -> Message:
        """Append a message under the next number of its thread."""
        ...

    def messages(self, thread_id: ThreadId, *, after: int = 0, limit: int = 200) -> Sequence[Message]:
        """Messages of a thread in order, numbers above `after`."""
        ...

    def last_numbers(self, thread_ids: Sequence[ThreadId]) -> Mapping[ThreadId, int]:
        """The number of the latest message of each of these threads; what does not exist is left out."""
        ...

    def messages_of_case(self, case_id: CaseId) -> Sequence[Message]:
        """Everything said about a case, notes included, oldest first."""
        ...

    def messages_of_arrival(self, inbox_id: InboxId) -> Sequence[Message]:
        """The inbound message of an inbox entry and the replies made to it, in order."""
        ...

    def get_message(self, message_id: MessageId) -> Message:
        """The message; CaseworkNotFound."""
        ...

    def find_by_external_id(self, channel: ChannelName, external_id: str) -> Message | None:
        """The inbound message that came in under this id."""
        ...

    def find_by_mail_ids(self, message_ids: Iterable[str]) -> Sequence[Thread]:
        """Threads that hold a mail, ours or theirs, with one of these Message-IDs, most recent first."""
        ...

    def last_mail(self, thread_id: ThreadId) -> MailFacts | None:
        """The mail facts of the citizen's latest mail in a thread, for threading headers."""
        ...

    def set_message_case(self, message_id: MessageId, case_id: CaseId) -> None:
        """Record that a message belongs to a case."""
        ...

    def set_mail_facts(self, message_id: MessageId, mail: MailFacts) -> None:
        """Record under which Message-ID an outbound message left."""
        ...

    def get_attachment(self, message_id: MessageId, sha256: str) -> Attachment:
        """An attachment of a message; CaseworkNotFound."""
        ...


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases a clerk wants to see; None means any."""

    statuses: tuple[CaseStatus, ...] | None = None
    kinds: tuple[CaseKind, ...] | None = None
    units: tuple[str, ...] | None = None
    sight: Sight | None = None
    """What the account that asks may see."""
    assignee: StaffId | None = None
    unassigned: bool = False
    words: str = ""
    """Looked for in reference, subject, the party's name and the words of the correspondence."""


class Cases(Protocol):
    """Cases and their ledgers."""

    def add(
        self,
        kind: CaseKind,
        *,
        prefix: str,
        subject: str,
        party_id: PartyId,
        thread_id: ThreadId,
        channel: ChannelName,
        language: Language,
        unit: str,
        now: datetime,
        year: int,
        urgent: bool,
        anonymous: bool,
        query_code_hash: str,
        details: Mapping[str, str],
        due_on: date | None,
        events: Sequence[CaseEvent],
        filing: Filing,
    ) -> Case:
        """A new case under the next reference of the year, with the first events of its ledger, not numbered yet."""
        ...

    def append(
        self,
        case_id: CaseId,
        name: EventName,
        *,
        at: datetime,
        actor: str,
        facts: Mapping[str, object] | None = None,
        text: str | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> Case:
        """Write an event to the ledger, derive the status, apply `changes` to the case's columns, raise its version."""
        ...

    def get(self, case_id: CaseId, *, lock: bool = False) -> Case:
        """The case; CaseworkNotFound."""
        ...

    def find(self, reference: str) -> Case | None:
        """The case with this canonical reference."""
        ...

    def query_code_hash(self, case_id: CaseId) -> str:
        """What is stored of the case's query code."""
        ...

    def several(self, case_ids: Collection[CaseId]) -> Mapping[CaseId, Case]:
        """These cases by id; what does not exist is left out."""
        ...

    def of_party(self, party_id: PartyId, *, limit: int = 20) -> Sequence[Case]:
        """Cases of one party, latest first."""
        ...

    def of_thread(self, thread_id: ThreadId) -> Sequence[Case]:
        """Cases whose correspondence runs in this thread, and the one that it was joined to, latest first."""
        ...

    def events(self, case_id: CaseId) -> Sequence[CaseEvent]:
        """The whole ledger of a case, in order."""
        ...

    def all_events(self, *, after: int, limit: int) -> Sequence[tuple[int, CaseId, CaseEvent]]:
        """Events of all cases as (id, case, event) by id: the audit trail."""
        ...

    def accusing(self, sight: Sight) -> frozenset[str]:
        """References of the cases that accuse whoever has this sight, or their unit."""
        ...

    def last_event_id(self) -> int:
        """The id of the latest event of any case, 0 before the first: the same as long as nothing happens."""
        ...

    def queue(self, wanted: QueueFilter, *, limit: int, after: int = 0) -> Sequence[Case]:
        """Cases as a clerk should take them: urgent first, then by deadline, then by age; `after` skips so many."""
        ...

    def list_open(self, *, limit: int, after: int = 0) -> Sequence[Case]:
        """Open cases by id, those above `after`."""
        ...

    def count(self, wanted: QueueFilter, *, most: int | None = None) -> int:
        """How many cases there are of these; counting ends above `most`."""
        ...

    def ratings_by_unit(self, since: datetime, until: datetime) -> Mapping[str, Mapping[int, int]]:
        """How often each grade was given from `since` until before `until`, by the unit that had the case then."""
        ...

    def erase_text(self, case_id: CaseId, number: int) -> None:
        """Erase the personal text of one event; its digest stays."""
        ...


class Enquiries(Protocol):
    """Questions that the assistant dealt with."""

    def add(self, command: RecordEnquiry, *, thread_id: ThreadId, message_id: MessageId, now: datetime) -> Enquiry:
        """Record one."""
        ...

    def rate(self, enquiry_id: EnquiryId, helpful: bool, *, thread_id: ThreadId, now: datetime) -> bool:  # noqa: FBT001 - it is the subject
        """Record whether an answer of this thread helped; a later word replaces the former. False: no such answer."""
        ...

    def decline(self, thread_id: ThreadId) -> None:
        """Record that none of the entries that were offered last in a thread was meant."""
        ...

    def open_questions(
        self, *, since: datetime, units: Sequence[str] | None = None, limit: int = 20_000
    ) -> Sequence[OpenQuestion]:
        """Questions asked since then that were not well answered and are not settled, latest first.

        With `units` only those in cases of these units; None is all, also those in no case.
        """
        ...

    def question(self, enquiry_id: EnquiryId) -> OpenQuestion:
        """An open question by its enquiry; CaseworkNotFound when there is none, or it is settled."""
        ...

    def settle(self, enquiry_ids: Sequence[EnquiryId], settlement: Settlement) -> int:
        """Settle those of the questions that are still open; how many these were."""
        ...

    def answered_by(self, *, limit: int = 5_000) -> Sequence[tuple[str, str, str]]:
        """Questions that staff gave to an entry, with its slug and the phrasing that was proposed, latest first."""
        ...
