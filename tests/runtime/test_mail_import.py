"""Taking an archive in with `sunwindow mail import`: each letter once, nobody written to, every fault by its name."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from casework.inbox import InboxEntry, InboxState
from casework.outbox import OutboxState
from casework.store import open_store
from runtime.archive_files import ArchiveFile, mails_of
from runtime.cli import app
from runtime.migrating import migrate

OURS = "xinxiang@gaj.example"


@pytest.fixture
def url(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a migrated installation of the demo bureau, which the commands work with."""
    monkeypatch.setenv("SUNWINDOW_DATABASE_URL", store_url)
    monkeypatch.setenv("SUNWINDOW_DATA_DIR", str(tmp_path / "data"))
    store = open_store(store_url)
    migrate(store.engine)
    store.close()
    return store_url


def a_letter(number: int, text: str = "请问办护照要多少钱？", *, to: str = OURS, more: str = "") -> bytes:
    return (
        f"Received: from a by b; Mon, 2 Mar 2020 09:30:00 +0800\n{more}From: li{number}@mail.example\nTo: {to}\n"
        f"Subject: =?utf-8?B?5ZKo6K+i?=\nMessage-ID: <{number}@mail.example>\nDate: Mon, 2 Mar 2020 09:00:00 +0800\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


def an_mbox(path: Path, *letters: bytes) -> Path:
    """As the standard library writes one, with its escaping."""
    box = mailbox.mbox(path)
    for letter in letters:
        box.add(letter)
    box.close()
    return path


def take_in(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["mail", "import", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def entries(url: str, *states: InboxState) -> list[InboxEntry]:
    store = open_store(url)
    try:
        with store.read() as uow:
            assert uow.outbox.count(OutboxState.DUE) == 0
            listed = uow.inbox.list(states or tuple(InboxState), limit=5000)
            return [uow.inbox.get(entry.id) for entry in reversed(listed)]
    finally:
        store.close()


def test_an_mbox_is_taken_in_once_however_often(url: str, tmp_path: Path) -> None:
    path = an_mbox(tmp_path / "old.mbox", *map(a_letter, range(250)))
    assert "taken in: 250 (held for a clerk, without a receipt); known: 0; not taken in: 0" in take_in(path).output
    assert "taken in: 0 (held for a clerk, without a receipt); known: 250; not taken in: 0" in take_in(path).output
    held = entries(url, InboxState.HELD)
    assert len(held) == len(entries(url)) == 250
    assert held[0].reasons == ("reason.archived",)
    assert held[0].received_at == datetime(2020, 3, 2, 1, 30, tzinfo=UTC)
    assert held[0].reading is not None
    assert (held[0].reading.subject, held[0].reading.text) == ("咨询", "请问办护照要多少钱？")


def test_what_machines_wrote_ends_there_and_says_nothing_of_todays_addresses(url: str, tmp_path: Path) -> None:
    path = an_mbox(tmp_path / "m.mbox", a_letter(1, more="Auto-Submitted: auto-replied\n"), a_letter(2))
    take_in(path)
    assert [entry.state for entry in entries(url)] == [InboxState.REFUSED, InboxState.HELD]
    assert entries(url)[0].reasons[0] == "reason.archived"


def test_to_be_answered_they_are_treated_as_if_they_had_just_come(url: str, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(a_letter(1))
    assert "as if they had just come" in take_in("--answer", path).output
    (entry,) = entries(url)
    assert entry.state is InboxState.RECEIVED
    assert (datetime.now(UTC) - entry.received_at).total_seconds() < 60


def test_a_maildir_and_its_folders_are_taken_in_without_the_servers_own_files(url: str, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(a_letter(1))
    box.add_folder("Sent").add(a_letter(2))
    (tmp_path / "box" / "dovecot-uidlist").write_text("3 V1 N1\n")
    (tmp_path / "box" / "tmp" / "half").write_bytes(a_letter(3))
    assert "taken in: 2 " in take_in(tmp_path / "box").output


def test_a_folder_is_walked_and_what_is_no_mail_is_named_and_stops_nobody(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.eml").write_bytes(a_letter(1))
    (folder / "b.msg").write_bytes(b"\xd0\xcf\x11\xe0 a file of another program")
    (folder / "empty.eml").write_bytes(b"")
    (folder / "inner" / "c.eml").write_bytes(a_letter(2).replace(b"\n", b"\r\n"))
    said = take_in(folder, tmp_path / "gone", code=1).output
    assert "taken in: 2 " in said
    assert "not taken in: 2" in said
    assert f"{folder / 'b.msg'} is no mail" in said.replace("\n", "")
    assert f"there is no file or folder {tmp_path / 'gone'}" in said.replace("\n", "")


def test_a_mail_that_names_no_mailbox_of_ours_is_for_the_one_that_is_named(url: str, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(a_letter(1, to="list@elsewhere.example"))
    refused = take_in("--recipient", "x@elsewhere.example", path, code=2).output
    assert "xinxiang@" in refused
    ours = "jubao@gaj.example"
    take_in("--recipient", ours, path)
    raw = entries(url)[0].raw_mail
    assert raw is not None
    assert raw.rcpt_tos == (ours,)


def split(path: Path, max_bytes: int = 0) -> list[ArchiveFile]:
    return list(mails_of(path, max_bytes=max_bytes))


def test_a_sentence_that_begins_with_from_begins_no_mail(tmp_path: Path) -> None:
    text = "first\n\nFrom what I heard in 2020 it is so.\n\nFrom here on\n"
    path = tmp_path / "a.mbox"
    path.write_bytes(b"From li@mail.example Mon Mar  2 09:00:00 2020\n" + a_letter(1, text) + b"\n")
    (mail,) = split(path)
    assert mail.raw == a_letter(1, text)


def test_the_escaping_of_an_mbox_is_undone(tmp_path: Path) -> None:
    text = "first\n\nFrom li Mon Mar  2 09:00:00 2020\n"
    path = an_mbox(tmp_path / "a.mbox", a_letter(1, text), a_letter(2))
    assert b"\n>From li" in path.read_bytes()
    assert [mail.raw.rstrip() for mail in split(path)] == [a_letter(1, text).rstrip(), a_letter(2).rstrip()]


def test_a_mail_of_an_mbox_that_is_too_large_is_named_by_its_number_and_the_others_are_read(tmp_path: Path) -> None:
    path = an_mbox(tmp_path / "a.mbox", a_letter(1), a_letter(2, "x" * 5000), a_letter(3))
    first, large, third = split(path, 2000)
    assert (first.fault, third.fault) == ("", "")
    assert large == ArchiveFile(f"{path}#2", fault="is larger than smtp.max_size allows (2000 bytes)")


def test_an_archive_larger_than_a_line_buffer_comes_out_as_it_went_in(tmp_path: Path) -> None:
    letters = [a_letter(1, "长" * 800_000), a_letter(2)]
    path = an_mbox(tmp_path / "a.mbox", *letters)
    assert [mail.raw.rstrip() for mail in split(path)] == [letter.rstrip() for letter in letters]
