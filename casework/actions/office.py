"""What every action needs of the bureau."""

from __future__ import annotations

from dataclasses import dataclass

from casework.bureau import Bureau
from casework.wording import Wording


@dataclass(frozen=True, slots=True)
class Office:
    """What every action needs of the bureau: its data, the texts that actions send, and the key for query codes."""

    bureau: Bureau
    notices: Wording
    secret: bytes
    site: str = ""
    """Where the public pages are, such as `https://desk.example`; without it no mail links there."""

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"Office({self.bureau.slug})"
