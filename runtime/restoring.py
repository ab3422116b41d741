"""Restoring: filling an empty database and its file store from an archive of `runtime.backup`, wholly or not at all."""

from __future__ import annotations

import base64
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Engine,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    exc,
    func,
    insert,
    inspect,
    select,
)

from casework.ports import BlobStore
from runtime.backup import FORMAT, MANIFEST, BackupRefused, Contents, all_tables
from runtime.migrating import migrate, newest

_ROWS_AT_ONCE = 500
_BYTES_AT_ONCE = 16 * 1024 * 1024
"""Raw mails are large: so many bytes of rows are held at one time, or one row when it alone has more."""


def restore(engine: Engine, blobs: BlobStore, archive: Path) -> Contents:
    """Fill an empty database and its file store; BackupRefused, with nothing changed in the database, otherwise."""
    with _read_whole(archive), tarfile.open(archive, "r:gz") as tar:
        manifest = _manifest(tar, archive)
        _require_empty(engine)
        migrate(engine)
        files = _restore_files(tar, blobs)
        with engine.begin() as connection:
            rows = sum(_restore_rows(tar, connection, table) for table in all_tables())
            if (rows, files) != (manifest["rows"], manifest["files"]):
                raise BackupRefused(
                    f"{archive} names {manifest['rows']} rows and {manifest['files']} files; found {rows} and {files}"
                )
            if connection.dialect.name == "postgresql":
                _advance_sequences(connection)
    return Contents(rows, files, tuple(manifest.get("missing", ())))


@contextmanager
def _read_whole(archive: Path) -> Iterator[None]:
    """Say in words that an archive is damaged or was cut short."""
    try:
        yield
    except (tarfile.TarError, zlib.error, EOFError, KeyError, ValueError) as error:
        raise BackupRefused(
            f"{archive} is not a complete archive of this product ({type(error).__name__}): take another"
        ) from error
    except (exc.IntegrityError, exc.DataError) as error:
        raise BackupRefused(
            f"{archive} does not fit this database ({type(error.orig).__name__}), or somebody writes to it: "
            "stop every process of the installation first"
        ) from error


def _manifest(tar: tarfile.TarFile, archive: Path) -> dict[str, Any]:
    manifest = dict(json.loads(_read(tar, MANIFEST)))
    if manifest["format"] != FORMAT or manifest["revision"] != newest():
        raise BackupRefused(
            f"{archive} was made at revision {manifest['revision']}, and this release has {newest()}: "
            "restore it with that release, then migrate"
        )
    return manifest


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def _require_empty(engine: Engine) -> None:
    """Before anything is migrated: what is there may be of another release."""
    with engine.connect().execution_options(sunwindow_reads=True) as connection:
        present = set(inspect(connection).get_table_names())
        for table in all_tables():
            if table.name in present and connection.execute(select(func.count()).select_from(table)).scalar_one():
                raise BackupRefused(f"the database is not empty (table {table.name}): restore into a new one")


def _restore_files(tar: tarfile.TarFile, blobs: BlobStore) -> int:
    """Before the rows that name them; a file that no row comes to name does no harm."""
    count = 0
    for member in tar.getmembers():
        if member.name.startswith("blobs/"):
            digest = blobs.put(_read(tar, member.name))
            if digest != member.name.removeprefix("blobs/"):
                raise BackupRefused(f"{member.name} does not have the content that its name says: take another archive")
            count += 1
    return count


def _restore_rows(tar: tarfile.TarFile, connection: Connection, table: Table) -> int:
    member = tar.extractfile(f"tables/{table.name}.jsonl")
    if member is None:
        raise KeyError(table.name)
    count = 0
    for batch in _batches(member):
        rows = [{name: _typed(table, name, value) for name, value in row.items()} for row in batch]
        connection.execute(insert(table), rows)
        count += len(rows)
    return count


def _batches(lines: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == _ROWS_AT_ONCE or size + len(line) > _BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(json.loads(line))
        size += len(line)
    if batch:
        yield batch


def _typed(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    wanted = table.c[name].type
    if isinstance(wanted, TypeDecorator):
        wanted = wanted.impl_instance
    if isinstance(wanted, LargeBinary):
        return base64.b64decode(value["base64"])
    if isinstance(wanted, DateTime):
        at = datetime.fromisoformat(value)
        # SQLite gives plain columns back without their zone, which is always UTC.
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    if isinstance(wanted, Date):
        return date.fromisoformat(value)
    if isinstance(wanted, String):
        # SQLite keeps NUL in text, PostgreSQL cannot, and nobody reads it.
        return value.replace("\x00", "")
    return value


def _advance_sequences(connection: Connection) -> None:
    """PostgreSQL numbers rows from a sequence, which rows inserted with their ids do not move."""
    for table in all_tables():
        column = table.autoincrement_column
        if column is not None:
            last = select(func.max(column)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, last)).where(last.is_not(None)))
