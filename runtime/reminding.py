"""The job that reminds of deadlines: a look over those that are near or past, every few minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from casework.actions.office import Office
from casework.actions.reminding import Place, Round, remind
from casework.store import SqlStore, SqlUnitOfWork

log = structlog.get_logger()
EVERY = timedelta(minutes=5)
"""Between two looks over all deadlines; a reminder is due on a day, so minutes do not matter."""


@dataclass(slots=True)
class Reminding:
    """Looks over the deadlines of open cases."""

    store: SqlStore
    office: Office
    clock: Callable[[], datetime]
    stopping: threading.Event
    wake: Callable[[], object]
    """Called when something was queued."""
    looked_at: datetime | None = field(default=None, init=False)

    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return self.looked_at is None or self.clock() - self.looked_at >= EVERY

    def run(self) -> None:
        """Look once over all of them."""
        self.looked_at = self.clock()
        after: Place | None = None
        sent = 0
        while not self.stopping.is_set():
            done = self._round(after)
            sent += done.sent
            if done.after is None:
                break
            after = done.after
        if sent:
            log.info("reminded of deadlines", action="deadlines.reminded", count=sent)
            self.wake()

    def _round(self, after: Place | None) -> Round:
        def work(uow: SqlUnitOfWork) -> Round:
            return remind(uow, office=self.office, now=self.clock(), after=after)

        return self.store.write(work)
