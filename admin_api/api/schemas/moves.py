"""What may be done with a case: the bodies of the writes."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from admin_api.api.schemas.fields import AccountId, LongText, Name, Schema, ShortText, Version, example
from casework.disposition import Disposition
from casework.events import CaseEvent, EventName

MAX_FILES = 10


def _decode(content: object) -> bytes:
    if not isinstance(content, str):
        raise ValueError("the content of a file is a string")  # noqa: TRY004 - pydantic reports ValueError alone
    return b64decode(content, validate=True)


FileContent = Annotated[bytes, BeforeValidator(_decode), WithJsonSchema({"type": "string", "format": "base64"})]
"""Base64 (RFC 4648 §4), without line breaks."""


class NewAssignment(Schema):
    """To whom the case is given."""

    model_config = example(staff_id=3, version=4)

    staff_id: AccountId
    version: Version = None


class NewTransfer(Schema):
    """To which unit the case goes, and why."""

    model_config = example(unit="household", reason="事项属于户籍业务。", version=4)

    unit: Name
    reason: ShortText
    version: Version = None


class NewNote(Schema):
    """A note that only staff can read."""

    model_config = example(text="已电话联系窗口核实。", version=None)

    text: LongText
    version: Version = None


class NewFile(Schema):
    """A file that goes with a reply; its type is found in its bytes."""

    model_config = example(name="材料清单.txt", content="5p2Q5paZ5riF5Y2V")

    name: Name
    content: FileContent
    """Base64 (RFC 4648 §4), without line breaks."""


class NewReply(Schema):
    """Words to the citizen, over the citizen's own channel."""

    model_config = example(
        text="您好，缺少的是户口簿首页复印件，补齐后可直接到三号窗口办理。",
        attachments=[{"name": "材料清单.txt", "content": "5p2Q5paZ5riF5Y2V"}],
        version=4,
    )

    text: LongText
    attachments: Annotated[tuple[NewFile, ...], Field(max_length=MAX_FILES)] = ()
    version: Version = None


class Closing(Schema):
    """How the case ends; `allowed_dispositions` of the case names the endings."""

    model_config = example(disposition="answered", reason="已答复并补办。", version=6)

    disposition: Disposition
    reason: ShortText = ""
    version: Version = None


class Reopening(Schema):
    """Why the case is opened again."""

    model_config = example(reason="市民来电表示问题没有解决。", version=7)

    reason: ShortText
    version: Version = None


class Move(Schema):
    """A move that needs no words."""

    model_config = example(version=4)

    version: Version = None


class AssignmentView(Schema):
    """Who was given the case, or which unit it went to."""

    model_config = example(
        number=3, at="2026-11-23T03:40:00Z", by="staff:1", staff_id=3, unit=None, from_unit=None, reason=None
    )

    number: int
    """Of the event."""
    at: datetime
    by: str
    staff_id: int | None
    unit: str | None
    from_unit: str | None
    reason: str | None

    @classmethod
    def of(cls, event: CaseEvent) -> AssignmentView:
        """The shape of an assignment or a transfer."""
        is_transfer = event.name is EventName.TRANSFERRED
        return cls.model_validate(
            {
                "number": event.number,
                "at": event.at,
                "by": event.actor,
                "staff_id": None if is_transfer else event.facts.get("to"),
                "unit": event.facts.get("to") if is_transfer else None,
                "from_unit": event.facts.get("from"),
                "reason": event.text,
            }
        )


class AssignmentHistory(Schema):
    """Everybody who was given the case, in order."""

    model_config = example(
        items=[
            {
                "number": 3,
                "at": "2026-11-23T03:40:00Z",
                "by": "staff:1",
                "staff_id": 3,
                "unit": None,
                "from_unit": None,
                "reason": None,
            }
        ]
    )

    items: list[AssignmentView]
