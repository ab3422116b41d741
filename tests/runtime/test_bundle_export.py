"""A bundle taken out and in again: nothing is lost, and nothing is taken in by half."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from casework.store import SqlStore, open_store
from casework.store.blobs import DirectoryBlobs
from knowledge.bodies import body_of
from knowledge.publication import Classification, DisclosureClass, Move
from knowledge.revisions import Subject
from knowledge.store import SqlRevisions
from runtime.bundle import BundleRefused, check_bundle, demo_bundle, load_bundle
from runtime.bundle_export import ExportRefused, compose_bundle, export_bundle, zipped
from runtime.bundle_import import Imported, import_bundle
from runtime.entering import Entered, enter_bundle
from runtime.migrating import migrate
from tests.running.broken_files import break_it

NOW = datetime(2026, 11, 25, 2, 0, 1, 250, tzinfo=UTC)
TODAY = date(2026, 11, 25)
DEMO = load_bundle().library
ENTRY = Subject.ENTRY


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Callable[[], SqlStore]]:
    opened: list[SqlStore] = []

    def fresh() -> SqlStore:
        opened.append(open_store(f"sqlite:///{tmp_path / f'{len(opened)}.sqlite3'}"))
        migrate(opened[-1].engine)
        return opened[-1]

    yield fresh
    for store in opened:
        store.close()


@pytest.fixture
def blobs(tmp_path: Path) -> DirectoryBlobs:
    return DirectoryBlobs(tmp_path / "blobs")


@pytest.fixture
def busy(stores: Callable[[], SqlStore]) -> SqlStore:
    """The demo's procedures after some weeks: edited, drafted with faults, reviewed, sent back, withdrawn, hidden."""
    store = stores()
    enter_bundle(store, DEMO, now=NOW)
    store.write(lambda uow: _work(SqlRevisions(uow.connection)))
    return store


@pytest.fixture
def exported(busy: SqlStore, blobs: DirectoryBlobs, tmp_path: Path) -> Path:
    export_bundle(demo_bundle(), busy, blobs, tmp_path / "out")
    return tmp_path / "out"


