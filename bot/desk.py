"""The shell around the engine: load, look up, respond, carry out, record, queue. The caller commits once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.commanding import Clerk, Outcome, is_mail
from bot.engine import Conversation, Incoming, ReplyDraft, load_sentences, respond
from bot.looking_up import Lookup
from bot.ports import Conversations
from bot.rendering import Speaker, joined_mail, with_thumbs
from casework.actions.intake import record_edit
from casework.actions.office import Office
from casework.message import (
    MAX_CHAT_CHARACTERS,
    Author,
    Direction,
    InboundMessage,
    InboxId,
    Message,
    Reply,
    ThreadId,
)
from casework.outbox import OutboxKind
from casework.party import FETCHED, ChannelName
from casework.ports import UnitOfWork
from casework.thread import Audience, Thread
from casework.wording import Wording
from knowledge.normalise import language_of
from knowledge.retrieval import KnowledgeBase

REFUSED = "refused"
"""Decision about a message of a blocked sender: recorded, and not answered."""

_MAY_DIE = frozenset({ChannelName.EMAIL, ChannelName.TELEGRAM})
"""Channels whose addresses may be found dead; who writes from one is alive."""


@dataclass(frozen=True, slots=True)
class NumberedReply:
    """A reply with the id by which a channel can tell it from every other."""

    id: str
    """`{thread}-{number}`."""
    reply: Reply


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one message."""

    thread_id: ThreadId
    replies: tuple[NumberedReply, ...]
    decision: str
    """`answer`, `ask_back`, `hand_over`, `dialogue`, `emergency`, or `refused` for a blocked sender."""
    message: Message
    """The citizen's message as it is kept."""


class Desk:
    """Handles a citizen's message, whatever channel it came over."""

    def __init__(self, *, knowledge: Callable[[], KnowledgeBase], office: Office, replies: Wording) -> None:
        """Answer from what `knowledge` gives at each turn, in the words of `replies`, for the bureau of `office`."""
        # Half a second that the first citizen need not wait for.
        load_sentences()
        self._lookup = Lookup(knowledge, office)
        self._office = office
        self._replies = replies

    def handle(
        self,
        message: InboundMessage,
        inbox_id: InboxId | None,
        uow: UnitOfWork,
        conversations: Conversations,
        *,
        now: datetime,
        answered_in_request: bool = False,
    ) -> Handled:
        """Record a message, decide about it, carry the decision out, record and queue the replies.

        With `answered_in_request` the caller delivers the replies itself and their outbox entries are born delivered.
        CaseworkConflict when another turn of the conversation was saved meanwhile: handle it again.
        """
        thread = _thread_of(message, uow, now)
        original = _original_of(message, uow)
        inbound = _record(message, thread, inbox_id, uow, original=original, now=now)
        if uow.doors.is_blocked(message.sender):
            return Handled(thread.id, (), REFUSED, inbound)
        if message.sender.channel in _MAY_DIE:
            uow.parties.set_undeliverable(message.sender, None)
        if original is not None:
            record_edit(original, inbound, uow, now=now)
        # The first message of a thread has nothing before it to load.
        conversation = conversations.load(thread.id) if inbound.number > 1 else Conversation()
        incoming = _incoming(message, inbound.number)
        known = self._lookup.known(conversation, incoming, thread, uow, case_id=message.case_id, now=now)
        response = respond(conversation, incoming, known, now)
        spoken = replace(thread, language=response.conversation.language or thread.language)
        clerk = Clerk(uow, self._office, spoken, inbound, now, message.received_at)
        began = _letter_began(response.conversation, thread) if is_mail(thread) else _began(conversation)
        outcome = clerk.carry_out(response.commands, began=began)
        speaker = Speaker(self._replies, spoken.language, clerk.facts(outcome))
        shown = None if known.is_anothers else outcome.case
        said = tuple(speaker.reply(draft, shown.reference if shown else None) for draft in response.drafts)
        replies = with_thumbs(said, outcome.enquiries, speaker)
        conversations.save(thread.id, _remembered(response.conversation, replies, outcome), now=now)
        post = _Post(uow, message, spoken, inbox_id, outcome, now, answered_in_request)
        sent = self._send(response.drafts, replies, post, speaker)
        return Handled(thread.id, sent, response.decision.value, inbound)

    def _send(
        self, drafts: Sequence[ReplyDraft], replies: Sequence[Reply], post: _Post, speaker: Speaker
    ) -> tuple[NumberedReply, ...]:
        """Record and queue the replies; those to a letter go as one mail, which is its receipt."""
        if is_mail(post.thread) and replies:
            letter = joined_mail(replies, speaker, self._office.bureau.name.in_(speaker.language))
            return (post.send(letter, OutboxKind.RECEIPT),)
        kinds = (OutboxKind.RECEIPT if draft.is_receipt else OutboxKind.REPLY for draft in drafts)
        return tuple(post.send(reply, kind) for reply, kind in zip(replies, kinds, strict=True))


