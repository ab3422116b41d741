"""The entries of one bureau: loaded from its bundle, checked, and looked up by slug."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from knowledge.errors import KnowledgeNotFound, KnowledgeUnavailable
from knowledge.fields import Fault
from knowledge.normalise import fold
from knowledge.procedure import Language, Procedure
from knowledge.publication import DisclosureClass
from knowledge.reading import read_entry
from knowledge.source import SourceMap

__all__ = ["Fault", "Library", "load_library"]

_SUFFIXES = (".toml", ".md")


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the folder, read."""

    name: str
    text: str


class Library:
    """Published entries, in the order of their slugs. Nothing in it changes after it is built."""

    def __init__(self, entries: Iterable[Procedure], digest: str = "") -> None:
        """Keep `entries`; `digest` names the state of the files they came from."""
        self._entries: Mapping[str, Procedure] = {
            entry.slug: entry for entry in sorted(entries, key=lambda entry: entry.slug)
        }
        self.digest = digest

    def get(self, slug: str) -> Procedure:
        """The entry called `slug`; KnowledgeNotFound when there is none."""
        try:
            return self._entries[slug]
        except KeyError:
            raise KnowledgeNotFound(f"no entry is called {slug!r}: search for it by its title") from None

    def __iter__(self) -> Iterator[Procedure]:
        """Every entry, in the order of the slugs."""
        return iter(self._entries.values())

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    def __contains__(self, slug: object) -> bool:
        """Whether an entry is called `slug`."""
        return slug in self._entries

    def public(self) -> Library:
        """The entries that are disclosed proactively, which alone may be served, found or counted outside."""
        entries = [entry for entry in self if entry.disclosure is DisclosureClass.PROACTIVE]
        return Library(entries, self.digest)

    def by_unit(self, unit: str) -> tuple[Procedure, ...]:
        """The entries that the unit with this slug is responsible for."""
        return tuple(entry for entry in self if entry.unit == unit)


def load_library(
    folder: Path | Traversable, *, units: Collection[str] | None = None, today: date | None = None
) -> tuple[Library, tuple[Fault, ...]]:
    """The entries of every `.toml` and `.md` in `folder`, and every fault found.

    An entry with a fault of its own is left out and the others load. A phrasing that two entries claim stays with the
    first of them. `units` are the known unit slugs and `today` the local date; what is None is not checked.
    KnowledgeUnavailable when the folder cannot be read.
    """
    files, faults = _read_files(folder)
    entries: dict[str, Procedure] = {}
    claims: dict[str, str] = {}
    for file in files:
        entry, own_faults = read_entry(file.name, file.text)
        faults += own_faults
        if entry is None:
            continue
        misfits = _check_against_bureau(entry, file, entries, units=units, today=today)
        faults += misfits
        if not misfits:
            entries[entry.slug], claimed = _claim_phrasings(entry, file, claims)
            faults += claimed
    digest = hashlib.sha256(repr([(file.name, file.text) for file in files]).encode())
    return Library(entries.values(), digest.hexdigest()[:16]), tuple(faults)


def _read_files(folder: Path | Traversable) -> tuple[list[_File], list[Fault]]:
    files, faults = [], list[Fault]()
    try:
        found = sorted((path for path in folder.iterdir() if path.name.endswith(_SUFFIXES)), key=lambda path: path.name)
        for path in found:
            try:
                files.append(_File(path.name, path.read_text(encoding="utf-8-sig")))
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                faults.append(Fault(path.name, line, "not UTF-8: save the file as UTF-8"))
    except OSError as error:
        raise KnowledgeUnavailable(f"the procedures in {folder} cannot be read: {error.strerror}") from error
    return files, faults


def _check_against_bureau(
    entry: Procedure,
    file: _File,
    entries: Mapping[str, Procedure],
    *,
    units: Collection[str] | None,
    today: date | None,
) -> list[Fault]:
    source = SourceMap(file.text)
    found = []
    if entry.slug in entries:
        found.append(Fault(file.name, source.line_of("slug"), f"slug {entry.slug!r} is taken by another file", "slug"))
    if units is not None and entry.unit not in units:
        known = ", ".join(sorted(units))
        message = f"unit {entry.unit!r} is not in units.toml; known are {known}"
        found.append(Fault(file.name, source.line_of("unit"), message, "unit"))
    if today is not None and entry.checked_on > today:
        message = f"checked_on {entry.checked_on} lies in the future"
        found.append(Fault(file.name, source.line_of("checked_on"), message, "checked_on"))
    return found


def _claim_phrasings(entry: Procedure, file: _File, claims: dict[str, str]) -> tuple[Procedure, list[Fault]]:
    source = SourceMap(file.text)
    kept: dict[Language, tuple[str, ...]] = {}
    faults = []
    for language, phrasings in entry.phrasings.items():
        own = dict[str, None]()
        for phrasing in phrasings:
            owner = claims.setdefault(fold(phrasing), entry.slug)
            if owner == entry.slug and phrasing not in own:
                own[phrasing] = None
                continue
            lines = source.lines_with(phrasing, "phrasings", language)
            line, claimed = (
                (lines[-1], "appears twice") if owner == entry.slug else (lines[0], f"is claimed by {owner!r} too")
            )
            faults.append(Fault(file.name, line, f"phrasing {phrasing!r} {claimed}: keep it once"))
        kept[language] = tuple(own)
    return replace(entry, phrasings=kept), faults
