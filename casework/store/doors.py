"""What the doors must remember: idempotency keys, rate windows, blocked senders, positions in polled sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, or_, select

from casework.errors import CaseworkConflict
from casework.message import StaffId
from casework.party import Address, ChannelName
from casework.ports import BlockedSender, StoredResponse
from casework.store.door_tables import blocked_senders, idempotency_keys, mailbox_positions, rate_windows
from casework.store.inserting import insert_into, insert_or_update
from casework.store.tables import password_resets, staff_sessions

KEEP_RESPONSES_FOR = timedelta(days=2)

_IS_BLOCKED = select(blocked_senders.c.reason).where(
    blocked_senders.c.channel == bindparam("of_channel"), blocked_senders.c.address == bindparam("of_address")
)


@cache
def _hit(dialect: str) -> Any:
    """A first hit, one more, or the first of a new window when the old one is over or longer ago than `began`."""
    insert = insert_into(dialect, rate_windows)
    new, old = insert.excluded, rate_windows.c
    over = or_(old.ends_at <= new.started_at, old.started_at <= bindparam("began", type_=old.started_at.type))
    changes = {
        "hits": case((over, 1), else_=old.hits + 1),
        "started_at": case((over, new.started_at), else_=old.started_at),
        "ends_at": case((over, new.ends_at), else_=old.ends_at),
    }
    return insert.on_conflict_do_update(index_elements=["bucket"], set_=changes).returning(old.hits)


class SqlDoors:
    """`casework.ports.Doors` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def find_response(self, caller: str, key: str) -> StoredResponse | None:
        """The answer once given to an idempotency key."""
        query = select(idempotency_keys).where(idempotency_keys.c.caller == caller, idempotency_keys.c.key == key)
        row = self._connection.execute(query).first()
        return StoredResponse(row.request_digest, row.status, row.body) if row else None

    def keep_response(self, caller: str, key: str, response: StoredResponse, *, now: datetime) -> None:
        """Keep the answer with the work it describes, in one transaction; CaseworkConflict when the key is in use."""
        row = {
            "caller": caller,
            "key": key,
            "request_digest": response.request_digest,
            "status": response.status,
            "body": response.body,
            "created_at": now,
        }
        made = insert_or_update(
            self._connection, idempotency_keys, row, ("caller", "key"), where=idempotency_keys.c.caller.is_(None)
        )
        if not made:
            raise CaseworkConflict("a request with this idempotency key was carried out meanwhile: send it again")

    def hit(self, bucket: str, *, now: datetime, window: timedelta) -> int:
        """Count one more event in a bucket's current window; how many that makes."""
        row = {"bucket": bucket[:120], "started_at": now, "ends_at": now + window, "hits": 1, "began": now - window}
        return int(self._connection.execute(_hit(self._connection.dialect.name), row).scalar_one())

    def hits(self, bucket: str, *, now: datetime, window: timedelta) -> int:
        """How many events the bucket's current window holds; a window that is over holds none."""
        query = select(rate_windows.c.hits).where(
            rate_windows.c.bucket == bucket[:120],
            rate_windows.c.ends_at > now,
            rate_windows.c.started_at > now - window,
        )
        return int(self._connection.execute(query).scalar() or 0)

    def block_sender(self, address: Address, *, reason: str, staff_id: StaffId, now: datetime) -> None:
        """Refuse further messages from an address."""
        row = {"channel": address.channel.value, "address": address.value, "reason": reason}
        insert_or_update(
            self._connection, blocked_senders, {**row, "staff_id": staff_id, "at": now}, ("channel", "address")
        )

    def unblock_sender(self, address: Address) -> None:
        """Accept messages from an address again."""
        self._connection.execute(
            delete(blocked_senders).where(
                blocked_senders.c.channel == address.channel.value, blocked_senders.c.address == address.value
            )
        )

    def list_blocked(self) -> Sequence[BlockedSender]:
        """Every blocked address, latest first."""
        query = select(blocked_senders).order_by(blocked_senders.c.at.desc(), blocked_senders.c.address)
        return [
            BlockedSender(Address(ChannelName(row.channel), row.address), row.staff_id, row.at)
            for row in self._connection.execute(query)
        ]

    def is_blocked(self, address: Address) -> bool:
        """Whether messages from an address are refused."""
        values = {"of_channel": address.channel.value, "of_address": address.value}
        return self._connection.execute(_IS_BLOCKED, values).first() is not None

    def get_position(self, mailbox: str, *, locks: bool = False) -> str | None:
        """How far a polled source was read, e.g. the next Telegram update or IMAP UID; `locks` it for who writes it."""
        query = select(mailbox_positions.c.position).where(mailbox_positions.c.mailbox == mailbox)
        query = query.with_for_update() if locks else query
        return self._connection.execute(query).scalar()

    def set_position(self, mailbox: str, position: str) -> None:
        """Remember how far a polled source was read."""
        row = {"mailbox": mailbox, "position": position}
        insert_or_update(self._connection, mailbox_positions, row, ("mailbox",))

    def forget(self, *, now: datetime) -> int:
        """Delete expired sessions, tokens, rate windows and idempotency keys; how many."""
        expired = (
            delete(staff_sessions).where(staff_sessions.c.expires_at <= now),
            delete(password_resets).where(password_resets.c.expires_at <= now),
            delete(rate_windows).where(rate_windows.c.ends_at <= now),
            delete(idempotency_keys).where(idempotency_keys.c.created_at <= now - KEEP_RESPONSES_FOR),
        )
        return sum(self._connection.execute(statement).rowcount for statement in expired)
