"""What the desk answers from: rebuilt in the background when what is published moved, and swapped as one thing.

While it is rebuilt the old one answers. A build that fails leaves the old one in place, is logged and is shown to
operators and staff; it is tried again when something else is published, and once in a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from casework.errors import CaseworkError
from casework.store import SqlStore
from knowledge.bodies import procedure_in_force
from knowledge.claims import without_claimed
from knowledge.library import Library
from knowledge.retrieval import KnowledgeBase
from knowledge.revisions import Subject
from knowledge.store import SqlRevisions

LOOK_EVERY = 0.5
"""Seconds: an edit is to be answered everywhere within five, the build included; looking reads one number."""
TRY_AGAIN_AFTER = 60.0
"""Seconds until a build that failed is tried again though nothing else was published."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Built:
    """One state of what is published, ready to be asked."""

    state: int
    knowledge: KnowledgeBase


class LiveKnowledge:
    """The knowledge as it is published now; call it for the library and its index, which belong together."""

    def __init__(
        self,
        store: SqlStore,
        clock: Callable[[], datetime],
        build: Callable[[Library], KnowledgeBase],
        local_date: Callable[[datetime], date] = datetime.date,
    ) -> None:
        """Build what is published now; whatever goes wrong is raised, for there is nothing older to answer from."""
        self._store = store
        self._clock = clock
        self.build = build
        """Makes the index of a library as it is made for what is served."""
        self._local_date = local_date
        self._built = self._rebuilt()
        self._failed: tuple[int, float] | None = None
        self.failed_since: datetime | None = None
        """Since when what is served is older than what is published because it could not be built."""

    def __call__(self) -> KnowledgeBase:
        """What to answer from; hold on to it for one question, so that both halves are of one moment."""
        return self._built.knowledge

    @property
    def state(self) -> int:
        """Which state of what is published is served."""
        return self._built.state

    def refresh(self) -> bool:
        """Rebuild when what is published moved, and say whether it did; the old one is kept when that fails."""
        with self._store.read() as uow:
            state = SqlRevisions(uow.connection).state(Subject.ENTRY)
        if state == self._built.state or self._failed_lately(state):
            return False
        try:
            self._built = self._rebuilt()
        except CaseworkError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the old one still answers
            self._note_failure(state, error)
            return False
        self._failed = self.failed_since = None
        log.info(
            "knowledge rebuilt",
            action="knowledge.rebuilt",
            state=self.state,
            entries=len(self._built.knowledge.library),
        )
        return True

    def watch(self, stopping: threading.Event, *, every: float = LOOK_EVERY) -> None:
        """Refresh again and again until `stopping` is set."""
        answers = True
        while not stopping.wait(every):
            try:
                self.refresh()
                answers = True
            except CaseworkError as error:
                if answers:
                    log.warning("knowledge not read", action="knowledge.not_read", error=type(error).__name__)
                answers = False

    def _rebuilt(self) -> _Built:
        with self._store.read() as uow:
            kept = SqlRevisions(uow.connection)
            state = kept.state(Subject.ENTRY)
            public = [one for one in kept.published(Subject.ENTRY) if one.standing.is_public]
        entries = without_claimed(procedure_in_force(revision, self._local_date) for revision in public)
        return _Built(state, self.build(Library(entries, digest=f"{state}")))

    def _failed_lately(self, state: int) -> bool:
        return self._failed is not None and (
            self._failed[0] == state and time.monotonic() - self._failed[1] < TRY_AGAIN_AFTER
        )

    def _note_failure(self, state: int, error: Exception) -> None:
        self._failed = (state, time.monotonic())
        self.failed_since = self.failed_since or self._clock()
        log.error("knowledge not rebuilt", action="knowledge.not_rebuilt", state=state, error=type(error).__name__)
