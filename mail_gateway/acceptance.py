"""Saving a mail before it is acknowledged: raw bytes and envelope into the inbox, unread, under the letter's id.

Mails that come while a commit is running wait for the next one and share it, so that the store is asked once for all
of them. One that the store refuses fails alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

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
MOST_TOGETHER = 64
GATHER_SECONDS = 0.005
"""How long a commit waits for more mails, once mails have begun to come together; a lone client never waits."""


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
    """An acceptance that commits to `store` and calls `on_saved` after each commit; for one event loop."""
    return _SharedAcceptance(store, on_saved or _nothing)


@dataclass(slots=True)
class _Waiting:
    """A mail whose client waits for the commit."""

    arrival: Arrival
    saved: asyncio.Future[None]


class _SharedAcceptance:
    """`Accept` in which waiting mails share one commit."""

    def __init__(self, store: Store, on_saved: Callable[[], object]) -> None:
        self._store = store
        self._on_saved = on_saved
        self._waiting: list[_Waiting] = []
        self._saving: asyncio.Task[None] | None = None
        self._is_crowded = False

    async def __call__(self, raw: bytes, envelope: Envelope) -> None:
        loop = asyncio.get_running_loop()
        mail = _Waiting(arrival_of(raw, envelope), loop.create_future())
        self._waiting.append(mail)
        if self._saving is None or self._saving.done():
            self._saving = loop.create_task(self._save_waiting())
        await mail.saved

    async def _save_waiting(self) -> None:
        while self._waiting:
            if self._is_crowded:
                await asyncio.sleep(GATHER_SECONDS)
            together, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            self._is_crowded = len(together) > 1
            if await self._save(together) or len(together) == 1:
                continue
            for mail in together:
                await self._save([mail])

    async def _save(self, mails: Sequence[_Waiting]) -> bool:
        """Commit these mails together and tell their clients; a failure is told only to one that was alone."""
        arrivals = [mail.arrival for mail in mails]

        def save(uow: UnitOfWork) -> None:
            for arrival in arrivals:
                uow.inbox.add(arrival)

        try:
            await asyncio.wrap_future(self._store.submit(save))
        except Exception as error:  # noqa: BLE001 - it is the waiting client's, who answers 451
            if len(mails) == 1 and not mails[0].saved.done():
                mails[0].saved.set_exception(error)
            return False
        for mail in mails:
            # A client that has gone is not told; it will send the letter again, and find it saved.
            if not mail.saved.done():
                mail.saved.set_result(None)
        self._on_saved()
        return True


def _nothing() -> None:
    """Nobody needs to be told."""
