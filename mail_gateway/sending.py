"""The e-mail channel: what the delivery job calls for each outbox entry, from a worker thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from casework.errors import CaseworkError
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry
from casework.ports import BlobStore
from mail_gateway.composing import ComposedMail, Letterhead, compose
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.local_mailbox import LocalMailbox
from mail_gateway.signing import Signer
from mail_gateway.smarthost import Smarthost, submit

log = structlog.get_logger()


class MailChannel:
    """`casework.ports.Channel` for mail: composes an entry and hands it over."""

    def __init__(
        self,
        letterhead: Letterhead,
        blobs: BlobStore,
        clock: Callable[[], datetime],
        hand_over: Callable[[ComposedMail], DeliveryResult],
    ) -> None:
        """Use `smarthost_channel` or `local_channel`."""
        self._letterhead = letterhead
        self._blobs = blobs
        self._clock = clock
        self._hand_over = hand_over

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        """Try once, within bounded time, and say what became of it."""
        try:
            mail = compose(entry, self._letterhead, now=self._clock(), read_blob=self._blobs.get)
        except MailGatewayRejected as error:
            return DeliveryResult(DeliveryOutcome.PERMANENT, str(error), address_is_dead=True)
        except CaseworkError as error:
            # An attachment that cannot be read now; somebody may bring the store back.
            log.warning("mail not composed", action="mail_not_composed", outbox=entry.id, error=type(error).__name__)
            return DeliveryResult(DeliveryOutcome.TEMPORARY, f"attachment not readable: {type(error).__name__}")
        return self._hand_over(mail)


def smarthost_channel(
    letterhead: Letterhead,
    blobs: BlobStore,
    clock: Callable[[], datetime],
    smarthost: Smarthost,
    signer: Signer | None = None,
) -> MailChannel:
    """The channel of a real installation: the organisation's mail server sends for us, what `signer` signed if any."""

    def hand_over(mail: ComposedMail) -> DeliveryResult:
        return submit(signer.sign(mail) if signer else mail, smarthost)

    return MailChannel(letterhead, blobs, clock, hand_over)


def local_channel(
    letterhead: Letterhead, blobs: BlobStore, clock: Callable[[], datetime], mailbox: LocalMailbox
) -> MailChannel:
    """The channel of the demo: mails are put into a folder and shown in the browser."""
    return MailChannel(letterhead, blobs, clock, mailbox.put)
