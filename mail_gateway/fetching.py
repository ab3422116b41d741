"""Fetching a mailbox: every mail once, from where it was left, whatever happened meanwhile.

The place in the mailbox is committed together with the mails up to it. What the server does not give, and what is too
large, is shown to a clerk and holds nobody up.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework.errors import CaseworkUnavailable
from casework.inbox import Arrival, LeftIn
from casework.ports import Store, UnitOfWork
from mail_gateway.acceptance import arrival_of
from mail_gateway.archive import Archived, file_archived, file_not_fetched, not_fetched, read_archived
from mail_gateway.delivered import as_on_the_wire, envelope_from_header
from mail_gateway.imap_session import FetchRefused, ImapSession, MailboxAccess, MailboxUnavailable, Outline, visit
from mail_gateway.mailbox_walk import Batch, FetchRules, Place, arrived, batches, begin
from mail_gateway.understanding import MailRoom
from mail_gateway.verdict import Reason

MOST_TRIES = 3
"""A mail at which the connection breaks so often stays in the mailbox, and a clerk is told of it."""
_COMES_BACK = re.compile(r"\[(?:UNAVAILABLE|SERVERBUG|INUSE|LIMIT|CONTACTADMIN)\]", re.IGNORECASE)
"""What a server says that will serve us later (RFC 5530)."""


@dataclass(slots=True)
class Fetched:
    """What a visit brought."""

    new: int = 0
    """To be handled as letters that have just come."""
    known: int = 0
    archived: int = 0
    """New, and too old for a receipt."""
    not_fetched: int = 0

    def add(self, other: Fetched) -> None:
        """Count what another commit brought."""
        self.new += other.new
        self.known += other.known
        self.archived += other.archived
        self.not_fetched += other.not_fetched


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is to be kept of one mail."""

    arrival: Arrival
    archived: Archived | None = None
    reason: Reason | None = None
    """Why it was not fetched."""


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
                for batch in batches(session, begin(session, kept), self.rules, self._is_alone(session.validity)):
                    if self.stopping.is_set():
                        break
                    fetched.add(self._take_in(session, batch, now))
            finally:
                self._session = None
        return fetched

    def interrupt(self) -> None:
        """Break off a visit; from any thread."""
        session = self._session
        if session is not None:
            session.interrupt()

    def _is_alone(self, validity: int) -> _IsAlone:
        return _IsAlone(self.rules, self._tries, validity)

    def _take_in(self, session: ImapSession, batch: Batch, now: datetime) -> Fetched:
        """Fetch a batch and commit it with the place that is reached. One mail that fails again and again gives way."""
        ids = [(session.validity, outline.uid) for outline in batch.outlines]
        tried = max((self._tries.get(id_, 0) for id_ in ids), default=0)
        if tried >= MOST_TRIES:
            return self._give_up(session, batch, now)
        try:
            done = self._commit(batch.place, self._pick_up(session, batch.outlines, now), now)
        except (CaseworkUnavailable, OSError):
            # Our own trouble says nothing about the mails.
            raise
        except Exception:
            self._tries.update(dict.fromkeys(ids, tried + 1))
            raise
        for id_ in ids:
            self._tries.pop(id_, None)
        if self.access.marks_seen and batch.outlines:
            session.mark_seen([outline.uid for outline in batch.outlines])
        return done

    def _give_up(self, session: ImapSession, batch: Batch, now: datetime) -> Fetched:
        """Leave a mail in the mailbox and tell a clerk; when even that fails, it is tried from the start."""
        (outline,) = batch.outlines
        tries = self._tries.pop((session.validity, outline.uid))
        header = session.header(outline.uid) if tries == MOST_TRIES else b""
        return self._commit(batch.place, [self._left(session, outline, Reason("not_fetched.broken"), header, now)], now)

    def _pick_up(self, session: ImapSession, outlines: Sequence[Outline], now: datetime) -> list[_Taken]:
        wanted = [outline.uid for outline in outlines if not self.rules.refuses(outline)]
        mails = _bodies(session, wanted) if wanted else {}
        missing = [uid for uid in wanted if uid not in mails]
        still_there = {outline.uid for outline in session.outlines(missing)} if missing else set()
        taken: list[_Taken] = []
        for outline in outlines:
            if outline.uid in mails:
                taken.append(self._taken(mails[outline.uid], outline, now))
            elif self.rules.refuses(outline) or outline.uid in still_there:
                is_large = self.rules.refuses(outline)
                reason = Reason("not_fetched.too_large" if is_large else "not_fetched.refused", f"{outline.size} bytes")
                taken.append(self._left(session, outline, reason, session.header(outline.uid), now))
        return taken

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

    def _commit(self, place: Place, taken: Sequence[_Taken], now: datetime) -> Fetched:
        def save(uow: UnitOfWork) -> Fetched:
            done = Fetched()
            for one in taken:
                self._save(one, uow, done, now)
            if not place.is_behind(Place.read(uow.doors.get_position(self.key))):
                uow.doors.set_position(self.key, str(place))
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


def _bodies(session: ImapSession, uids: Sequence[int]) -> dict[int, bytes]:
    """The mails that the server gives; when it refuses them together, each is asked for by itself."""
    try:
        return session.fetch(uids)
    except FetchRefused as error:
        if _COMES_BACK.search(str(error)):
            raise MailboxUnavailable("the server cannot give mails just now") from error
        return {} if len(uids) == 1 else {uid: raw for one in uids for uid, raw in _bodies(session, [one]).items()}
