"""Chatting at a terminal: the whole desk over a store of its own, one line a turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TextIO

from casework.inbox import Arrival
from casework.message import InboundMessage, Reply
from casework.party import Address, ChannelName
from runtime.turns import TurnTaken

ADDRESS = Address(ChannelName.TERMINAL, "terminal")
"""One terminal is one conversation."""


def arrival_of(line: str, number: int, session: str) -> Arrival:
    """What was typed, as a message that arrived."""
    now = datetime.now(UTC)
    message = InboundMessage(ADDRESS, f"{session}-{number}", line, now)
    return Arrival(ChannelName.TERMINAL, message.external_id, ADDRESS.value, now, message=message)


def lines_of(source: TextIO) -> Iterator[str]:
    """What is typed or piped in, without line ends."""
    for line in source:
        yield line.rstrip("\r\n")


def as_json(line: str, turn: TurnTaken) -> str:
    """One turn as one line of JSON."""
    return json.dumps(
        {
            "input": line,
            "decision": turn.decision,
            "replies": [_reply(number, reply) for number, reply in turn.replies],
        },
        ensure_ascii=False,
    )


def as_text(replies: Iterable[tuple[str, Reply]]) -> str:
    """Replies as a person reads them."""
    return "\n\n".join(
        "\n".join([reply.text, *(f"  [{number}] {choice.label}" for number, choice in enumerate(reply.choices, 1))])
        for _, reply in replies
    )


def _reply(number: str, reply: Reply) -> dict[str, object]:
    return {
        "id": number,
        "text": reply.text,
        "choices": [{"value": choice.value, "label": choice.label} for choice in reply.choices],
        "sources": [
            {"procedure": source.procedure, "title": source.title, "version": source.version, "basis": list(source.basis)}
            for source in reply.sources
        ],
        "case": reply.case,
    }
