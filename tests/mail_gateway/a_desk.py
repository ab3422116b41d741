"""A desk for tests: records each letter in its thread, opens a complaint for new ones, and queues a receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.actions.intake import add_to_case, open_case
from casework.case import Case
from casework.commands import OpenCase
from casework.kinds import CaseKind
from casework.message import Author, Direction, InboundMessage, Reply
from casework.outbox import OutboxKind
from casework.ports import UnitOfWork
from casework.thread import Audience
from tests.mail_gateway.letters import mail_office


@dataclass
class Desk:
    """Every new letter becomes a complaint; a matched one joins its case."""

    now: datetime
    messages: list[InboundMessage] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def __call__(self, message: InboundMessage, uow: UnitOfWork) -> None:
        office = mail_office()
        self.messages.append(message)
        party = uow.parties.ensure(message.sender, language="zh", name=message.sender_name, now=self.now)
        subject = message.mail.subject if message.mail else ""
        if message.thread_id is not None:
            thread = uow.threads.get(message.thread_id)
        else:
            thread = uow.threads.open(
                Audience.CITIZEN,
                language="zh",
                now=self.now,
                party_id=party.id,
                address=message.sender,
                subject=subject,
            )
        kept = uow.threads.add_message(
            thread.id,
            Direction.INBOUND,
            Author.CITIZEN,
            message.text,
            now=self.now,
            attachments=message.attachments,
            mail=message.mail,
        )
        if message.case_id is not None:
            case = add_to_case(uow.cases.get(message.case_id), kept, uow, office=office, now=self.now)
        else:
            command = OpenCase(CaseKind.COMPLAINT, subject or "来信", {"facts": message.text})
            case = open_case(command, uow, office=office, thread=thread, message=kept, now=self.now).case
        self.cases.append(case)
        uow.outbox.add(
            OutboxKind.RECEIPT,
            message.sender,
            Reply("已收到", case=case.reference),
            language="zh",
            now=self.now,
            subject=subject,
            thread_id=thread.id,
            case_id=case.id,
            in_reply_to=message.mail,
        )
