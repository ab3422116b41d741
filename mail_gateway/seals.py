"""What we sign so that we recognise it when it comes back: reply and return addresses, Message-IDs (HMAC-SHA-256).

A sealed reply address is a capability: whoever holds it received mail of that thread. It is bound to the thread and
ends with its date. A sealed return address names one outgoing mail, so that a notice about it need not say which.
All of them are case-insensitive, since mail programs fold addresses.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from casework.message import ThreadId
from casework.outbox import OutboxId
from mail_gateway.mailboxes import Mailboxes, fold_address

VALID_FOR = timedelta(days=400)
"""A petition may run for months, and its citizen write back long after (Regulations on Petitions: 60 + 30 days)."""
RETURNS_FOR = timedelta(days=30)
"""Servers give up after some days, and a notice may wait for as long on its way (RFC 5321 §4.5.4.1)."""
RETURN_MAILBOX = "bounces"
"""The local part before the token of a return address; no mailbox of the bureau need have this name."""
_EPOCH = date(2020, 1, 1)
_MAC_BYTES = 10
_DAY_BYTES = 2
_SAFE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SealState(StrEnum):
    """What a sealed address turned out to be."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"
    """Not made by us: a guess, or mangled on the way."""


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply address, read back."""

    state: SealState
    thread_id: ThreadId | None = None
    """None when the token is forged."""


@dataclass(frozen=True, slots=True)
class ReturnToken:
    """A return address, read back: which outgoing mail it was the envelope sender of."""

    state: SealState
    outbox_id: OutboxId | None = None
    """None when the token is forged."""


@dataclass(frozen=True, slots=True)
class OwnMessageId:
    """A Message-ID of ours, read back: which entry of which thread it was."""

    key: str
    thread_id: ThreadId | None


@dataclass(frozen=True, slots=True)
class Seals:
    """Makes and reads what we sign for one bureau."""

    mailboxes: Mailboxes
    secret: bytes

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"Seals({self.mailboxes.domain})"

    def reply_address(self, thread_id: ThreadId, today: date) -> str:
        """The address that answers within a thread go to, e.g. `xinxiang+abc…@zmd.example`."""
        local, _, domain = self.mailboxes.main.partition("@")
        return f"{local}+{self._make_token(b'reply-address', int(thread_id), today + VALID_FOR)}@{domain}"

    def read_token(self, token: str, today: date) -> ReplyToken:
        """What the token of a recipient address of ours says; never raises."""
        state, number = self._open_token(b"reply-address", token, today)
        return ReplyToken(state, None if number is None else ThreadId(number))

    def return_address(self, outbox_id: OutboxId, today: date) -> str:
        """The envelope sender of one outgoing mail, e.g. `bounces+abc…@zmd.example` (VERP)."""
        token = self._make_token(b"return-address", int(outbox_id), today + RETURNS_FOR)
        return f"{RETURN_MAILBOX}+{token}@{self.mailboxes.domain.lower()}"

    def read_return_address(self, address: str, today: date) -> ReturnToken | None:
        """Which mail of ours a notice to `address` is about; None when it has not the form of a return address."""
        local, _, domain = fold_address(address).rpartition("@")
        name, plus, token = local.partition("+")
        if name != RETURN_MAILBOX or not plus or domain != self.mailboxes.domain.lower():
            return None
        state, number = self._open_token(b"return-address", token, today)
        return ReturnToken(state, None if number is None else OutboxId(number))

    def message_id(self, key: str, thread_id: ThreadId | None) -> str:
        """The Message-ID of an outbox entry: the same for every try, and recognised without looking anything up."""
        safe = key if _SAFE_KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:32]
        name = f"{safe}.{thread_id or 0}"
        return f"<{name}.{self._mac(b'message-id', name.encode()).hex()}@{self.mailboxes.domain}>"

    def read_message_id(self, message_id: str) -> OwnMessageId | None:
        """Which mail of ours has this Message-ID; None when it is not ours."""
        local, _, domain = message_id.strip("<>").partition("@")
        name, _, mac = local.rpartition(".")
        key, _, thread = name.rpartition(".")
        if domain.lower() != self.mailboxes.domain.lower() or not (key and thread.isascii() and thread.isdigit()):
            return None
        if not hmac.compare_digest(mac.encode(), self._mac(b"message-id", name.encode()).hex().encode()):
            return None
        return OwnMessageId(key, ThreadId(int(thread)) if int(thread) else None)

    def _make_token(self, purpose: bytes, number: int, ends_on: date) -> str:
        payload = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")
        payload += (ends_on - _EPOCH).days.to_bytes(_DAY_BYTES, "big")
        return base64.b32encode(payload + self._mac(purpose, payload)).decode("ascii").rstrip("=").lower()

    def _open_token(self, purpose: bytes, token: str, today: date) -> tuple[SealState, int | None]:
        """What is sealed in `token`, if it is ours; never raises."""
        try:
            data = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return SealState.FORGED, None
        payload, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        if len(payload) <= _DAY_BYTES or not hmac.compare_digest(mac, self._mac(purpose, payload)):
            return SealState.FORGED, None
        ends_on = _EPOCH + timedelta(days=int.from_bytes(payload[-_DAY_BYTES:], "big"))
        state = SealState.VALID if today <= ends_on else SealState.EXPIRED
        return state, int.from_bytes(payload[:-_DAY_BYTES], "big")

    def _mac(self, purpose: bytes, payload: bytes) -> bytes:
        message = b"sunwindow mail|" + purpose + b"|" + payload
        return hmac.new(self.secret, message, hashlib.sha256).digest()[:_MAC_BYTES]
