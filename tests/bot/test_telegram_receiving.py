"""Updates come in by polling and by webhook: saved before they are confirmed, and none is lost or in the way."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from structlog.testing import capture_logs
from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter

from bot.channels.telegram import TelegramAccess, TelegramIntake, TelegramPolling, connect, webhook_router
from bot.channels.telegram_intake import FETCH_LIMIT, TRIES_AS_IT_IS
from bot.channels.telegram_polling import NotSaved, judge_trouble, pause_until
from bot.channels.telegram_webhook import register_webhook
from casework.errors import CaseworkUnavailable
from casework.message import Attachment, InboundMessage
from tests.telegram_peer import BotApiPeer, Fault

SECRET = "a-secret-of-this-test-alone"


class Desk:
    """Stands where the inbox is: keeps what it is given once, unless it is out of order."""

    def __init__(self, peer: BotApiPeer) -> None:
        self.peer = peer
        self.messages: list[InboundMessage] = []
        self.files: dict[str, bytes] = {}
        self.fails_on: Callable[[InboundMessage], bool] = lambda _: False
        self.tried: list[str] = []
        self.unconfirmed_at_save: list[list[int]] = []

    async def accept(self, message: InboundMessage) -> None:
        self.tried.append(message.text)
        await asyncio.sleep(0)
        if self.fails_on(message):
            raise CaseworkUnavailable
        self.unconfirmed_at_save.append(self.peer.exchange.unconfirmed())
        if message.external_id not in {known.external_id for known in self.messages}:
            self.messages.append(message)
        with self.peer.exchange.changed:
            self.peer.exchange.changed.notify_all()

    def keep_file(self, name: str, data: bytes) -> Attachment:
        digest = hashlib.sha256(data).hexdigest()
        self.files[digest] = data
        return Attachment(name, "application/octet-stream", len(data), digest)

    @property
    def tries(self) -> int:
        return len(self.tried)

    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def has(self, count: int) -> None:
        await asyncio.to_thread(
            self.peer.exchange.wait_until, lambda: len(self.messages) >= count, seconds=10, what=f"message {count}"
        )

    def bytes_of(self, attachment: Attachment) -> bytes:
        return self.files[attachment.sha256]


@pytest.fixture
def peer() -> Iterator[BotApiPeer]:
    with BotApiPeer() as running:
        yield running


@pytest.fixture
def desk(peer: BotApiPeer) -> Desk:
    return Desk(peer)


def access_to(peer: BotApiPeer) -> TelegramAccess:
    return TelegramAccess(peer.token, f"{peer.base_url}/")


def now() -> datetime:
    return datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


async def hurry(delay: timedelta, stop: asyncio.Event) -> None:
    """A pause as short as makes no difference to a test."""
    await pause_until(min(delay, timedelta(milliseconds=5)), stop)


@asynccontextmanager
async def polling(desk: Desk) -> AsyncIterator[TelegramPolling]:
    """A poller at work, stopped cleanly at the end."""
    stop = asyncio.Event()
    async with connect(access_to(desk.peer)) as bot:
        intake = TelegramIntake(bot, desk.accept, desk.keep_file, clock=now)
        poller = TelegramPolling(bot, intake, poll_for=timedelta(seconds=5), pause=hurry)
        running = asyncio.create_task(poller.run(stop))
        try:
            yield poller
        finally:
            stop.set()
            await asyncio.wait_for(running, 5)


def poll(desk: Desk, story: Callable[[], Awaitable[None]]) -> None:
    """Let the story happen while a poller runs."""

    async def both() -> None:
        async with polling(desk):
            await story()

    asyncio.run(both())


def test_what_a_citizen_says_is_saved_once_and_then_confirmed(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()
    update = citizen.says("办护照要多少钱")

    async def story() -> None:
        await desk.has(1)
        await asyncio.to_thread(peer.wait_until_confirmed)
        citizen.repeats(update)
        citizen.says("谢谢")
        await desk.has(2)

    poll(desk, story)
    assert desk.texts() == ["办护照要多少钱", "谢谢"]
    assert update["update_id"] in desk.unconfirmed_at_save[0], "confirmed before it was saved"


def test_a_pressed_button_is_answered_after_it_is_saved(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()

    async def story() -> None:
        async with connect(access_to(peer)) as bot:
            keyboard = {"inline_keyboard": [[{"text": "护照", "callback_data": "passport-first"}]]}
            await bot.do_api_request(
                "SendMessage", api_kwargs={"chat_id": citizen.chat_id, "text": "?", "reply_markup": keyboard}
            )
        desk.fails_on = lambda message: message.choice is not None and desk.tries < 3
        citizen.presses(peer.sent()[0], "护照")
        await desk.has(1)
        await asyncio.to_thread(peer.wait_for_calls, "answerCallbackQuery", 1)

    poll(desk, story)
    assert [message.choice for message in desk.messages] == ["passport-first"]
    assert len(peer.calls("answerCallbackQuery")) == 1


def test_trouble_with_answering_a_press_loses_nothing(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()
    press = {
        "id": "from-another-age",
        "from": citizen.person,
        "message": {"message_id": 1, "chat": peer.exchange.chats[citizen.chat_id], "date": 0},
        "chat_instance": "i",
        "data": "passport-first",
    }
    peer.exchange.add_update("callback_query", press)

    async def story() -> None:
        await desk.has(1)
        await asyncio.to_thread(peer.wait_until_confirmed)

    poll(desk, story)
    assert len(desk.messages) == 1


def test_files_are_kept_before_their_message_is_accepted(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()
    citizen.sends_document("申请.pdf", b"%PDF-1.4 form", caption="我的申请")
    citizen.sends_photo(b"large photo")
    poll(desk, lambda: desk.has(2))
    document, photo = (message.attachments[0] for message in desk.messages)
    assert (document.name, desk.bytes_of(document)) == ("申请.pdf", b"%PDF-1.4 form")
    assert desk.bytes_of(photo) == b"large photo"
    assert desk.texts() == ["我的申请", ""]


def test_a_download_that_breaks_is_tried_again(peer: BotApiPeer, desk: Desk) -> None:
    peer.fail("download", Fault(drop="before"), times=2)
    peer.fail("getFile", Fault.refused(502, "Bad Gateway"))
    peer.citizen().sends_document("id.pdf", b"whole")
    poll(desk, lambda: desk.has(1))
    assert desk.bytes_of(desk.messages[0].attachments[0]) == b"whole"


@pytest.mark.parametrize("known", [True, False], ids=["said beforehand", "found when fetching"])
def test_a_file_too_big_to_fetch_leaves_a_note_and_its_message(peer: BotApiPeer, desk: Desk, known: bool) -> None:
    peer.exchange.file_limit = 10
    update = peer.citizen().sends_document("film.mp4", b"x" * 11, caption="看看这个")
    update["message"]["document"].pop("file_size")
    if known:
        update["message"]["document"]["file_size"] = FETCH_LIMIT + 1
    poll(desk, lambda: desk.has(1))
    (attachment,) = desk.messages[0].attachments
    note = json.loads(desk.bytes_of(attachment))
    assert attachment.name == "film.mp4.not-received.json"
    assert (note["file_name"], note["not_received"]) == ("film.mp4", "too_big")
    assert desk.texts() == ["看看这个"]


def test_what_cannot_be_saved_is_not_confirmed_and_its_conversation_keeps_its_order(
    peer: BotApiPeer, desk: Desk
) -> None:
    troubled, other = peer.citizen(5001), peer.citizen(5002)
    stuck = troubled.says("一")
    troubled.says("二")
    other.says("other")
    broken = True
    desk.fails_on = lambda message: broken and message.text == "一"

    async def story() -> None:
        nonlocal broken
        await desk.has(1)
        await asyncio.to_thread(peer.wait_for_calls, "getUpdates", 2)
        assert desk.texts() == ["other"]
        assert peer.exchange.unconfirmed()[0] == stuck["update_id"]
        broken = False
        await desk.has(3)
        await asyncio.to_thread(peer.wait_until_confirmed)

    poll(desk, story)
    assert desk.texts() == ["other", "一", "二"]
    assert desk.tried.count("other") == 1, "what is saved is not taken again while it waits to be confirmed"


def test_a_message_that_never_can_be_saved_is_kept_whole_and_lets_the_others_by(peer: BotApiPeer, desk: Desk) -> None:
    poison = peer.citizen(5001).says("毒")
    peer.citizen(5001).says("后面")
    desk.fails_on = lambda message: message.text == "毒"

    async def story() -> None:
        await desk.has(2)
        await asyncio.to_thread(peer.wait_until_confirmed)

    with capture_logs() as logs:
        poll(desk, story)
    assert desk.texts() == ["", "后面"]
    assert json.loads(desk.bytes_of(desk.messages[0].attachments[0])) == poison
    assert desk.tries == TRIES_AS_IT_IS + 2
    assert "telegram.kept_whole" in [line["action"] for line in logs]
    assert "毒" not in repr(logs)


def test_an_update_that_cannot_be_read_is_kept_whole(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()
    citizen.sends(location={"latitude": "somewhere"})
    citizen.says("还在吗")
    poll(desk, lambda: desk.has(2))
    kept = json.loads(desk.bytes_of(desk.messages[0].attachments[0]))
    assert kept["message"]["location"] == {"latitude": "somewhere"}
    assert desk.texts() == ["", "还在吗"]


def test_a_group_is_not_answered_and_does_not_stay(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()
    citizen.sends(text="大家好", chat={"id": -9, "type": "group", "title": "G"})

    async def story() -> None:
        await asyncio.to_thread(peer.wait_until_confirmed)

    with capture_logs() as logs:
        poll(desk, story)
    assert desk.messages == []
    assert [line["reason"] for line in logs if line["action"] == "telegram.ignored"] == ["group"]


def test_polling_outlives_every_kind_of_trouble_and_a_restart_of_the_other_side(peer: BotApiPeer, desk: Desk) -> None:
    peer.fail("deleteWebhook", Fault.refused(401, "Unauthorized"))
    for fault in (
        Fault.too_many(1),
        Fault.refused(500, "Internal Server Error"),
        Fault.refused(409, "Conflict: terminated by other getUpdates request"),
        Fault(drop="before"),
        Fault(drop="after"),
    ):
        peer.fail("getUpdates", fault)

    async def story() -> None:
        peer.citizen().says("一")
        await desk.has(1)
        await asyncio.to_thread(peer.stop)
        peer.citizen().says("二")
        await asyncio.to_thread(peer.start)
        await desk.has(2)

    with capture_logs() as logs:
        poll(desk, story)
    said = [line["action"] for line in logs]
    expected = ["telegram.unauthorised", "telegram.slowed", "telegram.unreachable", "telegram.conflict"]
    assert said[:4] == expected
    assert "telegram.recovered" in said
    assert peer.token not in repr(logs)


def test_the_same_trouble_is_said_once(peer: BotApiPeer, desk: Desk) -> None:
    peer.fail("getUpdates", Fault.refused(500, "Internal Server Error"), times=6)

    async def story() -> None:
        await asyncio.to_thread(peer.wait_for_calls, "getUpdates", 7)

    with capture_logs() as logs:
        poll(desk, story)
    assert [line["action"] for line in logs].count("telegram.unreachable") == 1


def test_a_stop_finishes_what_is_being_saved(peer: BotApiPeer, desk: Desk) -> None:
    peer.citizen().says("最后一句")
    slow = threading.Event()

    class SlowDesk(Desk):
        async def accept(self, message: InboundMessage) -> None:
            slow.set()
            await asyncio.sleep(0.1)
            await super().accept(message)

    desk = SlowDesk(peer)

    async def story() -> None:
        assert await asyncio.to_thread(slow.wait, 5)

    poll(desk, story)
    assert desk.texts() == ["最后一句"]


@pytest.mark.parametrize(
    ("error", "action", "seconds"),
    [
        (RetryAfter(17), "telegram.slowed", [17, 17, 17]),
        (Conflict("terminated"), "telegram.conflict", [120, 120, 120]),
        (InvalidToken("Unauthorized"), "telegram.unauthorised", [120, 120, 120]),
        (NetworkError("down"), "telegram.unreachable", [1, 4, 60]),
        (NotSaved(), "telegram.not_saved", [1, 4, 10]),
    ],
)
def test_delays_grow_unless_the_other_side_or_a_person_sets_them(
    error: Exception, action: str, seconds: list[int]
) -> None:
    troubles = [judge_trouble(error, failures) for failures in (1, 3, 20)]
    assert [trouble.delay.total_seconds() for trouble in troubles] == seconds
    assert {trouble.action for trouble in troubles} == {action}


@asynccontextmanager
async def webhook(desk: Desk) -> AsyncIterator[tuple[Bot, str]]:
    """Our own web server with the webhook's route; yields the bot and the address of the route."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    async with connect(access_to(desk.peer)) as bot:
        app = FastAPI()
        intake = TelegramIntake(bot, desk.accept, desk.keep_file, clock=now)
        app.include_router(webhook_router(intake, secret=SECRET))
        server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield bot, f"http://127.0.0.1:{listener.getsockname()[1]}/telegram/webhook"
        finally:
            server.should_exit = True
            await serving


