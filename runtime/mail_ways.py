"""The ways in for mail: which listeners are opened, and from where mail is fetched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from casework.ports import Store
from mail_gateway.acceptance import Accept
from mail_gateway.fetching import Fetcher
from mail_gateway.imap_session import MailboxAccess
from mail_gateway.mailbox_walk import FetchRules
from mail_gateway.server import Limits, MailServer, Protocol
from mail_gateway.understanding import MailRoom
from runtime.certificates import smtp_tls
from runtime.settings import Settings


def open_mail_servers(
    settings: Settings, room: MailRoom, accept: Accept, clock: Callable[[], datetime]
) -> list[MailServer]:
    """The listeners, SMTP first and LMTP when it is set, with one set of limits; to be made in a running event loop."""
    smtp, lmtp = settings.smtp, settings.lmtp
    limits = Limits(max_bytes=smtp.max_size, max_connections=smtp.max_connections)
    servers = [
        MailServer(
            room.mailboxes,
            accept,
            host=smtp.host,
            port=smtp.port,
            hostname=smtp.hostname,
            limits=limits,
            tls=smtp_tls(smtp),
            clock=clock,
            seals=room.seals,
        )
    ]
    if lmtp.port is not None or lmtp.socket is not None:
        servers.append(
            MailServer(
                room.mailboxes,
                accept,
                host=lmtp.host,
                port=lmtp.port or 0,
                unix_socket=lmtp.socket,
                hostname=smtp.hostname,
                limits=limits,
                clock=clock,
                seals=room.seals,
                protocol=Protocol.LMTP,
            )
        )
    return servers


def open_fetcher(settings: Settings, room: MailRoom, store: Store, stopping: threading.Event) -> Fetcher | None:
    """What fetches the mailbox that is set; None when none is."""
    imap = settings.imap
    if imap is None:
        return None
    access = MailboxAccess(
        host=imap.host,
        port=imap.port,
        tls=imap.tls,
        user=imap.user,
        password=imap.password.get_secret_value(),
        folder=imap.folder,
        answer_seconds=imap.timeout,
        marks_seen=imap.mark_seen,
        ca_file=imap.ca_file,
    )
    rules = FetchRules(max_bytes=settings.smtp.max_size, since=imap.since, archive_after=imap.archive_after)
    return Fetcher(access, rules, room, store, stopping)
