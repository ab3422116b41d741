"""Accounts and API keys."""

from __future__ import annotations

import json

from fastapi import APIRouter, Response

from admin_api.api.authentication import add_key, derive_key, make_nonce, scopes_beyond
from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import KeysErrand, KeysReader, StaffReader
from admin_api.api.schemas.fields import IdPath
from admin_api.api.schemas.staff import (
    ApiKeyList,
    ApiKeyView,
    CreatedApiKey,
    NewApiKey,
    Revocation,
    StaffList,
    StaffView,
)
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.message import StaffId
from casework.ports import UnitOfWork
from casework.staff import Staff

router = APIRouter(route_class=BoundedRoute)


@router.get("/staff", operation_id="listStaff", tags=["staff"])
def list_staff(caller: StaffReader) -> StaffList:
    """Every account, by name."""
    with caller.context.store.read() as uow:
        return StaffList(items=[StaffView.of(staff) for staff in uow.accounts.list_staff()])


@router.get("/api-keys", operation_id="listApiKeys", tags=["api-keys"])
def list_keys(caller: KeysReader) -> ApiKeyList:
    """Every key, latest first, also those that were revoked."""
    with caller.context.store.read() as uow:
        return ApiKeyList(items=[ApiKeyView.of(key) for key in uow.accounts.list_api_keys()])


@router.post("/api-keys", operation_id="createApiKey", tags=["api-keys"], status_code=201, response_model=CreatedApiKey)
def create_key(wanted: NewApiKey, errand: KeysErrand) -> Response:
    """Make a key for an account; its secret is in the answer and nowhere else."""
    caller, nonce = errand.caller, make_nonce()
    secret = caller.context.office.secret
    if beyond := scopes_beyond(wanted.scopes, caller):
        raise CaseworkRejected(f"your own key lacks {', '.join(beyond)}: a key cannot make a stronger one")

    def work(uow: UnitOfWork) -> CreatedApiKey:
        staff = _account_for(wanted, uow)
        key = add_key(uow, wanted.name, wanted.scopes, staff=staff, nonce=nonce, secret=secret, now=caller.now)
        return CreatedApiKey(**ApiKeyView.of(key).model_dump(), key=nonce)

    return errand.once(work, status=201, finish=lambda body: _with_key(body, secret))


@router.post("/api-keys/{key_id}/revoke", operation_id="revokeApiKey", tags=["api-keys"], response_model=ApiKeyView)
def revoke_key(key_id: IdPath, wanted: Revocation, errand: KeysErrand) -> Response:  # noqa: ARG001 - an empty object
    """End a key at once."""

    def work(uow: UnitOfWork) -> ApiKeyView:
        uow.accounts.revoke_api_key(key_id, now=errand.caller.now)
        return next(ApiKeyView.of(key) for key in uow.accounts.list_api_keys() if key.id == key_id)

    return errand.once(work)


def _account_for(wanted: NewApiKey, uow: UnitOfWork) -> Staff:
    try:
        return uow.accounts.get_staff(StaffId(wanted.staff_id))
    except CaseworkNotFound as error:
        raise CaseworkRejected(f"there is no account {wanted.staff_id}: see /api/v1/staff") from error


def _with_key(body: str, secret: bytes) -> str:
    """The stored answer with the key in the place of the nonce that it is derived from."""
    members = json.loads(body)
    return json.dumps({**members, "key": derive_key(members["key"], secret)}, ensure_ascii=False)
