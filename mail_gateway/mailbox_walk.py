"""How far a mailbox was read, and what is fetched of it next.

The place is UIDVALIDITY and the last UID that was dealt with (RFC 3501 §2.3.1.1). A mailbox that numbers its mails anew
is walked from its beginning; what is known is known by its letter id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from mail_gateway.imap_session import FetchRefused, ImapSession, Outline

T = TypeVar("T")

AT_ONCE = 50
BYTES_AT_ONCE = 8 * 1024 * 1024
"""So much is fetched and committed together."""
OUTLINES_AT_ONCE = 500


class Why(StrEnum):
    """Why a mail is owed."""

    REFUSED = "refused"
    BUSY = "busy"
    """The server says that it will give it later."""
    GONE = "gone"
    """It was told of, and vanished before it was given."""
    BROKEN = "broken"
    """The connection broke at it."""


MOST_OWED = 100
"""While more are owed the walk does not go on: then the server is in trouble, not a mail."""
LEAST_TRIES = 3
ASKED_FOR, ASKED_FOR_WHILE_BUSY = timedelta(hours=1), timedelta(days=1)
"""So long a mail is asked for again."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A mail that the server did not give. Later visits ask for it again, within bounds; then a clerk is told."""

    uid: int
    since: float
    """When it was first not given, in seconds since 1970."""
    why: Why
    tries: int = 1
    size: int = 0
    arrived: float | None = None

    @classmethod
    def of(cls, outline: Outline, why: Why, now: datetime) -> Owed:
        """A mail that was told of and not given."""
        return cls(outline.uid, now.timestamp(), why, size=outline.size, arrived=outline.arrived_at.timestamp())

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Owed:
        """A mail as it was kept."""
        return cls(**{**kept, "why": Why(kept["why"])})

    def outline(self, now: datetime) -> Outline:
        """As it was told of; as of `now` where nothing was told."""
        arrived_at = now if self.arrived is None else datetime.fromtimestamp(self.arrived, now.tzinfo)
        return Outline(self.uid, self.size, arrived_at)

    def is_given_up(self, now: datetime) -> bool:
        """Whether it was asked for often and long enough."""
        asked_for = ASKED_FOR_WHILE_BUSY if self.why is Why.BUSY else ASKED_FOR
        return self.tries >= LEAST_TRIES and now.timestamp() - self.since >= asked_for.total_seconds()


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read."""

    validity: int
    last: int = 0
    old_below: int = 0
    """UIDs below this were there when the walk began, so that `since` applies to them."""
    owed: tuple[Owed, ...] = ()
    """What the walk has passed and the server has not given."""

    @classmethod
    def read(cls, kept: str | None) -> Place | None:
        """The place as it was kept."""
        if not kept:
            return None
        members = json.loads(kept)
        return cls(**{**members, "owed": tuple(Owed.read(one) for one in members.get("owed", ()))})

    def __str__(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    def after(self, kept: Place | None, owes: Iterable[Owed], settled: Iterable[int]) -> Place:
        """The place upon what was `kept`, by which another process may have come further: with what is owed now."""
        is_same = kept is not None and kept.validity == self.validity
        owed = {one.uid: one for one in kept.owed} if kept is not None and is_same else {}
        for one in owes:
            before = owed.get(one.uid)
            owed[one.uid] = replace(one, since=before.since, tries=before.tries + 1) if before else one
        for uid in settled:
            owed.pop(uid, None)
        base = replace(kept, last=max(self.last, kept.last)) if kept is not None and is_same else self
        return replace(base, owed=tuple(owed.values()))


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What is taken in of a mailbox, and how."""

    max_bytes: int
    """A larger mail stays in the mailbox and is shown; 0 is no limit."""
    since: date | None = None
    """Mail that came before is left alone when the mailbox is walked from its beginning."""
    archive_after: timedelta = timedelta(days=14)
    """Mail that came longer ago is filed as an archive."""

    def refuses(self, outline: Outline) -> bool:
        """Whether a mail is too large."""
        return 0 < self.max_bytes < outline.size


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails that are taken in together, and the place that is reached by it."""

    place: Place
    outlines: tuple[Outline, ...] = ()
    missed: Mapping[int, Why] = field(default_factory=dict)
    """What the server does not even tell the size of."""


def batches(
    session: ImapSession, place: Place, rules: FetchRules, is_alone: Callable[[Outline], bool]
) -> Iterator[Batch]:
    """What is new since `place`, in order; those for which `is_alone` says so by themselves.

    What is missed of a stretch comes before its mails, so that the place never passes what is owed.
    """
    uids = session.uids_after(place.last)
    if rules.since is not None and place.last + 1 < place.old_below:
        old = {uid for uid in session.uids_before(rules.since) if uid < place.old_below}
        uids = [uid for uid in uids if uid not in old]
    for start in range(0, len(uids), OUTLINES_AT_ONCE):
        wanted = uids[start : start + OUTLINES_AT_ONCE]
        found, refused = given(session.outlines, wanted)
        missed = {uid: refused.get(uid, Why.GONE) for uid in wanted if uid not in found}
        if missed:
            yield Batch(place, missed=missed)
        for group in _grouped(list(found.values()), is_alone):
            place = replace(place, last=group[-1].uid)
            yield Batch(place, tuple(group))
        place = replace(place, last=wanted[-1])
        yield Batch(place)


def given(ask: Callable[[Sequence[int]], Mapping[int, T]], uids: Sequence[int]) -> tuple[dict[int, T], dict[int, Why]]:
    """What the server gives, and why not the rest; of what it refuses together each half is asked for by itself."""
    if not uids:
        return {}, {}
    try:
        return dict(ask(uids)), {}
    except FetchRefused as error:
        if error.is_for_now:
            return {}, dict.fromkeys(uids, Why.BUSY)
        if len(uids) == 1:
            return {}, {uids[0]: Why.REFUSED}
    middle = len(uids) // 2
    first, first_refused = given(ask, uids[:middle])
    second, second_refused = given(ask, uids[middle:])
    return {**first, **second}, {**first_refused, **second_refused}


def _grouped(outlines: Sequence[Outline], is_alone: Callable[[Outline], bool]) -> Iterator[list[Outline]]:
    group: list[Outline] = []
    for outline in outlines:
        alone = is_alone(outline)
        is_full = len(group) == AT_ONCE or sum(one.size for one in group) + outline.size > BYTES_AT_ONCE
        if group and (alone or is_full):
            yield group
            group = []
        group.append(outline)
        if alone:
            yield group
            group = []
    if group:
        yield group


def begin(session: ImapSession, kept: Place | None) -> Place:
    """Where to go on: at the kept place, or at the beginning of a mailbox that is new or newly numbered."""
    if kept is None or kept.validity != session.validity:
        return Place(session.validity, 0, session.next_uid)
    return kept


def arrived(outline: Outline, now: datetime) -> datetime:
    """When a mail came to the mailbox; no server's clock puts it after `now`."""
    return min(outline.arrived_at, now)
