"""Mails that a mailbox's server does not give: asked for again on later visits, within bounds; then a clerk is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from casework.inbox import InboxState, LeftIn
from casework.store import SqlStore
from mail_gateway.fetching import Fetched
from mail_gateway.imap_session import MailboxUnavailable
from mail_gateway.mailbox_walk import MOST_OWED, Owed, Place, Why
from mail_gateway.understanding import MailRoom
from tests.mail_gateway.fetched_bureau import NOW, Bureau, mail
from tests.running.cutting_proxy import cutting_proxy
from tests.running.imap_server import ImapServer, imap_server
from tests.running.refusing_imap import RefusingLine, refusing_line

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with imap_server(tmp_path_factory.mktemp("imap")) as started:
        yield started


@pytest.fixture
def bureau(store: SqlStore, room: MailRoom, server: ImapServer) -> Bureau:
    server.open_mailbox()
    return Bureau(store, room, server)


def over(line: RefusingLine, bureau: Bureau) -> None:
    bureau.access = replace(bureau.access, port=line.port)
    bureau.restart()


def owed(bureau: Bureau) -> list[tuple[int, Why, int]]:
    place = bureau.place()
    return [(one.uid, one.why, one.tries) for one in place.owed] if place else []


def test_a_mail_that_is_refused_holds_nobody_up_and_comes_when_it_is_given(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2), mail(3))
    with refusing_line(bureau.server.port, 2) as line:
        over(line, bureau)
        assert bureau.fetch() == Fetched(new=2, owed=1)
        # Nothing of it is in a process's memory alone.
        bureau.restart()
        bureau.server.put(mail(4))
        assert bureau.fetch(MINUTE) == Fetched(new=1, owed=1)
        assert owed(bureau) == [(2, Why.REFUSED, 2)]
        line.refused.clear()
        assert bureau.fetch(2 * MINUTE) == Fetched(new=1)
        assert bureau.fetch(3 * MINUTE) == Fetched()
    assert owed(bureau) == []
    assert bureau.subjects() == ["s1", "s3", "s4", "s2"]
    assert bureau.entries(InboxState.HELD) == []


def test_a_mail_that_is_refused_for_an_hour_is_held_with_its_header_and_not_asked_for_any_more(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2))
    with refusing_line(bureau.server.port, 2) as line:
        over(line, bureau)
        for minutes in range(0, 60, 20):
            assert bureau.fetch(minutes * MINUTE).owed == 1
        assert bureau.entries(InboxState.HELD) == []
        assert bureau.fetch(60 * MINUTE) == Fetched(not_fetched=1)
        asked = len(line.asked)
        assert bureau.fetch(80 * MINUTE) == Fetched()
        assert len(line.asked) == asked
    (held,) = bureau.entries(InboxState.HELD)
    assert held.reasons == ("reason.not_fetched.refused",)
    assert held.left_in == LeftIn("127.0.0.1", bureau.server.user, "INBOX")
    assert held.reading is not None
    assert held.reading.subject == "s2"


def test_a_server_that_is_busy_is_left_alone_and_asked_for_a_day(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2))
    with refusing_line(bureau.server.port, 1, 2, says=b"[UNAVAILABLE] try later") as line:
        over(line, bureau)
        with pytest.raises(MailboxUnavailable, match="just now"):
            bureau.fetch()
        # The two were asked for together, and not one by one.
        assert line.asked == [(1, 2)]
        for hours in (1, 5, 23):
            assert bureau.fetch(timedelta(hours=hours)).owed == 2
        line.refused.remove(1)
        assert bureau.fetch(timedelta(hours=24)) == Fetched(new=1, not_fetched=1)
    assert [entry.reasons for entry in bureau.entries(InboxState.HELD)] == [("reason.not_fetched.refused",)]


def test_a_mail_of_which_not_even_the_size_is_told_is_owed_too(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2), mail(3))
    with refusing_line(bureau.server.port, 2, what=b"RFC822.SIZE") as line:
        over(line, bureau)
        assert bureau.fetch() == Fetched(new=2, owed=1)
        line.refused.clear()
        assert bureau.fetch(MINUTE) == Fetched(new=1)


def test_a_mail_that_vanishes_while_it_is_fetched_is_looked_for_and_then_told_of(bureau: Bureau) -> None:
    bureau.server.put(mail(1), mail(2))
    with refusing_line(bureau.server.port, 2) as line:
        over(line, bureau)
        bureau.fetch()
        bureau.server.remove(2)
        for minutes in (1, 2, 61):
            bureau.fetch(minutes * MINUTE)
    (held,) = bureau.entries(InboxState.HELD)
    assert held.reasons == ("reason.not_fetched.gone",)
    assert str(held.facts["because"]).endswith("bytes']")


def test_an_owed_mail_at_which_the_connection_breaks_is_told_of_and_others_come_before_it(bureau: Bureau) -> None:
    bureau.server.put(mail(1, "the fatal words"))
    with refusing_line(bureau.server.port, 1) as line:
        over(line, bureau)
        bureau.fetch()
    with cutting_proxy(bureau.server.port, b"the fatal words", times=1000) as proxy:
        bureau.access = replace(bureau.access, port=proxy.port)
        bureau.restart()
        for number in range(2, 5):
            bureau.server.put(mail(number))
            with pytest.raises(MailboxUnavailable):
                bureau.fetch(number * MINUTE)
        assert bureau.subjects() == ["s2", "s3", "s4"]
        assert bureau.fetch(61 * MINUTE) == Fetched(not_fetched=1)
    (held,) = bureau.entries(InboxState.HELD)
    assert held.reasons == ("reason.not_fetched.broken",)


def test_while_very_many_are_owed_the_walk_stands_still_and_nothing_is_passed(bureau: Bureau) -> None:
    many = MOST_OWED + 20
    bureau.server.put_many([mail(number) for number in range(many + 60)])
    with refusing_line(bureau.server.port, *range(1, many + 1)) as line:
        over(line, bureau)
        bureau.fetch()
        place = bureau.place()
        assert place is not None
        assert MOST_OWED < len(place.owed) <= many
        assert place.last <= many + 50
        line.refused.clear()
        bureau.fetch(MINUTE)
        bureau.fetch(2 * MINUTE)
    assert len(set(bureau.subjects())) == many + 60
    assert owed(bureau) == []


def test_what_another_process_owes_is_kept() -> None:
    kept = Place(7, 50, 10, (Owed(3, 1.0, Why.REFUSED),))
    after = Place(7, 40, 10).after(kept, [Owed(3, 9.0, Why.BUSY), Owed(41, 9.0, Why.GONE)], [])
    assert after == Place(7, 50, 10, (Owed(3, 1.0, Why.BUSY, tries=2), Owed(41, 9.0, Why.GONE)))
    assert after.after(after, [], [3]).owed == (Owed(41, 9.0, Why.GONE),)
    assert Place(8, 1).after(after, [], []).owed == ()
    assert Place.read(str(after)) == after


def test_a_place_that_was_kept_before_mails_were_owed_is_read() -> None:
    assert Place.read('{"validity": 7, "last": 5, "old_below": 2}') == Place(7, 5, 2)
    assert NOW.tzinfo is not None
