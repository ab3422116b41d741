"""Backing up: the whole database, as one moment saw it, and every file that it names, in one archive.

The archive holds rows as JSON lines, so that it can also move an installation from SQLite to PostgreSQL. What reads it
is `runtime.restoring`.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, Table, select

from casework.errors import CaseworkNotFound
from casework.ports import BlobStore
from runtime.migrating import TABLES, newest

FORMAT = 1
MANIFEST = "manifest.json"
"""Stands last: an archive without it was not finished."""
_AT_ONCE = 50
"""Rows fetched at one time: a row may hold a raw mail of many megabytes."""


class BackupRefused(Exception):
    """The archive cannot be made or restored as things stand."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds."""

    rows: int
    files: int
    missing: tuple[str, ...] = ()
    """Digests of files that rows name and that the file store does not have: they were lost before."""


@dataclass(slots=True)
class _Seen:
    """What the rows written so far come to."""

    rows: int = 0
    digests: set[str] = field(default_factory=set)


def backup(engine: Engine, blobs: BlobStore, archive: Path, *, now: datetime) -> Contents:
    """Write an archive, complete or not at all, readable by its owner alone; safe while the product runs.

    The rows come from one read transaction. Files are never changed, so they may be read after it; one that
    a rule of retention has deleted meanwhile is named as missing.
    """
    partial = archive.with_name(archive.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar,
        ):
            contents = _write(tar, engine, blobs, now)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)
    return contents


def all_tables() -> list[Table]:
    """Every table, those that others point to first."""
    return [table for metadata in TABLES for table in metadata.sorted_tables]


def _write(tar: tarfile.TarFile, engine: Engine, blobs: BlobStore, now: datetime) -> Contents:
    seen = _Seen()
    with _one_moment(engine) as connection:
        for table in all_tables():
            _add_rows(tar, connection, table, seen)
    missing = tuple(digest for digest in sorted(seen.digests) if not _add_file(tar, blobs, digest))
    contents = Contents(seen.rows, len(seen.digests) - len(missing), missing)
    manifest = {
        "format": FORMAT,
        "revision": newest(),
        "made_at": now.isoformat(),
        "rows": contents.rows,
        "files": contents.files,
        "missing": missing,
    }
    _add(tar, MANIFEST, json.dumps(manifest).encode())
    return contents


def _one_moment(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True, sunwindow_reads=True
        )
    return engine.connect().execution_options(sunwindow_reads=True)


def _add_rows(tar: tarfile.TarFile, connection: Connection, table: Table, seen: _Seen) -> None:
    read = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
    with tempfile.TemporaryFile() as file:
        for row in read.execute(select(table)).mappings():
            file.write(json.dumps({name: _plain(value) for name, value in row.items()}).encode() + b"\n")
            seen.rows += 1
            seen.digests.update(digests_in(row))
        _add_stream(tar, f"tables/{table.name}.jsonl", file, file.tell())


def digests_in(value: object) -> Iterator[str]:
    """Every file that a row names, in its columns or inside a value that is kept whole."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            # A letter names two files: `pdf_sha256` and `docx_sha256`; an erased one none.
            if str(name).endswith("sha256") and isinstance(part, str):
                yield from filter(None, (part,))
            else:
                yield from digests_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from digests_in(part)


def _add_file(tar: tarfile.TarFile, blobs: BlobStore, digest: str) -> bool:
    try:
        data = blobs.get(digest)
    except CaseworkNotFound:
        return False
    _add(tar, f"blobs/{digest}", data)
    return True


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    _add_stream(tar, name, io.BytesIO(data), len(data))


def _add_stream(tar: tarfile.TarFile, name: str, stream: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size = size
    stream.seek(0)
    tar.addfile(info, stream)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value.isoformat() if isinstance(value, date) else value
