"""What every route is handed, and who may see what: the rule that the API and the console share.

It knows nothing of keys, sessions or forms; those are read in `api/authentication.py` and `signing_in.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from admin_api.counted import Counted
from admin_api.trials import Trials
from casework.actions.lettering import Press
from casework.actions.office import Office
from casework.annual.naming import annual_words
from casework.annual.statement import Statement
from casework.bureau import Bureau
from casework.case import Case
from casework.ports import BlobStore, Store, UnitOfWork
from casework.rights import Reach, Right, may, may_know_writer, reach_of
from casework.staff import Staff
from casework.wording import Wording
from knowledge.catalogue.importing import Imports
from knowledge.catalogue.search import Catalogue
from knowledge.disclosure import Disclosure
from knowledge.library import Library
from knowledge.retrieval import KnowledgeBase
from knowledge.revisions import Revision, Revisions

_IDENTIFYING = frozenset({"name", "applicant", "identity", "proof_of_identity", "contact", "telephone", "phone"})
"""Slots that tell who the citizen is; hidden with the name."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the routes work with; made once by the composition root and lent to the application."""

    store: Store
    blobs: BlobStore
    office: Office
    library: Callable[[], Library]
    """The procedures as published now; another one after a reload."""
    knowledge: Callable[[], KnowledgeBase]
    """The index over `library()`."""
    clock: Callable[[], datetime]
    """The present as an aware UTC time."""
    wake: Callable[[], None]
    """Tells the jobs that the outbox or the inbox has new work; called after the commit, from any thread."""
    session_for: timedelta = timedelta(hours=12)
    """How long a sign-in lasts: a working day, since signing in again next morning is no burden."""

    revisions: Callable[[UnitOfWork], Revisions] = field(kw_only=True)
    """Revisions of what is published, within the transaction of a unit of work."""
    catalogue: Callable[[UnitOfWork], Catalogue] = field(kw_only=True)
    """Finds published items of the disclosure catalogue."""
    imports: Callable[[UnitOfWork], Imports] = field(kw_only=True)
    """What was imported into it, and how that went."""
    disclosure: Disclosure = field(default_factory=Disclosure, kw_only=True)
    """The bureau's disclosure guide and its forms."""
    stale_since: Callable[[], datetime | None] = field(default=lambda: None, kw_only=True)
    """Since when the pages show something older than what is published, because that could not be built."""

    compose_bundle: Callable[[], bytes] = field(default=bytes, kw_only=True)
    """The bundle as it stands, every revision too, as a ZIP."""
    before_publishing: Callable[[UnitOfWork, Revision], None] = field(
        default=lambda _uow, _revision: None, kw_only=True
    )
    """Asked before a revision is published by hand; it may refuse by raising an AdminRejected."""
    labelled: tuple[tuple[str, Collection[str]], ...] = field(default=(), kw_only=True)
    """The bureau's own questions whose answer is known, each with the entries that answer it."""
    press: Press = field(kw_only=True)
    """What letters are set with."""
    trials: Trials = field(kw_only=True)
    """Where revisions are tried before they are published."""
    statement: Callable[[int], Statement] = field(default=lambda _year: Statement(), kw_only=True)
    """What the bureau itself says in the annual report of a year."""
    report_words: Wording = field(default_factory=annual_words, kw_only=True)
    """Texts of the annual report and of figures, in the bureau's own wording."""
    counted: Counted = field(default_factory=Counted, kw_only=True)
    """Figures and reports that were counted lately."""

    def __repr__(self) -> str:
        """Keep the secret of the office out of logs."""
        return f"Context({self.office.bureau.slug})"


def lend_context(app: FastAPI, context: Context) -> None:
    """Let the routes of `app` work with `context`."""
    app.state.context = context


def current_context(connection: HTTPConnection) -> Context:
    """The context that was lent to the application; a dependency for requests and streams alike."""
    context: Context = connection.app.state.context
    return context


def units_seen_by(staff: Staff, bureau: Bureau) -> tuple[str, ...] | None:
    """The units whose matters this account sees, whatever the kind: its own and those below it; None for all."""
    return None if reach_of(staff.role, Right.SEE) is Reach.ALL else bureau.under(staff.unit)


def may_see(staff: Staff, case: Case, bureau: Bureau) -> bool:
    """Whether this account sees the case at all; one that it does not see is answered as if it did not exist."""
    return may(staff, Right.SEE, case, bureau)


def may_read_all(staff: Staff, cases: Iterable[Case], bureau: Bureau) -> bool:
    """Whether the account reads a conversation beyond its own cases: all matters in it, `cases`, are its to see.

    What was said about another matter may tell who it is that wished to stay unnamed in one of them.
    """
    return all(may_see(staff, case, bureau) and may_know_writer(staff, case, bureau) for case in cases)


def shown_details(case: Case, *, named: bool) -> dict[str, str]:
    """What the citizen stated, by slot; without `named` nothing that tells who they are."""
    return {slot: words for slot, words in case.details.items() if named or slot not in _IDENTIFYING}
