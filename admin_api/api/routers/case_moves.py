"""What may be done with a case: assign, transfer, note, reply, close, reopen, take over, give back."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from admin_api.access import may_see
from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import CasesErrand
from admin_api.api.errands import Errand
from admin_api.api.schemas.cases import CaseSummary
from admin_api.api.schemas.correspondence import MessageView
from admin_api.api.schemas.fields import ReferencePath
from admin_api.api.schemas.moves import Closing, Move, NewAssignment, NewNote, NewReply, NewTransfer, Reopening
from admin_api.api.sight import get_case_to_change
from casework.actions import assignment, closure, correspondence
from casework.actions.stepping import Walker
from casework.attaching import keep_file
from casework.case import Case
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.message import Message, StaffId
from casework.ports import UnitOfWork
from casework.rights import Right, may_know_writer, require

router = APIRouter(prefix="/cases/{reference}", route_class=BoundedRoute)


@router.post("/assignments", operation_id="assignCase", tags=["assignments"], response_model=CaseSummary)
def assign_case(reference: ReferencePath, wanted: NewAssignment, errand: CasesErrand) -> Response:
    """Give the case to a member of staff."""

    def move(case: Case, uow: UnitOfWork) -> Case:
        try:
            to = uow.accounts.get_staff(StaffId(wanted.staff_id))
        except CaseworkNotFound as error:
            raise CaseworkRejected(f"there is no account {wanted.staff_id}: see /api/v1/staff") from error
        if not may_see(to, case, errand.caller.bureau):
            raise CaseworkRejected(f"account {to.id} does not see cases of unit {case.unit}: transfer the case first")
        return assignment.assign(case, to, uow, by=errand.caller.staff, now=errand.caller.now)

    return _move(reference, wanted.version, errand, move, Right.ASSIGN)


@router.post("/transfers", operation_id="transferCase", tags=["assignments"], response_model=CaseSummary)
def transfer_case(reference: ReferencePath, wanted: NewTransfer, errand: CasesErrand) -> Response:
    """Hand the case to another unit, which is told by mail; the deadline stays."""
    caller = errand.caller
    if wanted.unit not in {unit.slug for unit in caller.bureau.units}:
        raise CaseworkRejected(f"there is no unit {wanted.unit!r}: see /api/v1/units")

    def move(case: Case, uow: UnitOfWork) -> Case:
        office = caller.context.office
        return assignment.transfer(
            case, wanted.unit, wanted.reason, uow, office=office, by=caller.staff, now=caller.now
        )

    return _move(reference, wanted.version, errand, move, Right.TRANSFER)


@router.post("/notes", operation_id="addNote", tags=["cases"], status_code=201, response_model=MessageView)
def note_case(reference: ReferencePath, wanted: NewNote, errand: CasesErrand) -> Response:
    """Write a note that only staff can read."""

    def write(case: Case, uow: UnitOfWork) -> Message:
        return correspondence.add_note(case, wanted.text, uow, staff=errand.caller.staff, now=errand.caller.now)

    return _write(reference, wanted.version, errand, write, Right.WRITE)


@router.post("/replies", operation_id="replyToCitizen", tags=["cases"], status_code=201, response_model=MessageView)
def reply_case(reference: ReferencePath, wanted: NewReply, errand: CasesErrand) -> Response:
    """Answer over the citizen's own channel; from now on the assistant is silent there."""
    caller = errand.caller
    files = [keep_file(file.name, file.content, caller.context.blobs) for file in wanted.attachments]

    def write(case: Case, uow: UnitOfWork) -> Message:
        return correspondence.reply_to_citizen(
            case, wanted.text, uow, staff=caller.staff, now=caller.now, attachments=files
        )

    return _write(reference, wanted.version, errand, write, Right.WRITE)


@router.post("/close", operation_id="closeCase", tags=["cases"], response_model=CaseSummary)
def close_case(reference: ReferencePath, wanted: Closing, errand: CasesErrand) -> Response:
    """End the case with a disposition that its kind allows; the conversation goes back to the assistant."""

    def move(case: Case, uow: UnitOfWork) -> Case:
        return closure.close(case, wanted.disposition, _walker(uow, errand), reason=wanted.reason)

    return _move(reference, wanted.version, errand, move, Right.CLOSE)


@router.post("/reopen", operation_id="reopenCase", tags=["cases"], response_model=CaseSummary)
def reopen_case(reference: ReferencePath, wanted: Reopening, errand: CasesErrand) -> Response:
    """Open a closed case again."""

    def move(case: Case, uow: UnitOfWork) -> Case:
        return closure.reopen(case, wanted.reason, _walker(uow, errand))

    return _move(reference, wanted.version, errand, move, Right.REOPEN)


@router.post("/take-over", operation_id="takeOverConversation", tags=["cases"], response_model=CaseSummary)
def take_over_case(reference: ReferencePath, wanted: Move, errand: CasesErrand) -> Response:
    """Speak in the case's conversation yourself; what the assistant has not sent yet is withheld."""

    def move(case: Case, uow: UnitOfWork) -> Case:
        assignment.take_over(case, uow, staff=errand.caller.staff, now=errand.caller.now)
        return uow.cases.get(case.id)

    return _move(reference, wanted.version, errand, move, Right.WRITE)


@router.post("/give-back", operation_id="giveBackConversation", tags=["cases"], response_model=CaseSummary)
def give_back_case(reference: ReferencePath, wanted: Move, errand: CasesErrand) -> Response:
    """Let the assistant answer in the case's conversation again."""

    def move(case: Case, uow: UnitOfWork) -> Case:
        assignment.give_back(case, uow, staff=errand.caller.staff, now=errand.caller.now)
        return uow.cases.get(case.id)

    return _move(reference, wanted.version, errand, move, Right.WRITE)


def _walker(uow: UnitOfWork, errand: Errand) -> Walker:
    """Whoever calls, within the unit of work."""
    caller = errand.caller
    return Walker(uow, caller.context.office, caller.staff, caller.now)


def _move(
    reference: str, version: int | None, errand: Errand, move: Callable[[Case, UnitOfWork], Case], right: Right
) -> Response:
    """Change the case once, and answer how it stands."""

    def work(uow: UnitOfWork) -> CaseSummary:
        case = get_case_to_change(uow, reference, errand, version=version)
        require(errand.caller.staff, right, case, errand.caller.bureau)
        return CaseSummary.of(move(case, uow), errand.caller.today)

    return errand.once(work)


def _write(
    reference: str, version: int | None, errand: Errand, write: Callable[[Case, UnitOfWork], Message], right: Right
) -> Response:
    """Write one message about the case, and answer it."""

    def work(uow: UnitOfWork) -> MessageView:
        case = get_case_to_change(uow, reference, errand, version=version)
        require(errand.caller.staff, right, case, errand.caller.bureau)
        message = write(case, uow)
        return MessageView.of(
            message, case=case.reference, named=may_know_writer(errand.caller.staff, case, errand.caller.bureau)
        )

    return errand.once(work, status=201)
