"""The door of the console: signing in and out, the own password, a forgotten one, and the language of the screens."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from admin_api.console.finding import signed_in
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminRejected, NotSignedIn, TooManyTries
from admin_api.pages import LANGUAGE_COOKIE, Visit, client_address, local_path
from admin_api.passwords import SHORTEST_PASSWORD
from admin_api.signing_in import (
    LOCK_FOR,
    STAFF_COOKIE,
    Refusal,
    SignedIn,
    ask_for_reset,
    change_password,
    sign_in,
    sign_out,
    use_reset,
)
from admin_api.visits import find_session, newcomer, newcomers_form, own_form, own_visit

router = APIRouter()
Newcomer = Annotated[Visit, Depends(newcomer)]
Own = Annotated[Visit, Depends(own_visit)]

QUEUE: Final = "/staff/queue"
_YEAR_IN_SECONDS: Final = 365 * 24 * 3600
_BAD_INPUT: Final = problem_of(AdminRejected()).status


def enter() -> RedirectResponse:
    """To the queue, which asks to sign in when that is needed."""
    return RedirectResponse(QUEUE, 303)


@router.get("/sign-in")
def ask_to_sign_in(visit: Newcomer, request: Request, done: str = "") -> Response:
    """The sign-in page; whoever is signed in already goes on."""
    if find_session(request, visit.context) is not None:
        return visit.go(QUEUE)
    wish = local_path(request.query_params.get("next", ""), "")
    return visit.show("console/sign_in.html", fault="", name="", wish=wish, done=done)


@router.post("/sign-in", dependencies=[Depends(newcomers_form)])
def open_session(
    visit: Newcomer,
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    wish: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """A session and the way to the wished page; or the form again, which does not tell whether the account exists."""
    context = visit.context
    entered = sign_in(
        name,
        password,
        context.store,
        now=context.clock(),
        address=client_address(request),
        session_for=context.session_for,
    )
    if isinstance(entered, SignedIn):
        target = local_path(wish, QUEUE)
        response = visit.go(target if target.startswith("/staff") else QUEUE)
        visit.remember(response, STAFF_COOKIE, entered.token, max_age=round(context.session_for.total_seconds()))
        return response
    problem = problem_of(TooManyTries(retry_after=LOCK_FOR) if entered is Refusal.LOCKED else NotSignedIn())
    page = visit.show(
        "console/sign_in.html",
        status=problem.status,
        fault=entered.value,
        name=name[:100],
        wish=local_path(wish, ""),
        done="",
    )
    if entered is Refusal.LOCKED:
        page.headers.update(problem.headers)
    return page


@router.post("/sign-out", dependencies=[Depends(own_form)])
def close_session(visit: Own, request: Request) -> Response:
    """End the session."""
    sign_out(request.cookies.get(STAFF_COOKIE, ""), visit.context.store)
    response = visit.go("/staff/sign-in?done=signed_out")
    response.delete_cookie(STAFF_COOKIE, path="/")
    return response


@router.get("/password")
def ask_for_password(visit: Own) -> HTMLResponse:
    """The form for a new password; the first one must be changed before anything else."""
    return visit.show("console/password.html", fault="", shortest=SHORTEST_PASSWORD)


@router.post("/password", dependencies=[Depends(own_form)])
def set_password(
    visit: Own,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change the own password and sign in anew with it."""
    fault = "again" if new != again else change_password(signed_in(visit), old, new, visit.context.store)
    if fault is not None:
        return visit.show("console/password.html", status=_BAD_INPUT, fault=fault, shortest=SHORTEST_PASSWORD)
    response = visit.go("/staff/sign-in?done=password_changed")
    response.delete_cookie(STAFF_COOKIE, path="/")
    return response


@router.get("/forgotten")
def ask_who_forgot(visit: Newcomer) -> HTMLResponse:
    """The form that asks for a reset link."""
    return visit.show("console/forgotten.html", sent=False)


@router.post("/forgotten", dependencies=[Depends(newcomers_form)])
def send_reset(visit: Newcomer, request: Request, name: Annotated[str, Form()] = "") -> HTMLResponse:
    """Send a link if the account exists; the answer is the same when it does not."""
    site = request.app.state.site or str(request.base_url).rstrip("/")
    ask_for_reset(name, visit.context, site=site)
    return visit.show("console/forgotten.html", sent=True)


@router.get("/reset")
def ask_for_new_password(visit: Newcomer, token: str = "") -> HTMLResponse:
    """The form behind a reset link; the link is used up only when the new password is taken."""
    return visit.show("console/reset.html", fault="", token=token[:100], shortest=SHORTEST_PASSWORD)


@router.post("/reset", dependencies=[Depends(newcomers_form)])
def reset_password(
    visit: Newcomer,
    token: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set a new password by a link."""
    context = visit.context
    fault = "again" if new != again else use_reset(token, new, context.store, now=context.clock())
    if fault is not None:
        return visit.show(
            "console/reset.html", status=_BAD_INPUT, fault=fault, token=token[:100], shortest=SHORTEST_PASSWORD
        )
    return visit.go("/staff/sign-in?done=password_changed")


@router.post("/language", dependencies=[Depends(own_form)])
def set_language(
    visit: Own, language: Annotated[str, Form()] = "zh", back: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Show the console in another language, now and after the next sign-in."""
    staff, chosen = signed_in(visit), "en" if language == "en" else "zh"
    visit.context.store.write(lambda uow: uow.accounts.set_language(staff.id, "en" if chosen == "en" else "zh"))
    response = visit.go(local_path(back, QUEUE))
    visit.remember(response, LANGUAGE_COOKIE, chosen, max_age=_YEAR_IN_SECONDS)
    return response
