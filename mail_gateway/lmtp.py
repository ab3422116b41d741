"""One LMTP client (RFC 2033): a mail server beside us that keeps the queue and hands each letter over.

As over SMTP in everything but the greeting, and that a letter is answered once for each of its recipients.
"""

from __future__ import annotations

from typing import ClassVar

from aiosmtpd.smtp import syntax

from mail_gateway.connection import Connection

_NOT_HERE = frozenset({"smtp_HELO", "smtp_EHLO", "smtp_STARTTLS"})
"""Greetings of SMTP, which LMTP must not know (RFC 2033 §4.1), and TLS, which a neighbour has no need of."""


class LmtpConnection(Connection):
    """One client."""

    greets_as: ClassVar = "LMTP"
    commands: ClassVar = [*(name for name in Connection.commands if name not in _NOT_HERE), "smtp_LHLO"]

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802 - the library names its commands so
        """Greet, and offer what SMTP offers."""
        await super().smtp_EHLO(arg)

    async def check_helo_needed(self, _helo: str = "LHLO") -> bool:
        """Whether the client has not greeted yet; it is then asked for the greeting that we know."""
        return await super().check_helo_needed("LHLO")

    async def _answer_letter(self, answer: str, recipients: int) -> None:
        """Say what became of a letter to each recipient that was accepted, in their order (RFC 2033 §4.2)."""
        await self.push("\r\n".join([answer] * recipients))
