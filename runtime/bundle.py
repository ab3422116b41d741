"""The whole bundle of a bureau: its data, its procedures and its own wording, taken whole or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from admin_api.pages import texts
from casework.actions.lettering import Press
from casework.annual.statement import faults_of_statements
from casework.bundle import Fault, load_bureau
from casework.bureau import Bureau
from casework.kinds import CaseKind
from casework.letters import letter_words
from casework.papers.letter_files import letter_docx, letter_pdf, letter_pictures
from casework.ports import BlobStore
from casework.wording import Wording
from knowledge.catalogue.item import Item
from knowledge.catalogue.rows import ItemRow, RowFault, read_rows, unit_names
from knowledge.catalogue.tables import open_table
from knowledge.disclosure import Disclosure, load_disclosure
from knowledge.errors import KnowledgeRejected, KnowledgeUnavailable
from knowledge.labelled import Labelled, read_labelled
from knowledge.library import Library, load_library
from runtime.bundle_files import faults_of_files
from runtime.bundle_letters import read_letter_template
from runtime.bundle_replies import read_replies
from runtime.bundle_revisions import read_revisions, slugs_of_revisions

QUESTIONS = "questions.toml"


class BundleRefused(Exception):
    """The bundle has faults: mend each of them and start again."""

    def __init__(self, folder: Path | Traversable, faults: tuple[Fault, ...]) -> None:
        """Keep every fault, so that all can be mended at once."""
        self.faults = faults
        rows = [f"  {fault}" for fault in faults]
        super().__init__("\n".join([f"the bundle {folder} has {len(faults)} faults:", *rows]))


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bureau, ready to be served."""

    bureau: Bureau
    library: Library
    disclosure: Disclosure
    items: tuple[Item, ...]
    """What the catalogue holds before anybody has imported or written anything."""
    replies: Wording
    """Texts that the bureau says in its own words."""
    questions: tuple[Labelled, ...] = ()
    """Questions whose answer is known, by which the entries are measured; the file may be missing."""
    letter_template: bytes | None = None
    """The bureau's own DOCX of letters; None for the product's layout."""

    @property
    def labelled(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Those questions, each with the slugs of the entries that answer it."""
        return tuple((question.text, question.relevant) for question in self.questions)

    def reworded(self, texts: Wording) -> Wording:
        """Texts of a room, the bureau's own words laid over those that it has."""
        own = {
            language: {key: text for key, text in said.items() if key in texts.texts.get(language, {})}
            for language, said in self.replies.texts.items()
        }
        return texts.overlaid(Wording(own))

    def press(self, blobs: BlobStore) -> Press:
        """What letters are set with, in the bureau's words and template."""
        docx = partial(letter_docx, template=self.letter_template)
        return Press(self.reworded(letter_words()), self.bureau, blobs, letter_pdf, docx, letter_pictures)


def demo_bundle() -> Traversable:
    """The folder of the demo bureau, which ships with the product."""
    return files("runtime.demo") / "bureau"


def load_bundle(folder: Path | Traversable | None = None) -> Bundle:
    """The bundle in `folder`, or the demo bureau's; BundleRefused lists every fault."""
    chosen = demo_bundle() if folder is None else folder
    bundle, faults = _read(chosen, today=None)
    if bundle is None or faults:
        raise BundleRefused(chosen, faults)
    return bundle


def check_bundle(folder: Path | Traversable, today: date) -> tuple[Fault, ...]:
    """Everything that is wrong with a bundle, by file and line, judged on a local date; empty when it is sound."""
    faults = [*_read(folder, today=today)[1], *_faults_of_revisions(folder), *faults_of_statements(folder)]
    return tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))


def kinds_kept_without_end(folder: Path | Traversable) -> tuple[str, ...]:
    """The kinds of case for which a sound bundle says nothing about how long personal text is kept."""
    bureau, _ = load_bureau(folder)
    return tuple(kind.value for kind in CaseKind if bureau is not None and kind not in bureau.retention)


