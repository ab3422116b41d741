"""One visit to a mailbox over IMAP (RFC 3501): the only place that knows the IMAP library."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from mail_gateway.errors import MailGatewayRejected, MailGatewayUnavailable
from mail_gateway.mailboxes import without_addresses

BODY, HEADER = b"BODY[]", b"BODY[HEADER]"
SIZE, ARRIVED = b"RFC822.SIZE", b"INTERNALDATE"
_FOR_NOW = re.compile(r"\[(?:UNAVAILABLE|SERVERBUG|INUSE|LIMIT|CONTACTADMIN)\]", re.IGNORECASE)
MOST_SAID = 160
"""So much of what a server says about itself is repeated."""


class MailboxRefused(MailGatewayRejected):
    """The mailbox does not let us in as the settings stand."""

    def __init__(self, setting: str, message: str) -> None:
        """`setting` is what must be mended."""
        super().__init__(f"{setting}: {message}")
        self.setting = setting


class FetchRefused(MailGatewayRejected):
    """The server refuses to give a mail, and serves us otherwise."""

    @property
    def is_for_now(self) -> bool:
        """Whether the server says that it will serve us later (RFC 5530)."""
        return _FOR_NOW.search(str(self)) is not None


class MailboxUnavailable(MailGatewayUnavailable):
    """The mailbox cannot be reached, or the connection to it was lost."""


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """Where a mailbox is, and how to sign in."""

    host: str
    port: int
    tls: str
    """`tls`, `starttls` or `none`."""
    user: str
    password: str
    folder: str = "INBOX"
    answer_seconds: float = 30.0
    marks_seen: bool = False
    ca_file: Path | None = None
    """Certificates that are trusted beside those that this machine trusts."""

    def __repr__(self) -> str:
        """Keep the password out of logs."""
        return f"MailboxAccess({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Outline:
    """What is asked of a mail before it is fetched."""

    uid: int
    size: int
    arrived_at: datetime


class ImapSession:
    """A folder that is open. What happens to the connection is MailboxUnavailable; what is read stays unread there."""

    def __init__(self, client: IMAPClient, status: Mapping[bytes, Any]) -> None:
        """Use `visit`."""
        self._client = client
        self.validity = int(status[b"UIDVALIDITY"])
        self.next_uid = int(status.get(b"UIDNEXT") or 0)

    def uids_after(self, last: int) -> list[int]:
        """The UIDs above `last`, in order. `n:*` always names the newest mail, also when it is below n."""
        found = self._ask(self._client.search, ["UID", f"{last + 1}:*"])
        return sorted(uid for uid in found if uid > last)

    def uids_before(self, day: date) -> frozenset[int]:
        """The UIDs of mails that came before a day."""
        return frozenset(self._ask(self._client.search, ["BEFORE", day]))

    def outlines(self, uids: Sequence[int]) -> dict[int, Outline]:
        """Size and arrival of those of `uids` that are still there, in order; FetchRefused when it tells of none."""
        found = self._fetched(uids, SIZE.decode(), ARRIVED.decode())
        # What another program changes meanwhile is told in between, with neither.
        told = [uid for uid in uids if {SIZE, ARRIVED} <= set(found.get(uid, ()))]
        return {uid: Outline(uid, int(found[uid][SIZE]), found[uid][ARRIVED]) for uid in told}

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The mails that the server gives; FetchRefused when it gives none of them."""
        return self._pieces(uids, BODY)

    def header(self, uid: int) -> bytes:
        """The header of one mail; empty when the server does not even give that."""
        with contextlib.suppress(FetchRefused):
            return self._pieces([uid], HEADER).get(uid, b"")
        return b""

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as read."""
        self._ask(self._client.add_flags, list(uids), [SEEN], silent=True)

    def interrupt(self) -> None:
        """Break off whatever is waited for; from any thread."""
        with contextlib.suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def _pieces(self, uids: Sequence[int], what: bytes) -> dict[int, bytes]:
        found = self._fetched(uids, what.decode().replace("BODY", "BODY.PEEK"))
        return {uid: found[uid][what] for uid in uids if uid in found and found[uid].get(what)}

    def _fetched(self, uids: Sequence[int], *asked: str) -> Mapping[int, Mapping[bytes, Any]]:
        try:
            found: Mapping[int, Mapping[bytes, Any]] = self._client.fetch(list(uids), list(asked))
        except IMAPClientAbortError as error:
            raise _lost(error) from error
        except IMAPClientError as error:
            raise FetchRefused(_said(error)) from error
        except (OSError, ValueError, LookupError, TypeError) as error:
            # The library could not read what the server said; what would follow is not to be trusted.
            raise _lost(error) from error
        return found

    def _ask(self, command: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except (IMAPClientError, OSError) as error:
            raise _lost(error) from error


@contextmanager
def visit(access: MailboxAccess) -> Iterator[ImapSession]:
    """The folder, opened; MailboxRefused with the setting to mend, or MailboxUnavailable."""
    client = _connect(access)
    try:
        _sign_in(client, access)
        yield ImapSession(client, _open_folder(client, access))
    finally:
        with contextlib.suppress(IMAPClientError, OSError):
            client.logout()
        with contextlib.suppress(OSError):
            client.shutdown()


def _connect(access: MailboxAccess) -> IMAPClient:
    context = _trusting(access)
    try:
        client = IMAPClient(
            access.host,
            access.port,
            ssl=access.tls == "tls",
            ssl_context=context,
            timeout=access.answer_seconds,
        )
        # Otherwise arrivals are told in the time of this machine's zone, without the zone.
        client.normalise_times = False
        if access.tls == "starttls":
            client.starttls(context)
        return client
    except ssl.SSLError as error:
        raise MailboxRefused(
            "imap.tls",
            f"no safe connection to {access.host}:{access.port} ({_why(error)}); check imap.host against the name in "
            "the server's certificate, imap.ca_file when that was made in the house, and imap.port: 993 goes "
            "with tls, 143 with starttls",
        ) from error
    except (IMAPClientError, OSError) as error:
        raise MailboxUnavailable(
            f"the mailbox at {access.host}:{access.port} cannot be reached ({type(error).__name__}); check imap.host "
            "and imap.port, and that the server runs"
        ) from error


def _trusting(access: MailboxAccess) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if access.ca_file is not None:
        try:
            context.load_verify_locations(access.ca_file)
        except OSError as error:
            raise MailboxRefused(
                "imap.ca_file", f"no certificate can be read from it ({type(error).__name__}); it must be a PEM file"
            ) from error
    return context


def _sign_in(client: IMAPClient, access: MailboxAccess) -> None:
    try:
        client.login(access.user, access.password)
        if client.has_capability("ID"):
            # Some providers, 163 and 126 among them, open no folder to a program that does not say who it is.
            client.id_({"name": "sunwindow", "vendor": "sunwindow"})
    except LoginError as error:
        raise MailboxRefused(
            "imap.password",
            f"the server does not let {access.host} be read with imap.user and imap.password: {_said(error)}. Check "
            "both. QQ, 163 and others want the authorization code made for mail programs instead of the password, and "
            "IMAP switched on in the mailbox's own settings",
        ) from error
    except (IMAPClientError, OSError) as error:
        raise _lost(error) from error


def _open_folder(client: IMAPClient, access: MailboxAccess) -> Mapping[bytes, Any]:
    try:
        status: Mapping[bytes, Any] = client.select_folder(access.folder, readonly=not access.marks_seen)
    except (IMAPClientAbortError, OSError) as error:
        raise _lost(error) from error
    except IMAPClientError as error:
        raise MailboxRefused("imap.folder", f"the folder cannot be opened: {_said(error)}. Check its name") from error
    if not status.get(b"UIDVALIDITY"):
        raise MailboxRefused(
            "imap.folder", "the folder numbers its mails anew each time, so no place in it can be kept"
        )
    return status


def _why(error: ssl.SSLError) -> str:
    """What is wrong, such as `self-signed certificate`."""
    return getattr(error, "verify_message", "") or error.reason or type(error).__name__


def _lost(error: Exception) -> MailboxUnavailable:
    return MailboxUnavailable(f"the connection to the mailbox was lost ({type(error).__name__})")


def _said(error: Exception) -> str:
    """What a server says about itself, without the addresses in it."""
    return without_addresses(str(error))[:MOST_SAID]
