"""Fetching an existing mailbox, from an IMAP server of another make over real sockets, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import exc

from casework.errors import CaseworkUnavailable
from casework.inbox import InboxState
from casework.store import SqlStore
from mail_gateway.acceptance import arrival_of
from mail_gateway.envelope import Envelope
from mail_gateway.fetching import Fetched
from mail_gateway.imap_session import MailboxRefused, MailboxUnavailable
from mail_gateway.understanding import MailRoom
from tests.mail_gateway.fetched_bureau import NOW, RULES, Bureau, mail
from tests.mail_gateway.letters import OURS
from tests.running.cutting_proxy import cutting_proxy
from tests.running.imap_server import ImapServer, imap_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with imap_server(tmp_path_factory.mktemp("imap")) as started:
        yield started


@pytest.fixture
def bureau(store: SqlStore, room: MailRoom, server: ImapServer) -> Bureau:
    """With a mailbox that is empty."""
    server.open_mailbox()
    return Bureau(store, room, server)


def test_each_mail_is_taken_in_once_and_stays_unread(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2))
    assert bureau.fetch() == Fetched(new=2)
    assert bureau.fetch() == Fetched()
    bureau.server.put(mail(3))
    bureau.restart()
    assert bureau.fetch() == Fetched(new=1)
    assert bureau.subjects() == ["s1", "s2", "s3"]
    assert {entry.state for entry in bureau.entries()} == {InboxState.RECEIVED}
    assert bureau.server.seen() == []


def test_a_mail_that_came_by_smtp_too_is_one_letter(bureau: Bureau) -> None:
    came = arrival_of(mail(1), Envelope("li@mail.example", (OURS.main,), NOW))
    bureau.store.write(lambda uow: uow.inbox.add(came))
    bureau.server.put(mail(1), mail(2))
    assert bureau.fetch() == Fetched(new=1, known=1)
    assert len(bureau.entries()) == 2


def test_the_envelope_is_what_the_mailboxes_server_noted(bureau: Bureau) -> None:
    noted = {"Return_Path": "<bounce+1@mail.example>", "Delivered_To": "xinxiang+token@zmd.example"}
    bureau.server.put(mail(1, **noted), mail(2, Return_Path="<>"), mail(3))
    bureau.fetch()
    raws = [entry.raw_mail for entry in reversed(bureau.entries())]
    assert [(raw.mail_from, raw.rcpt_tos) for raw in raws if raw] == [
        ("bounce+1@mail.example", ("xinxiang+token@zmd.example", OURS.main)),
        ("", (OURS.main,)),
        ("li@mail.example", (OURS.main,)),
    ]


def test_after_an_outage_nothing_is_missed(bureau: Bureau) -> None:
    bureau.server.put(mail(1))
    bureau.fetch()
    bureau.server.put(*map(mail, range(2, 6)))
    bureau.server.stop()
    with pytest.raises(MailboxUnavailable, match=r"imap\.host"):
        bureau.fetch()
    bureau.server.start()
    assert bureau.fetch() == Fetched(new=4)
    assert bureau.subjects() == ["s1", "s2", "s3", "s4", "s5"]


def test_a_mailbox_that_is_numbered_anew_is_walked_again_and_brings_nothing_twice(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2))
    bureau.fetch()
    first = bureau.place()
    bureau.server.put(mail(3))
    bureau.server.number_anew()
    assert bureau.fetch() == Fetched(new=1, known=2)
    assert sorted(bureau.subjects()) == ["s1", "s2", "s3"]
    second = bureau.place()
    assert first is not None
    assert second is not None
    assert first.validity != second.validity


def test_a_thousand_mails_are_fetched(store: SqlStore, room: MailRoom, tmp_path: Path) -> None:
    with imap_server(tmp_path, in_memory=True) as server:
        bureau = Bureau(store, room, server)
        # The server begins with some mails of its own.
        before = bureau.fetch()
        server.put_many([mail(number) for number in range(1000)])
        assert bureau.fetch() == Fetched(new=1000)
        assert bureau.fetch() == Fetched()
        assert len(set(bureau.subjects())) == 1000 + before.new + before.archived


def test_a_mail_that_is_too_large_is_shown_and_holds_nobody_up(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2, "x" * 50 + "\r\n" + "很长 " * 40_000), mail(3))
    assert bureau.fetch() == Fetched(new=2, not_fetched=1)
    (held,) = bureau.entries(InboxState.HELD)
    assert held.reasons == ("reason.not_fetched.too_large",)
    assert held.reading is not None
    assert (held.reading.subject, held.reading.sender) == ("s2", "li@mail.example")
    bureau.server.number_anew()
    assert bureau.fetch() == Fetched(known=2)
    assert len(bureau.entries(InboxState.HELD)) == 1


def test_broken_mails_are_taken_in_whole(bureau: Bureau) -> None:
    broken = (
        b"\xff\x00\xfe no header at all \x00",
        b"Subject: =?gb2312?B?\r\nContent-Type: multipart/mixed\r\n\r\n--",
    )
    with bureau.server.signed_in() as client:
        for raw in broken:
            client.append("INBOX", raw)
    bureau.server.put(mail(1))
    assert bureau.fetch() == Fetched(new=3)
    assert bureau.subjects()[-1] == "s1"


def visits_over_a_line(bureau: Bureau, *, breaks: int, visits: int) -> tuple[int, list[Fetched]]:
    """How often visits broke off, and what the others brought, where mail 2 breaks the line so often."""
    bureau.server.put(mail(1), mail(2, "the fatal words"), mail(3))
    broken, done = 0, []
    with cutting_proxy(bureau.server.port, b"the fatal words", times=breaks) as proxy:
        bureau.access = replace(bureau.access, port=proxy.port)
        bureau.restart()
        for _ in range(visits):
            try:
                done.append(bureau.fetch())
            except MailboxUnavailable:
                broken += 1
    return broken, done


def test_a_connection_that_is_lost_in_the_middle_loses_nothing(bureau: Bureau) -> None:
    broken, done = visits_over_a_line(bureau, breaks=2, visits=3)
    assert broken == 2
    # The first came with the visit that broke off at the second.
    assert done == [Fetched(new=2)]
    assert bureau.subjects() == ["s1", "s2", "s3"]


def test_a_mail_at_which_the_connection_always_breaks_is_shown_and_holds_nobody_up(bureau: Bureau) -> None:
    broken, done = visits_over_a_line(bureau, breaks=1000, visits=5)
    assert broken == 3
    assert done == [Fetched(new=1, not_fetched=1), Fetched()]
    (held,) = bureau.entries(InboxState.HELD)
    assert held.reasons == ("reason.not_fetched.broken",)
    assert held.reading is not None
    assert held.reading.subject == "s2"
    assert sorted(bureau.subjects()) == ["s1", "s2", "s3"]


def test_a_mail_that_vanished_is_passed_over(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2), mail(3))
    bureau.server.remove(2)
    assert bureau.fetch() == Fetched(new=2)
    assert bureau.fetch() == Fetched()


def test_mails_are_marked_as_read_when_that_is_wanted(bureau: Bureau) -> None:
    bureau.access = replace(bureau.access, marks_seen=True)
    bureau.restart()
    bureau.server.put(mail(1), mail(2))
    bureau.fetch()
    assert bureau.server.seen() == [1, 2]


def test_old_mail_waits_for_a_clerk_without_a_receipt(bureau: Bureau) -> None:
    bureau.server.put(mail(1), at=NOW - timedelta(days=60))
    bureau.server.put(mail(2), at=NOW - timedelta(days=2))
    assert bureau.fetch() == Fetched(new=1, archived=1)
    (held,) = bureau.entries(InboxState.HELD)
    assert held.reasons == ("reason.archived",)
    assert abs(held.received_at - (NOW - timedelta(days=60))) < timedelta(days=1)


def test_what_came_before_the_day_that_is_set_is_left_and_what_comes_later_never(bureau: Bureau) -> None:
    bureau.rules = replace(RULES, since=(NOW - timedelta(days=5)).date())
    bureau.restart()
    bureau.server.put(mail(1), at=NOW - timedelta(days=9))
    bureau.server.put(mail(2), at=NOW - timedelta(days=2))
    assert bureau.fetch() == Fetched(new=1)
    # A clerk moves an old mail into the folder: it is new there.
    bureau.server.put(mail(3), at=NOW - timedelta(days=9))
    assert bureau.fetch() == Fetched(new=1)
    assert bureau.subjects() == ["s2", "s3"]


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"password": "wrong"}, "imap.password"),
        ({"user": "nobody"}, "imap.password"),
        ({"folder": "Nope"}, "imap.folder"),
    ],
)
def test_what_must_be_mended_is_named_with_the_way_out(bureau: Bureau, changes: dict[str, str], setting: str) -> None:
    bureau.access = replace(bureau.access, **changes)  # type: ignore[arg-type]
    bureau.restart()
    with pytest.raises(MailboxRefused) as caught:
        bureau.fetch()
    assert caught.value.setting == setting
    assert "Check" in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_a_server_without_tls_is_not_talked_to_in_the_clear(bureau: Bureau) -> None:
    bureau.access = replace(bureau.access, tls="tls", answer_seconds=2)
    bureau.restart()
    with pytest.raises((MailboxRefused, MailboxUnavailable), match="imap"):
        bureau.fetch()


def test_while_the_database_is_away_nothing_is_passed_over(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2))
    with bureau.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_mails RENAME TO away")
    for _ in range(2):
        with pytest.raises((CaseworkUnavailable, exc.ProgrammingError)):
            bureau.fetch()
    place = bureau.place()
    assert place is not None
    assert place.last == 0
    with bureau.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO raw_mails")
    assert bureau.fetch() == Fetched(new=2)


def test_two_processes_at_once_do_no_harm(bureau: Bureau) -> None:
    bureau.server.put_many([mail(number) for number in range(120)])
    done: list[Fetched] = []
    threads = [
        threading.Thread(target=lambda: done.append(Bureau(bureau.store, bureau.room, bureau.server).fetch()))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.new for one in done) == 120
    assert len(bureau.entries()) == 120
    assert bureau.fetch() == Fetched()
