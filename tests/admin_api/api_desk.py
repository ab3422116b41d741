"""A running API over a real SQLite store and a small invented bureau, for the tests of the API."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.testclient import TestClient

from admin_api.access import Context, lend_context
from admin_api.api.application import create_api
from admin_api.api.authentication import Scope, derive_key, hash_key
from admin_api.error_handlers import HtmlErrors, install_error_handlers
from admin_api.trials import Trials
from casework.actions.intake import open_case
from casework.actions.lettering import Press
from casework.actions.office import Office
from casework.bureau import Bureau, Commitment, Unit, Words
from casework.case import Case
from casework.commands import OpenCase
from casework.kinds import CaseKind
from casework.letters import letter_words
from casework.message import Attachment, Author, Direction, Message
from casework.papers.letter_files import letter_docx, letter_pdf, letter_pictures
from casework.party import Address, ChannelName, Language
from casework.ports import UnitOfWork
from casework.staff import Role, Staff
from casework.store import SqlStore, open_store
from casework.store.blobs import DirectoryBlobs
from casework.thread import Audience
from casework.wording import load_wording
from casework.working_days import DayUnit, TimeLimit, WorkCalendar
from knowledge.library import Library, load_library
from knowledge.retrieval import KnowledgeBase
from knowledge.store import IndexedRevisions, SqlCatalogue, SqlImports
from knowledge.store import metadata as tables_of_knowledge

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PROCEDURES = Path(__file__).parents[2] / "runtime" / "demo" / "bureau" / "procedures"
KINDS = tuple(CaseKind)
BUREAU = Bureau(
    slug="zmd",
    name=Words("示例市公安局", "Example City Public Security Bureau"),
    reference_prefix="ZMD",
    calendar=WorkCalendar(ZoneInfo("Asia/Shanghai")),
    units=(
        Unit("bureau", Words("示例市公安局", "Bureau"), "bureau", mail="duty@example.org", handles=KINDS),
        Unit("exit-entry", Words("出入境", "Exit and entry"), "window", "bureau", mail="exit@example.org"),
        Unit("exit-entry-hall", Words("出入境大厅", "Exit and entry hall"), "window", "exit-entry"),
        Unit("household", Words("户籍", "Household"), "window", "bureau", telephone="0000-1111111"),
    ),
    commitments={
        CaseKind.COMPLAINT: Commitment(
            TimeLimit(60, DayUnit.CALENDAR_DAY), Words("《信访工作条例》第三十四条", "Regulations, art. 34")
        )
    },
)


@dataclass
class Desk:
    """The API, its store, and who works there."""

    store: SqlStore
    context: Context
    app: FastAPI
    client: TestClient
    administrator: Staff
    clerk: Staff
    """Of the unit exit-entry."""
    officer: Staff
    """Of the desk: sees every case."""
    key: str
    """Of the administrator, with every scope."""
    wakes: list[datetime] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def key_for(self, staff: Staff, *scopes: Scope) -> str:
        """A new key of an account; every scope when none is named."""
        return add_key(self.store, staff, scopes or tuple(Scope), nonce=str(next(self.numbers)))

    def get(self, path: str, key: str | None = None, **query: Any) -> Any:
        """The answer to a GET under /api/v1."""
        return self.client.get(f"/api/v1{path}", params=query, headers=self.headers(key))

    def post(self, path: str, body: object, key: str | None = None, *, once: str | None = None, **headers: str) -> Any:
        """The answer to a POST under /api/v1, with a new Idempotency-Key unless `once` names it."""
        sent = {"Idempotency-Key": once or f"try-{next(self.numbers)}", **self.headers(key), **headers}
        return self.client.post(f"/api/v1{path}", json=body, headers=sent)

    def headers(self, key: str | None = None) -> dict[str, str]:
        """The header that authenticates."""
        return {"Authorization": f"Bearer {key or self.key}"}

    def open_case(
        self,
        text: str = "窗口没有一次性告知材料。",
        *,
        kind: CaseKind = CaseKind.COMPLAINT,
        unit: str = "exit-entry",
        anonymous: bool = False,
        writer: str = "web-1",
        name: str = "测试市民甲",
        attachments: Sequence[Attachment] = (),
    ) -> Case:
        """A case that a citizen opened in the web chat."""
        now = self.context.clock()

        def work(uow: UnitOfWork) -> Case:
            message = say(uow, text, writer=writer, name=name, now=now, attachments=attachments)
            command = OpenCase(kind, text[:40], {"facts": text, "name": name}, unit=unit, anonymous=anonymous)
            thread = uow.threads.get(message.thread_id)
            opened = open_case(command, uow, office=self.context.office, thread=thread, message=message, now=now)
            return uow.cases.get(opened.case.id)

        return self.store.write(work)

    def reload(self, case: Case) -> Case:
        """The case as it stands now."""
        with self.store.read() as uow:
            return uow.cases.get(case.id)

    def messages_of(self, case: Case) -> Sequence[Message]:
        """Everything said about a case."""
        with self.store.read() as uow:
            return uow.threads.messages_of_case(case.id)


def say(
    uow: UnitOfWork,
    text: str,
    *,
    writer: str,
    now: datetime,
    name: str | None = None,
    language: Language = "zh",
    attachments: Sequence[Attachment] = (),
) -> Message:
    """A citizen's words in the web chat, without a case."""
    address = Address(ChannelName.WEB_CHAT, writer)
    party = uow.parties.ensure(address, language=language, name=name, now=now)
    thread = uow.threads.ensure_chat(address, party.id, language=language, now=now)
    assert thread.audience is Audience.CITIZEN
    return uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, text, now=now, attachments=attachments)


