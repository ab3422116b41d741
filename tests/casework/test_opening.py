"""What a store promises of itself, on either database."""

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
