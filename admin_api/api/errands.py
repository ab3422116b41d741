"""Writes that may be sent twice: one transaction for the work and for the answer under its Idempotency-Key.

The same key with the same request gets the same answer and changes nothing again; with another request it is refused.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from admin_api.api.authentication import Caller, Scope, require_scope
from admin_api.errors import AdminRejected, HeaderMissing, KeyReused
from casework.ports import StoredResponse, UnitOfWork

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ENTITY_TAG = re.compile(r'"(\d{1,9})"')


@dataclass(frozen=True, slots=True)
class Errand:
    """One write: who asks, under which key, and from which version of the case the request was made."""

    caller: Caller
    key: str
    digest: str
    """SHA-256 over method, address and body."""
    if_match: int | None = None

    def once(
        self, work: Callable[[UnitOfWork], BaseModel], *, status: int = 200, finish: Callable[[str], str] = str
    ) -> Response:
        """Do `work` once, keep its answer with it and wake the jobs; a repeat is given the kept answer.

        `finish` completes the body on its way out with what must not be stored.
        """
        kept, is_new = self.caller.context.store.write(lambda uow: self._do(work, uow, status))
        if is_new:
            self.caller.context.wake()
        headers = {} if is_new else {"Idempotent-Replayed": "true"}
        return Response(finish(kept.body), kept.status, headers, media_type="application/json")

    def _do(self, work: Callable[[UnitOfWork], BaseModel], uow: UnitOfWork, status: int) -> tuple[StoredResponse, bool]:
        owner = f"key:{self.caller.key.id}"
        earlier = uow.doors.find_response(owner, self.key)
        if earlier is not None:
            if earlier.request_digest != self.digest:
                raise KeyReused
            return earlier, False
        response = StoredResponse(self.digest, status, work(uow).model_dump_json())
        uow.doors.keep_response(owner, self.key, response, now=self.caller.now)
        return response, True


def require_errand(scope: Scope) -> Callable[..., Awaitable[Errand]]:
    """A dependency for writes: a key with `scope`, and an Idempotency-Key."""

    async def errand(
        request: Request,
        caller: Annotated[Caller, Depends(require_scope(scope))],
        idempotency_key: Annotated[
            str | None, Header(description="Required. Chosen by you, new for new work.", examples=["4f7c2a90-1"])
        ] = None,
    ) -> Errand:
        if idempotency_key is None or not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
            raise HeaderMissing("send the header Idempotency-Key: 1 to 200 visible ASCII characters, new for new work")
        return Errand(caller, idempotency_key, await _digest_of(request))

    return errand


def require_case_errand(scope: Scope) -> Callable[..., Errand]:
    """The same for writes on a case, which may name by If-Match the version that they were made from."""

    def case_errand(
        errand: Annotated[Errand, Depends(require_errand(scope))],
        if_match: Annotated[
            str | None, Header(description="The ETag of the case as you saw it.", examples=['"7"'])
        ] = None,
    ) -> Errand:
        return replace(errand, if_match=_version_of(if_match))

    return case_errand


async def _digest_of(request: Request) -> str:
    line = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(line.encode() + await request.body()).hexdigest()


def _version_of(if_match: str | None) -> int | None:
    """RFC 9110 §13.1.1; `*` is any version."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ENTITY_TAG.fullmatch(if_match.strip())
    if found is None:
        raise AdminRejected('If-Match must be the ETag that the case came with, like "7"')
    return int(found[1])
