"""Who is at the page: the dependencies that staff pages ask for, from the cookie of a session to the role it needs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Header, Request

from admin_api.access import Context, current_context
from admin_api.errors import AdminConflict, Forbidden, NotSignedIn
from admin_api.pages import FORM_COOKIE, Visit, choose_language, is_own_form
from admin_api.signing_in import STAFF_COOKIE, hash_token
from casework.ports import StaffSession
from casework.rights import Right, has_anywhere
from casework.staff import Staff


class SignInNeeded(NotSignedIn):
    """Nobody is signed in here: the door answers with the sign-in page."""


class PasswordChangeNeeded(AdminConflict):
    """The account must choose a password of its own before anything else."""


class FormRefused(Forbidden):
    """The form does not come from a page of ours, or its page was left open too long."""


class NotAllowed(Forbidden):
    """The account's role does not include this page."""


def find_session(request: Request, context: Context) -> StaffSession | None:
    """The session that the browser's cookie names, unless it ended."""
    token = request.cookies.get(STAFF_COOKIE, "")
    if not token:
        return None
    with context.store.read() as uow:
        return uow.accounts.find_session(hash_token(token), now=context.clock())


def current_session(request: Request, context: Annotated[Context, Depends(current_context)]) -> StaffSession:
    """The session of whoever is signed in; SignInNeeded."""
    session = find_session(request, context)
    if session is None:
        raise SignInNeeded
    return session


def current_staff(session: Annotated[StaffSession, Depends(current_session)]) -> Staff:
    """Who is signed in, with a password of their own; SignInNeeded, PasswordChangeNeeded."""
    if session.staff.must_change_password:
        raise PasswordChangeNeeded
    return session.staff


def visitor(request: Request, context: Annotated[Context, Depends(current_context)]) -> Visit:
    """A visit to a public page."""
    return Visit(request, context, choose_language(request))


def newcomer(visit: Annotated[Visit, Depends(visitor)]) -> Visit:
    """A visit to a staff page that needs no sign-in: signing in itself and asking for a new password."""
    return visit


def own_visit(
    request: Request,
    context: Annotated[Context, Depends(current_context)],
    session: Annotated[StaffSession, Depends(current_session)],
) -> Visit:
    """A visit of somebody signed in, also with a password that must still be changed."""
    return Visit(request, context, choose_language(request, session.staff.language), session)


def staff_visit(visit: Annotated[Visit, Depends(own_visit)], _staff: Annotated[Staff, Depends(current_staff)]) -> Visit:
    """A visit to a staff page."""
    return visit


def desk_visit(visit: Annotated[Visit, Depends(staff_visit)], staff: Annotated[Staff, Depends(current_staff)]) -> Visit:
    """A visit to a page of those who receive everything; NotAllowed for everybody else."""
    if not has_anywhere(staff, Right.TRIAGE):
        raise NotAllowed
    return visit


def administrator_visit(
    visit: Annotated[Visit, Depends(staff_visit)], staff: Annotated[Staff, Depends(current_staff)]
) -> Visit:
    """A visit to a page for administrators; NotAllowed for everybody else."""
    if not has_anywhere(staff, Right.ACCOUNTS):
        raise NotAllowed
    return visit


def own_form(
    request: Request,
    session: Annotated[StaffSession, Depends(current_session)],
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> None:
    """Refuse a form of somebody signed in that does not come from a page of ours; FormRefused."""
    if not is_own_form(request, session.csrf_token, csrf or x_csrf_token):
        raise FormRefused


def newcomers_form(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """The same for a form of somebody who is not signed in."""
    if not is_own_form(request, request.cookies.get(FORM_COOKIE, ""), csrf):
        raise FormRefused
