"""Revisions of what can be published, and the port through which they are kept; its SQL is `knowledge.store`.

Procedures (`entry`) and items of the disclosure catalogue (`item`) share one life (`publication`) and one store. Of
each subject at most one revision is published at any time; all are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from knowledge.publication import Classification, DisclosureClass, Move, Stage, Standing

Body = Mapping[str, object]
"""What a revision says, as a tree of JSON values; its form belongs to the kind of subject."""


BUNDLE = "(bundle)"
"""Who drafted and published what came with the bureau's bundle; no account can be called so."""


class Subject(StrEnum):
    """What is published."""

    ENTRY = "entry"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of one subject."""

    subject: Subject
    slug: str
    number: int
    """Counts from 1 for each slug."""
    title: str
    """For lists; the body has it too."""
    unit: str
    """Slug of the unit that answers for it; empty when none was named."""
    body: Body
    standing: Standing
    note: str = ""
    """Why it was changed, in the words of who drafted it."""
    origin: str = ""
    """Digest of the bundle's text that it was entered from; empty when a person wrote it."""
    edits: int = 0
    """How often it was changed since it was drafted: by it, a second writer is told that the first was quicker."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a bundle that changed needs to know of one slug."""

    entered: str
    """Digest of the bundle's text that was entered last; empty when none ever was."""
    published: str | None
    """Digest from which the published revision came, empty when a person wrote it; None when none is published."""


class Revisions(Protocol):
    """Keeps revisions, within the transaction of the caller."""

    def draft(
        self,
        subject: Subject,
        slug: str,
        *,
        title: str,
        unit: str,
        body: Body,
        classification: Classification,
        by: str,
        now: datetime,
        note: str = "",
        after: int | None = None,
        origin: str = "",
    ) -> Revision:
        """Keep a new draft, numbered after the last revision.

        `after` is the number of the revision that was edited: KnowledgeConflict when a later one exists by now.
        """
        ...

    def amend(self, revision: Revision, *, by: str, now: datetime) -> Revision:
        """Put new contents into a draft that is still one, and count `by` among its editors.

        KnowledgeRejected when it is no draft, KnowledgeConflict when it has moved on or was amended meanwhile.
        """
        ...

    def move(
        self,
        revision: Revision,
        move: Move,
        *,
        by: str,
        now: datetime,
        today: date,
        reason: str = "",
        review_due_on: date | None = None,
    ) -> Revision:
        """Carry out a move; publishing supersedes what was published before, in the same transaction.

        KnowledgeRejected when the rules forbid it, KnowledgeConflict when the revision has moved on meanwhile.
        """
        ...

    def move_all(
        self,
        revisions: Sequence[Revision],
        move: Move,
        *,
        by: str,
        now: datetime,
        today: date,
        reason: str = "",
        review_due_on: date | None = None,
    ) -> Sequence[Revision]:
        """The same for many at once, all or none; quicker than one by one."""
        ...

    def enter_published(self, revisions: Iterable[Revision]) -> int:
        """Keep many revisions that are published already, as a bundle's are, and return how many; fast for 100,000.

        Each is numbered after the last of its slug and takes the place of what was published. KnowledgeConflict, with
        nothing kept, when a slug comes twice.
        """
        ...

    def enter(self, revisions: Iterable[Revision]) -> int:
        """Keep revisions exactly as they are, with number, standing and steps, and return how many.

        For what was exported elsewhere. KnowledgeConflict, with nothing kept, when one is here already.
        """
        ...

    def hold(self, subject: Subject) -> None:
        """Keep others from changing what is published until the transaction ends."""
        ...

    def origins(self, subject: Subject) -> Mapping[str, Origin]:
        """By slug, what is known of each subject without its contents; fast for 100,000."""
        ...

    def get(self, subject: Subject, slug: str, number: int) -> Revision:
        """One revision; KnowledgeNotFound."""
        ...

    def find_published(self, subject: Subject, slug: str) -> Revision | None:
        """The revision that is published now, whatever its class; None when none is."""
        ...

    def history(self, subject: Subject, slug: str) -> Sequence[Revision]:
        """Every revision of one subject, newest first; empty when there is none."""
        ...

    def all(self, subject: Subject) -> Iterator[Revision]:
        """Every revision, by slug and number."""
        ...

    def published(self, subject: Subject) -> Iterator[Revision]:
        """What is published now, by slug, whatever its class: ask `standing.is_public` before showing it."""
        ...

    def in_force(self, subject: Subject, slug: str, at: datetime) -> Revision | None:
        """The revision that was published at an instant; None when none was."""
        ...

    def page(
        self,
        subject: Subject,
        *,
        stages: frozenset[Stage],
        due_by: date | None = None,
        words: str = "",
        unit: str = "",
        disclosure: DisclosureClass | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> Sequence[Revision]:
        """Revisions in these stages, newest first, for lists; `after` skips so many.

        `due_by` keeps those due for re-review on that date; `words` must all stand in title or slug; `unit` and
        `disclosure` keep those of one unit or class.
        """
        ...

    def count(
        self,
        subject: Subject,
        *,
        stages: frozenset[Stage],
        due_by: date | None = None,
        words: str = "",
        unit: str = "",
        disclosure: DisclosureClass | None = None,
    ) -> int:
        """How many revisions `page` would find."""
        ...

    def state(self, subject: Subject) -> int:
        """A number that grows with every change to what is published: by it, other processes know that they are old."""
        ...
