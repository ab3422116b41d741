"""The evidence pack: all that proves a case in one ZIP, checked by a script of its own, with or without names."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.packing import pack_case
from admin_api.packing.verify import faults_of, read_pack
from casework.actions.assignment import transfer
from casework.actions.correspondence import reply_to_citizen
from casework.actions.erasing import erase_event_text
from casework.case import Case
from casework.inbox import Arrival, InboxState, RawMail
from casework.message import Attachment, Author, Direction
from casework.party import ChannelName
from casework.staff import Role
from casework.store import SqlUnitOfWork
from casework.store.blobs import DirectoryBlobs
from tests.admin_api.browsing import signed_in
from tests.admin_api.front_desk import FrontDesk, a_front_desk

NAME, HOME, TELEPHONE = "欧阳明月", "mingyue@b.example", "13800138000"
DERIVED = [
    {"name": "reply", "due_on": "2026-12-21", "state": "running", "rule": "第三十三条", "derivation": ["第一日"]}
]


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path, store_url)
    yield desk
    desk.store.close()


@pytest.fixture
def case(desk: FrontDesk) -> Case:
    """An accusation with a file of an evil name, a reply, a transfer with a reason that names the writer."""
    digest = desk.context.blobs.put(b"evidence")
    files = (Attachment("..\\..\\CON:照片?.png", "image/png", 8, digest),)
    opened = desk.receive(
        f"我是{NAME}，电话{TELEPHONE}，举报",
        name=NAME,
        address=HOME,
        channel=ChannelName.EMAIL,
        attachments=files,
        details={"facts": f"{NAME}亲眼所见", "name": NAME},
        subject="举报",
    ).case
    clerk = desk.hire("clerk")

    def work(uow: SqlUnitOfWork) -> Case:
        raw = RawMail(HOME, ("xinxiang@gaj.example",), b"From: <mingyue@b.example>\r\n\r\nbody", "192.0.2.1")
        arrival, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, "<7@b.example>", HOME, desk.now, raw_mail=raw))
        uow.inbox.finish(arrival, InboxState.HANDLED, now=desk.now)
        uow.threads.add_message(
            opened.thread_id,
            Direction.INBOUND,
            Author.CITIZEN,
            "补充",
            now=desk.now,
            case_id=opened.id,
            inbox_id=arrival,
        )
        reply_to_citizen(opened, f"{NAME}您好，已收到", uow, staff=clerk, now=desk.now)
        unit = next(one.slug for one in desk.context.office.bureau.units if one.slug != opened.unit)
        moved = transfer(
            uow.cases.get(opened.id), unit, f"{NAME}要求", uow, office=desk.context.office, by=clerk, now=desk.now
        )
        return transfer(moved, opened.unit, "不属本单位", uow, office=desk.context.office, by=clerk, now=desk.now)

    return desk.store.write(work)


def packed(desk: FrontDesk, case: Case, *, names: bool = True) -> bytes:
    file = io.BytesIO()
    with desk.store.read() as uow:
        pack_case(
            uow.cases.get(case.id),
            uow,
            desk.context.blobs,
            file,
            bureau=desk.context.office.bureau,
            derivations=lambda _case: DERIVED,
            names=names,
        )
    return file.getvalue()


def files_in(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_a_pack_holds_all_that_proves_the_case(desk: FrontDesk, case: Case) -> None:
    files = files_in(packed(desk, case))
    assert set(files) == {
        "MANIFEST.json",
        "attachments/001-CON_照片_.png",
        "case.json",
        "derivations.json",
        "ledger.jsonl",
        "letters.json",
        "mails/1.eml",
        "messages.json",
        "timeline.en.html",
        "timeline.en.json",
        "timeline.zh.html",
        "timeline.zh.json",
        "verify.py",
    }
    assert files["attachments/001-CON_照片_.png"] == b"evidence"
    page = files["timeline.zh.html"].decode()
    for word in (case.reference, NAME, "补充", "不属本单位", "第三十三条", "第一日"):
        assert word in page
    (reply,) = [row for row in json.loads(files["messages.json"]) if row["author"] == "staff"]
    assert reply["deliveries"]["state"] == "due"


def test_the_same_case_gives_the_same_bytes(desk: FrontDesk, case: Case) -> None:
    assert packed(desk, case) == packed(desk, case)


@pytest.mark.parametrize("names", [True, False])
def test_a_pack_is_checked_by_the_script_in_it_without_us(
    desk: FrontDesk, case: Case, tmp_path: Path, names: bool
) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(packed(desk, case, names=names))
    (tmp_path / "verify.py").write_bytes(files_in(path.read_bytes())["verify.py"])
    command = [sys.executable, "-I", str(tmp_path / "verify.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "everything agrees\n")
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as zipped:
        zipped.extractall(folder)
    unpacked = subprocess.run([sys.executable, "-I", str(folder / "verify.py")], check=False, timeout=60)
    assert unpacked.returncode == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("attachments/001-CON_照片_.png", b"evidence", b"evidenz!", "was changed after the pack was made"),
        ("ledger.jsonl", b'"number": 2', b'"number": 9', "ledger: event 2 is missing"),
        ("ledger.jsonl", "不属本单位".encode(), "属于本单位".encode(), "the text of event"),
        ("ledger.jsonl", b'"name": "case.transferred"', b'"name": "case.accepted"', "was changed after it was written"),
    ],
)
def test_whoever_changes_a_pack_is_found_out(
    desk: FrontDesk, case: Case, name: str, old: bytes, new: bytes, said: str
) -> None:
    files = files_in(packed(desk, case))
    assert faults_of(files) == []
    assert old in files[name]
    files[name] = files[name].replace(old, new)
    assert any(said in fault for fault in faults_of(files))


def test_a_file_taken_out_of_a_pack_or_put_into_it_is_named(desk: FrontDesk, case: Case) -> None:
    files = files_in(packed(desk, case))
    files["extra.txt"] = files.pop("case.json")
    assert faults_of(files) == ["case.json: is missing", "extra.txt: is not named in MANIFEST.json"]


def test_without_names_nothing_tells_who_wrote(desk: FrontDesk, case: Case) -> None:
    files = files_in(packed(desk, case, names=False))
    for name, data in files.items():
        for word in (NAME, HOME, TELEPHONE):
            assert word.encode() not in data, name
            assert json.dumps(word).strip('"').encode() not in data, name
    assert not [name for name in files if name.startswith(("mails/", "attachments/"))]
    assert len(json.loads(files["MANIFEST.json"])["left_out"]) == 3
    rows = [json.loads(line) for line in files["ledger.jsonl"].decode().splitlines()]
    assert [row["withheld"] for row in rows if row["name"] == "case.transferred"] == [True, False]


def test_an_erased_text_leaves_a_pack_that_still_agrees(desk: FrontDesk, case: Case) -> None:
    def erase(uow: SqlUnitOfWork) -> None:
        number = uow.cases.events(case.id)[-1].number
        erase_event_text(uow.cases.get(case.id), number, "规则", uow, actor="system", now=desk.now)

    desk.store.write(erase)
    assert faults_of(files_in(packed(desk, case))) == []


def test_a_lost_file_is_said_in_the_manifest(desk: FrontDesk, case: Case, tmp_path: Path) -> None:
    file = io.BytesIO()
    with desk.store.read() as uow:
        blobs = DirectoryBlobs(tmp_path / "nothing")
        pack_case(uow.cases.get(case.id), uow, blobs, file, bureau=desk.context.office.bureau)
    (lost,) = json.loads(files_in(file.getvalue())["MANIFEST.json"])["lost"]
    assert lost.startswith("attachments/001-CON_照片_.png (")


def test_the_console_gives_the_pack_to_whoever_may_verify_and_to_nobody_else(
    desk: FrontDesk, case: Case, tmp_path: Path
) -> None:
    desk.hire("inspector", Role.INSPECTOR)
    desk.hire("keeper", Role.INTAKE)
    address = f"/staff/cases/{case.reference}/file.zip"
    with signed_in(desk, "inspector") as browser:
        assert address in browser.open(f"/staff/cases/{case.reference}").text
        answer = browser.open(address)
        assert answer.status_code == 200
        path = tmp_path / "pack.zip"
        path.write_bytes(answer.content)
        assert faults_of(read_pack(path)) == []
        assert NAME.encode() not in files_in(browser.open(f"{address}?names=0").content)["case.json"]
    with signed_in(desk, "keeper") as browser:
        assert address not in browser.open(f"/staff/cases/{case.reference}").text
        assert browser.open(address).status_code in (403, 404, 422)
