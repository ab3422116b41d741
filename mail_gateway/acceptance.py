"""Saving a mail before it is acknowledged: raw bytes and envelope into the inbox, unread, under the letter's id."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from casework.inbox import Arrival, RawMail
from casework.party import ChannelName
from casework.ports import Store, UnitOfWork
from mail_gateway.envelope import Envelope
from mail_gateway.letter_id import letter_id
from mail_gateway.mailboxes import fold_address

Accept = Callable[[bytes, Envelope], Awaitable[None]]
"""Returns when the mail is committed, or already was; anything it raises becomes 451."""

NOBODY = "<>"
"""The conversation of mail with the null sender."""


def arrival_of(raw: bytes, envelope: Envelope) -> Arrival:
    """What is saved of a mail. Mails of one envelope sender are one conversation and are handled in order."""
    return Arrival(
        channel=ChannelName.EMAIL,
        external_id=letter_id(raw),
        conversation=fold_address(envelope.mail_from) or NOBODY,
        received_at=envelope.received_at,
        raw_mail=RawMail(envelope.mail_from, envelope.rcpt_tos, raw, envelope.peer),
    )


def accept_into(store: Store, on_saved: Callable[[], object] | None = None) -> Accept:
    """An acceptance that commits to `store`, many waiting mails in one commit, and then calls `on_saved`."""

    async def accept(raw: bytes, envelope: Envelope) -> None:
        arrival = arrival_of(raw, envelope)

        def save(uow: UnitOfWork) -> None:
            uow.inbox.add(arrival)

        await asyncio.wrap_future(store.submit(save))
        if on_saved is not None:
            on_saved()

    return accept
