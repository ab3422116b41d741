"""Backing up and restoring: the whole database, as one moment saw it, and every file it names, in one archive.

The archive holds rows as JSON lines, so that it can also move an installation from SQLite to PostgreSQL.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from casework.ports import BlobStore
from casework.store.tables import attachments, inbox
from runtime.migrating import TABLES, migrate, newest

FORMAT = 1
_BATCH = 500


class BackupRefused(Exception):
    """The archive cannot be made or restored as things stand."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds."""

    rows: int
    files: int


def backup(engine: Engine, blobs: BlobStore, archive: Path, *, now: datetime) -> Contents:
    """Write an archive, complete or not at all; safe while the product runs.

    The rows come from one read transaction. Files are never changed or deleted, so they may be read after it.
    """
    partial = archive.with_name(archive.name + ".partial")
    rows = files = 0
    try:
        with partial.open("wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as tar:
            with _one_moment(engine) as connection:
                for table in _tables():
                    rows += _add_rows(tar, connection, table)
                digests = sorted(_digests(connection))
            for digest in digests:
                _add(tar, f"blobs/{digest}", blobs.get(digest))
                files += 1
            manifest = {
                "format": FORMAT,
                "revision": newest(),
                "made_at": now.isoformat(),
                "rows": rows,
                "files": files,
            }
            _add(tar, "manifest.json", json.dumps(manifest).encode())
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)
    return Contents(rows, files)


def restore(engine: Engine, blobs: BlobStore, archive: Path) -> Contents:
    """Fill an empty database and its file store from an archive; BackupRefused when the database is not empty."""
    with tarfile.open(archive, "r:gz") as tar:
        manifest = _manifest(tar, archive)
        migrate(engine)
        files = _restore_files(tar, blobs)
        with engine.begin() as connection:
            _require_empty(connection)
            rows = sum(_restore_rows(tar, connection, table) for table in _tables())
            if connection.dialect.name == "postgresql":
                _advance_sequences(connection)
    if (rows, files) != (manifest["rows"], manifest["files"]):
        raise BackupRefused(
            f"{archive} names {manifest['rows']} rows and {manifest['files']} files; found {rows} and {files}"
        )
    return Contents(rows, files)


def _tables() -> list[Table]:
    """Every table, those that others point to first."""
    return [table for metadata in TABLES for table in metadata.sorted_tables]


def _one_moment(engine: Engine) -> Any:
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ", sunwindow_reads=True)
    return engine.connect().execution_options(sunwindow_reads=True)


def _add_rows(tar: tarfile.TarFile, connection: Connection, table: Table) -> int:
    count = 0
    with tempfile.TemporaryFile() as file:
        for row in connection.execution_options(stream_results=True).execute(select(table)).mappings():
            file.write(json.dumps({name: _plain(value) for name, value in row.items()}).encode() + b"\n")
            count += 1
        info = tarfile.TarInfo(f"tables/{table.name}.jsonl")
        info.size = file.tell()
        file.seek(0)
        tar.addfile(info, file)
    return count


def _digests(connection: Connection) -> set[str]:
    """Files of messages, and of chat messages that are saved and not yet handled."""
    kept = set(connection.execute(select(attachments.c.sha256).distinct()).scalars())
    waiting = connection.execute(select(inbox.c.message).where(inbox.c.message.is_not(None))).scalars()
    return kept | {file["sha256"] for message in waiting if message for file in message.get("attachments", ())}


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _manifest(tar: tarfile.TarFile, archive: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(_read(tar, "manifest.json"))
    except (KeyError, json.JSONDecodeError) as error:
        raise BackupRefused(f"{archive} is not a complete archive of this product") from error
    if manifest["format"] != FORMAT or manifest["revision"] != newest():
        raise BackupRefused(
            f"{archive} was made at revision {manifest['revision']}; restore it with that release, then migrate"
        )
    return dict(manifest)


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def _restore_files(tar: tarfile.TarFile, blobs: BlobStore) -> int:
    count = 0
    for member in tar.getmembers():
        if member.name.startswith("blobs/"):
            digest = blobs.put(_read(tar, member.name))
            if digest != member.name.removeprefix("blobs/"):
                raise BackupRefused(f"{member.name} does not have the content that its name says")
            count += 1
    return count


def _require_empty(connection: Connection) -> None:
    for table in _tables():
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise BackupRefused(f"the database is not empty (table {table.name}): restore into a new one")


def _restore_rows(tar: tarfile.TarFile, connection: Connection, table: Table) -> int:
    member = tar.extractfile(f"tables/{table.name}.jsonl")
    if member is None:
        return 0
    count = 0
    for batch in _batches(member):
        rows = [{name: _typed(table, name, value) for name, value in row.items()} for row in batch]
        connection.execute(insert(table), rows)
        count += len(rows)
    return count


def _batches(lines: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    wanted = table.c[name].type.python_type
    if wanted is bytes:
        return base64.b64decode(value["base64"])
    if wanted is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if wanted is date else value


def _advance_sequences(connection: Connection) -> None:
    """PostgreSQL numbers rows from a sequence, which rows inserted with their ids do not move."""
    for table in _tables():
        column = table.autoincrement_column
        if column is not None:
            last = select(func.max(column)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, last)).where(last.is_not(None)))
