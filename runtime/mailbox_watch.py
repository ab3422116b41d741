"""Fetching the bureau's existing mailbox again and again, in a thread of the worker, and telling how that goes."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import structlog

from casework.ports import Store
from mail_gateway.errors import MailGatewayError
from mail_gateway.fetching import Fetched, Fetcher
from mail_gateway.imap_session import MailboxRefused

log = structlog.get_logger()
STATE_KEY = "imap-state"
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds after a failure, doubled with each further one."""
REFUSED_PAUSE = 300.0
"""After a wrong password or the like: providers lock who tries on and on."""


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How fetching goes, kept in the store so that every process can tell."""

    fetched_at: str = ""
    """When the last visit that succeeded began."""
    failing_since: str = ""
    error: str = ""
    """The setting that must be mended, `unavailable`, or the class of another error; empty when all is well."""

    @classmethod
    def read(cls, store: Store) -> MailboxState | None:
        """The state, or None when no mailbox was ever fetched."""
        with store.read() as uow:
            kept = uow.doors.get_position(STATE_KEY)
        return cls(**json.loads(kept)) if kept else None

    def after(self, error: Exception | None, now: datetime) -> MailboxState:
        """The state after a visit that ended with `error`."""
        if error is None:
            return MailboxState(fetched_at=now.isoformat())
        return replace(self, failing_since=self.failing_since or now.isoformat(), error=name_of(error))


def name_of(error: Exception) -> str:
    """A short name for a figure."""
    if isinstance(error, MailboxRefused):
        return error.setting
    return "unavailable" if isinstance(error, MailGatewayError) else type(error).__name__


def pause_after(error: Exception | None, failures: int, *, poll: float) -> float:
    """Seconds until the next visit, after so many failures in a row."""
    if error is None:
        return poll
    if isinstance(error, MailboxRefused):
        return max(poll, REFUSED_PAUSE)
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 20), LONGEST_PAUSE)


@dataclass(slots=True)
class MailboxWatch:
    """Visits a mailbox until told to end."""

    fetcher: Fetcher
    store: Store
    clock: Callable[[], datetime]
    wake: Callable[[], object]
    """Called when letters have come."""
    poll: float

    def run(self, ended: threading.Event) -> None:
        """Visit, and wait, until `ended`; no error ends it."""
        failures, pause = 0, 0.0
        while not ended.wait(pause):
            error = self.visit()
            failures = failures + 1 if error else 0
            pause = pause_after(error, failures, poll=self.poll)

    def visit(self) -> Exception | None:
        """One visit, noted in the state; the error that ended it."""
        now = self.clock()
        error: Exception | None = None
        try:
            self._tell(self.fetcher.fetch(now))
        except Exception as found:  # noqa: BLE001 - whatever it is, the mails stay in the mailbox for the next visit
            error = found
            # What was committed before the error waits already.
            self.wake()
        if not self.fetcher.stopping.is_set():
            self._note(error, now)
        return error

    def _tell(self, fetched: Fetched) -> None:
        if fetched.new:
            self.wake()
        if fetched.new or fetched.archived or fetched.not_fetched or fetched.owed:
            log.info("mailbox fetched", action="mailbox.fetched", **asdict(fetched))

    def _note(self, error: Exception | None, now: datetime) -> None:
        # A store that is away is told by others; the next visit notes how it goes.
        with contextlib.suppress(Exception):
            before = MailboxState.read(self.store) or MailboxState()
            after = before.after(error, now)
            if error is not None and after.error != before.error:
                # What we say ourselves names settings and never a citizen; another error's words are not logged.
                said = str(error) if isinstance(error, MailGatewayError) else ""
                log.warning("mailbox not fetched", action="mailbox.not_fetched", error=after.error, reason=said)
            self.store.write(lambda uow: uow.doors.set_position(STATE_KEY, json.dumps(asdict(after))))
