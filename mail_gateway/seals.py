"""What we sign so that we recognise it when it comes back: reply addresses and Message-IDs (HMAC-SHA-256).

A sealed reply address is a capability: whoever holds it received mail of that thread. It is bound to the thread and
ends with its date; both parts are case-insensitive, since mail programs fold addresses.
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
from mail_gateway.mailboxes import Mailboxes

VALID_FOR = timedelta(days=400)
"""A petition may run for months, and its citizen write back long after (Regulations on Petitions: 60 + 30 days)."""
_EPOCH = date(2020, 1, 1)
_MAC_BYTES = 10
_DAY_BYTES = 2
_SAFE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SealState(StrEnum):
    """What a reply address turned out to be."""

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
        ends = (today + VALID_FOR - _EPOCH).days
        payload = int(thread_id).to_bytes((int(thread_id).bit_length() + 7) // 8 or 1, "big")
        payload += ends.to_bytes(_DAY_BYTES, "big")
        token = base64.b32encode(payload + self._mac(b"reply-address", payload)).decode("ascii").rstrip("=").lower()
        local, _, domain = self.mailboxes.main.partition("@")
        return f"{local}+{token}@{domain}"

    def read_token(self, token: str, today: date) -> ReplyToken:
        """What the token of a recipient address of ours says; never raises."""
        try:
            data = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return ReplyToken(SealState.FORGED)
        payload, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        if len(payload) <= _DAY_BYTES or not hmac.compare_digest(mac, self._mac(b"reply-address", payload)):
            return ReplyToken(SealState.FORGED)
        thread_id = ThreadId(int.from_bytes(payload[:-_DAY_BYTES], "big"))
        ends_on = _EPOCH + timedelta(days=int.from_bytes(payload[-_DAY_BYTES:], "big"))
        return ReplyToken(SealState.VALID if today <= ends_on else SealState.EXPIRED, thread_id)

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

    def _mac(self, purpose: bytes, payload: bytes) -> bytes:
        message = b"sunwindow mail|" + purpose + b"|" + payload
        return hmac.new(self.secret, message, hashlib.sha256).digest()[:_MAC_BYTES]
