"""The evidence pack of a case, to be downloaded by whoever may verify ledgers."""

from __future__ import annotations

import io
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from admin_api.console.finding import find_case, signed_in
from admin_api.files import compose_download
from admin_api.packing import pack_case
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.actions.deriving import told_deadlines
from casework.rights import Right, may_know_writer, require

router = APIRouter()


@router.get("/cases/{reference}/file.zip")
def send_case_file(visit: Annotated[Visit, Depends(staff_visit)], reference: str, *, names: bool = True) -> Response:
    """The pack; RightMissing without the right to verify. Names only for whoever may see who wrote."""
    context, staff = visit.context, signed_in(visit)
    bureau, file = context.office.bureau, io.BytesIO()
    with context.store.read() as uow:
        case = find_case(reference, uow, visit=visit)
        require(staff, Right.VERIFY, case, bureau)
        named = names and may_know_writer(staff, case, bureau)
        derived = told_deadlines(case, uow.cases.events(case.id), office=context.office, now=context.clock())
        pack_case(case, uow, context.blobs, file, bureau=bureau, derivations=lambda _case: derived, names=named)
    return compose_download(f"{case.reference}.zip", "application/zip", file.getvalue())
