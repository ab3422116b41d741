"""A conversation by mail over real sockets: letter in, answer out through a mail server, the citizen's answer in."""

from __future__ import annotations

import smtplib
from datetime import datetime
from pathlib import Path

from casework.actions.correspondence import reply_to_citizen
from casework.inbox import InboxState
from casework.outbox import DeliveryOutcome, OutboxKind, OutboxState
from casework.store import SqlStore
from casework.store.blobs import DirectoryBlobs
from mail_gateway.acceptance import accept_into
from mail_gateway.parsing import parse
from mail_gateway.receiving import receive
from mail_gateway.sending import smarthost_channel
from mail_gateway.server import MailServer
from mail_gateway.smarthost import Smarthost
from mail_gateway.understanding import MailRoom, understand
from tests.casework.a_bureau import a_clerk
from tests.mail_gateway.a_desk import Desk
from tests.mail_gateway.letters import OURS, letterhead
from tests.mail_gateway.running_server import mail_server
from tests.mail_gateway.smarthost_peer import Peer, answering

QQ_QUOTE = "------------------ 原始邮件 ------------------"


def post(server: MailServer, raw: bytes, recipient: str) -> None:
    """Send a mail as a citizen's mail program does."""
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as smtp:
        smtp.sendmail("wang@qq.example", [recipient], raw)


def handle_all(store: SqlStore, room: MailRoom, desk: Desk, now: datetime) -> None:
    """Handle what waits, as the worker does."""
    with store.read() as uow:
        waiting = [uow.inbox.get(entry.id) for entry in uow.inbox.list([InboxState.RECEIVED], limit=9)]
    for entry in waiting:
        understood = understand(entry, room)
        store.write(lambda uow, read=understood: receive(read, uow, room=room, desk=desk, now=now))  # type: ignore[misc]


def test_a_conversation_in_gb18030_stays_one_case(
    store: SqlStore, room: MailRoom, now: datetime, tmp_path: Path
) -> None:
    desk, peer = Desk(now), Peer()
    first = (
        b"From: =?gb2312?B?zfXEsw==?= <wang@qq.example>\r\nSubject: =?gb2312?B?zbbL3w==?=\r\n"
        b"Message-ID: <t1@qq.example>\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
    ) + "窗口排队两小时，朱镕喆可以作证。\r\n".encode("gb18030")
    with mail_server(accept_into(store)) as server, answering(peer) as port:
        post(server, first, OURS.main)
        handle_all(store, room, desk, now)
        case = desk.cases[0]
        store.write(lambda uow: reply_to_citizen(case, "请补充日期。", uow, staff=a_clerk(uow), now=now).id)
        with store.read() as uow:
            entry = next(e for e in uow.outbox.list(list(OutboxState), limit=9) if e.kind is OutboxKind.STAFF)
        channel = smarthost_channel(
            letterhead(), DirectoryBlobs(tmp_path / "b"), lambda: now, Smarthost("127.0.0.1", port, tls="none")
        )
        assert channel.deliver(entry).outcome is DeliveryOutcome.DELIVERED
        sent = parse(peer.taken[0][2])
        answer = (
            f"From: wang@qq.example\r\nSubject: Re: x\r\nMessage-ID: <t2@qq.example>\r\n"
            f"In-Reply-To: {sent.message_id}\r\nContent-Type: text/plain; charset=gb18030\r\n\r\n"
        ).encode() + "11月20日上午。\r\n\r\n------------------ 原始邮件 ------------------\r\n请补充日期。\r\n".encode(
            "gb18030"
        )
        post(server, answer, sent.reply_to[0].address)
        handle_all(store, room, desk, now)
    assert sent.in_reply_to == ("<t1@qq.example>",)
    assert sent.subject == f"Re: 投诉 [{case.reference}]"
    assert [message.text for message in desk.messages] == ["窗口排队两小时，朱镕喆可以作证。", "11月20日上午。"]
    assert desk.messages[1].case_id == case.id
