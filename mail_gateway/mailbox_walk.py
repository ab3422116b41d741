"""How far a mailbox was read, and what is fetched of it next.

The place is UIDVALIDITY and the last UID that was dealt with (RFC 3501 §2.3.1.1). A mailbox that numbers its mails anew
is walked from its beginning; what is known is known by its letter id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from mail_gateway.imap_session import ImapSession, Outline

AT_ONCE = 50
BYTES_AT_ONCE = 8 * 1024 * 1024
"""So much is fetched and committed together."""
OUTLINES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read."""

    validity: int
    last: int = 0
    old_below: int = 0
    """UIDs below this were there when the walk began, so that `since` applies to them."""

    @classmethod
    def read(cls, kept: str | None) -> Place | None:
        """The place as it was kept."""
        return cls(**json.loads(kept)) if kept else None

    def __str__(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    def is_behind(self, other: Place | None) -> bool:
        """Whether another process has come further in the same mailbox."""
        return other is not None and other.validity == self.validity and other.last > self.last


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


def batches(
    session: ImapSession, place: Place, rules: FetchRules, is_alone: Callable[[Outline], bool]
) -> Iterator[Batch]:
    """What is new since `place`, in order; those for which `is_alone` says so by themselves."""
    uids = session.uids_after(place.last)
    if rules.since is not None and place.last + 1 < place.old_below:
        old = {uid for uid in session.uids_before(rules.since) if uid < place.old_below}
        uids = [uid for uid in uids if uid not in old]
    for start in range(0, len(uids), OUTLINES_AT_ONCE):
        wanted = uids[start : start + OUTLINES_AT_ONCE]
        for group in _grouped(session.outlines(wanted), is_alone):
            yield Batch(replace(place, last=group[-1].uid), tuple(group))
        # What vanished meanwhile is not looked for again.
        yield Batch(replace(place, last=wanted[-1]))


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
