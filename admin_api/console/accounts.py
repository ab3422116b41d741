"""Accounts of staff, for administrators: adding, closing, reopening, and setting a new first password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminRejected
from admin_api.pages import Visit
from admin_api.passwords import hash_password, make_password
from admin_api.visits import administrator_visit, own_form
from casework.errors import CaseworkConflict
from casework.message import StaffId
from casework.ports import UnitOfWork
from casework.staff import Role

router = APIRouter(prefix="/accounts")
AdministratorVisit = Annotated[Visit, Depends(administrator_visit)]

_SIGN_IN_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_MAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_log = structlog.get_logger()


@router.get("")
def show_accounts(visit: AdministratorVisit) -> HTMLResponse:
    """Every account, and the form for a new one."""
    return _show(visit)


@router.post("", dependencies=[Depends(own_form)])
def add_account(
    visit: AdministratorVisit,
    name: Annotated[str, Form()] = "",
    display_name: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "zh",
    mail: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """A new account; its first password is shown once and must be changed on signing in."""
    typed = {"name": name, "display_name": display_name, "unit": unit, "role": role, "language": language, "mail": mail}
    fault = _fault_of(typed, visit)
    if fault:
        return _show(visit, fault=fault, typed=typed, error=AdminRejected())
    password = make_password()
    hashed = hash_password(password)
    try:
        added = visit.context.store.write(
            lambda uow: uow.accounts.add_staff(
                name,
                display_name=display_name.strip()[:60],
                unit=unit,
                role=Role(role),
                language="en" if language == "en" else "zh",
                mail=mail.strip(),
                password_hash=hashed,
            )
        )
    except CaseworkConflict as error:
        return _show(visit, fault="taken", typed=typed, error=error)
    _log.info("account added", action="staff.added", staff=added.id, by=signed_in(visit).id)
    return _show(visit, told=(name, password))


@router.post("/{staff_id}/close", dependencies=[Depends(own_form)])
def close_account(visit: AdministratorVisit, staff_id: IdPath) -> Response:
    """Close an account, which ends its sessions; nobody closes the own one."""
    if staff_id == signed_in(visit).id:
        return _show(visit, fault="own", error=AdminConflict())
    return _set_active(visit, StaffId(staff_id), active=False)


@router.post("/{staff_id}/reopen", dependencies=[Depends(own_form)])
def reopen_account(visit: AdministratorVisit, staff_id: IdPath) -> Response:
    """Open a closed account again."""
    return _set_active(visit, StaffId(staff_id), active=True)


@router.post("/{staff_id}/reset", dependencies=[Depends(own_form)])
def reset_account(visit: AdministratorVisit, staff_id: IdPath) -> Response:
    """A new first password, shown once; it also ends a lock-out and every session of the account."""
    if staff_id == signed_in(visit).id:
        return visit.go("/staff/password")
    password = make_password()
    hashed = hash_password(password)

    def work_name() -> str:
        with visit.context.store.read() as uow:
            return uow.accounts.get_staff(StaffId(staff_id)).name

    name = work_name()
    visit.context.store.write(lambda uow: uow.accounts.set_password(StaffId(staff_id), hashed, must_change=True))
    _log.info("password set", action="staff.password_set", staff=staff_id, by=signed_in(visit).id)
    return _show(visit, told=(name, password))


def _set_active(visit: Visit, staff_id: StaffId, *, active: bool) -> Response:
    def change(uow: UnitOfWork) -> None:
        uow.accounts.get_staff(staff_id)
        uow.accounts.set_active(staff_id, active=active)

    visit.context.store.write(change)
    _log.info("account changed", action="staff.set_active", staff=staff_id, active=active, by=signed_in(visit).id)
    return visit.go("/staff/accounts?done=" + ("account_reopened" if active else "account_closed"))


def _show(
    visit: Visit,
    *,
    fault: str = "",
    typed: Mapping[str, str] | None = None,
    told: tuple[str, str] | None = None,
    error: Exception | None = None,
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        accounts = uow.accounts.list_staff()
    return show_page(
        visit,
        "console/accounts.html",
        room="accounts",
        status=problem_of(error).status if error else 200,
        accounts=accounts,
        roles=list(Role),
        fault=fault,
        typed=typed or {},
        told=told,
        now=visit.context.clock(),
    )


def _fault_of(typed: Mapping[str, str], visit: Visit) -> str:
    units = {unit.slug for unit in visit.context.office.bureau.units}
    if not _SIGN_IN_NAME.fullmatch(typed["name"]):
        return "name"
    if not typed["display_name"].strip():
        return "display_name"
    if typed["unit"] not in units or typed["role"] not in list(Role):
        return "choose"
    if typed["mail"].strip() and not _MAIL.fullmatch(typed["mail"].strip()):
        return "mail"
    return ""
