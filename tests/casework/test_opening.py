"""What a store promises of itself, on either database."""

import contextlib
import threading
from datetime import datetime

from casework.message import Reply
from casework.outbox import OutboxKind
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork


def test_a_nul_in_what_somebody_wrote_costs_no_letter(store: SqlStore, now: datetime) -> None:
    address = Address(ChannelName.EMAIL, "someone@example.org")

    def write(uow: SqlUnitOfWork) -> None:
        uow.parties.ensure(address, language="zh", name="示例\x00甲", now=now)
        uow.outbox.add(OutboxKind.RECEIPT, address, Reply("收到"), language="zh", now=now, subject="主\x00题")

    store.write(write)
    with store.read() as uow:
        party = uow.parties.find(address)
        assert party is not None
        assert (party.name or "").replace("\x00", "") == "示例甲"
        assert uow.accounts.find_staff("no\x00body") is None


def test_two_first_messages_of_one_person_at_once_make_one_party(store: SqlStore, now: datetime) -> None:
    address, both = Address(ChannelName.TELEGRAM, "7"), threading.Barrier(2, timeout=0.5)

    def write(uow: SqlUnitOfWork) -> int:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait()
        return uow.parties.ensure(address, language="zh", name=None, now=now).id

    writes = [store.submit(write) for _ in range(2)]
    assert len({write.result(10) for write in writes}) == 1
    with store.read() as uow:
        assert len(uow.parties.search("", limit=10, after=0)) == 1
