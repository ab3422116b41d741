"""The command line: what each command says, and that what can be mended is said in words."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from admin_api.api.authentication import hash_key
from admin_api.packing.verify import faults_of, read_pack
from casework.actions.closure import close
from casework.actions.stepping import Walker
from casework.disposition import Disposition
from casework.inbox import Arrival, InboxState, Reading
from casework.message import InboundMessage
from casework.party import Address, ChannelName
from casework.staff import Role
from casework.store import SqlUnitOfWork, open_store
from runtime.cli import main
from tests.casework.a_bureau import a_clerk, a_complaint, an_office
from tests.running.indexes import INDEXES

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 3, 2, 2, 0, tzinfo=UTC)
COMMAND = str(Path(sys.executable).with_name("sunwindow"))
CITIZEN = Address(ChannelName.TELEGRAM, "42")


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Commands over one installation; settings by name override the environment's."""
    monkeypatch.setenv("SUNWINDOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SUNWINDOW_INDEX_DIR", str(INDEXES))
    monkeypatch.setenv("COLUMNS", "200")

    def run_command(*arguments: str, **variables: str) -> Said:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(f"SUNWINDOW_{name}", value)
            capfd.readouterr()
            status = 0
            try:
                main(list(arguments))
            except SystemExit as ending:
                status = int(ending.code or 0)
        return Said(status, *capfd.readouterr())

    return run_command


