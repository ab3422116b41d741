"""People who work for the bureau and have an account here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.message import StaffId
from casework.party import Language


class Role(StrEnum):
    """What a member of staff may do; the finer table of rights comes later in this module."""

    CLERK = "clerk"
    """Handles cases of the own unit and below."""
    DESK = "desk"
    """Handles all cases, held and shunted messages."""
    ADMINISTRATOR = "administrator"
    """All of that, and accounts, keys and audit."""


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
