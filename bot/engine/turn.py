"""One inbound message, what was known when it came, and everything that was decided about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from bot.engine.conversation import Conversation, Progress
from bot.engine.intent import Intent, IntentMatch
from bot.engine.recognise import Matches
from casework.bureau import Bureau
from casework.case import Case
from casework.commands import Command
from casework.message import LetterPart, Source
from casework.next_step import NextStep
from casework.party import ChannelName, Language
from knowledge.library import Library
from knowledge.retrieval import Finding


class Decision(StrEnum):
    """What became of a message, in one word."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    HAND_OVER = "hand_over"
    DIALOGUE = "dialogue"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A citizen's message as the engine reads it."""

    text: str
    channel: ChannelName
    external_id: str = ""
    choice: str | None = None
    """The value of the button that was pressed."""
    number: int = 0
    """Its place within the thread."""
    attachments: int = 0
    was_cut: bool = False
    """The message is longer than what the engine reads."""
    edit_of: str | None = None
    """External id of the message that this one corrects."""
    sender_name: str | None = None
    subject: str = ""
    """Of a letter."""
    language: Language | None = None
    """What the channel says of the citizen's language."""
    part: LetterPart | None = None
    """Set when a clerk split a letter, and this is one part of it."""

    @property
    def is_letter(self) -> bool:
        """Whether it came by mail and is answered in one go."""
        return self.channel is ChannelName.EMAIL

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs."""
        return f"Incoming({self.channel.value}, {self.external_id!r}, …)"


class LookUp(StrEnum):
    """What came of looking a case up by reference and query code."""

    NOT_ASKED = "not_asked"
    FOUND = "found"
    """The case exists and this citizen may see it."""
    CODE_MISSING = "code_missing"
    """A reference without a code, and the citizen has no case of this reference."""
    REFUSED = "refused"
    """No such case, or a wrong code: the same for whoever asks."""
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is ahead in a case that the citizen may see."""

    step: NextStep | None = None
    """What has to happen next; None when it is over."""
    is_rated: bool = False
    """Whether its ending was rated."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the shell looked up before the engine decides."""

    find: Callable[[str, Language | None], Finding]
    library: Library
    bureau: Bureau
    taken_over: bool = False
    """A person speaks in this conversation now."""
    case: Case | None = None
    """The case that this message belongs to on evidence: the door matched it, or a person has taken over."""
    is_anothers: bool = False
    """Whether `case` is not this citizen's: a clerk joined the message to it, and who wrote learns nothing of it."""
    look_up: LookUp = LookUp.NOT_ASKED
    found: Case | None = None
    """The case that was looked up, when this citizen may see it."""
    own_cases: tuple[Case, ...] = ()
    """Cases of the citizen, latest first; only when they were wanted."""
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    """What is ahead in the cases that are told of, by reference."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A text by its key, put into words only when the language is known."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


Fact: TypeAlias = "str | int | Keyed | tuple[Fact, ...]"
"""What fills a placeholder; a tuple becomes one line an item."""


@dataclass(frozen=True, slots=True)
class ChoiceDraft:
    """A button whose label is a keyed text."""

    value: str
    label: Keyed

    def __post_init__(self) -> None:
        """Telegram allows 64 bytes for what a button carries back."""
        if len(self.value.encode()) > 60:
            raise ValueError(f"the value of a choice has at most 60 bytes: {self.value!r}")


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """One message to the citizen, by key."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    choices: tuple[ChoiceDraft, ...] = ()
    sources: tuple[Source, ...] = ()
    text: str | None = None
    """Words that are ready, as an answer card is."""
    case: str | None = None
    """Reference of the case it is about, when it is known before the commands run."""
    is_receipt: bool = False
    """Confirms what was received or filed: sent also when a person has taken over."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a dialogue does with one message."""

    drafts: tuple[ReplyDraft, ...]
    progress: Progress | None
    """Where the dialogue stands now; None when it is over."""
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One message as it was understood, with everything needed to decide about it."""

    message: Incoming
    conversation: Conversation
    known: Known
    now: datetime
    language: Language
    matches: Matches
    choice: str | None = None
    """The value of the choice that was pressed, or typed by its number or its label."""

    @property
    def text(self) -> str:
        """The citizen's words."""
        return self.message.text.strip()

    @cached_property
    def finding(self) -> Finding:
        """What the published entries say to the words, looked up once."""
        return self.known.find(self.text, self.language)

    def saying(self, words: str) -> Turn:
        """The same turn as if the citizen had written only these words."""
        return replace(self, message=replace(self.message, text=words), choice=None)

    def wants(self, *intents: Intent) -> IntentMatch | None:
        """The first of these intents that the words point to."""
        return next((self.matches[intent] for intent in intents if intent in self.matches), None)

    def says(self, *intents: Intent) -> bool:
        """Whether the message is one of these and nothing else."""
        return any(intent in self.matches and self.matches[intent].whole for intent in intents)


@dataclass(frozen=True, slots=True)
class Response:
    """What the engine decided about one message."""

    conversation: Conversation
    drafts: tuple[ReplyDraft, ...] = ()
    commands: tuple[Command, ...] = ()
    decision: Decision = Decision.DIALOGUE
    because: tuple[str, ...] = ()
    """Which row of the policy decided, and the words that it saw."""
