"""Backup and restore, on both databases and across: what comes back is what was there, or nothing is changed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from casework.errors import CaseworkUnavailable
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork, open_store
from casework.store.blobs import DirectoryBlobs
from casework.store.tables import cases, inbox, messages, raw_mails, threads
from knowledge.catalogue.search import CatalogueQuery
from knowledge.store import SqlCatalogue
from runtime.backup import BackupRefused, digests_in
from runtime.migrating import migrate, newest
from tests.casework.a_bureau import a_complaint, a_letter
from tests.runtime.installations import NOW, Place, fill


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    opened: list[SqlStore] = []

    def place(url: str) -> Place:
        opened.append(open_store(url))
        return Place(opened[-1], DirectoryBlobs(tmp_path / f"blobs-{len(opened)}"))

    yield place
    for store in opened:
        store.close()


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """From where to where: (SQLite or PostgreSQL, the same or the other)."""
    names: tuple[str, str] = request.param
    found = {"file": f"sqlite:///{tmp_path / 'from.sqlite3'}", "other file": f"sqlite:///{tmp_path / 'to.sqlite3'}"}
    one, two = (found.get(name) or str(request.getfixturevalue(name)) for name in names)
    return one, two


@pytest.fixture
def other_postgres_url(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A second database on the same server."""
    import psycopg  # noqa: PLC0415 - for this one fixture

    server: str = request.getfixturevalue("postgres_server")
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_b".encode())
        yield postgres_url.replace(name, f"{name}_b")
        connection.execute(f"DROP DATABASE {name}_b WITH (FORCE)".encode())


ACROSS = [
    pytest.param(("file", "other file"), id="SQLite to SQLite"),
    pytest.param(("file", "postgres_url"), id="SQLite to PostgreSQL"),
    pytest.param(("postgres_url", "file"), id="PostgreSQL to SQLite"),
    pytest.param(("postgres_url", "other_postgres_url"), id="PostgreSQL to PostgreSQL"),
]


@pytest.mark.parametrize("urls", ACROSS, indirect=True)
def test_what_is_restored_equals_what_was_backed_up_and_numbers_go_on(
    urls: tuple[str, str], places: Callable[[str], Place], tmp_path: Path
) -> None:
    before, after = places(urls[0]), places(urls[1])
    fill(before)
    written = before.back_up(tmp_path / "archive.tar.gz")
    assert written.files == 5, "of a message, sent ahead of one, of a waiting one, of an answer, and of an item"
    assert written.missing == ()
    assert after.restore(tmp_path / "archive.tar.gz") == written
    kept = before.rows()
    assert [name for name, rows in kept.items() if not rows] == [], "a table that this test does not carry"
    assert after.rows() == kept
    assert sum(map(len, kept.values())) == written.rows
    with after.store.read() as uow:
        found = SqlCatalogue(uow.connection).find(CatalogueQuery("爆竹"))
    assert [listed.slug for listed in found.items] == ["2026-a"], "the index is filled anew"
    for name in ("seen", "ahead", "waiting", "sent", "disclosed"):
        data = name.encode() * 900
        assert after.blobs.get(hashlib.sha256(data).hexdigest()) == data

    def go_on(uow: SqlUnitOfWork) -> str:
        a_letter(uow, now=NOW, address=Address(ChannelName.TELEGRAM, "99"))
        return a_complaint(uow, now=NOW, address=Address(ChannelName.TELEGRAM, "98")).case.reference

    next_reference = after.store.write(go_on)
    assert next_reference.split("-")[:3] == ["ZMD", "2026", "000002"]
    for table in (cases, messages, threads):
        with after.store.engine.connect() as connection:
            highest = connection.execute(select(func.max(table.c.id))).scalar_one()
        assert highest > max(row["id"] for row in kept[table.name])


@pytest.mark.parametrize("urls", [("file", "postgres_url")], indirect=True, ids=["SQLite to PostgreSQL"])
def test_text_that_only_sqlite_can_keep_does_not_stop_the_move(
    urls: tuple[str, str], places: Callable[[str], Place], tmp_path: Path
) -> None:
    before, after = places(urls[0]), places(urls[1])
    fill(before)
    with before.store.engine.begin() as connection:
        connection.execute(threads.update().values(subject="零\x00字节"))
    before.back_up(tmp_path / "archive.tar.gz")
    after.restore(tmp_path / "archive.tar.gz")
    assert {row["subject"] for row in after.rows()["threads"]} == {"零字节"}


