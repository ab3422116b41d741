"""People who work for the bureau and have an account here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.message import StaffId
from casework.party import Language


class Role(StrEnum):
    """What a member of staff is; what each may do stands in `rights.toml`."""

    INTAKE = "intake"
    """Receives everything: all cases, held and shunted messages, what comes on paper."""
    HANDLER = "handler"
    """Handles cases of the own unit and below."""
    REVIEWER = "reviewer"
    """Heads a unit: handles its cases, and is the first to review its replies."""
    DISCLOSURE_OFFICER = "disclosure_officer"
    """Heads the office for government information: clears replies to applications and consents to more time."""
    LEADER = "leader"
    """Answers for a unit and those below it: approves what leaves in their name."""
    INSPECTOR = "inspector"
    """Watches over all units, and sees that what is late is done."""
    ADMINISTRATOR = "administrator"
    """What the intake may, and accounts, keys and audit; approves nothing."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff."""

    id: StaffId
    name: str
    """Sign-in name, unique."""
    display_name: str
    unit: str
    """Slug of the unit."""
    role: Role
    language: Language = "zh"
    mail: str = ""
    active: bool = True
    locked_until: datetime | None = None
    must_change_password: bool = False

    def __repr__(self) -> str:
        """Keep the name out of logs."""
        return f"Staff(id={self.id}, role={self.role.value})"