def _work(kept: SqlRevisions) -> None:
    def draft(slug: str, *moves: Move, hidden: bool = False, **changes: object) -> None:
        ground = Classification(DisclosureClass.ON_APPLICATION, "第十三条")
        table = {"disclosure": {"class": "on_application", "ground": "第十三条"}} if hidden else {}
        known = body_of(DEMO.get(slug)) if slug in DEMO else {}
        made = kept.draft(
            ENTRY,
            slug,
            title="题\n目",
            unit="exit-entry",
            body={**known, "slug": slug, **table, **changes},
            classification=ground if hidden else Classification(),
            by="wang",
            now=NOW,
            note='说明 "引号"',
        )
        for move in moves:
            made = kept.move(made, move, by="li", now=NOW, today=TODAY, reason="因为", review_due_on=date(2027, 5, 1))

    draft("passport-first", Move.REVIEW, Move.PUBLISH, version="v2")
    draft("passport-first", title={"zh": "只有中文"}, checked_on="明天", odd=[1, {"x": True}])
    draft("passport-renew", Move.REVIEW, Move.SEND_BACK)
    draft("id-card-lost", Move.REVIEW, Move.PUBLISH, Move.WITHDRAW, version="v2")
    draft("visa-extension", Move.REVIEW, Move.PUBLISH, hidden=True, version="v2")
    draft("brand-new", Move.WITHDRAW)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_exported_comes_back_byte_for_byte_from_an_empty_store(
    busy: SqlStore, blobs: DirectoryBlobs, stores: Callable[[], SqlStore], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert export_bundle(demo_bundle(), busy, blobs, first) == len(contents(first))
    other = stores()
    assert import_bundle(first, other, blobs, now=NOW) == Imported(len(DEMO) + 6, Entered())
    export_bundle(first, other, blobs, second)
    assert contents(second) == contents(first)


def test_an_exported_bundle_is_a_sound_bundle_with_what_is_published(
    busy: SqlStore, blobs: DirectoryBlobs, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export_bundle(demo_bundle(), busy, blobs, folder)
    assert check_bundle(folder, date(2026, 12, 1)) == ()
    library = load_bundle(folder).library
    assert library.get("passport-first") == replace(DEMO.get("passport-first"), version="v2")
    assert "id-card-lost" not in library
    assert library.get("visa-extension").disclosure is DisclosureClass.ON_APPLICATION
    assert (folder / "bureau.toml").read_bytes() == (demo_bundle() / "bureau.toml").read_bytes()
    assert sorted(path.name for path in (folder / "revisions" / "passport-first").iterdir()) == [
        "0001.toml",
        "0002.toml",
        "0003.toml",
    ]


def test_starting_with_an_exported_bundle_changes_nothing(
    busy: SqlStore, blobs: DirectoryBlobs, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export_bundle(demo_bundle(), busy, blobs, folder)
    assert enter_bundle(busy, load_bundle(folder).library, now=NOW) == Entered()
    assert import_bundle(folder, busy, blobs, now=NOW) == Imported(0, Entered())


def test_a_procedure_that_was_edited_in_the_folder_comes_in_as_a_revision(
    busy: SqlStore, blobs: DirectoryBlobs, stores: Callable[[], SqlStore], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export_bundle(demo_bundle(), busy, blobs, folder)
    for slug in ("passport-first", "passport-minor"):
        path = folder / "procedures" / f"{slug}.toml"
        path.write_text(path.read_text().replace("version = ", 'version = "edited" #'), encoding="utf-8")
    assert import_bundle(folder, stores(), blobs, now=NOW).entered == Entered(("passport-minor",), ("passport-first",))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("revisions/passport-first/0002.toml", 'stage = "published"', 'stage = "famous"', "'famous' is not a stage"),
        ("revisions/passport-first/0002.toml", "number = 2", "number = 7", "is called after the revision's number"),
        ("revisions/passport-first/0002.toml", 'slug = "passport-first"', 'slug = "x"', "differs from the folder"),
        ("revisions/passport-first/0002.toml", "[title]", "[titel]", "titel is neither a key nor a facet"),
        ("revisions/passport-first/0002.toml", "drafted_at = 2", "drafted_at = '2", "not readable as TOML"),
        ("revisions/passport-first/0001.toml", '"superseded"', '"published"', "two revisions that are published"),
        ("revisions/passport-first/0002.toml", "published_at = ", "# ", "published_at is missing"),
        ("revisions/visa-extension/0002.toml", 'ground = "第十三条"\n', "", "needs its legal ground"),
        ("procedures/passport-minor.toml", "[title]", "[titel]", "titel is neither a key nor a facet"),
    ],
)
def test_a_broken_bundle_is_refused_with_file_and_line_and_nothing_is_taken_in(
    name: str, old: str, new: str, said: str, exported: Path, stores: Callable[[], SqlStore], blobs: DirectoryBlobs
) -> None:
    folder, other = exported, stores()
    break_it(folder, name, old, new)
    with pytest.raises(BundleRefused, match=said) as refused:
        import_bundle(folder, other, blobs, now=NOW)
    assert name in {fault.file for fault in refused.value.faults}
    assert all(fault.line >= 1 for fault in refused.value.faults)
    assert any(said in str(fault) for fault in check_bundle(folder, TODAY))
    with other.read() as uow:
        assert list(SqlRevisions(uow.connection).all(ENTRY)) == []


def test_a_revision_that_says_otherwise_than_the_one_here_is_refused(
    busy: SqlStore, blobs: DirectoryBlobs, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export_bundle(demo_bundle(), busy, blobs, folder)
    break_it(folder, "revisions/brand-new/0001.toml", "因为", "别的")
    before = dict(compose_bundle(demo_bundle(), busy, blobs))
    with pytest.raises(BundleRefused, match=r"revisions/brand-new/0001.toml:1: another text has this number here"):
        import_bundle(folder, busy, blobs, now=NOW)
    assert dict(compose_bundle(demo_bundle(), busy, blobs)) == before


def test_a_folder_with_something_in_it_is_not_written_over(
    busy: SqlStore, blobs: DirectoryBlobs, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(ExportRefused, match="exists and is not empty"):
        export_bundle(demo_bundle(), busy, blobs, tmp_path)
    assert (tmp_path / "mine").read_text() == "kept"


def test_the_zip_holds_the_same_files_and_is_the_same_each_time(busy: SqlStore, blobs: DirectoryBlobs) -> None:
    files = dict(compose_bundle(demo_bundle(), busy, blobs))
    packed = zipped(files.items())
    assert packed == zipped(compose_bundle(demo_bundle(), busy, blobs))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
