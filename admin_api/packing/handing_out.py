"""The evidence pack of a case as an account is given it, at the console and over the API."""

from __future__ import annotations

import io
from datetime import datetime

from admin_api.packing.pack import pack_case
from casework.actions.deriving import told_deadlines
from casework.actions.office import Office
from casework.case import Case
from casework.ports import BlobStore, UnitOfWork
from casework.rights import Right, may_know_writer, require
from casework.staff import Staff


def hand_out_pack(
    case: Case, uow: UnitOfWork, blobs: BlobStore, *, staff: Staff, office: Office, names: bool, now: datetime
) -> bytes:
    """The pack as ZIP; RightMissing without the right to verify. Names only for whoever may see who wrote."""
    bureau, file = office.bureau, io.BytesIO()
    require(staff, Right.VERIFY, case, bureau)
    named = names and may_know_writer(staff, case, bureau)
    derived = told_deadlines(case, uow.cases.events(case.id), office=office, now=now)
    pack_case(case, uow, blobs, file, bureau=bureau, derivations=lambda _case: derived, names=named)
    return file.getvalue()