def test_an_archive_with_many_large_mails_comes_back_whole(
    store_url: str, places: Callable[[str], Place], tmp_path: Path
) -> None:
    before, after = places(f"sqlite:///{tmp_path / 'large.sqlite3'}"), places(store_url)
    migrate(before.store.engine)
    large = [bytes([number]) * 5_000_000 for number in range(4)]
    with before.store.engine.begin() as connection:
        for number, data in enumerate(large, 1):
            row = {"channel": "email", "external_id": str(number), "conversation": "a", "state": "handled"}
            connection.execute(insert(inbox), {"id": number, "received_at": NOW, **row})
            raw = {"inbox_id": number, "mail_from": "", "rcpt_tos": [], "peer": "", "data": data}
            connection.execute(insert(raw_mails), raw)
    before.back_up(tmp_path / "archive.tar.gz")
    after.restore(tmp_path / "archive.tar.gz")
    assert [row["data"] for row in after.rows()["raw_mails"]] == large


def test_a_backup_while_messages_come_in_is_one_moment(
    store_url: str, places: Callable[[str], Place], tmp_path: Path
) -> None:
    """A reply is committed together with its message and its number: no archive may hold one without the others."""
    busy = places(store_url)
    migrate(busy.store.engine)
    over = threading.Event()

    def write_on() -> None:
        while not over.is_set():
            busy.store.write(lambda uow: a_complaint(uow, now=NOW))

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for number in range(4):
            archive = tmp_path / f"{number}.tar.gz"
            busy.back_up(archive)
            copy = places(f"sqlite:///{tmp_path / f'{number}.sqlite3'}")
            copy.restore(archive)
            rows = copy.rows()
            opened = len(rows["cases"])
            assert rows["reference_numbers"][0]["last_number"] == opened if opened else not rows["messages"]
            assert [row["last_number"] for row in rows["threads"] if row["audience"] == "citizen"] in (
                [],
                [len([row for row in rows["messages"] if row["thread_id"] == rows["threads"][0]["id"]])],
            )
    finally:
        over.set()
        writer.join()


@pytest.fixture
def archived(places: Callable[[str], Place], tmp_path: Path) -> Path:
    """An archive of a small SQLite installation."""
    place = places(f"sqlite:///{tmp_path / 'archived.sqlite3'}")
    fill(place)
    place.back_up(tmp_path / "archived.tar.gz")
    return tmp_path / "archived.tar.gz"


