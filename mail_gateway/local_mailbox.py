"""A folder of .eml files that stands for all the world's mailboxes: what the demo sends, and shows in the browser."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casework.outbox import DeliveryOutcome, DeliveryResult
from mail_gateway.composing import ComposedMail
from mail_gateway.errors import MailGatewayNotFound
from mail_gateway.parsed_mail import ParsedMail
from mail_gateway.parsing import parse

_NAME = re.compile(r"\d{10}-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail of the folder."""

    name: str
    """Its file name without `.eml`; rises with the order of sending."""
    mail: ParsedMail
    raw: bytes

    def __repr__(self) -> str:
        """Keep names and words out of logs."""
        return f"KeptMail({self.name})"


class LocalMailbox:
    """Keeps mails as files; a mail put twice, under one Message-ID, is there once."""

    def __init__(self, folder: Path) -> None:
        """Keep mails in `folder`, which is made when missing."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, mail: ComposedMail) -> DeliveryResult:
        """Keep a mail durably; a full disk is temporary."""
        digest = hashlib.sha256(mail.message_id.encode()).hexdigest()[:16]
        try:
            with self._alone():
                if next(self._folder.glob(f"*-{digest}.eml"), None) is None:
                    self._write(digest, mail.data)
        except OSError as error:
            return DeliveryResult(DeliveryOutcome.TEMPORARY, f"not written: {error.strerror}")
        return DeliveryResult(DeliveryOutcome.DELIVERED, "put into the local mailbox", mail.message_id)

    def names(self) -> list[str]:
        """Names of all mails, latest first."""
        return sorted((path.stem for path in self._folder.glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True)

    def latest(self, limit: int = 100) -> list[KeptMail]:
        """The latest mails, latest first."""
        return [self.get(name) for name in self.names()[:limit]]

    def get(self, name: str) -> KeptMail:
        """One mail; MailGatewayNotFound."""
        path = self._folder / f"{name}.eml"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise MailGatewayNotFound(f"there is no mail {name[:40]!r} in this mailbox")
        raw = path.read_bytes()
        return KeptMail(name, parse(raw), raw)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One mail at a time, of all threads and processes: a number is given once, and in the order of sending."""
        with (self._folder / ".numbering").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, digest: str, data: bytes) -> None:
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._folder / f"{self._last_number() + 1:010d}-{digest}.eml")
        finally:
            Path(temporary).unlink(missing_ok=True)

    def _last_number(self) -> int:
        names = self.names()
        return int(names[0].partition("-")[0]) if names else 0
