"""The words by which cases are found: kept with every text of a case, in the transaction that writes the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, cast, column, delete, insert, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from casework.message import CaseId, MessageId
from casework.party import PartyId
from casework.search_terms import Term, index_terms, reference_terms, wanted_terms
from casework.store.search_tables import MESSAGE_BITS, case_terms
from casework.store.tables import cases, messages, parties

_FTS5: Final = table("case_words", column("rowid"))
_VECTORS: Final = table("case_terms", column("id"), column("vector"))
_ADD: Final = insert(case_terms)
_REMOVE: Final = delete(case_terms).where(case_terms.c.id == bindparam("of_text"))
_REMOVE_CASE: Final = delete(case_terms).where(
    case_terms.c.id >= bindparam("first"), case_terms.c.id < bindparam("behind")
)
_CASES: Final = select(
    cases.c.id, cases.c.reference, cases.c.subject, cases.c.anonymous, cases.c.erased_at, parties.c.name
).join(parties, parties.c.id == cases.c.party_id)
_CASE: Final = _CASES.where(cases.c.id == bindparam("of_case"))
_NAMED_CASES: Final = _CASES.where(
    cases.c.party_id == bindparam("of_party"), cases.c.anonymous.is_(False), cases.c.erased_at.is_(None)
)
_MESSAGE: Final = select(messages.c.id, messages.c.case_id, messages.c.text).where(
    messages.c.id == bindparam("of_message")
)
_AT_ONCE: Final = 1_000


class CaseWords:
    """What keeps the index of words true."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def enter_case(self, case_id: CaseId) -> None:
        """Let a case be found by its reference, its subject, and its writer's name unless that is to stay unsaid."""
        self._add(_row_of_case(row) for row in self._connection.execute(_CASE, {"of_case": case_id}))

    def rename(self, party_id: PartyId) -> None:
        """Let the cases of a party be found by its new name."""
        rows = [_row_of_case(row) for row in self._connection.execute(_NAMED_CASES, {"of_party": party_id})]
        for row in rows:
            self._connection.execute(_REMOVE, {"of_text": row["id"]})
        self._add(rows)

    def enter_message(self, case_id: CaseId, message_id: MessageId, words: str) -> None:
        """Let a case be found by a message that belongs to it."""
        self._add([_row(case_id, message_id, index_terms(words))])

    def move_message(self, message_id: MessageId, case_id: CaseId) -> None:
        """Let a message find this case, and no longer the one that it belonged to. Comes before the move itself."""
        message = self._connection.execute(_MESSAGE, {"of_message": message_id}).one()
        if message.case_id is not None:
            self._connection.execute(_REMOVE, {"of_text": _id(message.case_id, message_id)})
        self.enter_message(case_id, message_id, message.text)

    def forget(self, case_id: CaseId) -> None:
        """Let nothing find a case any more but its reference. Comes behind what marks it as erased."""
        self._connection.execute(_REMOVE_CASE, {"first": _id(case_id, 0), "behind": _id(case_id + 1, 0)})
        self.enter_case(case_id)

    def enter_all(self) -> None:
        """Enter every case and message of a store that had no index yet."""
        self._add(_row_of_case(row) for row in self._stream(_CASES))
        of_cases = select(messages.c.id, messages.c.case_id, messages.c.text).where(messages.c.case_id.is_not(None))
        self._add(_row(row.case_id, row.id, index_terms(row.text)) for row in self._stream(of_cases))

    def _stream(self, query: Select[Any]) -> Iterable[Any]:
        return self._connection.execute(query.execution_options(stream_results=True, max_row_buffer=_AT_ONCE))

    def _add(self, rows: Iterable[dict[str, Any]]) -> None:
        wordy = (row for row in rows if row["terms"])
        while batch := list(islice(wordy, _AT_ONCE)):
            self._connection.execute(_ADD, batch)


def cases_with(words: str, dialect: str) -> list[Select[Any]]:
    """For each word the ids of the cases that have it, some of them more than once; signs alone are no word."""
    return [_cases_with(wanted, dialect) for wanted in map(wanted_terms, words.split()) if wanted]


def _cases_with(wanted: Sequence[Term], dialect: str) -> Select[Any]:
    if dialect == "postgresql":
        condition = _VECTORS.c.vector.op("@@")(cast(" & ".join(map(_lexeme, wanted)), TSQUERY))
        return select(_VECTORS.c.id.bitwise_rshift(MESSAGE_BITS)).where(condition)
    return select(_FTS5.c.rowid.bitwise_rshift(MESSAGE_BITS)).where(_matching(" AND ".join(map(_quoted, wanted))))


def _matching(expression: str) -> ColumnElement[bool]:
    condition: Any = text("case_words MATCH :wanted").bindparams(bindparam("wanted", expression, unique=True))
    column: ColumnElement[bool] = condition
    return column


def _quoted(term: Term) -> str:
    """A term for FTS5; terms hold letters and digits alone, so quoting them is enough."""
    return f'"{term.text}"*' if term.begins else f'"{term.text}"'


def _lexeme(term: Term) -> str:
    """A term for text search."""
    return f"'{term.text}'{':*' if term.begins else ''}"


def _row_of_case(row: Any) -> dict[str, Any]:
    """A case that is to stay unnamed, or whose text is erased, cannot be found by its writer's name."""
    name = "" if row.anonymous or row.erased_at is not None else row.name or ""
    return _row(row.id, 0, (*reference_terms(row.reference), *index_terms(f"{row.subject} {name}")))


def _row(case_id: int, message_id: int, terms: Sequence[str]) -> dict[str, Any]:
    return {"id": _id(case_id, message_id), "terms": " ".join(dict.fromkeys(terms))}


def _id(case_id: int, message_id: int) -> int:
    return case_id << MESSAGE_BITS | message_id