def with_webhook(desk: Desk, story: Callable[[Bot, str], Awaitable[None]]) -> None:
    """Let the story happen while our web server runs."""

    async def both() -> None:
        async with webhook(desk) as (bot, url):
            await story(bot, url)

    asyncio.run(both())


def test_a_webhook_saves_in_order_and_then_says_200(peer: BotApiPeer, desk: Desk) -> None:
    citizen = peer.citizen()
    first = citizen.says("一")

    async def story(bot: Bot, url: str) -> None:
        await register_webhook(bot, url, secret=SECRET)
        citizen.sends_document("二.pdf", b"two", caption="二")
        citizen.says("三")
        await desk.has(3)
        await asyncio.to_thread(peer.wait_until_confirmed)
        citizen.repeats(first)
        await asyncio.to_thread(peer.wait_until_confirmed)

    with_webhook(desk, story)
    assert desk.texts() == ["一", "二", "三"]
    assert first["update_id"] in desk.unconfirmed_at_save[0]


def test_a_webhook_that_cannot_save_says_503_and_the_update_comes_again(peer: BotApiPeer, desk: Desk) -> None:
    desk.fails_on = lambda _: desk.tries <= 2

    async def story(bot: Bot, url: str) -> None:
        await register_webhook(bot, url, secret=SECRET)
        peer.citizen().says("再试")
        await desk.has(1)
        await asyncio.to_thread(peer.wait_until_confirmed)

    with_webhook(desk, story)
    assert desk.texts() == ["再试"]
    assert desk.tries == 3


