"""A whole installation with something in every table and in the file store, to be carried elsewhere and compared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.store import SqlConversations
from bot.web_store import SqlWebConversations
from casework.commands import RecordEnquiry
from casework.events import EventName
from casework.inbox import Arrival, RawMail
from casework.letter import LetterKind
from casework.link import Link, Relation
from casework.message import Attachment, Author, Direction, InboundMessage, Reply
from casework.outbox import LEASE_FOR, DeliveryOutcome, DeliveryResult, OutboxKind
from casework.party import Address, ChannelName
from casework.ports import StoredResponse
from casework.reminder import Level, Moment, Reminder
from casework.retention import Erasure
from casework.staff import Role
from casework.store import SqlStore, SqlUnitOfWork
from casework.store.blobs import DirectoryBlobs
from knowledge.catalogue.importing import ImportReport
from knowledge.catalogue.item import Category, Item, ItemFault, ItemFile
from knowledge.catalogue.item import body_of as body_of_item
from knowledge.catalogue.rows import Column, RowFault
from knowledge.publication import Classification, DisclosureClass, Move, Stage, Standing
from knowledge.revisions import Revision, Subject
from knowledge.store import IndexedRevisions, SqlImports, SqlRevisions
from runtime.backup import Contents, all_tables, backup
from runtime.migrating import migrate
from runtime.restoring import restore
from tests.casework.a_bureau import a_complaint

NOW = datetime(2026, 11, 23, 2, 0, 30, 123456, tzinfo=UTC)
MAIL = b"From: a@b.example\r\n\r\n\x00\xff\xd6\xd0" + bytes(range(256)) * 40
CITIZEN = Address(ChannelName.WEB_CHAT, "c" * 32)


def in_utc(value: Any) -> Any:
    """SQLite gives plain instants back without their zone, which is always UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


