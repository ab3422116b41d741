"""Who writes to the bureau."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from admin_api.api.schemas.cases import CaseSummary
from admin_api.api.schemas.fields import PageQuery, Schema, ShortText, example, example_of
from casework.case import Case
from casework.party import ChannelName, Language, Party

_POINT = {"channel": "email", "value": "citizen-one@example.org", "undeliverable_since": None}


class PartyFilter(PageQuery):
    """Which parties are wanted."""

    model_config = example(q="测试市民甲", limit=50)

    q: ShortText = Field(default="", examples=["测试市民甲"])
    """Words of the name or the address."""


class ContactPointView(Schema):
    """One address of a party."""

    model_config = example(**_POINT)

    channel: ChannelName
    value: str
    undeliverable_since: datetime | None
    """Set when the address failed for good, until somebody writes from there again."""


class PartyView(Schema):
    """A citizen or organisation that writes to the bureau."""

    model_config = example(id=31, name="测试市民甲", language="zh", contact_points=[_POINT])

    id: int
    name: str | None
    language: Language
    contact_points: list[ContactPointView]

    @classmethod
    def of(cls, party: Party) -> PartyView:
        """The shape of a party."""
        return cls(id=party.id, name=party.name, language=party.language, contact_points=_points(party))


class PartyDetail(PartyView):
    """A party with its cases, latest first."""

    model_config = example(
        id=31, name="测试市民甲", language="zh", contact_points=[_POINT], cases=[example_of(CaseSummary)]
    )

    cases: list[CaseSummary]

    @classmethod
    def with_cases(cls, party: Party, cases: Sequence[Case], today: date) -> PartyDetail:
        """The shape of a party with these cases."""
        return cls(
            id=party.id,
            name=party.name,
            language=party.language,
            contact_points=_points(party),
            cases=[CaseSummary.of(case, today) for case in cases],
        )


def _points(party: Party) -> list[ContactPointView]:
    return [
        ContactPointView(
            channel=point.address.channel, value=point.address.value, undeliverable_since=point.undeliverable_since
        )
        for point in party.contact_points
    ]
