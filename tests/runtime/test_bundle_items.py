"""Items of the catalogue in a bundle taken out and in again: each revision of them, and the bytes of their files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from admin_api.app import create_app
from casework.store import SqlStore
from casework.store.blobs import DirectoryBlobs
from knowledge.catalogue.item import Category, Item, ItemFile, keep_draft
from knowledge.publication import Classification, DisclosureClass, Move, Stage
from knowledge.revisions import Revision, Subject
from knowledge.store import IndexedRevisions
from runtime.bundle import BundleRefused, check_bundle, demo_bundle, load_bundle
from runtime.bundle_export import export_bundle
from runtime.bundle_files import ItemFileLost
from runtime.bundle_import import import_bundle
from runtime.entering import enter_bundle
from runtime.entering_items import enter_items
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.running.broken_files import break_it

NOW = datetime(2026, 11, 25, 2, 0, 1, 250, tzinfo=UTC)
TODAY = date(2026, 11, 25)
PDF = b"%PDF-1.4\r\n\x00\xff" + bytes(range(256))
OLD, HIDDEN = b"%PDF-1.4 the one before", b"\x00 for nobody outside"
DEMO = load_bundle()
RULES = Item(
    "dog-rules",
    "养犬管理办法（演示）",
    Category.POLICY,
    "city-bureau",
    date(2026, 5, 6),
    document_number="演示公〔2026〕88号",
    title_en="Rules for dogs",
    text="第一条\r\n\t“养犬人” \\ 应当登记。\x07\n",
)


@dataclass
class Installation:
    """Pages over a store and blobs of their own."""

    desk: FrontDesk
    blobs: DirectoryBlobs
    folder: Path

    @property
    def store(self) -> SqlStore:
        return self.desk.store

    def blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest[:2] / digest[2:]

    def revisions(self) -> list[Revision]:
        with self.store.read() as uow:
            return [replace(one, edits=0) for one in IndexedRevisions(uow.connection).all(Subject.ITEM)]


@pytest.fixture
def installations(tmp_path: Path) -> Iterator[Callable[[str], Installation]]:
    opened: list[FrontDesk] = []

    def install(url: str = "") -> Installation:
        folder = tmp_path / f"installation-{len(opened)}"
        folder.mkdir()
        opened.append(a_front_desk(folder, url))
        return Installation(opened[-1], DirectoryBlobs(folder / "blobs"), folder)

    yield install
    for desk in opened:
        desk.store.close()


@pytest.fixture
def busy(store_url: str, installations: Callable[[str], Installation]) -> Installation:
    """The demo's catalogue after some weeks: items with files edited, drafted, sent back, withdrawn, hidden."""
    place = installations(store_url)
    enter_bundle(place.store, DEMO.library, now=NOW)
    enter_items(place.store, DEMO.items, now=NOW)
    files = [
        ItemFile(place.blobs.put(contents), name, "application/pdf", len(contents))
        for contents, name in ((OLD, "旧.pdf"), (PDF, '新 "1".pdf'), (HIDDEN, "hidden.bin"))
    ]
    place.store.write(lambda uow: _work(IndexedRevisions(uow.connection), files))
    return place


