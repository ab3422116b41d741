"""Translates what python-telegram-bot parsed into our own words. Pure: nothing is fetched, saved or answered here.

What has no words of its own becomes words that are the same in every language: a place is a `geo:` address
(RFC 5870), a contact a `tel:` address (RFC 3966), a sticker or die its emoji. Voice, audio and video are files.
Whatever else a citizen sends is a message without text, which the assistant answers by asking for words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from telegram import CallbackQuery, Contact, Location, Message, Update, User
from telegram.constants import ChatType

from casework.message import InboundMessage
from casework.party import Address, ChannelName, Language

_COMMAND = re.compile(r"^(/\w+)@\w+")
_UNSAFE_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NAME_LIMIT = 120
_SERVICE_FIELDS = (
    *("pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set"),
    *("connected_website", "proximity_alert_triggered", "users_shared", "chat_shared", "web_app_data"),
    *("successful_payment", "refunded_payment", "gift", "unique_gift", "boost_added", "giveaway_created"),
    *("new_chat_title", "new_chat_photo", "delete_chat_photo", "paid_message_price_changed"),
)
"""What Telegram itself writes into a private chat; none of it is a citizen's word."""


@dataclass(frozen=True, slots=True)
class FileToFetch:
    """A file that came with a message and still lies with Telegram."""

    file_id: str
    name: str
    size: int | None
    """In bytes, when Telegram says so."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A citizen's message, its files not yet fetched."""

    message: InboundMessage
    files: tuple[FileToFetch, ...] = ()
    callback_id: str | None = None
    """The press of a button that waits to be answered."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update that is no citizen's message."""

    reason: str


def understand(update: Update, *, received_at: datetime) -> Heard | Ignored:
    """What an update says to us; a repeat of it gets the same external id."""
    if update.callback_query is not None:
        return _understand_press(update.callback_query, received_at)
    message = update.message or update.edited_message
    if message is None:
        return Ignored("kind")
    reason = _why_not_a_citizens(message, edited=update.edited_message is not None)
    return Ignored(reason) if reason else _understand_message(message, update, received_at)


def address_of(chat_id: int) -> Address:
    """Where a private chat is reached."""
    return Address(ChannelName.TELEGRAM, str(chat_id))


def clean_text(text: str) -> str:
    """Text that every database keeps: no NUL, no half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd").strip()


def clean_name(name: str) -> str:
    """A file name without folders and control characters, at most 120 characters, its ending kept."""
    last = _UNSAFE_IN_NAMES.sub("", clean_text(name)).replace("\\", "/").rpartition("/")[2].strip(". ") or "file"
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: _NAME_LIMIT - len(ending) - 1]}{dot}{ending}" if dot and len(ending) <= 10 else last[:_NAME_LIMIT]


def _why_not_a_citizens(message: Message, *, edited: bool) -> str:
    if message.chat.type != ChatType.PRIVATE:
        return "group"
    if message.from_user is not None and message.from_user.is_bot:
        return "bot"
    if any(getattr(message, field, None) for field in _SERVICE_FIELDS):
        return "service"
    # A place that is shared live is edited every few seconds; its first message says where it began.
    return "live_location" if edited and message.location is not None else ""


def _understand_message(message: Message, update: Update, received_at: datetime) -> Heard:
    original = f"{message.chat.id}:{message.message_id}"
    text = _COMMAND.sub(r"\1", clean_text(_words(message)))
    edited_at = message.edit_date if update.edited_message is not None else None
    # Telegram gives edits whole seconds, and two can fall into one: the update's own number keeps both.
    external_id = f"{original}:{edited_at:%Y%m%dT%H%M%S}:{update.update_id}" if edited_at else original
    inbound = InboundMessage(
        sender=address_of(message.chat.id),
        external_id=external_id,
        text=text,
        received_at=received_at,
        sender_name=_name_of(message.from_user),
        edit_of=original if edited_at else None,
        language=_language_of(message.from_user) if not text or text.startswith("/") else None,
    )
    return Heard(inbound, tuple(_files(message)))


def _understand_press(query: CallbackQuery, received_at: datetime) -> Heard | Ignored:
    if query.message is None or query.data is None:
        return Ignored("inline")
    if query.message.chat.type != ChatType.PRIVATE:
        return Ignored("group")
    inbound = InboundMessage(
        sender=address_of(query.message.chat.id),
        external_id=f"{query.message.chat.id}:press:{query.id}",
        text=_label_of(query),
        received_at=received_at,
        sender_name=_name_of(query.from_user),
        choice=clean_text(query.data),
    )
    return Heard(inbound, callback_id=query.id)


def _label_of(query: CallbackQuery) -> str:
    keyboard = query.message.reply_markup if isinstance(query.message, Message) else None
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    # The message of an old button is out of reach; its value is then all that is known.
    return clean_text(next((b.text for b in buttons if b.callback_data == query.data), query.data or ""))


def _words(message: Message) -> str:
    emoji = message.sticker or message.dice
    return message.text or message.caption or _place(message) or _list(message) or (emoji and emoji.emoji) or ""


def _place(message: Message) -> str:
    if message.venue is not None:
        return f"{message.venue.title}, {message.venue.address} {_geo(message.venue.location)}"
    if message.contact is not None:
        return _tel(message.contact)
    return _geo(message.location) if message.location is not None else ""


def _list(message: Message) -> str:
    if message.poll is not None:
        return "\n".join([message.poll.question, *(f"- {option.text}" for option in message.poll.options)])
    if message.checklist is not None:
        return "\n".join([message.checklist.title, *(f"- {task.text}" for task in message.checklist.tasks)])
    return ""


def _geo(place: Location) -> str:
    return f"geo:{place.latitude},{place.longitude}"


def _tel(contact: Contact) -> str:
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return f"{name} tel:{contact.phone_number}"


def _files(message: Message) -> Iterator[FileToFetch]:
    number = message.message_id
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        yield FileToFetch(largest.file_id, f"photo-{number}.jpg", largest.file_size)
    named = message.document or message.audio or message.video or message.animation
    if named is not None:
        fallback = f"file-{number}{_ENDINGS.get(named.mime_type or '', '')}"
        yield FileToFetch(named.file_id, clean_name(named.file_name or fallback), named.file_size)
    if message.voice is not None:
        yield FileToFetch(message.voice.file_id, f"voice-{number}.ogg", message.voice.file_size)
    if message.video_note is not None:
        yield FileToFetch(message.video_note.file_id, f"video-{number}.mp4", message.video_note.file_size)


_ENDINGS: Mapping[str, str] = {
    "application/pdf": ".pdf",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
}


def _name_of(person: User | None) -> str | None:
    return clean_text(person.full_name) or None if person is not None else None


def _language_of(person: User | None) -> Language | None:
    if person is None or not person.language_code:
        return None
    return "zh" if person.language_code.lower().startswith("zh") else "en"
