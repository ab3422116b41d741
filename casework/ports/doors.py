"""What the doors must remember: accounts, keys, limits, blocked senders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from casework.message import StaffId
from casework.party import Address, Language
from casework.staff import Role, Staff


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


@dataclass(frozen=True, slots=True)
class BlockedSender:
    """An address from which nothing is accepted, until somebody unblocks it."""

    address: Address
    staff_id: StaffId | None
    """Who blocked it."""
    at: datetime


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

    def list_blocked(self) -> Sequence[BlockedSender]:
        """Every blocked address, latest first."""
        ...

    def is_blocked(self, address: Address) -> bool:
        """Whether messages from an address are refused."""
        ...

    def get_position(self, mailbox: str, *, locks: bool = False) -> str | None:
        """How far a polled source was read, e.g. the next Telegram update or IMAP UID; `locks` it for who writes it."""
        ...

    def set_position(self, mailbox: str, position: str) -> None:
        """Remember how far a polled source was read."""
        ...

    def forget(self, *, now: datetime) -> int:
        """Delete expired sessions, tokens, rate windows and idempotency keys; how many."""
        ...
