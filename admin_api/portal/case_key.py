"""The key to one case, kept by a browser for a short while after its query code was given, so that forms work.

It is a sealed cookie bound to the case and to what is stored of its query code: it opens no other case, and none any
more once the code is another.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from admin_api.pages import Visit
from casework.case import Case
from casework.ports import UnitOfWork
from casework.references import parse_reference

KEY_COOKIE: Final = "sunwindow_case"
TOLD_COOKIE: Final = "sunwindow_told"
"""What a form that was accepted lets the next page say; no address tells it."""
KEPT_FOR: Final = timedelta(minutes=20)
_PATH: Final = "/status"


def seal_key(case: Case, stored: str, secret: bytes, *, now: datetime) -> str:
    """A key to the case that holds for `KEPT_FOR`; `stored` is what is kept of its query code."""
    until = int((now + KEPT_FOR).timestamp())
    return f"{case.id}.{until}.{_signature(case.id, until, stored, secret)}"


def opens(key: str, case: Case, stored: str, secret: bytes, *, now: datetime) -> bool:
    """Whether a key is to this case, and still holds."""
    of_case, _, rest = key.partition(".")
    until, _, signature = rest.partition(".")
    if of_case != str(case.id) or not (until.isascii() and until.isdigit() and len(until) <= 12):
        return False
    expected = _signature(case.id, int(until), stored, secret)
    return hmac.compare_digest(expected.encode(), signature.encode()) and now.astimezone(UTC).timestamp() < int(until)


def find_own_case(reference: str, uow: UnitOfWork, *, visit: Visit, lock: bool = False) -> Case | None:
    """The case of this reference when the browser holds its key."""
    office = visit.context.office
    canonical = parse_reference(reference[:60], office.bureau.reference_prefix)
    case = uow.cases.find(canonical) if canonical else None
    key = visit.request.cookies.get(KEY_COOKIE, "")[:200]
    if case is None or not key:
        return None
    if not opens(key, case, uow.cases.query_code_hash(case.id), office.secret, now=visit.context.clock()):
        return None
    return uow.cases.get(case.id, lock=True) if lock else case


def hand_key(response: Response, key: str, request: Request) -> None:
    """Let the browser keep a key, which no script reads and no other site's page brings along."""
    _set(response, KEY_COOKIE, key, request, KEPT_FOR)


def take_key(response: Response) -> None:
    """Let the browser forget the key."""
    response.delete_cookie(KEY_COOKIE, path=_PATH, httponly=True, samesite="strict")


def tell_next(response: Response, told: str, request: Request) -> None:
    """Let the next page say that a form was accepted."""
    _set(response, TOLD_COOKIE, told, request, timedelta(minutes=1))


def take_told(response: Response) -> None:
    """It was said."""
    response.delete_cookie(TOLD_COOKIE, path=_PATH, httponly=True, samesite="strict")


def _set(response: Response, name: str, value: str, request: Request, lasts: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path=_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _signature(case_id: int, until: int, stored: str, secret: bytes) -> str:
    return hmac.new(secret, f"key-to-a-case\n{case_id}\n{until}\n{stored}".encode(), hashlib.sha256).hexdigest()