def _faults_of_revisions(folder: Path | Traversable) -> list[Fault]:
    """Faults of the revisions that an exported bundle brings, and of the files of its items."""
    revisions, faults = read_revisions(folder)
    found = [*faults, *faults_of_files(folder, revisions)]
    return [Fault(fault.file, fault.line, fault.message) for fault in found]


def _read(folder: Path | Traversable, *, today: date | None) -> tuple[Bundle | None, tuple[Fault, ...]]:
    if not folder.is_dir():
        return None, (Fault(str(folder), 1, "is no folder: name the folder that holds bureau.toml"),)
    bureau, bureau_faults = load_bureau(folder)
    library, library_faults = _read_library(folder, bureau, today)
    disclosure, disclosure_faults = load_disclosure(folder)
    items, item_faults = _read_items(folder / "disclosure", bureau, today)
    replies, reply_faults = read_replies(folder / "replies")
    questions, question_faults = _read_questions(folder, library, are_all_there=not library_faults)
    template, template_faults = read_letter_template(folder, bureau)
    shown = tuple(Fault(fault.file, fault.line, fault.message) for fault in disclosure_faults)
    faults = bureau_faults + library_faults + shown + item_faults + reply_faults + question_faults + template_faults
    return (Bundle(bureau, library, disclosure, items, replies, questions, template) if bureau else None), faults


def _read_items(
    folder: Path | Traversable, bureau: Bureau | None, today: date | None
) -> tuple[tuple[Item, ...], tuple[Fault, ...]]:
    """The items of `items.csv`; a fault names the row as its line."""
    path, name = folder / "items.csv", "disclosure/items.csv"
    if bureau is None or not path.is_file():
        return (), ()
    units = unit_names([(unit.slug, unit.name.zh, unit.name.en) for unit in bureau.units])
    items: list[Item] = []
    faults: list[Fault] = []
    try:
        with path.open("rb") as file:
            for row in read_rows(open_table(name, file), units=units, today=today or date.max):
                if isinstance(row, ItemRow):
                    items.append(row.item)
                else:
                    faults += [Fault(name, fault.row, _misfit(fault)) for fault in row]
    except KnowledgeRejected as error:
        faults.append(Fault(name, 1, str(error)))
    return tuple(items), tuple(faults)


def _misfit(fault: RowFault) -> str:
    where = f"{fault.column.value}: " if fault.column else ""
    return f"{where}{texts().say(f'item_fault.{fault.fault.value}', 'en')}" + (
        f" ({fault.found})" if fault.found else ""
    )


def _read_library(
    folder: Path | Traversable, bureau: Bureau | None, today: date | None
) -> tuple[Library, tuple[Fault, ...]]:
    units = {unit.slug for unit in bureau.units} if bureau else None
    try:
        library, found = load_library(folder / "procedures", units=units, today=today)
    except KnowledgeUnavailable as error:
        return Library(()), (Fault("procedures", 1, str(error)),)
    faults = tuple(Fault(f"procedures/{fault.file}", fault.line, fault.message) for fault in found)
    if not len(library) and not faults:
        faults = (Fault("procedures", 1, "there is no procedure: add one file for each that the bureau offers"),)
    return library, faults


def _read_questions(
    folder: Path | Traversable, library: Library, *, are_all_there: bool
) -> tuple[tuple[Labelled, ...], tuple[Fault, ...]]:
    """The labelled questions; while entries are left out for their faults, no slug is held against them.

    Questions of an entry that was withdrawn stay in an exported bundle: they measure it again when it comes back.
    """
    file = folder / QUESTIONS
    if not file.is_file():
        return (), ()
    try:
        source = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return (), (Fault(QUESTIONS, line, "not UTF-8: save the file as UTF-8"),)
    slugs = {entry.slug for entry in library} | slugs_of_revisions(folder) if are_all_there else None
    questions, found = read_labelled(QUESTIONS, source, slugs)
    return questions, tuple(Fault(fault.file, fault.line, fault.message) for fault in found)
