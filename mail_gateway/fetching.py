"""Fetching a mailbox: every mail once, from where it was left, whatever happened meanwhile.

The place in the mailbox is committed together with the mails up to it. What the server does not give is owed and
asked for again on later visits, within bounds; then, as what is too large, it is shown to a clerk. It holds nobody up.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from casework.errors import CaseworkUnavailable
from casework.inbox import Arrival, LeftIn
from casework.ports import Store, UnitOfWork
from mail_gateway.acceptance import arrival_of
from mail_gateway.archive import Archived, file_archived, file_not_fetched, not_fetched, read_archived
from mail_gateway.delivered import as_on_the_wire, envelope_from_header
from mail_gateway.imap_session import ImapSession, MailboxAccess, MailboxUnavailable, Outline, visit
from mail_gateway.mailbox_walk import MOST_OWED, Batch, FetchRules, Owed, Place, Why, arrived, batches, begin, given
from mail_gateway.understanding import MailRoom
from mail_gateway.verdict import Reason

MOST_TRIES = 3
"""A mail at which the connection breaks so often stays in the mailbox, and a clerk is told of it."""
_REASONS = {
    Why.REFUSED: "not_fetched.refused",
    Why.BUSY: "not_fetched.refused",
    Why.GONE: "not_fetched.gone",
    Why.BROKEN: "not_fetched.broken",
}


@dataclass(slots=True)
class Fetched:
    """What a visit brought."""

    new: int = 0
    """To be handled as letters that have just come."""
    known: int = 0
    archived: int = 0
    """New, and too old for a receipt."""
    not_fetched: int = 0
    owed: int = 0
    """Not given by the server, to be asked for again."""

    def add(self, other: Fetched) -> None:
        """Count what another commit brought."""
        self.new += other.new
        self.known += other.known
        self.archived += other.archived
        self.not_fetched += other.not_fetched
        self.owed += other.owed


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is to be kept of one mail."""

    arrival: Arrival
    archived: Archived | None = None
    reason: Reason | None = None
    """Why it was not fetched."""


@dataclass(frozen=True, slots=True)
class _Picked:
    """What a batch brought."""

    taken: tuple[_Taken, ...] = ()
    owes: tuple[Owed, ...] = ()
    fetched: tuple[int, ...] = ()
    """UIDs of the mails that were taken in whole."""


