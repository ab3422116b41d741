"""Replies go out over Telegram, and every way in which that can end is told to the outbox."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.telegram import TelegramAccess, TelegramChannel
from casework.errors import CaseworkNotFound, CaseworkUnavailable
from casework.message import Attachment, Choice, Reply
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxId, OutboxKind
from casework.party import Address, ChannelName
from casework.ports import Channel
from tests.telegram_peer import BotApiPeer, Fault

CHAT = 5001
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


class Shelf:
    """A blob store on a shelf."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.closed = False

    def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return digest

    def get(self, sha256: str) -> bytes:
        if self.closed:
            raise CaseworkUnavailable
        if sha256 not in self.blobs:
            raise CaseworkNotFound
        return self.blobs[sha256]

    def delete(self, sha256: str, *, unless_kept_since: datetime) -> bool:
        return self.blobs.pop(sha256, None) is not None


@pytest.fixture
def peer() -> Iterator[BotApiPeer]:
    with BotApiPeer() as running:
        running.citizen(CHAT)
        yield running


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def channel(peer: BotApiPeer, shelf: Shelf) -> Iterator[TelegramChannel]:
    opened = TelegramChannel(TelegramAccess(peer.token, peer.base_url), shelf, within=timedelta(seconds=5))
    yield opened
    opened.close()


def an_entry(reply: Reply, *, to: str = str(CHAT), key: str = "key-1") -> OutboxEntry:
    return OutboxEntry(
        OutboxId(1), OutboxKind.REPLY, Address(ChannelName.TELEGRAM, to), reply, "zh", key, created_at=NOW
    )


def a_file(shelf: Shelf, name: str, data: bytes) -> Attachment:
    return Attachment(name, "application/pdf", len(data), shelf.put(data))


def test_it_is_a_channel(channel: TelegramChannel) -> None:
    fits: Channel = channel
    assert fits is channel


def test_a_reply_arrives_with_its_buttons_and_its_files(
    peer: BotApiPeer, channel: TelegramChannel, shelf: Shelf
) -> None:
    form = a_file(shelf, "申请表.pdf", b"%PDF-1.4 form")
    reply = Reply(
        "您要办什么？", choices=(Choice("passport-first", "护照"), Choice("id-lost", "身份证")), attachments=(form,)
    )
    result = channel.deliver(an_entry(reply))
    text, file = peer.sent(CHAT)
    assert text.text == "您要办什么？"
    assert text.buttons == (("护照", "passport-first"), ("身份证", "id-lost"))
    assert (file.method, file.file_name, file.file_bytes) == ("sendDocument", "申请表.pdf", b"%PDF-1.4 form")
    assert result == DeliveryResult(DeliveryOutcome.DELIVERED, external_id=f"{CHAT}:{file.message_id}")


def test_words_are_sent_as_they_are(peer: BotApiPeer, channel: TelegramChannel) -> None:
    words = "*not bold* <b>nor this</b> _ [x](y) https://example.org"
    channel.deliver(an_entry(Reply(words)))
    assert peer.sent()[0].text == words
    assert "parse_mode" not in peer.calls("sendMessage")[0]


def test_a_long_text_arrives_whole_in_several_messages(peer: BotApiPeer, channel: TelegramChannel) -> None:
    paragraphs = [character * 3000 for character in "甲乙丙"]
    result = channel.deliver(an_entry(Reply("\n\n".join(paragraphs), choices=(Choice("yes", "是"),))))
    assert [sent.text for sent in peer.sent()] == paragraphs
    assert [len(sent.buttons) for sent in peer.sent()] == [0, 0, 1]
    assert result.outcome is DeliveryOutcome.DELIVERED


@pytest.mark.parametrize(
    ("fault", "outcome", "dead", "retry_after", "arrived"),
    [
        (Fault.too_many(30), "temporary", False, timedelta(seconds=30), 0),
        (Fault.refused(500, "Internal Server Error"), "temporary", False, None, 0),
        (Fault.refused(502, "Bad Gateway"), "unknown", False, None, 0),
        (Fault(504, "Gateway Timeout", takes_effect=True), "unknown", False, None, 1),
        (Fault(drop="before"), "unknown", False, None, 0),
        (Fault(drop="after"), "unknown", False, None, 1),
        (Fault.refused(403, "Forbidden: bot was blocked by the user"), "permanent", True, None, 0),
        (Fault.refused(403, "Forbidden: user is deactivated"), "permanent", True, None, 0),
        (Fault.refused(400, "Bad Request: chat not found"), "permanent", True, None, 0),
        (Fault.refused(400, "Bad Request: PEER_ID_INVALID"), "permanent", True, None, 0),
        (Fault.refused(400, "Bad Request: BUTTON_DATA_INVALID"), "permanent", False, None, 0),
        (Fault.refused(401, "Unauthorized"), "temporary", False, timedelta(minutes=10), 0),
    ],
    ids=lambda value: value.description or value.drop if isinstance(value, Fault) else None,
)
def test_each_failure_says_whether_and_when_to_try_again(
    peer: BotApiPeer,
    channel: TelegramChannel,
    fault: Fault,
    outcome: str,
    dead: bool,
    retry_after: timedelta | None,
    arrived: int,
) -> None:
    peer.fail("sendMessage", fault)
    result = channel.deliver(an_entry(Reply("hello")))
    assert (result.outcome, result.address_is_dead, result.retry_after) == (outcome, dead, retry_after)
    assert len(peer.sent()) == arrived
    assert result.detail
    assert str(CHAT) not in result.detail
    assert peer.token not in result.detail
    assert channel.deliver(an_entry(Reply("hello"))).outcome is DeliveryOutcome.DELIVERED


