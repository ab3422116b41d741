"""Who calls the API: a key, the scopes it has, and the account that it acts as.

A key is shown once and kept as SHA-256. It may do what its scopes name, and never more than its account's role may.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from admin_api.access import Context, current_context
from admin_api.errors import Forbidden, NotSignedIn
from casework.bureau import Bureau
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.ports import ApiKey, UnitOfWork
from casework.rights import Reach, Right, reach_of
from casework.staff import Role, Staff

KEY_PREFIX = "swk_"
"""What a key begins with, so that one that leaked is recognised."""


class Scope(StrEnum):
    """What a key may be allowed to do."""

    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    PARTIES_READ = "parties:read"
    PROCEDURES_READ = "procedures:read"
    ENTRIES_READ = "entries:read"
    ENTRIES_WRITE = "entries:write"
    ENTRIES_PUBLISH = "entries:publish"
    GAPS_READ = "gaps:read"
    GAPS_WRITE = "gaps:write"
    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"
    ITEMS_PUBLISH = "items:publish"
    UNITS_READ = "units:read"
    STAFF_READ = "staff:read"
    TRIAGE_READ = "triage:read"
    TRIAGE_WRITE = "triage:write"
    OUTBOX_READ = "outbox:read"
    OUTBOX_WRITE = "outbox:write"
    FIGURES_READ = "figures:read"
    AUDIT_READ = "audit:read"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"


_RIGHTS: Mapping[Scope, Right] = {
    Scope.TRIAGE_READ: Right.TRIAGE,
    Scope.TRIAGE_WRITE: Right.TRIAGE,
    Scope.OUTBOX_READ: Right.OUTBOX,
    Scope.OUTBOX_WRITE: Right.OUTBOX,
    Scope.FIGURES_READ: Right.SEE_FIGURES,
    Scope.AUDIT_READ: Right.ACCOUNTS,
    Scope.KEYS_READ: Right.ACCOUNTS,
    Scope.KEYS_WRITE: Right.ACCOUNTS,
}
"""The right that an account needs for a scope; those that are not named here are open to all."""
_PUBLISHING = frozenset({Scope.ENTRIES_PUBLISH, Scope.ITEMS_PUBLISH})
_PUBLISHERS = frozenset({Role.INTAKE, Role.DISCLOSURE_OFFICER, Role.ADMINISTRATOR})
"""Who publishes anything at all; what exactly stands in `publishing_rights.toml`."""


_bearer = HTTPBearer(auto_error=False, description="A key that an administrator made under /api/v1/api-keys.")


@dataclass(frozen=True, slots=True)
class Caller:
    """One request's key and the account that it acts as."""

    key: ApiKey
    staff: Staff
    context: Context
    now: datetime
    """The time of the request."""

    @property
    def bureau(self) -> Bureau:
        """The bureau that this is the desk of."""
        return self.context.office.bureau

    @property
    def today(self) -> date:
        """The local date of the request."""
        return self.bureau.calendar.local_date(self.now)


def current_caller(
    context: Annotated[Context, Depends(current_context)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """The caller behind the request's key; NotSignedIn without a valid one, Forbidden when its account is closed."""
    if credentials is None:
        raise NotSignedIn
    with context.store.read() as uow:
        key = uow.accounts.find_api_key(hash_key(credentials.credentials))
        if key is None:
            raise NotSignedIn("this key is not known here, or was revoked: ask an administrator", presented=True)
        if key.staff_id is None:
            raise Forbidden("this key acts for no account: have a new one made for an account")
        try:
            staff = uow.accounts.get_staff(key.staff_id)
        except CaseworkNotFound as error:
            raise Forbidden("the account of this key does not exist any more") from error
    if not staff.active:
        raise Forbidden("the account of this key is closed: ask an administrator")
    return Caller(key, staff, context, context.clock())


def require_scope(scope: Scope) -> Callable[..., Caller]:
    """A dependency that lets a request through when its key has `scope` and its role may use it."""

    def allowed_caller(caller: Annotated[Caller, Depends(current_caller)]) -> Caller:
        if scope.value not in caller.key.scopes:
            raise Forbidden(f"this key lacks the scope {scope.value}", scope=scope.value)
        if not is_open_to(scope, caller.staff.role):
            raise Forbidden(f"{scope.value} is not open to the role {caller.staff.role.value}", scope=scope.value)
        return caller

    allowed_caller.__name__ = f"require_{scope.name.lower()}"
    return allowed_caller


def is_open_to(scope: Scope, role: Role) -> bool:
    """Whether an account of this role can use the scope at all."""
    if scope in _PUBLISHING:
        return role in _PUBLISHERS
    right = _RIGHTS.get(scope)
    return right is None or reach_of(role, right) is not Reach.NONE


def scopes_beyond(scopes: Iterable[Scope], caller: Caller) -> tuple[Scope, ...]:
    """Those of `scopes` that the caller's own key does not have: no key can make a stronger one."""
    return tuple(scope for scope in scopes if scope.value not in caller.key.scopes)


def add_key(
    uow: UnitOfWork, name: str, scopes: Sequence[Scope], *, staff: Staff, nonce: str, secret: bytes, now: datetime
) -> ApiKey:
    """Store the key of `nonce` for an account; CaseworkRejected when it is closed or its role cannot use the scopes.

    Whoever made the nonce gets the key itself from `derive_key`, to show it once.
    """
    if not staff.active:
        raise CaseworkRejected(f"account {staff.id} is closed: choose another")
    if closed := [scope.value for scope in scopes if not is_open_to(scope, staff.role)]:
        raise CaseworkRejected(f"{', '.join(closed)} is not open to the role {staff.role.value} of account {staff.id}")
    stored = hash_key(derive_key(nonce, secret))
    return uow.accounts.add_api_key(name, stored, [scope.value for scope in scopes], now=now, staff_id=staff.id)


def hash_key(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_nonce() -> str:
    """What a new key is derived from, together with the secret of the office."""
    return secrets.token_hex(16)


def derive_key(nonce: str, secret: bytes) -> str:
    """The key of a nonce, 256 bits under HMAC-SHA-256.

    So the answer to a repeated request can name the key again while the store holds only hash and nonce.
    """
    digest = hmac.new(secret, f"api-key\n{nonce}".encode(), hashlib.sha256).digest()
    return KEY_PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
