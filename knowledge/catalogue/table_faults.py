"""Why a whole table cannot be used, for people in their language and for logs and commands in English."""

from __future__ import annotations

from enum import StrEnum

from knowledge.errors import KnowledgeRejected


class TableFault(StrEnum):
    """What is wrong with the table itself; the texts of each say what to do."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    OLD_XLS = "old_xls"
    BROKEN_CSV = "broken_csv"
    NO_TEXT = "no_text"
    UNREADABLE_XLSX = "unreadable_xlsx"
    DAMAGED = "damaged"
    UNPACKS_TOO_FAR = "unpacks_too_far"
    HEADER_UNKNOWN = "header_unknown"
    HEADER_TWICE = "header_twice"
    HEADER_MISSING = "header_missing"


class TableRefused(KnowledgeRejected):
    """The table cannot be used as it is: mend it and import it again."""

    def __init__(self, fault: TableFault, message: str, **facts: str | int) -> None:
        """`facts` fill the gaps of the fault's text."""
        super().__init__(message)
        self.fault = fault
        self.facts = facts
