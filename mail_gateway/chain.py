"""The ordered table of rules, and running a letter through it. The first rule that applies decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mail_gateway.letter import Letter
from mail_gateway.rules import (
    auto_reply,
    blocked,
    bounce,
    calendar,
    feedback_report,
    machine,
    mailing_list,
    no_answer_wanted,
    no_sender,
    out_of_office,
    oversize,
    own_mail,
    past_limit,
    read_receipt,
    returned,
    spam,
    unreadable,
)
from mail_gateway.verdict import Action, MailKind, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """What happens to a letter to which a rule applies."""

    rule: str
    check: Callable[[Letter], Reason | None]
    action: Action
    kind: MailKind


TABLE: tuple[Row, ...] = (
    Row("blocked", blocked.check, Action.DISCARD, MailKind.PERSON),
    Row("own_mail", own_mail.check, Action.DISCARD, MailKind.OWN),
    Row("oversize", oversize.check, Action.HOLD, MailKind.PERSON),
    Row("unreadable", unreadable.check, Action.HOLD, MailKind.PERSON),
    Row("past_limit", past_limit.check, Action.HOLD, MailKind.PERSON),
    Row("expired_return", returned.check_expired, Action.HOLD, MailKind.BOUNCE),
    Row("feedback_report", feedback_report.check, Action.DISCARD, MailKind.FEEDBACK_REPORT),
    Row("bounce", bounce.check, Action.DISCARD, MailKind.BOUNCE),
    Row("read_receipt", read_receipt.check, Action.DISCARD, MailKind.AUTO_REPLY),
    Row("returned_by_server", returned.check_server, Action.DISCARD, MailKind.BOUNCE),
    Row("auto_reply", auto_reply.check, Action.DISCARD, MailKind.AUTO_REPLY),
    Row("out_of_office", out_of_office.check, Action.DISCARD, MailKind.AUTO_REPLY),
    Row("mailing_list", mailing_list.check, Action.HOLD, MailKind.LIST),
    Row("calendar", calendar.check, Action.HOLD, MailKind.CALENDAR),
    Row("returned", returned.check, Action.DISCARD, MailKind.BOUNCE),
    Row("spam", spam.check, Action.HOLD, MailKind.SPAM),
    Row("machine", machine.check, Action.HOLD, MailKind.MACHINE),
    Row("automatic_sentence", out_of_office.check_sentence, Action.HOLD, MailKind.MACHINE),
    Row("no_answer_wanted", no_answer_wanted.check, Action.HOLD, MailKind.PERSON),
    Row("no_sender", no_sender.check, Action.HOLD, MailKind.PERSON),
)
"""Discarded mail is kept whole with its reason, as everything is; a rule that may err holds instead."""


def judge(letter: Letter, table: tuple[Row, ...] = TABLE) -> Verdict:
    """What happens to `letter`, which rule said so and which were asked in vain."""
    misses: list[str] = []
    for row in table:
        reason = row.check(letter)
        if reason is not None:
            return Verdict(row.action, row.kind, (reason,), hits=(row.rule,), misses=tuple(misses))
        misses.append(row.rule)
    return Verdict(Action.ACCEPT, MailKind.PERSON, misses=tuple(misses))