@pytest.fixture
def migrated(run: Run, tmp_path: Path) -> Callable[[Callable[[SqlUnitOfWork], object]], None]:
    """Writes into the installation's database."""
    assert run("migrate").status == 0

    def write(work: Callable[[SqlUnitOfWork], object]) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'data' / 'sunwindow.sqlite3'}")
        store.write(work)
        store.close()

    return write


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of the demo bureau, to be spoiled."""
    folder = tmp_path / "bureau"
    shutil.copytree(str(files("runtime.demo") / "bureau"), folder)
    return folder


def test_a_bundle_without_faults_is_said_to_have_none(run: Run, bundle: Path) -> None:
    said = run("check", str(bundle))
    assert (said.status, said.out) == (0, f"{bundle}: no faults\n")


def test_every_fault_of_a_bundle_is_named_with_file_and_line(run: Run, bundle: Path) -> None:
    units = (bundle / "units.toml").read_text(encoding="utf-8")
    (bundle / "units.toml").write_text(units.replace('kind = "bureau"', 'kind = "castle"', 1), encoding="utf-8")
    (bundle / "procedures" / "id-card-lost.toml").write_text('slug = "another"\n', encoding="utf-8")
    said = run("check", str(bundle))
    assert said.status == 1
    assert re.search(r"^units\.toml:\d+: .*castle", said.out, re.MULTILINE)
    assert re.search(r"^procedures/id-card-lost\.toml:1: ", said.out, re.MULTILINE)
    assert said.err == f"faults: {len(said.out.splitlines())}\n"


def test_a_missing_bundle_is_named(run: Run) -> None:
    said = run("check", "/nowhere/at/all")
    assert (said.status, "/nowhere/at/all:1: is no folder" in said.out) == (1, True)
    said = run("ask", "办护照要多少钱", "--bundle", "/nowhere/at/all")
    assert (said.status, said.err.splitlines()[1].strip()[:22]) == (1, "/nowhere/at/all:1: is ")


def test_an_unknown_role_is_refused_with_those_there_are(run: Run) -> None:
    said = run("serve", "--roles", "http,cook")
    assert said.status == 2
    assert "roles are http, smtp, telegram, worker" in said.err


def test_an_account_is_made_with_a_first_password_that_must_be_changed(run: Run, migrated: object) -> None:
    said = run("staff", "add", "zhang", "--unit", "city-bureau", "--role", "administrator")
    assert re.fullmatch(r"account zhang made; first password: \S{12,}\n", said.out)
    again = run("staff", "add", "zhang", "--unit", "city-bureau")
    assert (again.status, again.err) == (
        1,
        "sunwindow: there is already an account 'zhang': choose another sign-in name\n",
    )


def test_an_account_needs_a_unit_and_a_language_of_the_bureau(run: Run, migrated: object) -> None:
    said = run("staff", "add", "li", "--unit", "moon")
    assert (said.status, said.err) == (1, "sunwindow: there is no unit 'moon' in this bureau; see units.toml\n")
    said = run("staff", "add", "li", "--unit", "city-bureau", "--language", "fr")
    assert (said.status, "the language is zh or en" in said.err) == (2, True)


def test_a_key_is_made_for_an_account_and_shown_once(run: Run, migrated: object, tmp_path: Path) -> None:
    run("staff", "add", "zhang", "--unit", "city-bureau")
    said = run("key", "add", "statistics", "--staff", "zhang", "--scope", "cases:read", "--scope", "units:read")
    assert said.status == 0, said.err
    key = said.out.split()[-1]
    assert key.startswith("swk_")
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'sunwindow.sqlite3'}")
    with store.read() as uow:
        found = uow.accounts.find_api_key(hash_key(key))
        assert found is not None
        assert found.staff_id is not None
        assert (found.name, set(found.scopes)) == ("statistics", {"cases:read", "units:read"})
        assert uow.accounts.get_staff(found.staff_id).name == "zhang"
    store.close()


@pytest.mark.parametrize(
    ("staff", "scope", "status", "reason"),
    [
        ("nobody", "cases:read", 1, "there is no account 'nobody'"),
        ("zhang", "cases:eat", 2, "'cases:eat' is not a valid Scope; scopes are cases:read, cases:write"),
        ("zhang", "keys:write", 1, "keys:write is not open to the role handler"),
    ],
    ids=["unknown account", "unknown scope", "scope beyond the role"],
)
def test_a_key_that_could_do_nothing_is_refused(
    run: Run, migrated: object, staff: str, scope: str, status: int, reason: str
) -> None:
    run("staff", "add", "zhang", "--unit", "city-bureau", "--role", Role.HANDLER.value)
    said = run("key", "add", "x", "--staff", staff, "--scope", scope)
    assert said.status == status
    assert reason in said.err


def test_cases_are_listed_and_shown_as_words_and_as_json(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None]
) -> None:
    migrated(lambda uow: a_complaint(uow, now=NOW))
    [listed] = json.loads(run("case", "list", "--json").out)
    reference = listed["reference"]
    assert listed["kind"] == "complaint"
    assert run("case", "list").out.startswith(f"{reference}  {listed['status']}")
    spoken = reference.replace("0", "o").lower()
    shown = json.loads(run("case", "show", spoken, "--json").out)
    assert (shown["reference"], shown["faults"]) == (reference, [])
    assert shown["events"][0]["name"] == "case.opened"
    assert "case.opened" in run("case", "show", reference).out
    assert "排队两小时" not in run("case", "show", reference).out, "the ledger shows facts, not what a citizen wrote"


def test_a_broken_ledger_is_shown_and_fails(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None]
) -> None:
    migrated(lambda uow: a_complaint(uow, now=NOW))
    migrated(lambda uow: uow.connection.exec_driver_sql("UPDATE case_events SET actor = 'nobody' WHERE number = 1"))
    [listed] = json.loads(run("case", "list", "--json").out)
    said = run("case", "show", listed["reference"])
    assert said.status == 1
    assert "BROKEN" in said.out


def test_ledgers_are_verified_and_sealed_and_what_is_wrong_is_named(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None]
) -> None:
    migrated(lambda uow: a_complaint(uow, now=NOW))
    sealed = json.loads(run("case", "seal", "--json").out)
    reference = json.loads(run("case", "list", "--json").out)[0]["reference"]
    assert run("case", "verify", "--all", "--seal", f"1:{sealed['digest']}").out == "no faults\n"
    assert run("case", "verify", reference).status == 0
    assert "the seals were made anew" in run("case", "verify", "--seal", f"1:{'0' * 64}").out
    migrated(lambda uow: uow.connection.exec_driver_sql("UPDATE cases SET unit = 'moon'"))
    said = run("case", "verify", "--all", "--json")
    assert said.status == 1
    assert json.loads(said.out) == {
        "case": reference,
        "kind": "column",
        "says": "unit is moon, the ledger says north-station",
    }
    assert run("case", "verify").status == 2


def test_a_case_is_packed_and_the_pack_is_sound(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None], tmp_path: Path
) -> None:
    migrated(lambda uow: a_complaint(uow, now=NOW))
    migrated(lambda uow: uow.connection.exec_driver_sql("UPDATE cases SET unit = 'city-bureau'"))
    reference = json.loads(run("case", "list", "--json").out)[0]["reference"]
    assert run("case", "pack", reference, "--out", str(tmp_path / "file.zip")).status == 0
    assert faults_of(read_pack(tmp_path / "file.zip")) == []


def test_what_is_due_is_listed_then_erased_and_erased_again_after_a_restore(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None], bundle: Path, tmp_path: Path
) -> None:
    def close_it(uow: SqlUnitOfWork) -> None:
        case = a_complaint(uow, now=LONG_AGO).case
        close(case, Disposition.UPHELD, Walker(uow, an_office(), a_clerk(uow), LONG_AGO))

    migrated(close_it)
    assert "nothing is ever erased by rule" in run("case", "erase-due").out
    with (bundle / "bureau.toml").open("a", encoding="utf-8") as file:
        file.write('\n[retention.complaint]\nyears = 1\nbasis = { zh = "规定", en = "rule" }\n')
    own = {"BUNDLE": str(bundle)}
    assert run("case", "erase-due", "--dry-run", **own).out.endswith("1 cases are due\n")
    archive = tmp_path / "archive.tar.gz"
    assert run("backup", str(archive)).status == 0
    assert run("case", "erase-due", **own).out == "1 cases erased\n"
    assert run("case", "verify", "--all").status == 0
    for left in (tmp_path / "data").glob("sunwindow.sqlite3*"):
        left.unlink()
    said = run("restore", str(archive))
    assert said.out.endswith("1 cases had been erased since the archive was made, and are erased again\n")
    assert run("case", "erase-due", "--dry-run", **own).out == "0 cases are due\n"
    assert run("case", "verify", "--all").out == "no faults\n"


def test_an_unknown_case_is_said_to_be_unknown(run: Run, migrated: object) -> None:
    said = run("case", "show", "ZMD-2026-000001-1")
    assert (said.status, said.err) == (1, "sunwindow: there is no case ZMD-2026-000001-1: check the number\n")


def test_shunted_messages_go_to_the_worker_again(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None], tmp_path: Path
) -> None:
    def shunt(uow: SqlUnitOfWork) -> None:
        for number in range(3):
            message = InboundMessage(CITIZEN, str(number), "你好", NOW)
            inbox_id, _ = uow.inbox.add(Arrival(CITIZEN.channel, str(number), "42", NOW, message))
            uow.inbox.finish(inbox_id, InboxState.SHUNTED, now=NOW, reading=Reading("42"))

    migrated(shunt)
    assert run("replay", "2").out == "1 messages go to the worker again\n"
    assert run("replay").out == "2 messages go to the worker again\n"
    said = run("replay", "99")
    assert (said.status, said.err) == (1, "sunwindow: there is no inbox entry 99\n")
    said = run("replay", "2")
    assert (said.status, "no longer held" in said.err) == (1, True)


def test_an_archive_is_written_and_restored_into_a_new_installation(
    run: Run, migrated: Callable[[Callable[[SqlUnitOfWork], object]], None], tmp_path: Path
) -> None:
    migrated(lambda uow: a_complaint(uow, now=NOW))
    archive = str(tmp_path / "a.tar.gz")
    written = run("backup", archive)
    assert re.fullmatch(rf"{archive}: \d+ rows and 0 files\n", written.out)
    other = str(tmp_path / "other")
    restored = run("restore", archive, DATA_DIR=other)
    assert restored.out == written.out.replace(f"{archive}:", "restored")
    assert run("case", "list", DATA_DIR=other).out == run("case", "list").out
    refused = run("restore", archive)
    assert (refused.status, "the database is not empty" in refused.err) == (1, True)
    missing = run("restore", "/nowhere.tar.gz", DATA_DIR=str(tmp_path / "third"))
    assert (missing.status, "/nowhere.tar.gz" in missing.err) == (1, True)


def test_the_settings_in_force_are_printed_and_secrets_are_not(run: Run) -> None:
    said = run(
        "settings",
        SECRET_KEY="a-secret-nobody-may-read",
        DATABASE_URL="postgresql+psycopg://me:hidden@127.0.0.1/x",
        TELEGRAM__TOKEN="1:also-hidden",
        HTTP__PORT="8123",
    )
    assert "http.port = 8123" in said.out
    assert "postgresql+psycopg://me:***@127.0.0.1/x" in said.out
    assert "hidden" not in said.out
    assert "a-secret" not in said.out


def test_unsafe_values_refuse_to_start_in_production_each_with_its_reason(run: Run) -> None:
    said = run("serve", ENVIRONMENT="production")
    assert said.status == 1
    for name in ("secret_key", "public_url", "bundle", "smarthost"):
        assert re.search(rf"^  {name}: .*\(SUNWINDOW_{name.upper()}\)$", said.err, re.MULTILINE), name


def test_a_database_that_was_not_migrated_is_refused_with_the_way_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    said = run("case", "list")
    assert said.status == 1
    assert "run `sunwindow migrate` first" in said.err


@pytest.mark.parametrize("command", [("case", "list"), ("serve",)])
def test_a_database_that_cannot_be_reached_is_said_so_without_a_traceback(tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run(
        [COMMAND, *command],
        env={
            "PATH": "/usr/bin:/bin",
            "SUNWINDOW_DATA_DIR": str(tmp_path),
            "SUNWINDOW_DATABASE_URL": "postgresql+psycopg://me:hidden@127.0.0.1:1/x",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "the database cannot be used" in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_demo_on_a_taken_port_says_which(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [COMMAND, "demo", "--port", str(port), "--smtp-port", "0", "--data", str(tmp_path / "demo")],
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(port) in done.stderr.splitlines()[-1]
    assert "in use" in done.stderr.splitlines()[-1]
