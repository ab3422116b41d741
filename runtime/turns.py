"""Taking one turn of a chat that is answered in the request itself: saved, answered and committed in one transaction.

The inbox row is born handled. What cannot be answered now (older messages of the conversation wait, or our own code
fails) is kept as received for the worker, and the citizen is told so; only when nothing could be saved does it fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.channels.web_chat_turn import TurnTaken
from bot.desk import Desk
from bot.store import SqlConversations
from casework.errors import CaseworkUnavailable
from casework.inbox import Arrival, InboxState
from casework.message import Direction, InboundMessage, InboxId, Message, Reply
from casework.party import ChannelName
from casework.store import SqlUnitOfWork
from casework.store.encoding import decode_reply
from casework.store.opening import SqlStore
from casework.wording import Wording
from knowledge.normalise import language_of
from runtime.jobs import DRAIN, delivering

__all__ = ["TurnTaken", "TurnTaker"]

KEPT = "trouble.kept"
"""Says that a message is safe and will be answered here."""
_ANY_ID = InboxId(2**62)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TurnTaker:
    """Takes turns of web chat and terminal."""

    store: SqlStore
    desk: Desk
    replies: Wording
    clock: Callable[[], datetime]
    wake: Callable[..., object]
    """Tells these jobs that there is work; all of them when none is named."""
    on_answer: Callable[[float], object] = field(default=lambda _seconds: None)
    """Told after each answer how many seconds the citizen waited for it."""

    def take(self, message: InboundMessage) -> Future[TurnTaken]:
        """Save and answer a message; done after the commit. CaseworkUnavailable when nothing could be saved."""
        answered: Future[TurnTaken] = Future()
        # A caller who goes away must not undo what is under way.
        answered.set_running_or_notify_cancel()
        began = time.perf_counter()
        answered.add_done_callback(lambda done: done.exception() or self.on_answer(time.perf_counter() - began))
        promised: set[ChannelName] = set()
        turn = self.store.submit(lambda uow: self._turn(message, uow, promised))
        turn.add_done_callback(lambda done: self._settle(message, done, answered, promised))
        return answered

    def _turn(self, message: InboundMessage, uow: SqlUnitOfWork, promised: set[ChannelName]) -> TurnTaken:
        # A conversation that a worker holds has messages that are still `received` until the worker's own commit.
        if uow.inbox.has_pending(message.sender.value, before=_ANY_ID):
            return self._keep(message, uow)
        inbox_id, is_new = uow.inbox.add(_arrival(message), state=InboxState.HANDLED)
        if not is_new:
            return self._again(message, inbox_id, uow)
        conversations = SqlConversations(uow.connection)
        handled = self.desk.handle(message, inbox_id, uow, conversations, now=self.clock(), answered_in_request=True)
        promised |= uow.outbox.promised
        replies = tuple((numbered.id, numbered.reply) for numbered in handled.replies)
        return TurnTaken(replies, message=_id_of(handled.message), decision=handled.decision)

    def _keep(self, message: InboundMessage, uow: SqlUnitOfWork) -> TurnTaken:
        """Save the message for the worker, unless it had come before."""
        inbox_id, is_new = uow.inbox.add(_arrival(message))
        return TurnTaken((self._kept(message),)) if is_new else self._again(message, inbox_id, uow)

    def _again(self, message: InboundMessage, inbox_id: InboxId, uow: SqlUnitOfWork) -> TurnTaken:
        """What was answered when the message came first; that it is kept, when it was not answered yet."""
        said = uow.threads.messages_of_arrival(inbox_id)
        if not said:
            return TurnTaken((self._kept(message),), repeated=True)
        own = next((_id_of(one) for one in said if one.direction is Direction.INBOUND), "")
        replies = [one for one in said if one.direction is Direction.OUTBOUND]
        return TurnTaken(
            tuple((_id_of(one), decode_reply({**one.reply, "text": one.text})) for one in replies),
            repeated=True,
            message=own,
        )

    def _kept(self, message: InboundMessage) -> tuple[str, Reply]:
        language = message.language or language_of(message.text)
        return KEPT, Reply(self.replies.say("trouble.kept", language), key=KEPT)

    def _settle(
        self,
        message: InboundMessage,
        turn: Future[TurnTaken],
        answered: Future[TurnTaken],
        promised: set[ChannelName],
    ) -> None:
        """Hand the answer on; when the turn failed by our fault, keep the message instead."""
        error = turn.exception()
        if error is None:
            taken = turn.result()
            answered.set_result(taken)
            if promised:
                self.wake(*map(delivering, promised))
            elif not taken.decision and not taken.repeated:
                self.wake(DRAIN)
        elif isinstance(error, CaseworkUnavailable):
            answered.set_exception(error)
        else:
            _log_failure(message, error)
            kept = self.store.submit(lambda uow: self._keep(message, uow))
            kept.add_done_callback(lambda done: self._hand_on(done, answered))

    def _hand_on(self, kept: Future[TurnTaken], answered: Future[TurnTaken]) -> None:
        error = kept.exception()
        if error is not None:
            answered.set_exception(error)
            return
        answered.set_result(kept.result())
        self.wake(DRAIN)


def _arrival(message: InboundMessage) -> Arrival:
    sender = message.sender
    return Arrival(sender.channel, message.external_id, sender.value, message.received_at, message)


def _id_of(message: Message) -> str:
    return f"{message.thread_id}-{message.number}"


def _log_failure(message: InboundMessage, error: BaseException) -> None:
    """By id; the log shows of an error its kind and place, since its own message may hold the citizen's words."""
    log.error(
        "turn failed, message kept",
        action="turn_failed",
        channel=message.sender.channel.value,
        external_id=message.external_id,
        error=type(error).__name__,
        exc_info=error,
    )
