"""Citizens who ask at the front desk of a test, and what the bureau has published as revisions."""

from __future__ import annotations

import itertools

from bot.desk import Desk as AssistantDesk
from bot.desk import Handled
from bot.store import SqlConversations
from bot.store import metadata as tables_of_bot
from casework.inbox import Arrival, InboxState
from casework.message import Author, Direction, InboundMessage, Message, MessageId, StaffId, ThreadId
from casework.party import Address, ChannelName
from casework.store import SqlUnitOfWork
from knowledge.library import Library
from knowledge.publication import Stage
from knowledge.revisions import Revision, Subject
from runtime.entering import enter_bundle
from tests.admin_api.front_desk import FrontDesk
from tests.bot.demo_desk import desk_wording

POULTRY = ("可以在小区里养鸡吗", "小区里能不能养鸡", "在小区养鸡可以吗？")
_numbers = itertools.count(1)


def ask(desk: FrontDesk, text: str, *, who: str = "web-9", choice: str | None = None) -> Handled:
    """One message of a citizen, handled as the web chat does."""
    tables_of_bot.create_all(desk.store.engine)
    assistant = AssistantDesk(knowledge=desk.context.knowledge, office=desk.context.office, replies=desk_wording())
    address = Address(ChannelName.WEB_CHAT, who)
    message = InboundMessage(address, f"asked-{next(_numbers)}", text, desk.now, choice=choice)

    def work(uow: SqlUnitOfWork) -> Handled:
        arrival = Arrival(address.channel, message.external_id, who, desk.now, message)
        inbox_id, _ = uow.inbox.add(arrival, state=InboxState.HANDLED)
        return assistant.handle(message, inbox_id, uow, SqlConversations(uow.connection), now=desk.now)

    return desk.store.write(work)


def ask_for_poultry(desk: FrontDesk) -> None:
    """Three citizens ask for one thing, in words of their own."""
    for number, words in enumerate(POULTRY):
        assert ask(desk, words, who=f"web-{number}").decision == "hand_over"


def answer_as_staff(desk: FrontDesk, thread_id: ThreadId, text: str, by: StaffId) -> MessageId:
    """What a colleague wrote into a conversation."""

    def work(uow: SqlUnitOfWork) -> Message:
        return uow.threads.add_message(thread_id, Direction.OUTBOUND, Author.STAFF, text, now=desk.now, staff_id=by)

    return desk.store.write(work).id


def publish_demo(desk: FrontDesk, *slugs: str) -> None:
    """These entries of the demo bureau as published revisions."""
    enter_bundle(desk.store, Library(desk.context.library().get(slug) for slug in slugs), now=desk.now)


def drafts_of(desk: FrontDesk, slug: str) -> list[Revision]:
    """Every revision of an entry that is a draft, newest first."""
    with desk.store.read() as uow:
        history = desk.context.revisions(uow).history(Subject.ENTRY, slug)
    return [revision for revision in history if revision.standing.stage is Stage.DRAFT]
