"""Addresses that our messages did not reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from admin_api.api.schemas.correspondence import AddressView
from admin_api.api.schemas.fields import REFERENCE, Schema, example
from casework.party import FailedAddress


class Allowance(Schema):
    """Nothing but the wish."""

    model_config = example()


class FailedAddressView(Schema):
    """An address that was not reached, with the last failure."""

    model_config = example(
        id=12,
        address={"channel": "email", "value": "citizen-two@example.org"},
        failed_at="2026-11-23T03:50:00Z",
        detail="550 5.1.1 no such mailbox",
        is_permanent=True,
        failures=2,
        stopped_since="2026-11-23T03:50:00Z",
        cases=[REFERENCE],
        allowed_at=None,
        allowed_by=None,
    )

    id: int
    address: AddressView
    failed_at: datetime
    detail: str
    """What the other side said, without addresses."""
    is_permanent: bool
    """Whether the other side gave up, rather than asked us to try later."""
    failures: int
    """How many failures there were."""
    stopped_since: datetime | None
    """Since when it is marked as not reachable; null when it may be written to."""
    cases: list[str]
    """References of the cases of the citizen behind it, latest first."""
    allowed_at: datetime | None
    """When staff allowed messages to it again; null when nobody has since the last failure."""
    allowed_by: int | None

    @classmethod
    def of(cls, failed: FailedAddress, *, stopped_since: datetime | None, cases: Sequence[str]) -> FailedAddressView:
        """The shape of an address."""
        return cls(
            id=failed.id,
            address=AddressView(channel=failed.address.channel, value=failed.address.value),
            failed_at=failed.failed_at,
            detail=failed.detail,
            is_permanent=failed.is_permanent,
            failures=failed.failures,
            stopped_since=stopped_since,
            cases=list(cases),
            allowed_at=failed.allowed_at,
            allowed_by=failed.allowed_by,
        )
