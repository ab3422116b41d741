"""What casework needs from the outside: a store, a place for bytes, and channels that deliver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from casework.case import Case, CaseStatus
from casework.commands import RecordEnquiry
from casework.enquiry import Enquiry
from casework.events import CaseEvent, EventName
from casework.inbox import Arrival, ClerkDecision, InboxEntry, InboxState, Reading
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
from casework.outbox import DeliveryResult, OutboxEntry, OutboxId, OutboxKind, OutboxState
from casework.party import Address, ChannelName, Language, Party, PartyId
from casework.staff import Role, Staff
from casework.thread import Audience, Thread

T = TypeVar("T")


class BlobStore(Protocol):
    """Bytes under their SHA-256; putting the same bytes twice changes nothing."""

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its digest; CaseworkUnavailable when it cannot be kept."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes; CaseworkNotFound when there are none under this digest."""
        ...


class Channel(Protocol):
    """Delivers one entry over one channel. Called outside any transaction, from a worker thread."""

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        """Try once, within bounded time, and say what became of it; never raises for the other side's trouble."""
        ...


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

    def rename(self, party_id: PartyId, name: str) -> None:
        """Record what the party calls itself."""
        ...

    def set_undeliverable(self, address: Address, since: datetime | None) -> None:
        """Stop sending to an address that is dead, or resume with None."""
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

    def find_chat(self, address: Address) -> Thread | None:
        """The thread of a chat address, unlocked."""
        ...

    def get(self, thread_id: ThreadId, *, lock: bool = False) -> Thread:
        """The thread; CaseworkNotFound."""
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
    ) -> Case:
        """A new case under the next reference of the year, without any event yet."""
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

    def of_party(self, party_id: PartyId, *, limit: int = 20) -> Sequence[Case]:
        """Cases of one party, latest first."""
        ...

    def of_thread(self, thread_id: ThreadId) -> Sequence[Case]:
        """Cases whose correspondence runs in this thread, latest first."""
        ...

    def events(self, case_id: CaseId) -> Sequence[CaseEvent]:
        """The whole ledger of a case, in order."""
        ...

    def all_events(self, *, after: int, limit: int) -> Sequence[tuple[int, CaseId, CaseEvent]]:
        """Events of all cases as (id, case, event) by id: the audit trail."""
        ...

    def queue(self, wanted: QueueFilter, *, limit: int, after: int = 0) -> Sequence[Case]:
        """Cases as a clerk should take them: urgent first, then by deadline, then by age; `after` skips so many."""
        ...

    def count(self, wanted: QueueFilter) -> int:
        """How many cases there are of these."""
        ...

    def erase_text(self, case_id: CaseId, number: int) -> None:
        """Erase the personal text of one event; its digest stays."""
        ...


