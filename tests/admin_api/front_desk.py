"""A front desk to test pages on: the demo bureau over a real store, a clock that the test moves, and people to act."""

from __future__ import annotations

import tempfile
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from admin_api.access import Context
from admin_api.passwords import hash_password
from admin_api.trials import Trials
from casework.actions.intake import OpenedCase, add_to_case, open_case
from casework.actions.office import Office
from casework.case import Case
from casework.commands import OpenCase
from casework.kinds import CaseKind
from casework.message import Attachment, Author, Direction, Message
from casework.party import Address, ChannelName, Language
from casework.ports import UnitOfWork
from casework.staff import Role, Staff
from casework.store import open_store
from casework.store.blobs import DirectoryBlobs
from casework.store.opening import SqlStore
from casework.thread import Audience
from casework.wording import load_wording
from knowledge.library import Library
from knowledge.retrieval import KnowledgeBase
from knowledge.store import IndexedRevisions, SqlCatalogue, SqlImports
from knowledge.store import metadata as tables_of_knowledge
from runtime.bundle import Bundle, load_bundle
from runtime.entering_items import enter_items
from runtime.furnishing import know
from tests.running.indexes import INDEXES

PASSWORD = "window-seat-42"
_HASH = hash_password(PASSWORD)
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten o'clock of a Monday on the bureau's wall."""


@dataclass
class FrontDesk:
    """Everything behind the pages."""

    store: SqlStore
    context: Context
    time: list[datetime]
    wakes: list[int] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.time[0]

    def wait(self, span: timedelta) -> None:
        """Move the clock."""
        self.time[0] += span

    def hire_everybody(self) -> None:
        """One of each role at the city bureau, signing in by its role: `disclosure-officer` and so on."""
        for role in Role:
            self.hire(role.value.replace("_", "-"), role)

    def hire(self, name: str, role: Role = Role.INTAKE, unit: str = "city-bureau", language: Language = "zh") -> Staff:
        """A member of staff with `PASSWORD`, which need not be changed."""

        def add(uow: UnitOfWork) -> Staff:
            staff = uow.accounts.add_staff(
                name,
                display_name=f"{name}（示例）",
                unit=unit,
                role=role,
                language=language,
                mail=f"{name}@gaj.example",
                password_hash=_HASH,
            )
            uow.accounts.set_password(staff.id, _HASH, must_change=False)
            return uow.accounts.get_staff(staff.id)

        return self.store.write(add)

    def receive(
        self,
        text: str,
        *,
        kind: CaseKind = CaseKind.COMPLAINT,
        unit: str | None = None,
        name: str | None = "示例甲",
        address: str = "web-1",
        channel: ChannelName = ChannelName.WEB_CHAT,
        language: Language = "zh",
        anonymous: bool = False,
        details: dict[str, str] | None = None,
        attachments: tuple[Attachment, ...] = (),
        subject: str | None = None,
        accused: str | None = None,
    ) -> OpenedCase:
        """A case that a citizen opened with one message."""

        def open_it(uow: UnitOfWork) -> OpenedCase:
            where = Address(channel, address)
            party = uow.parties.ensure(where, language=language, name=name, now=self.now)
            if channel is ChannelName.EMAIL:
                thread = uow.threads.open(
                    Audience.CITIZEN,
                    language=language,
                    now=self.now,
                    party_id=party.id,
                    address=where,
                    subject=text[:40],
                )
            else:
                thread = uow.threads.ensure_chat(where, party.id, language=language, now=self.now)
            message = uow.threads.add_message(
                thread.id, Direction.INBOUND, Author.CITIZEN, text, now=self.now, attachments=attachments
            )
            command = OpenCase(
                kind, subject or text[:60], details=details or {}, unit=unit, anonymous=anonymous, accused=accused
            )
            return open_case(command, uow, office=self.context.office, thread=thread, message=message, now=self.now)

        return self.store.write(open_it)

    def hear_again(self, case: Case, text: str) -> Message:
        """Another message of the same citizen about the case."""

        def add(uow: UnitOfWork) -> Message:
            message = uow.threads.add_message(case.thread_id, Direction.INBOUND, Author.CITIZEN, text, now=self.now)
            add_to_case(uow.cases.get(case.id), message, uow, office=self.context.office, now=self.now)
            return message

        return self.store.write(add)

    def fill_catalogue(self) -> None:
        """Publish the items of the demo bureau."""
        enter_items(self.store, _demo()[0].items, now=self.now)

    def look(self, case: Case) -> Case:
        """The case as it stands now."""
        with self.store.read() as uow:
            return uow.cases.get(case.id)


@cache
def _demo() -> tuple[Bundle, KnowledgeBase]:
    bundle = load_bundle()
    return bundle, know(bundle, kept=INDEXES)


def know_demo(library: Library) -> KnowledgeBase:
    """What the demo bureau knows when `library` is what it serves; indexed once for as long as nobody edits it."""
    bundle, base = _demo()
    if [replace(entry, review_due_on=None) for entry in library] != list(base.library):
        return know(bundle, None, library, kept=INDEXES)
    # The same words are found in the same way; what else the library tells is its own.
    same = copy(base)
    same.library = library
    return same


def a_front_desk(folder: Path | None = None, url: str = "") -> FrontDesk:
    """The demo bureau with empty books, in `folder` or in a throw-away one."""
    folder = folder or Path(tempfile.mkdtemp(prefix="sunwindow-"))
    store = open_store(url or f"sqlite:///{folder / 'desk.sqlite3'}")
    store.create_tables()
    tables_of_knowledge.create_all(store.engine)
    bundle, base = _demo()
    time, wakes = [START], list[int]()
    context = Context(
        store=store,
        blobs=DirectoryBlobs(folder / "blobs"),
        office=Office(bundle.bureau, load_wording(files("casework") / "notices"), b"secret of a test"),
        library=lambda: bundle.library,
        knowledge=lambda: base,
        clock=lambda: time[0],
        wake=lambda: wakes.append(1),
        revisions=lambda uow: IndexedRevisions(SqlStore.connection_of(uow)),
        catalogue=lambda uow: SqlCatalogue(SqlStore.connection_of(uow)),
        imports=lambda uow: SqlImports(SqlStore.connection_of(uow)),
        disclosure=bundle.disclosure,
        press=bundle.press(DirectoryBlobs(folder / "blobs")),
        trials=Trials(know_demo),
    )
    return FrontDesk(store, context, time, wakes)
