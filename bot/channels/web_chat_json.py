"""What a client is told of replies and messages, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.web_chat_turn import TurnTaken
from casework.message import Attachment, Direction, Message, Reply

HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_Json = dict[str, Any]


def compose_turn(taken: TurnTaken) -> bytes:
    """The answer to a message: its own id once it is part of the correspondence, and the replies."""
    members = {
        "message": taken.message or None,
        "replies": [compose_reply(reply_id, reply) for reply_id, reply in taken.replies],
    }
    return encode(members)


def compose_history(messages: Sequence[Message], *, more: bool) -> bytes:
    """Messages that the citizen may see, in order."""
    return encode({"messages": [compose_message(message) for message in messages], "more": more})


def compose_message(message: Message) -> _Json:
    """One message of the thread: who wrote it, when, and what it holds."""
    return {
        "id": message_id(message),
        "number": message.number,
        "author": message.author.value,
        "text": message.text,
        "at": message.created_at.isoformat(timespec="seconds"),
        "choices": list(_listed(message.reply, "choices")),
        "thumbs": list(_listed(message.reply, "thumbs")),
        "sources": list(_listed(message.reply, "sources")),
        "case": message.reply.get("case"),
        "attachments": [_attachment(one) for one in message.attachments],
    }


def message_id(message: Message) -> str:
    """What tells a message from every other, as the desk spells it for its replies."""
    return f"{message.thread_id}-{message.number}"


def compose_event(message: Message) -> bytes:
    """The message as one server-sent event, whose id is its number within the thread."""
    return b"id: %d\nevent: message\ndata: %s\n\n" % (message.number, encode(compose_message(message)))


def is_for_citizen(message: Message) -> bool:
    """Whether the citizen may read it; notes are for staff, wherever they lie."""
    return message.direction is not Direction.NOTE


def encode(members: Mapping[str, object]) -> bytes:
    """JSON in UTF-8, without line breaks."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def compose_reply(reply_id: str, reply: Reply) -> _Json:
    """A reply as the web chat and the terminal show it: id, text, choices, thumbs, sources, case."""
    return {
        "id": reply_id,
        "text": reply.text,
        "choices": [{"value": choice.value, "label": choice.label} for choice in reply.choices],
        "thumbs": [{"value": thumb.value, "label": thumb.label} for thumb in reply.thumbs],
        "sources": [
            {
                "procedure": source.procedure,
                "title": source.title,
                "version": source.version,
                "basis": list(source.basis),
            }
            for source in reply.sources
        ],
        "case": reply.case,
    }


def _listed(reply: Mapping[str, object], name: str) -> Sequence[object]:
    value = reply.get(name)
    return value if isinstance(value, list | tuple) else ()


def _attachment(attachment: Attachment) -> _Json:
    return {
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }
