"""The ways in for mail: which listeners are opened, and from where mail is fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mail_gateway.acceptance import Accept
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.server import Limits, MailServer, Protocol
from runtime.certificates import smtp_tls
from runtime.settings import Settings


def open_mail_servers(
    settings: Settings, mailboxes: Mailboxes, accept: Accept, clock: Callable[[], datetime]
) -> list[MailServer]:
    """The listeners, SMTP first and LMTP when it is set, with one set of limits; to be made in a running event loop."""
    smtp, lmtp = settings.smtp, settings.lmtp
    limits = Limits(max_bytes=smtp.max_size, max_connections=smtp.max_connections)
    servers = [
        MailServer(
            mailboxes,
            accept,
            host=smtp.host,
            port=smtp.port,
            hostname=smtp.hostname,
            limits=limits,
            tls=smtp_tls(smtp),
            clock=clock,
        )
    ]
    if lmtp.port is not None or lmtp.socket is not None:
        servers.append(
            MailServer(
                mailboxes,
                accept,
                host=lmtp.host,
                port=lmtp.port or 0,
                unix_socket=lmtp.socket,
                hostname=smtp.hostname,
                limits=limits,
                clock=clock,
                protocol=Protocol.LMTP,
            )
        )
    return servers
