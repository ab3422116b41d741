"""Entries and items in every state and class that nobody outside may see, each of them as tempting as can be.

All carry a phrasing that is asked, trap words that are searched, and a secret that no public answer may say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from casework.store import SqlStore, SqlUnitOfWork
from knowledge.bodies import body_of
from knowledge.procedure import Procedure
from knowledge.publication import Classification, DisclosureClass, Move
from knowledge.revisions import Body, Subject
from knowledge.store import SqlRevisions

SECRET = "密文QX7"
TRAP = "玄鹿星登记"
QUESTION = f"{TRAP}怎么办理要多少钱"
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_TODAY = date(2026, 11, 24)
_DUE = date(2099, 1, 1)
PUBLISHED = (Move.REVIEW, Move.PUBLISH)


@dataclass(frozen=True, slots=True)
class Plant:
    """One revision, and how it came to be out of sight."""

    slug: str
    moves: tuple[Move, ...] = ()
    disclosure: DisclosureClass = DisclosureClass.PROACTIVE
    was_public: bool = False
    """Outside it is told that it is gone, and nothing else."""

    @property
    def classification(self) -> Classification:
        """Its class, with a ground where one is needed."""
        ground = "" if self.disclosure is DisclosureClass.PROACTIVE else f"《条例》第十四条 {SECRET}"
        return Classification(self.disclosure, ground)


PLANTS = (
    Plant("planted-draft"),
    Plant("planted-reviewed", (Move.REVIEW,)),
    Plant("planted-sent-back", (Move.REVIEW, Move.SEND_BACK)),
    Plant("planted-dropped-draft", (Move.WITHDRAW,)),
    Plant("planted-on-application", PUBLISHED, DisclosureClass.ON_APPLICATION),
    Plant("planted-not-disclosed", PUBLISHED, DisclosureClass.NOT_DISCLOSED),
    Plant("planted-withdrawn", (*PUBLISHED, Move.WITHDRAW), was_public=True),
)
EDIT_OF = "passport-first"
"""A public entry of which drafts wait: its page must go on saying what is in force."""


def plant(store: SqlStore, model: Procedure, plants: tuple[Plant, ...]) -> None:
    """Keep every plant as an entry and as an item, and edits of a public entry at each stage before publication."""

    def work(uow: SqlUnitOfWork) -> None:
        kept = SqlRevisions(uow.connection)
        for subject in Subject:
            for one in plants:
                _draft(kept, subject, one, tempting(model, one))
        for edit in (Plant(EDIT_OF), Plant(EDIT_OF, (Move.REVIEW,)), Plant(EDIT_OF, (Move.WITHDRAW,))):
            _draft(kept, Subject.ENTRY, edit, tempting(model, edit))

    store.write(work)


def tempting(model: Procedure, one: Plant) -> Body:
    """The contents of a plant: sound, so that it is answered with if anything lets it through."""
    said = {"zh": f"{TRAP}（{SECRET}）", "en": f"{TRAP} ({SECRET})"}
    asked = [QUESTION, TRAP, *(f"{TRAP}问法{number}" for number in range(8))]
    hidden: Mapping[str, object] = (
        {}
        if one.disclosure is DisclosureClass.PROACTIVE
        else {"disclosure": {"class": one.disclosure.value, "ground": one.classification.ground}}
    )
    facets = {"fee": {**said, "yuan": [7]}, "who": said, "where": said}
    texts = {"title": said, "summary": said, "notes": said, "phrasings": {"zh": asked, "en": asked}}
    return {**body_of(model), "slug": one.slug, "version": SECRET, **texts, **facets, **hidden}


def _draft(kept: SqlRevisions, subject: Subject, one: Plant, body: Body) -> None:
    revision = kept.draft(
        subject,
        one.slug,
        title=f"{TRAP} {SECRET}",
        unit=str(body["unit"]),
        body=body,
        classification=one.classification,
        by="wang",
        now=AT,
    )
    for move in one.moves:
        revision = kept.move(revision, move, by="li", now=AT, today=_TODAY, reason=SECRET, review_due_on=_DUE)
