"""Which adapter delivers for which channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry
from casework.party import ChannelName
from casework.ports import BlobStore, Channel
from casework.wording import Wording
from mail_gateway.composing import Letterhead
from mail_gateway.local_mailbox import LocalMailbox
from mail_gateway.sending import local_channel, smarthost_channel
from mail_gateway.smarthost import Smarthost
from mail_gateway.understanding import MailRoom
from runtime.mail_trust import signer_of
from runtime.settings import Environment, Settings
from runtime.telegram_room import TelegramRoom


class PulledChannel:
    """A channel whose citizens fetch: what is committed is there for them, so delivery has nothing left to do."""

    def deliver(self, _entry: OutboxEntry) -> DeliveryResult:
        """Say so."""
        return DeliveryResult(DeliveryOutcome.DELIVERED, detail="ready to be fetched")


class ChannelOff:
    """A channel that is not configured: what is due waits for it, and staff see why."""

    def __init__(self, reason: str) -> None:
        """`reason` names the setting that is missing."""
        self._reason = reason

    def deliver(self, _entry: OutboxEntry) -> DeliveryResult:
        """Try again in an hour; somebody may have set it by then."""
        return DeliveryResult(DeliveryOutcome.TEMPORARY, self._reason, retry_after=timedelta(hours=1))


def open_local_mailbox(settings: Settings) -> LocalMailbox | None:
    """Where mail goes that leaves no machine: in a demo, and in development without a mail server."""
    if settings.smarthost is not None or settings.environment is Environment.PRODUCTION:
        return None
    return LocalMailbox(settings.data_dir / "mailbox")


def open_channels(
    settings: Settings,
    mail_room: MailRoom,
    mail_words: Wording,
    blobs: BlobStore,
    local_mailbox: LocalMailbox | None,
    telegram: TelegramRoom | None,
    clock: Callable[[], datetime],
) -> dict[ChannelName, Channel]:
    """An adapter for every channel there is."""
    letterhead = Letterhead(
        mail_room.office.bureau,
        mail_room.seals,
        mail_words,
        has_return_addresses=settings.smarthost is None or settings.smarthost.return_addresses,
    )
    if local_mailbox is not None:
        mail: Channel = local_channel(letterhead, blobs, clock, local_mailbox)
    elif settings.smarthost is not None:
        mail = smarthost_channel(letterhead, blobs, clock, _smarthost(settings), signer_of(settings))
    else:
        mail = ChannelOff("no mail server is set: smarthost.host")
    return {
        ChannelName.EMAIL: mail,
        ChannelName.TELEGRAM: telegram.channel if telegram else ChannelOff("Telegram is off: telegram.token"),
        ChannelName.WEB_CHAT: PulledChannel(),
        ChannelName.TERMINAL: PulledChannel(),
    }


def _smarthost(settings: Settings) -> Smarthost:
    given = settings.smarthost
    if given is None:
        raise ValueError("no smarthost is set")
    return Smarthost(
        host=given.host,
        port=given.port,
        tls=given.tls,
        user=given.user,
        password=given.password.get_secret_value(),
        answer_seconds=given.timeout,
        our_name=settings.smtp.hostname,
    )