@dataclass
class Place:
    """An installation: a database and a file store."""

    store: SqlStore
    blobs: DirectoryBlobs

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in the database."""
        with self.store.engine.connect() as connection:
            return {
                table.name: [
                    {name: in_utc(value) for name, value in row.items()}
                    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
                ]
                for table in all_tables()
            }

    def back_up(self, archive: Path) -> Contents:
        return backup(self.store.engine, self.blobs, archive, now=NOW)

    def restore(self, archive: Path) -> Contents:
        return restore(self.store.engine, self.blobs, archive)


def fill(place: Place) -> None:
    """Something in every table, with the bytes and the texts that are hard to carry."""
    migrate(place.store.engine)
    seen, ahead, waiting, sent = (place.blobs.put(name * 900) for name in (b"seen", b"ahead", b"waiting", b"sent"))

    def work(uow: SqlUnitOfWork) -> None:
        opened = a_complaint(uow, now=NOW, address=CITIZEN, subject='引号"与\\反斜杠\n换行 😀')
        thread = opened.case.thread_id
        files = (Attachment("照片.png", "image/png", 3600, seen),)
        uow.threads.add_message(thread, Direction.INBOUND, Author.CITIZEN, "见附件", now=NOW, attachments=files)
        staff = uow.accounts.add_staff(
            "zhang", display_name="演示", unit="bureau", role=Role.INTAKE, language="zh", mail="", password_hash="x"
        )
        uow.accounts.add_api_key("k", "0" * 64, ["cases:read"], now=NOW, staff_id=staff.id)
        raw = RawMail("a@b.example", ("duty@gaj.example", "二@gaj.example"), MAIL, "192.0.2.1")
        uow.inbox.add(Arrival(ChannelName.EMAIL, "<1@b.example>", "a@b.example", NOW, raw_mail=raw))
        chat = InboundMessage(CITIZEN, "chat-1", "还没处理", NOW, attachments=(Attachment("w", "a/b", 6300, waiting),))
        uow.inbox.add(Arrival(ChannelName.WEB_CHAT, "chat-1", CITIZEN.value, NOW, message=chat))
        letter = Reply("附件在此", attachments=(Attachment("s", "a/b", 3600, sent),))
        uow.outbox.add(OutboxKind.STAFF, CITIZEN, letter, language="zh", now=NOW, thread_id=thread)
        for entry in uow.outbox.claim("w", [CITIZEN.channel], now=NOW, lease=LEASE_FOR, limit=1):
            uow.outbox.record(entry.id, DeliveryResult(DeliveryOutcome.TEMPORARY, "later"), now=NOW)
        uow.doors.hit("bucket", now=NOW, window=LEASE_FOR)
        uow.doors.set_position("telegram", "42")
        uow.doors.block_sender(CITIZEN, reason="示例", staff_id=staff.id, now=NOW)
        uow.parties.note_failure(CITIZEN, "550 示例", permanent=True, now=NOW)
        uow.accounts.add_session("1" * 64, staff.id, csrf_token="c", now=NOW, expires_at=NOW + LEASE_FOR)
        uow.accounts.add_reset("2" * 64, staff.id, expires_at=NOW + LEASE_FOR)
        uow.doors.keep_response("key 1", "once", StoredResponse("d", 201, '{"id": 1}'), now=NOW)
        uow.inbox.claim("w", now=NOW, lease=LEASE_FOR, limit=1)
        uow.cases.append(opened.case.id, EventName.NOTE_ADDED, at=NOW, actor="staff:1", facts={}, text="留言")
        asked = uow.threads.messages(thread)[0]
        answer = RecordEnquiry("answer", "passport-first", "2026-11-01", 0.8125, ("护照",))
        uow.enquiries.add(answer, thread_id=thread, message_id=asked.id, now=NOW)
        conversations = SqlConversations(uow.connection)
        conversations.save(thread, conversations.load(thread), now=NOW)
        web = SqlWebConversations(uow.connection)
        web.add(CITIZEN.value, "f" * 64, language="zh", now=NOW)
        web.add_upload("u" * 32, CITIZEN.value, Attachment("先传.txt", "text/plain", 4500, ahead), now=NOW)

    place.store.write(work)
    place.store.write(keep_files)
    place.store.write(handle_something)
    place.store.write(publish_something)
    disclosed = place.blobs.put(b"disclosed" * 900)
    place.store.write(lambda uow: import_something(uow, disclosed))


def keep_files(uow: SqlUnitOfWork) -> None:
    """A seal, the record of an erasure, and a file that waits to be deleted."""
    uow.ledgers.add_seal(at=NOW, last_event_id=uow.ledgers.written_until(), digest="5" * 64, after=0)
    uow.erasures.note(Erasure("ZMD-2020-000001-1", 4, "complaint: 5 years", NOW, {"messages": 2}))
    uow.erasures.let_go([hashlib.sha256(b"sent" * 900).hexdigest()], NOW)


def handle_something(uow: SqlUnitOfWork) -> None:
    """A reminder, a letter, two cases that are linked, a public result, and an annual report that was issued."""
    case = uow.cases.list_open(limit=1)[0]
    staff = uow.accounts.list_staff()[0]
    digest = hashlib.sha256(b"sent" * 900).hexdigest()
    uow.deadlines.note_reminder(Reminder(case.id, "reply", NOW.date(), Moment.ON, Level.UNIT, NOW))
    uow.letters.next_number("supplement", 2026)
    uow.letters.add(
        case.id,
        LetterKind.SUPPLEMENT,
        "ZMD-补正告知〔2026〕1号",
        language="zh",
        title="补正告知书",
        body="请补正",
        facts={"working_days": 5},
        issued_at=NOW,
        issued_by=staff.id,
        pdf_sha256=digest,
        docx_sha256=digest,
    )
    uow.links.add(Link(case.id, case.id, Relation.SAME_MATTER, NOW, staff.id))
    uow.results.publish(
        case.id, language="zh", title="标题", matter="事由", answer="答复", unit=case.unit, by=staff.id, now=NOW
    )
    uow.reports.add(2025, "2021", filed="{}", files={"annual-2025.json": digest}, now=NOW, by=staff.id)


def publish_something(uow: SqlUnitOfWork) -> None:
    """A published entry, and a draft that was reviewed, of a class that names its ground."""
    kept = SqlRevisions(uow.connection)
    standing = Standing(Stage.PUBLISHED, "bundle", NOW, published_at=NOW, review_due_on=date(2027, 5, 1))
    words = {"title": {"zh": '引号"与\\反斜杠\n换行 😀', "en": "e"}, "yuan": [120, 0.5], "to_fill": True}
    kept.enter_published([Revision(Subject.ENTRY, "passport", 1, "护照", "crj", words, standing, origin="d")])
    ground = Classification(DisclosureClass.ON_APPLICATION, "第十三条")
    made = kept.draft(
        Subject.ENTRY, "passport", title="护照", unit="crj", body=words, classification=ground, by="wang", now=NOW
    )
    kept.move(made, Move.REVIEW, by="li", now=NOW, today=NOW.date())


def import_something(uow: SqlUnitOfWork, digest: str) -> None:
    """An item with a file, which came with an import and is found by its words."""
    kept, imports = IndexedRevisions(uow.connection), SqlImports(uow.connection)
    file = ItemFile(digest, "目录.pdf", "application/pdf", 8100)
    item = Item(
        "2026-a", "治安管理办法", Category.POLICY, "bureau", NOW.date(), "号〔2026〕1", text="烟花爆竹", file=file
    )
    report = ImportReport(imports.begin("表.csv", by="wang", now=NOW), "表.csv", "wang", NOW)
    standing = Standing(Stage.PUBLISHED, "wang", NOW, published_at=NOW, review_due_on=date(2027, 5, 1))
    revision = Revision(Subject.ITEM, item.slug, 1, item.title, item.unit, body_of_item(item), standing)
    kept.enter_published([revision])
    imports.add(report.id, [revision])
    faults = (RowFault(3, Column.TITLE, ItemFault.TITLE_MISSING, ""),)
    imports.finish(replace(report, taken=1, refused=1, faults=faults))