def changed(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """A copy of an archive with members changed or left out."""
    copy = archive.with_name("changed.tar.gz")
    with tarfile.open(archive) as old, tarfile.open(copy, "w:gz") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            assert file is not None
            if (kept := change(member.name, file.read())) is not None:
                info = tarfile.TarInfo(kept[0])
                info.size = len(kept[1])
                new.addfile(info, io.BytesIO(kept[1]))
    return copy


def is_untouched(place: Place) -> bool:
    """Whether the database holds no row."""
    migrate(place.store.engine)
    return not any(place.rows().values())


def test_a_database_that_is_not_empty_is_refused_and_left_as_it_is(
    store_url: str, archived: Path, places: Callable[[str], Place]
) -> None:
    place = places(store_url)
    migrate(place.store.engine)
    place.store.write(lambda uow: uow.doors.set_position("telegram", "7"))
    kept = place.rows()
    with pytest.raises(BackupRefused, match="not empty"):
        place.restore(archived)
    assert place.rows() == kept


@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_an_archive_cut_short_is_refused_and_nothing_is_restored(
    part: float, archived: Path, places: Callable[[str], Place], sqlite_url: str
) -> None:
    whole = archived.read_bytes()
    archived.write_bytes(whole[: int(len(whole) * part)])
    place = places(sqlite_url)
    with pytest.raises(BackupRefused, match="not a complete archive"):
        place.restore(archived)
    assert is_untouched(place)


@pytest.mark.parametrize("content", [b"", b"no archive at all", gzip.compress(b"nor this", mtime=0)])
def test_a_file_that_is_no_archive_is_refused(
    content: bytes, tmp_path: Path, places: Callable[[str], Place], sqlite_url: str
) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(BackupRefused, match="not a complete archive"):
        places(sqlite_url).restore(tmp_path / "x")


@pytest.mark.parametrize("left_out", ["manifest.json", "tables/case_event_texts.jsonl", "tables/outbox.jsonl"])
def test_an_archive_without_one_of_its_parts_is_refused(
    left_out: str, archived: Path, places: Callable[[str], Place], sqlite_url: str
) -> None:
    place = places(sqlite_url)
    with pytest.raises(BackupRefused, match="not a complete archive"):
        place.restore(changed(archived, lambda name, data: None if name == left_out else (name, data)))
    assert is_untouched(place)


def test_an_archive_with_a_row_or_a_file_too_few_is_refused(
    archived: Path, places: Callable[[str], Place], store_url: str
) -> None:
    def without_a_row(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.split(b"\n", 1)[1] if name == "tables/receipts.jsonl" else data

    gone = hashlib.sha256(b"seen" * 900).hexdigest()
    place = places(store_url)
    with pytest.raises(BackupRefused, match="rows and 5 files; found"):
        place.restore(changed(archived, without_a_row))
    assert is_untouched(place)
    with pytest.raises(BackupRefused, match=r"rows and 5 files; found \d+ and 4"):
        place.restore(changed(archived, lambda name, data: None if name == f"blobs/{gone}" else (name, data)))
    assert is_untouched(place)


def test_a_file_with_other_content_than_its_name_says_is_refused(
    archived: Path, places: Callable[[str], Place], sqlite_url: str
) -> None:
    place = places(sqlite_url)
    with pytest.raises(BackupRefused, match="does not have the content"):
        place.restore(changed(archived, lambda name, data: (name, data[:-1] if name.startswith("blobs/") else data)))
    assert is_untouched(place)


def test_an_archive_of_another_release_is_refused_with_the_way_out(
    archived: Path, places: Callable[[str], Place], sqlite_url: str
) -> None:
    def older(name: str, data: bytes) -> tuple[str, bytes]:
        if name != "manifest.json":
            return name, data
        return name, json.dumps({**json.loads(data), "revision": "0001"}).encode()

    with pytest.raises(BackupRefused, match=f"revision 0001, and this release has {newest()}.*then migrate"):
        places(sqlite_url).restore(changed(archived, older))


def test_a_backup_that_fails_leaves_the_last_archive_and_nothing_else(
    places: Callable[[str], Place], tmp_path: Path
) -> None:
    place = places(f"sqlite:///{tmp_path / 'failing.sqlite3'}")
    fill(place)
    folder = tmp_path / "archives"
    folder.mkdir()
    place.back_up(folder / "a.tar.gz")
    last = (folder / "a.tar.gz").read_bytes()

    class AwayBlobs(DirectoryBlobs):
        def get(self, sha256: str) -> bytes:
            raise CaseworkUnavailable

    place.blobs = AwayBlobs(tmp_path / "away")
    with pytest.raises(CaseworkUnavailable):
        place.back_up(folder / "a.tar.gz")
    assert [path.name for path in folder.iterdir()] == ["a.tar.gz"]
    assert (folder / "a.tar.gz").read_bytes() == last


def test_files_that_a_row_names_as_one_of_several_are_found_too() -> None:
    letter = {"pdf_sha256": "a" * 64, "docx_sha256": "b" * 64}
    report = {"files": [{"name": "annual-2026-zh.pdf", "sha256": "c" * 64}]}
    assert [*digests_in(letter), *digests_in(report)] == ["a" * 64, "b" * 64, "c" * 64]


def test_only_the_owner_may_read_an_archive(archived: Path) -> None:
    assert archived.stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_lost_before_is_named_and_does_not_stop_the_backup(
    places: Callable[[str], Place], tmp_path: Path, sqlite_url: str
) -> None:
    place = places(f"sqlite:///{tmp_path / 'lossy.sqlite3'}")
    fill(place)
    lost = hashlib.sha256(b"sent" * 900).hexdigest()
    (tmp_path / "blobs-1" / lost[:2] / lost[2:]).unlink()
    written = place.back_up(tmp_path / "a.tar.gz")
    assert (written.files, written.missing) == (4, (lost,))
    assert places(sqlite_url).restore(tmp_path / "a.tar.gz") == written
