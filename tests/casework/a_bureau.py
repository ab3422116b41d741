"""Readable defaults: a small bureau, its office, a clerk, a citizen who wrote."""

from __future__ import annotations

from datetime import datetime, time
from importlib.resources import files
from zoneinfo import ZoneInfo

from casework.actions.intake import OpenedCase, open_case
from casework.actions.office import Office
from casework.bureau import Bureau, Commitment, Unit, Words
from casework.case import Case
from casework.commands import OpenCase
from casework.kinds import CaseKind
from casework.message import Author, Direction, Message
from casework.party import Address, ChannelName, Party
from casework.ports import UnitOfWork
from casework.staff import Role, Staff
from casework.thread import Thread
from casework.wording import load_wording
from casework.working_days import DayUnit, TimeLimit, WorkCalendar

CITIZEN = Address(ChannelName.WEB_CHAT, "conversation-1")


def a_bureau() -> Bureau:
    """A bureau with one police station and one window."""
    hours = {day: ((time(9), time(12)), (time(13, 30), time(17, 30))) for day in range(5)}
    return Bureau(
        slug="example",
        name=Words("示例市公安局", "Example Bureau"),
        reference_prefix="ZMD",
        calendar=WorkCalendar(ZoneInfo("Asia/Shanghai"), hours),
        units=(
            Unit("bureau", Words("市局", "Bureau"), "bureau", mail="duty@gaj.example", handles=tuple(CaseKind)),
            Unit(
                "north-station",
                Words("城北派出所", "North Station"),
                "police_station",
                parent="bureau",
                mail="north@gaj.example",
                handles=(CaseKind.COMPLAINT,),
                keywords=("城北",),
            ),
        ),
        commitments={
            CaseKind.COMPLAINT: Commitment(TimeLimit(15, DayUnit.WORKING_DAY), Words("承诺", "commitment")),
        },
    )


def an_office(bureau: Bureau | None = None) -> Office:
    """What actions need of that bureau, or of another one."""
    return Office(bureau or a_bureau(), load_wording(files("casework") / "notices"), b"a secret for tests")


def a_clerk(uow: UnitOfWork, name: str = "clerk") -> Staff:
    """A member of staff with an account."""
    return uow.accounts.add_staff(
        name,
        display_name="Clerk",
        unit="bureau",
        role=Role.INTAKE,
        language="zh",
        mail="clerk@gaj.example",
        password_hash="x",
    )


def a_letter(
    uow: UnitOfWork, *, now: datetime, address: Address = CITIZEN, text: str = "窗口态度不好"
) -> tuple[Party, Thread, Message]:
    """A citizen's message in their own chat thread."""
    party = uow.parties.ensure(address, language="zh", name=None, now=now)
    thread = uow.threads.ensure_chat(address, party.id, language="zh", now=now)
    message = uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, text, now=now)
    return party, thread, message


def a_complaint(
    uow: UnitOfWork, *, now: datetime, address: Address = CITIZEN, subject: str = "城北派出所窗口"
) -> OpenedCase:
    """A complaint that a citizen just filed."""
    _, thread, message = a_letter(uow, now=now, address=address)
    command = OpenCase(CaseKind.COMPLAINT, subject, {"facts": "排队两小时"})
    return open_case(command, uow, office=an_office(), thread=thread, message=message, now=now)


def open_case_of(
    kind: CaseKind,
    uow: UnitOfWork,
    thread: Thread,
    message: Message,
    *,
    unit: str,
    now: datetime,
    office: Office | None = None,
) -> Case:
    """A case of any kind in a unit."""
    command = OpenCase(kind, "一件事", {"facts": "情况"}, unit=unit)
    return open_case(command, uow, office=office or an_office(), thread=thread, message=message, now=now).case
