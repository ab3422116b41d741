"""Rehearsing a conversation without a store: say something, read the replies, look at what was decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.engine import (
    Conversation,
    Fact,
    Incoming,
    Known,
    LookUp,
    Outlook,
    Response,
    compose_state,
    parse_state,
    respond,
    wanted,
)
from bot.rendering import Speaker
from casework.bureau import Bureau
from casework.case import Case
from casework.commands import Command, OpenCase
from casework.message import Reply
from casework.party import ChannelName
from casework.references import make_reference
from casework.wording import Wording
from knowledge.retrieval import KnowledgeBase

QUERY_CODE = "ABCDE-23456"
"""The code that every case of a rehearsal is told to have."""


@dataclass
class Rehearsal:
    """One citizen and the engine. The conversation goes through JSON after every turn, as it does on a restart."""

    bureau: Bureau
    knowledge: KnowledgeBase
    wording: Wording
    now: datetime
    channel: ChannelName = ChannelName.TERMINAL
    taken_over: bool = False
    case: Case | None = None
    """The case that messages belong to on evidence."""
    own_cases: tuple[Case, ...] = ()
    look_up: LookUp = LookUp.NOT_ASKED
    found: Case | None = None
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    """What is ahead in the cases that are told of, by reference."""
    conversation: Conversation = field(default_factory=Conversation)
    response: Response | None = None
    """The latest turn."""
    said: int = 0
    opened: int = 0

    def say(
        self,
        text: str = "",
        *,
        press: str | None = None,
        attachments: int = 0,
        subject: str = "",
        edits: str | None = None,
        was_cut: bool = False,
    ) -> tuple[Reply, ...]:
        """The replies to one message, in words."""
        self.said += 1
        message = Incoming(
            text,
            self.channel,
            external_id=f"message-{self.said}",
            choice=press,
            number=2 * self.said - 1,
            attachments=attachments,
            was_cut=was_cut,
            edit_of=edits,
            subject=subject,
        )
        response = respond(self.conversation, message, self._known(message), self.now)
        self.response = response
        replies = self._replies(response)
        self.conversation = self._kept(response, replies)
        return replies

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time

    @property
    def commands(self) -> tuple[Command, ...]:
        """What the latest turn asked of casework."""
        return self.response.commands if self.response else ()

    def _known(self, message: Incoming) -> Known:
        asked = wanted(self.conversation, message, self.bureau.reference_prefix)
        return Known(
            find=self.knowledge.find,
            library=self.knowledge.library,
            bureau=self.bureau,
            taken_over=self.taken_over,
            case=self.case,
            look_up=self.look_up if asked.reference else LookUp.NOT_ASKED,
            found=self.found,
            own_cases=self.own_cases if asked.own_cases else (),
            outlooks=self.outlooks,
        )

    def _replies(self, response: Response) -> tuple[Reply, ...]:
        facts: dict[str, Fact] = {"enquiry": f"{self.bureau.reference_prefix}-Q-{self.now.year}-000001"}
        if any(isinstance(command, OpenCase) for command in response.commands):
            self.opened += 1
            facts |= {"reference": self._reference(), "query_code": QUERY_CODE, "unit": "", "due": ""}
        speaker = Speaker(self.wording, response.conversation.language or "zh", facts)
        return tuple(speaker.reply(draft, self._reference() if self.opened else None) for draft in response.drafts)

    def _reference(self) -> str:
        return make_reference(self.bureau.reference_prefix, self.now.year, self.opened)

    def _kept(self, response: Response, replies: Sequence[Reply]) -> Conversation:
        labels = {choice.value: choice.label for reply in replies for choice in reply.choices}
        offers = tuple(replace(offer, label=labels.get(offer.value, "")) for offer in response.conversation.offers)
        filed = any(isinstance(command, OpenCase) for command in response.commands)
        last_case = self._reference() if filed else response.conversation.last_case
        kept = replace(response.conversation, offers=offers, last_case=last_case)
        return parse_state(json.loads(json.dumps(compose_state(kept))), version=kept.version + 1)
