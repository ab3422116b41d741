"""Accounts and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from admin_api.api.authentication import Scope
from admin_api.api.schemas.fields import AccountId, Name, Schema, example
from casework.party import Language
from casework.ports import ApiKey
from casework.staff import Role, Staff

_STAFF = {
    "id": 3,
    "name": "clerk-one",
    "display_name": "示例民警甲",
    "unit": "exit-entry",
    "role": "handler",
    "language": "zh",
    "mail": "clerk-one@example.org",
    "active": True,
}
_KEY = {
    "id": 2,
    "name": "statistics",
    "scopes": ["cases:read", "units:read"],
    "staff_id": 3,
    "created_at": "2026-11-23T01:00:00Z",
    "revoked_at": None,
}


class StaffView(Schema):
    """An account."""

    model_config = example(**_STAFF)

    id: int
    name: str
    """Sign-in name."""
    display_name: str
    unit: str
    role: Role
    language: Language
    mail: str
    active: bool

    @classmethod
    def of(cls, staff: Staff) -> StaffView:
        """The shape of an account."""
        return cls.model_validate({name: getattr(staff, name) for name in cls.model_fields})


class StaffList(Schema):
    """Every account, by name."""

    model_config = example(items=[_STAFF])

    items: list[StaffView]


class ApiKeyView(Schema):
    """A key, without its secret, which nobody can be shown again."""

    model_config = example(**_KEY)

    id: int
    name: str
    scopes: list[str]
    staff_id: int | None
    """The account that it acts as."""
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyView:
        """The shape of a key."""
        members = {name: getattr(key, name) for name in ApiKeyView.model_fields}
        return cls.model_validate({**members, "scopes": sorted(key.scopes)})


class ApiKeyList(Schema):
    """Every key, latest first."""

    model_config = example(items=[_KEY])

    items: list[ApiKeyView]


class NewApiKey(Schema):
    """A key to be made."""

    model_config = example(name="statistics", scopes=["cases:read", "units:read"], staff_id=3)

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    """None that your own key lacks."""
    staff_id: AccountId
    """The account that it acts as; the role of the account bounds it too."""


class Revocation(Schema):
    """End the key; there is nothing to say."""

    model_config = example()


class CreatedApiKey(ApiKeyView):
    """A new key with its secret."""

    model_config = example(**_KEY, key="swk_" + "A" * 43)

    key: str
    """Keep it now: it is not shown in any list."""
