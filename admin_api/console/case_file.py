"""The evidence pack of a case, to be downloaded by whoever may verify ledgers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from admin_api.console.finding import find_case, signed_in
from admin_api.files import compose_download
from admin_api.packing import hand_out_pack
from admin_api.pages import Visit
from admin_api.visits import staff_visit

router = APIRouter()


@router.get("/cases/{reference}/file.zip")
def send_case_file(visit: Annotated[Visit, Depends(staff_visit)], reference: str, *, names: bool = True) -> Response:
    """The pack; RightMissing without the right to verify. Names only for whoever may see who wrote."""
    context = visit.context
    with context.store.read() as uow:
        case = find_case(reference, uow, visit=visit)
        pack = hand_out_pack(
            case,
            uow,
            context.blobs,
            staff=signed_in(visit),
            office=context.office,
            names=names,
            now=context.clock(),
        )
    return compose_download(f"{case.reference}.zip", "application/zip", pack)
