"""What waits: the inbox and the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from casework.inbox import DECIDABLE, MOST_BYTES, Arrival, ClerkDecision, InboxEntry, InboxState, Reading
from casework.message import CaseId, InboxId, LetterPart, MailFacts, MessageId, Reply, StaffId, ThreadId
from casework.outbox import DeliveryResult, OutboxEntry, OutboxId, OutboxKind, OutboxState
from casework.party import Address, ChannelName, Language


class Inbox(Protocol):
    """What came in."""

    def add(self, arrival: Arrival, *, state: InboxState = InboxState.RECEIVED) -> tuple[InboxId, bool]:
        """Save an arrival; (its id, True), or (the id it already has, False) for a repeat, which changes nothing."""
        ...

    def claim(self, worker: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        """Conversations with work due, now leased to `worker`; none that another holds."""
        ...

    def has_due(self, *, now: datetime) -> bool:
        """Whether anything waits that could be handled now."""
        ...

    def release(self, worker: str, conversation: str) -> None:
        """Give a conversation back."""
        ...

    def holds(self, worker: str, conversation: str) -> bool:
        """Whether `worker` has not lost its claim to another; from now to the commit nobody can take it over."""
        ...

    def release_all(self) -> int:
        """Give every conversation back: for the only process of an embedded store, when it starts."""
        ...

    def pending(
        self, conversation: str, *, now: datetime, limit: int = 50, most_bytes: int = MOST_BYTES
    ) -> Sequence[InboxEntry]:
        """Unhandled messages of a conversation, oldest first, up to the first that must still wait.

        At most `limit`, and no more raw mail than `most_bytes`, but always one.
        """
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

    def decide(
        self,
        inbox_id: InboxId,
        decision: ClerkDecision,
        *,
        case_id: CaseId | None,
        now: datetime,
        seen: Collection[InboxState] = DECIDABLE,
        staff_id: StaffId | None = None,
        parts: Sequence[LetterPart] = (),
    ) -> None:
        """Record a clerk's word on a held, shunted or refused message and hand it back to the worker.

        CaseworkConflict when it is in none of the states that the clerk has `seen`, e.g. because a colleague was
        quicker.
        """
        ...

    def put_back(self, inbox_id: InboxId, state: InboxState, *, now: datetime, facts: Mapping[str, object]) -> None:
        """Let a refused message wait for a decision again; CaseworkConflict when it is refused no more."""
        ...

    def arrivals_of(self, message_ids: Sequence[MessageId]) -> Mapping[MessageId, InboxEntry]:
        """The entries that messages of citizens came in with, without their raw mail."""
        ...

    def list(
        self,
        states: Sequence[InboxState],
        *,
        limit: int,
        after: int = 0,
        reason: str = "",
        sender: str = "",
        archived: bool | None = None,
    ) -> Sequence[InboxEntry]:
        """Entries in these states without their raw mail, latest first, ids below `after` when it is given.

        `reason` is the key of one of their reasons, `sender` a part of an address or name of who wrote; `archived` is
        whether they were old when they came.
        """
        ...

    def reasons(self, states: Sequence[InboxState], *, archived: bool | None = None) -> Mapping[str, int]:
        """The keys of the reasons why entries are in these states, each with how many there are."""
        ...

    def count(self, state: InboxState, *, archived: bool | None = None) -> int:
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

    def join_notice(self, to: Address, words: str, *, subject: str, keys: Collection[str]) -> bool:
        """Add `words` to a notice to this address that nobody has begun to send, and call the whole `subject`.

        False when no notice with one of these reply keys takes any more: queue one. The whole is about no single case.
        """
        ...

    def claim(
        self, worker: str, channels: Sequence[ChannelName], *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[OutboxEntry]:
        """Entries due now, at most one a conversation and its oldest, leased to `worker` as one more attempt.

        An assistant's reply in a thread that a person has taken over is withheld here, in the same transaction.
        An entry whose lease ran out is claimed again and its repeat counted.
        """
        ...

    def due_channels(self, *, now: datetime) -> frozenset[ChannelName]:
        """Channels on which something could be delivered now."""
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
