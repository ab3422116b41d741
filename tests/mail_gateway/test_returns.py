"""Mail of ours that does not arrive comes home under its own return address, over real sockets, on both databases."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from casework.actions.correspondence import reply_to_citizen
from casework.events import EventName
from casework.inbox import InboxState
from casework.message import ThreadId
from casework.outbox import DeliveryOutcome, OutboxEntry, OutboxId, OutboxKind, OutboxState
from casework.party import Address, ChannelName
from casework.store import SqlStore
from casework.store.blobs import DirectoryBlobs
from mail_gateway.acceptance import accept_into
from mail_gateway.receiving import Outcome
from mail_gateway.seals import RETURNS_FOR, SealState
from mail_gateway.sending import smarthost_channel
from mail_gateway.server import MailServer
from mail_gateway.smarthost import Smarthost
from mail_gateway.understanding import MailRoom
from tests.casework.a_bureau import a_clerk
from tests.mail_gateway.a_house import LI, ZHANG, House
from tests.mail_gateway.letters import AT, OURS, SEALS, a_mail, letterhead
from tests.mail_gateway.running_server import mail_server
from tests.mail_gateway.smarthost_peer import Peer, answering


@pytest.fixture
def house(store: SqlStore, room: MailRoom, now: datetime) -> House:
    return House(store, room, now)


@pytest.fixture
def server(house: House) -> Iterator[MailServer]:
    with mail_server(accept_into(house.store), seals=SEALS, now=house.now) as server:
        yield server


def a_sent_reply(house: House, folder: Path) -> str:
    """The envelope sender under which a clerk's reply to Li left, as the other server heard it."""
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    case = house.desk.cases[0]
    house.store.write(lambda uow: reply_to_citizen(case, "请说明日期", uow, staff=a_clerk(uow), now=house.now).id)
    peer = Peer()
    with answering(peer) as port:
        smarthost = Smarthost("127.0.0.1", port, tls="none")
        channel = smarthost_channel(letterhead(), DirectoryBlobs(folder), lambda: house.now, smarthost)
        assert channel.deliver(staff_reply(house)).outcome is DeliveryOutcome.DELIVERED
    return peer.taken[0][0]


def staff_reply(house: House) -> OutboxEntry:
    with house.store.read() as uow:
        return next(e for e in uow.outbox.list(list(OutboxState), limit=9) if e.kind is OutboxKind.STAFF)


def post(server: MailServer, raw: bytes, recipient: str, *, sender: str = "") -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as smtp:
        smtp.sendmail(sender, [recipient], raw)


def come_home(house: House, server: MailServer, raw: bytes, recipient: str, *, sender: str = "") -> Outcome:
    post(server, raw, recipient, sender=sender)
    (outcome,) = house.work()
    return outcome


def is_dead(house: House, address: str = LI) -> bool:
    with house.store.read() as uow:
        party = uow.parties.find(Address(ChannelName.EMAIL, address))
    return party is not None and party.contact_points[0].undeliverable_since is not None


def failures_told(house: House) -> list[dict[str, object]]:
    with house.store.read() as uow:
        events = uow.cases.events(house.desk.cases[0].id)
    return [dict(event.facts) for event in events if event.name is EventName.REPLY_FAILED]


def a_notice(text: str, *, sender: str = "MAILER-DAEMON@relay.example", subject: str = "", **headers: str) -> bytes:
    return a_mail(text, sender=sender, subject=subject, message_id="<n@relay.example>", **headers)


SILENT = [
    pytest.param(a_notice(""), id="nothing at all"),
    pytest.param(a_notice("", Auto_Submitted="auto-replied"), id="called an automatic answer"),
    pytest.param(a_notice("Kan niet bezorgd worden"), id="in a language that nobody here reads"),
    pytest.param(a_notice("x", sender="service@relay.example"), id="from an address like any other"),
    pytest.param(b"\x00\xff\xfe not a mail at all", id="no mail at all"),
    pytest.param(a_notice(f"<{ZHANG}>: 550 5.1.1 user unknown", subject="failure notice"), id="naming another address"),
]


@pytest.mark.parametrize("notice", SILENT)
def test_a_notice_to_the_return_address_marks_whom_the_mail_was_for_whatever_it_says(
    house: House, server: MailServer, tmp_path: Path, notice: bytes
) -> None:
    address = a_sent_reply(house, tmp_path)
    outcome = come_home(house, server, notice, address)
    assert (outcome.state, outcome.facts["kind"]) == (InboxState.REFUSED, "bounce")
    assert is_dead(house)
    assert not is_dead(house, ZHANG)
    (told,) = failures_told(house)
    assert told["outbox"] == staff_reply(house).key
    assert len(house.desk.messages) == 1


def test_what_the_notice_says_is_kept_with_the_failure(house: House, server: MailServer, tmp_path: Path) -> None:
    text = f"The following address failed:\n\n<{LI}>: 550 5.1.1 user unknown\n"
    come_home(house, server, a_notice(text, subject="failure notice"), a_sent_reply(house, tmp_path))
    (told,) = failures_told(house)
    assert str(told["detail"]).startswith("5.1.1")
    assert LI not in str(told)


