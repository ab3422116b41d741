"""Parties and their contact points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from casework.errors import CaseworkNotFound
from casework.message import StaffId
from casework.party import Address, ChannelName, ContactPoint, ContactPointId, FailedAddress, Language, Party, PartyId
from casework.store.case_words import CaseWords
from casework.store.door_tables import failed_addresses
from casework.store.inserting import insert_or_skip, insert_or_update
from casework.store.tables import contact_points, parties

_BY_ADDRESS = (
    select(parties.c.id, parties.c.name, parties.c.language)
    .join(contact_points, contact_points.c.party_id == parties.c.id)
    .where(contact_points.c.channel == bindparam("channel"), contact_points.c.address == bindparam("address"))
)
_ADD = insert(parties).returning(parties.c.id)
_BY_ID = select(parties).where(parties.c.id == bindparam("party_id"))
_POINTS = select(contact_points).where(contact_points.c.party_id == bindparam("party_id")).order_by(contact_points.c.id)
_POINT = update(contact_points).where(
    contact_points.c.channel == bindparam("of_channel"), contact_points.c.address == bindparam("of_address")
)
_NAME_UNNAMED = (
    update(parties)
    .where(parties.c.id == bindparam("party"), or_(parties.c.name.is_(None), parties.c.name == ""))
    .values(name=bindparam("name"))
)
_DEAD = _POINT.values(undeliverable_since=bindparam("since"))
# Asked before every delivery.
_SINCE = select(contact_points.c.undeliverable_since).where(
    contact_points.c.channel == bindparam("of_channel"), contact_points.c.address == bindparam("of_address")
)
# Asked with every message of most channels, and seldom has anything to change.
_ALIVE = _POINT.where(contact_points.c.undeliverable_since.is_not(None)).values(undeliverable_since=None)


class SqlParties:
    """`casework.ports.Parties` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def ensure(self, address: Address, *, language: Language, name: str | None, now: datetime) -> Party:
        """The party behind `address`, made when it is new."""
        found = self.find(address)
        if found is not None:
            return found
        row = {"name": name, "language": language, "created_at": now}
        party_id = self._connection.execute(_ADD, row).scalar_one()
        point = {"party_id": party_id, "channel": address.channel.value, "address": address.value}
        point_id = insert_or_skip(self._connection, contact_points, point, ("channel", "address"))
        if point_id is None:
            # Another transaction was first: its party stands.
            self._connection.execute(delete(parties).where(parties.c.id == party_id))
            return self._by_address(address)
        made = ContactPoint(ContactPointId(point_id), PartyId(party_id), address, None)
        return Party(PartyId(party_id), name, language, (made,))

    def find(self, address: Address) -> Party | None:
        """The party behind `address`."""
        values = {"channel": address.channel.value, "address": address.value}
        row = self._connection.execute(_BY_ADDRESS, values).first()
        return self._party(row) if row else None

    def get(self, party_id: PartyId) -> Party:
        """The party; CaseworkNotFound."""
        row = self._connection.execute(_BY_ID, {"party_id": party_id}).first()
        if row is None:
            raise CaseworkNotFound(f"there is no party {party_id}")
        return self._party(row)

    def name_unnamed(self, party_id: PartyId, name: str) -> None:
        """Record what a party calls itself, unless it has a name already."""
        if self._connection.execute(_NAME_UNNAMED, {"party": party_id, "name": name}).rowcount:
            CaseWords(self._connection).rename(party_id)

    def set_undeliverable(self, address: Address, since: datetime | None) -> None:
        """Tell staff that nothing arrives at an address any more, or with None that it does."""
        change = _DEAD if since is not None else _ALIVE
        values = {"of_channel": address.channel.value, "of_address": address.value}
        self._connection.execute(change, {**values, "since": since} if since is not None else values)

    def undeliverable_since(self, address: Address) -> datetime | None:
        """Since when nothing arrives at an address; None when it does, or is not known here."""
        values = {"of_channel": address.channel.value, "of_address": address.value}
        since: datetime | None = self._connection.execute(_SINCE, values).scalar()
        return since

    def note_failure(self, address: Address, detail: str, *, permanent: bool, now: datetime) -> None:
        """Remember that a message did not reach an address, and what the other side said."""
        said = {"failed_at": now, "detail": detail[:500], "permanent": permanent}
        row = {"channel": address.channel.value, "address": address.value, "failures": 1, **said}
        changes = {**said, "failures": failed_addresses.c.failures + 1, "allowed_at": None, "allowed_by": None}
        insert_or_update(self._connection, failed_addresses, row, ("channel", "address"), changes=changes)

    def list_failed(self, *, limit: int, before: tuple[datetime, int] | None = None) -> Sequence[FailedAddress]:
        """Addresses that were not reached, latest failure first; those older than `before`, a time and an id."""
        table = failed_addresses.c
        query = select(failed_addresses).order_by(table.failed_at.desc(), table.id.desc()).limit(limit)
        if before is not None:
            at, failed_id = before
            query = query.where(or_(table.failed_at < at, and_(table.failed_at == at, table.id < failed_id)))
        return [_failed(row) for row in self._connection.execute(query)]

    def get_failed(self, failed_id: int) -> FailedAddress:
        """One of them; CaseworkNotFound."""
        row = self._connection.execute(select(failed_addresses).where(failed_addresses.c.id == failed_id)).first()
        if row is None:
            raise CaseworkNotFound(f"there is no failed address {failed_id}")
        return _failed(row)

    def allow_again(self, failed_id: int, staff_id: StaffId, *, now: datetime) -> None:
        """Take back that nothing arrives at an address, on a clerk's word."""
        self.set_undeliverable(self.get_failed(failed_id).address, None)
        self._connection.execute(
            update(failed_addresses)
            .where(failed_addresses.c.id == failed_id)
            .values(allowed_at=now, allowed_by=staff_id)
        )

    def search(self, words: str, *, limit: int, after: int) -> Sequence[Party]:
        """Parties whose name or address contains `words`, by id."""
        wanted = (
            select(parties.c.id)
            .outerjoin(contact_points, contact_points.c.party_id == parties.c.id)
            .where(parties.c.id > after)
            .group_by(parties.c.id)
            .order_by(parties.c.id)
            .limit(limit)
        )
        if words:
            wanted = wanted.where(
                or_(
                    parties.c.name.contains(words, autoescape=True),
                    contact_points.c.address.contains(words, autoescape=True),
                )
            )
        return [self.get(PartyId(party_id)) for party_id in self._connection.execute(wanted).scalars().all()]

    def _by_address(self, address: Address) -> Party:
        found = self.find(address)
        if found is None:
            raise CaseworkNotFound("the address vanished while its party was made")
        return found

    def _party(self, row: Any) -> Party:
        points = self._connection.execute(_POINTS, {"party_id": row.id})
        return Party(
            id=PartyId(row.id),
            name=row.name,
            language=row.language,
            contact_points=tuple(
                ContactPoint(
                    ContactPointId(point.id),
                    PartyId(row.id),
                    Address(ChannelName(point.channel), point.address),
                    point.undeliverable_since,
                )
                for point in points
            ),
        )


def _failed(row: Any) -> FailedAddress:
    return FailedAddress(
        id=row.id,
        address=Address(ChannelName(row.channel), row.address),
        failed_at=row.failed_at,
        detail=row.detail,
        is_permanent=row.permanent,
        failures=row.failures,
        allowed_at=row.allowed_at,
        allowed_by=row.allowed_by,
    )
