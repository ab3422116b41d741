"""Keeping case files: erasing what is due, deleting its files, sealing the ledgers; and erasing again after a restore.

What was erased is also written to a journal beside the database: a backup that is older brings the text back, and the
journal says what must go again. It holds references and rules, nothing of the text.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import delete, select

import bot.store
import bot.web_store
import knowledge.store
from casework.actions.announcing import announce_seal
from casework.actions.office import Office
from casework.actions.retaining import AT_ONCE, delete_files, erase_again, erase_due
from casework.actions.verifying import seal
from casework.case import Case
from casework.ports import BlobStore, UnitOfWork
from casework.retention import Erasure
from casework.seal import Seal
from casework.store import SqlStore
from casework.store.tables import threads
from runtime.backup import digests_in

log = structlog.get_logger()
JOURNAL = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class CaseFileKeeping:
    """What is done for case files from hour to hour; each part does nothing when there is nothing to do."""

    store: SqlStore
    blobs: BlobStore
    office: Office
    clock: Callable[[], datetime]
    journal: Path

    def run(self) -> None:
        """Erase what is due, delete the files that nobody names any more, and seal once a day."""
        self.erase()
        self.seal_daily()

    def erase(self) -> int:
        """Erase what the rules of the bureau ask for; how many cases. Nothing while it has set no years."""
        now = self.clock()
        done = erase_due(self.store, self.office.bureau, now=now, before_party=partial(forget_conversations, now=now))
        self._write_journal()
        files = delete_files(self.store, self.blobs, now=now, kept=self._named_elsewhere)
        if done or files:
            log.info("erased by rule", action="erased_by_rule", cases=done, files=files)
        return done

    def seal_daily(self) -> Seal | None:
        """Seal the ledgers unless that was done today, and mail the digest to the bureau."""
        calendar, now = self.office.bureau.calendar, self.clock()
        with self.store.read() as uow:
            last = uow.ledgers.last_seal()
        if last is not None and calendar.local_date(last.at) >= calendar.local_date(now):
            return None
        return self.seal(now)

    def seal(self, now: datetime) -> Seal | None:
        """Seal the ledgers now, and mail the digest to the bureau."""

        def tell(uow: UnitOfWork, made: Seal) -> None:
            announce_seal(made, uow, bureau=self.office.bureau, notices=self.office.notices, now=now)

        return seal(self.store, now=now, told=tell)

    def _write_journal(self) -> None:
        """Bring the journal up to the table, also after a crash between the two."""
        with self.store.read() as uow:
            latest = uow.erasures.latest(limit=2 * AT_ONCE)
        if latest:
            known = {(row.reference, row.until_event) for row in read_journal(self.journal)}
            write_down(self.journal, [row for row in latest if (row.reference, row.until_event) not in known])

    def _named_elsewhere(self) -> frozenset[str]:
        """The files that published entries, items and conversations name."""
        found: set[str] = set()
        with self.store.engine.connect().execution_options(sunwindow_reads=True) as connection:
            for metadata in (knowledge.store.metadata, bot.store.metadata):
                for table in metadata.sorted_tables:
                    for row in connection.execute(select(table)).mappings():
                        found.update(digests_in(row))
        return frozenset(found)


def forget_conversations(uow: UnitOfWork, case: Case, *, now: datetime) -> None:
    """Forget what the assistant keeps of its conversations with the writer of a case."""
    connection = SqlStore.connection_of(uow)
    own = connection.execute(select(threads.c.id, threads.c.address).where(threads.c.party_id == case.party_id)).all()
    conversations, web, uploads = bot.store.conversations, bot.web_store.web_conversations, bot.web_store.web_uploads
    connection.execute(delete(conversations).where(conversations.c.thread_id.in_([row.id for row in own])))
    addresses = [row.address for row in own if row.address]
    ahead = uploads.c.conversation.in_(addresses)
    uow.erasures.let_go(list(connection.execute(select(uploads.c.sha256).where(ahead)).scalars()), now)
    connection.execute(delete(uploads).where(ahead))
    connection.execute(delete(web).where(web.c.conversation.in_(addresses)))


def write_down(journal: Path, erasures: Sequence[Erasure]) -> None:
    """Add erasures to the journal, on disk before this returns."""
    if not erasures:
        return
    journal.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        for one in erasures:
            row = {"reference": one.reference, "until_event": one.until_event, "rule": one.rule}
            file.write(json.dumps({**row, "at": one.at.isoformat()}, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_journal(journal: Path) -> Iterator[Erasure]:
    """What the journal holds; a last line that was cut short by a power failure is left out."""
    if not journal.is_file():
        return
    for line in journal.read_text("utf-8").splitlines():
        try:
            row: Mapping[str, str] = json.loads(line)
        except ValueError:
            continue
        yield Erasure(row["reference"], int(row["until_event"]), row["rule"], datetime.fromisoformat(row["at"]))


def erase_after_restore(store: SqlStore, journal: Path, *, now: datetime) -> int:
    """Erase again what a restored backup brought back; how many cases. Their files go with the next hourly run."""
    forget = partial(forget_conversations, now=now)
    done = 0
    for erasure in read_journal(journal):
        if store.write(
            lambda uow, erasure=erasure: erase_again(erasure, uow, now=now, before_party=forget)  # type: ignore[misc]
        ):
            done += 1
    return done
