"""Where a case stands, for whoever holds its reference and its query code. Wrong tries are slowed down.

The code is asked once; after it a key in a cookie opens the page of that case for a short while. No address tells more
of a case than its reference.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from admin_api.error_handlers import problem_of
from admin_api.errors import AdminNotFound, NotSignedIn, TooManyTries
from admin_api.files import compose_download
from admin_api.pages import Visit, client_address
from admin_api.portal.case_key import (
    TOLD_COOKIE,
    find_own_case,
    hand_key,
    seal_key,
    take_key,
    take_told,
)
from admin_api.portal.own_case import compose_own_case, letters_shown, messages_shown
from admin_api.visits import newcomers_form, visitor
from casework.case import Case
from casework.errors import CaseworkNotFound
from casework.ports import UnitOfWork
from casework.query_tries import WINDOW, count_wrong, may_try
from casework.references import hash_query_code, is_query_code, parse_reference

router = APIRouter(prefix="/status")
Visitor = Annotated[Visit, Depends(visitor)]


@router.get("")
def ask_for_status(visit: Visitor, reference: str = "") -> HTMLResponse:
    """The form; a letter of ours may bring the reference along."""
    return show_form(visit, reference.replace("\x00", "").strip()[:60])


@router.post("", dependencies=[Depends(newcomers_form)])
def open_status(visit: Visitor, reference: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "") -> Response:
    """On to the page of the case; one answer for an unknown reference and a wrong code, none after too many."""
    reference, code = reference.strip()[:60], code.strip()[:40]
    office, now = visit.context.office, visit.context.clock()
    canonical = parse_reference(reference, office.bureau.reference_prefix)
    named, source = canonical or reference.upper(), f"address {client_address(visit.request)}"
    with visit.context.store.read() as uow:
        if not may_try(uow.doors, named, source, now=now):
            return _slow_down(visit, reference)
        opened = _open(canonical, code, uow, visit=visit)
    if opened is not None:
        case, key = opened
        onward = visit.go(f"/status/{case.reference}")
        hand_key(onward, key, visit.request)
        return onward
    visit.context.store.write(lambda writing: count_wrong(writing.doors, named, source, now=now))
    return show_form(visit, reference, fault="wrong", status=problem_of(AdminNotFound()).status)


@router.post("/leave", dependencies=[Depends(newcomers_form)])
def leave(visit: Visitor) -> Response:
    """Take the key away, as on a screen that others use too."""
    onward = visit.go("/status")
    take_key(onward)
    return onward


@router.get("/{reference}")
def show_status(visit: Visitor, reference: str) -> Response:
    """The page of the case for a browser with its key; the form for all others, whether or not there is such a case."""
    return show_own_case(visit, reference)


@router.get("/{reference}/withdraw")
def ask_to_withdraw(visit: Visitor, reference: str) -> Response:
    """Whether the matter is really to be taken back."""
    return show_own_case(visit, reference, template="portal/withdraw.html")


@router.get("/{reference}/letters/{number}")
def send_letter(visit: Visitor, reference: str, number: int) -> Response:
    """A letter to the holder as PDF; the form without the key."""
    with visit.context.store.read() as uow:
        case = find_own_case(reference, uow, visit=visit)
        letters = letters_shown(case, uow) if case else ()
    if case is None:
        return ask_again(visit, reference)
    letter = next((one for one in letters if one.id == number), None)
    if letter is None:
        raise CaseworkNotFound("this case has no such letter")
    return compose_download(f"{letter.number}.pdf", "application/pdf", visit.context.blobs.get(letter.pdf_sha256))


@router.get("/{reference}/files/{sha256}")
def send_file(visit: Visitor, reference: str, sha256: str) -> Response:
    """A file of the correspondence, for saving only; the form without the key."""
    with visit.context.store.read() as uow:
        case = find_own_case(reference, uow, visit=visit)
        messages = messages_shown(case, uow) if case else ()
    if case is None:
        return ask_again(visit, reference)
    files = (file for message in messages for file in message.attachments)
    file = next((one for one in files if hmac.compare_digest(one.sha256.encode(), sha256.encode())), None)
    if file is None:
        raise CaseworkNotFound("this case has no such file")
    return compose_download(file.name, file.content_type, visit.context.blobs.get(file.sha256))


def show_own_case(
    visit: Visit,
    reference: str,
    *,
    template: str = "portal/own_case.html",
    status: int = 200,
    fault: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page of a case, with a fault and what was typed when a form was refused; the key holds anew from now."""
    with visit.context.store.read() as uow:
        case = find_own_case(reference, uow, visit=visit)
        if case is None:
            return show_form(visit, reference[:60])
        view, key = compose_own_case(case, uow, visit=visit), _key_to(case, uow, visit)
    told = visit.request.cookies.get(TOLD_COOKIE, "")
    page = visit.show(
        template,
        status=status,
        own=view,
        fault=fault,
        typed=typed or {},
        told=visit.say_or(f"portal.told.{told}", "") if told.replace("_", "").isalpha() else "",
        once=secrets.token_urlsafe(16),
    )
    page.headers["cache-control"] = "no-store"
    hand_key(page, key, visit.request)
    if told:
        take_told(page)
    return page


def ask_again(visit: Visit, reference: str) -> HTMLResponse:
    """The form, for who sent something without a key or with one that holds no more."""
    return show_form(visit, reference[:60], fault="expired", status=problem_of(NotSignedIn()).status)


def show_form(visit: Visit, reference: str, *, fault: str = "", status: int = 200) -> HTMLResponse:
    """The form that asks for reference and code."""
    return visit.show("portal/status.html", status=status, reference=reference, fault=fault)


def _slow_down(visit: Visit, reference: str) -> HTMLResponse:
    problem = problem_of(TooManyTries(retry_after=WINDOW))
    page = show_form(visit, reference, fault="slow", status=problem.status)
    page.headers.update(problem.headers)
    return page


def _open(reference: str | None, code: str, uow: UnitOfWork, *, visit: Visit) -> tuple[Case, str] | None:
    """The case and a key to it, when the code is right."""
    office = visit.context.office
    case = uow.cases.find(reference) if reference else None
    # An unknown reference is compared too, so that it takes as long as a wrong code.
    stored = uow.cases.query_code_hash(case.id) if case else hash_query_code("", office.secret)
    if not is_query_code(code, stored, office.secret) or case is None:
        return None
    return case, _key_to(case, uow, visit)


def _key_to(case: Case, uow: UnitOfWork, visit: Visit) -> str:
    stored = uow.cases.query_code_hash(case.id)
    return seal_key(case, stored, visit.context.office.secret, now=visit.context.clock())