def test_a_notice_that_comes_twice_is_told_once(house: House, server: MailServer, tmp_path: Path) -> None:
    address = a_sent_reply(house, tmp_path)
    for text in ("x", "y"):
        come_home(house, server, a_notice(text), address)
    assert (len(failures_told(house)), is_dead(house)) == (1, True)


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        pytest.param(
            a_notice("Your message was delayed. We will keep trying for 4 days.", subject="Delayed: x"),
            "bounce",
            id="late",
        ),
        pytest.param(a_mail("我在休假", subject="自动回复: Re: 投诉"), "auto_reply", id="an absence note"),
        pytest.param(a_mail("休假中", subject="关于来信"), "machine", id="the addressee's own program"),
    ],
)
def test_what_is_no_failure_marks_nobody(
    house: House, server: MailServer, tmp_path: Path, notice: bytes, kind: str
) -> None:
    outcome = come_home(house, server, notice, a_sent_reply(house, tmp_path))
    assert outcome.facts["kind"] == kind
    assert (is_dead(house), failures_told(house)) == (False, [])


def test_a_person_who_writes_to_the_return_address_is_heard(house: House, server: MailServer, tmp_path: Path) -> None:
    raw = a_mail("是周一", subject="Re: 投诉", message_id="<2@mail.example>", In_Reply_To="<1@mail.example>")
    outcome = come_home(house, server, raw, a_sent_reply(house, tmp_path), sender=LI)
    assert outcome.state is InboxState.HANDLED
    assert house.desk.messages[1].thread_id == house.first_thread()
    assert not is_dead(house)


@pytest.mark.parametrize("local", ["bounces", "bounces+", "bounces+abc", "bounces+{changed}", "xinxiang2"])
def test_a_forged_return_address_is_refused_at_the_door(
    house: House, server: MailServer, tmp_path: Path, local: str
) -> None:
    token = a_sent_reply(house, tmp_path).partition("@")[0].partition("+")[2]
    changed = ("b" if token[0] == "a" else "a") + token[1:]
    with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"550.*5\.1\.1"):
        post(server, a_notice(""), f"{local.format(changed=changed)}@{OURS.domain}")
    assert not is_dead(house)


def test_a_forged_return_address_that_came_in_another_way_does_nothing(house: House, tmp_path: Path) -> None:
    a_sent_reply(house, tmp_path)
    outcome = house.bring(a_notice("", subject="x"), mail_from="", rcpt_to=f"bounces+aaaa@{OURS.domain}")
    assert outcome.state is InboxState.HELD
    assert (is_dead(house), failures_told(house)) == (False, [])


def test_a_notice_to_an_expired_return_address_waits_for_a_clerk(
    house: House, server: MailServer, tmp_path: Path
) -> None:
    a_sent_reply(house, tmp_path)
    long_ago = SEALS.return_address(staff_reply(house).id, house.now.date() - RETURNS_FOR - timedelta(days=1))
    outcome = come_home(house, server, a_notice(""), long_ago)
    assert outcome.state is InboxState.HELD
    assert outcome.reading is not None
    assert outcome.reading.reasons == ("reason.returned.expired",)
    assert (is_dead(house), failures_told(house)) == (False, [])


def test_a_sealed_return_address_of_a_mail_that_nobody_knows_does_nothing(house: House, server: MailServer) -> None:
    outcome = come_home(house, server, a_notice(""), SEALS.return_address(OutboxId(999), house.now.date()))
    assert outcome.state is InboxState.HELD


def test_without_return_addresses_the_mass_mailbox_is_the_envelope_sender(house: House, tmp_path: Path) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    case = house.desk.cases[0]
    house.store.write(lambda uow: reply_to_citizen(case, "请说明日期", uow, staff=a_clerk(uow), now=house.now).id)
    peer = Peer()
    with answering(peer) as port:
        head = replace(letterhead(), has_return_addresses=False)
        smarthost = Smarthost("127.0.0.1", port, tls="none")
        smarthost_channel(head, DirectoryBlobs(tmp_path), lambda: house.now, smarthost).deliver(staff_reply(house))
    assert peer.taken[0][0] == OURS.main


@pytest.mark.parametrize("outbox", [1, 255, 256, 2**62])
def test_a_return_address_leads_back_to_its_mail_and_fits_into_a_local_part(outbox: int) -> None:
    address = SEALS.return_address(OutboxId(outbox), AT.date())
    assert len(address.partition("@")[0]) <= 64
    read = SEALS.read_return_address(f"<{address.upper()}>", AT.date())
    assert read is not None
    assert (read.state, read.outbox_id) == (SealState.VALID, outbox)


def test_a_token_of_a_reply_address_is_none_of_a_return_address() -> None:
    token = SEALS.reply_address(ThreadId(7), AT.date()).partition("+")[2]
    read = SEALS.read_return_address(f"bounces+{token}", AT.date())
    assert read is not None
    assert read.state is SealState.FORGED