class Inbox(Protocol):
    """What came in."""

    def add(self, arrival: Arrival, *, state: InboxState = InboxState.RECEIVED) -> tuple[InboxId, bool]:
        """Save an arrival; (its id, True), or (the id it already has, False) for a repeat, which changes nothing."""
        ...

    def claim(self, worker: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        """Conversations with work due, now leased to `worker`; none that another holds."""
        ...

    def release(self, worker: str, conversation: str) -> None:
        """Give a conversation back."""
        ...

    def release_all(self) -> int:
        """Give every conversation back: for the only process of an embedded store, when it starts."""
        ...

    def is_claimed(self, conversation: str, *, now: datetime) -> bool:
        """Whether a worker holds this conversation now."""
        ...

    def pending(self, conversation: str, *, now: datetime, limit: int = 50) -> Sequence[InboxEntry]:
        """Unhandled messages of a conversation, oldest first, up to the first that must still wait."""
        ...

    def has_pending(self, conversation: str, *, before: InboxId) -> bool:
        """Whether an older message of this conversation waits to be handled."""
        ...

    def get(self, inbox_id: InboxId) -> InboxEntry:
        """The entry; CaseworkNotFound."""
        ...

    def find(self, channel: ChannelName, external_id: str) -> InboxEntry | None:
        """The entry with this id."""
        ...

    def finish(
        self,
        inbox_id: InboxId,
        state: InboxState,
        *,
        now: datetime,
        reading: Reading | None = None,
        error: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Handled, held, shunted or refused."""
        ...

    def postpone(self, inbox_id: InboxId, *, until: datetime, error: str) -> None:
        """Count a failed attempt and try again later."""
        ...

    def decide(self, inbox_id: InboxId, decision: ClerkDecision, *, case_id: CaseId | None, now: datetime) -> None:
        """Record a clerk's word on a held or shunted message and hand it back to the worker.

        CaseworkConflict when it is neither, e.g. because a colleague was quicker.
        """
        ...

    def list(self, states: Sequence[InboxState], *, limit: int, after: int = 0) -> Sequence[InboxEntry]:
        """Entries in these states, latest first, ids below `after` when it is given."""
        ...

    def count(self, state: InboxState) -> int:
        """How many entries are in a state."""
        ...


class Outbox(Protocol):
    """What we promised to send."""

    def add(
        self,
        kind: OutboxKind,
        to: Address,
        reply: Reply,
        *,
        language: Language,
        now: datetime,
        subject: str = "",
        thread_id: ThreadId | None = None,
        message_id: MessageId | None = None,
        case_id: CaseId | None = None,
        in_reply_to: MailFacts | None = None,
        delivered: bool = False,
        key: str | None = None,
    ) -> OutboxEntry | None:
        """Queue an entry; with `delivered` it is born so, as a web-chat answer is. None when `key` was used before."""
        ...

    def claim(
        self, worker: str, channels: Sequence[ChannelName], *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[OutboxEntry]:
        """Entries due now, at most one a conversation and its oldest, leased to `worker` as one more attempt.

        An assistant's reply in a thread that a person has taken over is withheld here, in the same transaction.
        An entry whose lease ran out is claimed again and its repeat counted.
        """
        ...

    def record(self, outbox_id: OutboxId, result: DeliveryResult, *, now: datetime) -> OutboxEntry:
        """Write the receipt of one try and what follows from it."""
        ...

    def release_all(self) -> int:
        """End every lease, counting the repeat: for the only process of an embedded store, when it starts."""
        ...

    def retry(self, outbox_id: OutboxId, *, now: datetime) -> None:
        """Make a failed entry due again, on a clerk's word; CaseworkConflict when it did not fail."""
        ...

    def get(self, outbox_id: OutboxId) -> OutboxEntry:
        """The entry; CaseworkNotFound."""
        ...

    def of_message(self, message_id: MessageId) -> OutboxEntry | None:
        """The entry that carries a message."""
        ...

    def list(self, states: Sequence[OutboxState], *, limit: int, after: int = 0) -> Sequence[OutboxEntry]:
        """Entries in these states, latest first, ids below `after` when it is given."""
        ...

    def receipts(self, outbox_id: OutboxId) -> Sequence[Mapping[str, object]]:
        """Every try of an entry: at, outcome, detail."""
        ...

    def count(self, state: OutboxState) -> int:
        """How many entries are in a state."""
        ...


class Enquiries(Protocol):
    """Questions that the assistant dealt with."""

    def add(self, command: RecordEnquiry, *, thread_id: ThreadId, message_id: MessageId, now: datetime) -> Enquiry:
        """Record one."""
        ...


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in browser."""

    staff: Staff
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of another system, with what it may do."""

    id: int
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    staff_id: StaffId | None = None


class Accounts(Protocol):
    """Staff, their sessions, and API keys. Tokens are stored as SHA-256, passwords as argon2id hashes."""

    def add_staff(
        self, name: str, *, display_name: str, unit: str, role: Role, language: Language, mail: str, password_hash: str
    ) -> Staff:
        """A new account; CaseworkConflict when the name is taken."""
        ...

    def find_staff(self, name: str) -> tuple[Staff, str] | None:
        """The account and its password hash."""
        ...

    def get_staff(self, staff_id: StaffId) -> Staff:
        """The account; CaseworkNotFound."""
        ...

    def list_staff(self) -> Sequence[Staff]:
        """Every account, by name."""
        ...

    def set_password(self, staff_id: StaffId, password_hash: str, *, must_change: bool) -> None:
        """Change the password and end every session of the account."""
        ...

    def set_active(self, staff_id: StaffId, *, active: bool) -> None:
        """Close or reopen an account; closing ends its sessions."""
        ...

    def set_language(self, staff_id: StaffId, language: Language) -> None:
        """Remember the language of the screens."""
        ...

    def count_failure(self, staff_id: StaffId, *, now: datetime, limit: int, lock_for: timedelta) -> datetime | None:
        """Count a failed sign-in; until when the account is locked, if it now is."""
        ...

    def clear_failures(self, staff_id: StaffId) -> None:
        """Forget failed sign-ins after a good one."""
        ...

    def add_session(
        self, token_hash: str, staff_id: StaffId, *, csrf_token: str, now: datetime, expires_at: datetime
    ) -> None:
        """Remember a signed-in browser."""
        ...

    def find_session(self, token_hash: str, *, now: datetime) -> StaffSession | None:
        """The session, unless it expired or its account was closed."""
        ...

    def end_session(self, token_hash: str) -> None:
        """Sign out."""
        ...

    def add_reset(self, token_hash: str, staff_id: StaffId, *, expires_at: datetime) -> None:
        """Remember a password-reset token."""
        ...

    def take_reset(self, token_hash: str, *, now: datetime) -> StaffId | None:
        """Use up a reset token: whose it was, if it still held."""
        ...

    def add_api_key(
        self, name: str, token_hash: str, scopes: Iterable[str], *, now: datetime, staff_id: StaffId | None = None
    ) -> ApiKey:
        """A new key."""
        ...

    def find_api_key(self, token_hash: str) -> ApiKey | None:
        """The key, unless it was revoked."""
        ...

    def list_api_keys(self) -> Sequence[ApiKey]:
        """Every key, latest first."""
        ...

    def revoke_api_key(self, key_id: int, *, now: datetime) -> None:
        """End a key; CaseworkNotFound."""
        ...


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What was answered to a request that may be sent again."""

    request_digest: str
    status: int
    body: str


class Doors(Protocol):
    """What the doors must remember."""

    def find_response(self, caller: str, key: str) -> StoredResponse | None:
        """The answer once given to an idempotency key."""
        ...

    def keep_response(self, caller: str, key: str, response: StoredResponse, *, now: datetime) -> None:
        """Keep the answer with the work it describes, in one transaction; CaseworkConflict when the key is in use."""
        ...

    def hit(self, bucket: str, *, now: datetime, window: timedelta) -> int:
        """Count one more event in a bucket's current window; how many that makes."""
        ...

    def hits(self, bucket: str, *, now: datetime, window: timedelta) -> int:
        """How many events the bucket's current window holds."""
        ...

    def block_sender(self, address: Address, *, reason: str, staff_id: StaffId, now: datetime) -> None:
        """Refuse further messages from an address."""
        ...

    def unblock_sender(self, address: Address) -> None:
        """Accept messages from an address again."""
        ...

    def is_blocked(self, address: Address) -> bool:
        """Whether messages from an address are refused."""
        ...

    def get_position(self, mailbox: str) -> str | None:
        """How far a polled source was read, e.g. the next Telegram update or IMAP UID."""
        ...

    def set_position(self, mailbox: str, position: str) -> None:
        """Remember how far a polled source was read."""
        ...

    def forget(self, *, now: datetime) -> int:
        """Delete expired sessions, tokens, rate windows and idempotency keys; how many."""
        ...


class UnitOfWork(Protocol):
    """One transaction over everything that casework keeps."""

    @property
    def parties(self) -> Parties:
        """Who writes to us."""
        ...

    @property
    def threads(self) -> Threads:
        """Correspondence."""
        ...

    @property
    def cases(self) -> Cases:
        """Cases and their ledgers."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What came in."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What we promised to send."""
        ...

    @property
    def enquiries(self) -> Enquiries:
        """Questions that the assistant dealt with."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Staff, sessions, keys."""
        ...

    @property
    def doors(self) -> Doors:
        """What the doors must remember."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone alone when it raises."""
        ...


class Store(Protocol):
    """Where units of work come from. Every write of a process goes through `submit`."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent view for reading; what is written through it is rolled back."""
        ...

    def submit(self, work: Callable[[UnitOfWork], T]) -> Future[T]:
        """Run `work` under a savepoint of its own in a transaction that waiting callers share.

        The future is done only after the commit. An error of `work` undoes its part alone and comes out of the future;
        CaseworkUnavailable when the store cannot be reached. `work` may be run again after a conflict: no side effects.
        """
        ...

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """`submit`, and wait for the commit."""
        ...