def _work(kept: IndexedRevisions, files: list[ItemFile]) -> None:
    def draft(item: Item, *moves: Move) -> None:
        made = keep_draft(kept, item, by="wang", now=NOW, note='说明 "引号"')
        for move in moves:
            made = kept.move(made, move, by="li", now=NOW, today=TODAY, reason="因为", review_due_on=date(2027, 5, 1))

    old, new, hidden = files
    draft(replace(RULES, file=old), Move.REVIEW, Move.PUBLISH)
    draft(replace(RULES, file=new), Move.REVIEW, Move.PUBLISH, Move.CONFIRM)
    draft(replace(RULES, title="草稿", text="", file=new), Move.SEND_BACK)
    ground = Classification(DisclosureClass.NOT_DISCLOSED, "第十四条")
    draft(replace(RULES, slug="kept-back", file=hidden, classification=ground), Move.REVIEW, Move.PUBLISH)
    draft(replace(RULES, slug="passport-first"), Move.REVIEW, Move.PUBLISH, Move.WITHDRAW)
    draft(replace(DEMO.items[0], title="改过的题目"), Move.REVIEW, Move.PUBLISH)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_items_with_their_history_and_files_come_back_byte_for_byte_from_an_empty_installation(
    busy: Installation, installations: Callable[[], Installation], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    export_bundle(demo_bundle(), busy.store, busy.blobs, first)
    assert sorted(path.read_bytes() for path in (first / "item-files").iterdir()) == sorted([OLD, PDF, HIDDEN])
    other = installations()
    imported = import_bundle(first, other.store, other.blobs, now=NOW)
    assert imported.revisions == len(DEMO.library) + len(DEMO.items) + 6
    assert other.revisions() == busy.revisions()
    export_bundle(first, other.store, other.blobs, second)
    assert contents(second) == contents(first)


def test_the_file_of_an_item_that_was_imported_can_be_downloaded_and_hidden_ones_cannot(
    busy: Installation, installations: Callable[[], Installation], tmp_path: Path
) -> None:
    export_bundle(demo_bundle(), busy.store, busy.blobs, tmp_path / "out")
    other = installations()
    import_bundle(tmp_path / "out", other.store, other.blobs, now=NOW)
    with TestClient(create_app(other.desk.context)) as browser:
        assert browser.get("/disclosure/dog-rules/file").content == PDF
        assert "Rules for dogs" in browser.get("/disclosure/dog-rules?lang=en").text
        assert browser.get("/disclosure?q=养犬管理办法").text.count('href="/disclosure/dog-rules') >= 1
        for slug in ("kept-back", "passport-first"):
            assert browser.get(f"/disclosure/{slug}").status_code == 404
            assert browser.get(f"/disclosure/{slug}/file").status_code == 404


def test_importing_again_or_where_it_came_from_and_starting_with_it_changes_nothing(
    busy: Installation, tmp_path: Path
) -> None:
    export_bundle(demo_bundle(), busy.store, busy.blobs, tmp_path / "out")
    assert check_bundle(tmp_path / "out", date(2026, 12, 1)) == ()
    before = busy.revisions()
    assert import_bundle(tmp_path / "out", busy.store, busy.blobs, now=NOW).revisions == 0
    assert enter_items(busy.store, load_bundle(tmp_path / "out").items, now=NOW) == 0
    assert busy.revisions() == before


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("harm", [Path.unlink, _cut], ids=["missing", "broken"])
def test_a_file_that_is_missing_or_broken_is_named_and_nothing_is_taken_in(
    harm: Callable[[Path], None], busy: Installation, installations: Callable[[], Installation], tmp_path: Path
) -> None:
    out, other, digest = tmp_path / "out", installations(), digest_of(OLD)
    export_bundle(demo_bundle(), busy.store, busy.blobs, out)
    harm(out / "item-files" / digest)
    message = f"the file '旧.pdf' is missing or broken: put it back as item-files/{digest}"
    said = f"item-revisions/dog-rules/0001.toml:1: {message}"
    with pytest.raises(BundleRefused, match=said):
        import_bundle(out, other.store, other.blobs, now=NOW)
    assert [str(fault) for fault in check_bundle(out, date(2026, 12, 1))] == [said]
    assert other.revisions() == []
    assert contents(other.folder / "blobs") == {}


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("0002", 'category = "policy"', 'category = "gossip"', "is no item"),
        ("0002", "dated_on", "dated_at", "dated_at"),
        ("0002", "size = ", "size = 9", "mend its size"),
        ("0002", "number = 2", "number = 7", "is called after the revision's number"),
        ("0001", '"superseded"', '"published"', "two revisions that are published"),
    ],
)
def test_a_revision_of_an_item_with_a_fault_is_refused_with_its_file(
    name: str,
    old: str,
    new: str,
    said: str,
    busy: Installation,
    installations: Callable[[], Installation],
    tmp_path: Path,
) -> None:
    out, other = tmp_path / "out", installations()
    export_bundle(demo_bundle(), busy.store, busy.blobs, out)
    break_it(out, f"item-revisions/dog-rules/{name}.toml", old, new)
    with pytest.raises(BundleRefused, match=said) as refused:
        import_bundle(out, other.store, other.blobs, now=NOW)
    assert f"item-revisions/dog-rules/{name}.toml" in {fault.file for fault in refused.value.faults}
    assert other.revisions() == []


def test_an_item_that_says_otherwise_than_the_one_here_is_refused(busy: Installation, tmp_path: Path) -> None:
    export_bundle(demo_bundle(), busy.store, busy.blobs, tmp_path / "out")
    break_it(tmp_path / "out", "item-revisions/dog-rules/0003.toml", "草稿", "另一稿")
    before = busy.revisions()
    with pytest.raises(BundleRefused, match=r"dog-rules/0003.toml:1: another text has this number here"):
        import_bundle(tmp_path / "out", busy.store, busy.blobs, now=NOW)
    assert busy.revisions() == before


@pytest.mark.parametrize("harm", [Path.unlink, _cut], ids=["missing", "broken"])
def test_an_export_that_would_lack_a_file_is_refused_and_writes_nothing(
    harm: Callable[[Path], None], busy: Installation, tmp_path: Path
) -> None:
    digest = digest_of(HIDDEN)
    harm(busy.blob(digest))
    with pytest.raises(ItemFileLost, match=rf"item-revisions/kept-back/0001.toml: .*put the blob {digest} back"):
        export_bundle(demo_bundle(), busy.store, busy.blobs, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


def test_every_stage_of_an_item_is_exported(busy: Installation) -> None:
    assert {one.standing.stage for one in busy.revisions()} == set(Stage) - {Stage.REVIEWED}
