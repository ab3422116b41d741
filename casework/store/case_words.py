"""The words by which cases are found: kept for each case, in the transaction that writes what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    column,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from casework.message import CaseId
from casework.party import PartyId
from casework.search_terms import Term, index_terms, reference_terms, wanted_terms
from casework.store.search_tables import VECTOR, case_terms
from casework.store.tables import cases, messages, parties

_FTS5: Final = table("case_words", column("rowid"))
_ADD: Final = insert(case_terms)
_CHANGE: Final = update(case_terms).where(case_terms.c.id == bindparam("of_case"))
# Who adds to a case waits for whoever is adding to it.
_TERMS: Final = select(case_terms.c.terms).where(case_terms.c.id == bindparam("of_case")).with_for_update()
_CASE: Final = (
    select(cases.c.reference, cases.c.subject, cases.c.anonymous, cases.c.erased_at, parties.c.name)
    .join(parties, parties.c.id == cases.c.party_id)
    .where(cases.c.id == bindparam("of_case"))
)
_SAID: Final = select(messages.c.text).where(messages.c.case_id == bindparam("of_case")).order_by(messages.c.id)
_OF_PARTY: Final = select(cases.c.id).where(cases.c.party_id == bindparam("of_party")).order_by(cases.c.id)
_NEXT: Final = select(cases.c.id).where(cases.c.id > bindparam("after")).order_by(cases.c.id).limit(1_000)


class CaseWords:
    """What keeps the index of words true."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def renew(self, case_id: CaseId) -> None:
        """Let a case be found by its reference, its subject, its writer's name and its messages as they are now.

        A case that is to stay unnamed, or whose text is erased, is not found by its writer's name.
        """
        terms = self._own_terms(case_id)
        for words in self._connection.execute(_SAID, {"of_case": case_id}).scalars():
            terms.update(dict.fromkeys(index_terms(words)))
        if not self._change(case_id, terms):
            self._enter(case_id, terms)

    def enter(self, case_id: CaseId) -> None:
        """Let a new case, of which nothing is said yet, be found."""
        self._enter(case_id, self._own_terms(case_id))

    def add(self, case_id: CaseId, words: str) -> None:
        """Let a case be found by these words too."""
        kept = self._connection.execute(_TERMS, {"of_case": case_id}).scalar_one().split(" ")
        terms = dict.fromkeys((*kept, *index_terms(words)))
        if len(terms) > len(kept):
            self._change(case_id, terms)

    def rename(self, party_id: PartyId) -> None:
        """Let the cases of a party be found by its new name."""
        for case_id in self._connection.execute(_OF_PARTY, {"of_party": party_id}).scalars().all():
            self.renew(case_id)

    def enter_all(self) -> None:
        """Enter every case of a store that had no index yet."""
        after = 0
        while found := self._connection.execute(_NEXT, {"after": after}).scalars().all():
            for case_id in found:
                self.renew(case_id)
            after = found[-1]

    def _own_terms(self, case_id: CaseId) -> dict[str, None]:
        case = self._connection.execute(_CASE, {"of_case": case_id}).one()
        name = "" if case.anonymous or case.erased_at is not None else case.name or ""
        return dict.fromkeys((*reference_terms(case.reference), *index_terms(f"{case.subject} {name}")))

    def _enter(self, case_id: CaseId, terms: Iterable[str]) -> None:
        self._connection.execute(_ADD, {"id": case_id, "terms": " ".join(terms)})

    def _change(self, case_id: CaseId, terms: Iterable[str]) -> bool:
        return self._connection.execute(_CHANGE, {"of_case": case_id, "terms": " ".join(terms)}).rowcount == 1


def cases_with(words: str, dialect: str) -> list[Select[Any]]:
    """For each word the ids of the cases that have it; signs alone are no word."""
    return [_cases_with(wanted, dialect) for wanted in map(wanted_terms, words.split()) if wanted]


def _cases_with(wanted: Sequence[Term], dialect: str) -> Select[Any]:
    if dialect == "postgresql":
        vector: ColumnElement[Any] = literal_column(VECTOR)
        return select(case_terms.c.id).where(vector.op("@@")(cast(" & ".join(map(_lexeme, wanted)), TSQUERY)))
    return select(_FTS5.c.rowid).where(_matching(" AND ".join(map(_quoted, wanted))))


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
