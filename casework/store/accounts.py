"""Staff accounts, signed-in browsers, password resets and API keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.message import StaffId
from casework.party import Language
from casework.ports import ApiKey, StaffSession
from casework.staff import Role, Staff
from casework.store.inserting import insert_or_skip
from casework.store.tables import api_keys, password_resets, staff, staff_sessions


class SqlAccounts:
    """`casework.ports.Accounts` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add_staff(
        self, name: str, *, display_name: str, unit: str, role: Role, language: Language, mail: str, password_hash: str
    ) -> Staff:
        """A new account; CaseworkConflict when the name is taken."""
        row = {
            "name": name,
            "display_name": display_name,
            "unit": unit,
            "role": role.value,
            "language": language,
            "mail": mail,
            "active": True,
            "password_hash": password_hash,
            "must_change_password": True,
        }
        staff_id = insert_or_skip(self._connection, staff, row, ("name",))
        if staff_id is None:
            raise CaseworkConflict(f"there is already an account {name!r}: choose another sign-in name")
        return self.get_staff(StaffId(staff_id))

    def find_staff(self, name: str) -> tuple[Staff, str] | None:
        """The account and its password hash."""
        row = self._connection.execute(select(staff).where(staff.c.name == name)).first()
        return (_staff(row), row.password_hash) if row else None

    def get_staff(self, staff_id: StaffId) -> Staff:
        """The account; CaseworkNotFound."""
        row = self._connection.execute(select(staff).where(staff.c.id == staff_id)).first()
        if row is None:
            raise CaseworkNotFound(f"there is no account {staff_id}")
        return _staff(row)

    def list_staff(self) -> Sequence[Staff]:
        """Every account, by name."""
        return [_staff(row) for row in self._connection.execute(select(staff).order_by(staff.c.name))]

    def set_password(self, staff_id: StaffId, password_hash: str, *, must_change: bool) -> None:
        """Change the password and end every session of the account."""
        self._change(staff_id, password_hash=password_hash, must_change_password=must_change, failures=0)
        self._change(staff_id, locked_until=None)
        self._connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
        self._connection.execute(delete(password_resets).where(password_resets.c.staff_id == staff_id))

    def set_active(self, staff_id: StaffId, *, active: bool) -> None:
        """Close or reopen an account; closing ends its sessions."""
        self._change(staff_id, active=active)
        if not active:
            self._connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))

    def set_language(self, staff_id: StaffId, language: Language) -> None:
        """Remember the language of the screens."""
        self._change(staff_id, language=language)

    def count_failure(self, staff_id: StaffId, *, now: datetime, limit: int, lock_for: timedelta) -> datetime | None:
        """Count a failed sign-in; until when the account is locked, if it now is."""
        counted = update(staff).where(staff.c.id == staff_id).values(failures=staff.c.failures + 1)
        failures = self._connection.execute(counted.returning(staff.c.failures)).scalar_one()
        if failures < limit:
            return None
        until = now + lock_for
        self._change(staff_id, failures=0, locked_until=until)
        return until

    def clear_failures(self, staff_id: StaffId) -> None:
        """Forget failed sign-ins after a good one."""
        self._change(staff_id, failures=0, locked_until=None)

    def add_session(
        self, token_hash: str, staff_id: StaffId, *, csrf_token: str, now: datetime, expires_at: datetime
    ) -> None:
        """Remember a signed-in browser."""
        row = {"token_hash": token_hash, "staff_id": staff_id, "csrf_token": csrf_token}
        self._connection.execute(insert(staff_sessions), {**row, "created_at": now, "expires_at": expires_at})

    def find_session(self, token_hash: str, *, now: datetime) -> StaffSession | None:
        """The session, unless it expired or its account was closed."""
        query = (
            select(staff, staff_sessions.c.csrf_token, staff_sessions.c.expires_at)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(
                staff_sessions.c.token_hash == token_hash,
                staff_sessions.c.expires_at > now,
                staff.c.active.is_(True),
            )
        )
        row = self._connection.execute(query).first()
        return StaffSession(_staff(row), row.csrf_token, row.expires_at) if row else None

    def end_session(self, token_hash: str) -> None:
        """Sign out."""
        self._connection.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash))

    def add_reset(self, token_hash: str, staff_id: StaffId, *, expires_at: datetime) -> None:
        """Remember a password-reset token."""
        row = {"token_hash": token_hash, "staff_id": staff_id, "expires_at": expires_at}
        self._connection.execute(insert(password_resets), row)

    def take_reset(self, token_hash: str, *, now: datetime) -> StaffId | None:
        """Use up a reset token: whose it was, if it still held."""
        taken = delete(password_resets).where(
            password_resets.c.token_hash == token_hash, password_resets.c.expires_at > now
        )
        staff_id = self._connection.execute(taken.returning(password_resets.c.staff_id)).scalar()
        return StaffId(staff_id) if staff_id is not None else None

    def add_api_key(
        self, name: str, token_hash: str, scopes: Iterable[str], *, now: datetime, staff_id: StaffId | None = None
    ) -> ApiKey:
        """A new key."""
        row = {"name": name, "token_hash": token_hash, "scopes": sorted(scopes), "staff_id": staff_id}
        made = insert(api_keys).returning(api_keys)
        return _api_key(self._connection.execute(made, {**row, "created_at": now}).one())

    def find_api_key(self, token_hash: str) -> ApiKey | None:
        """The key, unless it was revoked."""
        query = select(api_keys).where(api_keys.c.token_hash == token_hash, api_keys.c.revoked_at.is_(None))
        row = self._connection.execute(query).first()
        return _api_key(row) if row else None

    def list_api_keys(self) -> Sequence[ApiKey]:
        """Every key, latest first."""
        return [_api_key(row) for row in self._connection.execute(select(api_keys).order_by(api_keys.c.id.desc()))]

    def revoke_api_key(self, key_id: int, *, now: datetime) -> None:
        """End a key; CaseworkNotFound."""
        ended = update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=now)
        if self._connection.execute(ended).rowcount == 0:
            raise CaseworkNotFound(f"there is no API key {key_id}")

    def _change(self, staff_id: StaffId, **values: Any) -> None:
        self._connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))


def _staff(row: Any) -> Staff:
    return Staff(
        id=StaffId(row.id),
        name=row.name,
        display_name=row.display_name,
        unit=row.unit,
        role=Role(row.role),
        language=row.language,
        mail=row.mail,
        active=row.active,
        locked_until=row.locked_until,
        must_change_password=row.must_change_password,
    )


def _api_key(row: Any) -> ApiKey:
    return ApiKey(row.id, row.name, frozenset(row.scopes), row.created_at, row.revoked_at, row.staff_id)