@dataclass(slots=True)
class Fetcher:
    """Visits one mailbox again and again, from one thread."""

    access: MailboxAccess
    rules: FetchRules
    room: MailRoom
    store: Store
    stopping: threading.Event
    _session: ImapSession | None = None
    _tries: dict[tuple[int, int], int] = field(default_factory=dict)
    """How often taking a mail in broke off, by UIDVALIDITY and UID."""

    @property
    def key(self) -> str:
        """The name under which the place in this mailbox is kept."""
        named = f"{self.access.host}\0{self.access.user}\0{self.access.folder}"
        return "imap:" + hashlib.sha256(named.encode()).hexdigest()[:32]

    def fetch(self, now: datetime) -> Fetched:
        """Take in what is new; MailboxRefused, MailboxUnavailable, or what the store raises. Nothing is lost by it."""
        fetched = Fetched()
        with self.store.read() as uow:
            kept = Place.read(uow.doors.get_position(self.key))
        with visit(self.access) as session:
            self._session = session
            try:
                self._walk(session, kept, fetched, now)
                self._ask_again(session, fetched, now)
            finally:
                self._session = None
        return fetched

    def _walk(self, session: ImapSession, kept: Place | None, fetched: Fetched, now: datetime) -> None:
        """Take in what is new; not while the server owes so much that all of it may be in trouble."""
        place = begin(session, kept)
        if kept is None:
            # From now on there is something that two processes can lock.
            self._commit(place, _Picked(), now)
        for batch in batches(session, place, self.rules, self._is_alone(session.validity)):
            if self.stopping.is_set() or self._owes_much(session):
                break
            fetched.add(self._take_in(session, batch, now))

    def _owes_much(self, session: ImapSession) -> bool:
        return len(self._owed(session)) > MOST_OWED

    def _owed(self, session: ImapSession) -> tuple[Owed, ...]:
        with self.store.read() as uow:
            kept = Place.read(uow.doors.get_position(self.key))
        return kept.owed if kept is not None and kept.validity == session.validity else ()

    def _ask_again(self, session: ImapSession, fetched: Fetched, now: datetime) -> None:
        """Ask once more for each mail that is owed from earlier, after what is new: one may break the line."""
        for owed in self._owed(session):
            if self.stopping.is_set():
                break
            if owed.since < now.timestamp():
                fetched.add(self._ask_once_more(session, owed, now))

    def _ask_once_more(self, session: ImapSession, owed: Owed, now: datetime) -> Fetched:
        place, told = Place(session.validity), owed.outline(now)
        try:
            found, refused = given(session.outlines, [owed.uid])
            picked = self._pick_up(session, list(found.values()), now)
            if not found:
                why = refused.get(owed.uid, Why.GONE)
                picked = _Picked(owes=(replace(owed, why=why),))
            if picked.owes and replace(owed, why=picked.owes[0].why).is_given_up(now):
                return self._give_up_owed(session, found.get(owed.uid, told), picked.owes[0].why, now)
        except MailboxUnavailable:
            if owed.why is Why.BROKEN and owed.is_given_up(now):
                return self._give_up_owed(session, told, Why.BROKEN, now)
            self._commit(place, _Picked(owes=(replace(owed, why=Why.BROKEN),)), now)
            raise
        return self._commit(place, picked, now, settled=() if picked.owes else (owed.uid,))

    def _give_up_owed(self, session: ImapSession, outline: Outline, why: Why, now: datetime) -> Fetched:
        """Tell a clerk of a mail that was not given for so long."""
        header = session.header(outline.uid) if why in (Why.REFUSED, Why.BUSY) else b""
        left = self._left(session, outline, Reason(_REASONS[why], f"{outline.size} bytes"), header, now)
        return self._commit(Place(session.validity), _Picked((left,)), now, settled=(outline.uid,))

    def interrupt(self) -> None:
        """Break off a visit; from any thread."""
        session = self._session
        if session is not None:
            session.interrupt()

    def _is_alone(self, validity: int) -> _IsAlone:
        return _IsAlone(self.rules, self._tries, validity)

    def _take_in(self, session: ImapSession, batch: Batch, now: datetime) -> Fetched:
        """Fetch a batch and commit it with the place that is reached. One mail that fails again and again gives way."""
        if batch.missed:
            owes = tuple(Owed(uid, now.timestamp(), why) for uid, why in batch.missed.items())
            return self._commit(batch.place, _Picked(owes=owes), now)
        ids = [(session.validity, outline.uid) for outline in batch.outlines]
        tried = max((self._tries.get(id_, 0) for id_ in ids), default=0)
        if tried >= MOST_TRIES:
            return self._give_up(session, batch, now)
        try:
            picked = self._pick_up(session, batch.outlines, now)
            done = self._commit(batch.place, picked, now)
        except (CaseworkUnavailable, OSError):
            # Our own trouble says nothing about the mails.
            raise
        except Exception:
            self._tries.update(dict.fromkeys(ids, tried + 1))
            raise
        for id_ in ids:
            self._tries.pop(id_, None)
        if self.access.marks_seen and picked.fetched:
            session.mark_seen(picked.fetched)
        if any(one.why is Why.BUSY for one in picked.owes):
            raise MailboxUnavailable("the server cannot give mails just now")
        return done

    def _give_up(self, session: ImapSession, batch: Batch, now: datetime) -> Fetched:
        """Leave a mail in the mailbox and tell a clerk; when even that fails, it is tried from the start."""
        (outline,) = batch.outlines
        tries = self._tries.pop((session.validity, outline.uid))
        header = session.header(outline.uid) if tries == MOST_TRIES else b""
        left = self._left(session, outline, Reason(_REASONS[Why.BROKEN]), header, now)
        return self._commit(batch.place, _Picked((left,)), now)

    def _pick_up(self, session: ImapSession, outlines: Sequence[Outline], now: datetime) -> _Picked:
        wanted = [outline.uid for outline in outlines if not self.rules.refuses(outline)]
        mails, refused = given(session.fetch, wanted)
        taken: list[_Taken] = []
        owes: list[Owed] = []
        for outline in outlines:
            if outline.uid in mails:
                taken.append(self._taken(mails[outline.uid], outline, now))
            elif self.rules.refuses(outline):
                reason = Reason("not_fetched.too_large", f"{outline.size} bytes")
                taken.append(self._left(session, outline, reason, session.header(outline.uid), now))
            else:
                # Without a word it may be gone, or be one that the server cannot read itself: the next visit tells.
                owes.append(Owed.of(outline, refused.get(outline.uid, Why.REFUSED), now))
        return _Picked(tuple(taken), tuple(owes), tuple(mails))

    def _taken(self, raw: bytes, outline: Outline, now: datetime) -> _Taken:
        raw = as_on_the_wire(raw)
        at = arrived(outline, now)
        arrival = arrival_of(raw, envelope_from_header(raw, self.room.mailboxes, received_at=at))
        is_old = at < now - self.rules.archive_after
        return _Taken(arrival, read_archived(arrival, self.room) if is_old else None)

    def _left(self, session: ImapSession, outline: Outline, reason: Reason, header: bytes, now: datetime) -> _Taken:
        header = as_on_the_wire(header)
        envelope = envelope_from_header(header, self.room.mailboxes, received_at=arrived(outline, now))
        place = f"{self.key} {session.validity} {outline.uid}"
        return _Taken(not_fetched(header, envelope, place), reason=reason)

    def _commit(self, place: Place, picked: _Picked, now: datetime, *, settled: Sequence[int] = ()) -> Fetched:
        """Keep what was picked up, together with the place that is reached and what is owed on the way to it."""

        def save(uow: UnitOfWork) -> Fetched:
            done = Fetched(owed=len(picked.owes))
            kept = Place.read(uow.doors.get_position(self.key, locks=True))
            for one in picked.taken:
                self._save(one, uow, done, now)
            uow.doors.set_position(self.key, str(place.after(kept, picked.owes, settled)))
            return done

        return self.store.write(save)

    def _save(self, one: _Taken, uow: UnitOfWork, done: Fetched, now: datetime) -> None:
        if one.reason is not None:
            left_in = LeftIn(self.access.host, self.access.user, self.access.folder)
            done.not_fetched += file_not_fetched(one.arrival, one.reason, left_in, self.room, uow, now=now)
            return
        if one.archived is not None:
            is_new = file_archived(one.archived, uow, now=now)
            done.archived += is_new
        else:
            _, is_new = uow.inbox.add(one.arrival)
            done.new += is_new
        done.known += not is_new


@dataclass(frozen=True, slots=True)
class _IsAlone:
    """Whether a mail is taken in by itself: one that is too large, or at which it broke off before."""

    rules: FetchRules
    tries: dict[tuple[int, int], int]
    validity: int

    def __call__(self, outline: Outline) -> bool:
        return self.rules.refuses(outline) or (self.validity, outline.uid) in self.tries