def add_key(store: SqlStore, staff: Staff, scopes: Sequence[Scope], *, nonce: str) -> str:
    """A new key of an account."""
    key = derive_key(nonce, b"test")
    names = [scope.value for scope in scopes]
    store.write(
        lambda uow: uow.accounts.add_api_key(f"key {nonce}", hash_key(key), names, now=MONDAY, staff_id=staff.id)
    )
    return key


def add_staff(store: SqlStore, name: str, role: Role, unit: str) -> Staff:
    """A new account."""
    return store.write(
        lambda uow: uow.accounts.add_staff(
            name,
            display_name=f"示例{name}",
            unit=unit,
            role=role,
            language="zh",
            mail=f"{name}@example.org",
            password_hash="none",
        )
    )


@cache
def load_procedures() -> Library:
    """The entries of the demo bureau."""
    return load_library(PROCEDURES)[0]


@cache
def demo_knowledge() -> KnowledgeBase:
    """What answers from them, built once for all tests since nothing changes it."""
    return KnowledgeBase(load_procedures())


def make_app(context: Context, *, html: HtmlErrors | None = None) -> FastAPI:
    """The API alone in an application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    lend_context(app, context)
    app.include_router(create_api())
    install_error_handlers(app, html)
    return app


@contextmanager
def running_desk(folder: Path, *, url: str | None = None) -> Iterator[Desk]:
    """A desk whose store and files lie in `folder`."""
    store = open_store(url or f"sqlite:///{folder / 'sunwindow.sqlite3'}")
    store.create_tables()
    tables_of_knowledge.create_all(store.engine)
    ticks = itertools.count()
    wakes: list[datetime] = []
    library = load_procedures()

    def clock() -> datetime:
        return MONDAY + timedelta(seconds=next(ticks))

    context = Context(
        store=store,
        blobs=DirectoryBlobs(folder / "blobs"),
        office=Office(BUREAU, load_wording(files("casework") / "notices"), b"an invented secret"),
        library=lambda: library,
        knowledge=demo_knowledge,
        clock=clock,
        wake=lambda: wakes.append(MONDAY),
        revisions=lambda uow: IndexedRevisions(SqlStore.connection_of(uow)),
        catalogue=lambda uow: SqlCatalogue(SqlStore.connection_of(uow)),
        imports=lambda uow: SqlImports(SqlStore.connection_of(uow)),
        press=Press(letter_words(), BUREAU, DirectoryBlobs(folder / "blobs"), letter_pdf, letter_docx, letter_pictures),
        trials=Trials(KnowledgeBase),
    )
    administrator = add_staff(store, "administrator", Role.ADMINISTRATOR, "bureau")
    app = make_app(context)
    with TestClient(app) as client:
        yield Desk(
            store=store,
            context=context,
            app=app,
            client=client,
            administrator=administrator,
            clerk=add_staff(store, "clerk", Role.HANDLER, "exit-entry"),
            officer=add_staff(store, "officer", Role.INTAKE, "bureau"),
            key=add_key(store, administrator, tuple(Scope), nonce="first"),
            wakes=wakes,
        )
    store.close()


def today() -> date:
    """The local date of the tests."""
    return BUREAU.calendar.local_date(MONDAY)
