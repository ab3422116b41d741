"""Chatting at a terminal: the whole desk over a store of its own, one line a turn."""

from __future__ import annotations

import json
import uuid
from typing import TextIO

from bot.channels.web_chat_json import compose_reply
from casework.message import InboundMessage
from casework.party import Address, ChannelName
from runtime.house import build_house, now
from runtime.settings import Settings
from runtime.turns import TurnTaken

ADDRESS = Address(ChannelName.TERMINAL, "terminal")
"""One terminal is one conversation."""


def converse(settings: Settings, source: TextIO, sink: TextIO, *, as_json: bool) -> None:
    """Answer every line of `source` on `sink` until it ends."""
    house = build_house(settings, works=False)
    session = uuid.uuid4().hex
    try:
        for number, line in enumerate(source, 1):
            words = line.rstrip("\r\n")
            message = InboundMessage(ADDRESS, f"{session}-{number}", words, now())
            turn = house.turns.take(message).result()
            sink.write((as_json_line(words, turn) if as_json else as_text(turn) + "\n") + "\n")
            sink.flush()
    finally:
        house.close()


def as_json_line(line: str, turn: TurnTaken) -> str:
    """One turn as one line of JSON."""
    return json.dumps(
        {
            "input": line,
            "decision": turn.decision,
            "replies": [compose_reply(number, reply) for number, reply in turn.replies],
        },
        ensure_ascii=False,
    )


def as_text(turn: TurnTaken) -> str:
    """Replies as a person reads them."""
    return "\n\n".join(
        "\n".join([reply.text, *(f"  [{number}] {choice.label}" for number, choice in enumerate(reply.choices, 1))])
        for _, reply in turn.replies
    )