def test_a_large_file_does_not_fall_behind_the_words_that_followed_it(peer: BotApiPeer, desk: Desk) -> None:
    peer.fail("getFile", Fault(hang_for=0.2))
    citizen = peer.citizen()
    updates = [citizen.sends_document("a.pdf", b"a", caption="先"), citizen.says("后")]

    async def story(_bot: Bot, url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            first = asyncio.create_task(client.post(url, json=updates[0], headers=headers))
            await asyncio.to_thread(peer.wait_for_calls, "getFile", 1)
            await asyncio.gather(first, client.post(url, json=updates[1], headers=headers))

    with_webhook(desk, story)
    assert desk.texts() == ["先", "后"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"update_id": 1}', {}, 401),
        (b'{"update_id": 1}', {"X-Telegram-Bot-Api-Secret-Token": "guess"}, 401),
        (b"not json", {"X-Telegram-Bot-Api-Secret-Token": SECRET}, 400),
        (b"[]", {"X-Telegram-Bot-Api-Secret-Token": SECRET}, 400),
        (b" " * 1_000_001, {"X-Telegram-Bot-Api-Secret-Token": SECRET}, 400),
        (b'{"update_id": 1}', {"X-Telegram-Bot-Api-Secret-Token": SECRET}, 200),
    ],
    ids=["no secret", "wrong secret", "no JSON", "no update", "oversize", "an update that is no message"],
)
def test_a_webhook_listens_only_to_telegram(desk: Desk, body: bytes, headers: dict[str, str], status: int) -> None:
    answers: list[int] = []

    async def story(_bot: Bot, url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            answers.append((await client.post(url, content=body, headers=headers)).status_code)

    with_webhook(desk, story)
    assert answers == [status]
    assert desk.messages == []


def test_a_secret_that_could_be_guessed_is_refused(desk: Desk) -> None:
    async def build() -> None:
        async with connect(access_to(desk.peer)) as bot:
            intake = TelegramIntake(bot, desk.accept, desk.keep_file, clock=now)
            with pytest.raises(ValueError, match="16 to 256"):
                webhook_router(intake, secret="short")

    asyncio.run(build())


def test_the_token_never_prints() -> None:
    access = TelegramAccess("4242:very-secret")
    assert "very-secret" not in repr(access)
    with pytest.raises(ValueError, match="BotFather"):
        TelegramAccess("no token at all")
