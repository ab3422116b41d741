"""Taking an archive of mail in: each letter once, many in a commit, and one that cannot be kept stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from casework.errors import CaseworkUnavailable
from casework.inbox import Arrival
from casework.ports import Store, UnitOfWork
from mail_gateway.acceptance import arrival_of
from mail_gateway.archive import Archived, file_archived, read_archived
from mail_gateway.delivered import as_on_the_wire, envelope_from_header, received_as_told
from mail_gateway.understanding import MailRoom
from runtime.archive_files import ArchiveFile

AT_ONCE = 100
BYTES_AT_ONCE = 16 * 1024 * 1024


@dataclass(slots=True)
class Imported:
    """What became of an archive."""

    new: int = 0
    known: int = 0
    """Letters that were taken in before, by whatever way."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """What could not be taken in: where it lies, and why."""


@dataclass(frozen=True, slots=True)
class MailImport:
    """How an archive is taken in."""

    store: Store
    room: MailRoom
    now: datetime
    recipient: str = ""
    """Who mails are for that name no mailbox of ours; the main one when it is empty."""
    is_answered: bool = False
    """Whether they are treated as if they had just come."""

    def run(self, mails: Iterable[ArchiveFile], on_fault: Callable[[str, str], None]) -> Imported:
        """Take the mails in; each fault is also told when it is found. CaseworkUnavailable when the store is away."""
        imported = Imported()

        def fault(name: str, why: str) -> None:
            imported.faults.append((name, why))
            on_fault(name, why)

        for batch in _batches(mails):
            ready: list[tuple[str, Arrival | Archived]] = []
            for mail in batch:
                if mail.fault:
                    fault(mail.name, mail.fault)
                else:
                    ready.append((mail.name, self._read(mail.raw)))
            self._keep(ready, imported, fault)
        return imported

    def _read(self, raw: bytes) -> Arrival | Archived:
        raw = as_on_the_wire(raw)
        received_at = self.now if self.is_answered else received_as_told(raw, self.now)
        ours = self.room.mailboxes
        arrival = arrival_of(raw, envelope_from_header(raw, ours, received_at=received_at, recipient=self.recipient))
        return arrival if self.is_answered else read_archived(arrival, self.room)

    def _keep(
        self, ready: list[tuple[str, Arrival | Archived]], imported: Imported, fault: Callable[[str, str], None]
    ) -> None:
        """Commit these together, or each alone when that fails for another reason than that the store is away."""

        def save(uow: UnitOfWork) -> int:
            return sum(self._add(mail, uow) for _, mail in ready)

        try:
            new = self.store.write(save)
        except CaseworkUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one mail that the store refuses stops no archive
            if len(ready) == 1:
                fault(ready[0][0], f"cannot be kept: {type(error).__name__}")
                return
            for one in ready:
                self._keep([one], imported, fault)
            return
        imported.new += new
        imported.known += len(ready) - new

    def _add(self, mail: Arrival | Archived, uow: UnitOfWork) -> bool:
        if isinstance(mail, Archived):
            return file_archived(mail, uow, now=self.now)
        return uow.inbox.add(mail)[1]


def _batches(mails: Iterable[ArchiveFile]) -> Iterator[list[ArchiveFile]]:
    batch: list[ArchiveFile] = []
    size = 0
    for mail in mails:
        batch.append(mail)
        size += len(mail.raw)
        if len(batch) == AT_ONCE or size > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