def test_a_server_that_is_not_there_has_surely_received_nothing(peer: BotApiPeer, channel: TelegramChannel) -> None:
    peer.stop()
    assert channel.deliver(an_entry(Reply("hello"))).outcome is DeliveryOutcome.TEMPORARY
    peer.start()
    assert channel.deliver(an_entry(Reply("hello"))).outcome is DeliveryOutcome.DELIVERED


def test_a_server_that_hangs_is_left_in_time_and_may_have_received_it(peer: BotApiPeer, shelf: Shelf) -> None:
    channel = TelegramChannel(TelegramAccess(peer.token, peer.base_url), shelf, within=timedelta(seconds=0.3))
    peer.fail("sendMessage", Fault(hang_for=1))
    result = channel.deliver(an_entry(Reply("hello")))
    channel.close()
    assert result.outcome is DeliveryOutcome.UNKNOWN


def test_a_reply_that_broke_off_goes_on_where_it_stopped_and_is_counted(
    peer: BotApiPeer, channel: TelegramChannel
) -> None:
    entry = an_entry(Reply(f"{'甲' * 3000}\n\n{'乙' * 3000}"))
    peer.fail("sendMessage", Fault())
    peer.fail("sendMessage", Fault.too_many(3))
    broken = channel.deliver(entry)
    assert (broken.outcome, broken.retry_after) == (DeliveryOutcome.UNKNOWN, timedelta(seconds=3))
    assert channel.deliver(entry).outcome is DeliveryOutcome.DELIVERED
    assert [sent.text[0] for sent in peer.sent()] == ["甲", "乙"]


def test_a_chat_that_moved_is_followed_from_then_on(peer: BotApiPeer, channel: TelegramChannel) -> None:
    peer.exchange.chats[-100123] = {"id": -100123, "type": "supergroup", "title": "moved"}
    peer.fail("sendMessage", Fault.migrated(-100123))
    results = [channel.deliver(an_entry(Reply(text), key=text)) for text in ("first", "second")]
    assert [result.outcome for result in results] == [DeliveryOutcome.DELIVERED] * 2
    assert [sent.chat_id for sent in peer.sent()] == [-100123, -100123]
    assert len(peer.calls("sendMessage")) == 3


def test_an_attachment_that_is_gone_or_out_of_reach(peer: BotApiPeer, channel: TelegramChannel, shelf: Shelf) -> None:
    form = a_file(shelf, "form.pdf", b"form")
    gone = Attachment("gone.pdf", "application/pdf", 1, "0" * 64)
    assert channel.deliver(an_entry(Reply("", attachments=(gone,)))).outcome is DeliveryOutcome.PERMANENT
    shelf.closed = True
    assert channel.deliver(an_entry(Reply("", attachments=(form,)))).outcome is DeliveryOutcome.TEMPORARY
    shelf.closed = False
    assert channel.deliver(an_entry(Reply("", attachments=(form,)))).outcome is DeliveryOutcome.DELIVERED
    assert [sent.file_name for sent in peer.sent()] == ["form.pdf"]


@pytest.mark.parametrize(
    ("reply", "to"), [(Reply(" "), str(CHAT)), (Reply("hello"), "somebody")], ids=["empty", "no chat id"]
)
def test_what_can_never_be_sent_fails_at_once(
    peer: BotApiPeer, channel: TelegramChannel, reply: Reply, to: str
) -> None:
    assert channel.deliver(an_entry(reply, to=to)).outcome is DeliveryOutcome.PERMANENT
    assert peer.calls("sendMessage") == []


def test_many_workers_share_one_line_and_its_connections(peer: BotApiPeer, channel: TelegramChannel) -> None:
    with ThreadPoolExecutor(8) as workers:
        entries = [an_entry(Reply(f"reply {number}"), key=f"key-{number}") for number in range(24)]
        results = list(workers.map(channel.deliver, entries))
    assert {result.outcome for result in results} == {DeliveryOutcome.DELIVERED}
    assert sorted(sent.text for sent in peer.sent()) == sorted(entry.reply.text for entry in entries)
    assert [thread.name for thread in threading.enumerate()].count("telegram-line") == 1


def test_a_closed_channel_leaves_no_thread_and_opens_again(peer: BotApiPeer, channel: TelegramChannel) -> None:
    channel.deliver(an_entry(Reply("one")))
    channel.close()
    assert "telegram-line" not in [thread.name for thread in threading.enumerate()]
    assert channel.deliver(an_entry(Reply("two"))).outcome is DeliveryOutcome.DELIVERED
    assert [sent.text for sent in peer.sent()] == ["one", "two"]