@dataclass(frozen=True, slots=True)
class _Post:
    """Records replies of one turn and queues them."""

    uow: UnitOfWork
    message: InboundMessage
    thread: Thread
    inbox_id: InboxId | None
    outcome: Outcome
    now: datetime
    is_delivered: bool

    def send(self, reply: Reply, kind: OutboxKind) -> NumberedReply:
        """Keep a reply in the thread and promise to send it."""
        case = self.outcome.case
        recorded = self.uow.threads.add_message(
            self.thread.id,
            Direction.OUTBOUND,
            Author.DESK,
            reply.text,
            now=self.now,
            reply=reply,
            case_id=case.id if case and reply.case == case.reference else None,
            inbox_id=self.inbox_id,
        )
        self.uow.outbox.add(
            kind,
            self.message.sender,
            reply,
            language=self.thread.language,
            now=self.now,
            subject=self.message.mail.subject if self.message.mail else "",
            thread_id=self.thread.id,
            message_id=recorded.id,
            case_id=recorded.case_id,
            in_reply_to=self.message.mail,
            delivered=self.is_delivered or self.message.sender.channel in FETCHED,
        )
        return NumberedReply(f"{self.thread.id}-{recorded.number}", reply)


def _thread_of(message: InboundMessage, uow: UnitOfWork, now: datetime) -> Thread:
    """The thread that the door matched, the chat's one thread, or a new exchange of letters."""
    if message.thread_id is not None:
        return uow.threads.get(message.thread_id, lock=True)
    is_letter = message.sender.channel is ChannelName.EMAIL
    found = None if is_letter else uow.threads.find_chat(message.sender, lock=True)
    if found is not None:
        return found
    language = message.language or language_of(f"{message.text} {message.mail.subject if message.mail else ''}")
    party = uow.parties.ensure(message.sender, language=language, name=message.sender_name, now=now)
    if not is_letter:
        return uow.threads.ensure_chat(message.sender, party.id, language=language, now=now)
    subject = message.mail.subject if message.mail else ""
    return uow.threads.open(
        Audience.CITIZEN, language=language, now=now, party_id=party.id, address=message.sender, subject=subject
    )


def _original_of(message: InboundMessage, uow: UnitOfWork) -> Message | None:
    """The message that this one corrects, when it is known."""
    if message.edit_of is None:
        return None
    return uow.threads.find_by_external_id(message.sender.channel, message.edit_of)


def _record(
    message: InboundMessage,
    thread: Thread,
    inbox_id: InboxId | None,
    uow: UnitOfWork,
    *,
    original: Message | None,
    now: datetime,
) -> Message:
    return uow.threads.add_message(
        thread.id,
        Direction.INBOUND,
        Author.CITIZEN,
        message.text,
        now=now,
        inbox_id=inbox_id,
        attachments=message.attachments,
        mail=message.mail,
        edit_of=original.id if original else None,
    )


def _incoming(message: InboundMessage, number: int) -> Incoming:
    return Incoming(
        text=message.text[:MAX_CHAT_CHARACTERS],
        channel=message.sender.channel,
        external_id=message.external_id,
        choice=message.choice,
        number=number,
        attachments=len(message.attachments),
        was_cut=len(message.text) > MAX_CHAT_CHARACTERS,
        edit_of=message.edit_of,
        sender_name=message.sender_name,
        subject=_subject_of(message),
        language=message.language,
        part=message.part,
    )


def _subject_of(message: InboundMessage) -> str:
    """What a letter is headed with; a part of one by its own first words."""
    if message.part is not None:
        return message.part.title
    return message.mail.subject if message.mail else ""


def _began(conversation: Conversation) -> int:
    return conversation.active.began if conversation.active else 0


def _letter_began(conversation: Conversation, thread: Thread) -> int:
    """A letter about an answer goes on with all the letters of its thread; one that comes too late stands alone."""
    return 1 if conversation.last_procedure is not None and thread.case_id is None else 0


def _remembered(conversation: Conversation, replies: Sequence[Reply], outcome: Outcome) -> Conversation:
    """The conversation with the labels that were offered and the case that was filed."""
    labels = {choice.value: choice.label for reply in replies for choice in reply.choices}
    offers = tuple(replace(offer, label=labels.get(offer.value, offer.label)) for offer in conversation.offers)
    filed = outcome.opened.case.reference if outcome.opened else conversation.last_case
    return replace(conversation, offers=offers, last_case=filed)
