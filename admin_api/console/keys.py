"""Keys of other systems, for administrators: making one, which is shown once, and ending one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from admin_api.api.authentication import Scope, derive_key, hash_key, is_open_to, make_nonce
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminRejected
from admin_api.pages import Visit
from admin_api.visits import administrator_visit, own_form
from casework.message import StaffId
from casework.ports import UnitOfWork
from casework.staff import Staff

router = APIRouter(prefix="/keys")
AdministratorVisit = Annotated[Visit, Depends(administrator_visit)]
_log = structlog.get_logger()


@router.get("")
def show_keys(visit: AdministratorVisit) -> HTMLResponse:
    """Every key, and the form for a new one."""
    return _show(visit)


@router.post("", dependencies=[Depends(own_form)])
def make_key(
    visit: AdministratorVisit,
    name: Annotated[str, Form()] = "",
    account: Annotated[str, Form()] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> HTMLResponse:
    """A new key that acts as an account; only its hash is kept."""
    context, chosen = visit.context, [scope for scope in Scope if scope.value in (scopes or [])]
    acts_as = _find_account(visit, account)
    fault = ""
    if not name.strip():
        fault = "name"
    elif acts_as is None:
        fault = "account"
    elif not chosen:
        fault = "scopes"
    elif not all(is_open_to(scope, acts_as.role) for scope in chosen):
        fault = "role"
    if fault or acts_as is None:
        typed = {"name": name, "account": account}
        return _show(visit, fault=fault, typed=typed, ticked=scopes or [], error=AdminRejected())
    key = derive_key(make_nonce(), context.office.secret)

    def add(uow: UnitOfWork) -> int:
        made = uow.accounts.add_api_key(
            name.strip()[:60],
            hash_key(key),
            [scope.value for scope in chosen],
            now=context.clock(),
            staff_id=acts_as.id,
        )
        return made.id

    _log.info("key made", action="key.made", key=context.store.write(add), by=signed_in(visit).id)
    return _show(visit, told=key)


@router.post("/{key_id}/revoke", dependencies=[Depends(own_form)])
def revoke_key(visit: AdministratorVisit, key_id: IdPath) -> Response:
    """End a key; CaseworkNotFound."""
    context = visit.context
    context.store.write(lambda uow: uow.accounts.revoke_api_key(key_id, now=context.clock()))
    _log.info("key revoked", action="key.revoked", key=key_id, by=signed_in(visit).id)
    return visit.go("/staff/keys?done=key_revoked")


def _find_account(visit: Visit, account: str) -> Staff | None:
    if not (account.isascii() and account.isdigit()):
        return None
    with visit.context.store.read() as uow:
        found = [staff for staff in uow.accounts.list_staff() if staff.id == StaffId(int(account)) and staff.active]
    return found[0] if found else None


def _show(
    visit: Visit,
    *,
    fault: str = "",
    typed: dict[str, str] | None = None,
    ticked: Sequence[str] = (),
    told: str = "",
    error: Exception | None = None,
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        keys, accounts = uow.accounts.list_api_keys(), uow.accounts.list_staff()
    return show_page(
        visit,
        "console/keys.html",
        room="keys",
        status=problem_of(error).status if error else 200,
        keys=keys,
        accounts=[staff for staff in accounts if staff.active],
        names={staff.id: staff.display_name for staff in accounts},
        scopes=list(Scope),
        fault=fault,
        typed=typed or {},
        ticked=ticked,
        told=told,
    )
