"""python-telegram-bot itself is the judge of our Bot API server.

With BOT_API_BASE_URL, BOT_API_TOKEN and BOT_API_CHAT_ID (a person who started that bot) the tests of shapes
run against another server; those that need a citizen's hand or a fault always run against ours.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.channels.telegram_access import TelegramAccess, connect
from tests.telegram_peer import BotApiPeer, Fault

T = TypeVar("T")


@pytest.fixture
def peer() -> Iterator[BotApiPeer]:
    """Our own server."""
    with BotApiPeer() as running:
        yield running


@pytest.fixture
def judged() -> Iterator[tuple[TelegramAccess, int]]:
    """The server whose shapes are judged, and a chat on it."""
    if other := os.environ.get("BOT_API_BASE_URL"):
        yield TelegramAccess(os.environ["BOT_API_TOKEN"], other), int(os.environ["BOT_API_CHAT_ID"])
        return
    with BotApiPeer() as running:
        yield TelegramAccess(running.token, running.base_url), running.citizen().chat_id


def ask(access: TelegramAccess, question: Callable[[Bot], Awaitable[T]]) -> T:
    """Put one question to a server through python-telegram-bot."""

    async def put() -> T:
        async with connect(access) as bot:
            return await question(bot)

    return asyncio.run(put())


def access_to(peer: BotApiPeer) -> TelegramAccess:
    """What opens our own server."""
    return TelegramAccess(peer.token, peer.base_url)


def test_the_bot_introduces_itself(judged: tuple[TelegramAccess, int]) -> None:
    me = ask(judged[0], lambda bot: bot.get_me())
    assert me.is_bot
    assert str(me.id) == judged[0].token.partition(":")[0]


def test_a_message_with_buttons_comes_back_as_it_was_sent(judged: tuple[TelegramAccess, int]) -> None:
    access, chat_id = judged
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("护照", callback_data="passport-first")]])
    message = ask(access, lambda bot: bot.send_message(chat_id, "您要办什么？", reply_markup=keyboard))
    assert message.text == "您要办什么？"
    assert message.chat.id == chat_id
    assert message.reply_markup == keyboard
    assert message.date.tzinfo is not None


def test_a_document_and_a_photo_can_be_fetched_again(judged: tuple[TelegramAccess, int]) -> None:
    access, chat_id = judged
    content = b"%PDF-1.4 form"

    async def send_and_fetch(bot: Bot) -> bytes:
        message = await bot.send_document(chat_id, content, filename="form.pdf", caption="form")
        assert message.document is not None
        assert (message.document.file_name, message.caption) == ("form.pdf", "form")
        file = await bot.get_file(message.document.file_id)
        return bytes(await file.download_as_bytearray())

    assert ask(access, send_and_fetch) == content


def test_a_text_can_be_changed_after_it_was_sent(judged: tuple[TelegramAccess, int]) -> None:
    access, chat_id = judged

    async def send_and_edit(bot: Bot) -> object:
        message = await bot.send_message(chat_id, "first")
        return await bot.edit_message_text("second", chat_id, message.message_id)

    edited = ask(access, send_and_edit)
    assert getattr(edited, "text", None) == "second"


@pytest.mark.parametrize(
    ("text", "words"), [("", "text is empty"), ("字" * 4097, "too long")], ids=["empty", "longer than 4096"]
)
def test_a_text_out_of_bounds_is_refused(judged: tuple[TelegramAccess, int], text: str, words: str) -> None:
    access, chat_id = judged
    with pytest.raises(BadRequest, match=words):
        ask(access, lambda bot: bot.send_message(chat_id, text))


def test_a_wrong_token_and_an_unknown_chat_are_refused(judged: tuple[TelegramAccess, int]) -> None:
    access, _ = judged
    with pytest.raises(InvalidToken):
        ask(TelegramAccess("1:wrong", access.base_url), lambda bot: bot.get_me())
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        ask(access, lambda bot: bot.send_message(1, "hello"))


def test_updates_stay_until_a_higher_offset_confirms_them(peer: BotApiPeer) -> None:
    citizen = peer.citizen()
    first, second = citizen.says("一"), citizen.says("二")

    async def poll(bot: Bot) -> list[list[int]]:
        offsets = (None, None, second["update_id"], second["update_id"] + 1)
        return [[u.update_id for u in await bot.get_updates(offset, timeout=0)] for offset in offsets]

    both = [first["update_id"], second["update_id"]]
    assert ask(access_to(peer), poll) == [both, both, both[1:], []]


def test_at_most_limit_updates_come_at_once(peer: BotApiPeer) -> None:
    citizen = peer.citizen()
    for word in "abc":
        citizen.says(word)
    updates = ask(access_to(peer), lambda bot: bot.get_updates(limit=2))
    assert [update.effective_message.text for update in updates if update.effective_message] == ["a", "b"]


def test_a_long_poll_ends_as_soon_as_a_citizen_writes(peer: BotApiPeer) -> None:
    async def poll_and_write(bot: Bot) -> tuple[Update, ...]:
        waiting = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.to_thread(peer.wait_for_calls, "getUpdates", 1)
        peer.citizen().says("醒来")
        return await asyncio.wait_for(waiting, 5)

    updates = ask(access_to(peer), poll_and_write)
    assert [update.effective_message.text for update in updates if update.effective_message] == ["醒来"]


def test_a_second_poller_ends_the_first_with_a_conflict(peer: BotApiPeer) -> None:
    async def poll_twice(bot: Bot) -> None:
        waiting = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.to_thread(peer.wait_for_calls, "getUpdates", 1)
        async with connect(access_to(peer)) as other:
            await other.get_updates(timeout=0)
        await waiting

    with pytest.raises(Conflict):
        ask(access_to(peer), poll_twice)


def test_everything_a_citizen_does_has_the_shape_that_the_library_expects(peer: BotApiPeer) -> None:
    citizen = peer.citizen(language="en")
    question = citizen.says("/start")
    citizen.sends_document("id.pdf", b"%PDF-1.4", caption="my id", content_type="application/pdf")
    citizen.sends_photo(b"\xff\xd8\xff large", album="album-1")
    citizen.sends(location={"latitude": 22.27, "longitude": 113.57})
    citizen.edits(question, "/help")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Passport", callback_data="passport")]])

    async def press(bot: Bot) -> tuple[Update, ...]:
        await bot.send_message(citizen.chat_id, "Which?", reply_markup=keyboard)
        citizen.presses(peer.sent()[0], "Passport")
        updates = await bot.get_updates()
        query = updates[-1].callback_query
        assert query is not None
        await bot.answer_callback_query(query.id)
        return updates

    command, document, photo, place, edit, pressed = ask(access_to(peer), press)
    assert command.message is not None
    assert command.message.entities[0].type == "bot_command"
    assert document.message is not None
    assert document.message.document is not None
    assert photo.message is not None
    assert photo.message.photo[-1].file_size == len(b"\xff\xd8\xff large")
    assert place.message is not None
    assert place.message.location is not None
    assert edit.edited_message is not None
    assert edit.edited_message.message_id == command.message.message_id
    assert pressed.callback_query is not None
    assert pressed.callback_query.data == "passport"


def test_trouble_arrives_as_the_library_knows_it(peer: BotApiPeer) -> None:
    citizen = peer.citizen()
    peer.fail("sendMessage", Fault.too_many(7))
    peer.fail("sendMessage", Fault.refused(500, "Internal Server Error"))
    peer.fail("sendMessage", Fault.migrated(-100123))
    peer.fail("sendMessage", Fault(drop="before"))
    peer.fail("sendMessage", Fault(drop="after"))
    peer.fail("sendMessage", Fault(hang_for=1.2))

    async def try_each(bot: Bot) -> list[Exception]:
        found: list[Exception] = []
        for _ in range(6):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - what it is, is what the test collects
                await bot.send_message(citizen.chat_id, "x", read_timeout=1)
            found.append(caught.value)
        return found

    found = ask(access_to(peer), try_each)
    assert [type(error).__name__ for error in found] == [
        *("RetryAfter", "NetworkError", "ChatMigrated", "NetworkError", "NetworkError", "TimedOut")
    ]
    assert isinstance(found[0], RetryAfter)
    assert found[0].retry_after == timedelta(seconds=7)
    assert isinstance(found[3], NetworkError)
    assert isinstance(found[5], TimedOut)
    peer.wait_for_sent(2)
    assert len(peer.sent()) == 2, "the drop after the call and the late call took effect, the others did not"


def test_a_citizen_who_blocked_the_bot_gets_nothing(peer: BotApiPeer) -> None:
    citizen = peer.citizen()
    citizen.blocks()
    with pytest.raises(Forbidden, match="blocked by the user"):
        ask(access_to(peer), lambda bot: bot.send_message(citizen.chat_id, "hello"))
    assert peer.sent() == []


def test_a_webhook_excludes_polling_and_is_reported(peer: BotApiPeer) -> None:
    async def set_and_poll(bot: Bot) -> str:
        await bot.set_webhook("http://127.0.0.1:1/hook", secret_token="s" * 20)
        with pytest.raises(Conflict):
            await bot.get_updates()
        info = await bot.get_webhook_info()
        await bot.delete_webhook()
        assert await bot.get_updates() == ()
        return info.url

    assert ask(access_to(peer), set_and_poll) == "http://127.0.0.1:1/hook"


def test_parameters_may_come_as_json_as_form_and_in_the_address(peer: BotApiPeer) -> None:
    citizen = peer.citizen()
    url = f"{peer.base_url}/bot{peer.token}/sendMessage"
    wanted: dict[str, str | int] = {"chat_id": citizen.chat_id, "text": "hello"}
    with httpx.Client(trust_env=False) as client:
        answers = [client.post(url, json=wanted), client.post(url, data=wanted), client.get(url, params=wanted)]
        unknown = client.get(f"{peer.base_url}/bot{peer.token}/flyToTheMoon")
    assert [answer.json()["ok"] for answer in answers] == [True, True, True]
    assert unknown.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


def test_a_stopped_server_refuses_and_remembers(peer: BotApiPeer) -> None:
    citizen = peer.citizen()
    citizen.says("before")
    peer.stop()
    with pytest.raises(NetworkError):
        ask(access_to(peer), lambda bot: bot.get_me())
    peer.start()
    assert len(ask(access_to(peer), lambda bot: bot.get_updates())) == 1
