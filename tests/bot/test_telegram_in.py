"""What an update says to us."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram_in import FileToFetch, Heard, Ignored, clean_name, clean_text, understand
from tests.telegram_peer import BotApiPeer
from tests.telegram_peer.peer import Citizen

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture
def citizen() -> Citizen:
    """A person whose updates are made as the Bot API makes them; no server runs."""
    return BotApiPeer().citizen(5001, name="Test Citizen", language="zh-hans")


def hear(update: dict[str, Any]) -> Heard:
    """The message in an update."""
    heard = understand(Update.de_json(update, None), received_at=NOW)
    assert isinstance(heard, Heard), heard
    return heard


def why_ignored(update: dict[str, Any]) -> str:
    """The reason why an update is no message."""
    ignored = understand(Update.de_json(update, None), received_at=NOW)
    assert isinstance(ignored, Ignored), ignored
    return ignored.reason


def test_a_text_keeps_its_words_its_sender_and_an_id_that_a_repeat_shares(citizen: Citizen) -> None:
    update = citizen.says("办护照要多少钱")
    message = hear(update).message
    assert message == hear(update).message
    assert message.text == "办护照要多少钱"
    assert message.sender.value == "5001"
    assert message.sender_name == "Test Citizen"
    assert message.external_id == f"5001:{update['message']['message_id']}"
    assert message.received_at == NOW
    assert message.language is None, "words say more of a citizen's language than the language of their telephone"


@pytest.mark.parametrize(
    ("said", "text"),
    [("/start", "/start"), ("/help@desk_bot", "/help"), ("/start@desk_bot from-poster", "/start from-poster")],
)
def test_a_command_is_a_text_without_the_bots_name_and_tells_the_language(
    citizen: Citizen, said: str, text: str
) -> None:
    message = hear(citizen.says(said)).message
    assert message.text == text
    assert message.language == "zh"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"location": {"latitude": 22.271, "longitude": 113.577}}, "geo:22.271,113.577"),
        (
            {
                "venue": {
                    "location": {"latitude": 22.271, "longitude": 113.577},
                    "title": "North Gate",
                    "address": "1 Example Road",
                },
                "location": {"latitude": 22.271, "longitude": 113.577},
            },
            "North Gate, 1 Example Road geo:22.271,113.577",
        ),
        ({"contact": {"phone_number": "+8613800000000", "first_name": "Aunt"}}, "Aunt tel:+8613800000000"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "🎲"),
        ({"something_from_the_future": {"a": 1}}, ""),
    ],
    ids=["place", "venue", "contact", "die", "unknown"],
)
def test_what_has_no_words_becomes_words_of_no_language(citizen: Citizen, body: dict[str, Any], text: str) -> None:
    heard = hear(citizen.sends(**body))
    assert heard.message.text == text
    assert heard.files == ()


def test_a_photo_is_fetched_in_its_largest_size_and_keeps_its_caption(citizen: Citizen) -> None:
    update = citizen.sends_photo(b"0123456789", caption="路灯坏了", album="album-1")
    heard = hear(update)
    largest = update["message"]["photo"][-1]
    number = update["message"]["message_id"]
    assert heard.message.text == "路灯坏了"
    assert heard.files == (FileToFetch(largest["file_id"], f"photo-{number}.jpg", 10),)


def test_each_photo_of_an_album_is_a_message_of_its_own(citizen: Citizen) -> None:
    heard = [hear(citizen.sends_photo(b"x", album="album-1")) for _ in range(3)]
    assert len({one.message.external_id for one in heard}) == 3
    assert len({one.message.sender for one in heard}) == 1


@pytest.mark.parametrize(
    ("kind", "body", "ending"),
    [
        ("voice", {"duration": 3}, ".ogg"),
        ("video_note", {"duration": 3, "length": 240}, ".mp4"),
        ("video", {"duration": 3, "width": 1, "height": 1, "mime_type": "video/mp4"}, ".mp4"),
        ("audio", {"duration": 3, "mime_type": "audio/mpeg"}, ".mp3"),
    ],
)
def test_a_recording_is_a_file_without_words(citizen: Citizen, kind: str, body: dict[str, Any], ending: str) -> None:
    file = {"file_id": "id-1", "file_unique_id": "u-1", "file_size": 7}
    heard = hear(citizen.sends(**{kind: file | body}))
    assert heard.message.text == ""
    assert [(found.file_id, found.size) for found in heard.files] == [("id-1", 7)]
    assert heard.files[0].name.endswith(ending)


def test_an_animation_is_one_file_although_telegram_names_it_twice(citizen: Citizen) -> None:
    file = {"file_id": "id-1", "file_unique_id": "u-1", "file_name": "wave.mp4"}
    animation = file | {"duration": 1, "width": 1, "height": 1}
    assert [found.name for found in hear(citizen.sends(animation=animation, document=file)).files] == ["wave.mp4"]


def test_an_edit_names_its_original_and_two_edits_in_one_second_are_two(citizen: Citizen) -> None:
    first = citizen.says("我要投诉")
    edits = [hear(citizen.edits(first, text)).message for text in ("我要表扬", "我要建议")]
    original = hear(first).message.external_id
    assert [edit.edit_of for edit in edits] == [original, original]
    assert [edit.text for edit in edits] == ["我要表扬", "我要建议"]
    assert len({original, *(edit.external_id for edit in edits)}) == 3


def test_a_pressed_button_says_its_label_and_carries_its_value(citizen: Citizen) -> None:
    keyboard = {"inline_keyboard": [[{"text": "护照", "callback_data": "passport-first"}]]}
    question = citizen.sends(text="Which?")["message"] | {"reply_markup": keyboard}
    press = {"id": "900", "from": citizen.person, "message": question, "chat_instance": "i", "data": "passport-first"}
    heard = hear({"update_id": 1, "callback_query": press})
    assert (heard.message.text, heard.message.choice) == ("护照", "passport-first")
    assert heard.message.external_id == "5001:press:900"
    assert heard.callback_id == "900"


def test_a_button_whose_message_is_out_of_reach_still_carries_its_value(citizen: Citizen) -> None:
    gone = {"message_id": 1, "chat": citizen.exchange.chats[5001], "date": 0}
    press = {"id": "901", "from": citizen.person, "message": gone, "chat_instance": "i", "data": "passport-first"}
    heard = hear({"update_id": 1, "callback_query": press})
    assert (heard.message.text, heard.message.choice) == ("passport-first", "passport-first")


def test_groups_bots_service_notes_and_moving_places_are_not_messages(citizen: Citizen) -> None:
    spoken = citizen.says("hello")
    group = {"id": -77, "type": "group", "title": "G"}
    place = {"latitude": 1.0, "longitude": 2.0, "live_period": 900}
    moving = citizen.sends(location=place)["message"] | {"edit_date": 1_800_000_000}
    assert why_ignored({"update_id": 1, "message": spoken["message"] | {"chat": group}}) == "group"
    assert why_ignored({"update_id": 1, "message": spoken["message"] | {"from": citizen.exchange.bot}}) == "bot"
    assert why_ignored(citizen.sends(message_auto_delete_timer_changed={"message_auto_delete_time": 60})) == "service"
    assert why_ignored({"update_id": 1, "edited_message": moving}) == "live_location"
    assert why_ignored({"update_id": 1}) == "kind"


def test_text_that_a_database_would_refuse_is_mended() -> None:
    assert clean_text("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert clean_text("😀 ok ") == "😀 ok"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\papers\\id.pdf", "id.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("..", "file"),
        ("身份证.jpg", "身份证.jpg"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean
