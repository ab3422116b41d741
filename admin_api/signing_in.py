"""Coming in and going out of the console: sessions, lock-out, and the change and reset of passwords.

Passwords are argon2id hashes; session and reset tokens are stored as SHA-256. Nobody can tell from an answer, or
from the time it takes, whether an account exists.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from admin_api.access import Context
from admin_api.pages import texts
from admin_api.passwords import hash_password, is_password, nobodys_hash, weakness_of
from casework.message import Reply, StaffId
from casework.outbox import OutboxKind
from casework.party import Address, ChannelName
from casework.ports import Store, UnitOfWork
from casework.staff import Staff

STAFF_COOKIE: Final = "sunwindow_staff"
RESET_FOR: Final = timedelta(minutes=30)
RESET_NOTICE: Final = "notice.reset"
"""Key of the mail with the one-time link, which nobody but its addressee may read."""
TRIES: Final = 5
LOCK_FOR: Final = timedelta(minutes=15)
TRIES_FROM_ONE_ADDRESS: Final = 50
"""Failures within `LOCK_FOR` from one address, whatever the names: a whole office may sit behind it."""
RESETS_FOR_ONE_NAME: Final = 3
_log = structlog.get_logger()


class Refusal(StrEnum):
    """Why nobody was signed in; each is the key of a text."""

    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; the token is told to the browser once and never stored as it is."""

    staff: Staff
    token: str

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return f"SignedIn(staff={self.staff.id})"


def hash_token(token: str) -> str:
    """What is stored of a session or reset token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(
    name: str, password: str, store: Store, *, now: datetime, address: str, session_for: timedelta
) -> SignedIn | Refusal:
    """A session of `session_for` for the right name and password; too many tries lock the name for `LOCK_FOR`.

    An unknown name is counted and locked in the same way as a known one.
    """
    name = name.strip()[:100]
    with store.read() as uow:
        found = uow.accounts.find_staff(name)
        locked = _is_locked(name, found[0] if found else None, uow, now=now)
        crowded = uow.doors.hits(_bucket("address", address), now=now, window=LOCK_FOR) >= TRIES_FROM_ONE_ADDRESS
    right = is_password(password, found[1] if found else nobodys_hash())
    if locked or crowded:
        return Refusal.LOCKED
    if not found or not right or not found[0].active:
        return _count_failure(name, found[0] if found else None, store, now=now, address=address)
    staff, token = found[0], secrets.token_urlsafe(32)

    def open_session(uow: UnitOfWork) -> None:
        uow.accounts.clear_failures(staff.id)
        uow.accounts.add_session(
            hash_token(token), staff.id, csrf_token=secrets.token_urlsafe(24), now=now, expires_at=now + session_for
        )

    store.write(open_session)
    _log.info("staff signed in", action="staff.signed_in", staff=staff.id)
    return SignedIn(staff, token)


def sign_out(token: str, store: Store) -> None:
    """End the session of a token, if there is one."""
    store.write(lambda uow: uow.accounts.end_session(hash_token(token)))


def change_password(staff: Staff, old: str, new: str, store: Store) -> str | None:
    """Change the own password, which ends every session; or the key of what is wrong."""
    with store.read() as uow:
        found = uow.accounts.find_staff(staff.name)
    if found is None or not is_password(old, found[1]):
        return "old"
    if old == new:
        return "same"
    if (weakness := weakness_of(new, staff.name)) is not None:
        return weakness
    hashed = hash_password(new)
    store.write(lambda uow: uow.accounts.set_password(staff.id, hashed, must_change=False))
    _log.info("password changed", action="staff.password_changed", staff=staff.id)
    return None


def ask_for_reset(name: str, context: Context, *, site: str) -> None:
    """Queue a mail with a one-time link to the account's address; nothing can be seen to differ when there is none."""
    now, token = context.clock(), secrets.token_urlsafe(32)
    name = name.strip()[:100]

    def queue_link(uow: UnitOfWork) -> None:
        asked = uow.doors.hit(_bucket("reset", name), now=now, window=RESET_FOR)
        found = uow.accounts.find_staff(name)
        if found is None or not found[0].active or not found[0].mail or asked > RESETS_FOR_ONE_NAME:
            return
        staff = found[0]
        uow.accounts.add_reset(hash_token(token), staff.id, expires_at=now + RESET_FOR)
        _queue_reset_mail(staff, f"{site}/staff/reset?token={token}", uow, context=context, now=now)

    context.store.write(queue_link)
    context.wake()


def use_reset(token: str, new: str, store: Store, *, now: datetime) -> str | None:
    """Set a new password by a one-time link; or the key of what is wrong. A weak password does not use the link up."""
    if (weakness := weakness_of(new, "")) is not None:
        return weakness
    hashed = hash_password(new)

    def set_password(uow: UnitOfWork) -> StaffId | None:
        staff_id = uow.accounts.take_reset(hash_token(token), now=now)
        if staff_id is not None:
            uow.accounts.set_password(staff_id, hashed, must_change=False)
            uow.accounts.clear_failures(staff_id)
        return staff_id

    staff_id = store.write(set_password)
    if staff_id is None:
        return "link"
    _log.info("password reset", action="staff.password_reset", staff=staff_id)
    return None


def _bucket(kind: str, value: str) -> str:
    return f"sign_in:{kind}:{hashlib.sha256(value.casefold().encode()).hexdigest()[:32]}"


def _is_locked(name: str, staff: Staff | None, uow: UnitOfWork, *, now: datetime) -> bool:
    if staff is not None:
        return staff.locked_until is not None and now < staff.locked_until
    return uow.doors.hits(_bucket("locked", name), now=now, window=LOCK_FOR) > 0


def _count_failure(name: str, staff: Staff | None, store: Store, *, now: datetime, address: str) -> Refusal:
    def count(uow: UnitOfWork) -> bool:
        uow.doors.hit(_bucket("address", address), now=now, window=LOCK_FOR)
        # Tries are counted alike for every name, or their forgetting would tell which accounts exist.
        if uow.doors.hit(_bucket("name", name), now=now, window=LOCK_FOR) < TRIES:
            return False
        if staff is not None:
            uow.accounts.count_failure(staff.id, now=now, limit=1, lock_for=LOCK_FOR)
        else:
            uow.doors.hit(_bucket("locked", name), now=now, window=LOCK_FOR)
        return True

    locked = store.write(count)
    _log.info("sign-in refused", action="staff.sign_in_refused", staff=staff.id if staff else None, locked=locked)
    return Refusal.LOCKED if locked else Refusal.WRONG


def _queue_reset_mail(staff: Staff, link: str, uow: UnitOfWork, *, context: Context, now: datetime) -> None:
    say = texts().say
    facts = {"bureau": context.office.bureau.name.in_(staff.language), "link": link}
    uow.outbox.add(
        OutboxKind.NOTICE,
        Address(ChannelName.EMAIL, staff.mail),
        Reply(say("reset.mail.text", staff.language, **facts), key=RESET_NOTICE),
        language=staff.language,
        now=now,
        subject=say("reset.mail.subject", staff.language, **facts),
    )
